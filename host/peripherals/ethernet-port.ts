// One of the two ports: a cable that is in or out, and a link that comes up a while after either end starts.

import type { Handle, Scheduler } from "../scheduler.js";

/** Auto-negotiation as 100BASE-TX parts take it, from start to a usable link. */
export const NEGOTIATION_US = 1_800_000;
const FULL_DUPLEX = 0x10000;
/** PHY2STAT 0; the line port has no such mode. */
const PHY_OFF = 0;
const PHY_AUTO = 1;
/** Mbit/s of the forced modes, and the two that take turns. */
const PHY_SPEEDS: Readonly<Record<number, number>> = { 2: 10, 3: 10, 4: 100, 5: 100, 6: 1000 };
const PHY_HALF: ReadonlySet<number> = new Set([2, 4]);

export interface EthernetPortOptions {
  readonly scheduler: Scheduler;
  /** Mbit/s; 0 = no cable. */
  readonly speed?: number;
  /** Of the other end: what negotiation comes to. */
  readonly fullDuplex?: boolean;
  readonly negotiationUs?: number;
}

export class EthernetPort {
  readonly #scheduler: Scheduler;
  readonly #negotiationUs: number;
  readonly #farFullDuplex: boolean;
  #speed: number;
  #up = false;
  #phy = PHY_AUTO;
  #pending: Handle | undefined;

  constructor(options: EthernetPortOptions) {
    this.#scheduler = options.scheduler;
    this.#speed = options.speed ?? 100;
    this.#farFullDuplex = options.fullDuplex ?? true;
    this.#negotiationUs = options.negotiationUs ?? NEGOTIATION_US;
  }

  /** Mbit/s with bit 16 for full duplex, 0 while down. */
  link(): number {
    if (!this.#up) return 0;
    const full = this.#phy === PHY_AUTO ? this.#farFullDuplex : !PHY_HALF.has(this.#phy);
    return full ? this.#speed | FULL_DUPLEX : this.#speed;
  }

  /** PHY1STAT, PHY2STAT: 0 is off, 1 negotiates, 2 to 6 force a speed; one that the other end does not have gives no link. */
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

  /** Power, or a reset: no settings are known yet, and the telephone's end starts again. */
  start(): void {
    this.#phy = PHY_AUTO;
    this.reset();
  }

  /** The telephone's end starts again. */
  reset(): void {
    this.#up = false;
    if (this.#pending !== undefined) this.#scheduler.cancel(this.#pending);
    const forced = PHY_SPEEDS[this.#phy];
    const dead = this.#speed === 0 || this.#phy === PHY_OFF || (forced !== undefined && forced !== this.#speed);
    this.#pending = dead ? undefined : this.#scheduler.in(this.#negotiationUs, () => {
      this.#up = true;
    });
  }
}
