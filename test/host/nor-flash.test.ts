// Goal: the emulated chip keeps the rules of hal/flash.ts and of its data sheet. Method: one sentence of the data sheet or of
// the contract, one test; a clock that the test moves.

import t from "tap";
import { FlashFlag, Status } from "../../hal/abi.js";
import { all, half, nothing, prefix } from "../../host/faults/cut-models.js";
import { FailingFlash } from "../../host/faults/failing-flash.js";
import { PowerCut } from "../../host/faults/power-cut.js";
import type { CutModel, Flash } from "../../host/peripherals/flash.js";
import { NorFlash, type NorFlashOptions } from "../../host/peripherals/nor-flash.js";
import { MX66L1G45G, NOR_PARTS, norPart, W25Q128JV } from "../../host/peripherals/nor-parts.js";
import { random } from "../support/random.js";

const KIB = 1024;
const PAGE = Uint8Array.from({ length: 256 }, (_, index) => (index * 37) & 0xff);

interface Bench {
  readonly chip: NorFlash;
  readonly clock: { nowUs: number };
  /** Lets the operation end; what the chip says then. */
  readonly done: () => number;
  readonly read: (offset: number, bytes: number) => Uint8Array;
}

function bench(options: Partial<NorFlashOptions> = {}): Bench {
  const clock = { nowUs: 1000 };
  const chip = new NorFlash({ part: W25Q128JV, clock, timing: "typical", ...options });
  return {
    chip, clock,
    done: () => {
      clock.nowUs += 10e6;
      return chip.poll();
    },
    read: (offset, bytes) => {
      const target = new Uint8Array(bytes);
      const status = chip.read(offset, target);
      if (status !== Status.Ok) throw new Error(`read: ${status}`);
      return target;
    },
  };
}

const chance = (seed: number): (() => number) => {
  const next = random(seed);
  return () => next(0x1000000) / 0x1000000;
};

t.test("a chip starts blank, or full of noise with every unit programmed", async (t) => {
  const blank = bench();
  t.ok(blank.read(0, 4 * KIB).every((byte) => byte === 0xff));
  const dirty = bench({ dirty: true, random: chance(1) });
  const counts = new Set(dirty.read(0x123000, 4 * KIB));
  t.ok(counts.size > 200, "noise");
  t.equal(dirty.chip.programStart(0x123000, PAGE), Status.NotErased);
  t.same(bench({ dirty: true, random: chance(1) }).read(0, 64), dirty.read(0, 64), "the same seed, the same noise");
  t.throws(() => bench({ dirty: true }), TypeError);
  t.throws(() => bench({ timing: "drawn" }), TypeError);
});

t.test("an erase sets one sector or block to ones and nothing else", async (t) => {
  for (const bytes of [4 * KIB, 32 * KIB, 64 * KIB]) {
    const { chip, done, read } = bench({ dirty: true, random: chance(2) });
    const before = chip.contents();
    t.equal(chip.eraseStart(128 * KIB, bytes), Status.Ok);
    t.equal(done(), Status.Ok);
    t.ok(read(128 * KIB, bytes).every((byte) => byte === 0xff));
    const after = chip.contents();
    before.fill(0xff, 128 * KIB, 128 * KIB + bytes);
    t.equal(Buffer.compare(after, before), 0);
  }
});

t.test("an erase is one of the erase sizes, aligned with itself", async (t) => {
  const { chip } = bench({ part: { ...W25Q128JV, block32Bytes: 0 } });
  for (const [offset, bytes] of [[0, 0], [0, -4096], [0, 2048], [0, 8192], [2048, 4096], [0, 32768], [32768, 65536]] as const) {
    t.equal(chip.eraseStart(offset, bytes), bytes < 0 ? Status.OutOfRange : Status.NotAligned, `${bytes} at ${offset}`);
  }
  t.equal(chip.eraseStart(16 * 1024 * KIB, 4 * KIB), Status.OutOfRange);
  t.equal(chip.eraseStart(-4096, 4 * KIB), Status.OutOfRange);
  t.same([chip.counters.erases, chip.counters.refusals], [0, 9]);
});

