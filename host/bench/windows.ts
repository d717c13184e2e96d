// Windows on a buffer, made once for each place and kept: a page, a chunk, what the core hands over again and again.
//
// Making a window costs more than copying 256 bytes through it, and its garbage is collected on somebody's time. The core's host and
// the peers' pipelines both have theirs beforehand, so that neither pays for it.

export class Windows {
  readonly #buffer: Uint8Array;
  readonly #stepBits: number;
  readonly #kept: (Uint8Array | undefined)[];

  /** Windows at multiples of two to the power of `stepBits` are kept; elsewhere one is made each time. */
  constructor(buffer: Uint8Array, stepBits: number) {
    this.#buffer = buffer;
    this.#stepBits = stepBits;
    this.#kept = new Array<Uint8Array | undefined>(Math.ceil(buffer.length / 2 ** stepBits)).fill(undefined);
  }

  at(offset: number, bytes: number): Uint8Array {
    const index = offset >>> this.#stepBits;
    if (index << this.#stepBits !== offset) return this.#buffer.subarray(offset, offset + bytes);
    const kept = this.#kept[index];
    if (kept !== undefined && kept.length === bytes) return kept;
    return (this.#kept[index] = this.#buffer.subarray(offset, offset + bytes));
  }
}
