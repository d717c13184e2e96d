// Staging: the telephone's working memory for files. What it holds after a reset is noise, so that nobody counts on it.

import { Status } from "../../hal/abi.js";

/** What unwritten and lost bytes read as. */
const NOISE = 0xa5;

export class Staging {
  readonly bytes: number;
  #memory: Uint8Array | undefined;
  #usedBytes = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  write(offset: number, source: Uint8Array): number {
    if (offset < 0 || offset + source.length > this.bytes) return Status.OutOfRange;
    this.#memory ??= new Uint8Array(this.bytes).fill(NOISE);
    this.#memory.set(source, offset);
    this.#usedBytes = Math.max(this.#usedBytes, offset + source.length);
    return Status.Ok;
  }

  read(offset: number, target: Uint8Array): number {
    if (offset < 0 || offset + target.length > this.bytes) return Status.OutOfRange;
    if (this.#memory === undefined) target.fill(NOISE);
    else target.set(this.#memory.subarray(offset, offset + target.length));
    return Status.Ok;
  }

  reset(): void {
    this.#memory?.fill(NOISE, 0, this.#usedBytes);
    this.#usedBytes = 0;
  }
}
