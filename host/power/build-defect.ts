// Compiles a patched copy of the core, or says that the source or its compiler is not here: a package has neither.
//
// In: a defect. Out: a module's bytes, kept in build/defects under a name that changes with anything it was made from.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { patched, type Defect } from "./defects.js";

/** Four folders up from build/js/host/power. */
const PROJECT = fileURLToPath(new URL("../../../../", import.meta.url));
const ASC = join(PROJECT, "node_modules/assemblyscript/bin/asc.js");
const FOLDER = join(PROJECT, "build/defects");
const SOURCES = ["core", "hal"];
/** As the core is built, but for the optimizer, which takes most of the time. */
const OPTIONS = [
  "core/main.ts", "--config", "none", "--runtime", "stub", "--exportStart", "core_start", "--initialMemory", "4", "--maximumMemory", "4",
  "--use", "abort=core/base/panic/onAbort", "--optimizeLevel", "1", "--outFile",
];

/** True where defects can be compiled. */
export function canBuildDefects(): boolean {
  return existsSync(ASC) && existsSync(join(PROJECT, "core/main.ts"));
}

/** The module of a defect. Throws when its text is not in the source, or it does not compile. */
export async function buildDefect(defect: Defect): Promise<Uint8Array<ArrayBuffer>> {
  const changed = patched(defect, (file) => readFileSync(join(PROJECT, file), "utf8"));
  const target = join(FOLDER, `${defect.name}-${hashOf(changed)}.wasm`);
  if (!existsSync(target)) await compile(defect, changed, target);
  return new Uint8Array(readFileSync(target));
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

async function compile(defect: Defect, changed: ReadonlyMap<string, string>, target: string): Promise<void> {
  // Two processes may want the same one: each makes its own, and the last to be done puts it in place.
  const copy = join(FOLDER, `${defect.name}-${process.pid}`);
  const made = `${copy}.wasm`;
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of SOURCES) cpSync(join(PROJECT, folder), join(copy, folder), { recursive: true });
  for (const [file, text] of changed) writeFileSync(join(copy, file), text);
  try {
    await new Promise<void>((done, failed) => {
      execFile(execPath, [ASC, ...OPTIONS, made], { cwd: copy }, (error, _out, err) =>
        (error === null ? done() : failed(new Error(`defect ${defect.name} does not compile: ${err || error.message}`))));
    });
    renameSync(made, target);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
