// Staging: the telephone's working memory for files. What it holds after a reset is noise, so that nobody counts on it.
//
// It takes memory of the machine only where it was written: most files are far smaller than the largest one.

import { Status } from "../../hal/abi.js";

/** What unwritten and lost bytes read as. */
const NOISE = 0xa5;
const CHUNK_BYTES = 256 * 1024;

export class Staging {
  readonly bytes: number;
  readonly #chunks: (Uint8Array | undefined)[] = [];

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  write(offset: number, source: Uint8Array): number {
    if (offset < 0 || offset + source.length > this.bytes) return Status.OutOfRange;
    eachPart(offset, source.length, (chunk, at, from, bytes) => {
      this.#chunks[chunk] ??= new Uint8Array(CHUNK_BYTES).fill(NOISE);
      this.#chunks[chunk].set(source.subarray(from, from + bytes), at);
    });
    return Status.Ok;
  }

  read(offset: number, target: Uint8Array): number {
    if (offset < 0 || offset + target.length > this.bytes) return Status.OutOfRange;
    eachPart(offset, target.length, (chunk, at, from, bytes) => {
      const memory = this.#chunks[chunk];
      if (memory === undefined) target.fill(NOISE, from, from + bytes);
      else target.set(memory.subarray(at, at + bytes), from);
    });
    return Status.Ok;
  }

  reset(): void {
    this.#chunks.length = 0;
  }
}

/** Calls for each chunk that a span touches: its index, the place in it, the place in the span, and the bytes. */
function eachPart(offset: number, length: number, take: (chunk: number, at: number, from: number, bytes: number) => void): void {
  for (let from = 0; from < length;) {
    const at = (offset + from) % CHUNK_BYTES;
    const bytes = Math.min(CHUNK_BYTES - at, length - from);
    take(Math.floor((offset + from) / CHUNK_BYTES), at, from, bytes);
    from += bytes;
  }
}
