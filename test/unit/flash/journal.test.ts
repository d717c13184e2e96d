// Goal: the journal gives back the last state it acknowledged, or the one being written, whenever power goes; and it goes on.
// Method: one series of marks on a dirty chip; the same with power cut at every flash operation under every model, and with a second cut
// in the start after it. The chip refuses a second program of any unit, and counts what it refuses.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { SlotState } from "../../../hal/events.js";
import { all, half, nothing, prefix } from "../../../host/faults/cut-models.js";
import { FailingFlash } from "../../../host/faults/failing-flash.js";
import { FlashWrapper } from "../../../host/faults/flash-wrapper.js";
import { PowerCut } from "../../../host/faults/power-cut.js";
import type { CutModel, Flash } from "../../../host/peripherals/flash.js";
import type { NorFlash } from "../../../host/peripherals/nor-flash.js";
import type { NorPart } from "../../../host/peripherals/nor-parts.js";
import { type Clock, dirtyChip, FlashCore, PowerGone, smallPart } from "../../support/flash-core.js";

type Mark = readonly [kind: Kind, slot: number, state: SlotState, attempts: number, digest: number, counter: number];
/** Two updates, one of them reverted: every state that matters, both kinds, floors that rise. */
const MARKS: readonly Mark[] = [
  [Kind.Boot, 0, SlotState.Writing, 0, 1, 0],
  [Kind.Boot, 0, SlotState.Trial, 3, 1, 9],
  [Kind.Boot, 0, SlotState.Trial, 2, 1, 9],
  [Kind.Boot, 0, SlotState.Updated, 0, 1, 5],
  [Kind.Application, 0, SlotState.Writing, 0, 2, 0],
  [Kind.Application, 0, SlotState.Trial, 3, 2, 7],
  [Kind.Application, 0, SlotState.Updated, 0, 2, 7],
  [Kind.Application, 1, SlotState.Writing, 0, 3, 8],
  [Kind.Application, 1, SlotState.Trial, 1, 3, 8],
  [Kind.Application, 1, SlotState.Failed, 0, 3, 8],
];

const KIB = 1024;
const sectorsOf = (sectorBytes: number, unitBytes: number, pageBytes = 256): NorPart =>
  smallPart({ totalBytes: 20 * sectorBytes, sectorBytes, block32Bytes: 0, block64Bytes: 0, unitBytes, pageBytes });

/** What the core says before any mark, and after each. */
function story(part: NorPart): string[] {
  const clock = { nowUs: 0 };
  const core = new FlashCore(dirtyChip(part, clock), clock);
  core.open();
  return [core.said(), ...MARKS.map((mark) => (core.mark(...mark), core.said()))];
}

const STORY = story(sectorsOf(4 * KIB, 1));

/** The instance of all the sweeps. */
const swept = new FlashCore(dirtyChip(sectorsOf(4 * KIB, 1), { nowUs: 0 }), { nowUs: 0 });

/** Opens and marks from `done` on until power goes. Returns the marks acknowledged. */
function carryOn(flash: Flash, clock: Clock, done: number): number {
  try {
    const core = swept.reset(flash, clock);
    const status = core.open();
    if (status !== Status.Ok) throw new Error(`open: ${status}`);
    for (; done < MARKS.length; done++) {
      const marked = core.mark(...MARKS[done]!);
      if (marked !== Status.Ok) throw new Error(`mark ${done}: ${marked}`);
    }
  } catch (error) {
    if (!(error instanceof PowerGone)) throw error;
  }
  return done;
}

/** Opens after a cut: the state is one of the story's, old or new; returns how many marks it amounts to, or -1. */
function found(flash: Flash, clock: Clock, acknowledged: number): number {
  flash.powerOn();
  const core = swept.reset(flash, clock);
  if (core.open() !== Status.Ok || shownSectors(flash) !== 1) return -1;
  const said = core.said();
  return said === STORY[acknowledged] ? acknowledged : said === STORY[acknowledged + 1] ? acknowledged + 1 : -1;
}

