// The line port: a cable that is in or out, and a link that comes up a while after either end starts.

import type { Handle, Scheduler } from "../scheduler.js";

/** Auto-negotiation as 100BASE-TX parts take it, from start to a usable link. */
export const NEGOTIATION_US = 1_800_000;
const FULL_DUPLEX = 0x10000;

export interface EthernetPortOptions {
  readonly scheduler: Scheduler;
  /** Mbit/s; 0 = no cable. */
  readonly speed?: number;
  readonly negotiationUs?: number;
}

export class EthernetPort {
  readonly #scheduler: Scheduler;
  readonly #negotiationUs: number;
  #speed: number;
  #up = false;
  #pending: Handle | undefined;

  constructor(options: EthernetPortOptions) {
    this.#scheduler = options.scheduler;
    this.#speed = options.speed ?? 100;
    this.#negotiationUs = options.negotiationUs ?? NEGOTIATION_US;
  }

  /** Mbit/s with bit 16 for full duplex, 0 while down. */
  link(): number {
    return this.#up ? this.#speed | FULL_DUPLEX : 0;
  }

  /** Plugs the cable in at a speed, or pulls it with 0. */
  plug(speed: number): void {
    this.#speed = speed;
    this.reset();
  }

  /** The telephone's end starts again. */
  reset(): void {
    this.#up = false;
    if (this.#pending !== undefined) this.#scheduler.cancel(this.#pending);
    this.#pending = this.#speed === 0 ? undefined : this.#scheduler.in(this.#negotiationUs, () => {
      this.#up = true;
    });
  }
}
