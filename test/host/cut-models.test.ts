// Goal: every model of a torn operation leaves what its sentence says, the chip remembers it, and every silent fault is silent.
// Method: one operation on a small chip, cut under each model and seed; the cells, and what reads and programs say afterwards.

import t from "tap";
import { Status } from "../../hal/abi.js";
import { ERASE_MODELS, MODEL_NAMES, modelNamed, PROGRAM_MODELS } from "../../host/faults/cut-catalogue.js";
import { SILENT_KINDS, SilentFlash, type SilentKind } from "../../host/faults/silent-flash.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { W25Q128JV, type NorPart } from "../../host/peripherals/nor-parts.js";

const UNIT = 8;
const PART: NorPart = { ...W25Q128JV, totalBytes: 32 * 1024, sectorBytes: 512, block32Bytes: 0, block64Bytes: 0, unitBytes: UNIT };
const SPAN = Uint8Array.from({ length: 64 }, (_, index) => (index * 37 + 11) & 0xff);
const OLD = Uint8Array.from({ length: 256 }, (_, index) => (index * 91 + 5) & 0xff);
const SECTOR = 512;
const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];

interface Bench {
  readonly chip: NorFlash;
  readonly done: () => number;
  readonly read: (offset: number, bytes: number) => { status: number; bytes: Uint8Array };
}

function bench(): Bench {
  const clock = { nowUs: 0 };
  const chip = new NorFlash({ part: PART, clock, timing: "typical" });
  return {
    chip,
    done: () => {
      clock.nowUs += 10e6;
      return chip.poll();
    },
    read: (offset, count) => {
      const bytes = new Uint8Array(count);
      return { status: chip.read(offset, bytes), bytes };
    },
  };
}

/** Programs 64 bytes into the second quarter of a page whose first quarter is written, and loses power. */
function program(model: string, seed: number): Bench {
  const made = bench();
  made.chip.programStart(0, OLD.subarray(0, 64));
  made.done();
  made.chip.programStart(64, SPAN);
  made.chip.powerOff(modelNamed(model, seed));
  made.chip.powerOn();
  return made;
}

/** Erases a written sector and loses power. */
function erase(model: string, seed: number): Bench {
  const made = bench();
  for (const page of [0, 256]) {
    made.chip.programStart(page, OLD);
    made.done();
  }
  made.chip.eraseStart(0, SECTOR);
  made.chip.powerOff(modelNamed(model, seed));
  made.chip.powerOn();
  return made;
}

const blank = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0xff);
const cellsOf = (made: Bench, offset: number, bytes: number): Uint8Array => made.chip.contents().slice(offset, offset + bytes);
/** True when every bit is as before or as it was to become. */
const between = (cells: Uint8Array, before: Uint8Array, after: Uint8Array): boolean =>
  cells.every((byte, at) => ((byte ^ before[at]!) & ~(before[at]! ^ after[at]!)) === 0);
const oldSector = Uint8Array.of(...OLD, ...OLD);

t.test("the names: nine models for a program, eight for an erase", async (t) => {
  t.equal(PROGRAM_MODELS.length, 9);
  t.equal(ERASE_MODELS.length, 8);
  t.equal(MODEL_NAMES.length, new Set(MODEL_NAMES).size);
  t.equal(modelNamed("none", 1), undefined);
});

t.test("a program that is cut: each model by its sentence", async (t) => {
  const span = (model: string, seed = 0): Uint8Array => cellsOf(program(model, seed), 64, 64);
  t.same(span("nothing"), blank(64));
  t.same(span("all"), SPAN);
  for (const seed of [0, 1, 5, 8]) t.same(span("units", seed), Uint8Array.of(...SPAN.subarray(0, seed * UNIT), ...blank(64 - seed * UNIT)));
  t.same(span("first-byte"), Uint8Array.of(SPAN[0]!, ...blank(63)));
  const insides = SEEDS.map((seed) => {
    const cells = span("inside", seed);
    const border = cells.findIndex((byte, at) => byte !== SPAN[at]);
    t.ok(cells.subarray(border + 1).every((byte) => byte === 0xff), "nothing behind the border");
    return border % UNIT;
  });
  t.ok(insides.some((at) => at > 0), `cuts inside a unit: ${insides.join()}`);
  const bits = SEEDS.map((seed) => span("bits", seed));
  for (const cells of bits) t.ok(between(cells, blank(64), SPAN));
  t.equal(new Set(bits.map((cells) => cells.join())).size, SEEDS.length, "each seed another subset");
  t.same(span("bits", 3), span("bits", 3), "the same seed, the same cells");
});

