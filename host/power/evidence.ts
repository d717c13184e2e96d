// What a sweep found, as one JSON object: for a file, for `--json`'s last line, and for the lines that a person reads.
//
// Every figure is counted, none is set. Two sweeps of one tier with one module differ in nothing but seconds and machine.

import { createHash } from "node:crypto";
import { crc32 } from "../crc32.js";
import { ERASE_MODELS, PROGRAM_MODELS } from "../faults/cut-catalogue.js";
import type { Fixpoint } from "./fixpoint.js";
import type { Job, Tier } from "./jobs.js";
import { replayOf } from "./failure.js";
import { added, noCounts, type Counts } from "./tally.js";
import type { Caught, Done } from "./work.js";

/** The last line of `--json`. */
export interface Summary {
  readonly cuts: number;
  readonly models: number;
  readonly geometries: number;
  readonly pairs: number;
  readonly crashStates: number;
  readonly bricks: number;
  readonly wrongImages: number;
  readonly unverifiedBoots: number;
  readonly counterErrors: number;
  readonly rotRefusals: number;
  readonly defects: number;
  readonly defectsCaught: number;
  readonly seconds: number;
  readonly wasm: string;
}

/** What a whole sweep does at least. */
const CUTS_MIN: Readonly<Record<Tier, number>> = { test: 10_000, ci: 100_000, full: 1_000_000 };
const FLIPS_MIN = 10_000;

/** Which figure an oracle belongs to. */
const FIGURES: Readonly<Record<string, "bricks" | "wrongImages" | "unverifiedBoots" | "counterErrors" | "rotRefusals">> = {
  a: "bricks", f: "bricks", panic: "bricks", b: "wrongImages", d: "wrongImages", e: "wrongImages", g: "wrongImages",
  settings: "wrongImages",  unverified: "unverifiedBoots", c: "counterErrors", rot: "rotRefusals",
};

export class Evidence {
  readonly #tier: Tier;
  readonly #wasm: string;
  readonly #stories = new Map<string, Counts>();
  readonly #shapes = new Set<string>();
  readonly #caught: Caught[] = [];
  #fixpoint: Fixpoint | undefined;
  #all = noCounts();

  constructor(tier: Tier, core: Uint8Array) {
    this.#tier = tier;
    this.#wasm = createHash("sha256").update(core).digest("hex");
  }

  took(job: Job, done: Done): void {
    this.#all = added(this.#all, done.counts);
    if (done.fixpoint !== undefined) this.#fixpoint = done.fixpoint;
    if (done.caught !== undefined) this.#caught.push(done.caught);
    if (job.kind === "defect") return;
    this.#stories.set(JSON.stringify(job), done.counts);
    if (job.kind === "single") this.#shapes.add(job.shape);
  }

  get counts(): Counts {
    return this.#all;
  }

  get caught(): readonly Caught[] {
    return this.#caught;
  }

  get fixpoint(): Fixpoint | undefined {
    return this.#fixpoint;
  }

  /** Models that changed a byte in at least one run, of all that there are; `nothing` cannot. */
  get idleModels(): string[] {
    const used = Object.keys(this.#all.byModel);
    return MODELS.filter((model) => !used.some((key) => key.startsWith(`${model} `)));
  }

  summary(seconds: number): Summary {
    const figures = { bricks: 0, wrongImages: 0, unverifiedBoots: 0, counterErrors: 0, rotRefusals: 0 };
    for (const [oracle, count] of Object.entries(this.#all.broken)) figures[FIGURES[oracle] ?? "bricks"] += count;
    const { bricks, wrongImages, unverifiedBoots, counterErrors, rotRefusals } = figures;
    return {
      cuts: this.#all.cuts, models: MODELS.length - this.idleModels.length, geometries: this.#shapes.size, pairs: this.#all.pairs,
      crashStates: this.#fixpoint?.states ?? 0, bricks, wrongImages, unverifiedBoots, counterErrors, rotRefusals,
      defects: this.#caught.length, defectsCaught: this.#caught.filter(({ oracle }) => oracle !== undefined).length,
      seconds: Math.round(seconds * 10) / 10, wasm: this.#wasm,
    };
  }

  /** True when nothing was broken or missed, and a whole sweep did what it is for. */
  isGood(isWhole: boolean): boolean {
    const missed = this.#caught.some(({ oracle }) => oracle === undefined);
    const isComplete = !isWhole || this.lacks.length === 0;
    return Object.keys(this.#all.broken).length === 0 && !missed && isComplete && this.#fixpoint?.closed !== false;
  }

  /** What a whole sweep of this tier should have done and did not: one that does less by mistake is not good. */
  get lacks(): string[] {
    const { cuts, flips } = this.#all;
    const cutsMin = CUTS_MIN[this.#tier];
    return [
      ...(cuts < cutsMin ? [`${cuts} cuts of ${cutsMin}`] : []),
      ...(this.#tier !== "test" && flips < FLIPS_MIN ? [`${flips} flips at rest of ${FLIPS_MIN}`] : []),
      ...(this.#tier !== "test" && this.#fixpoint === undefined ? ["no fixpoint"] : []),
      ...this.idleModels.map((model) => `nothing changed by ${model}`),
    ];
  }

  /** The whole of it. */
  file(seconds: number): string {
    const jobs = [...this.#stories.keys()].sort();
    const { byModel, failures, runs, lookups, idle, triples, flips, silent, settings, broken } = this.#all;
    const root = jobs.reduce((crc, job) => crc32(new TextEncoder().encode(job + JSON.stringify(this.#stories.get(job))), crc), 0);
    return `${JSON.stringify({
      ...this.summary(seconds), tier: this.#tier, node: process.version, startUps: runs,
      known: lookups - runs, idle, triples, flips, silent, settings, broken,
      traceRoot: root.toString(16).padStart(8, "0"), fixpoint: this.#fixpoint, byOperationModelPhase: sorted(byModel),
      defectList: this.#caught, failures: failures.map((failure) => ({ ...failure, replay: replayOf(failure) })),
      plans: jobs.map((job) => JSON.parse(job) as unknown),
    }, null, 1)}\n`;
  }
}

const MODELS: readonly string[] = [
  ...PROGRAM_MODELS.map(({ name }) => `program ${name}`), ...ERASE_MODELS.map(({ name }) => `erase ${name}`),
];

function sorted(record: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}
