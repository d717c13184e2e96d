// Goal: the parameters that survive power are the set before a save or the one after it, whenever power goes; and an unchanged one is
// not written. Method: a story of saves on a dirty chip, with power cut at every operation under every model and in the start after it;
// cells that change behind the core's back, as what a cut left may do.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { Source } from "../../../hal/events.js";
import { all, half, nothing, prefix } from "../../../host/faults/cut-models.js";
import { FailingFlash } from "../../../host/faults/failing-flash.js";
import { FlashWrapper } from "../../../host/faults/flash-wrapper.js";
import { PowerCut } from "../../../host/faults/power-cut.js";
import type { CutModel, Flash } from "../../../host/peripherals/flash.js";
import type { NorFlash } from "../../../host/peripherals/nor-flash.js";
import { NOR_PARTS, type NorPart } from "../../../host/peripherals/nor-parts.js";
import { type Clock, dirtyChip, FlashCore, PowerGone, smallPart } from "../../support/flash-core.js";
import { expectOk, keptText, openSettings, put, save, settingsFile } from "../../support/kept-settings.js";

const KIB = 1024;
/** Sectors are units: an area is a sector, and its two places share it. */
const inSectors = (sectorBytes: number, unitBytes: number, pageBytes = 256): NorPart =>
  smallPart({ totalBytes: 20 * sectorBytes, sectorBytes, block32Bytes: 0, block64Bytes: 0, unitBytes, pageBytes });
/** Units of 64 KiB: a place is 16 KiB, and each has sectors of its own. */
const inUnits = (sectorBytes: number, unitBytes: number): NorPart =>
  smallPart({ totalBytes: 64 * 64 * KIB, sectorBytes, block32Bytes: 32 * KIB, block64Bytes: 64 * KIB, unitBytes });

/** Each step is a save: what a file sets, or what is entered locally. Lengths around units; the third takes something away. */
const STEPS: readonly ((core: FlashCore) => void)[] = [
  (core) => settingsFile(core, { SIPSIGNAL: "1", PROCSTAT: "1" }),
  (core) => put(core, { IPADD: "10.0.0.1" }, Source.CommandLine),
  (core) => settingsFile(core, { PROCSTAT: "0" }),
  (core) => settingsFile(core, { PROCSTAT: "0", SIPDOMAIN: "d".repeat(60) }),
  (core) => settingsFile(core, {}),
];

function story(): string[] {
  const clock = { nowUs: 0 };
  const core = new FlashCore(dirtyChip(inSectors(4 * KIB, 1), clock), clock);
  expectOk(openSettings(core), "open");
  return [keptText(core), ...STEPS.map((step) => (step(core), expectOk(save(core), "save"), keptText(core)))];
}

const STORY = story();

/** The instance of all the sweeps. */
const swept = new FlashCore(dirtyChip(inSectors(4 * KIB, 1), { nowUs: 0 }), { nowUs: 0 });

/** Opens, and saves from what is found on, `done` or the next, until power goes. Returns the saves acknowledged or acted on. */
function carryOn(flash: Flash, clock: Clock, done: number): number {
  try {
    const core = swept.reset(flash, clock);
    expectOk(openSettings(core), "open");
    if (keptText(core) === STORY[done + 1]) done += 1;
    for (; done < STEPS.length; done++) {
      STEPS[done]!(core);
      expectOk(save(core), `save ${done}`);
    }
  } catch (error) {
    if (!(error instanceof PowerGone)) throw error;
  }
  return done;
}

/** Opens after a cut: how many saves it amounts to, old or new, or -1. */
function found(flash: Flash, clock: Clock, acknowledged: number): number {
  flash.powerOn();
  const core = swept.reset(flash, clock);
  expectOk(openSettings(core), "open after a cut");
  const said = keptText(core);
  return said === STORY[acknowledged] ? acknowledged : said === STORY[acknowledged + 1] ? acknowledged + 1 : -1;
}