t.test("whatever a cut program left reads as, its units count as programmed", async (t) => {
  for (const { name } of PROGRAM_MODELS) {
    const { chip } = program(name, 1);
    t.equal(chip.programStart(64, SPAN), Status.NotErased, name);
    t.equal(chip.programStart(128, SPAN), Status.Ok, `${name}: beside it`);
  }
});

t.test("unstable bits read differently from read to read, until they are erased", async (t) => {
  for (const seed of SEEDS) {
    const made = program("unstable", seed);
    const reads = new Set(Array.from({ length: 64 }, () => made.read(64, 64).bytes.join()));
    t.ok(reads.size > 1, `seed ${seed}: ${reads.size} different reads`);
    t.same(made.read(0, 64).bytes, OLD.subarray(0, 64), "what stood beside it is steady");
    made.chip.eraseStart(0, SECTOR);
    t.equal(made.done(), Status.Ok);
    t.same(made.read(64, 64).bytes, blank(64));
    made.chip.programStart(64, SPAN);
    made.done();
    t.equal(new Set(Array.from({ length: 16 }, () => made.read(64, 64).bytes.join())).size, 1, "steady after a rewrite");
  }
  const again = (): string => Array.from({ length: 8 }, (() => {
    const made = program("unstable", 3);
    return () => made.read(64, 64).bytes.join();
  })()).join();
  t.equal(again(), again(), "the same seed, the same reads");
});

t.test("a unit that faults is a status, not bytes, and others of the page read well", async (t) => {
  const made = program("ecc", 0);
  for (let count = 0; count < 4; count++) t.equal(made.read(64, 64).status, Status.EccFatal, "always, with seed 0");
  t.equal(made.read(0, 64).status, Status.Ok);
  t.equal(made.read(60, 8).status, Status.EccFatal, "one of its units is enough");
  t.notSame(made.read(64, 64).bytes, SPAN, "the buffer means nothing");
  made.chip.eraseStart(0, SECTOR);
  made.done();
  t.equal(made.read(0, SECTOR).status, Status.Ok, "an erase heals");
  const sometimes = SEEDS.slice(1).map((seed) => {
    const other = program("ecc", seed);
    return new Set(Array.from({ length: 64 }, () => other.read(64, 64).status)).size;
  });
  t.ok(sometimes.includes(2), "with some seeds a second look helps");
});

t.test("a disturbed neighbour: another unit of the page loses bits, and gains none", async (t) => {
  for (const seed of SEEDS) {
    const page = cellsOf(program("neighbour", seed), 0, 256);
    const beside = page.subarray(0, 64);
    const hit = Array.from({ length: 8 }, (_, unit) => unit).filter((unit) =>
      beside.subarray(unit * UNIT, (unit + 1) * UNIT).some((byte, at) => byte !== OLD[unit * UNIT + at]));
    t.ok(hit.length <= 1, "one unit");
    t.ok(beside.every((byte, at) => (byte & ~OLD[at]!) === 0), "bits fall");
  }
  const changed = SEEDS.filter((seed) => cellsOf(program("neighbour", seed), 0, 64).join() !== OLD.subarray(0, 64).join());
  t.ok(changed.length > SEEDS.length / 2, `${changed.length} seeds hit what was written`);
});

t.test("an erase that is cut: each model by its sentence", async (t) => {
  const sector = (model: string, seed = 0): Uint8Array => cellsOf(erase(model, seed), 0, SECTOR);
  t.same(sector("nothing"), oldSector);
  t.same(sector("all"), blank(SECTOR));
  t.same(sector("zero"), new Uint8Array(SECTOR));
  t.same(sector("zeros-from-end"), Uint8Array.of(...OLD, ...new Uint8Array(256)));
  t.same(sector("half"), Uint8Array.of(...blank(256), ...OLD));
  for (const seed of SEEDS) {
    t.ok(between(sector("bits", seed), oldSector, blank(SECTOR)));
    const end = sector("zeros-from-end", seed);
    const border = end.findLastIndex((byte) => byte !== 0) + 1;
    t.same(end.subarray(0, border), oldSector.subarray(0, border));
  }
  for (const { name } of ERASE_MODELS) t.equal(erase(name, 1).chip.programStart(0, SPAN), Status.NotErased, `${name}: erase again`);
});

