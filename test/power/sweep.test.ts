// Goal: no loss of power at any flash operation costs the telephone its software, starts a wrong image or moves a counter. Method:
// host/power as `offhook power` runs it, a part of it: all scenarios on a few chips with every write unit, every operation under
// every model, each cut followed by a start-up and judged by seven oracles. Then what the sweep stands on: a known run is the run
// that would be made, snapshots change nothing, and a cut played by `boot` leaves the same chip.

import t, { type Test } from "tap";
import { BootFaults } from "../../host/cli/boot-faults.js";
import { coreBytes } from "../../host/cli/core-file.js";
import { faultValue } from "../../host/cli/option-values.js";
import { SweepNetwork, sweepSetUp } from "../../host/cli/boot-sweep.js";
import { Board } from "../../host/board.js";
import { demoKey } from "../../host/image/demo.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { Evidence } from "../../host/power/evidence.js";
import { allShapes, jobsOf } from "../../host/power/jobs.js";
import { exportGlobals, sectionsOf } from "../../host/power/globals.js";
import { sweepPart } from "../../host/power/geometries.js";
import { factsOf } from "../../host/power/oracles.js";
import { scenarioNamed, SCENARIOS } from "../../host/power/scenarios.js";
import { Stable } from "../../host/power/stable.js";
import { apply, benchOf, tellStory } from "../../host/power/story.js";
import { Cutter, cutsOf, faultName } from "../../host/power/sweep.js";
import { replayOf } from "../../host/power/failure.js";
import { runStart, SWEEP_IDENTITY } from "../../host/power/telephone.js";
import { noCounts } from "../../host/power/tally.js";
import { Workshop } from "../../host/power/work.js";
import { Random } from "../../host/random.js";
import { runVirtual } from "../../host/run-loop.js";
import { core } from "../support/core.js";

const BYTES = coreBytes(process.env["OFFHOOK_BUILD"] === "simd" ? "simd" : "mvp");
const SHAPE = "2048x20p256u8";
const CUTS_MIN = 10_000;

t.test("ten thousand cuts, nothing broken, every model changed something", async (t) => {
  const workshop = new Workshop(BYTES);
  const evidence = new Evidence("test", BYTES);
  for (const job of jobsOf("test")) if (job.kind !== "defect") evidence.took(job, workshop.do(job));
  const { cuts, bricks, wrongImages, unverifiedBoots, counterErrors, models } = evidence.summary(0);
  t.same({ bricks, wrongImages, unverifiedBoots, counterErrors }, { bricks: 0, wrongImages: 0, unverifiedBoots: 0, counterErrors: 0 });
  t.same(evidence.counts.failures.map((failure) => `${failure.broken.why}: ${replayOf(failure)}`), []);
  t.ok(cuts >= CUTS_MIN, `${cuts} cuts`);
  t.equal(models, 17);
  t.same([evidence.idleModels, evidence.lacks], [[], []]);
  t.ok(evidence.counts.settings > 300, `settings compared after ${evidence.counts.settings} cuts`);
});

t.test("a whole run that did too little is not good, a part of one is", async (t) => {
  const counts = { ...noCounts(), cuts: 99_999, flips: 9_999 };
  const evidence = new Evidence("ci", BYTES);
  evidence.took({ kind: "single", shape: SHAPE, scenario: "update", plan: { seeds: 1, prefixes: 1 } }, { counts });
  t.same([evidence.isGood(false), evidence.isGood(true)], [true, false]);
  t.same(evidence.lacks.slice(0, 3), ["99999 cuts of 100000", "9999 flips at rest of 10000", "no fixpoint"]);
  const fixpoint = { states: 1, transitions: 1, closed: true, depth: 1, models: [] };
  const byModel = Object.fromEntries(evidence.idleModels.map((model) => [`${model} hardware`, 1]));
  evidence.took({ kind: "rot", shape: SHAPE, flips: 1 }, { counts: { ...noCounts(), cuts: 1, flips: 1, byModel }, fixpoint });
  t.same([evidence.isGood(true), evidence.lacks], [true, []]);
  evidence.took({ kind: "rot", shape: SHAPE, flips: 0 }, { counts: { ...noCounts(), broken: { settings: 2 } } });
  t.equal(evidence.isGood(false), false);
  t.equal(evidence.summary(0).wrongImages, 2, "settings that are mixed or lost count as wrong images");
});

