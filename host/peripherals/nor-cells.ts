// The cells of a NOR chip, and which of its units were programmed since their erase.
//
// And what torn operations left of them (nor-flaws.ts). Kept in chunks that come into being when they are touched: a blank chip of
// 128 MiB costs nothing, a dirty one the chunks in use. It knows no commands, no time and no refusals; its caller has checked
// every range.

import type { CutModel, FlashGeometry, TornCells } from "./flash.js";
import { type Flaw, NorFlaws } from "./nor-flaws.js";
import { decodeExtra, encodeImage } from "./nor-image.js";

/** An erase, or a program with its bytes. */
export interface CellOperation {
  readonly kind: "erase" | "program";
  readonly offset: number;
  readonly bytes: number;
  readonly source?: Uint8Array | undefined;
}

/** Large enough for every erase command; small enough that a slot of 1 MiB touches 16 of them. */
const CHUNK_BYTES_MIN = 0x10000;
const ERASED = 0xff;
const TORN = 2;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** One byte a unit: not 0 = programmed, TORN = by an operation that did not end well. */
  readonly programmed: Uint8Array;
}

export class NorCells {
  readonly #geometry: FlashGeometry;
  readonly #chunkBytes: number;
  readonly #page: Uint8Array;
  readonly #pageWords: Int32Array;
  /** Undefined: not touched yet, and as the chip started. Null: erased. */
  #chunks: (Chunk | null | undefined)[];
  #dirtySeed: number | undefined;
  #flaws: NorFlaws;

  /** With a seed the chip starts full of noise, every unit programmed; without one it starts erased. */
  constructor(geometry: FlashGeometry, dirtySeed?: number) {
    this.#geometry = geometry;
    this.#chunkBytes = Math.min(geometry.totalBytes, Math.max(CHUNK_BYTES_MIN, geometry.sectorBytes, geometry.block64Bytes));
    this.#page = new Uint8Array(geometry.pageBytes);
    this.#pageWords = new Int32Array(this.#page.buffer);
    this.#chunks = new Array<undefined>(Math.ceil(geometry.totalBytes / this.#chunkBytes)).fill(undefined);
    this.#dirtySeed = dirtySeed;
    this.#flaws = new NorFlaws(geometry.pageBytes, geometry.unitBytes);
  }