t.test("a weak blank reads as blank, and now and then not", async (t) => {
  for (const seed of SEEDS) {
    const made = erase("weak", seed);
    t.same(cellsOf(made, 0, SECTOR), blank(SECTOR), "to the eye");
    const reads = Array.from({ length: 64 }, () => made.read(0, 16).bytes.every((byte) => byte === 0xff));
    t.ok(reads.includes(true) && made.read(0, SECTOR).bytes.some((byte) => byte !== 0xff), `seed ${seed}`);
    const faults = erase("weak-ecc", seed);
    const statuses = Array.from({ length: 64 }, () => faults.read(0, 16).status);
    t.ok(statuses.every((status) => status === Status.Ok || status === Status.EccFatal));
    t.ok(Array.from({ length: 16 }, () => faults.read(0, SECTOR).status).includes(Status.EccFatal), "or faults");
  }
});

t.test("contents and load carry what cells do not show, and so does a loss of power", async (t) => {
  for (const [model, seed] of [["nothing", 0], ["unstable", 2], ["ecc", 0], ["ecc", 5]] as const) {
    const made = program(model, seed);
    const other = bench();
    other.chip.load(made.chip.contents());
    t.equal(other.chip.programStart(64, SPAN), Status.NotErased, model);
    const reads = (from: Bench): string => Array.from({ length: 16 }, () => {
      const { status, bytes } = from.read(64, 64);
      return `${status} ${bytes.join()}`;
    }).join();
    const next = bench();
    next.chip.load(made.chip.contents());
    next.chip.powerOff();
    next.chip.powerOn();
    t.equal(reads(next), reads(made), `${model}: the same reads from there on`);
  }
  const sound = bench();
  t.equal(sound.chip.contents().length, PART.totalBytes, "a sound chip is its cells and no more");
  t.throws(() => sound.chip.load(new Uint8Array(PART.totalBytes + 4)), RangeError);
});

/** Writes sectors and reads them back on a chip with a silent fault: what was refused, and which sectors read wrong. */
function life(kind: SilentKind, seed: number): { statuses: Set<number>; wrong: number; struck: string } {
  const { chip, done } = bench();
  const silent = new SilentFlash(chip, kind, seed);
  const statuses = new Set<number>();
  let wrong = 0;
  for (let sector = 0; sector < 40; sector++) {
    const offset = sector * SECTOR;
    statuses.add(silent.eraseStart(offset, SECTOR));
    statuses.add(done());
    statuses.add(silent.programStart(offset, OLD));
    statuses.add(done());
    const bytes = new Uint8Array(256);
    for (let reads = 0; reads < 250; reads++) silent.read(offset, bytes);
    if (bytes.some((byte, at) => byte !== OLD[at])) wrong += 1;
  }
  return { statuses, wrong, struck: silent.struck };
}

t.test("silent faults: each is wrong somewhere, says nothing, and is the same for the same seed", async (t) => {
  for (const kind of SILENT_KINDS.filter((name) => name !== "flip")) {
    const lives = SEEDS.map((seed) => life(kind, seed));
    t.ok(lives.some(({ wrong, statuses }) => wrong > 0 || statuses.has(Status.EraseFailed)), `${kind} does something`);
    t.ok(lives.every(({ struck, wrong }) => wrong === 0 || struck !== ""), `${kind} says afterwards what it did`);
    t.same(life(kind, 3), life(kind, 3));
    const silent = new Set<number>([Status.Ok, ...(kind === "wear-out" ? [Status.EraseFailed, Status.NotErased] : []),
      ...(kind === "misdirected" ? [Status.NotErased] : [])]);
    for (const { statuses } of lives) t.same([...statuses].filter((status) => !silent.has(status)), [], kind);
  }
});

t.test("a bit flipped at rest reads wrong wherever it stands, until its sector is erased", async (t) => {
  for (const seed of SEEDS) {
    const { chip, done } = bench();
    const silent = new SilentFlash(chip, "flip", seed);
    const all = (): Uint8Array => {
      const bytes = new Uint8Array(PART.totalBytes);
      silent.read(0, bytes);
      return bytes;
    };
    const at = all().findIndex((byte) => byte !== 0xff);
    t.ok(at >= 0, `seed ${seed}: ${silent.struck}`);
    silent.eraseStart(at - (at % SECTOR), SECTOR);
    done();
    t.ok(all().every((byte) => byte === 0xff));
  }
});
