// Windows on a buffer, made once for each place and kept: a page, a chunk, what the core hands over again and again.
//
// Making a window costs more than copying 256 bytes through it, and its garbage is collected on somebody's time. The core's host and
// the peers' pipelines both have theirs beforehand, so that neither pays for it.

export class Windows {
  readonly #buffer: Uint8Array;
  readonly #stepBytes: number;
  readonly #kept: (Uint8Array | undefined)[];

  /** Places are multiples of `stepBytes`; elsewhere a window is made each time. */
  constructor(buffer: Uint8Array, stepBytes: number) {
    this.#buffer = buffer;
    this.#stepBytes = stepBytes;
    this.#kept = new Array<Uint8Array | undefined>(Math.ceil(buffer.length / stepBytes)).fill(undefined);
  }

  at(offset: number, bytes: number): Uint8Array {
    const index = offset / this.#stepBytes;
    const kept = this.#kept[index];
    if (kept !== undefined && kept.length === bytes) return kept;
    const made = this.#buffer.subarray(offset, offset + bytes);
    if (Number.isInteger(index)) this.#kept[index] = made;
    return made;
  }
}
