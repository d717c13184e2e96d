// Goal: blocks are written where they belong, held ones are not touched, and each sector is erased at most once.
// Method: seeded choices of held blocks on chips of several shapes, all cells compared; erases counted by sector; a chip that fails.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { FailingFlash } from "../../../host/faults/failing-flash.js";
import { FlashWrapper } from "../../../host/faults/flash-wrapper.js";
import type { NorPart } from "../../../host/peripherals/nor-parts.js";
import { dirtyChip, FlashCore, smallPart } from "../../support/flash-core.js";
import { random } from "../../support/random.js";
import { seededBytes } from "../../support/seeded.js";

const KIB = 1024;
const BLOCK = 4 * KIB;
const SHAPES: readonly NorPart[] = [
  smallPart({ totalBytes: 4096 * KIB }),
  smallPart({ totalBytes: 1024 * KIB, unitBytes: 16 }),
  smallPart({ totalBytes: 512 * KIB, sectorBytes: KIB, block32Bytes: 0, block64Bytes: 0, unitBytes: 8 }),
  smallPart({ totalBytes: 2048 * KIB, sectorBytes: 64 * KIB, block32Bytes: 0, block64Bytes: 0, unitBytes: 32 }),
];

/** Counts the erases of each sector. */
class CountingFlash extends FlashWrapper {
  readonly erases = new Map<number, number>();

  override eraseStart(offset: number, bytes: number): number {
    for (let at = offset; at < offset + bytes; at += this.geometry.sectorBytes) this.erases.set(at, (this.erases.get(at) ?? 0) + 1);
    return this.inner.eraseStart(offset, bytes);
  }
}

t.test("held blocks stay, the others are written, every other cell as it was", (t) => {
  for (const [shape, part] of SHAPES.entries()) {
    for (let seed = 1; seed <= 12; seed++) {
      const next = random(seed);
      const clock = { nowUs: 0 };
      const chip = dirtyChip(part, clock);
      const counting = new CountingFlash(chip);
      const core = new FlashCore(counting, clock);
      core.open();
      counting.erases.clear();
      const room = core.call("layout_slot_bytes", Kind.Application);
      const start = core.call("layout_slot_offset", Kind.Application, 1);
      const file = seededBytes(`file ${seed}`, 1 + next(Math.min(room, 40 * BLOCK)));
      const count = Math.ceil(file.length / BLOCK);
      const perSector = Math.max(1, part.sectorBytes / BLOCK);
      const before = chip.contents();
      core.call("patch_release");
      const held = new Set<number>();
      for (let first = 0; first < count; first += perSector) {
        if (next(3) > 0) continue;
        for (let block = first; block < Math.min(first + perSector, count); block++) {
          held.add(block);
          core.call("patch_hold", block, 1);
        }
      }
      core.call("patch_start", Kind.Application, 1, file.length);
      for (let block = 0; block < count; block++) {
        if (core.call("patch_is_held", block) !== (held.has(block) ? 1 : 0)) throw new Error(`block ${block}`);
        if (held.has(block)) continue;
        const bytes = file.subarray(block * BLOCK, (block + 1) * BLOCK);
        core.call("patch_push", block * BLOCK, core.give(bytes), bytes.length);
        t.equal(core.finish("patch_poll"), Status.Ok);
      }
      const after = chip.contents();
      for (let block = 0; block < count; block++) {
        const [from, to] = [start + block * BLOCK, start + Math.min((block + 1) * BLOCK, file.length)];
        const wanted = held.has(block) ? before.subarray(from, to) : file.subarray(from - start, to - start);
        if (Buffer.compare(after.subarray(from, to), wanted) !== 0) throw new Error(`shape ${shape} seed ${seed} block ${block}`);
      }
      t.ok([...counting.erases.values()].every((erases) => erases === 1), "no sector is erased twice");
      t.ok([...counting.erases.keys()].every((at) => at >= start && at < start + room), "none outside the slot");
      t.same(Buffer.compare(after.subarray(0, start), before.subarray(0, start)), 0, "cells before the slot");
      t.same(Buffer.compare(after.subarray(start + room), before.subarray(start + room)), 0, "info area, and what follows");
      t.equal(chip.counters.refusals, 0);
      t.ok(core.callsMax <= 64, `${core.callsMax} HAL calls in a poll`);
    }
  }
  t.end();
});

t.test("a chip that fails is said once, and nothing goes on", (t) => {
  for (const kind of ["erase", "program"] as const) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(SHAPES[0]!, clock);
    const core = new FlashCore(chip, clock);
    core.open();
    core.reset(new FailingFlash(chip, { kind, after: 0 }), clock);
    core.call("patch_release");
    core.call("patch_start", Kind.Application, 1, BLOCK);
    core.call("patch_push", 0, core.give(seededBytes("block", BLOCK)), BLOCK);
    t.equal(core.finish("patch_poll"), kind === "erase" ? Status.EraseFailed : Status.ProgramFailed);
    t.equal(core.finish("patch_poll"), Status.Ok, "idle");
  }
  t.end();
});

t.test("a poll that ends with work left wants the next one at once, on a chip that is never busy too", (t) => {
  const clock = { nowUs: 0 };
  class Instant extends FlashWrapper {
    override poll(): number {
      clock.nowUs += 10_000_000;
      return this.inner.poll();
    }
  }
  const core = new FlashCore(new Instant(dirtyChip(SHAPES[0]!, clock)), clock);
  core.open();
  core.call("patch_release");
  core.call("patch_start", Kind.Application, 1, BLOCK);
  core.call("patch_push", 0, core.give(seededBytes("block", BLOCK)), BLOCK);
  let polls = 0;
  while (core.poll("patch_poll") === Status.Pending) {
    polls += 1;
    t.equal(core.call("time_wait"), 0);
  }
  t.ok(polls > 0, "more than a poll's work");
  t.end();
});
