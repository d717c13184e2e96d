// A scenario on one shape of chip, made ready: the chip before each start, every operation numbered, and what the chip says between them.
//
// In: a core, a shape, a scenario. Out: for each start its operations and moments. The chip begins full of noise, and every byte on it
// was put there by the core itself.

import type { NorPart } from "../peripherals/nor-parts.js";
import { NorCells } from "../peripherals/nor-cells.js";
import { layoutOf } from "./layout.js";
import { isInside } from "./layout.js";
import { factsOf, momentOf, type Facts, type Moment } from "./oracles.js";
import { imagesFor, settingsFor, type FarEnd, type Scenario, type Start } from "./scenarios.js";
import type { Stable } from "./stable.js";
import { runStart, type Bench, type Operation, type Run } from "./telephone.js";

/** Chips start full of this noise. */
const NOISE_SEED = 0x0ff400c5;
/** Power-ups until a journal sector is full: it has 32 records, and one takes two. */
const ROTATE_STARTS_MAX = 40;
/** A byte in the middle of the smallest image. */
const ROTTEN_AT = 100;

export interface StoryStart {
  readonly number: number;
  /** The chip when power comes. Not to be changed: copy it. */
  readonly cells: NorCells;
  readonly operations: readonly Operation[];
  /** Before operation 0, 1, … and after the last: one more than operations. */
  readonly moments: readonly Moment[];
  readonly facts: Facts;
}

export interface Story {
  readonly scenario: Scenario;
  readonly bench: Bench;
  readonly starts: readonly StoryStart[];
}

export function benchOf(core: WebAssembly.Module, part: NorPart, stable?: Stable): Bench {
  return { core, stable, part, images: imagesFor(part), settings: settingsFor(part) };
}

/** Plays the scenario once, without a cut. Throws when the core does not even get through that, and says where. */
export function tellStory(bench: Bench, scenario: Scenario): Story {
  const cells = chipBefore(bench, scenario);
  const starts = scenario.starts.map((start, index) => tellStart(bench, cells, start, index + 1));
  return { scenario, bench, starts };
}

/** The chip before the first start of a scenario whose operations are cut, or before a later one. */
export function chipAt(bench: Bench, scenario: Scenario, startNumber: number): NorCells {
  const cells = chipBefore(bench, scenario);
  for (const start of scenario.starts.slice(0, startNumber - 1)) runStart(bench, cells, start);
  return cells;
}

function tellStart(bench: Bench, cells: NorCells, start: Start, number: number): StoryStart {
  const before = cells.copy();
  const run = runStart(bench, cells, start);
  return { number, cells: before, operations: run.operations, moments: momentsOf(bench, before, run.operations), facts: factsOf(run) };
}

/** What a chip says before each operation and after the last. Only operations on the journal and the settings change it. */
export function momentsOf(bench: Bench, cells: NorCells, operations: readonly Operation[]): Moment[] {
  const replay = cells.copy();
  const moments = [momentOf(replay, bench)];
  for (const operation of operations) {
    apply(replay, operation);
    const { offset } = operation;
    const tells = isJournal(bench.part, offset) || isInside(layoutOf(bench.part).settings, offset);
    moments.push(tells ? momentOf(replay, bench) : moments.at(-1)!);
  }
  return moments;
}

/** What the operation does when nothing happens to it. */
export function apply(cells: NorCells, { offset, bytes, source }: Operation): void {
  if (source === undefined) cells.erase(offset, bytes);
  else cells.program(offset, source);
}

function chipBefore(bench: Bench, scenario: Scenario): NorCells {
  const cells = new NorCells(bench.part, NOISE_SEED);
  for (const name of scenario.stored) {
    const image = bench.images.find((known) => known.name === name)!;
    const isBoot = name.startsWith("boot");
    const run = runStart(bench, cells, { farEnd: isBoot ? { boot: name } : { app: name } });
    if ((isBoot ? run.bootname : run.appname) !== name) throw new Error(`${bench.part.name}: ${image.name} was not stored: ${endOf(run)}`);
  }
  for (const start of scenario.before ?? []) runStart(bench, cells, start);
  for (const [kind, slot] of scenario.rotten ?? []) spoil(cells, layoutOf(bench.part).slot(kind, slot).offset + ROTTEN_AT);
  if (scenario.rotates === true) turn(bench, cells, scenario);
  return cells;
}

/** Adds power-ups until the scenario's first start erases a journal sector after an application was accepted. */
function turn(bench: Bench, cells: NorCells, { starts: [first], stored }: Scenario): void {
  const idle: FarEnd = { app: stored.at(-1)! };
  for (let count = 0; count < ROTATE_STARTS_MAX; count++) {
    const { operations } = runStart(bench, cells.copy(), first!);
    const rotates = operations.some(({ kind, offset, state }) => kind === "erase" && state !== "hardware" && isJournal(bench.part, offset));
    if (rotates) return;
    runStart(bench, cells, { farEnd: idle });
  }
  throw new Error(`${bench.part.name}: the journal does not go round`);
}

export function isJournal(part: NorPart, offset: number): boolean {
  return layoutOf(part).journal.some((span) => isInside(span, offset));
}

/** A bit falls or rises at rest. */
export function spoil(cells: NorCells, offset: number, mask = 0x10): void {
  cells.flip(offset, mask);
}

function endOf({ ended, panic, bootname, appname }: Run): string {
  return `${ended}${panic === undefined ? "" : `, ${panic}`}, boot file ${bootname || "none"}, application ${appname || "none"}`;
}
