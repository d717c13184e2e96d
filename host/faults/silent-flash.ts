// A chip that is wrong without saying so: each kind of silent fault, placed by a seed.
//
// In: a chip, a kind, a seed. Out: a chip. One fault a chip: the first of its kind that the seed's count of operations meets. Bits that
// are wrong stay so until the sector is erased; a stuck bit for ever. It keeps the contract in everything else.

import { Status } from "../../hal/abi.js";
import type { Flash } from "../peripherals/flash.js";
import { Random } from "../random.js";
import { half } from "./cut-models.js";
import { FlashWrapper } from "./flash-wrapper.js";

export const SILENT_KINDS = ["lie", "stuck", "flip", "read-disturb", "wear-out", "misdirected"] as const;
export type SilentKind = (typeof SILENT_KINDS)[number];

/** What each does, for help and messages. */
export const SILENT_WHAT: Readonly<Record<SilentKind, string>> = {
  lie: "a program that is reported as done and changed nothing",
  stuck: "a bit that reads the same whatever was written",
  flip: "a bit that changed while the power was off",
  "read-disturb": "many reads of a sector, and a bit in it falls",
  "wear-out": "a sector that cannot be erased any more",
  misdirected: "an erase or program that goes to another address",
};

/** The operation that goes wrong is one of this many: an update of a small file has more. */
const OPERATIONS_MAX = 64;
/** Reads of a sector until a bit falls. */
const READS_MAX = 200;

/** A wrong bit: read as `value` wherever it stands, or as the opposite of what the cell holds. */
interface WrongBit {
  readonly offset: number;
  readonly mask: number;
  readonly value: "one" | "zero" | "flipped";
}

export class SilentFlash extends FlashWrapper {
  /** What was done so far, for a report: empty as long as the fault has not met anything. */
  struck = "";
  readonly #kind: SilentKind;
  readonly #random: Random;
  readonly #operation: number;
  readonly #readsMax: number;
  readonly #reads = new Map<number, number>();
  #bit: WrongBit | undefined;
  #count = 0;
  #wornSector = -1;

  constructor(inner: Flash, kind: SilentKind, seed: number) {
    super(inner);
    this.#kind = kind;
    this.#random = new Random(seed);
    this.#operation = this.#random.word() % OPERATIONS_MAX;
    this.#readsMax = 1 + (this.#random.word() % READS_MAX);
    if (kind === "stuck") this.#wrong(this.#anywhere(), this.#random.unit() < 1 / 2 ? "one" : "zero");
    if (kind === "flip") this.#wrong(this.#anywhere(), "flipped");
  }

  override read(offset: number, target: Uint8Array): number {
    const status = this.inner.read(offset, target);
    if (this.#kind === "read-disturb" && this.#bit === undefined) this.#disturb(offset);
    const bit = this.#bit;
    if (bit === undefined || bit.offset < offset || bit.offset >= offset + target.length) return status;
    const at = bit.offset - offset;
    const { mask } = bit;
    if (bit.value === "flipped") target[at]! ^= mask;
    else target[at] = bit.value === "one" ? target[at]! | mask : target[at]! & ~mask;
    return status;
  }

  override eraseStart(offset: number, bytes: number): number {
    const strikes = this.#strikes();
    const target = strikes && this.#kind === "misdirected" ? this.#elsewhere(offset, bytes) : offset;
    const status = this.inner.eraseStart(target, bytes);
    if (status !== Status.Ok) return status;
    const { sectorBytes } = this.geometry;
    if (strikes && this.#kind === "wear-out") this.#wornSector = Math.floor(offset / sectorBytes);
    const worn = this.#wornSector >= 0 && this.#wornSector * sectorBytes >= offset && this.#wornSector * sectorBytes < offset + bytes;
    if (worn) this.#say(`the sector at ${this.#wornSector * sectorBytes} is worn out`, () => this.inner.failOperation(half));
    const bit = this.#bit;
    if (bit !== undefined && this.#kind !== "stuck" && bit.offset >= offset && bit.offset < offset + bytes) this.#bit = undefined;
    return status;
  }

  override programStart(offset: number, source: Uint8Array): number {
    if (!this.#strikes() || (this.#kind !== "lie" && this.#kind !== "misdirected")) return this.inner.programStart(offset, source);
    if (this.#kind === "misdirected") return this.inner.programStart(this.#elsewhere(offset, source.length), source);
    this.#say(`the program at ${offset} changed nothing`);
    return this.inner.programStart(offset, new Uint8Array(source.length).fill(0xff));
  }

  /** True for the one operation that the seed chose. */
  #strikes(): boolean {
    return this.#count++ === this.#operation;
  }

  /** One address line of a sector or more is wrong. */
  #elsewhere(offset: number, bytes: number): number {
    const { totalBytes, sectorBytes } = this.geometry;
    const step = Math.max(sectorBytes, bytes);
    const other = (offset + step * (1 + (this.#random.word() % Math.max(1, Math.floor(totalBytes / step) - 1)))) % totalBytes;
    this.#say(`the operation at ${offset} went to ${other}`);
    return other;
  }

  #disturb(offset: number): void {
    const { sectorBytes } = this.geometry;
    const sector = Math.floor(offset / sectorBytes);
    const reads = (this.#reads.get(sector) ?? 0) + 1;
    this.#reads.set(sector, reads);
    if (reads >= this.#readsMax) this.#wrong(sector * sectorBytes + (this.#random.word() % sectorBytes), "zero");
  }

  #anywhere(): number {
    return this.#random.word() % this.geometry.totalBytes;
  }

  #wrong(offset: number, value: WrongBit["value"]): void {
    this.#bit = { offset, mask: 1 << (this.#random.word() % 8), value };
    this.#say(`a bit at ${offset} reads as ${value}`);
  }

  #say(text: string, then?: () => void): void {
    this.struck = text;
    then?.();
  }
}
