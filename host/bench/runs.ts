// Rows 1 to 9, and 14, out of processes of their own: several plain ones and several whose OpenSSL does without SHA extensions, because
// code placement moves a figure from process to process.
//
// In: how to run one process. Out: rows. A row that misses a floor is measured again, at most three times; the medians count.

import { EXPLAIN_EXPONENT_MAX, EXPLAIN_MS_MAX } from "./explain.js";
import { median } from "./method.js";
import type { Rates } from "./digests.js";
import { COLD_RATIO_MAX, PLANS, type Group, type Plan, type Row } from "./rows.js";

/** Runs one measuring process. */
export type Measure = (group: Group, masked: boolean) => Rates;

const PROCESSES = 5;
const REPEATS_MAX = 3;

interface Runs {
  readonly plain: readonly Rates[];
  readonly masked: readonly Rates[];
}

type Ratios = Readonly<Record<string, number>>;

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** The rows of these groups, each group measured as often as its worst row needs. */
export function measuredRows(measure: Measure, groups: readonly Group[]): Row[] {
  const rows = groups.flatMap((group) => {
    if (group === "cold") return [coldRow(measure)];
    if (group === "explain") return [explainRow(measure)];
    return groupRows(measure, group, PLANS.filter((plan) => plan.group === group));
  });
  return rows.sort((left, right) => left.row - right.row);
}

function groupRows(measure: Measure, group: Group, plans: readonly Plan[]): Row[] {
  const anyMasked = plans.some((plan) => Object.values(plan.peers).some((peer) => peer.masked));
  const run = (): Runs => ({
    plain: times(PROCESSES, () => measure(group, false)),
    masked: anyMasked ? times(PROCESSES, () => measure(group, true)) : [],
  });
  const all = [run()];
  while (all.length <= REPEATS_MAX && plans.some((plan) => !rowOf(plan, all).met)) all.push(run());
  return plans.filter((plan) => all[0]!.plain[0]![plan.name] !== undefined).map((plan) => rowOf(plan, all));
}

/** A row that its first measurement met is done; the others take all. */
function rowOf(plan: Plan, all: readonly Runs[]): Row {
  const first = ratiosOf(plan, all[0]!);
  const floors = Object.fromEntries(Object.entries(plan.peers).map(([key, peer]) => [key, peer.floor]));
  const meets = (ratios: Ratios): boolean => Object.entries(ratios).every(([key, ratio]) => ratio >= floors[key]!);
  const counted = meets(first) ? all.slice(0, 1) : all;
  const repeats = counted.map((runs) => ratiosOf(plan, runs));
  const ratios = Object.fromEntries(Object.keys(first).map((key) => [key, round(median(repeats.map((each) => each[key]!)))]));
  const rates = ratesOf(counted);
  const rate = round(rates[plan.name] ?? 0, plan.unit === "MB/s" ? 1 : 0);
  return {
    row: plan.row, candidate: plan.candidate, mbps: plan.unit === "MB/s" ? rate : null, ratios, floors, met: meets(ratios),
    ...(repeats.length > 1 ? { repeats } : {}),
    details: { unit: plan.unit, rates },
  };
}

/** Candidate over peer in one set of processes: in each process the quotient, then the median. */
function ratiosOf(plan: Plan, runs: Runs): Ratios {
  const entries = Object.entries(plan.peers).map(([key, peer]): [string, number] => {
    const processes = peer.masked ? runs.masked : runs.plain;
    return [key, round(median(processes.map((rates) => (rates[plan.name] ?? Number.NaN) / (rates[peer.name] ?? Number.NaN))))];
  });
  return Object.fromEntries(entries.filter(([, ratio]) => !Number.isNaN(ratio)));
}

/** Every candidate's rate: the median over the processes; those of a masked one are named so. */
function ratesOf(all: readonly Runs[]): Record<string, number> {
  const rates: Record<string, number> = {};
  for (const kind of ["plain", "masked"] as const) {
    const processes = all.flatMap((runs) => runs[kind]);
    for (const name of Object.keys(processes[0] ?? {})) {
      if (kind === "masked" && !name.startsWith("openssl")) continue;
      const key = kind === "masked" ? `${name} without SHA extensions` : name;
      rates[key] = round(median(processes.map((each) => each[name] ?? Number.NaN)), 0);
    }
  }
  return rates;
}

/** Row 9 is a ratio of times, so the smaller the better. */
function coldRow(measure: Measure): Row {
  const all = [times(PROCESSES, () => measure("cold", false))];
  const ratio = (processes: readonly Rates[]): number => round(median(processes.map((rates) => rates["self"]!)));
  while (all.length <= REPEATS_MAX && median(all.map(ratio)) > COLD_RATIO_MAX) all.push(times(PROCESSES, () => measure("cold", false)));
  const self = round(median(all.map(ratio)));
  const rate = (name: string): number => round(median(all.flat().map((rates) => rates[name]!)), 1);
  return {
    row: 9, candidate: "first 8 MiB in a fresh process over a later pass (at most)", mbps: rate("first"),
    ratios: { self }, floors: { self: COLD_RATIO_MAX }, met: self <= COLD_RATIO_MAX,
    ...(all.length > 1 ? { repeats: all.map((processes) => ({ self: ratio(processes) })) } : {}),
    details: { later: rate("later"), "whole download": rate("download") },
  };
}

/** Milliseconds, with no peer: nothing else interprets these files. */
function explainRow(measure: Measure): Row {
  const processes = times(PROCESSES, () => measure("explain", false));
  const of = (name: string, digits: number): number => round(median(processes.map((rates) => rates[name]!)), digits);
  const details = {
    bytes: of("bytes", 0), lines: of("lines", 0), firstMs: of("firstMs", 1), laterMs: of("laterMs", 1), exponent: of("exponent", 3),
  };
  const most = `at most ${EXPLAIN_MS_MAX} ms, exponent ${EXPLAIN_EXPONENT_MAX}`;
  return {
    row: 14, candidate: `explain a settings file (${most})`, mbps: null, ratios: {}, floors: {},
    met: details.laterMs <= EXPLAIN_MS_MAX && details.exponent <= EXPLAIN_EXPONENT_MAX, details,
  };
}
