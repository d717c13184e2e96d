// Every chip that any number of power cuts can leave: breadth first, until no new one appears.
//
// In: a story (one update on a chip with small slots, one far end). Out: how many crash states there are, the transitions between
// them, and what was broken on the way. Deterministic models only. Two chips are one state when they differ only in what the core
// cannot tell: epochs are counted from the newest one, a journal place whose record does not count is only that, whatever it
// reads, and pages of slots without an image that the start-up erases without having looked at them are left out. Both are checked
// at every transition: the start-up after a cut looks at no page that was left out and has not been erased since, and chips that
// are taken for one go the same way, operation by operation.

import { ERASE_MODELS, PROGRAM_MODELS } from "../faults/cut-catalogue.js";
import { factsOf, holdsImage, judge } from "./oracles.js";
import { readJournal, recordAt } from "./journal-reader.js";
import type { KnownCells } from "./memo.js";
import { isInside, layoutOf, slotsOf } from "./layout.js";
import { momentsOf } from "./story.js";
import { applyKnown, failureOf, faultName, type Cut, type Cutter, type Way } from "./sweep.js";
import type { Tally } from "./tally.js";
import { runStart, type Operation } from "./telephone.js";
import type { PageState } from "../peripherals/nor-cells.js";
import { Kind } from "../../hal/abi.js";

export interface Fixpoint {
  /** Crash states; `closed` says that these are all. */
  readonly states: number;
  readonly transitions: number;
  readonly closed: boolean;
  /** The most cuts in a row that it takes to reach a state. */
  readonly depth: number;
  readonly models: readonly string[];
}

/** The part of the result that says what was tried. */
const MODELS = {
  program: ["nothing", "all", "units", "first-byte", "ecc"],
  erase: ["nothing", "all", "zero", "zeros-from-end", "half"],
};
const STRIDE = 128;

/** A chip as its pages, and how one gets there. */
interface State {
  readonly pages: readonly PageState[];
  readonly depth: number;
  /** The first way that was found, as the faults of `boot`. */
  readonly faults: readonly string[];
}

export function fixpoint(cutter: Cutter, tally: Tally, goOn: (states: number, waiting: number) => boolean = () => true): Fixpoint {
  return new Explorer(cutter, tally, goOn).explore();
}

class Explorer {
  readonly #cutter: Cutter;
  readonly #tally: Tally;
  readonly #goOn: (states: number, waiting: number) => boolean;
  /** How the start-up goes from each state. */
  readonly #seen = new Map<string, string>();
  readonly #wayTexts = new WeakMap<Way, string>();
  readonly #queue: State[] = [];
  /** The pages that can change. */
  readonly #pages: readonly number[];
  #transitions = 0;
  #depth = 0;

