// Goal: a file of any length, cut anywhere, stands in its slot; nothing else is touched; a cut or a failing chip never leaves
// a slot that looks usable. Method: a small chip that starts dirty, compared cell by cell; counters for erases and programs.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { SlotState } from "../../../hal/events.js";
import { all, half, nothing, prefix } from "../../../host/faults/cut-models.js";
import { FailingFlash } from "../../../host/faults/failing-flash.js";
import { FlashWrapper } from "../../../host/faults/flash-wrapper.js";
import { PowerCut } from "../../../host/faults/power-cut.js";
import type { Flash } from "../../../host/peripherals/flash.js";
import { NorFlash } from "../../../host/peripherals/nor-flash.js";
import { NOR_PARTS, W25Q128JV, type NorPart } from "../../../host/peripherals/nor-parts.js";
import { type Clock, dirtyChip, FlashCore, PowerGone, smallPart } from "../../support/flash-core.js";
import { random } from "../../support/random.js";

const KIB = 1024;
/** Application slots of 6 sectors of 1 KiB, the last of them the info area. */
const TINY = smallPart({ totalBytes: 20 * KIB, sectorBytes: KIB, block32Bytes: 0, block64Bytes: 0, unitBytes: 8 });

function file(bytes: number, seed = 7): Uint8Array {
  const next = random(seed);
  return Uint8Array.from({ length: bytes }, () => next(256));
}

function opened(part: NorPart, wrap: (chip: Flash) => Flash = (chip) => chip): { core: FlashCore; chip: NorFlash } {
  const clock: Clock = { nowUs: 0 };
  const chip = dirtyChip(part, clock);
  const core = new FlashCore(wrap(chip), clock);
  if (core.open() !== Status.Ok) throw new Error("does not open");
  return { core, chip };
}

t.test("every length around units, pages and sectors; every other cell as it was", async (t) => {
  const { core, chip } = opened(TINY);
  const room = core.call("layout_slot_bytes", Kind.Application);
  const start = core.call("layout_slot_offset", Kind.Application, 1);
  const info = core.call("layout_info_offset", Kind.Application, 1);
  for (const bytes of [1, 7, 8, 9, 255, 256, 257, 511, 1023, 1024, 1025, room - 1, room]) {
    const before = chip.contents();
    const source = file(bytes, bytes);
    t.equal(core.write(Kind.Application, 1, source), Status.Ok);
    const after = chip.contents();
    const same = (from: number, to: number): boolean => Buffer.compare(after.subarray(from, to), before.subarray(from, to)) === 0;
    t.equal(Buffer.compare(after.subarray(start, start + bytes), source), 0);
    const sectorsEnd = start + Math.ceil(bytes / KIB) * KIB;
    t.ok(after.slice(start + bytes, sectorsEnd).every((byte) => byte === 0xff), "the rest of the last sector is blank");
    t.ok(after.slice(info, info + KIB).every((byte) => byte === 0xff), "and so is the info area");
    t.ok(same(2 * KIB, start), "cells before the slot");
    t.ok(same(sectorsEnd, info), "cells between file and info area");
    t.ok(same(info + KIB, after.length), "cells after it");
    t.equal(core.call("writer_programmed_bytes"), bytes);
    t.equal(core.call("journal_state", Kind.Application, 1), SlotState.Writing, "not bootable");
  }
  t.equal(core.call("writer_start", Kind.Application, 1, room + 1), Status.NoSpace);
  t.equal(chip.counters.refusals, 0);
  t.ok(core.callsMax <= 64, `${core.callsMax} HAL calls in a poll`);
});

t.test("the same file at every two-piece cut, and byte by byte", async (t) => {
  const { core } = opened(TINY);
  const source = file(700);
  for (let cut = 1; cut <= source.length; cut++) {
    let status = core.call("writer_start", Kind.Boot, 0, source.length);
    status = core.finish("writer_erase_poll");
    const bytewise = cut === source.length;
    const pieces = bytewise ? Array.from(source, (byte) => Uint8Array.of(byte)) : [source.subarray(0, cut), source.subarray(cut)];
    for (let piece of pieces) {
      while (piece.length > 0 && status >= 0) {
        status = core.poll("writer_push", core.give(piece), piece.length);
        if (status === 0) core.wait();
        piece = piece.subarray(Math.max(0, status));
      }
    }
    core.call("writer_finish");
    if (core.finish("writer_poll") !== Status.Ok) throw new Error(`cut ${cut}`);
    if (Buffer.compare(core.slotBytes(Kind.Boot, 0, source.length), source) !== 0) throw new Error(`cut ${cut} differs`);
  }
  t.pass(`${source.length} ways`);
});

