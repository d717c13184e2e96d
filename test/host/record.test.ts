// Goal: a record has all that passed between core and host, another module's first difference is found and named, and no damaged file
// is ever taken for an equal one.
// Method: start-ups are recorded and replayed on both builds; memory is compared around every call; differences are planted; a file is cut
// at every byte and changed at every byte, with and without a right checksum.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { execPath } from "node:process";
import t from "tap";
import type { HalImports } from "../../hal/contract.js";
import { compileCore } from "../../host/core-loader.js";
import type { RecordFile } from "../../host/record/format.js";
import { countsOf, readRecords, RecordError } from "../../host/record/reader.js";
import { Recorder } from "../../host/record/recorder.js";
import { replayRun } from "../../host/record/replay.js";
import { SHAPES } from "../../host/record/shapes.js";
import { RecordWriter } from "../../host/record/writer.js";
import { readAbi } from "../../tools/abi.js";
import { replay } from "../../tools/replay.js";
import { build, bytesOf, core } from "../support/core.js";
import { telephone } from "../support/lans.js";
import { cutPlans, LEX, PLAIN_UPDATE, record, startUpPlans, TRAP, type Instantiate } from "../support/recorded-runs.js";
import { planted, resealed } from "../support/rewritten-records.js";
import { play } from "../support/scenario.js";

const update = record([PLAIN_UPDATE]);
const small = record([TRAP, LEX]);
const own = bytesOf(build);

t.test("a file is the bytes that docs/FORMAT.md draws", (t) => {
  const kind = { name: "flash_read", arguments: [{ name: "offset", isPointer: false }, { name: "ptr", isPointer: true }] };
  const writer = new RecordWriter({ abiVersion: 2, moduleHash: new Uint8Array(32).fill(0xab), kinds: [kind] });
  const call = { kind, arguments: [-1, 300], result: 0, sources: [], targets: [{ argument: 1, bytes: Uint8Array.of(7, 8) }] };
  const init = { calls: [call], end: 0, result: 0, traceCount: 1, traceCrc: 0x01020304 };
  const start = writer.run("r").start(0, 5, init);
  start.poll(0xfffffff0, { calls: [], end: 0, result: -1, traceCount: 0, traceCrc: 0 });
  start.poll(0x10, { calls: [], end: 1, result: 0, traceCount: 0, traceCrc: 0 });
  const file = writer.file();
  t.equal(Buffer.from(file).toString("hex"), [
    "6f6666687265631a", "0100", "0200", "7d000000", "ab".repeat(32), "d10fdbe3", // Header: 125 bytes in all.
    "01", "0a666c6173685f72656164", "02", "00066f6666736574", "0103707472", // One kind of call.
    "01", "020708", // One span.
    "03", "1001", "00", "01", "d804", "00", "10", "0100", "00", "00", "01", "04030201", // Three steps: the first has a call,
    "0400000100", "03000100", // the others have none.
    "01", "0172", "01", "00", "0a", "00", "02", "f0ffffff0f01", "2002", // A run with a start and two polls.
  ].join(""));
  const read = readRecords(file);
  t.strictSame(read.kinds, [kind]);
  t.strictSame(read.runs, [{ name: "r", starts: [{ mode: 0, cause: 5, init, polls: [
    { nowUs: 0xfffffff0, step: { calls: [], end: 0, result: -1, traceCount: 0, traceCrc: 0 } },
    { nowUs: 0x10, step: { calls: [], end: 1, result: 0, traceCount: 0, traceCrc: 0 } },
  ] }] }]);
  t.end();
});

const byName = (left: { name: string }, right: { name: string }): number => (left.name < right.name ? -1 : 1);

t.test("the shapes are the contract's calls", (t) => {
  const abi = readAbi(readdirSync("hal"), (path) => readFileSync(path, "utf8"));
  const declared = abi.peripherals.flatMap(({ calls }) => calls).map((call) => ({
    name: call.name, arguments: call.arguments.map(({ name, type }) => ({ name, isPointer: type === "usize" })),
  }));
  const shapes = Object.values(SHAPES).map(({ name, arguments: list }) => ({ name, arguments: list }));
  t.strictSame(shapes.sort(byName), declared.sort(byName));
  t.end();
});