t.test("the CI tier has ten shapes and more with five units each, each scenario on all units and on most shapes", async (t) => {
  const shapes = allShapes();
  t.ok(new Set(shapes.map((shape) => shape.replace(/u\d+$/, ""))).size >= 10);
  t.equal(new Set(shapes).size, shapes.length);
  for (const shape of shapes) t.ok(sweepPart(shape), shape);
  const singles = jobsOf("ci").flatMap((job) => (job.kind === "single" ? [job] : []));
  t.same(new Set(singles.map(({ shape }) => shape)), new Set(shapes), "each shape with each unit is played on");
  for (const { name } of SCENARIOS) {
    const on = singles.filter(({ scenario, plan }) => scenario === name && plan.models === undefined).map(({ shape }) => shape);
    const units = new Set(on.map((shape) => shape.replace(/^.*u/, "")));
    t.equal(units.size, 5, `${name}: every operation under every model with each unit`);
    t.ok(new Set(on.map((shape) => shape.replace(/u\d+$/, ""))).size >= 10, `${name}: on ten shapes`);
  }
  const full = jobsOf("full").filter((job) => job.kind === "single");
  t.equal(full.length, shapes.length * SCENARIOS.length, "a full run plays each scenario on each chip");
  const tested = jobsOf("test").flatMap((job) => (job.kind === "single" ? [job.scenario] : []));
  t.same(new Set(tested), new Set(SCENARIOS.map(({ name }) => name)), "so does npm test with each scenario");
  for (const wrong of ["512x20p100u8", "512x8p128u8", "512x20p128u3", "512x20p1024u8", "x"]) t.equal(sweepPart(wrong), undefined, wrong);
});

t.test("snapshots change nothing: starts with and without them are the same, operation by operation", async (t) => {
  const stable = new Stable(new WebAssembly.Module(exportGlobals(BYTES)));
  for (const name of ["first-install", "revert-attempts", "settings", "resume"]) {
    const told = (snapshots: Stable | undefined) => tellStory(benchOf(core, sweepPart(SHAPE)!, snapshots), scenarioNamed(name)!);
    const [with_, without] = [told(stable), told(undefined)];
    t.same(with_.starts.map(({ operations, facts, moments }) => ({ operations, facts, moments })),
      without.starts.map(({ operations, facts, moments }) => ({ operations, facts, moments })), name);
  }
});

t.test("the module of the snapshots is the one that ships, but for its list of exports", async (t) => {
  const [shipped, exported] = [sectionsOf(BYTES), sectionsOf(exportGlobals(BYTES))];
  t.same([...exported.keys()], [...shipped.keys()]);
  for (const [id, section] of shipped) if (id !== 7) t.equal(Buffer.compare(section, exported.get(id)!), 0, `section ${id}`);
});

t.test("a known run is the run that would be made", async (t) => {
  const cutter = new Cutter(tellStory(new Workshop(BYTES).bench(SHAPE), scenarioNamed("update")!));
  const { bench, scenario, starts } = cutter.story;
  const start = starts[0]!;
  const random = new Random(7);
  const known = cutter.known(start.cells.copy());
  let compared = 0;
  for (const operation of start.operations) {
    for (const cut of cutsOf(operation, cutter.story, { seeds: 2, prefixes: 2 })) {
      cutter.torn(known, operation, cut, () => {
        const facts = cutter.recover(known);
        if (random.unit() > 0.15) return;
        compared += 1;
        t.same(facts, factsOf(runStart(bench, known.cells.copy(), { farEnd: scenario.recovery })), `${operation.offset} ${cut.model}`);
      });
    }
    apply(known.cells, operation);
    known.forget(0, cutter.pageCount);
  }
  t.ok(cutter.memo.lookups - cutter.memo.runs > 50, `${cutter.memo.lookups} cuts, ${cutter.memo.runs} runs`);
  t.ok(compared > 40, `${compared} compared`);
});

