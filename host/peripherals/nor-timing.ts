// How long a NOR chip takes: the bus carries the command, then the chip works by itself.
//
// In: a part, an operation, the wear of its sector. Out: microseconds. It draws chance only from what it is given.

import type { NorPart, Milliseconds } from "./nor-parts.js";

export type Timing = "typical" | "maximum" | "drawn";

/** Quad lanes at 104 MHz: the clock that the common parts reach. */
const BITS_PER_US = 4 * 104;
/** Write enable, and an opcode with its address of 3 or 4 bytes. */
const WRITE_ENABLE_BITS = 8;
const OPCODE_BITS = 8;
const LONG_ADDRESS_FROM_BYTES = 16 * 1024 * 1024;
/** A third of the way from typical to maximum, as a factor, is one standard deviation: 0.3 % of the draws are cut off. */
const DEVIATIONS_TO_MAXIMUM = 3;

export class NorTiming {
  readonly #part: NorPart;
  readonly #timing: Timing;
  readonly #random: () => number;

  constructor(part: NorPart, timing: Timing, random: () => number) {
    this.#part = part;
    this.#timing = timing;
    this.#random = random;
  }

  /** Time on the bus for a command that carries `dataBytes`. */
  commandUs(dataBytes: number): number {
    const addressBits = this.#part.totalBytes > LONG_ADDRESS_FROM_BYTES ? 32 : 24;
    return (WRITE_ENABLE_BITS + OPCODE_BITS + addressBits + dataBytes * 8) / BITS_PER_US;
  }

  /** Time inside the chip to erase one of its erase sizes. */
  eraseUs(bytes: number, erasesBefore: number): number {
    const part = this.#part;
    const [typicalMs, maximumMs] = bytes === part.sectorBytes ? part.sectorEraseMs
      : bytes === part.block32Bytes ? part.block32EraseMs : part.block64EraseMs;
    return this.#choose([typicalMs, maximumMs], erasesBefore) * 1000;
  }

  /** Time inside the chip to program up to a page: a short program is shorter, in the same proportion at every timing. */
  programUs(bytes: number, erasesBefore: number): number {
    const { pageProgramMs, firstByteUs, nextByteUs } = this.#part;
    const share = Math.min(1, (firstByteUs + (bytes - 1) * nextByteUs) / (pageProgramMs[0] * 1000));
    return this.#choose(pageProgramMs, erasesBefore) * share * 1000;
  }

  #choose([typical, maximum]: Milliseconds, erasesBefore: number): number {
    if (this.#timing === "typical") return typical;
    if (this.#timing === "maximum") return maximum;
    // Wear moves the typical time towards the maximum; chance spreads it log-normally between the two.
    const worn = typical + (maximum - typical) * Math.min(1, erasesBefore / this.#part.enduranceErases);
    const deviation = Math.log(maximum / worn) / DEVIATIONS_TO_MAXIMUM;
    return Math.min(maximum, worn * Math.exp(deviation * Math.abs(this.#normal())));
  }

  /** Twelve even draws, less their mean: a normal deviate that is the same on every machine. */
  #normal(): number {
    let sum = -6;
    for (let count = 0; count < 12; count++) sum += this.#random();
    return sum;
  }
}