/** Calls after which memory differed from before at a place that the call's shape does not name. */
function strayWrites(): { stray: Set<string>; seen: Set<string>; instantiate: Instantiate } {
  const [stray, seen] = [new Set<string>(), new Set<string>()];
  const inner = new Recorder(new Uint8Array(32)).run("watched");
  let memory = Buffer.alloc(0);
  const watch = (name: keyof HalImports, call: (...args: number[]) => number) => (...args: number[]): number => {
    const before = Buffer.from(memory);
    const result = call(...args);
    for (const { pointer, written } of SHAPES[name].targets) {
      const [start, count] = [args[pointer]! >>> 0, Math.max(0, written(args, result))];
      if (count > 0) seen.add(name);
      before.set(memory.subarray(start, start + count), start);
    }
    if (!before.equals(memory)) stray.add(name);
    return result;
  };
  return { stray, seen, instantiate: (module, imports) => {
    const watched = Object.entries(imports).map(([name, call]) => [name, watch(name as keyof HalImports, call as () => number)]);
    const instance = inner(module, Object.fromEntries(watched) as HalImports);
    memory = Buffer.from(instance.memory.buffer);
    return instance;
  } };
}

t.test("no call writes anything that the record does not have", (t) => {
  const { stray, seen, instantiate } = strayWrites();
  const wanted = ["update", "LAN with names", "LAN with LLDP", "LAN with a CA", "HTTP refuse", "flash erase 0 fails", "a dirty chip"];
  const plans = startUpPlans().filter(({ name }) => wanted.includes(name));
  t.equal(plans.length, wanted.length);
  for (const { run } of plans) run(instantiate);
  t.strictSame([...stray], []);
  const all = Object.values(SHAPES).filter(({ targets }) => targets.length > 0).map(({ name }) => name);
  t.strictSame(all.filter((name) => !seen.has(name)), [], "every call that can write has written");
  t.end();
});

t.test("a run with a recorder is the run without it", (t) => {
  const scenario = { ...telephone, name: "plain" };
  const [plain, recorded] = [play(scenario), play({ ...scenario, instantiate: new Recorder(new Uint8Array(32)).run("plain") })];
  t.equal(recorded.transcript, plain.transcript);
  t.strictSame(recorded.events, plain.events);
  t.equal(recorded.board.binding.callCount, plain.board.binding.callCount);
  t.end();
});

t.test("start-ups and cuts are equal on both builds", (t) => {
  const plans = [...startUpPlans().filter(({ name }) => name !== "demonstration"), ...cutPlans(24)];
  const file = record(plans);
  const records = readRecords(file);
  const counts = countsOf(records);
  t.equal(counts.runs, plans.length);
  t.ok(counts.calls > 80_000 && counts.starts > 100, JSON.stringify(counts));
  t.ok(file.length * 10 < counts.bytes, "what is equal is kept once");
  t.match(records.runs.find(({ name }) => name === "trap in init"), { starts: [{ mode: 99, init: { end: 1 } }] });
  for (const each of ["mvp", "simd"] as const) {
    const { differences, counted } = replay(records, bytesOf(each));
    t.strictSame(differences, [], each);
    t.comment(`${build} records on ${each}: ${counted}, ${file.length} bytes of file`);
  }
  t.end();
});

t.test("each kind of difference is found and named", (t) => {
  t.strictSame(replay(readRecords(update), own).differences, [], "as it was recorded");
  for (const [name, file, words] of planted(update)) {
    const { differences, counted } = replay(readRecords(file), own);
    t.equal(differences.length, 1, name);
    t.match(differences[0], words, name);
    t.match(counted, "1 runs differ");
  }
  t.end();
});

t.test("tools/replay ends with 0, 1 or 2", (t) => {
  const folder = t.testdir({ "equal.rec": Buffer.from(small), "cut.rec": Buffer.from(small.subarray(0, 99)),
    "other.rec": Buffer.from(planted(update)[0]![1]) });
  const core = build === "mvp" ? "build/core.wasm" : "build/core.simd.wasm";
  const tool = (...args: string[]): [number | null, string] => {
    const { status, stdout, stderr } = spawnSync(execPath, ["build/js/tools/replay.js", "--core", core, ...args], { encoding: "utf8" });
    return [status, (stdout + stderr).replaceAll(`${folder}/`, "")];
  };
  t.match(tool(`${folder}/equal.rec`), [0, /^equal\.rec: 2 runs, 2 starts, \d+ polls, \d+ calls, \d+ bytes: all equal\n$/]);
  t.match(tool("--run", "trap", `${folder}/equal.rec`), [0, /: 1 runs, 1 starts, 0 polls, /]);
  t.match(tool(`${folder}/other.rec`), [1, /^update: start 1, .*flash_read: offset: wanted .*\nother\.rec: .*: 1 runs differ\n$/]);
  t.match(tool(`${folder}/cut.rec`, `${folder}/equal.rec`), [2, /^equal.*\nreplay: cut\.rec: 99 bytes: the header says \d+\n$/]);
  t.match(tool(`${folder}/none.rec`), [2, /^replay: none\.rec: ENOENT/]);
  t.match(tool("--run", "no such run", `${folder}/equal.rec`), [2, /^replay: equal\.rec: no run has "no such run" in its name\n$/]);
  t.match(tool("--core=x", "--rum", "x"), [2, /^replay: Unknown option '--rum'; type node build/]);
  t.equal(tool()[0], 2);
  t.end();
});

