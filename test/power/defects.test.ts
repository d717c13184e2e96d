// Goal: the sweep is not blind: cores with a small defect are caught, and what it says of a failure can be played again.
// Method: the text of every defect occurs in the core's source exactly once; two of them are compiled and hunted here, all of them by
// `offhook power`. A failure's faults, played alone, break the same oracle again.

import { readFileSync } from "node:fs";
import t from "tap";
import { compileCore } from "../../host/core-loader.js";
import { buildDefect } from "../../host/power/build-defect.js";
import { DEFECTS, patched } from "../../host/power/defects.js";
import { sweepPart } from "../../host/power/geometries.js";
import { scenarioNamed } from "../../host/power/scenarios.js";
import { benchOf, tellStory } from "../../host/power/story.js";
import { replayOf } from "../../host/power/failure.js";
import { Cutter, sweepStory } from "../../host/power/sweep.js";
import { Tally } from "../../host/power/tally.js";
import { Workshop } from "../../host/power/work.js";

const read = (file: string): string => readFileSync(file, "utf8");
const SHAPE = "2048x20p256u8";

t.test("every defect is a change of the core as it is", async (t) => {
  t.ok(DEFECTS.length >= 22, `${DEFECTS.length} defects`);
  t.equal(new Set(DEFECTS.map(({ name }) => name)).size, DEFECTS.length);
  for (const defect of DEFECTS) {
    const files = patched(defect, read);
    for (const [file, text] of files) t.not(text, read(file), `${defect.name} changes ${file}`);
  }
  const stale = { name: "stale", what: "", changes: [{ file: "core/main.ts", text: "no such text", instead: "" }] };
  t.throws(() => patched(stale, read), /occurs 0 times in core\/main\.ts/);
});

const coreWith = (name: string): Promise<Uint8Array<ArrayBuffer>> => buildDefect(DEFECTS.find((known) => known.name === name)!);

t.test("canary: highest-sequence-without-commit is caught", async (t) => {
  const caught = new Workshop(await coreWith("highest-sequence-without-commit")).hunt("highest-sequence-without-commit");
  t.ok(caught.oracle, `${caught.oracle}: ${caught.why} (${caught.cuts} cuts)`);
});

t.test("canary: resume-trusts-half-a-block is caught by the scenario resume", async (t) => {
  const tally = new Tally();
  const workshop = new Workshop(await coreWith("resume-trusts-half-a-block"));
  const cutter = new Cutter(tellStory(workshop.bench(SHAPE), scenarioNamed("resume")!));
  sweepStory(cutter, { seeds: 1, prefixes: 1 }, tally, () => !tally.failed);
  t.same(tally.counts.failures.map(({ broken }) => broken.oracle), ["f"], tally.counts.failures[0]?.broken.why);
});

t.test("a failure names its replay, and that cut alone breaks the same oracle", async (t) => {
  const bytes = await coreWith("highest-sequence-without-commit");
  const cutter = (): Cutter => new Cutter(tellStory(benchOf(compileCore(bytes), sweepPart(SHAPE)!), scenarioNamed("update")!));
  const tally = new Tally();
  sweepStory(cutter(), { seeds: 2, prefixes: 2 }, tally, () => !tally.failed);
  const failure = tally.counts.failures[0]!;
  t.match(replayOf(failure), /^offhook boot --lan power-update --part power-2048x20p256u8 --fault power@\d+:[a-z-]+:\d+$/);
  const [operation, model] = failure.faults[0]!.split(":");
  const again = new Tally();
  sweepStory(cutter(), { seeds: 2, prefixes: 2, models: [model!] }, again);
  t.ok(again.counts.failures.some((other) => other.faults[0] === failure.faults[0] && other.broken.oracle === failure.broken.oracle),
    `operation ${operation}: ${failure.broken.why}`);
});
