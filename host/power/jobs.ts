// The parts of a sweep that one worker does at a time, and the plans of each tier.
//
// In: a tier. Out: jobs as plain data, which go to workers as messages. The order is by shape, so that a worker which has one shape warm
// gets the next job of it. It runs nothing.

import { FIXPOINT_SHAPE, SHAPES, UNITS } from "./geometries.js";
import type { Plan } from "./sweep.js";
import { SCENARIOS } from "./scenarios.js";

export type Tier = "test" | "ci" | "full";

export type Job =
  | { readonly kind: "single"; readonly shape: string; readonly scenario: string; readonly plan: Plan }
  | { readonly kind: "pairs"; readonly shape: string; readonly scenario: string; readonly plans: readonly Plan[];
    readonly journalOnly: boolean }
  | { readonly kind: "rot"; readonly shape: string; readonly flips: number }
  | { readonly kind: "silent"; readonly shape: string; readonly scenario: string }
  | { readonly kind: "fixpoint"; readonly shape: string; readonly statesMax: number }
  | { readonly kind: "defect"; readonly name: string };

/** Shapes of the pairs: many places in the journal, few, and larger erase commands. */
export const PAIR_SHAPES: readonly string[] = ["1024x20p128u8", "2048x20p256u32", "1024x36p128b0+4096u16"];
/** What a first cut of a pair may leave: half done, faulty, unsteady. */
const FIRST: Plan = { seeds: 1, prefixes: 1 };
const SECOND: Plan = { seeds: 1, prefixes: 1, models: ["nothing", "all", "bits", "ecc", "unstable", "zero", "half", "weak"] };
const TRIPLE: Plan = { seeds: 1, prefixes: 0, models: ["nothing", "bits", "unstable", "zero", "weak"] };
const TRIPLE_SCENARIOS = ["confirm", "counter-raise", "rejected"];
const FLIPS = 1000;
/** A fixpoint that grows beyond this is none that can be waited for; it is then said not to be closed. */
const STATES_MAX = 100_000;

/** The plan of single cuts of a tier. Each shape begins among the seeds at another place. */
function planOf(tier: Tier, index: number): Plan {
  if (tier === "full") return { seeds: 2, prefixes: 4, seedFrom: 2 * index };
  return { seeds: 1, prefixes: 2, seedFrom: index };
}

/** Of five chips in a row a scenario is played on so many; the dear ones, which have most operations, on fewer. A full run takes all. */
const SHARE = 3;
const SHARES: Readonly<Record<Tier, Readonly<Record<string, number>>>> = {
  test: { "first-install": 2, "resume": 2 },
  ci: { "first-install": 1, "resume": 1, "update": 2, "rotation": 2 },
  full: Object.fromEntries(SCENARIOS.map(({ name }) => [name, UNITS.length])),
};

/** The scenarios of a chip: others on the next one, and others on the next shape with the same unit. */
function scenariosOn(index: number, tier: Tier): string[] {
  const turn = index + Math.floor(index / UNITS.length);
  const isOn = (name: string, at: number): boolean => (turn + at) % UNITS.length < (SHARES[tier][name] ?? SHARE);
  return SCENARIOS.filter(({ name }, at) => isOn(name, at)).map(({ name }) => name);
}

/** Every shape with every unit. */
export function allShapes(): string[] {
  return SHAPES.flatMap((shape) => UNITS.map((unit) => `${shape}u${unit}`));
}

export function jobsOf(tier: Tier): Job[] {
  const shapes = tier === "test" ? TEST_SHAPES : allShapes();
  const singles = shapes.flatMap((shape, index) => scenariosOn(index, tier).map((scenario): Job =>
    ({ kind: "single", shape, scenario, plan: planOf(tier, index) })));
  if (tier === "test") return singles;
  // The longest first, so that no worker is left alone with it at the end.
  const fixpoints: Job[] = [{ kind: "fixpoint", shape: `${FIXPOINT_SHAPE}u32`, statesMax: STATES_MAX }];
  const rot = ROT_SHAPES.map((shape): Job => ({ kind: "rot", shape, flips: FLIPS }));
  const silent = SILENT_SHAPES.flatMap((shape) => SCENARIOS.map(({ name }): Job => ({ kind: "silent", shape, scenario: name })));
  return [...fixpoints, ...(tier === "full" ? pairJobs() : []), ...singles, ...silent, ...rot];
}

function pairJobs(): Job[] {
  const pairs = PAIR_SHAPES.flatMap((shape) => SCENARIOS.map(({ name }): Job =>
    ({ kind: "pairs", shape, scenario: name, plans: [FIRST, SECOND], journalOnly: false })));
  const triples = TRIPLE_SCENARIOS.map((scenario): Job =>
    ({ kind: "pairs", shape: PAIR_SHAPES[0]!, scenario, plans: [TRIPLE, TRIPLE, TRIPLE], journalOnly: true }));
  return [...pairs, ...triples];
}

/** A few shapes that together have every unit: about ten thousand cuts. */
const TEST_SHAPES = ["1024x20p128u1", "2048x20p256u4", "4096x20p256u8", "2048x24p128u16", "512x44p128b1024+2048u32"];
const ROT_SHAPES = ["512x20p128u1", "1024x20p128u4", "1024x28p128u8", "2048x20p256u16", "2048x24p128u32",
  "4096x20p256u1", "4096x20p512u4", "4096x24p128u8", "512x24p128u16", "512x44p128b1024+2048u32", "1024x36p128b0+4096u1"];
const SILENT_SHAPES = ["2048x20p256u8", "1024x20p128u1"];
