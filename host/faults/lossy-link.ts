// A link that loses, repeats, reorders and damages frames, takes its time, or is cut: a fault around any link.
//
// In: a link, rates and a seed. Out: a link. Both directions suffer alike and independently of each other; what happens is
// a function of the seed and of the order of frames. A damaged frame fails its check sequence, so it is dropped and
// counted, as by every real port. Frames on their way are bounded; one too many is dropped, as by a switch.

import type { Link } from "../network/link.js";
import { Random } from "../random.js";
import type { Scheduler } from "../scheduler.js";

export interface LossyLinkOptions {
  readonly scheduler: Scheduler;
  readonly seed: number;
  /** Chances from 0 to 1, for each frame. */
  readonly loss?: number;
  readonly duplicate?: number;
  /** The frame stays back for a while, so that later ones overtake it. */
  readonly reorder?: number;
  readonly flip?: number;
  /** One way, in microseconds. */
  readonly delayUs?: number;
  /** Bits per second; without it frames take no time. */
  readonly bandwidth?: number;
}

export interface LossyLinkCounts {
  carried: number;
  lost: number;
  duplicated: number;
  reordered: number;
  flipped: number;
  overflowed: number;
}

/** How long a frame stays back: some dozens of frames at 100 Mbit/s. */
const REORDER_US_MAX = 5_000;
const ON_THE_WAY_COUNT_MAX = 1024;
/** Preamble, check sequence and the gap between frames (IEEE 802.3 §4.4.2). */
const FRAMING_BYTES = 24;

export class LossyLink implements Link {
  readonly counts: LossyLinkCounts = { carried: 0, lost: 0, duplicated: 0, reordered: 0, flipped: 0, overflowed: 0 };
  /** The cable is cut: nothing passes until it is whole again. */
  isCut = false;
  readonly #inner: Link;
  readonly #options: LossyLinkOptions;
  readonly #out: Direction;
  readonly #in: Direction;
  #take: (frame: Uint8Array) => void = () => undefined;

  constructor(inner: Link, options: LossyLinkOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#out = { random: new Random(options.seed), freeUs: 0, onTheWayCount: 0, arrive: (frame) => this.#inner.send(frame) };
    this.#in = { random: new Random(~options.seed), freeUs: 0, onTheWayCount: 0, arrive: (frame) => this.#take(frame) };
    inner.onReceive((frame) => this.#carry(this.#in, frame));
  }

  send(frame: Uint8Array): void {
    this.#carry(this.#out, frame);
  }

  onReceive(take: (frame: Uint8Array) => void): void {
    this.#take = take;
  }

  #carry(direction: Direction, frame: Uint8Array): void {
    const { loss = 0, duplicate = 0, reorder = 0, flip = 0 } = this.#options;
    // Every frame draws the same numbers, so that one rate does not change what another does.
    const [isLost, isDouble, isLate, isFlipped] = [loss, duplicate, reorder, flip].map((rate) => direction.random.unit() < rate);
    const lateUs = Math.floor(direction.random.unit() * REORDER_US_MAX);
    if (this.isCut || isLost === true) this.counts.lost += 1;
    else if (isFlipped === true) this.counts.flipped += 1;
    else {
      if (isLate === true) this.counts.reordered += 1;
      this.#line(direction, frame, isLate === true ? lateUs : 0);
      if (isDouble !== true) return;
      this.counts.duplicated += 1;
      this.#line(direction, frame, 0);
    }
  }

  #line(direction: Direction, frame: Uint8Array, lateUs: number): void {
    if (direction.onTheWayCount === ON_THE_WAY_COUNT_MAX) {
      this.counts.overflowed += 1;
      return;
    }
    const { scheduler, bandwidth, delayUs = 0 } = this.#options;
    const frameUs = bandwidth === undefined ? 0 : Math.ceil(((frame.length + FRAMING_BYTES) * 8_000_000) / bandwidth);
    direction.freeUs = Math.max(direction.freeUs, scheduler.nowUs) + frameUs;
    direction.onTheWayCount += 1;
    scheduler.at(direction.freeUs + delayUs + lateUs, () => {
      direction.onTheWayCount -= 1;
      if (this.isCut) this.counts.lost += 1;
      else {
        this.counts.carried += 1;
        direction.arrive(frame);
      }
    });
  }
}

interface Direction {
  readonly random: Random;
  /** When the last bit of the frame before has left. */
  freeUs: number;
  onTheWayCount: number;
  readonly arrive: (frame: Uint8Array) => void;
}