t.test("a program stays in one page and takes whole units", async (t) => {
  const { chip, done, read } = bench({ part: { ...W25Q128JV, unitBytes: 8 } });
  t.equal(chip.programStart(256, new Uint8Array(0)), Status.NotAligned);
  t.equal(chip.programStart(4, new Uint8Array(8)), Status.NotAligned);
  t.equal(chip.programStart(8, new Uint8Array(4)), Status.NotAligned);
  t.equal(chip.programStart(248, new Uint8Array(16)), Status.NotAligned, "no wrap at the page's end");
  t.equal(chip.programStart(16 * 1024 * KIB - 8, new Uint8Array(16)), Status.OutOfRange);
  t.equal(chip.programStart(248, PAGE.subarray(8, 16)), Status.Ok);
  t.equal(done(), Status.Ok);
  t.same(read(240, 32), Uint8Array.of(...new Uint8Array(8).fill(255), ...PAGE.subarray(8, 16), ...new Uint8Array(16).fill(255)));
});

t.test("a unit is programmed once between erases, ones included", async (t) => {
  const { chip, done, read } = bench({ part: { ...W25Q128JV, unitBytes: 4 } });
  chip.programStart(64, new Uint8Array(8).fill(0xff));
  done();
  t.equal(chip.programStart(68, PAGE.subarray(0, 4)), Status.NotErased);
  t.equal(chip.programStart(60, PAGE.subarray(0, 8)), Status.NotErased, "one unit of two");
  t.equal(chip.programStart(60, PAGE.subarray(0, 4)), Status.Ok);
  done();
  chip.eraseStart(0, 4 * KIB);
  done();
  t.equal(chip.programStart(64, PAGE.subarray(0, 4)), Status.Ok);
  done();
  t.same(read(64, 4), PAGE.subarray(0, 4));
});

t.test("a part that may be written again: bits fall and never rise", async (t) => {
  const { chip, done, read } = bench({ part: { ...W25Q128JV, flags: FlashFlag.MultiWrite } });
  for (const value of [0b11110110, 0b10011111]) {
    t.equal(chip.programStart(5, Uint8Array.of(value)), Status.Ok);
    done();
  }
  t.same(read(4, 3), Uint8Array.of(0xff, 0b10010110, 0xff));
});

t.test("a chip at work refuses everything until it was asked", async (t) => {
  const { chip, clock, done } = bench();
  chip.eraseStart(0, 4 * KIB);
  const refused = (): number[] => [chip.read(8192, new Uint8Array(1)), chip.eraseStart(8192, 4 * KIB), chip.programStart(8192, PAGE)];
  t.same(refused(), [Status.Busy, Status.Busy, Status.Busy]);
  clock.nowUs += 1e6;
  t.same(refused(), [Status.Busy, Status.Busy, Status.Busy], "its time is over, but nobody asked");
  t.equal(done(), Status.Ok);
  t.equal(chip.read(8192, new Uint8Array(1)), Status.Ok);
});

t.test("the source is copied when the program starts", async (t) => {
  const { chip, done, read } = bench();
  const source = Uint8Array.of(1, 2, 3);
  chip.programStart(0, source);
  source.fill(9);
  done();
  t.same(read(0, 3), Uint8Array.of(1, 2, 3));
});

t.test("typical and maximum times, and the bus at four lanes of 104 MHz", async (t) => {
  for (const [timing, index] of [["typical", 0], ["maximum", 1]] as const) {
    for (const part of NOR_PARTS) {
      const { chip, clock } = bench({ part, timing });
      const took = (start: number): number => {
        t.equal(start, Status.Ok);
        const waitUs = chip.poll();
        clock.nowUs += waitUs - 1;
        t.equal(chip.poll(), 1, "not a microsecond earlier");
        clock.nowUs += 1;
        t.equal(chip.poll(), 0);
        return waitUs;
      };
      t.equal(took(chip.eraseStart(0, 4 * KIB)), Math.ceil(part.sectorEraseMs[index] * 1000 + 0.01), `${part.name} sector`);
      if (part.block32Bytes > 0) t.equal(took(chip.eraseStart(0, 32 * KIB)), Math.ceil(part.block32EraseMs[index] * 1000 + 0.01));
      t.equal(took(chip.eraseStart(0, 64 * KIB)), Math.ceil(part.block64EraseMs[index] * 1000 + 0.01));
      const commandUs = (part.totalBytes > 16 * 1024 * KIB ? 2048 + 48 : 2048 + 40) / 416;
      t.equal(took(chip.programStart(0, PAGE)), Math.ceil(part.pageProgramMs[index] * 1000 + commandUs), `${part.name} page`);
      t.ok(took(chip.programStart(256, PAGE.subarray(0, 8))) < part.pageProgramMs[index] * 1000, "a short program is shorter");
    }
  }
});

