// Bytes that grow: numbers of a record are appended, and the whole is taken at the end.

/** Room at first; it doubles when it is full. */
const FIRST_BYTES = 4096;

export class ByteSink {
  #bytes = new Uint8Array(FIRST_BYTES);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  /** Forgets what was appended; the room stays. */
  clear(): void {
    this.#count = 0;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#count);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#count++] = value;
  }

  bytes(source: Uint8Array): void {
    this.#room(source.length);
    this.#bytes.set(source, this.#count);
    this.#count += source.length;
  }

  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  /** Seven bits a byte, the lowest first; the top bit says that more follow. */
  number(value: number): void {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** A signed 32-bit number: small ones of either sign are short. */
  signed(value: number): void {
    this.number((value << 1) ^ (value >> 31));
  }

  /** Length and bytes. */
  block(source: Uint8Array): void {
    this.number(source.length);
    this.bytes(source);
  }

  #room(count: number): void {
    if (this.#count + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#count + count));
    larger.set(this.#bytes.subarray(0, this.#count));
    this.#bytes = larger;
  }
}
