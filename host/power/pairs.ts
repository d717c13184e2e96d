// Cuts after cuts: power goes again in the start-up that a first cut made necessary, and a third time in the one after that.
//
// In: a story and which models the first, second and third cut may have. Out: counts and failures in a tally. First cuts that leave the
// same chip are followed once.

import { KnownCells } from "./memo.js";
import { factsOf, judge, type Facts, type Moment } from "./oracles.js";
import { momentsOf, isJournal, type StoryStart } from "./story.js";
import { applyKnown, cutsOf, failureOf, faultName, type Cutter, type Plan } from "./sweep.js";
import type { Tally } from "./tally.js";
import { runStart, type Operation } from "./telephone.js";

export interface PairPlan {
  /** Of the first, the second, … cut. */
  readonly plans: readonly Plan[];
  /** Only operations of the journal are cut. */
  readonly journalOnly?: boolean;
}

/** A start-up that may be cut, and what the chip says along it. */
interface Path {
  readonly operations: readonly Operation[];
  readonly moments: readonly Moment[];
  /** What the cut before it may have left, where that reads now so, now otherwise: before and after what was cut. */
  readonly doubt?: readonly Moment[];
}

/** A record that such a cut leaves has no one reading: the reader of the oracles may take it, and the core not, or the other way round. */
const UNSTEADY: ReadonlySet<string> = new Set(["unstable", "weak", "weak-ecc"]);

/** Every combination of as many cuts as there are plans. A single cut is not judged again. */
export function sweepPairs(cutter: Cutter, plan: PairPlan, tally: Tally, goOn: () => boolean = () => true): void {
  for (const start of cutter.story.starts) {
    const seen = new Set<string>();
    follow({ cutter, plan, tally, start, seen, goOn }, cutter.known(start.cells.copy()), start, []);
  }
}

interface Context {
  readonly cutter: Cutter;
  readonly plan: PairPlan;
  readonly tally: Tally;
  readonly start: StoryStart;
  /** Chips that were followed, by depth. */
  readonly seen: Set<string>;
  readonly goOn: () => boolean;
}

function follow(context: Context, known: KnownCells, way: Path, faults: readonly string[]): void {
  const { cutter, plan, tally } = context;
  const depth = faults.length;
  const isLast = depth === plan.plans.length - 1;
  for (const [number, operation] of way.operations.entries()) {
    const isWanted = plan.journalOnly !== true || isJournal(cutter.story.bench.part, operation.offset);
    for (const cut of isWanted ? cutsOf(operation, cutter.story, plan.plans[depth]!) : []) {
      if (!context.goOn()) return;
      cutter.torn(known, operation, cut, (changed) => {
        const named = [...faults, faultName(number, cut)];
        const doubt = doubtAt(way, number);
        if (!isLast) return deeper(context, known, named, UNSTEADY.has(cut.model) ? [...doubt, ...stepOf(way, number)] : doubt);
        tally.depth(depth === 1 ? "pairs" : "triples");
        tally.cut(operation, cut.model, changed);
        judgeAt(context, cutter.recover(known), way, number, named);
      });
    }
    applyKnown(cutter, known, operation);
  }
}

/** Follows the start-up after a cut, unless another cut left the same chip. */
function deeper(context: Context, known: KnownCells, faults: readonly string[], doubt: readonly Moment[]): void {
  const { cutter, seen } = context;
  const state = `${faults.length} ${known.state()}`;
  if (seen.has(state)) return;
  seen.add(state);
  const { bench, scenario } = cutter.story;
  const { operations } = cutter.ways.of(known, () => {
    const run = runStart(bench, known.cells.copy(), { farEnd: scenario.recovery });
    return { needs: run.needs, result: { operations: run.operations, facts: factsOf(run), needs: run.needs } };
  });
  const moments = momentsOf(bench, known.cells, operations);
  follow(context, cutter.known(known.cells.copy()), { operations, moments, doubt }, faults);
}

/** The doubt lasts until the chip says something new. */
function doubtAt({ moments, doubt = [] }: Path, number: number): readonly Moment[] {
  return JSON.stringify(moments[number]) === JSON.stringify(moments[0]) ? doubt : [];
}

function stepOf({ moments }: Path, number: number): Moment[] {
  return [moments[number]!, moments[number + 1]!];
}

function judgeAt({ cutter, tally, start }: Context, facts: Facts, way: Path, number: number, faults: readonly string[]): void {
  const { scenario, bench } = cutter.story;
  const [before, after] = [way.moments[number]!, way.moments[number + 1]!];
  const broken = judge({ scenario, images: bench.images, facts, before, after, doubt: doubtAt(way, number) });
  if (broken !== undefined) tally.fail(failureOf(cutter.story, start, faults, broken));
}
