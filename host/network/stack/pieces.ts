// A queue of bytes made of pieces: what TCP has still to send, or what waits to be read.
//
// Pieces are not copied unless they are small; whoever adds one does not change it afterwards.

/** Smaller pieces are copied together, so that many small ones do not become a long list. */
const PIECE_BYTES_MIN = 512;
const EMPTY = new Uint8Array(0);

export class Pieces {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    const last = this.#pieces[this.#pieces.length - 1];
    if (last === undefined || last.length + piece.length > PIECE_BYTES_MIN) {
      this.#pieces.push(piece);
      return;
    }
    const joined = new Uint8Array(last.length + piece.length);
    joined.set(last);
    joined.set(piece, last.length);
    this.#pieces[this.#pieces.length - 1] = joined;
  }

  /** Forgets bytes from the front. */
  drop(bytes: number): void {
    this.#bytes -= bytes;
    let wholeCount = 0;
    let left = bytes;
    while (left > 0 && this.#pieces[wholeCount]!.length <= left) left -= this.#pieces[wholeCount++]!.length;
    if (wholeCount > 0) this.#pieces.splice(0, wholeCount);
    if (left > 0) this.#pieces[0] = this.#pieces[0]!.subarray(left);
  }

  /** A span, from some bytes after the front. It must be inside. */
  span(offset: number, bytes: number): Uint8Array {
    if (bytes === 0) return EMPTY;
    let index = 0;
    let skip = offset;
    while (skip >= this.#pieces[index]!.length) skip -= this.#pieces[index++]!.length;
    const first = this.#pieces[index]!;
    if (skip + bytes <= first.length) return first.subarray(skip, skip + bytes);
    const target = new Uint8Array(bytes);
    for (let count = 0; count < bytes; skip = 0) {
      const piece = this.#pieces[index++]!;
      const part = piece.subarray(skip, Math.min(piece.length, skip + bytes - count));
      target.set(part, count);
      count += part.length;
    }
    return target;
  }

  /** Moves bytes from the front into a target and returns how many. */
  read(target: Uint8Array): number {
    const bytes = Math.min(target.length, this.#bytes);
    target.set(this.span(0, bytes));
    this.drop(bytes);
    return bytes;
  }

  /** Everything at once, as it came. */
  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.clear();
    return pieces;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}
