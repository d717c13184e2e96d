// Replays record files against a module: does it do, call by call and byte by byte, what was recorded?
//
// `node build/js/tools/replay.js [--core FILE.wasm] [--run TEXT] [--to FILE.rec] FILE…`; without `--core` it is build/core.wasm. FILE.json
// has its records as JSON; `--to` writes those of one file in the binary form, for other engines, and replays nothing. Exit 0 when all
// is equal, 1 with the first difference of each run that has one, 2 when the command line is wrong, a file cannot be read, or no run has
// the text in its name.
// The same words as test/engines/c/replay.c, so that two engines' reports can be compared.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { compileCore } from "../host/core-loader.js";
import { recordsFromJson, recordsToBytes } from "../host/record/json.js";
import { countsOf, readRecords, RecordError } from "../host/record/reader.js";
import { replayRun } from "../host/record/replay.js";
import type { RecordFile, Run } from "../host/record/format.js";
import { isMain } from "./generate.js";

export interface Replayed {
  readonly differences: readonly string[];
  /** `10 runs, …`: what was compared. */
  readonly counted: string;
}

/** Replays the runs whose name has the text. */
export function replay(records: RecordFile, core: Uint8Array<ArrayBuffer>, text = ""): Replayed {
  const module = compileCore(core);
  const isSame = createHash("sha256").update(core).digest().equals(records.moduleHash);
  const runs: readonly Run[] = records.runs.filter(({ name }) => name.includes(text));
  const differences = runs.flatMap((run) => replayRun(run, { module, isSame }) ?? []);
  return { differences, counted: counted({ ...records, runs }, differences.length) };
}

/** What was compared, and how many runs differ. */
export function counted(records: RecordFile, differing: number): string {
  const { runs, starts, polls, calls, bytes } = countsOf(records);
  const verdict = differing === 0 ? "all equal" : `${differing} runs differ`;
  return `${runs} runs, ${starts} starts, ${polls} polls, ${calls} calls, ${bytes} bytes: ${verdict}`;
}

/** Throws a `RecordError`, or an Error with a code for a file that cannot be read. */
export function recordsIn(path: string): RecordFile {
  const bytes = readFileSync(path);
  return path.endsWith(".json") ? recordsFromJson(bytes.toString("utf8")) : readRecords(bytes);
}

/** Writes one file's records in the binary form. The exit code. */
function convert(path: string, target: string): number {
  try {
    writeFileSync(target, recordsToBytes(recordsIn(path)));
    return 0;
  } catch (error) {
    return refuse(path, error);
  }
}

function refuse(path: string, error: unknown): number {
  if (!(error instanceof RecordError || error instanceof TypeError || (error instanceof Error && "code" in error))) throw error;
  stderr.write(`replay: ${path}: ${error.message}\n`);
  return 2;
}

/** The exit code. */
function replayFile(path: string, core: string, text: string): number {
  try {
    const records = recordsIn(path);
    if (!records.runs.some(({ name }) => name.includes(text))) throw new RecordError(`no run has ${JSON.stringify(text)} in its name`);
    const replayed = replay(records, readFileSync(core), text);
    for (const difference of replayed.differences) stdout.write(`${difference}\n`);
    stdout.write(`${path}: ${replayed.counted}\n`);
    return replayed.differences.length === 0 ? 0 : 1;
  } catch (error) {
    return refuse(path, error);
  }
}

function argumentsOf(args: string[]): { values: { core: string; run: string; to: string }; positionals: string[] } {
  const none = { type: "string", default: "" } as const;
  const options = { core: { type: "string", default: "build/core.wasm" }, run: none, to: none } as const;
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    return usage((error instanceof Error ? error.message : String(error)).split(". ")[0]!);
  }
}

function usage(why: string): never {
  stderr.write(`replay: ${why}; type node build/js/tools/replay.js [--core FILE.wasm] [--run TEXT] [--to FILE.rec] FILE…\n`);
  exit(2);
}

function main(): void {
  const { values, positionals } = argumentsOf(argv.slice(2));
  if (positionals.length === 0) {
    usage("name a record file");
  }
  if (values.to !== "") {
    if (positionals.length > 1) usage("--to writes one file");
    exit(convert(positionals[0]!, values.to));
  }
  exit(Math.max(...positionals.map((path) => replayFile(path, values.core, values.run))));
}

if (isMain(import.meta.url)) main();