/** The same after another reset: what a start-up acted on stays. */
function stays(flash: Flash, clock: Clock, saves: number): boolean {
  const core = swept.reset(flash, clock);
  expectOk(openSettings(core), "open again");
  return keptText(core) === STORY[saves];
}

function sameCells(chip: Flash, part: NorPart, clock: Clock): NorFlash {
  const copy = dirtyChip(part, clock);
  copy.load(chip.contents());
  return copy;
}

/** Changes cells behind the chip's back. */
function change(chip: NorFlash, offset: number, bytes: Uint8Array): void {
  const cells = chip.contents();
  cells.set(bytes, offset);
  chip.load(cells);
}

t.test("each save is said at once and after a reset, on every part", async (t) => {
  const parts = [...NOR_PARTS, inSectors(512, 64), inSectors(64 * KIB, 8), inUnits(4 * KIB, 16), inUnits(32 * KIB, 32)];
  for (const part of parts) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(part, clock);
    const core = new FlashCore(chip, clock);
    t.same([openSettings(core), keptText(core)], [Status.Ok, ""], `${part.name}: a new chip knows nothing`);
    for (const [index, step] of STEPS.entries()) {
      step(core);
      expectOk(save(core), `${part.name} ${index}`);
      const again = new FlashCore(chip, clock);
      t.same([openSettings(again), keptText(again)], [Status.Ok, STORY[index + 1]]);
    }
    t.equal(chip.counters.refusals, 0);
    t.ok(core.callsMax <= 64, `${core.callsMax} HAL calls in a poll`);
  }
});

t.test("the area is the layout's: nothing else is erased, and it overlaps neither journal nor slots", async (t) => {
  for (const part of [...NOR_PARTS, inSectors(512, 8), inSectors(64 * KIB, 8), inUnits(32 * KIB, 8),
    smallPart({ totalBytes: 8192 * KIB, sectorBytes: 64 * KIB, block32Bytes: 0, block64Bytes: 64 * KIB })]) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(part, clock);
    carryOn(chip, clock, 0);
    const core = swept.reset(chip, clock);
    const start = core.call("layout_settings_offset");
    const end = start + 2 * core.call("layout_settings_bytes");
    t.ok(start >= core.call("layout_journal_offset", 1) + part.sectorBytes, "after the journal");
    t.ok(end <= core.call("layout_slot_offset", Kind.Boot, 0), "before the slots");
    for (let offset = 0; offset < part.totalBytes; offset += part.sectorBytes) {
      if (chip.sectorErases(offset) > 0 && (offset < start || offset >= end)) throw new Error(`${part.name}: erased ${offset}`);
    }
  }
});

t.test("an unchanged list costs nothing, a change one erase for each of its area's places", async (t) => {
  for (const [part, first, next] of [[inSectors(4 * KIB, 8), 2, 1], [inUnits(4 * KIB, 8), 4, 2]] as const) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(part, clock);
    const core = new FlashCore(chip, clock);
    openSettings(core);
    t.equal(save(core), Status.Ok);
    t.same([chip.counters.erases, chip.counters.programs], [0, 0], "nothing to keep");
    const wear = (step: (core: FlashCore) => void): [number, number] => {
      const { erases, programs } = chip.counters;
      step(core);
      expectOk(save(core), "save");
      return [chip.counters.erases - erases, chip.counters.programs - programs];
    };
    t.same(wear(STEPS[0]!), [first, 3], "the first also makes sure that no other head is left");
    t.same(wear(STEPS[0]!), [0, 0], "the same file again");
    t.same(wear((core) => settingsFile(core, { SIPSIGNAL: "2" }, false)), [0, 0], "a file that did not end well");
    t.same(wear(STEPS[1]!), [next, 3], "list, head, seal");
    t.same(wear((core) => settingsFile(core, { SIPSIGNAL: "1", PROCSTAT: "0" })), [next, 3], "another value of the same length");
    t.same(wear(STEPS[0]!), [next, 3], "and back");
    const again = new FlashCore(chip, clock);
    const before = { ...chip.counters };
    openSettings(again);
    STEPS[0]!(again);
    STEPS[1]!(again);
    t.equal(save(again), Status.Ok);
    t.same([chip.counters.erases - before.erases, chip.counters.programs - before.programs], [0, 0], "a start with the same file");
  }
});