/** Journal sectors that show anything: between jobs only the one that counts does. */
function shownSectors(flash: Flash): number {
  const { sectorBytes } = flash.geometry;
  return [0, sectorBytes].filter((offset) => {
    const cells = new Uint8Array(sectorBytes);
    return flash.read(offset, cells) !== Status.Ok || cells.some((byte) => byte !== 0xff);
  }).length;
}

/** Every deterministic model that leaves something of its own on a span of so many bytes. */
function models(unitBytes: number, spanBytes: number): [string, CutModel][] {
  const named = (count: number): [string, CutModel] => [`prefix ${count}`, prefix(count)];
  const prefixes = Array.from({ length: spanBytes / unitBytes }, (_, index) => named(index + 1));
  return [["nothing", nothing], ["all", all], ["half", half], ...prefixes];
}

/** A copy of a chip as it stands, cells only. */
function sameCells(chip: Flash, part: NorPart, clock: Clock): NorFlash {
  const copy = dirtyChip(part, clock);
  copy.load(chip.contents());
  return copy;
}

t.test("a round trip: each mark is said at once and after a reset", async (t) => {
  const clock = { nowUs: 0 };
  const part = sectorsOf(4 * KIB, 1);
  const chip = dirtyChip(part, clock);
  const core = new FlashCore(chip, clock);
  t.equal(core.open(), Status.Ok);
  t.match(STORY[0], /^0\/0\/0+ 0\/0\/0+ floor 0 first -1 \| 0\/0\/0+ 0\/0\/0+ floor 0 first -1$/, "a new chip knows nothing");
  for (const [index, mark] of MARKS.entries()) {
    t.equal(core.mark(...mark), Status.Ok);
    const again = new FlashCore(sameCells(chip, part, clock), clock);
    t.equal(again.open(), Status.Ok);
    t.equal(again.said(), STORY[index + 1]);
  }
  t.equal(chip.counters.refusals, 0);
  t.ok(core.callsMax <= 64, `${core.callsMax} HAL calls in a poll`);
});

t.test("the floor rises with a confirmation alone, and never falls", async (t) => {
  const clock = { nowUs: 0 };
  const core = new FlashCore(dirtyChip(sectorsOf(4 * KIB, 1), clock), clock);
  core.open();
  const floorAfter = (...mark: Mark): number => (core.mark(...mark), core.call("journal_counter", Kind.Boot));
  t.equal(floorAfter(Kind.Boot, 0, SlotState.Trial, 3, 1, 9), 0, "an image that has not proved itself");
  t.equal(floorAfter(Kind.Boot, 0, SlotState.Updated, 0, 1, 9), 9);
  t.equal(floorAfter(Kind.Boot, 1, SlotState.Updated, 0, 2, 4), 9);
  t.equal(core.call("journal_counter", Kind.Application), 0, "each kind has its own");
});

t.test("which slot comes first", async (t) => {
  const clock = { nowUs: 0 };
  const core = new FlashCore(dirtyChip(sectorsOf(4 * KIB, 1), clock), clock);
  core.open();
  const firstAfter = (slot: number, state: SlotState, attempts = 0): number => {
    core.mark(Kind.Boot, slot, state, attempts);
    return core.call("journal_preferred", Kind.Boot);
  };
  t.equal(firstAfter(0, SlotState.Writing), -1);
  t.equal(firstAfter(0, SlotState.Updated), 0);
  t.equal(firstAfter(1, SlotState.Trial, 2), 1, "a trial with attempts left");
  t.equal(firstAfter(1, SlotState.Trial, 0), 0, "a trial without attempts");
  t.equal(firstAfter(1, SlotState.Updated), 1, "the one confirmed last");
  t.equal(firstAfter(0, SlotState.Updated), 0);
  t.equal(firstAfter(0, SlotState.Failed), 1, "the other one");
});

