// The models of a torn operation by name, for the sweep and for `--fault power@OPERATION:MODEL:SEED`.
//
// Nine for a program, eight for an erase. A model's seed chooses one of its variants; the same seed on the same operation leaves the same
// cells, everywhere. Seed 0 is the plain variant where there is one. The model functions themselves see one operation and keep nothing.

import type { CutModel, TornCells, TornOperation } from "../peripherals/flash.js";
import { CHANCE_ALWAYS } from "../peripherals/nor-flaws.js";
import { Random } from "../random.js";
import { all, half, nothing, prefix } from "./cut-models.js";

export interface NamedModel {
  readonly name: string;
  /** The same for every seed. */
  readonly single: boolean;
  readonly what: string;
  make(seed: number): CutModel;
}

/** Weak cells that read blank mostly: one bit in eight is weak and reads wrong once in sixteen times. */
const WEAK_SHARE = 1 / 8;
const WEAK_CHANCE = CHANCE_ALWAYS / 16;
/** Shares of a random subset: few bits, half, most. */
const SHARES = [1 / 16, 1 / 2, 15 / 16] as const;

const single = (name: string, what: string, model: CutModel): NamedModel => ({ name, what, single: true, make: () => model });
const seeded = (name: string, what: string, model: (operation: TornOperation, random: Random, seed: number) => ReturnType<CutModel>) => ({
  name, what, single: false,
  make: (seed: number): CutModel => (operation) => model(operation, new Random(seed ^ Math.imul(operation.offset + 1, 0x9e3779b1)), seed),
});

/** A program that was cut. */
export const PROGRAM_MODELS: readonly NamedModel[] = [
  single("nothing", "power went before the first cell changed", nothing),
  single("all", "every cell had changed, and nobody was told", all),
  seeded("units", "the first SEED units are done", (operation, _random, seed) =>
    prefix(seed % (operation.before.length / operation.unitBytes + 1))(operation)),
  seeded("inside", "up to somewhere inside a unit, that byte in part", inside),
  single("first-byte", "only the first byte is done", ({ before, after }) => before.map((byte, at) => (at === 0 ? after[0]! : byte))),
  seeded("bits", "a random subset of the bits that were to fall", ({ before, after }, random) => mixed(before, after, random)),
  seeded("unstable", "done, but some bits read differently from read to read", unstable),
  seeded("ecc", "units fault on read: all of them, or with a seed a subset of a half-done span", eccFault),
  seeded("neighbour", "another unit of the same page loses bits", neighbour),
];

/** An erase that was cut. */
export const ERASE_MODELS: readonly NamedModel[] = [
  single("nothing", "power went before the first cell changed", nothing),
  single("all", "every cell had changed, and nobody was told", all),
  single("zero", "all zero: an erase first programs everything", ({ before }) => new Uint8Array(before.length)),
  seeded("zeros-from-end", "zeros from the end; seed 0: half of it (S29GL512N)", ({ before }, random, seed) => {
    const border = seed === 0 ? before.length / 2 : Math.floor(random.unit() * before.length);
    return before.map((byte, at) => (at < border ? byte : 0));
  }),
  single("half", "the first half is erased", half),
  seeded("bits", "a random subset of the bits that were to rise", ({ before, after }, random) => mixed(before, after, random)),
  seeded("weak", "reads blank, and some bits read as zero now and then", (operation, random, seed) => weak(operation, random, seed)),
  seeded("weak-ecc", "reads blank, and some units fault now and then", (operation, random, seed) => ({
    cells: operation.after, faults: units(operation, () => random.unit() < 1 / 2), chance: CHANCE_ALWAYS / 2, seed,
  })),
];

/** Names of both, each once. */
export const MODEL_NAMES: readonly string[] = [...new Set([...PROGRAM_MODELS, ...ERASE_MODELS].map((model) => model.name))];

