// Takes a record's numbers from bytes that nobody vouches for: every read is checked, a wrong one throws a `RecordError`.

/** Says what is wrong with a record file and where. */
export class RecordError extends Error {}

export class ByteSource {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  fail(message: string): never {
    throw new RecordError(`${this.#what}, byte ${this.#at}: ${message}`);
  }

  take(count: number): Uint8Array {
    if (count > this.left) this.fail(`${count} bytes are announced, ${this.left} are left`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  u32(): number {
    const [a, b, c, d] = this.take(4) as unknown as [number, number, number, number];
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  /** In the shortest form only, so that a record can be written in one way. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte === 0 && shift > 0) break;
      if ((byte & 0x80) === 0) return value;
    }
    return this.fail("not a number of at most 32 bits in its shortest form");
  }

  /** A number below a limit that the file itself gives. */
  index(limit: number, what: string): number {
    const value = this.number();
    if (value >= limit) this.fail(`${what} ${value} of ${limit}`);
    return value;
  }

  /** A count of things that take a byte each at least. */
  count(what: string, countMax = this.left): number {
    const value = this.number();
    if (value > countMax) this.fail(`${value} ${what}, at most ${countMax}`);
    return value;
  }

  signed(): number {
    const value = this.number();
    return (value >>> 1) ^ -(value & 1);
  }

  block(bytesMax = Number.POSITIVE_INFINITY): Uint8Array {
    return this.take(this.count("bytes", Math.min(bytesMax, this.left)));
  }

  end(): void {
    if (this.left > 0) this.fail(`${this.left} bytes too many`);
  }
}