t.test("drawn times lie between typical and maximum, and wear moves them", async (t) => {
  const times = (erasesBefore: number): number[] => {
    const { chip, done } = bench({ timing: "drawn", random: chance(3), erasesBefore });
    return Array.from({ length: 400 }, () => {
      const before = chip.counters.eraseUs;
      chip.eraseStart(0, 4 * KIB);
      done();
      return chip.counters.eraseUs - before;
    });
  };
  const fresh = times(0);
  const worn = times(50_000);
  t.ok(Math.min(...fresh) >= 45_000 && Math.max(...worn) <= 400_000);
  const median = (values: number[]): number => values.toSorted((left, right) => left - right)[200]!;
  t.ok(median(fresh) > 50_000 && median(fresh) < 150_000, `${median(fresh)}`);
  t.ok(median(worn) > 222_000 && median(worn) < 400_000, `${median(worn)}`);
  t.same(times(0), fresh, "the same seed, the same times");
  t.ok(Math.min(...times(1_000_000)) === 400_000, "worn out: the maximum");
});

t.test("protection refuses erase and program of its sectors, until reset", async (t) => {
  const { chip, done } = bench();
  t.equal(chip.protect(4 * KIB, 4 * KIB, true), Status.Ok);
  t.equal(chip.protect(4 * KIB + 1, 4 * KIB, true), Status.NotAligned);
  t.equal(chip.protect(0, 100, true), Status.NotAligned);
  t.equal(chip.protect(16 * 1024 * KIB, 4 * KIB, true), Status.OutOfRange);
  t.equal(chip.eraseStart(0, 64 * KIB), Status.Protected, "a block that holds the sector");
  t.equal(chip.programStart(4 * KIB, PAGE), Status.Protected);
  t.equal(chip.programStart(8 * KIB, PAGE), Status.Ok);
  done();
  chip.reset();
  t.equal(chip.eraseStart(0, 64 * KIB), Status.Ok);
});

t.test("a reset lets the chip finish; a cut does not, and nothing answers until power is back", async (t) => {
  const { chip, clock, done, read } = bench();
  chip.programStart(0, PAGE);
  chip.reset();
  t.equal(done(), Status.Ok);
  t.same(read(0, 256), PAGE);
  chip.programStart(256, PAGE);
  clock.nowUs += 100;
  chip.powerOff(nothing);
  const started = [chip.eraseStart(0, 4 * KIB), chip.programStart(512, PAGE), chip.protect(0, 4 * KIB, true)];
  t.same([chip.poll(), chip.read(0, new Uint8Array(1)), ...started], new Array(5).fill(Status.PowerLost));
  chip.powerOn();
  t.equal(chip.poll(), Status.Ok);
  t.ok(read(256, 256).every((byte) => byte === 0xff));
  t.equal(chip.programStart(256, PAGE), Status.NotErased, "blank to the eye, undefined by the contract");
  t.equal(chip.programStart(512, PAGE), Status.Ok);
  clock.nowUs += 1e6;
  chip.powerOff(nothing);
  chip.powerOn();
  t.same(read(512, 256), PAGE, "its time was over: the program had ended");
});

t.test("cut models: what is left of a program and of an erase", async (t) => {
  const left = (model: CutModel | undefined, erase: boolean, elapsed = 0.5): Uint8Array => {
    const { chip, clock, done, read } = bench({ part: { ...W25Q128JV, unitBytes: 4 } });
    if (erase) {
      for (let page = 0; page < 16; page++) {
        chip.programStart(page * 256, PAGE.map((byte) => byte & 0xf0));
        done();
      }
      chip.eraseStart(0, 4 * KIB);
    } else {
      chip.programStart(0, PAGE.subarray(0, 16));
    }
    clock.nowUs += chip.poll() * elapsed;
    chip.powerOff(model);
    chip.powerOn();
    return read(0, erase ? 4 * KIB : 16);
  };
  const blank = new Uint8Array(16).fill(0xff);
  const some = (bytes: number): Uint8Array => Uint8Array.of(...PAGE.subarray(0, bytes), ...blank.subarray(bytes));
  t.same(left(nothing, false), blank);
  t.same(left(all, false), some(16));
  t.same(left(prefix(3), false), some(12));
  t.same(left(half, false), some(8));
  t.same(left(undefined, false), some(8), "without a model: as far as the time went");
  t.ok(left(all, true).every((byte) => byte === 0xff));
  t.same(left(nothing, true).subarray(0, 256), PAGE.map((byte) => byte & 0xf0));
  t.ok(left(half, true).subarray(0, 2048).every((byte) => byte === 0xff));
  t.same(left(half, true).subarray(2048, 2304), PAGE.map((byte) => byte & 0xf0));
  t.same(left(undefined, true, 0.15).subarray(0, 2048), new Uint8Array(2048), "first everything is programmed to zero");
  t.same(left(undefined, true, 0.6).subarray(0, 2048), new Uint8Array(2048).fill(0xff), "then the cells rise");
  t.ok(left(undefined, true, 0.95).every((byte) => byte === 0xff));
});