  /** The same cells, programmed units and flaws, on their own. */
  copy(): NorCells {
    const copy = new NorCells(this.#geometry, this.#dirtySeed);
    copy.#chunks = this.#chunks.map((chunk) => chunk && copyOf(chunk));
    copy.#flaws = this.#flaws.copy();
    return copy;
  }

  /** What a reader gets: false where a unit's code does not hold. Flaws count it. */
  read(offset: number, target: Uint8Array): boolean {
    this.peek(offset, target);
    return this.#flaws.read(offset, target);
  }

  /** The cells as they are, without a read. */
  peek(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length;) {
      const at = (offset + done) % this.#chunkBytes;
      const bytes = Math.min(target.length - done, this.#chunkBytes - at);
      const chunk = this.#chunk(offset + done);
      if (chunk === null) target.fill(ERASED, done, done + bytes);
      else target.set(chunk.bytes.subarray(at, at + bytes), done);
      done += bytes;
    }
  }

  /** True when no unit of the span, which lies in one page, was programmed since its erase. */
  isErased(offset: number, bytes: number): boolean {
    const chunk = this.#chunk(offset);
    return chunk === null || this.#flags(chunk, offset, bytes).every((flag) => flag === 0);
  }

  /** Bits fall where the source has zeros; none rises. The span lies in one page. */
  program(offset: number, source: Uint8Array): void {
    const chunk = this.#touch(offset);
    const at = offset % this.#chunkBytes;
    const inPage = offset % this.#page.length;
    this.#page.fill(ERASED);
    this.#page.set(source, inPage);
    const firstWord = (at - inPage) >> 2;
    for (let word = 0; word < this.#pageWords.length; word++) chunk.words[firstWord + word]! &= this.#pageWords[word]!;
    this.#flags(chunk, offset, source.length).fill(1);
  }

  /** Sets one erase unit to ones. */
  erase(offset: number, bytes: number): void {
    this.#flaws.erase(offset, bytes);
    if (bytes === this.#chunkBytes) {
      this.#chunks[offset / bytes] = null;
      return;
    }
    const chunk = this.#chunk(offset);
    if (chunk === null) return;
    const at = offset % this.#chunkBytes;
    chunk.bytes.fill(ERASED, at, at + bytes);
    this.#flags(chunk, offset, bytes).fill(0);
  }

  /** What a model says that a torn operation left: its units count as programmed whatever they read as. */
  tear({ kind, offset, bytes, source }: CellOperation, model: CutModel, elapsed: number): void {
    const { unitBytes, pageBytes } = this.#geometry;
    const before = new Uint8Array(bytes);
    this.peek(offset, before);
    const page = new Uint8Array(kind === "program" ? pageBytes : 0);
    const pageOffset = offset - (offset % pageBytes);
    this.peek(pageOffset, page);
    const after = before.map((byte, index) => (source === undefined ? ERASED : byte & source[index]!));
    const left = model({ kind, offset, unitBytes, elapsed, before, after, page });
    const torn: TornCells = left instanceof Uint8Array ? { cells: left } : left;
    const chunk = this.#touch(offset);
    if (torn.page !== undefined) chunk.bytes.set(torn.page, pageOffset % this.#chunkBytes);
    chunk.bytes.set(torn.cells, offset % this.#chunkBytes);
    this.#flags(chunk, offset, bytes).fill(TORN);
    this.#flaws.tear(offset, torn);
  }

  /** True when a read of this span may give another result than a read of its cells. */
  isFlawed(offset: number, bytes: number): boolean {
    return this.#flaws.meets(offset, bytes);
  }

  /** True when every cell of the span reads as erased, and always does. */
  readsBlank(offset: number, bytes: number): boolean {
    const cells = new Uint8Array(bytes);
    this.peek(offset, cells);
    return isBlank(cells, 0, bytes) && !this.isFlawed(offset, bytes);
  }

  /** Bits at rest that are no longer what was written. */
  flip(offset: number, mask: number): void {
    this.#touch(offset).bytes[offset % this.#chunkBytes]! ^= mask;
  }

  /** Every cell, and what cells do not show. */
  contents(): Uint8Array {
    const all = new Uint8Array(this.#geometry.totalBytes);
    this.peek(0, all);
    return encodeImage(all, { programmed: this.#hidden(), flaws: this.#flaws.pages });
  }

  /** Takes every cell from outside. A unit that holds no zero counts as erased, unless the image says otherwise. */
  load(bytes: Uint8Array): void {
    const { totalBytes, unitBytes, pageBytes } = this.#geometry;
    const extra = decodeExtra(bytes, totalBytes);
    this.#dirtySeed = undefined;
    this.#chunks = this.#chunks.map((_, index) => {
      const chunk = this.#newChunk(0);
      chunk.bytes.set(bytes.subarray(index * this.#chunkBytes, Math.min(totalBytes, (index + 1) * this.#chunkBytes)));
      if (chunk.words.every((word) => word === -1)) return null;
      for (let at = 0; at < chunk.bytes.length; at++) if (chunk.bytes[at] !== ERASED) chunk.programmed[Math.floor(at / unitBytes)] = 1;
      return chunk;
    });
    for (const [unit, count] of extra.programmed) {
      for (let at = unit; at < unit + count; at++) {
        const offset = at * unitBytes;
        this.#flags(this.#touch(offset), offset, unitBytes).fill(TORN);
      }
    }
    this.#flaws = new NorFlaws(pageBytes, unitBytes, extra.flaws);
  }

  /** One page with all that a reader or writer can find out about it, as text: equal texts behave the same from now on. */
  pageText(page: number): string {
    const { pageBytes } = this.#geometry;
    const offset = page * pageBytes;
    const chunk = this.#chunk(offset);
    const at = offset % this.#chunkBytes;
    if (chunk === null) return "";
    const cells = chunk.bytes.subarray(at, at + pageBytes);
    const flags = this.#flags(chunk, offset, pageBytes);
    const flaw = this.#flaws.pages.get(page);
    if (flaw === undefined && flags.every((flag) => flag === 0)) return ""; // Whatever is not programmed is erased.
    const text = LATIN1.decode(cells) + String.fromCharCode(...packed(flags));
    return flaw === undefined ? text : `${text}${flaw.unstable}/${flaw.faults}/${flaw.chance}/${flaw.seed}/${flaw.reads}`;
  }

  /** Where this page is kept, for `putPage`. */
  takePage(page: number): PageState {
    const offset = page * this.#geometry.pageBytes;
    const chunk = this.#touch(offset);
    const at = offset % this.#chunkBytes;
    const flaw = this.#flaws.pages.get(page);
    return {
      cells: chunk.bytes.slice(at, at + this.#geometry.pageBytes),
      programmed: this.#flags(chunk, offset, this.#geometry.pageBytes).slice(),
      flaw: flaw && { ...flaw },
    };
  }

  /** Puts a page back as it was. */
  putPage(page: number, state: PageState): void {
    const offset = page * this.#geometry.pageBytes;
    const chunk = this.#touch(offset);
    chunk.bytes.set(state.cells, offset % this.#chunkBytes);
    this.#flags(chunk, offset, this.#geometry.pageBytes).set(state.programmed);
    if (state.flaw === undefined) this.#flaws.delete(page);
    else this.#flaws.set(page, { ...state.flaw });
  }

  /** Runs of units that a torn operation left blank to the eye. */
  #hidden(): [number, number][] {
    const { unitBytes } = this.#geometry;
    const runs: [number, number][] = [];
    this.#chunks.forEach((chunk, index) => {
      if (chunk === null || chunk === undefined) return;
      const first = (index * this.#chunkBytes) / unitBytes;
      chunk.programmed.forEach((flag, unit) => {
        if (flag !== TORN || !isBlank(chunk.bytes, unit * unitBytes, unitBytes)) return;
        const last = runs.at(-1);
        if (last !== undefined && last[0] + last[1] === first + unit) last[1] += 1;
        else runs.push([first + unit, 1]);
      });
    });
    return runs;
  }

  #flags(chunk: Chunk, offset: number, bytes: number): Uint8Array {
    const at = offset % this.#chunkBytes;
    const unitBytes = this.#geometry.unitBytes;
    return chunk.programmed.subarray(at / unitBytes, (at + bytes) / unitBytes);
  }

  #chunk(offset: number): Chunk | null {
    const index = Math.floor(offset / this.#chunkBytes);
    let chunk = this.#chunks[index];
    if (chunk !== undefined) return chunk;
    chunk = this.#dirtySeed === undefined ? null : this.#noise(this.#dirtySeed, index);
    this.#chunks[index] = chunk;
    return chunk;
  }

  #touch(offset: number): Chunk {
    return this.#chunk(offset) ?? (this.#chunks[Math.floor(offset / this.#chunkBytes)] = this.#newChunk(0));
  }

  #newChunk(programmed: number): Chunk {
    const bytes = new Uint8Array(this.#chunkBytes).fill(ERASED);
    const units = new Uint8Array(this.#chunkBytes / this.#geometry.unitBytes).fill(programmed);
    return { bytes, words: new Int32Array(bytes.buffer), programmed: units };
  }

  /** A chunk of noise that depends on the seed and its place alone (xorshift32). */
  #noise(seed: number, index: number): Chunk {
    const chunk = this.#newChunk(1);
    let state = (seed ^ Math.imul(index + 1, 0x9e3779b1)) | 1;
    for (let word = 0; word < chunk.words.length; word++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      chunk.words[word] = state;
    }
    return chunk;
  }
}

/** What `takePage` took. */
export interface PageState {
  readonly cells: Uint8Array;
  readonly programmed: Uint8Array;
  readonly flaw: Flaw | undefined;
}

const LATIN1 = new TextDecoder("latin1");

function copyOf(chunk: Chunk): Chunk {
  const bytes = chunk.bytes.slice();
  return { bytes, words: new Int32Array(bytes.buffer), programmed: chunk.programmed.slice() };
}

function isBlank(bytes: Uint8Array, from: number, count: number): boolean {
  for (let at = from; at < from + count; at++) if (bytes[at] !== ERASED) return false;
  return true;
}

/** Flags of 0 and 1, eight to a byte. */
function packed(flags: Uint8Array): number[] {
  const bits: number[] = [];
  for (let at = 0; at < flags.length; at += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= (flags[at + bit] ? 1 : 0) << bit;
    bits.push(byte);
  }
  return bits;
}
