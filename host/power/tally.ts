// What a sweep counted: cuts by operation, model and phase, and what it found broken.
//
// Counts of several workers add up. A cut counts when it changed a byte or its model is `nothing`; the caller sees to it that each is
// another one. It keeps the first failures of each oracle and counts the rest.

import type { Operation } from "./telephone.js";
import type { Failure } from "./failure.js";

/** As it goes from a worker to the main thread. */
export interface Counts {
  cuts: number;
  /** Cuts that changed nothing and are not `nothing`. */
  idle: number;
  pairs: number;
  triples: number;
  flips: number;
  /** Start-ups on a chip that was wrong without a word. */
  silent: number;
  /** Cuts after which the restored settings were compared. */
  settings: number;
  runs: number;
  lookups: number;
  /** `program bits hardware` → cuts. */
  byModel: Record<string, number>;
  /** Oracle → broken. */
  broken: Record<string, number>;
  /** The first of each oracle. */
  failures: Failure[];
}

/** Of each oracle so many failures are kept. */
const KEPT_MAX = 5;

export function noCounts(): Counts {
  const counted = { cuts: 0, idle: 0, pairs: 0, triples: 0, flips: 0, silent: 0, settings: 0, runs: 0, lookups: 0 };
  return { ...counted, byModel: {}, broken: {}, failures: [] };
}

export class Tally {
  readonly counts = noCounts();
  #depth: "cuts" | "pairs" | "triples" = "cuts";

  /** From now on a cut is the second or third of its start-up. */
  depth(depth: "cuts" | "pairs" | "triples"): void {
    this.#depth = depth;
  }

  cut(operation: Operation, model: string, changed: boolean): void {
    if (!changed && model !== "nothing") {
      this.counts.idle += 1;
      return;
    }
    this.counts.cuts += 1;
    if (this.#depth !== "cuts") this.counts[this.#depth] += 1;
    const key = `${operation.kind} ${model} ${operation.state}`;
    this.counts.byModel[key] = (this.counts.byModel[key] ?? 0) + 1;
  }

  fail(failure: Failure): void {
    const { oracle } = failure.broken;
    const count = (this.counts.broken[oracle] = (this.counts.broken[oracle] ?? 0) + 1);
    if (count <= KEPT_MAX) this.counts.failures.push(failure);
  }

  get failed(): boolean {
    return this.counts.failures.length > 0;
  }
}

/** The sum of two. */
export function added(left: Counts, right: Counts): Counts {
  const sum = { ...left, byModel: { ...left.byModel }, broken: { ...left.broken }, failures: [...left.failures] };
  const names = ["cuts", "idle", "pairs", "triples", "flips", "silent", "settings", "runs", "lookups"] as const;
  for (const name of names) sum[name] += right[name];
  for (const part of ["byModel", "broken"] as const) {
    for (const [key, count] of Object.entries(right[part])) sum[part][key] = (sum[part][key] ?? 0) + count;
  }
  for (const failure of right.failures) {
    if (sum.failures.filter(({ broken }) => broken.oracle === failure.broken.oracle).length < KEPT_MAX) sum.failures.push(failure);
  }
  return sum;
}
