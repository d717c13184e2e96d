// Who has which address: a bounded table of neighbours, some known, some still being asked for (RFC 826, RFC 1122 §2.3.2).
//
// In: what was heard, and packets for an address. Out: its hardware address, or the packet waits here, or is dropped.
// It sends nothing itself: `due` says which addresses must be asked for again.

import type { Ipv4Packet } from "./ipv4.js";

/** Known neighbours; the one that was learned first makes room. A LAN's telephone speaks to a handful. */
const NEIGHBOUR_COUNT_MAX = 64;
/** Addresses that are being asked for at a time. */
const ASKED_COUNT_MAX = 16;
/** Packets that wait for one address; a window's worth of small segments and no more. */
const HELD_COUNT_MAX = 8;
/** RFC 1122 §2.3.2.1 suggests a minute. */
const LIFETIME_US = 60_000_000;
const RETRY_US = 1_000_000;
const ASK_COUNT_MAX = 3;

interface Asked {
  askedCount: number;
  nextUs: number;
  readonly held: Ipv4Packet[];
}

export class ArpCache {
  readonly #known = new Map<number, { readonly mac: number; readonly untilUs: number }>();
  readonly #asked = new Map<number, Asked>();

  get size(): number {
    return this.#known.size + this.#asked.size;
  }

  /** True while packets wait for somebody's hardware address. */
  get isAsking(): boolean {
    return this.#asked.size > 0;
  }

  clear(): void {
    this.#known.clear();
    this.#asked.clear();
  }

  lookup(address: number, nowUs: number): number | undefined {
    const known = this.#known.get(address);
    if (known === undefined || known.untilUs > nowUs) return known?.mac;
    this.#known.delete(address);
    return undefined;
  }

  /** Lets a packet wait, and its address be asked for. False when it had to be dropped. */
  hold(address: number, packet: Ipv4Packet, nowUs: number): boolean {
    let asked = this.#asked.get(address);
    if (asked === undefined) {
      if (this.#asked.size === ASKED_COUNT_MAX) return false;
      asked = { askedCount: 0, nextUs: nowUs, held: [] };
      this.#asked.set(address, asked);
    }
    if (asked.held.length === HELD_COUNT_MAX) return false;
    asked.held.push(packet);
    return true;
  }

  /**
   * Takes what a packet says about its sender. A stranger's word counts only when it spoke to us or we asked, so that
   * a broadcast cannot fill the table. Returns the packets that waited for it.
   */
  learn(address: number, mac: number, spokeToUs: boolean, nowUs: number): readonly Ipv4Packet[] {
    const asked = this.#asked.get(address);
    if (asked === undefined && !spokeToUs && !this.#known.has(address)) return [];
    this.#asked.delete(address);
    this.#known.delete(address);
    if (this.#known.size === NEIGHBOUR_COUNT_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(address, { mac, untilUs: nowUs + LIFETIME_US });
    return asked?.held ?? [];
  }

  /** The addresses to ask for now, and those that nobody answered for. */
  due(nowUs: number): { ask: number[]; silent: number[] } {
    const ask: number[] = [];
    const silent: number[] = [];
    for (const [address, asked] of this.#asked) {
      if (asked.nextUs > nowUs) continue;
      if (asked.askedCount === ASK_COUNT_MAX) {
        this.#asked.delete(address);
        silent.push(address);
        continue;
      }
      asked.askedCount += 1;
      asked.nextUs = nowUs + RETRY_US;
      ask.push(address);
    }
    return { ask, silent };
  }

  dueAtUs(): number {
    let atUs = Number.POSITIVE_INFINITY;
    for (const asked of this.#asked.values()) atUs = Math.min(atUs, asked.nextUs);
    return atUs;
  }
}
