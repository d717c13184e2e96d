// Goal: what README.md says in figures is so: the sizes of the modules and the counts of the demonstration.
// Method: the row's numbers are compared with the files and with a run. Times and ratios are dated there and not compared here.

import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import t from "tap";
import { readEvents } from "../../host/diff/read-events.js";

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const page = readFileSync("README.md", "utf8");

/** The whole numbers in the second column of a row. */
function numbersOf(row: string): number[] {
  const line = page.split("\n").find((text) => text.startsWith(`| ${row} |`)) ?? "";
  return [...(line.split("|")[2] ?? "").matchAll(/\d[\d,]*/g)].map(([number]) => Number(number.replaceAll(",", "")));
}

t.test("the modules", (t) => {
  t.same(numbersOf("the module, without and with vectors").slice(0, 2),
    ["build/core.wasm", "build/core.simd.wasm"].map((file) => statSync(file).size));
  t.end();
});

t.test("the demonstration", (t) => {
  const command = ["build/js/host/cli/main.js", "boot", "--fast", "--json"];
  const { stdout } = spawnSync(process.execPath, command, { encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX });
  const events = readEvents(stdout, "the demonstration");
  const flash = events.findLast((event) => event.event === "flash" && event.operation === "summary");
  const [erases, programs] = flash?.event === "flash" ? [flash.erases, flash.programs] : [];
  const restarts = events.filter((event) => event.event === "reset").length;
  t.same(numbersOf("the demonstration"), [erases, programs, restarts, events.at(-1)?.t]);
  t.end();
});