t.test("erases only what the file needs, with the largest command that fits", async (t) => {
  const needs = (part: NorPart, bytes: number): number[] => {
    const { core, chip } = opened(part);
    const before = chip.counters.erases;
    core.call("writer_start", Kind.Application, 0, bytes);
    const wanted = core.call("writer_erase_bytes");
    t.equal(core.finish("writer_erase_poll"), Status.Ok);
    t.equal(core.call("writer_erased_bytes"), wanted);
    return [chip.counters.erases - before, wanted / KIB];
  };
  const infoKib = 4;
  t.same(needs(W25Q128JV, 1024 * KIB), [16 + 1, 1024 + infoKib], "1 MiB: sixteen blocks of 64 KiB and the info area's sector");
  t.same(needs(W25Q128JV, 1), [1 + 1, 4 + infoKib]);
  t.same(needs(W25Q128JV, 8 * KIB), [2 + 1, 8 + infoKib], "two sectors are quicker than a block");
  t.same(needs(W25Q128JV, 9 * KIB), [1 + 1, 32 + infoKib]);
  t.same(needs(W25Q128JV, 33 * KIB), [1 + 1, 64 + infoKib]);
  t.same(needs(W25Q128JV, 68 * KIB), [2 + 1, 68 + infoKib]);
  t.same(needs({ ...W25Q128JV, block32Bytes: 0 }, 9 * KIB), [1 + 1, 64 + infoKib], "no 32 KiB command");
  t.same(needs(smallPart({ totalBytes: 2048 * KIB }), 40 * KIB)[1]! <= 68 + infoKib, true, "slots that no block is aligned with");
  t.same(needs(smallPart({ totalBytes: 8192 * KIB, sectorBytes: 64 * KIB, block32Bytes: 0, block64Bytes: 0 }), 65 * KIB), [2 + 1, 192]);
});

t.test("a block never reaches into the info area or the next slot", async (t) => {
  const { core } = opened(smallPart({ totalBytes: 2048 * KIB }));
  for (const slot of [0, 1]) {
    const room = core.call("layout_slot_bytes", Kind.Application);
    core.call("writer_start", Kind.Application, slot, room);
    t.equal(core.call("writer_erase_bytes"), room + 4 * KIB);
    t.equal(core.finish("writer_erase_poll"), Status.Ok);
  }
});

t.test("a write that was given up leaves nothing to the next one", async (t) => {
  const { core } = opened(TINY);
  core.call("writer_start", Kind.Boot, 0, 600);
  core.finish("writer_erase_poll");
  const source = file(600);
  for (let taken = 0; taken === 0; core.wait()) taken = core.poll("writer_push", core.give(source), 100);
  t.equal(core.write(Kind.Boot, 0, source), Status.Ok);
  t.equal(Buffer.compare(core.slotBytes(Kind.Boot, 0, 600), source), 0);
});

t.test("no sector is erased twice in an update, and none of the other slot", async (t) => {
  const { core, chip } = opened(W25Q128JV);
  t.equal(core.write(Kind.Boot, 1, file(300 * KIB)), Status.Ok);
  const start = core.call("layout_slot_offset", Kind.Boot, 1);
  const end = core.call("layout_slot_offset", Kind.Application, 0);
  for (let offset = 2 * 4 * KIB; offset < W25Q128JV.totalBytes; offset += 4 * KIB) {
    const worn = chip.sectorErases(offset);
    if (worn > (offset >= start && offset < end ? 1 : 0)) throw new Error(`${worn} erases at ${offset}`);
  }
  t.equal(core.call("layout_protect", Kind.Boot, 1, 1), Status.Ok);
  t.equal(core.write(Kind.Boot, 1, file(KIB)), Status.Protected, "a protected slot is refused by the chip");
});

t.test("a sector is skipped only when the journal vouches for it and it reads blank", async (t) => {
  /** Sectors of the slot that are erased; the journal's own erases are not counted. */
  const eraseOf = (core: FlashCore, chip: NorFlash, bytes: number): number => {
    const slot = core.call("layout_slot_offset", Kind.Application, 0);
    const worn = (): number => [0, 1, 2, 3, 4, 5].reduce((sum, sector) => sum + chip.sectorErases(slot + sector * KIB), 0);
    const before = worn();
    core.call("writer_start", Kind.Application, 0, bytes);
    t.equal(core.finish("writer_erase_poll"), Status.Ok);
    return worn() - before;
  };
  const { core, chip } = opened(TINY);
  const start = core.call("layout_slot_offset", Kind.Application, 0);
  t.equal(eraseOf(core, chip, 2 * KIB), 3);
  t.equal(core.call("journal_state", Kind.Application, 0), SlotState.Erased);
  t.equal(core.call("journal_erased_bytes", Kind.Application, 0), 2 * KIB);
  const again = new FlashCore(chip, core.clock);
  again.open();
  t.equal(eraseOf(again, chip, 2 * KIB), 0, "vouched for and blank, over a reset");
  t.equal(eraseOf(again, chip, 3 * KIB), 1, "one sector more than vouched for");
  const cells = chip.contents();
  cells[start + KIB + 1023]! &= 0x7f;
  chip.load(cells);
  t.equal(eraseOf(again, chip, 3 * KIB), 1, "one cell has lost a bit");
  t.equal(again.write(Kind.Application, 0, file(3 * KIB)), Status.Ok);
  t.equal(eraseOf(again, chip, 3 * KIB), 4, "written since");
  const blank = new NorFlash({ part: TINY, clock: core.clock, timing: "typical" });
  const fresh = new FlashCore(blank, core.clock);
  fresh.open();
  t.equal(eraseOf(fresh, blank, 2 * KIB), 3, "blank cells that nobody vouches for");
});