t.test("a list of any length up to the area's room; a longer one leaves what was there", async (t) => {
  const part = inSectors(4 * KIB, 32, 128);
  const room = 2 * KIB - 128;
  for (const bytes of [3, 63, 64, 65, 127, 128, 129, 256, 257, 1000, room - 1, room, room + 1]) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(part, clock);
    const core = new FlashCore(chip, clock);
    openSettings(core);
    STEPS[0]!(core);
    save(core);
    const before = keptText(core);
    const values: Record<string, string> = {};
    for (let left = bytes, count = 0; left > 0; count++) {
      const entry = left > 266 ? 200 : Math.min(left, 258);
      values[`N${count}`.slice(0, Math.max(0, Math.min(2, entry - 3)))] = "v".repeat(entry - 3 - Math.min(2, entry - 3));
      left -= entry;
    }
    settingsFile(core, values);
    t.equal(core.call("kept_bytes"), bytes);
    const list = keptText(core);
    t.equal(save(core), bytes > room ? Status.NoSpace : Status.Ok, `${bytes} bytes`);
    openSettings(core);
    t.equal(keptText(core), bytes > room ? before : list);
    t.equal(chip.counters.refusals, 0);
  }
});

/** Models that leave something of their own on a span of so many bytes. */
function models(unitBytes: number, spanBytes: number): [string, CutModel][] {
  const named = (count: number): [string, CutModel] => [`prefix ${count}`, prefix(count)];
  const prefixes = Array.from({ length: spanBytes / unitBytes }, (_, index) => named(index + 1));
  return [["nothing", nothing], ["all", all], ["half", half], ...prefixes];
}

for (const unitBytes of [1, 4, 8, 16, 32, 64]) {
  t.test(`power cut at every operation, unit ${unitBytes}`, async (t) => {
    let cuts = 0;
    const parts = [inSectors(512, unitBytes, 128), inSectors(512, unitBytes), inSectors(4 * KIB, unitBytes), inUnits(4 * KIB, unitBytes)];
    for (const [index, part] of parts.entries()) {
      for (const [name, model] of models(unitBytes, index === 1 ? 64 : unitBytes)) {
        for (let operation = 0; ; operation++) {
          const clock = { nowUs: 0 };
          const chip = dirtyChip(part, clock);
          const cut = new PowerCut(chip, operation, model);
          const acknowledged = carryOn(cut, clock, 0);
          if (!cut.isCut) break;
          cuts += 1;
          const saves = found(chip, clock, acknowledged);
          const where = `geometry ${index}, ${name} at ${operation}, ${acknowledged} saves`;
          if (saves < 0) throw new Error(`neither old nor new: ${where}`);
          if (!stays(chip, clock, saves)) throw new Error(`changes its mind: ${where}`);
          if (carryOn(chip, clock, saves) !== STEPS.length) throw new Error(`does not go on: ${where}`);
          if (chip.counters.refusals > 0) throw new Error(`${chip.counters.refusals} refusals: ${where}`);
        }
      }
    }
    t.ok(cuts >= 300, `${cuts} cuts`);
  });
}

