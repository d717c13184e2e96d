// Does one job of a sweep with one core.
//
// In: a job and a module's bytes. Out: counts, and for some jobs what they found. It neither prints nor reads files; a worker thread and a
// test call it alike.

import { compileCore } from "../core-loader.js";
import { fixpoint, type Fixpoint } from "./fixpoint.js";
import { sweepPart } from "./geometries.js";
import { exportGlobals } from "./globals.js";
import type { Job } from "./jobs.js";
import { sweepPairs } from "./pairs.js";
import { sweepRot } from "./rot.js";
import { scenarioNamed, SCENARIOS } from "./scenarios.js";
import { sweepSilent } from "./silent.js";
import { Stable } from "./stable.js";
import { benchOf, tellStory } from "./story.js";
import { Cutter, sweepStory } from "./sweep.js";
import { Tally, type Counts } from "./tally.js";
import type { Bench } from "./telephone.js";

export interface Done {
  readonly counts: Counts;
  readonly fixpoint?: Fixpoint;
  readonly caught?: Caught;
}

/** What became of a seeded defect. */
export interface Caught {
  readonly name: string;
  /** The oracle that caught it, and how; undefined: it was not caught. */
  readonly oracle: string | undefined;
  readonly why: string;
  readonly cuts: number;
}

/** Between two reports of a long job. */
export type Report = (text: string) => void;

export class Workshop {
  readonly #core: WebAssembly.Module;
  readonly #stable: Stable;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#core = compileCore(bytes);
    this.#stable = new Stable(new WebAssembly.Module(exportGlobals(bytes)));
  }

  /** Does any job but a defect's, which brings its own core. */
  do(job: Exclude<Job, { kind: "defect" }>, report: Report = () => undefined): Done {
    const tally = new Tally();
    const bench = this.bench(job.shape);
    if (job.kind === "rot") sweepRot(bench, job.flips, ROT_SEED, tally);
    if (job.kind === "rot") return { counts: tally.counts };
    const cutter = new Cutter(tellStory(bench, scenarioNamed(job.kind === "fixpoint" ? "fixpoint" : job.scenario)!));
    let found: Fixpoint | undefined;
    if (job.kind === "single") sweepStory(cutter, job.plan, tally);
    if (job.kind === "silent") sweepSilent(cutter, tally);
    if (job.kind === "pairs") sweepPairs(cutter, job, tally);
    if (job.kind === "fixpoint") found = fixpoint(cutter, tally, reporter(report, job.statesMax));
    count(cutter, tally);
    return { counts: tally.counts, ...(found === undefined ? {} : { fixpoint: found }) };
  }

  /** Looks for anything broken until something is: the core of this workshop has a defect. */
  hunt(name: string): Caught {
    const tally = new Tally();
    for (const step of HUNT) {
      const broken = this.#step(step, tally);
      if (broken !== undefined) return { name, oracle: "clean run", why: broken, cuts: tally.counts.cuts };
      const failure = tally.counts.failures[0];
      if (failure !== undefined) return { name, oracle: failure.broken.oracle, why: failure.broken.why, cuts: tally.counts.cuts };
    }
    return { name, oracle: undefined, why: "nothing was found broken", cuts: tally.counts.cuts };
  }

  bench(shape: string): Bench {
    return benchOf(this.#core, sweepPart(shape)!, this.#stable);
  }

  /** A core that does not even get through an undisturbed start-up is caught by that. */
  #step({ shape, scenario, how }: HuntStep, tally: Tally): string | undefined {
    const bench = this.bench(shape);
    const goOn = (): boolean => !tally.failed;
    try {
      if (how === "rot") sweepRot(bench, HUNT_FLIPS, ROT_SEED, tally);
      else {
        const cutter = new Cutter(tellStory(bench, scenarioNamed(scenario)!));
        if (how === "silent") sweepSilent(cutter, tally, goOn);
        else sweepStory(cutter, how === "unsteady" ? UNSTEADY_PLAN : HUNT_PLAN, tally, goOn);
      }
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

const ROT_SEED = 1;
const HUNT_FLIPS = 300;
const HUNT_PLAN = { seeds: 3, prefixes: 2 };
/** A record that reads well in one start and not in the next is rare: one bit must be unsteady, and read as meant the first time. */
const UNSTEADY_PLAN = { seeds: 16, prefixes: 0, models: ["unstable"] };
/** With pages of a record each and few of them; the last has a journal sector of four records, in which every mark goes round. */
const HUNT_SHAPES = ["2048x20p256u8", "1024x20p128u8", "512x20p128u8"];

interface HuntStep {
  readonly shape: string;
  readonly scenario: string;
  readonly how: "cuts" | "unsteady" | "silent" | "rot";
}

/** What is cheap and catches much comes first. */
const HUNT: readonly HuntStep[] = HUNT_SHAPES.flatMap((shape): HuntStep[] => [
  { shape, scenario: "confirm", how: "cuts" },
  { shape, scenario: "revert-unconfirmed", how: "cuts" },
  { shape, scenario: "update", how: "silent" },
  { shape, scenario: "update", how: "rot" },
  { shape, scenario: "confirm", how: "unsteady" },
  { shape, scenario: "update", how: "unsteady" },
  { shape, scenario: "counter-raise", how: "unsteady" },
  { shape, scenario: "settings", how: "cuts" },
  { shape, scenario: "resume", how: "cuts" },
  ...SCENARIOS.map(({ name }): HuntStep => ({ shape, scenario: name, how: "cuts" })),
]);

function count(cutter: Cutter, tally: Tally): void {
  tally.counts.runs += cutter.memo.runs + cutter.ways.runs;
  tally.counts.lookups += cutter.memo.lookups + cutter.ways.lookups;
}

function reporter(report: Report, statesMax: number): (states: number, waiting: number) => boolean {
  let count = 0;
  return (states, waiting) => {
    if (count++ % 50 === 0) report(`fixpoint: ${states} crash states, ${waiting} to go`);
    return states <= statesMax;
  };
}