/** The model of that name for whatever operation is met; undefined when there is none. A name of the other kind stands for `half`. */
export function modelNamed(name: string, seed: number): CutModel | undefined {
  if (!MODEL_NAMES.includes(name)) return undefined;
  const find = (models: readonly NamedModel[]): CutModel => models.find((model) => model.name === name)?.make(seed) ?? half;
  const [program, erase] = [find(PROGRAM_MODELS), find(ERASE_MODELS)];
  return (operation) => (operation.kind === "program" ? program : erase)(operation);
}

/** Each bit that differs is done or not, with a share that is drawn too. */
function mixed(before: Uint8Array, after: Uint8Array, random: Random): Uint8Array {
  const share = SHARES[random.word() % SHARES.length]!;
  return before.map((byte, at) => byte ^ ((byte ^ after[at]!) & bits(random, share)));
}

/** A byte of which each bit is set with this chance. */
function bits(random: Random, share: number): number {
  let byte = 0;
  for (let bit = 1; bit < 256; bit <<= 1) if (random.unit() < share) byte |= bit;
  return byte;
}

function inside({ before, after, unitBytes }: TornOperation, random: Random): Uint8Array {
  const unit = random.word() % (before.length / unitBytes);
  const border = unit * unitBytes + (unitBytes === 1 ? 0 : 1 + (random.word() % (unitBytes - 1)));
  const part = bits(random, 1 / 2);
  return before.map((byte, at) => (at < border ? after[at]! : at === border ? byte ^ ((byte ^ after[at]!) & part) : byte));
}

/** One bit, a few, or half of those that changed: a record that reads well today and not tomorrow has few. */
function unstable({ before, after }: TornOperation, random: Random, seed: number): TornCells {
  const mask = new Uint8Array(before.length);
  const changed = [...mask.keys()].filter((at) => before[at] !== after[at]);
  const count = Math.max(1, [1, 3, changed.length / 2][random.word() % 3]!);
  for (let bit = 0; bit < count && changed.length > 0; bit++) {
    const at = changed[random.word() % changed.length]!;
    mask[at]! |= (before[at]! ^ after[at]!) & bits(random, 1 / 2);
  }
  return { cells: after, unstable: mask, seed };
}

function eccFault(operation: TornOperation, random: Random, seed: number): TornCells {
  if (seed === 0) return { cells: operation.after, faults: units(operation, () => true), chance: CHANCE_ALWAYS };
  const cells = mixed(operation.before, operation.after, random);
  const worst = random.word() % (operation.before.length / operation.unitBytes);
  const chance = random.unit() < 1 / 2 ? CHANCE_ALWAYS : CHANCE_ALWAYS / 2;
  return { cells, faults: units(operation, (unit) => unit === worst || random.unit() < 1 / 4), chance, seed };
}

function units({ before, unitBytes }: TornOperation, chosen: (unit: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: before.length / unitBytes }, (_, unit) => (chosen(unit) ? 1 : 0));
}

/** Done as far as it came; a unit of the page that does not belong to the span has lost bits. */
function neighbour(operation: TornOperation, random: Random): TornCells {
  const { offset, before, unitBytes, page: whole } = operation;
  const cells = random.unit() < 1 / 2 ? operation.after : mixed(before, operation.after, random);
  const page = whole.slice();
  const inPage = offset % page.length;
  const others = [...Array(page.length / unitBytes).keys()].map((unit) => unit * unitBytes)
    .filter((at) => at < inPage || at >= inPage + before.length);
  if (others.length === 0) return { cells };
  // One that holds something: a blank one that loses bits is no loss.
  const written = others.filter((at) => page.subarray(at, at + unitBytes).some((byte) => byte !== 0xff));
  const from = written.length > 0 ? written : others;
  const unit = from[random.word() % from.length]!;
  for (let at = unit; at < unit + unitBytes; at++) page[at]! &= ~bits(random, 1 / 4);
  return { cells, page };
}

function weak({ before, after }: TornOperation, random: Random, seed: number): TornCells {
  return { cells: after, unstable: before.map((byte) => ~byte & bits(random, WEAK_SHARE)), chance: WEAK_CHANCE, seed };
}
