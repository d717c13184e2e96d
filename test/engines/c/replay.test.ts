// Goal: the module does the same on an engine that is not V8: every call of at least 500 recorded runs, torn flash included.
// Method: core.wasm through wasm2c and gcc, strictly warned, with a HAL that answers from records of the build under test; planted
// differences must be told in the words of Node's replay; reader and HAL also run under gcc's sanitizers, on good, cut and altered files.
// The records stay in build/records, for tools/replay.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import t, { type Test } from "tap";
import { HEADER_BYTES, type RecordFile, type Step, type StepEnd } from "../../../host/record/format.js";
import { recordsToBytes } from "../../../host/record/json.js";
import { readRecords, RecordError } from "../../../host/record/reader.js";
import { counted, replay } from "../../../tools/replay.js";
import { skipWithout } from "../../peers/support/daemon.js";
import { build, bytesOf } from "../../support/core.js";
import { cutPlans, LEX, PLAIN_UPDATE, record, startUpPlans, TRAP } from "../../support/recorded-runs.js";
import { planted, resealed, rewritten } from "../../support/rewritten-records.js";
import { SANITIZERS } from "../../support/sanitizers.js";
import { tornPlans } from "../../support/torn-runs.js";

const RUN_COUNT_MIN = 500;
const OUT = `build/engines/c-${build}`;
const RECORDS = "build/records";
/** Debian's, as build.sh takes it: under npm the path begins with another one. */
const WASM2C = process.env["WASM2C"] ?? "/usr/bin/wasm2c";
const isThere = existsSync(WASM2C) || process.env["PEERS_REQUIRED"] === "1";
const skip = skipWithout("gcc", "gcc libc6-dev") || (isThere ? false : `${WASM2C} is not installed (Debian: apt-get install wabt)`);
const options = { skip };
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
/** Every seventh byte is altered: it shares no factor with the sizes of a record's parts. */
const STRIDE = 7;
const MORE = { name: "more", isPointer: false };

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: string;
}

function run(program: string, ...args: readonly string[]): Ran {
  const startMs = performance.now();
  // Leaks are looked for by a tracer that containers often forbid.
  const env = { ...process.env, OUT, WASM2C, ASAN_OPTIONS: "detect_leaks=0" };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", env, maxBuffer: OUTPUT_BYTES_MAX });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr, seconds: `${((performance.now() - startMs) / 1000).toFixed(1)} s` };
}

/** Builds the engine under a name, with flags for our own files. */
function built(t: Test, name: string, ...flags: readonly string[]): string {
  const { code, stderr, seconds } = run("sh", "test/engines/c/build.sh", name, ...flags);
  if (code !== 0) throw new Error(stderr); // Nothing of what follows could be tried.
  t.equal(stderr, "", `${name} builds without a warning`);
  t.comment(`build.sh ${[name, ...flags].join(" ")}: ${seconds}`);
  return join(OUT, name);
}

function saved(name: string, file: Uint8Array): string {
  const path = join(RECORDS, `${build}-${name}.rec`);
  mkdirSync(RECORDS, { recursive: true });
  writeFileSync(path, file);
  return path;
}

t.test("at least 500 runs, every call as it was recorded", options, (t) => {
  const engine = built(t, "replay");
  let runCount = 0;
  for (const [name, plans] of [["start-ups", startUpPlans()], ["cuts", cutPlans()], ["torn", tornPlans()]] as const) {
    const file = record(plans);
    const path = saved(name, file);
    const wanted = counted(readRecords(file), 0);
    const { code, stdout, stderr, seconds } = run(engine, path);
    t.same([code, stdout, stderr], [0, `${path}: ${wanted}\n`, ""]);
    t.comment(`${build} records, ${file.length} bytes, in C in ${seconds}: ${wanted}`);
    runCount += plans.length;
  }
  t.ok(runCount >= RUN_COUNT_MIN, `${runCount} runs`);
  t.end();
});

t.test("differences are told in the words of tools/replay; a pointer is compared with the module that was recorded", options, (t) => {
  const engine = built(t, "sanitized", ...SANITIZERS);
  for (const [name, file, words] of planted(record([PLAIN_UPDATE]))) {
    const path = saved("planted", file);
    const { differences } = replay(readRecords(file), bytesOf("mvp"));
    const ran = run(engine, path);
    t.same([ran.code, ran.stderr], [differences.length, ""], name);
    t.same(ran.stdout.split("\n").slice(0, -2), differences, name);
    if (name !== "pointer" || build === "mvp") t.match(ran.stdout, new RegExp(words.source.replace(/\$$/, "\n")), name);
  }
  t.end();
});

