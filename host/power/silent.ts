// Chips that are wrong without a word, at every operation: a program that is reported as done and changed nothing, and a page that rots as
// soon as it was written and compared.
//
// In: a story. Out: counts and failures. Nothing is started or acknowledged that the chip does not hold, and the next start-up
// completes the update.

import { FlashWrapper } from "../faults/flash-wrapper.js";
import { half } from "../faults/cut-models.js";
import type { Flash } from "../peripherals/flash.js";
import { factsOf, judge, KINDS, momentOf, type Broken } from "./oracles.js";
import { isJournal, spoil, type StoryStart } from "./story.js";
import { failureOf, type Cutter } from "./sweep.js";
import type { Tally } from "./tally.js";
import { runStart, type Interference } from "./telephone.js";

/** Every operation of a story's starts, each kind of fault. */
export function sweepSilent(cutter: Cutter, tally: Tally, goOn: () => boolean = () => true): void {
  for (const start of cutter.story.starts) {
    for (const [number, operation] of start.operations.entries()) {
      // A page that rots after the verdict on the whole is found by the next start; here it is one that more pages follow.
      const isFollowed = start.operations[number + 1]?.offset === operation.offset + operation.bytes;
      const isPage = isFollowed && !isJournal(cutter.story.bench.part, operation.offset);
      const faults = operation.kind === "program" ? [lie(number), ...(isPage ? [rot(number)] : [])] : [wornOut(number)];
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

interface Fault extends Interference {
  readonly name: string;
}

function played({ story: { bench, scenario } }: Cutter, start: StoryStart, fault: Fault): Broken | undefined {
  const cells = start.cells.copy();
  const planned = scenario.starts[start.number - 1]!;
  const facts = factsOf(runStart(bench, cells, planned, fault));
  if (facts.panic !== undefined) return { oracle: "panic", why: facts.panic };
  if (facts.unverified !== undefined) return { oracle: "unverified", why: facts.unverified };
  if (facts.trespasses[0] !== undefined) return { oracle: "d", why: facts.trespasses[0] };
  const moment = momentOf(cells, bench);
  const lost = KINDS.some((kind) => moment.starts[kind] === "" && start.moments[0]!.starts[kind] !== "");
  if (lost) return { oracle: "b", why: "the journal names an image that is not there" };
  const recovered = factsOf(runStart(bench, cells, { farEnd: scenario.recovery }));
  return judge({ scenario, images: bench.images, before: moment, after: moment, facts: recovered });
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

/** One operation, counted among those that the chip accepts, goes wrong. */
class Nth extends FlashWrapper {
  readonly #at: number;
  readonly #kind: "lie" | "wear-out";
  #count = 0;

  constructor(inner: Flash, at: number, kind: "lie" | "wear-out") {
    super(inner);
    this.#at = at;
    this.#kind = kind;
  }

  override programStart(offset: number, source: Uint8Array): number {
    const lies = this.#kind === "lie" && this.#count === this.#at;
    return this.#counted(this.inner.programStart(offset, lies ? new Uint8Array(source.length).fill(0xff) : source));
  }

  override eraseStart(offset: number, bytes: number): number {
    const status = this.inner.eraseStart(offset, bytes);
    if (status === 0 && this.#kind === "wear-out" && this.#count === this.#at) this.inner.failOperation(half);
    return this.#counted(status);
  }

  #counted(status: number): number {
    if (status === 0) this.#count += 1;
    return status;
  }
}
