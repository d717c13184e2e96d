// Compiles a patched copy of the core, or says that the source or its compiler is not here: a package has neither.
//
// In: a defect. Out: a module's bytes, kept in build/defects under a name that changes with anything it was made from.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { threadId } from "node:worker_threads";
import { patched, type Defect } from "./defects.js";

/** Four folders up from build/js/host/power. */
const PROJECT = fileURLToPath(new URL("../../../../", import.meta.url));
const ASC = join(PROJECT, "node_modules/assemblyscript/dist/asc.js");
const FOLDER = join(PROJECT, "build/defects");
const SOURCES = ["core", "hal"];
/** As the core is built, but for the optimizer, which takes most of the time. */
const OPTIONS = [
  "core/main.ts", "--config", "none", "--runtime", "stub", "--exportStart", "core_start", "--initialMemory", "4", "--maximumMemory", "4",
  "--use", "abort=core/base/panic/onAbort", "--optimizeLevel", "1", "--outFile", "defect.wasm",
];

/** True where defects can be compiled. */
export function canBuildDefects(): boolean {
  return existsSync(ASC) && existsSync(join(PROJECT, "core/main.ts"));
}

/** The module of a defect. Throws when its text is not in the source, or it does not compile. */
export async function buildDefect(defect: Defect): Promise<Uint8Array<ArrayBuffer>> {
  const changed = patched(defect, (file) => readFileSync(join(PROJECT, file), "utf8"));
  const target = join(FOLDER, `${defect.name}-${hashOf(changed)}.wasm`);
  if (!existsSync(target)) keep(target, await compile(defect, changed));
  return new Uint8Array(readFileSync(target));
}

/** Two processes may want the same one: each makes its own, and the last to be done puts it in place. */
function keep(target: string, module: Uint8Array): void {
  mkdirSync(FOLDER, { recursive: true });
  const made = `${target}-${process.pid}-${threadId}`;
  writeFileSync(made, module);
  renameSync(made, target);
}

function hashOf(changed: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256").update(OPTIONS.join(" "));
  for (const folder of SOURCES) {
    for (const name of readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" }).sort()) {
      const file = join(folder, name);
      if (file.endsWith(".ts")) hash.update(`${file}\0`).update(changed.get(file) ?? readFileSync(join(PROJECT, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** In this process: the compiler's own code is read and optimised once for all defects of a worker. */
async function compile(defect: Defect, changed: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const { main } = await import("assemblyscript/asc");
  let made: Uint8Array | undefined;
  const { error, stderr } = await main([...OPTIONS], {
    readFile: (name) => changed.get(name) ?? textOf(join(PROJECT, name)),
    writeFile: (_name, contents) => {
      made = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error === null && made !== undefined) return made;
  throw new Error(`defect ${defect.name} does not compile: ${stderr.toString() || error?.message}`);
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}
