// Chips that are wrong without a word, at every operation: a program that is reported as done and changed nothing, a page that rots as
// soon as it was written and compared, an operation that goes to another address.
//
// In: a story. Out: counts and failures. Nothing is started or acknowledged that the chip does not hold, and the next start-up
// completes the update. What goes astray may hit anything but the running slot, which the chip protects: the journal, an image at rest. So
// of that no more is asked than that nothing unverified starts and that the update completes.

import { FlashWrapper } from "../faults/flash-wrapper.js";
import { half } from "../faults/cut-models.js";
import type { Flash } from "../peripherals/flash.js";
import { Random } from "../random.js";
import { completes, factsOf, judge, KINDS, momentOf, type Broken } from "./oracles.js";
import { isJournal, spoil, type StoryStart } from "./story.js";
import { failureOf, type Cutter } from "./sweep.js";
import type { Tally } from "./tally.js";
import { runStart, type Interference, type Run } from "./telephone.js";

/** Every operation of a story's starts, each kind of fault. */
export function sweepSilent(cutter: Cutter, tally: Tally, goOn: () => boolean = () => true): void {
  for (const start of cutter.story.starts) {
    for (const [number, operation] of start.operations.entries()) {
      // A page that rots after the verdict on the whole is found by the next start; here it is one that more pages follow.
      const isFollowed = start.operations[number + 1]?.offset === operation.offset + operation.bytes;
      const isPage = isFollowed && !isJournal(cutter.story.bench.part, operation.offset);
      const wrong = operation.kind === "program" ? [lie(number), ...(isPage ? [rot(number)] : [])] : [wornOut(number)];
      const faults = [...wrong, ...STRAY_SEEDS.map((seed) => stray(number, seed))];
      for (const fault of faults) {
        if (!goOn()) return;
        tally.counts.silent += 1;
        const broken = played(cutter, start, fault);
        if (broken === undefined) continue;
        tally.fail(failureOf(cutter.story, start, [], { ...broken, why: `${fault.name} at ${number}: ${broken.why}` }));
      }
    }
  }
}

/** Where a stray operation goes, in this many ways. */
const STRAY_SEEDS: readonly number[] = [0, 1];

interface Fault extends Interference {
  readonly name: string;
  /** It may destroy what is no part of the operation. */
  readonly isStray?: boolean;
}

function played(cutter: Cutter, start: StoryStart, fault: Fault): Broken | undefined {
  const { bench, scenario } = cutter.story;
  const cells = start.cells.copy();
  const planned = scenario.starts[start.number - 1]!;
  const facts = factsOf(runStart(bench, cells, planned, fault));
  if (facts.panic !== undefined) return { oracle: "panic", why: facts.panic };
  if (facts.unverified !== undefined) return { oracle: "unverified", why: facts.unverified };
  if (fault.isStray === true) return afterStray(runStart(bench, cells, { farEnd: scenario.recovery }), cutter);
  if (facts.trespasses[0] !== undefined) return { oracle: "d", why: facts.trespasses[0] };
  const moment = momentOf(cells, bench);
  const lost = KINDS.some((kind) => moment.starts[kind] === "" && start.moments[0]!.starts[kind] !== "");
  if (lost) return { oracle: "b", why: "the journal names an image that is not there" };
  const recovered = factsOf(runStart(bench, cells, { farEnd: scenario.recovery }));
  return judge({ scenario, images: bench.images, before: moment, after: moment, facts: recovered });
}

/** The start-up after a stray operation. A boot file that it destroyed comes back only where the far end offers one. */
function afterStray(run: Run, { story: { bench, scenario } }: Cutter): Broken | undefined {
  if (run.panic !== undefined) return { oracle: "panic", why: run.panic };
  if (run.unverified !== undefined) return { oracle: "unverified", why: run.unverified };
  const ends = scenario.recovery.boot === undefined ? { ...scenario.ends, boot: "" } : scenario.ends;
  return completes(factsOf(run), { ...scenario, ends }, bench.images);
}

/** An erase or program goes to another address, once. */
function stray(at: number, seed: number): Fault {
  return { name: `misdirected:${seed}`, isStray: true, wrap: (chip) => new Nth(chip, at, "misdirected", seed) };
}

/** A program changes nothing and is reported as done. */
function lie(at: number): Fault {
  return { name: "lie", wrap: (chip) => new Nth(chip, at, "lie") };
}

/** A sector fails to erase, once. */
function wornOut(at: number): Fault {
  return { name: "wear-out", wrap: (chip) => new Nth(chip, at, "wear-out") };
}

/** The first byte of what was programmed loses a bit, two operations later. */
function rot(at: number): Fault {
  let offset = 0;
  return {
    name: "rot",
    begun: (operation, number, cells) => {
      if (number === at) offset = operation.offset;
      if (number === at + 1) spoil(cells, offset, 1);
    },
  };
}

type Wrong = "lie" | "wear-out" | "misdirected";
/** Between the seeds of two ways; more than a start has operations. */
const SEED_STEP = 1 << 16;

/** One operation, counted among those that the chip accepts, goes wrong. */
class Nth extends FlashWrapper {
  readonly #at: number;
  readonly #kind: Wrong;
  readonly #random: Random;
  #count = 0;

  constructor(inner: Flash, at: number, kind: Wrong, seed = 0) {
    super(inner);
    this.#at = at;
    this.#kind = kind;
    this.#random = new Random(seed * SEED_STEP + at);
  }

  override programStart(offset: number, source: Uint8Array): number {
    const what = this.#strikes("lie") ? new Uint8Array(source.length).fill(0xff) : source;
    return this.#counted(this.inner.programStart(this.#target(offset, source.length), what));
  }

  override eraseStart(offset: number, bytes: number): number {
    const status = this.inner.eraseStart(this.#target(offset, bytes), bytes);
    if (status === 0 && this.#strikes("wear-out")) this.inner.failOperation(half);
    return this.#counted(status);
  }

  #strikes(kind: Wrong): boolean {
    return this.#kind === kind && this.#count === this.#at;
  }

  /** Any place of the same size. */
  #target(offset: number, bytes: number): number {
    if (!this.#strikes("misdirected")) return offset;
    const step = Math.max(bytes, this.geometry.pageBytes);
    return (offset % step) + step * (this.#random.word() % Math.floor(this.geometry.totalBytes / step));
  }

  #counted(status: number): number {
    if (status === 0) this.#count += 1;
    return status;
  }
}