t.test("a failing chip tells it once, and its target must be erased", async (t) => {
  const { chip, clock, done, read } = bench();
  const once = new FailingFlash(chip, { kind: "program", after: 1 });
  const failing: Flash = new FailingFlash(once, { kind: "erase", after: 1, lasting: true });
  const finish = (): number => {
    clock.nowUs += 10e6;
    return failing.poll();
  };
  const program = (offset: number): number => (failing.programStart(offset, PAGE), finish());
  const erase = (offset: number, bytes = 4 * KIB): number => (failing.eraseStart(offset, bytes), finish());
  t.same([program(0), program(256), program(512)], [Status.Ok, Status.ProgramFailed, Status.Ok]);
  t.equal(failing.poll(), Status.Ok, "once");
  t.same(read(256, 256), Uint8Array.of(...PAGE.subarray(0, 128), ...new Uint8Array(128).fill(0xff)), "half done");
  t.same([erase(0), erase(8 * KIB), erase(8 * KIB), erase(0, 64 * KIB), erase(64 * KIB)],
    [Status.Ok, Status.EraseFailed, Status.EraseFailed, Status.EraseFailed, Status.Ok], "a sector that has gone bad stays bad");
  t.equal(failing.programStart(8 * KIB, PAGE), Status.NotErased);
  t.equal(done(), Status.Ok);
});

t.test("a power cut strikes at the operation it was set for", async (t) => {
  const { chip, clock } = bench();
  const cut = new PowerCut(chip, 2, all);
  const statuses = [0, 256, 512, 768].map((offset) => {
    const status = cut.programStart(offset, PAGE);
    clock.nowUs += 1e6;
    cut.poll();
    return status;
  });
  t.same(statuses, [Status.Ok, Status.Ok, Status.Ok, Status.PowerLost]);
  t.same([cut.isCut, cut.operationCount], [true, 3]);
  t.equal(cut.programStart(-1, PAGE), Status.PowerLost);
});

t.test("wear is counted a sector, work in all", async (t) => {
  const { chip, done } = bench();
  chip.eraseStart(0, 64 * KIB);
  done();
  chip.eraseStart(4 * KIB, 4 * KIB);
  done();
  chip.programStart(0, PAGE);
  done();
  chip.read(0, new Uint8Array(100));
  t.same([0, 4 * KIB, 60 * KIB, 64 * KIB].map((offset) => chip.sectorErases(offset)), [1, 2, 1, 0]);
  const { erases, erasedBytes, programs, programmedBytes, reads, readBytes, eraseUs, programUs } = chip.counters;
  t.same([erases, erasedBytes, programs, programmedBytes, reads, readBytes], [2, 68 * KIB, 1, 256, 1, 100]);
  t.same([eraseUs, programUs], [195_000, 400]);
});

t.test("contents go out and in; what came in blank may be programmed", async (t) => {
  const { chip, done } = bench({ dirty: true, random: chance(4) });
  const cells = new Uint8Array(W25Q128JV.totalBytes).fill(0xff);
  cells.set(PAGE, 0x20000);
  chip.load(cells);
  t.same(Buffer.compare(chip.contents(), cells), 0);
  t.equal(chip.programStart(0x20000, PAGE), Status.NotErased);
  t.equal(chip.programStart(0x20100, PAGE), Status.Ok);
  done();
  t.throws(() => chip.load(new Uint8Array(5)), RangeError);
  const across = new Uint8Array(8);
  chip.read(0x1fffc, across);
  t.same(across, Uint8Array.of(255, 255, 255, 255, ...PAGE.subarray(0, 4)), "a read across chunks");
});

t.test("parts by name; the largest chip costs nothing until it is used", async (t) => {
  t.equal(norPart("w25q128jv"), W25Q128JV);
  t.equal(norPart("nand"), undefined);
  t.equal(new Set(NOR_PARTS.map((part) => part.name)).size, 7);
  const before = process.memoryUsage().arrayBuffers;
  const { read } = bench({ part: MX66L1G45G, dirty: true, random: chance(5) });
  read(100 * 1024 * KIB, 4096);
  t.ok(process.memoryUsage().arrayBuffers - before < 2 * 1024 * KIB, "128 MiB in less than 2");
});
