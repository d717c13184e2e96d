// The bytes that TCP has received: those in order wait to be read, those that came too early wait for the gap to close.
//
// In: pieces with their sequence number, already cut to the window. Out: the bytes once and in order. What waits is bounded
// by the window in bytes and by a count of early pieces; a piece beyond that is dropped, and the sender sends it again.

import { Pieces } from "./pieces.js";
import { sequenceAdd, sequenceDistance } from "./tcp-sequence.js";

/** A window's worth of segments of 1,460 bytes is 45. */
const EARLY_COUNT_MAX = 64;

export class Inbox {
  /** The next sequence number that is missing. */
  next = 0;
  /** What can be read now. */
  readonly ready = new Pieces();
  #early: { readonly sequence: number; readonly data: Uint8Array }[] = [];

  get earlyCount(): number {
    return this.#early.length;
  }

  accept(sequence: number, data: Uint8Array): void {
    if (sequenceDistance(sequence, this.next) > 0) {
      this.#keep(sequence, data);
      return;
    }
    this.#append(sequence, data);
    while (this.#early.length > 0 && sequenceDistance(this.#early[0]!.sequence, this.next) <= 0) {
      const early = this.#early.shift()!;
      this.#append(early.sequence, early.data);
    }
  }

  clear(): void {
    this.ready.clear();
    this.#early = [];
  }

  #append(sequence: number, data: Uint8Array): void {
    const known = sequenceDistance(this.next, sequence);
    if (known >= data.length) return;
    const piece = data.subarray(known);
    this.ready.push(piece);
    this.next = sequenceAdd(this.next, piece.length);
  }

  /** In order of sequence; one that is there already, at least as long, is not kept twice. */
  #keep(sequence: number, data: Uint8Array): void {
    let index = this.#early.length;
    while (index > 0 && sequenceDistance(this.#early[index - 1]!.sequence, sequence) > 0) index -= 1;
    const before = this.#early[index - 1];
    if (before !== undefined && sequenceDistance(sequence, before.sequence) + data.length <= before.data.length) return;
    if (this.#early.length < EARLY_COUNT_MAX) this.#early.splice(index, 0, { sequence, data });
  }
}
