// The switch's LLDP agent on the telephone's port: what it says about VLANs and servers, and when.
//
// In: frames that arrive at the port's control side. Out: its own frames, at an interval, and four in quick succession when
// an LLDP-MED telephone is first heard (TIA-1057 §11.2.1). It keeps nothing of what the telephone says but the last frame.

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
  #heardMed = false;

  constructor(options: LldpNeighbourOptions) {
    this.#options = options;
    options.link.onReceive((bytes) => this.#take(bytes));
    options.scheduler.in(SECOND_US, () => this.#tick());
  }

  #tick(): void {
    this.#send();
    this.#options.scheduler.in(this.#options.intervalSeconds * SECOND_US, () => this.#tick());
  }

  #take(bytes: Uint8Array): void {
    if (parseFrame(bytes)?.type !== EtherType.Lldp) return;
    const first = this.heardCount === 0;
    this.heard = bytes;
    this.heardCount += 1;
    const firstMed = !this.#heardMed && speaksMed(bytes);
    if (firstMed) this.#heardMed = true;
    const quickly = firstMed ? FAST_START_COUNT : first && this.#options.sends === "after-hearing" ? 1 : 0;
    for (let count = 0; count < quickly; count++) this.#options.scheduler.in((count + 1) * SECOND_US, () => this.#send());
  }

  #send(): void {
    const { content, sends, intervalSeconds, link } = this.#options;
    if (sends === "after-hearing" && this.heardCount === 0) return;
    const { policy, ...basic } = content;
    const told = policy === undefined || (sends === "med-after-hearing" && !this.#heardMed) ? basic : content;
    this.sentCount += 1;
    link.send(lldpFrame({ ...told, ttlSeconds: Math.min(HOLD_COUNT * intervalSeconds, TTL_SECONDS_MAX) }));
  }
}