  constructor(cutter: Cutter, tally: Tally, goOn: (states: number, waiting: number) => boolean) {
    this.#cutter = cutter;
    this.#tally = tally;
    this.#goOn = goOn;
    const { part } = cutter.story.bench;
    const layout = layoutOf(part);
    const spans = [...layout.journal, ...slotsOf(layout).filter(({ kind }) => kind === Kind.Boot).map(({ span }) => span)];
    this.#pages = spans.flatMap(({ offset, bytes }) =>
      Array.from({ length: bytes / part.pageBytes }, (_, page) => offset / part.pageBytes + page));
  }

  explore(): Fixpoint {
    const start = this.#cutter.story.starts[0]!;
    const known = this.#cutter.known(start.cells.copy());
    this.#visit(known, 0, []);
    let closed = true;
    for (let state = this.#queue.shift(); state !== undefined; state = this.#queue.shift()) {
      if (!this.#goOn(this.#seen.size, this.#queue.length)) {
        closed = false;
        break;
      }
      this.#expand(known, state);
    }
    const models = Object.entries(MODELS).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`));
    return { states: this.#seen.size, transitions: this.#transitions, closed, depth: this.#depth, models };
  }

  /** Cuts the start-up from this state at each of its operations. */
  #expand(known: KnownCells, { pages, depth, faults }: State): void {
    const { story } = this.#cutter;
    this.#put(known, pages);
    const { operations, needs } = this.#way(known);
    const moments = momentsOf(story.bench, known.cells, operations);
    const unseen = new Set(this.#leftOut(known, needs));
    for (const [number, operation] of operations.entries()) {
      for (const cut of cutsOfState(operation, story.bench.part.unitBytes)) {
        this.#cutter.torn(known, operation, cut, () => {
          this.#transitions += 1;
          const named = [...faults, faultName(number, cut)];
          const { facts, needs: next } = this.#way(known);
          const seen = next.find((page) => unseen.has(page));
          if (seen !== undefined) throw new Error(`${named.join(" ")}: page ${seen} was left out and is looked at`);
          const [before, after] = [moments[number]!, moments[number + 1]!];
          const broken = judge({ scenario: story.scenario, images: story.bench.images, facts, before, after });
          if (broken !== undefined) this.#tally.fail(failureOf(story, story.starts[0]!, named, broken));
          this.#visit(known, depth + 1, named);
        });
      }
      applyKnown(this.#cutter, known, operation);
      if (operation.kind === "erase") this.#pagesOf(operation).forEach((page) => unseen.delete(page));
    }
  }

  #pagesOf({ offset, bytes }: Operation): number[] {
    const { pageBytes } = this.#cutter.story.bench.part;
    return Array.from({ length: bytes / pageBytes }, (_, page) => offset / pageBytes + page);
  }

  /** Pages of slots that hold no image, which the start-up does not look at. */
  #leftOut(known: KnownCells, needs: readonly number[]): number[] {
    const { part } = this.#cutter.story.bench;
    const layout = layoutOf(part);
    const says = readJournal(known.cells, part)[Kind.Boot];
    const empty = [0, 1].filter((slot) => says !== undefined && !holdsImage(says, slot)).map((slot) => layout.slot(Kind.Boot, slot));
    return this.#slotPages().filter((page) => !needs.includes(page) && empty.some((span) => isInside(span, page * part.pageBytes)));
  }

  #slotPages(): readonly number[] {
    const { sectorBytes, pageBytes } = this.#cutter.story.bench.part;
    return this.#pages.slice((2 * sectorBytes) / pageBytes);
  }

  #way(known: KnownCells): Way {
    const { bench, scenario } = this.#cutter.story;
    return this.#cutter.ways.of(known, () => {
      const run = runStart(bench, known.cells.copy(), { farEnd: scenario.recovery });
      return { needs: run.needs, result: { operations: run.operations, facts: factsOf(run), needs: run.needs } };
    });
  }

  /** What a start-up does, operation by operation, and what it chooses; made once a run. */
  #wayText(way: Way): string {
    const known = this.#wayTexts.get(way);
    if (known !== undefined) return known;
    const done = way.operations.map(({ kind, offset, bytes }) => `${kind[0]}${offset}+${bytes}`);
    const text = `${done.join()} ${way.facts.choices.map((choice) => choice.image).join()}`;
    this.#wayTexts.set(way, text);
    return text;
  }

  #visit(known: KnownCells, depth: number, faults: readonly string[]): void {
    const key = this.#canonical(known);
    const way = this.#wayText(this.#way(known));
    const before = this.#seen.get(key);
    if (before !== undefined && before !== way) throw new Error(`${faults.join(" ")}: not the way of a chip taken for the same`);
    if (before !== undefined) return;
    this.#seen.set(key, way);
    this.#depth = Math.max(this.#depth, depth);
    this.#queue.push({ pages: this.#pages.map((page) => known.cells.takePage(page)), depth, faults });
  }

  #put(known: KnownCells, pages: readonly PageState[]): void {
    this.#pages.forEach((page, index) => {
      known.cells.putPage(page, pages[index]!);
      known.forget(page, 1);
    });
  }

  /** The chip as text, with everything left out that the core cannot tell. */
  #canonical(known: KnownCells): string {
    const { part } = this.#cutter.story.bench;
    const count = part.sectorBytes / STRIDE;
    const places = Array.from({ length: 2 * count }, (_, index) => {
      const offset = Math.floor(index / count) * part.sectorBytes + (index % count) * STRIDE;
      return { offset, record: recordAt(known.cells, offset, index % count, count) };
    });
    const newest = Math.max(0, ...places.map(({ record }) => record?.epoch ?? 0));
    const journal = places.map(({ offset, record }) => {
      const programmed = known.cells.isErased(offset, STRIDE / 2) ? "" : "p";
      const committed = known.cells.isErased(offset + STRIDE / 2, Math.max(8, part.unitBytes)) ? "" : "c";
      if (record !== undefined) return `${newest - record.epoch} ${record.content}`;
      return known.cells.readsBlank(offset, STRIDE) ? `blank${programmed}${committed}` : "other";
    });
    const leftOut = this.#leftOut(known, this.#way(known).needs);
    const slots = this.#slotPages().map((page) => (leftOut.includes(page) ? "" : known.id(page)));
    return `${journal.join("|")} ${slots.join()}`;
  }
}

/** The deterministic cuts of one operation. */
function cutsOfState({ kind, bytes }: Operation, unitBytes: number): Cut[] {
  const models = (kind === "program" ? PROGRAM_MODELS : ERASE_MODELS).filter(({ name }) => MODELS[kind].includes(name));
  return models.flatMap(({ name, make }) => {
    const seeds = name === "units" ? Array.from({ length: bytes / unitBytes - 1 }, (_, index) => index + 1) : [0];
    return seeds.map((seed): Cut => ({ model: name, seed, make: make(seed) }));
  });
}