for (const [name, part] of [["shared sectors", inSectors(512, 32)], ["sectors of their own", inUnits(4 * KIB, 32)]] as const) {
  t.test(`two cuts, ${name}: at every operation, and at every operation of what follows`, async (t) => {
    let cuts = 0;
    for (const first of [nothing, all, half]) {
      for (const second of [nothing, all, half, prefix(1)]) {
        for (let operation = 0, more = true; more; operation++) {
          for (let next = 0; ; next++) {
            const clock = { nowUs: 0 };
            const chip = dirtyChip(part, clock);
            const acknowledged = carryOn(new PowerCut(chip, operation, first), clock, 0);
            more = acknowledged < STEPS.length;
            if (!more) break;
            chip.powerOn();
            const cut = new PowerCut(chip, next, second);
            const between = carryOn(cut, clock, acknowledged);
            if (!cut.isCut) break;
            cuts += 1;
            const where = `${first.name} at ${operation}, ${second.name} at ${next}`;
            const saves = found(chip, clock, between);
            if (saves < 0) throw new Error(`neither old nor new: ${where}`);
            if (!stays(chip, clock, saves)) throw new Error(`changes its mind: ${where}`);
            if (carryOn(chip, clock, saves) !== STEPS.length) throw new Error(`does not go on: ${where}`);
          }
        }
      }
    }
    t.ok(cuts > 500, `${cuts} pairs`);
  });
}

/** A chip after the first two saves of the story, and the place of its record: area 1, its first. */
function afterTwo(part: NorPart): { chip: NorFlash; clock: Clock; core: FlashCore; at: number } {
  const clock = { nowUs: 0 };
  const chip = dirtyChip(part, clock);
  const core = new FlashCore(chip, clock);
  openSettings(core);
  for (const step of STEPS.slice(0, 2)) {
    step(core);
    expectOk(save(core), "save");
  }
  return { chip, clock, core, at: core.call("layout_settings_offset") + core.call("layout_settings_bytes") };
}

for (const [name, part] of [["shared sectors", inSectors(4 * KIB, 16)], ["sectors of their own", inUnits(4 * KIB, 16)]] as const) {
  t.test(`${name}: a record that may fade is written again before anybody acts on it`, async (t) => {
    const { chip, clock, core } = afterTwo(part);
    STEPS[2]!(core);
    // Erases, one program for the list, then the head: it reads as written, and its seal was not begun.
    const erases = part.totalBytes === 20 * 4 * KIB ? 1 : 2;
    core.reset(new PowerCut(chip, erases + 1, all), clock);
    t.throws(() => save(core));
    chip.powerOn();
    core.reset(chip, clock);
    const before = chip.counters.programs;
    t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[3]]);
    t.equal(chip.counters.programs - before, 3, "it is there twice now");
    change(chip, core.call("layout_settings_offset"), new Uint8Array(64));
    t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[3]], "and the first may fade");
    t.equal(chip.counters.programs - before, 3, "a sealed one is not written again");
  });

  t.test(`${name}: a seal that cannot be read, or has faded, says nothing against its record`, async (t) => {
    const { chip, clock, core, at } = afterTwo(part);
    class Unreadable extends FlashWrapper {
      override read(offset: number, target: Uint8Array): number {
        return offset <= at + 64 && offset + target.length > at + 64 ? Status.EccFatal : this.inner.read(offset, target);
      }
    }
    core.reset(new Unreadable(sameCells(chip, part, clock)), clock);
    t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[2]], "a fault");
    core.reset(chip, clock);
    change(chip, at + 64, new Uint8Array(8));
    t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[2]], "cells that changed");
  });

  t.test(`${name}: a record or list that cannot be read gives way to the one before it`, async (t) => {
    const { chip, clock, core, at } = afterTwo(part);
    for (const [from, to] of [[at, at + 64], [at + 128, at + 256]] as const) {
      class Unreadable extends FlashWrapper {
        override read(offset: number, target: Uint8Array): number {
          return offset < to && offset + target.length > from ? Status.EccFatal : this.inner.read(offset, target);
        }
      }
      core.reset(new Unreadable(sameCells(chip, part, clock)), clock);
      t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[1]]);
    }
  });

  t.test(`${name}: every flipped bit gives the last set or the one before it, whole; and the next save goes on`, async (t) => {
    const { chip, clock, core, at } = afterTwo(part);
    const cells = chip.contents();
    const copy = sameCells(chip, part, clock);
    core.reset(copy, clock);
    for (let bit = 0; bit < 256 * 8; bit += part.totalBytes > 100 * KIB ? 61 : 7) {
      const flipped = cells.slice();
      flipped[at + (bit >> 3)]! ^= 1 << (bit & 7);
      copy.load(flipped);
      expectOk(openSettings(core), `bit ${bit}`);
      const said = keptText(core);
      if (said !== STORY[1] && said !== STORY[2]) throw new Error(`bit ${bit}: ${said}`);
      settingsFile(core, { SIG: "2" });
      expectOk(save(core), "save");
      const saved = keptText(core);
      expectOk(openSettings(core), "open");
      t.equal(keptText(core), saved);
    }
  });
}

