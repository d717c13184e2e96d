// Weighs the core: bytes per section, the ten largest functions, the largest source files, static memory.
//
// In: build/core.wasm, build/core.names.wasm (the same code with names kept), build/core.simd.wasm and tools/size-budget.json.
// Out: a table, and exit 1 when a budget is exceeded or the two builds' code differs. It builds nothing:
// `npm run check` does. A budget is raised only in a commit that says what was bought.

import { readFileSync } from "node:fs";
import { exit, stderr, stdout } from "node:process";
import { isMain } from "./generate.js";
import { readWasm, type WasmFunction, type WasmModule } from "./wasm-reader.js";

export interface Budget {
  /** Bytes of the whole module. */
  readonly bytes: number;
  /** Bytes of the whole module with vectors. */
  readonly simdBytes: number;
  /** Pages of 64 KiB; the memory never grows. */
  readonly pages: number;
  /** The most that one source file may have of the code, in permille. */
  readonly filePermille: number;
}

/** What is over budget, one sentence each. `named` is the first module with names, `simd` the build with vectors. */
export function complaints(bytes: Uint8Array, named: Uint8Array, simd: Uint8Array, budget: Budget): string[] {
  const module = readWasm(bytes);
  const found: string[] = [];
  if (bytes.length > budget.bytes) found.push(`${bytes.length} bytes, budget ${budget.bytes}`);
  if (simd.length > budget.simdBytes) found.push(`with vectors ${simd.length} bytes, budget ${budget.simdBytes}`);
  const { minimum, maximum } = module.memory;
  if (minimum !== maximum) found.push(`memory can grow: ${minimum} to ${maximum ?? "any number of"} pages`);
  if (minimum > budget.pages) found.push(`${minimum} pages of static memory, budget ${budget.pages}`);
  if (!codeOf(bytes).equals(codeOf(named))) found.push("the code with names kept is not the code that ships: build both again");
  const [largest] = filesOf(readWasm(named).functions);
  const code = codeOf(bytes).length;
  if (largest && largest.bytes * 1000 > code * budget.filePermille) {
    found.push(`${largest.name} has ${largest.bytes} of ${code} bytes of code, budget ${budget.filePermille} permille`);
  }
  return found;
}

function codeOf(bytes: Uint8Array): Buffer {
  const section = readWasm(bytes).sections.find((candidate) => candidate.name === "code");
  return Buffer.from(bytes.subarray(section?.start ?? 0, section?.end ?? 0));
}

/** Code bytes by source file, largest first: a function is named `core/http/response/responsePush`. */
export function filesOf(functions: readonly WasmFunction[]): WasmFunction[] {
  const sums = new Map<string, number>();
  for (const { name, bytes } of functions) {
    const file = name.includes("/") ? `${name.slice(0, name.lastIndexOf("/"))}.ts` : name;
    sums.set(file, (sums.get(file) ?? 0) + bytes);
  }
  return [...sums].map(([name, bytes]) => ({ name, bytes })).sort(bySize);
}

const bySize = (left: WasmFunction, right: WasmFunction): number => right.bytes - left.bytes || (left.name < right.name ? -1 : 1);

/** The table that `npm run check` prints. */
export function report(bytes: Uint8Array, named: WasmModule, budget: Budget): string[] {
  const module = readWasm(bytes);
  const row = ({ name, bytes: size }: WasmFunction): string => `  ${String(size).padStart(7)}  ${name}`;
  return [
    `build/core.wasm: ${bytes.length} of ${budget.bytes} bytes, ${module.memory.minimum} of ${budget.pages} pages of memory`,
    ...module.sections.map((section) => row({ name: `section ${section.name}`, bytes: section.end - section.start })),
    `largest of ${named.functions.length} functions:`,
    ...[...named.functions].sort(bySize).slice(0, 10).map(row),
    "largest source files, inlined code counted where it went:",
    ...filesOf(named.functions).slice(0, 10).map(row),
  ];
}

function main(): void {
  const bytes = readFileSync("build/core.wasm");
  const named = readFileSync("build/core.names.wasm");
  const simd = readFileSync("build/core.simd.wasm");
  const budget = JSON.parse(readFileSync("tools/size-budget.json", "utf8")) as Budget;
  stdout.write(`${report(bytes, readWasm(named), budget).join("\n")}\n`);
  stdout.write(`build/core.simd.wasm: ${simd.length} of ${budget.simdBytes} bytes\n`);
  const found = complaints(bytes, named, simd, budget);
  for (const complaint of found) stderr.write(`size: build/core.wasm: ${complaint}\n`);
  if (found.length > 0) exit(1);
}

if (isMain(import.meta.url)) main();