t.test("a start costs four programs and no erase, a mark two programs", async (t) => {
  const clock = { nowUs: 0 };
  const chip = dirtyChip({ ...sectorsOf(4 * KIB, 1), pageBytes: 128 }, clock); // A page a record, and room for all of them.
  t.equal(carryOn(chip, clock, 0), MARKS.length);
  t.same([chip.counters.erases, chip.counters.programs], [2, 2 * (3 + 1) + 2 * MARKS.length], "format: both sectors");
  const before = { ...chip.counters };
  const core = new FlashCore(chip, clock);
  core.open();
  t.same([chip.counters.erases - before.erases, chip.counters.programs - before.programs], [0, 4]);
  const startUs = clock.nowUs;
  core.mark(...MARKS[0]!);
  t.equal(chip.counters.programs - before.programs, 6);
  t.ok(clock.nowUs - startUs < 800, `${clock.nowUs - startUs} us`);
});

t.test("goes round: hundreds of marks in sectors of 4 to 32 records, sectors worn alike", async (t) => {
  for (const sectorBytes of [512, KIB, 4 * KIB, 64 * KIB]) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(sectorsOf(sectorBytes, 8), clock);
    let core = new FlashCore(chip, clock);
    t.equal(core.open(), Status.Ok);
    for (let count = 1; count <= 300; count++) {
      const status = core.mark(Kind.Application, count & 1, SlotState.Trial, count & 255, count & 255, 0);
      if (status !== Status.Ok) throw new Error(`mark ${count}: ${status}`);
      if (count % 7 !== 0) continue;
      const said = core.said();
      core = new FlashCore(chip, clock);
      t.same([core.open(), core.said()], [Status.Ok, said]);
    }
    t.equal(chip.counters.refusals, 0, "no unit was programmed twice");
    const worn = [chip.sectorErases(0), chip.sectorErases(sectorBytes)];
    t.ok(Math.max(...worn) <= Math.min(...worn) * 2 + 1, `erases ${worn.join(" and ")}`);
    t.equal(chip.sectorErases(2 * sectorBytes), 0, "nothing else was touched");
  }
});

t.test("a mark counts from its commit on, not before and not later", async (t) => {
  // In 4 KiB a mark is a record and its commit. In 512 bytes it goes round: two copies and the record that validates the sector,
  // each with a commit, then the old sector is erased and vouched for.
  for (const [sectorBytes, operationCount, commit] of [[4 * KIB, 2, 1], [512, 9, 5]] as const) {
    const part = sectorsOf(sectorBytes, 8);
    const seen: number[] = [];
    for (let operation = 0; operation < operationCount; operation++) {
      const clock = { nowUs: 0 };
      const chip = dirtyChip(part, clock);
      const core = new FlashCore(chip, clock);
      core.open();
      core.mark(...MARKS[0]!);
      core.reset(new PowerCut(chip, operation, nothing), clock);
      t.throws(() => core.mark(...MARKS[1]!));
      seen.push(found(chip, clock, 1));
    }
    t.same(seen, Array.from({ length: operationCount }, (_, operation) => (operation <= commit ? 1 : 2)), `${sectorBytes}`);
  }
});

t.test("cells changed behind its back: misplaced, older and spoilt records do not count", async (t) => {
  const clock = { nowUs: 0 };
  const part = sectorsOf(KIB, 8);
  const chip = dirtyChip(part, clock);
  const core = new FlashCore(chip, clock);
  core.open();
  for (const mark of MARKS.slice(0, 4)) core.mark(...mark); // Sector 0 is full: copies, valid, blank, four marks.
  const first = chip.contents();
  for (let count = 0; count < 6; count++) core.mark(...MARKS[count % 4]!); // Once round: sector 1, then 0 again.
  core.mark(...MARKS[0]!);
  core.mark(...MARKS[1]!);
  const said = core.said();
  const changed = (change: (cells: Uint8Array) => void): string => {
    const cells = chip.contents();
    change(cells);
    const copy = dirtyChip(part, clock);
    copy.load(cells);
    const again = new FlashCore(copy, clock);
    t.equal(again.open(), Status.Ok);
    t.equal(shownSectors(copy), 1);
    return again.said();
  };
  const now = chip.contents();
  for (const at of [6 * 128, 7 * 128]) {
    t.ok(now.subarray(at, at + 128).every((byte) => byte === 0xff) && now[at - 3 * 128] !== 0xff, "the first free places");
    t.equal(changed((cells) => cells.set(now.subarray(4 * 128, 5 * 128), at)), said, "a record out of place");
    t.equal(changed((cells) => cells.set(first.subarray(at, at + 128), at)), said, "a record of an older epoch");
    t.equal(changed((cells) => (cells[at + 5] = 0)), said, "a spoilt place");
  }
});

