// Cuts: every operation of a story × every model × seeds, each followed by a start-up and judged.
//
// In: a story and a plan. Out: counts, and the first failures with the command that replays each. A cut is a torn chip and a fresh
// power-up; nothing else survives it, and the far end is fixed. So a cut costs an edit of one page or sector, a walk through known
// runs, and a start-up only where no known run saw the same.

import { ERASE_MODELS, PROGRAM_MODELS, type NamedModel } from "../faults/cut-catalogue.js";
import { BLOCK_BYTES } from "../image/blocks.js";
import type { CutModel } from "../peripherals/flash.js";
import type { NorCells, PageState } from "../peripherals/nor-cells.js";
import { KnownCells, Memo, PageTexts } from "./memo.js";
import { factsOf, judge, judgeClean, type Broken, type Facts } from "./oracles.js";
import type { Failure } from "./failure.js";
import { isInside, layoutOf, slotsOf } from "./layout.js";
import type { Tally } from "./tally.js";
import { apply, type Story, type StoryStart } from "./story.js";
import { runStart, type Operation } from "./telephone.js";

/** How much of what could be cut is. */
export interface Plan {
  /** Seeds of each random model. */
  readonly seeds: number;
  /** Of the prefixes of a program at most so many, evenly spread. */
  readonly prefixes: number;
  /** Only models of these names. */
  readonly models?: readonly string[];
  /** Every n-th operation outside the journal; 1 = all. */
  readonly stride?: number;
  /** Where the sweep of this story begins among seeds, so that other shapes try others. */
  readonly seedFrom?: number;
}

/** A model with its seed, as `--fault` names it. */
export interface Cut {
  readonly model: string;
  readonly seed: number;
  readonly make: CutModel;
}

/** A run with what it did and what it looked at. */
export interface Way {
  readonly operations: readonly Operation[];
  readonly facts: Facts;
  readonly needs: readonly number[];
}

/** What a sweep shares between the cuts of one story. */
export class Cutter {
  readonly story: Story;
  readonly memo = new Memo<Facts>();
  /** Runs with their operations, where they are cut again. */
  readonly ways = new Memo<Way>();
  readonly texts = new PageTexts();
  readonly pageCount: number;

  constructor(story: Story) {
    this.story = story;
    const { totalBytes, pageBytes } = story.bench.part;
    this.pageCount = totalBytes / pageBytes;
  }

  known(cells: NorCells): KnownCells {
    return new KnownCells(cells, this.texts, this.pageCount);
  }

  /** What becomes of a chip once cuts have stopped. */
  recover(known: KnownCells): Facts {
    const { bench, scenario } = this.story;
    return this.memo.of(known, () => {
      const run = runStart(bench, known.cells.copy(), { farEnd: scenario.recovery });
      return { needs: run.needs, result: factsOf(run) };
    });
  }

