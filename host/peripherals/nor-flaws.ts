// What a torn operation leaves besides cells: bits that read differently from read to read, and units whose code does not hold.
//
// In: flaws, page by page, and the reads that meet them. Out: what such a read gives, drawn from the flaw's own seed and the count
// of its reads, so that a run depends on nothing else. Only an erase heals. It knows no commands and no time.

import type { TornCells } from "./flash.js";

/** What is wrong with one page. */
export interface Flaw {
  readonly unstable: Uint8Array;
  /** One byte a unit of the page. */
  readonly faults: Uint8Array;
  /** In 256 reads. */
  readonly chance: number;
  readonly seed: number;
  /** Reads of the page since the flaw came. */
  reads: number;
}

export const CHANCE_ALWAYS = 256;

export class NorFlaws {
  readonly #pageBytes: number;
  readonly #unitBytes: number;
  readonly #pages: Map<number, Flaw>;

  constructor(pageBytes: number, unitBytes: number, pages: ReadonlyMap<number, Flaw> = new Map()) {
    this.#pageBytes = pageBytes;
    this.#unitBytes = unitBytes;
    this.#pages = new Map(pages);
  }

  get pages(): ReadonlyMap<number, Flaw> {
    return this.#pages;
  }

  copy(): NorFlaws {
    const copy = new NorFlaws(this.#pageBytes, this.#unitBytes);
    for (const [page, flaw] of this.#pages) copy.#pages.set(page, { ...flaw });
    return copy;
  }

  set(page: number, flaw: Flaw): void {
    this.#pages.set(page, flaw);
  }

  delete(page: number): void {
    this.#pages.delete(page);
  }

  /** Takes over what is wrong with a torn span. A page that has a flaw keeps it besides. */
  tear(offset: number, torn: TornCells): void {
    const { unstable, faults, chance = CHANCE_ALWAYS / 2, seed = 0 } = torn;
    if (unstable === undefined && faults === undefined) return;
    for (let at = 0; at < torn.cells.length; ) {
      const page = Math.floor((offset + at) / this.#pageBytes);
      const inPage = (offset + at) % this.#pageBytes;
      const bytes = Math.min(torn.cells.length - at, this.#pageBytes - inPage);
      const units = [at / this.#unitBytes, (at + bytes) / this.#unitBytes] as const;
      const flaw = this.#blank(chance, seed ^ page);
      if (unstable !== undefined) flaw.unstable.set(unstable.subarray(at, at + bytes), inPage);
      if (faults !== undefined) flaw.faults.set(faults.subarray(...units), inPage / this.#unitBytes);
      this.#join(page, flaw);
      at += bytes;
    }
  }

  /** Erased pages are sound again. */
  erase(offset: number, bytes: number): void {
    if (this.#pages.size === 0) return;
    for (let page = offset / this.#pageBytes; page < (offset + bytes) / this.#pageBytes; page++) this.#pages.delete(page);
  }

  /** True when anything is wrong in this span. */
  meets(offset: number, bytes: number): boolean {
    for (let at = offset; this.#pages.size > 0 && at < offset + bytes; at += this.#unitBytes) {
      const flaw = this.#pages.get(Math.floor(at / this.#pageBytes));
      const inPage = at % this.#pageBytes;
      if (flaw === undefined) continue;
      const unstable = flaw.unstable.subarray(inPage, inPage + this.#unitBytes).some((mask) => mask !== 0);
      if (unstable || flaw.faults[Math.floor(inPage / this.#unitBytes)] !== 0) return true;
    }
    return false;
  }

  /** Changes what was read at an offset as its flaws say. False: a code did not hold, and the bytes mean nothing. */
  read(offset: number, target: Uint8Array): boolean {
    if (this.#pages.size === 0) return true;
    let holds = true;
    const first = Math.floor(offset / this.#pageBytes);
    const last = Math.floor((offset + target.length - 1) / this.#pageBytes);
    for (let page = first; page <= last; page++) {
      const flaw = this.#pages.get(page);
      if (flaw !== undefined && !this.#readFlawed(flaw, page * this.#pageBytes - offset, target)) holds = false;
    }
    if (!holds) target.forEach((_, index) => (target[index] = drawn(offset, index, 0)));
    return holds;
  }

  /** `shift`: where the page begins in the target; negative when the read begins inside the page. */
  #readFlawed(flaw: Flaw, shift: number, target: Uint8Array): boolean {
    flaw.reads += 1;
    const from = Math.max(0, -shift);
    const to = Math.min(this.#pageBytes, target.length - shift);
    let holds = true;
    for (let index = from; index < to; index++) {
      const unit = Math.floor(index / this.#unitBytes);
      if (flaw.faults[unit] !== 0 && drawn(flaw.seed, flaw.reads, unit) < flaw.chance) holds = false;
      const mask = flaw.unstable[index]!;
      for (let bit = 1; mask >= bit; bit <<= 1) {
        if ((mask & bit) !== 0 && drawn(flaw.seed, flaw.reads, index * 256 + bit) < flaw.chance) target[shift + index]! ^= bit;
      }
    }
    return holds;
  }

  #blank(chance: number, seed: number): Flaw {
    return { unstable: new Uint8Array(this.#pageBytes), faults: new Uint8Array(this.#pageBytes / this.#unitBytes), chance, seed, reads: 0 };
  }

  #join(page: number, added: Flaw): void {
    const before = this.#pages.get(page);
    if (before === undefined) return void this.#pages.set(page, added);
    before.unstable.forEach((mask, index) => (added.unstable[index]! |= mask));
    before.faults.forEach((fault, index) => (added.faults[index]! |= fault));
    this.#pages.set(page, { ...added, chance: Math.max(before.chance, added.chance), reads: before.reads });
  }
}

/** 0 to 255 from a seed, the count of reads and a place (a round of murmur3). */
function drawn(seed: number, reads: number, place: number): number {
  let word = Math.imul(seed ^ Math.imul(reads, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
  word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
  word = Math.imul(word ^ (word >>> 12), 0x297a2d39);
  return (word ^ (word >>> 15)) & 0xff;
}