/** Plays a cut as `offhook boot` does, on one board with its scheduler, its faults and its far end. Returns the chip at the end. */
function played(name: string, shape: string, faults: readonly string[], module = core): { contents: Uint8Array; appname: string } {
  const part = sweepPart(shape)!;
  const scenario = scenarioNamed(name)!;
  const { cells } = tellStory(benchOf(module, part), scenario).starts[0]!;
  const boot = new BootFaults(faults.map((fault) => faultValue(`power@${fault}`)));
  const network = new SweepNetwork({ scenario, start: 1 }, part);
  const { presets, ...setUp } = sweepSetUp({ scenario, start: 1 });
  const board = new Board({
    core: module, identity: { ...SWEEP_IDENTITY, presets }, trust: [demoKey().spki], ...setUp,
    flash: (clock) => boot.wrap(new NorFlash({ part, clock, timing: "typical", cells })),
    network: (scheduler) => network.make(scheduler),
  });
  let losses = 0;
  boot.attach(board, { power: (on) => (on ? network.recover() : (losses += 1)) });
  let state = "";
  board.log.listen((event) => event.event === "state" && (state = event.state));
  board.powerOn();
  const isIdle = (): boolean => (board.wakeUs ?? Infinity) - board.scheduler.nowUs >= 500_000;
  const quiet = (): boolean => losses === faults.length && state === "login" && isIdle();
  runVirtual(board, () => quiet() || board.scheduler.nowUs > 600e6);
  return { contents: board.flash.contents(), appname: board.log.facts.appname };
}

/** Cuts one of so many operations of a scenario, both ways. */
function compareWithBoot(t: Test, name: string, every: number): void {
  const cutter = new Cutter(tellStory(benchOf(core, sweepPart(SHAPE)!), scenarioNamed(name)!));
  const { bench, scenario, starts } = cutter.story;
  const start = starts[0]!;
  const cells = start.cells.copy();
  const known = cutter.known(cells);
  for (const [number, operation] of start.operations.entries()) {
    if (number % every === 2) {
      const cuts = cutsOf(operation, cutter.story, { seeds: 1, prefixes: 1, seedFrom: 3 });
      for (const cut of cuts.filter((_, index) => index % 3 === number % 3)) {
        cutter.torn(known, operation, cut, () => {
          const torn = cells.copy();
          runStart(bench, torn, { farEnd: scenario.recovery });
          const { contents } = played(name, SHAPE, [faultName(number, cut)]);
          t.equal(Buffer.compare(contents, torn.contents()), 0, `${name} ${faultName(number, cut)}`);
        });
      }
    }
    apply(cells, operation);
    known.forget(0, cutter.pageCount);
  }
}

t.test("a cut that boot plays leaves the chip that the sweep has, with local entries and without staging too", async (t) => {
  compareWithBoot(t, "update", 8);
  compareWithBoot(t, "settings", 16);
  compareWithBoot(t, "resume", 40);
});

t.test("two cuts, one after the other, and the update completes", async (t) => {
  t.equal(played("update", SHAPE, ["20:bits:3", "7:unstable:2"]).appname, "app2.bin");
});

t.test("pairs, triples and the fixpoint, a small part: nothing broken", async (t) => {
  const workshop = new Workshop(BYTES);
  const few = { seeds: 1, prefixes: 0, models: ["nothing", "bits", "zero"] };
  const pairs = workshop.do({ kind: "pairs", shape: SHAPE, scenario: "rejected", plans: [few, few, few], journalOnly: true }).counts;
  t.ok(pairs.triples > 100, `${pairs.triples} third cuts`);
  // The record of a last attempt that reads now so, now otherwise: either image may start next, until another record stands.
  const plans = ["unstable", "nothing"].map((model) => ({ seeds: 1, prefixes: 0, models: [model] }));
  const doubtful = workshop.do({ kind: "pairs", shape: "2048x20p256u32", scenario: "revert-unconfirmed", plans, journalOnly: true });
  t.ok(doubtful.counts.pairs > 100, `${doubtful.counts.pairs} pairs`);
  t.same(doubtful.counts.broken, {});
  const states = workshop.do({ kind: "fixpoint", shape: "512x36p256u32", statesMax: 150 });
  t.equal(states.fixpoint?.closed, false, "it has more states than that");
  t.ok(states.fixpoint!.transitions > 1000);
  const silent = workshop.do({ kind: "silent", shape: SHAPE, scenario: "update" }).counts;
  const rot = workshop.do({ kind: "rot", shape: SHAPE, flips: 300 }).counts;
  t.same([pairs, states.counts, silent, rot].flatMap(({ failures }) => failures.map(({ broken }) => broken.why)), []);
  t.ok(silent.silent > 40 && rot.flips === 300);
});