  /** Does something to the pages of an operation and takes it back. */
  torn<Result>(known: KnownCells, operation: Operation, cut: Cut, look: (changed: boolean) => Result): Result {
    const { pageBytes } = this.story.bench.part;
    const first = Math.floor(operation.offset / pageBytes);
    const count = Math.max(1, operation.bytes / pageBytes);
    const before: PageState[] = [];
    for (let page = first; page < first + count; page++) before.push(known.cells.takePage(page));
    known.cells.tear(operation, cut.make, 0);
    known.forget(first, count);
    const changed = before.some((state, index) => !same(state.cells, known.cells.takePage(first + index).cells));
    const result = look(changed);
    before.forEach((state, index) => known.cells.putPage(first + index, state));
    known.forget(first, count);
    return result;
  }
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

/** Every planned cut of a story. Stops early when `goOn` says so. */
export function sweepStory(cutter: Cutter, plan: Plan, tally: Tally, goOn: () => boolean = () => true): void {
  const { story } = cutter;
  for (const start of story.starts) {
    const isLast = start === story.starts.at(-1);
    const broken = judgeClean(start.facts, start.moments, story.bench.images, story.scenario, isLast);
    if (broken !== undefined) tally.fail(failureOf(story, start, [], broken));
    if (!goOn()) return;
    sweepStart(cutter, start, plan, tally, goOn);
  }
}

function sweepStart(cutter: Cutter, start: StoryStart, plan: Plan, tally: Tally, goOn: () => boolean): void {
  const cells = start.cells.copy();
  const known = cutter.known(cells);
  const { scenario, bench } = cutter.story;
  for (const [number, operation] of start.operations.entries()) {
    const whole = scenario.resumes === true ? wholeSectors(cutter.story, start.operations.slice(0, number + 1)) : [];
    for (const cut of cutsOf(operation, cutter.story, plan)) {
      if (!goOn()) return;
      cutter.torn(known, operation, cut, (changed) => {
        tally.cut(operation, cut.model, changed);
        if (scenario.keeps !== undefined) tally.counts.settings += 1;
        const facts = cutter.recover(known);
        const [before, after] = [start.moments[number]!, start.moments[number + 1]!];
        const broken = judge({ scenario, images: bench.images, facts, before, after, whole });
        if (broken !== undefined) tally.fail(failureOf(cutter.story, start, [faultName(number, cut)], broken));
      });
    }
    applyKnown(cutter, known, operation);
  }
}

/**
 * Sectors of the blocks that were written before the last of these operations and the block before it: that one may hold the page that
 * power failed in last time, and reads well, so it is written once more (core/boot/held.ts).
 */
function wholeSectors({ bench: { part } }: Story, operations: readonly Operation[]): number[] {
  const layout = layoutOf(part);
  const data = operations.flatMap((operation) => {
    const slot = slotsOf(layout).find(({ span }) => isInside(span, operation.offset));
    const inSlot = operation.offset - (slot?.span.offset ?? 0);
    return slot === undefined || inSlot >= layout.room(slot.kind) ? [] : [{ ...operation, block: Math.floor(inSlot / BLOCK_BYTES) }];
  });
  const inFlight = data.at(-1)?.block ?? 0;
  return data.filter(({ kind, block }) => kind === "erase" && block < inFlight - 1).map(({ offset }) => offset);
}

/** The operation as it was meant. */
export function applyKnown(cutter: Cutter, known: KnownCells, operation: Operation): void {
  const { pageBytes } = cutter.story.bench.part;
  apply(known.cells, operation);
  known.forget(Math.floor(operation.offset / pageBytes), Math.max(1, operation.bytes / pageBytes));
}

/** The cuts of one operation. */
export function cutsOf(operation: Operation, { bench }: Story, plan: Plan): Cut[] {
  const models = (operation.kind === "program" ? PROGRAM_MODELS : ERASE_MODELS).filter(({ name }) => plan.models?.includes(name) ?? true);
  return models.flatMap((model) => seedsOf(model, operation.bytes / bench.part.unitBytes, plan)
    .map((seed): Cut => ({ model: model.name, seed, make: model.make(seed) })));
}

function seedsOf({ name, single }: NamedModel, units: number, { seeds, prefixes, seedFrom = 0 }: Plan): number[] {
  if (single) return [0];
  if (name !== "units") return Array.from({ length: seeds }, (_, index) => seedFrom + index);
  // 0 units is `nothing`, all of them `all`.
  const inner = Array.from({ length: units - 1 }, (_, index) => index + 1);
  if (inner.length <= prefixes) return inner;
  return Array.from({ length: prefixes }, (_, index) => inner[Math.floor(((index + 0.5) * inner.length) / prefixes)]!);
}

export function faultName(operation: number, { model, seed }: Cut): string {
  return `${operation}:${model}:${seed}`;
}

export function failureOf({ scenario, bench }: Story, start: StoryStart, faults: readonly string[], broken: Broken): Failure {
  return { scenario: scenario.name, shape: bench.part.name, start: start.number, faults, broken };
}
