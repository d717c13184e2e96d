// How much TCP may have under way (RFC 5681, RFC 6582): slow start, congestion avoidance, fast recovery with partial answers.
//
// In: what was acknowledged and what was lost. Out: a window in bytes. It sends nothing and knows no sequence numbers.

/** Duplicates that mean a loss and not a new order (RFC 5681 §3.2). */
export const DUPLICATE_COUNT = 3;
/** Far beyond the unscaled window of the other side, so the arithmetic stays small. */
const WINDOW_BYTES_MAX = 1 << 20;

export class Congestion {
  windowBytes: number;
  #threshold = WINDOW_BYTES_MAX;
  #acknowledged = 0;

  constructor(mss: number) {
    this.windowBytes = firstWindow(mss);
  }

  /** The other side told its segment size. */
  start(mss: number): void {
    this.windowBytes = firstWindow(mss);
  }

  acknowledged(bytes: number, mss: number): void {
    if (this.windowBytes < this.#threshold) this.#grow(Math.min(bytes, mss));
    else {
      this.#acknowledged += bytes;
      if (this.#acknowledged < this.windowBytes) return;
      this.#acknowledged -= this.windowBytes;
      this.#grow(mss);
    }
  }

  timedOut(flightBytes: number, mss: number): void {
    this.#threshold = Math.max(Math.floor(flightBytes / 2), 2 * mss);
    this.windowBytes = mss;
    this.#acknowledged = 0;
  }

  recoveryStarts(flightBytes: number, mss: number): void {
    this.#threshold = Math.max(Math.floor(flightBytes / 2), 2 * mss);
    this.windowBytes = this.#threshold + DUPLICATE_COUNT * mss;
    this.#acknowledged = 0;
  }

  /** Another segment has left the network. */
  duplicate(mss: number): void {
    this.#grow(mss);
  }

  /** RFC 6582 §3.2 step 3, partial acknowledgment. */
  recoveryGoesOn(bytes: number, mss: number): void {
    this.windowBytes = Math.max(mss, this.windowBytes - bytes + (bytes >= mss ? mss : 0));
  }

  recoveryEnds(flightBytes: number, mss: number): void {
    this.windowBytes = Math.min(this.#threshold, Math.max(flightBytes, mss) + mss);
  }

  #grow(bytes: number): void {
    this.windowBytes = Math.min(WINDOW_BYTES_MAX, this.windowBytes + bytes);
  }
}

/** RFC 5681 §3.1: two to four segments. */
function firstWindow(mss: number): number {
  return Math.min(4 * mss, Math.max(2 * mss, 4380));
}
