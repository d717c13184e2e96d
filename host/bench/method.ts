// How a figure is made: candidates take turns in one process, the order rotates every round, medians of CPU time.

import process from "node:process";

export interface Candidate {
  readonly name: string;
  /** Does the work once. Returns CPU microseconds where it times itself. */
  readonly run: () => number | void;
}

/** At least this many rounds stand behind every median. */
const ROUNDS = 7;

/** CPU time of this process so far, in microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Median CPU microseconds of each candidate. One round goes before that is not counted. */
export function measure(candidates: readonly Candidate[]): Map<string, number> {
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (let turn = 0; turn < candidates.length; turn++) {
      const { name, run } = candidates[(turn + round + candidates.length) % candidates.length]!;
      const startUs = cpuUs();
      const us = run() ?? cpuUs() - startUs;
      if (round >= 0) times.get(name)!.push(us);
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
