// Writes the table of docs/EMBEDDING.md that says which engines have replayed the records of test/conformance.
//
// `node build/js/tools/conformance.js`; with `--check` it fails when the page is stale. An engine stands in it with the command that
// replays the records on it, and fails unless all are equal. The one that this runs on replays them here: a table of records that the
// builds do not follow is not written.

import { readdirSync, readFileSync } from "node:fs";
import { countsOf } from "../host/record/reader.js";
import { isMain, writeGenerated } from "./generate.js";
import { recordsIn, replay } from "./replay.js";

const PAGE = "docs/EMBEDDING.md";
const FOLDER = "test/conformance";
const BEGIN = "<!-- generated: conformance -->";
const END = "<!-- end of generated -->";
const BUILDS = ["build/core.wasm", "build/core.simd.wasm"];

const ENGINES: readonly (readonly [name: string, module: string, command: string])[] = [
  ["V8, in Node", "core.wasm and core.simd.wasm", "npm test -- conformance"],
  ["V8, in Chromium", "core.wasm and core.simd.wasm", "npm run test:peers -- peers/web"],
  ["wasm2c 1.0.32 and arm-none-eabi-gcc, Cortex-M3 in QEMU", "core.wasm", "npm run test:peers -- engines/cortex-m3"],
  ["wasm2c 1.0.32 and gcc, native", "core.wasm", "npm run test:peers -- engines/c/conformance"],
];

/** The page with its table renewed. Throws an Error where the marks are missing. */
export function pageWith(page: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${PAGE} lacks "${BEGIN}" and "${END}"`);
  return `${page.slice(0, start + BEGIN.length)}\n\n${table()}\n\n${page.slice(end)}`;
}

function table(): string {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json")).sort();
  const rows = files.map((name) => {
    const records = recordsIn(`${FOLDER}/${name}`);
    for (const core of BUILDS) {
      const [difference] = replay(records, readFileSync(core)).differences;
      if (difference !== undefined) throw new Error(`${name} on ${core}: ${difference}`);
    }
    const { runs, starts, polls, calls, bytes } = countsOf(records);
    return `| \`${name}\` | ${[runs, starts, polls, calls, bytes].map((count) => count.toLocaleString("en-US")).join(" | ")} |`;
  });
  const equal = `${files.length} of ${files.length} equal`;
  const engines = ENGINES.map(([name, module, command]) => `| ${name} | ${module} | ${equal} | \`${command}\` |`);
  return [
    "| records | runs | starts | polls | calls | bytes |", "|---|--:|--:|--:|--:|--:|", ...rows, "",
    "| engine | module | files | command |", "|---|---|---|---|", ...engines,
  ].join("\n");
}

if (isMain(import.meta.url)) writeGenerated(PAGE, pageWith(readFileSync(PAGE, "utf8")));
