// A cable between two devices: frames take the time of their bytes at the cable's speed, and a little more to get across.
//
// In: frames at either end. Out: the same frames at the other end, later, in order of priority and arrival. A cable that is
// out, or whose queue is full, loses them; every other loss is a wrapper of host/faults around one of its ends.

import type { Scheduler } from "../scheduler.js";
import type { Link } from "./link.js";
import { FRAME_BYTES_MIN } from "./stack/ethernet.js";
import { Tally } from "./stack/tally.js";

/** Preamble, check sequence and the gap between two frames (IEEE 802.3 §4.2.3): bytes that take time and carry nothing. */
const OVERHEAD_BYTES = 24;
/** Frames that wait to be sent at one end: about 32 ms at 100 Mbit/s, as small switches have. */
const QUEUE_FRAMES_MAX = 256;
/** One way: 100 m of copper take half a microsecond, a store-and-forward switch the rest. */
const DELAY_US = 5;

export interface CableOptions {
  readonly scheduler: Scheduler;
  /** Mbit/s. */
  readonly speed: number;
  /** Half duplex: the two ends take turns. */
  readonly fullDuplex?: boolean;
  readonly delayUs?: number;
}

/** One end, with a second queue that waits until the first is empty. */
export interface CableEnd extends Link {
  sendLow(frame: Uint8Array): void;
}

/** The bits of one medium: who sends next, and until when it is taken. */
interface Medium {
  busy: boolean;
  readonly directions: Direction[];
}

export class Cable {
  readonly near: CableEnd;
  readonly far: CableEnd;
  readonly tally = new Tally();
  readonly #scheduler: Scheduler;
  readonly #delayUs: number;
  #speed: number;

  constructor(options: CableOptions) {
    this.#scheduler = options.scheduler;
    this.#delayUs = options.delayUs ?? DELAY_US;
    this.#speed = options.speed;
    const outward = new Direction();
    const inward = new Direction();
    const shared: Medium = { busy: false, directions: [outward, inward] };
    const own = (direction: Direction): Medium => ({ busy: false, directions: [direction] });
    const full = options.fullDuplex ?? true;
    this.near = this.#end(outward, inward, full ? own(outward) : shared);
    this.far = this.#end(inward, outward, full ? own(inward) : shared);
  }

  /** Mbit/s; 0 while the cable is out. */
  get speed(): number {
    return this.#speed;
  }

  /** Plugs the cable in at a speed, or pulls it with 0: what waits at its ends is lost, and so is what is on the way. */
  plug(speed: number): void {
    this.#speed = speed;
  }

  #end(outgoing: Direction, incoming: Direction, medium: Medium): CableEnd {
    const push = (queue: Uint8Array[], frame: Uint8Array): void => {
      if (this.#speed === 0) return this.tally.add("unplugged");
      if (outgoing.length >= QUEUE_FRAMES_MAX) return this.tally.add("queue full");
      queue.push(frame);
      this.#next(medium);
    };
    return {
      send: (frame) => push(outgoing.high, frame),
      sendLow: (frame) => push(outgoing.low, frame),
      onReceive: (take) => {
        incoming.take = take;
      },
    };
  }

  #next(medium: Medium): void {
    if (medium.busy) return;
    const direction = medium.directions.find((candidate) => candidate.length > 0);
    const frame = direction?.high.shift() ?? direction?.low.shift();
    if (direction === undefined || frame === undefined) return;
    // On a shared medium the end that sent waits for the other: nobody is kept from sending for ever.
    medium.directions.push(medium.directions.splice(medium.directions.indexOf(direction), 1)[0]!);
    medium.busy = true;
    const bits = 8 * (Math.max(frame.length, FRAME_BYTES_MIN) + OVERHEAD_BYTES);
    this.#scheduler.in(this.#speed === 0 ? 0 : Math.ceil(bits / this.#speed), () => {
      medium.busy = false;
      this.#scheduler.in(this.#delayUs, () => this.#arrive(direction, frame));
      this.#next(medium);
    });
  }

  #arrive(direction: Direction, frame: Uint8Array): void {
    if (this.#speed === 0) this.tally.add("unplugged");
    else direction.take(frame);
  }
}

/** What goes one way. */
class Direction {
  readonly high: Uint8Array[] = [];
  readonly low: Uint8Array[] = [];
  take: (frame: Uint8Array) => void = () => undefined;

  get length(): number {
    return this.high.length + this.low.length;
  }
}
