// The cells of a NOR chip, and which of its units were programmed since their erase.
//
// Kept in chunks that come into being when they are touched: a blank chip of 128 MiB costs nothing, a dirty one the chunks in
// use. It knows no commands, no time and no refusals; its caller has checked every range.

import type { FlashGeometry } from "./flash.js";

/** Large enough for every erase command; small enough that a slot of 1 MiB touches 16 of them. */
const CHUNK_BYTES_MIN = 0x10000;
const ERASED = 0xff;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** One byte a unit, 1 = programmed. */
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

  /** With a seed the chip starts full of noise, every unit programmed; without one it starts erased. */
  constructor(geometry: FlashGeometry, dirtySeed?: number) {
    this.#geometry = geometry;
    this.#chunkBytes = Math.min(geometry.totalBytes, Math.max(CHUNK_BYTES_MIN, geometry.sectorBytes, geometry.block64Bytes));
    this.#page = new Uint8Array(geometry.pageBytes);
    this.#pageWords = new Int32Array(this.#page.buffer);
    this.#chunks = new Array<undefined>(Math.ceil(geometry.totalBytes / this.#chunkBytes)).fill(undefined);
    this.#dirtySeed = dirtySeed;
  }

  read(offset: number, target: Uint8Array): void {
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
    return chunk === null || !this.#flags(chunk, offset, bytes).includes(1);
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

  /** What a torn operation left, inside one chunk: its units count as programmed whatever they read as. */
  tear(offset: number, left: Uint8Array): void {
    const chunk = this.#touch(offset);
    chunk.bytes.set(left, offset % this.#chunkBytes);
    this.#flags(chunk, offset, left.length).fill(1);
  }

  contents(): Uint8Array {
    const all = new Uint8Array(this.#geometry.totalBytes);
    this.read(0, all);
    return all;
  }

  /** Takes every cell from outside. A unit that holds no zero counts as erased. */
  load(bytes: Uint8Array): void {
    this.#dirtySeed = undefined;
    this.#chunks = this.#chunks.map((_, index) => {
      const chunk = this.#newChunk(0);
      chunk.bytes.set(bytes.subarray(index * this.#chunkBytes, (index + 1) * this.#chunkBytes));
      if (chunk.words.every((word) => word === -1)) return null;
      const unitBytes = this.#geometry.unitBytes;
      for (let at = 0; at < chunk.bytes.length; at++) if (chunk.bytes[at] !== ERASED) chunk.programmed[Math.floor(at / unitBytes)] = 1;
      return chunk;
    });
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