t.test("a chip that fails, or lies", async (t) => {
  const source = file(3 * KIB);
  const counting = opened(TINY);
  const formatted = { ...counting.chip.counters };
  counting.core.write(Kind.Application, 0, source);
  const erases = counting.chip.counters.erases - formatted.erases;
  for (let after = formatted.erases; after < formatted.erases + erases; after++) {
    const { core } = opened(TINY, (chip) => new FailingFlash(chip, { kind: "erase", after }));
    t.equal(core.write(Kind.Application, 0, source), Status.EraseFailed, `erase ${after}`);
    t.equal(core.call("journal_state", Kind.Application, 0), SlotState.Writing);
  }
  // The marks' own programs are tried again by the journal; the pages of the file are the last programs.
  const programs = counting.chip.counters.programs;
  for (let after = programs - source.length / 256; after < programs; after++) {
    const { core } = opened(TINY, (chip) => new FailingFlash(chip, { kind: "program", after }));
    t.equal(core.write(Kind.Application, 0, source), Status.ProgramFailed, `program ${after}`);
    t.equal(core.poll("writer_poll"), Status.ProgramFailed, "and it stays said");
  }
  class Liar extends FlashWrapper {
    override programStart(offset: number, bytes: Uint8Array): number {
      return this.inner.programStart(offset, bytes.length === 256 ? bytes.map((byte, index) => (index === 200 ? byte | 1 : byte)) : bytes);
    }
  }
  t.equal(opened(TINY, (chip) => new Liar(chip)).core.write(Kind.Application, 0, new Uint8Array(256)), Status.ProgramFailed, "read-back");
});

t.test("power cut at every operation: the slot is not usable, the other one untouched, the next update completes", async (t) => {
  const old = file(2 * KIB, 1);
  const source = file(3 * KIB, 2);
  let cuts = 0;
  for (const [unitBytes, pageBytes] of [[1, 256], [4, 128], [8, 256], [16, 512], [32, 256], [64, 128]] as const) {
    const part = { ...TINY, unitBytes, pageBytes };
    for (const [name, model] of Object.entries({ nothing, all, half, one: prefix(1), most: prefix(200 / unitBytes) })) {
      for (let operation = 0; ; operation++) {
        const { core, chip } = opened(part);
        core.write(Kind.Application, 0, old);
        core.mark(Kind.Application, 0, SlotState.Updated, 0, 1);
        core.mark(Kind.Application, 1, SlotState.Updated, 0, 2);
        const cut = new PowerCut(chip, operation, model);
        const where = `${name} at ${operation}, unit ${unitBytes}`;
        try {
          core.reset(cut, core.clock).write(Kind.Application, 1, source);
        } catch (error) {
          if (!(error instanceof PowerGone)) throw error;
        }
        if (!cut.isCut) break;
        cuts += 1;
        chip.powerOn();
        core.reset(chip, core.clock);
        if (core.open() !== Status.Ok) throw new Error(`does not open: ${where}`);
        const state = core.call("journal_state", Kind.Application, 1);
        const untouched = state === SlotState.Updated && operation < 2;
        if (!untouched && state !== SlotState.Writing && state !== SlotState.Erased) throw new Error(`state ${state}: ${where}`);
        if (core.call("journal_preferred", Kind.Application) !== (untouched ? 1 : 0)) throw new Error(`preferred: ${where}`);
        if (Buffer.compare(core.slotBytes(Kind.Application, 0, old.length), old) !== 0) throw new Error(`other slot: ${where}`);
        if (core.write(Kind.Application, 1, source) !== Status.Ok) throw new Error(`does not complete: ${where}`);
        if (Buffer.compare(core.slotBytes(Kind.Application, 1, source.length), source) !== 0) throw new Error(`file: ${where}`);
        if (chip.counters.refusals > 0) throw new Error(`${chip.counters.refusals} refusals: ${where}`);
      }
    }
  }
  t.ok(cuts > 500, `${cuts} cuts`);
});

t.test("1 MiB on each part: at least 95 % of what the part can do", async (t) => {
  const source = file(1024 * KIB);
  for (const part of NOR_PARTS) {
    const clock: Clock = { nowUs: 0 };
    const core = new FlashCore(new NorFlash({ part, clock, timing: "typical" }), clock);
    core.open();
    const startUs = clock.nowUs;
    t.equal(core.write(Kind.Application, 0, source), Status.Ok);
    const tookUs = clock.nowUs - startUs;
    const pageUs = part.pageProgramMs[0] * 1000 + ((2048 + 40 + (part.totalBytes > 0x1000000 ? 8 : 0)) / 4) / 104;
    const bestUs = 16 * part.block64EraseMs[0] * 1000 + 4096 * pageUs;
    const share = bestUs / tookUs;
    const rate = (us: number): string => (1024 / (us / 1e6)).toFixed(1);
    t.ok(share >= 0.95 && share <= 1, `${part.name}: ${rate(tookUs)} of ${rate(bestUs)} KiB/s, ${share.toFixed(3)}`);
  }
});
