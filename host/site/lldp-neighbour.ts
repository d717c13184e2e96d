// The switch's LLDP agent on the telephone's port: what it says about VLANs and servers, and when.
//
// In: frames that arrive at the port's control side, and whether the link is up. Out: its own frames, once the link comes up,
// at an interval, and four in quick succession when an LLDP-MED telephone is first heard (TIA-1057 §11.2.1). It keeps nothing
// of what the telephone says but the last frame, and forgets that it was heard when the link goes down.

import type { Link } from "../network/link.js";
import { EtherType, parseFrame } from "../network/stack/ethernet.js";
import type { Scheduler } from "../scheduler.js";
import { lldpFrame, speaksMed, type LldpContent } from "./lldp-message.js";

/**
 * `always`: everything from the start. `med-after-hearing`: the voice policy only once LLDP-MED was heard.
 * `after-hearing`: nothing before the telephone was heard.
 */
export type LldpSends = "always" | "med-after-hearing" | "after-hearing";

export interface LldpNeighbourOptions {
  readonly scheduler: Scheduler;
  /** The control side of the telephone's switch port. */
  readonly link: Link;
  /** The life time in it is four intervals (IEEE 802.1AB §9.2.5.6). */
  readonly content: Omit<LldpContent, "ttlSeconds">;
  readonly sends: LldpSends;
  readonly intervalSeconds: number;
  /** Without it the link is always up. */
  readonly isUp?: () => boolean;
}

const SECOND_US = 1_000_000;
const HOLD_COUNT = 4;
const TTL_SECONDS_MAX = 65535;
/** medFastStartRepeatCount, one second apart (TIA-1057 §11.2.1, §13.3). */
const FAST_START_COUNT = 4;

export class LldpNeighbour {
  /** The last LLDP frame from the telephone. */
  heard: Uint8Array | undefined;
  heardCount = 0;
  sentCount = 0;
  readonly #options: LldpNeighbourOptions;
  #hasHeard = false;
  #hasHeardMed = false;
  #wasUp = false;
  #leftSeconds = 0;

  constructor(options: LldpNeighbourOptions) {
    this.#options = options;
    options.link.onReceive((bytes) => this.#take(bytes));
    options.scheduler.in(SECOND_US, () => this.#tick());
  }

  /** Once a second, as the timers of the standard (IEEE 802.1AB §9.2.5.22). */
  #tick(): void {
    const { scheduler, intervalSeconds, isUp } = this.#options;
    scheduler.in(SECOND_US, () => this.#tick());
    const up = isUp?.() ?? true;
    if (!up) {
      this.#hasHeard = false;
      this.#hasHeardMed = false;
    } else if (!this.#wasUp || this.#leftSeconds === 1) {
      this.#leftSeconds = intervalSeconds;
      this.#send();
    } else this.#leftSeconds -= 1;
    this.#wasUp = up;
  }

  #take(bytes: Uint8Array): void {
    if (parseFrame(bytes)?.type !== EtherType.Lldp) return;
    const isFirst = !this.#hasHeard;
    const isFirstMed = !this.#hasHeardMed && speaksMed(bytes);
    this.heard = bytes;
    this.heardCount += 1;
    this.#hasHeard = true;
    this.#hasHeardMed ||= isFirstMed;
    const quickly = isFirstMed ? FAST_START_COUNT : isFirst && this.#options.sends === "after-hearing" ? 1 : 0;
    for (let count = 0; count < quickly; count++) this.#options.scheduler.in((count + 1) * SECOND_US, () => this.#send());
  }

  #send(): void {
    const { content, sends, intervalSeconds, link } = this.#options;
    if (sends === "after-hearing" && !this.#hasHeard) return;
    const { policy, ...basic } = content;
    const told = policy === undefined || (sends === "med-after-hearing" && !this.#hasHeardMed) ? basic : content;
    this.sentCount += 1;
    link.send(lldpFrame({ ...told, ttlSeconds: Math.min(HOLD_COUNT * intervalSeconds, TTL_SECONDS_MAX) }));
  }
}