t.test("pointers are the module's own affair when it is another one", (t) => {
  const [, pointer] = planted(update).find(([name]) => name === "pointer")!;
  const module = core;
  t.match(replayRun(readRecords(pointer).runs[0]!, { module, isSame: true }), /flash_read: ptr: wanted/);
  t.equal(replayRun(readRecords(pointer).runs[0]!, { module, isSame: false }), undefined);
  t.end();
});

t.test("a module that shows another text is told from the one that was recorded", (t) => {
  const changed = bytesOf(build);
  const at = Buffer.from(changed).indexOf("Restarting...");
  t.ok(at > 0);
  changed[at + 2]! ^= 1;
  const difference = replayRun(readRecords(update).runs[0]!, { module: compileCore(changed), isSame: false });
  t.match(difference, /^update: start 1, poll \d+ at \d+ us, call \d+: display_row: byte 2 behind ptr: wanted 0x73, found 0x72$/);
  t.end();
});

t.test("a file cut at any byte, and one with any byte changed, is refused", (t) => {
  t.doesNotThrow(() => readRecords(small));
  let refused = 0;
  for (let bytes = 0; bytes < small.length; bytes++) refused += isRefused(small.subarray(0, bytes)) ? 1 : 0;
  t.equal(refused, small.length, "cut");
  refused = 0;
  for (let at = 0; at < small.length; at++) refused += isRefused(changedAt(at)) ? 1 : 0;
  t.equal(refused, small.length, "changed");
  t.ok(isRefused(Uint8Array.of(...small, 0)), "one byte more");
  t.throws(() => readRecords(new Uint8Array(52)), { message: /does not begin as one/ });
  t.throws(() => readRecords(small.subarray(0, 100)), { message: /^100 bytes: the header says \d+$/ });
  t.end();
});

/** One bit of the small file changed. */
function changedAt(at: number): Uint8Array {
  const copy = small.slice();
  copy[at]! ^= 1 << at % 8;
  return copy;
}

function isRefused(file: Uint8Array): boolean {
  try {
    readRecords(file);
    return false;
  } catch (error) {
    if (error instanceof RecordError) return true;
    throw error;
  }
}

/** All that a replay compares. */
function outputs({ runs }: RecordFile): string {
  return JSON.stringify(runs.map(({ starts }) => starts.map(({ init, polls }) => [init, ...polls.map(({ step }) => step)].map((step) =>
    [step.calls.map((call) => [call.kind.name, call.arguments, call.sources.map(({ argument, bytes }) => [argument, [...bytes]])]),
      step.end, step.result, step.traceCount, step.traceCrc]))));
}

/** A replay for each byte would take half a minute; the stride shares no factor with the sizes of a record's parts. */
const STRIDE = 7;

t.test("behind a right checksum: what was changed is refused, found, or was no output of the core", (t) => {
  const tally = { refused: 0, found: 0, input: 0 };
  const wanted = outputs(readRecords(small));
  for (let at = 52; at < small.length; at += STRIDE) {
    const file = resealed(changedAt(at));
    if (isRefused(file)) {
      tally.refused += 1;
      continue;
    }
    const records = readRecords(file);
    const isEqual = records.runs.every((run) => replayRun(run, { module: core, isSame: true }) === undefined);
    if (!isEqual) tally.found += 1;
    else if (outputs(records) === wanted) tally.input += 1;
    else t.fail(`byte ${at} of ${small.length}: another output of the core is taken as equal`);
  }
  t.ok(tally.refused > 50 && tally.found > 100 && tally.input > 50, JSON.stringify(tally));
  for (let bytes = 52; bytes < small.length; bytes++) {
    if (!isRefused(resealed(small.subarray(0, bytes)))) t.fail(`${bytes} of ${small.length} bytes are taken as a whole file`);
  }
  t.end();
});