t.test("a sector that shows something is erased whatever vouches for it", async (t) => {
  const clock = { nowUs: 0 };
  const part = sectorsOf(4 * KIB, 8);
  const chip = dirtyChip(part, clock);
  carryOn(chip, clock, 0);
  const cells = chip.contents();
  cells[5 * KIB] = 0;
  chip.load(cells);
  t.equal(found(chip, clock, MARKS.length), MARKS.length);
});

for (const unitBytes of [1, 4, 8, 16, 32, 64]) {
  t.test(`power cut at every operation, unit ${unitBytes}`, async (t) => {
    let cuts = 0;
    for (const [sectorBytes, pageBytes] of [[512, 128], [KIB, 512], [4 * KIB, 256]] as const) {
      const part = sectorsOf(sectorBytes, unitBytes, pageBytes);
      // The smallest sectors meet every kind of operation; there each unit of a record has its prefix.
      for (const [name, model] of models(unitBytes, sectorBytes === 512 ? 64 : unitBytes)) {
        for (let operation = 0; ; operation++) {
          const clock = { nowUs: 0 };
          const chip = dirtyChip(part, clock);
          const cut = new PowerCut(chip, operation, model);
          const acknowledged = carryOn(cut, clock, 0);
          if (!cut.isCut) break;
          cuts += 1;
          const marks = found(chip, clock, acknowledged);
          const where = `${sectorBytes} ${name} at ${operation}, ${acknowledged} marks`;
          if (marks < 0) throw new Error(`neither old nor new: ${where}`);
          if (carryOn(chip, clock, marks) !== MARKS.length) throw new Error(`does not go on: ${where}`);
          if (chip.counters.refusals > 0) throw new Error(`${chip.counters.refusals} refusals: ${where}`);
        }
      }
    }
    t.ok(cuts >= 696, `${cuts} cuts`);
  });
}

t.test("two cuts: at every operation, and at every operation of the start after it", async (t) => {
  const part = sectorsOf(512, 32);
  let cuts = 0;
  for (const first of [nothing, all, half]) {
    for (const second of [nothing, all, half, prefix(1)]) {
      for (let operation = 0; ; operation++) {
        for (let next = 0; ; next++) {
          const clock = { nowUs: 0 };
          const chip = dirtyChip(part, clock);
          const acknowledged = carryOn(new PowerCut(chip, operation, first), clock, 0);
          if (acknowledged === MARKS.length) break;
          chip.powerOn();
          const cut = new PowerCut(chip, next, second);
          carryOn(cut, clock, MARKS.length);
          if (!cut.isCut) break;
          cuts += 1;
          const marks = found(chip, clock, acknowledged);
          if (marks < 0) throw new Error(`neither old nor new: ${first.name} at ${operation}, ${second.name} at ${next}`);
          if (carryOn(chip, clock, marks) !== MARKS.length) throw new Error(`does not go on: ${operation}, ${next}`);
        }
        const clock = { nowUs: 0 };
        if (carryOn(new PowerCut(dirtyChip(part, clock), operation, first), clock, 0) === MARKS.length) break;
      }
    }
  }
  t.ok(cuts > 10_000, `${cuts} pairs`);
});

t.test("a hundred starts that are all cut, then one that is not", async (t) => {
  for (const sectorBytes of [512, KIB, 4 * KIB]) {
    for (const model of [nothing, half, all]) {
      for (const operation of [0, 1, 2, 3]) {
        const clock = { nowUs: 0 };
        const chip = dirtyChip(sectorsOf(sectorBytes, 8), clock);
        carryOn(chip, clock, 0);
        for (let count = 0; count < 100; count++) {
          carryOn(new PowerCut(chip, operation, model), clock, MARKS.length);
          chip.powerOn();
        }
        t.equal(found(chip, clock, MARKS.length), MARKS.length, `${sectorBytes} ${model.name} at ${operation}`);
      }
    }
  }
});