t.test("shared sectors: a place that was begun and cut is not written twice; its sector is erased after all", async (t) => {
  const { chip, clock, core } = afterTwo(inSectors(4 * KIB, 16));
  STEPS[2]!(core);
  core.reset(new PowerCut(chip, 2, all), clock);
  t.throws(() => save(core));
  chip.powerOn();
  core.reset(new PowerCut(chip, 0, nothing), clock);
  t.throws(() => openSettings(core), "power goes while it is written again, and the place still looks blank");
  chip.powerOn();
  core.reset(chip, clock);
  const before = chip.counters.erases;
  t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[3]]);
  t.same([chip.counters.erases - before, chip.counters.refusals], [1, 1]);
  t.same([openSettings(core), keptText(core), chip.counters.erases - before], [Status.Ok, STORY[3], 1]);
});

t.test("a head that could not be read when the next record was written never comes back over it", async (t) => {
  const part = inUnits(4 * KIB, 16);
  const { chip, clock, core } = afterTwo(part);
  const start = core.call("layout_settings_offset");
  const cells = chip.contents();
  const place = core.call("layout_settings_bytes") / 2;
  // Both heads fade, then a save; then they are there again, as cells left by a cut may be.
  for (const at of [0, 2]) change(chip, start + at * place, new Uint8Array(64));
  openSettings(core);
  t.equal(keptText(core), "");
  settingsFile(core, { SIG: "1" });
  expectOk(save(core), "save");
  const saved = keptText(core);
  t.equal(chip.contents()[start + 2 * place], 0xff, "the other area's head was erased");
  const faded = chip.contents();
  t.notSame(faded.subarray(start + 2 * place, start + 2 * place + 64), cells.subarray(start + 2 * place, start + 2 * place + 64));
  core.reset(chip, clock);
  t.same([openSettings(core), keptText(core)], [Status.Ok, saved]);
});

t.test("a chip that fails keeps the set before, and the next save tries again", async (t) => {
  for (const kind of ["erase", "program"] as const) {
    for (let after = 0; after < 3; after++) {
      const { chip, clock, core } = afterTwo(inUnits(4 * KIB, 8));
      core.reset(new FailingFlash(chip, { kind, after }), clock);
      STEPS[2]!(core);
      const status = save(core);
      const fails = kind === "program" || after < 2;
      t.equal(status < 0, fails, `${kind} ${after}`);
      const again = new FlashCore(chip, clock);
      openSettings(again);
      const sealFailed = kind === "program" && after === 2;
      t.equal(keptText(again), STORY[fails && !sealFailed ? 2 : 3], "a record whose seal failed is whole");
      t.equal(save(core), Status.Ok, "again");
      openSettings(again);
      t.equal(keptText(again), STORY[3]);
    }
  }
});

t.test("a chip that lies is caught", async (t) => {
  const { chip, clock, core } = afterTwo(inSectors(4 * KIB, 8));
  class Liar extends FlashWrapper {
    override programStart(offset: number, source: Uint8Array): number {
      const lie = source.slice();
      lie[5]! ^= 0x10;
      return this.inner.programStart(offset, lie);
    }
  }
  core.reset(new Liar(chip), clock);
  STEPS[2]!(core);
  t.equal(save(core), Status.ProgramFailed);
  core.reset(chip, clock);
  t.same([openSettings(core), keptText(core)], [Status.Ok, STORY[2]]);
});
