// How a figure is made: candidates take turns in one process, the order rotates every round, medians of CPU time.

import process from "node:process";

export interface Candidate {
  readonly name: string;
  /** Does the work once. Returns CPU microseconds where it times itself. */
  readonly run: () => number | void;
}

/** At least this many rounds stand behind every median. */
const ROUNDS = 7;
/** What is copied and worked on at a time. */
export const CHUNK_BITS = 12;
export const CHUNK_BYTES = 1 << CHUNK_BITS;
/** A flash page. */
export const PAGE_BITS = 8;
export const PAGE_BYTES = 1 << PAGE_BITS;

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

/** The exponent b of the curve time = a * size^b that fits best: least squares over the logarithms. */
export function fittedExponent(points: readonly { readonly bytes: number; readonly us: number }[]): number {
  const logs = points.map(({ bytes, us }) => [Math.log(bytes), Math.log(us)] as const);
  const mean = (index: 0 | 1): number => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const products = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return products / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