/** True when each kind's part is the last of the story or the one before it: a kind lost one mark at the most. */
function lostOneAtMost(said: string): boolean {
  return said.split(" | ").every((part, kind) => {
    const parts = [...new Set(STORY.map((line) => line.split(" | ")[kind]!))];
    return parts.indexOf(part) >= parts.length - 2;
  });
}

t.test("a record that cannot be read is no record, and nothing worse", async (t) => {
  const clock = { nowUs: 0 };
  const part = sectorsOf(4 * KIB, 8);
  const chip = dirtyChip(part, clock);
  carryOn(chip, clock, 0);
  class Unreadable extends FlashWrapper {
    at = 0;
    override read(offset: number, target: Uint8Array): number {
      return offset === this.at ? Status.EccFatal : this.inner.read(offset, target);
    }
  }
  for (let record = 0; record < 64; record++) {
    const flash = new Unreadable(sameCells(chip, part, clock));
    flash.at = record * 128;
    const core = new FlashCore(flash, clock);
    t.same([core.open(), lostOneAtMost(core.said())], [Status.Ok, true], `record ${record}`);
  }
});

t.test("a flipped bit anywhere costs one mark of one kind at the most", async (t) => {
  const clock = { nowUs: 0 };
  const part = sectorsOf(4 * KIB, 8);
  const chip = dirtyChip(part, clock);
  carryOn(chip, clock, 0);
  const cells = chip.contents();
  for (let bit = 0; bit < 64 * 128 * 8; bit += 41) {
    const flipped = cells.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    const copy = dirtyChip(part, clock);
    copy.load(flipped);
    const core = swept.reset(copy, clock);
    if (core.open() !== Status.Ok || !lostOneAtMost(core.said())) throw new Error(`bit ${bit}: ${core.said()}`);
  }
  t.pass("1,599 flips");
});

t.test("a program that fails is tried in the next place; an erase that fails is reported", async (t) => {
  for (let after = 0; after < 20; after++) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(sectorsOf(4 * KIB, 1), clock);
    t.equal(carryOn(new FailingFlash(chip, { kind: "program", after }), clock, 0), MARKS.length, `program ${after}`);
    t.equal(chip.counters.refusals, 0);
    t.equal(found(chip, clock, MARKS.length), MARKS.length);
  }
  const clock = { nowUs: 0 };
  const chip = dirtyChip(sectorsOf(512, 1), clock);
  carryOn(chip, clock, 0);
  const core = new FlashCore(new FailingFlash(chip, { kind: "erase", after: 0 }), clock);
  t.equal(core.open(), Status.EraseFailed);
  t.equal(core.said(), STORY[MARKS.length], "what was read can still be used");
  t.equal(core.mark(...MARKS[0]!), Status.Ok, "the next mark tries again");
});

t.test("a chip that lies is caught: what reads otherwise than sent does not count", async (t) => {
  class Liar extends FlashWrapper {
    programs = 0;
    override programStart(offset: number, source: Uint8Array): number {
      const lie = source.slice();
      if (this.programs++ % 5 === 3) lie[3]! ^= 0x10;
      return this.inner.programStart(offset, lie);
    }
  }
  const clock = { nowUs: 0 };
  const chip = dirtyChip(sectorsOf(4 * KIB, 1), clock);
  t.equal(carryOn(new Liar(chip), clock, 0), MARKS.length);
  t.equal(found(chip, clock, MARKS.length), MARKS.length);
});

t.test("a reset while the chip works: the next instance waits for it", async (t) => {
  const clock = { nowUs: 0 };
  const chip = dirtyChip(sectorsOf(4 * KIB, 1), clock);
  const core = new FlashCore(chip, clock);
  core.call("layout_init");
  core.call("journal_open");
  for (let count = 0; count < 8; count++) {
    core.poll("journal_poll");
    core.wait();
  }
  chip.reset();
  t.equal(carryOn(chip, clock, 0), MARKS.length);
  t.equal(chip.counters.refusals, 0);
});
