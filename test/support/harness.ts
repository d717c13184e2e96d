// Loads a core harness (test/harness) with the HAL calls that a test gives it.
//
// A call that the test does not give answers zero. A panic of the core becomes an error that names the source line.
// OFFHOOK_BUILD=simd takes the build with vectors; `npm test` runs each test on both.

import { readFileSync } from "node:fs";
import process from "node:process";

type Call = (...values: number[]) => number;

export interface Harness {
  readonly memory: WebAssembly.Memory;
  /** Calls an export. */
  call(name: string, ...values: number[]): number;
  /** A copy of core memory. */
  read(ptr: number, bytes: number): Uint8Array;
  write(ptr: number, bytes: Uint8Array): void;
}

const ENDING = process.env["OFFHOOK_BUILD"] === "simd" ? ".simd" : "";

/** Each harness is compiled once: sweeps make thousands of instances. */
const compiled = new Map<string, WebAssembly.Module>();

function compile(name: string): WebAssembly.Module {
  const module = compiled.get(name) ?? new WebAssembly.Module(readFileSync(`build/harness/${name}${ENDING}.wasm`));
  compiled.set(name, module);
  return module;
}

/** Instantiates build/harness/NAME.wasm, or NAME.simd.wasm. */
export function loadHarness(name: string, hal: (memory: () => WebAssembly.Memory) => Record<string, Call>): Harness {
  const module = compile(name);
  let memory: WebAssembly.Memory | undefined;
  const given = hal(() => memory!);
  const calls: Record<string, Call> = {};
  for (const { name: call } of WebAssembly.Module.imports(module)) calls[call] = given[call] ?? (() => 0);
  calls["sys_panic"] = (_code, line, ptr, bytes) => {
    const file = Buffer.from(memory!.buffer, ptr, bytes).toString("utf16le");
    throw new Error(`assertion in ${file}:${line}`);
  };
  const instance = new WebAssembly.Instance(module, { hal: calls });
  const exports = instance.exports as Record<string, Call> & { readonly memory: WebAssembly.Memory };
  memory = exports.memory;
  exports["core_start"]!();
  return {
    memory,
    call: (exported, ...values) => exports[exported]!(...values),
    read: (ptr, bytes) => new Uint8Array(memory!.buffer.slice(ptr, ptr + bytes)),
    write: (ptr, bytes) => new Uint8Array(memory!.buffer).set(bytes, ptr),
  };
}
