// Bits that flip at rest, in a chip whose other slot is good: no start-up may refuse to start.
//
// In: a telephone after two updates, so that both application slots and one boot slot hold an image. Out: flips tried, and those after
// which nothing verified starts. Flips fall everywhere on the chip; those in the boot slot that has no second image do not count.

import { Kind } from "../../hal/abi.js";
import { Random } from "../random.js";
import type { KnownCells } from "./memo.js";
import { isInside, layoutOf } from "./layout.js";
import { scenarioNamed } from "./scenarios.js";
import { KINDS, momentOf, type Moment } from "./oracles.js";
import { chipAt, isJournal, spoil, tellStory } from "./story.js";
import { Cutter } from "./sweep.js";
import type { Tally } from "./tally.js";
import type { Bench } from "./telephone.js";

/** The file server names the older application, so that a telephone which has to fall back to it stays there. */
const OLD = { app: "app1.bin" };

/** Flips until the application starts from one of two slots, or not at all. */
export function sweepRot(bench: Bench, flips: number, seed: number, tally: Tally): void {
  const scenario = { ...scenarioNamed("confirm")!, recovery: OLD };
  const cutter = new Cutter(tellStory(bench, scenario));
  const cells = chipAt(bench, scenario, scenario.starts.length + 1);
  const layout = layoutOf(bench.part);
  const onlyBoot = layout.slot(Kind.Boot, 0);
  const random = new Random(seed);
  const known = cutter.known(cells);
  const moment = momentOf(cells, bench);
  for (let count = 0; count < flips; ) {
    const offset = random.word() % bench.part.totalBytes;
    const mask = 1 << (random.word() % 8);
    if (isInside(onlyBoot, offset)) continue;
    count += 1;
    tally.counts.flips += 1;
    const why = flipped(cutter, known, moment, offset, mask);
    if (why === undefined) continue;
    tally.fail({
      scenario: scenario.name, shape: bench.part.name, start: 1, faults: [],
      broken: { oracle: "rot", why: `bit ${mask.toString(2)} at ${offset}: ${why}` },
    });
  }
  tally.counts.runs += cutter.memo.runs;
}

function flipped(cutter: Cutter, known: KnownCells, moment: Moment, offset: number, mask: number): string | undefined {
  const page = Math.floor(offset / cutter.story.bench.part.pageBytes);
  const before = known.cells.takePage(page);
  spoil(known.cells, offset, mask);
  known.forget(page, 1);
  const facts = cutter.recover(known);
  const floors = KINDS.map((kind) => moment.journal[kind]?.floor ?? 0);
  known.cells.putPage(page, before);
  known.forget(page, 1);
  if (facts.panic !== undefined || facts.unverified !== undefined) return facts.panic ?? facts.unverified;
  const first = facts.choices.find((choice) => choice.kind === Kind.Application);
  if (first === undefined || first.instance > 0 || first.image === "") return "no application starts";
  const fell = KINDS.find((kind, index) => (facts.journals.at(-1)?.[kind]?.floor ?? 0) < floors[index]!);
  return fell === undefined || isJournal(cutter.story.bench.part, offset) ? undefined : "a counter floor falls";
}