t.test("of many files the worst counts; a call of another shape, a record of another contract", options, (t) => {
  const engine = built(t, "sanitized", ...SANITIZERS);
  const good = record([LEX]);
  const wide = widened(readRecords(good));
  const [first, second] = [saved("wide", wide), saved("good", good)];
  const ran = run(engine, first, second);
  t.same([ran.code, ran.stderr], [1, ""], "the last one is equal");
  t.same(ran.stdout.split("\n")[0], replay(readRecords(wide), bytesOf("mvp")).differences[0], "and the first is not");
  t.match(ran.stdout, /: \w+ has \d arguments, wanted \d\n/);
  const other = run(engine, saved("contract", recordsToBytes({ ...readRecords(good), abiVersion: 99 })), second);
  t.same([other.code, /contract\.rec: recorded with another contract\n/.test(other.stderr)], [2, true]);
  t.end();
});

t.test("the sanitizers are content with good, cut and altered files, and no damage is taken for equal", options, (t) => {
  const engine = built(t, "sanitized", ...SANITIZERS);
  const small = record([TRAP, LEX]);
  t.equal(run(engine, saved("small", small)).code, 0, "a trap is replayed as a trap");
  const every = (step: number): number[] => Array.from({ length: Math.ceil(small.length / step) }, (_, index) => index * step);
  const altered = (at: number): Uint8Array => small.map((byte, index) => (index === at ? byte ^ (1 << at % 8) : byte));
  const refused = [...every(5).map((bytes) => small.subarray(0, bytes)), ...every(5).map(altered),
    ...every(3).filter((bytes) => bytes >= HEADER_BYTES).map((bytes) => resealed(small.subarray(0, bytes)))];
  refused.push(rewritten(readRecords(small), (step) => ({ ...step, end: 2 as StepEnd })));
  refused.push(resealed(Buffer.concat([small, Buffer.alloc(1)])));
  const { runs, ...empty } = readRecords(small);
  refused.push(recordsToBytes({ ...empty, runs: [] }), recordsToBytes({ ...empty, runs: [{ ...runs[0]!, starts: [] }] }));
  const all = run(engine, ...savedMany("refused", refused));
  t.same([all.code, all.stdout], [2, ""]);
  t.equal(all.stderr.trim().split("\n").length, refused.length, "each is refused with a line");
  t.notMatch(all.stderr, /ERROR|runtime error/);
  t.equal(all.stderr.match(/it has nothing to replay/g)?.length, 2);
  t.match(all.stderr, /a step ended in an unknown way/);
  const resealedFiles = every(STRIDE).filter((at) => at >= HEADER_BYTES).map((at) => resealed(altered(at)));
  const verdicts = run(engine, ...savedMany("resealed", resealedFiles));
  t.notMatch(verdicts.stderr, /ERROR|runtime error/);
  t.same(verdictsOf(verdicts, resealedFiles.length), resealedFiles.map(verdictInNode), "each as Node judges it");
  t.end();
});

/** Every call with an argument more. */
function widened(records: RecordFile): Uint8Array {
  const kinds = new Map(records.kinds.map((kind) => [kind, { ...kind, arguments: [...kind.arguments.slice(0, 5), MORE] }]));
  const wide = (step: Step): Step => ({ ...step, calls: step.calls.map((call) =>
    ({ ...call, kind: kinds.get(call.kind)!, arguments: [...call.arguments.slice(0, 5), 0] })) });
  const runs = records.runs.map((run) => ({ ...run, starts: run.starts.map((start) =>
    ({ ...start, init: wide(start.init), polls: start.polls.map(({ nowUs, step }) => ({ nowUs, step: wide(step) })) })) }));
  return recordsToBytes({ ...records, kinds: [...kinds.values()], runs });
}

function savedMany(folder: string, files: readonly Uint8Array[]): string[] {
  const path = join(RECORDS, `${build}-${folder}`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return files.map((file, index) => {
    const name = join(path, `${index}.rec`);
    writeFileSync(name, file);
    return name;
  });
}

type Verdict = "refused" | "equal" | "differs";

function verdictInNode(file: Uint8Array): Verdict {
  try {
    return replay(readRecords(file), bytesOf("mvp")).differences.length === 0 ? "equal" : "differs";
  } catch (error) {
    if (error instanceof RecordError) return "refused";
    throw error;
  }
}

/** The engine's last line about each file. */
function verdictsOf({ stdout, stderr }: Ran, count: number): (Verdict | undefined)[] {
  const found: (Verdict | undefined)[] = Array.from({ length: count });
  const take = (text: string, pattern: RegExp, verdict: Verdict): void => {
    for (const [, index] of text.matchAll(pattern)) found[Number(index)] = verdict;
  };
  take(stderr, /\/(\d+)\.rec: /g, "refused");
  take(stdout, /\/(\d+)\.rec: .*: all equal$/gm, "equal");
  take(stdout, /\/(\d+)\.rec: .*differ$/gm, "differs");
  return found;
}
