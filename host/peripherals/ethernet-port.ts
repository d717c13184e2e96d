// The line port: a cable that is in or out, and a link that comes up a while after either end starts.

import type { Handle, Scheduler } from "../scheduler.js";

/** Auto-negotiation as 100BASE-TX parts take it, from start to a usable link. */
export const NEGOTIATION_US = 1_800_000;
const FULL_DUPLEX = 0x10000;
const PHY_AUTO = 1;
/** Mbit/s of PHY1STAT's forced modes. */
const PHY_SPEEDS: Readonly<Record<number, number>> = { 2: 10, 3: 10, 4: 100, 5: 100, 6: 1000 };

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
  #phy = PHY_AUTO;
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

  /** PHY1STAT: 1 negotiates, 2 to 6 force a speed; a forced speed that the other end does not have gives no link. */
  setPhy(mode: number): void {
    if (mode === this.#phy) return;
    this.#phy = mode;
    this.reset();
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
    const forced = PHY_SPEEDS[this.#phy];
    const dead = this.#speed === 0 || (forced !== undefined && forced !== this.#speed);
    this.#pending = dead ? undefined : this.#scheduler.in(this.#negotiationUs, () => {
      this.#up = true;
    });
  }
}
