// ARP for one interface: answers, questions, address probes, announcements and defence (RFC 826, RFC 5227).
//
// In: ARP packets, packets that need a hardware address, the time. Out: ARP packets, and the packets with their address.
// A probe lasts one second (hal/network.ts) instead of RFC 5227's five to seven: three questions in its first half.
// Losing an address for good is the owner's decision; here it is defended once in ten seconds and counted (§2.4 b, c).

import { ArpCache } from "./arp-cache.js";
import { ArpOperation, emitArp, parseArp, type ArpPacket } from "./arp-packet.js";
import { MAC_BROADCAST } from "./ethernet.js";
import type { Ipv4Packet } from "./ipv4.js";
import type { Tally } from "./tally.js";

export interface ArpHooks {
  /** Sends an ARP packet in a frame. */
  send(packet: Uint8Array, target: number): void;
  /** Sends packets that waited for this address. */
  release(packets: readonly Ipv4Packet[], mac: number): void;
  /** Nobody answers for an address that packets were waiting for. */
  silent(address: number): void;
}

const PROBE_COUNT = 3;
const PROBE_INTERVAL_US = 250_000;
const PROBE_US = 1_000_000;
const ANNOUNCE_COUNT = 2;
const ANNOUNCE_INTERVAL_US = 2_000_000;
const DEFEND_INTERVAL_US = 10_000_000;
const NEVER_US = Number.POSITIVE_INFINITY;

/** One question whether anybody has an address. */
export interface ArpProbe {
  readonly address: number;
  /** Undefined until it is decided. */
  readonly answered: boolean | undefined;
}

interface Probe {
  readonly address: number;
  answered: boolean | undefined;
  sentCount: number;
  nextUs: number;
  endUs: number;
}

export class Arp {
  readonly #mac: number;
  readonly #hooks: ArpHooks;
  readonly #tally: Tally;
  readonly #cache = new ArpCache();
  #address = 0;
  #probe: Probe | undefined;
  #announceCount = 0;
  #announceUs = NEVER_US;
  #defendedUs = -NEVER_US;

  constructor(mac: number, hooks: ArpHooks, tally: Tally) {
    this.#mac = mac;
    this.#hooks = hooks;
    this.#tally = tally;
  }

  get neighbourCount(): number {
    return this.#cache.size;
  }

  get isAsking(): boolean {
    return this.#cache.isAsking;
  }

  /** Forgets everybody, and takes an address, which the next `poll` announces; 0 takes none. */
  setAddress(address: number): void {
    this.#cache.clear();
    this.#address = address;
    this.#announceCount = address === 0 ? 0 : ANNOUNCE_COUNT;
    this.#announceUs = address === 0 ? NEVER_US : 0;
    this.#defendedUs = -NEVER_US;
  }

  clear(): void {
    this.#cache.clear();
    this.#probe = undefined;
  }

  /** Starts asking for an address at the next `poll`; an earlier probe is forgotten. */
  probe(address: number): ArpProbe {
    this.#probe = { address, answered: undefined, sentCount: 0, nextUs: 0, endUs: NEVER_US };
    return this.#probe;
  }

  /** The hardware address, or the packet waits or is dropped. */
  resolve(address: number, packet: Ipv4Packet, nowUs: number): number | undefined {
    const mac = this.#cache.lookup(address, nowUs);
    if (mac === undefined && !this.#cache.hold(address, packet, nowUs)) this.#tally.add("arp-queue-full");
    return mac;
  }

  receive(bytes: Uint8Array, nowUs: number): void {
    const packet = parseArp(bytes);
    if (packet === undefined) return this.#tally.add("arp-malformed");
    if (packet.sourceMac === this.#mac) return; // Our own, sent back by a loop.
    this.#watchProbe(packet);
    const forUs = packet.target === this.#address && this.#address !== 0;
    if (packet.source === this.#address && this.#address !== 0) return this.#defend(nowUs);
    if (packet.source !== 0) {
      const held = this.#cache.learn(packet.source, packet.sourceMac, forUs, nowUs);
      if (held.length > 0) this.#hooks.release(held, packet.sourceMac);
    }
    if (forUs && packet.operation === ArpOperation.Request) this.#send(ArpOperation.Reply, this.#address, packet.sourceMac, packet.source);
  }

  poll(nowUs: number): void {
    const { ask, silent } = this.#cache.due(nowUs);
    for (const address of ask) this.#send(ArpOperation.Request, this.#address, 0, address);
    for (const address of silent) this.#hooks.silent(address);
    this.#pollProbe(nowUs);
    if (this.#announceUs <= nowUs) this.#announce(nowUs);
  }

  pollAtUs(): number {
    const probe = this.#probe;
    const probeUs = probe === undefined || probe.answered !== undefined ? NEVER_US : Math.min(probe.nextUs, probe.endUs);
    return Math.min(this.#cache.dueAtUs(), probeUs, this.#announceUs);
  }

  /** Whoever uses the address has it, and so has whoever asks for it in the same way as we do (RFC 5227 §2.1.1). */
  #watchProbe(packet: ArpPacket): void {
    const probe = this.#probe;
    if (probe === undefined || probe.answered !== undefined) return;
    const alsoProbing = packet.operation === ArpOperation.Request && packet.source === 0 && packet.target === probe.address;
    if (packet.source === probe.address || alsoProbing) probe.answered = true;
  }

  #pollProbe(nowUs: number): void {
    const probe = this.#probe;
    if (probe === undefined || probe.answered !== undefined) return;
    if (probe.sentCount === 0) probe.endUs = nowUs + PROBE_US;
    if (probe.endUs <= nowUs) probe.answered = false;
    else if (probe.nextUs <= nowUs) {
      probe.sentCount += 1;
      probe.nextUs = probe.sentCount < PROBE_COUNT ? nowUs + PROBE_INTERVAL_US : NEVER_US;
      // Asking for the address we have must not look like using it.
      this.#send(ArpOperation.Request, probe.address === this.#address ? 0 : this.#address, 0, probe.address);
    }
  }

  #announce(nowUs: number): void {
    this.#announceCount -= 1;
    this.#announceUs = this.#announceCount > 0 ? nowUs + ANNOUNCE_INTERVAL_US : NEVER_US;
    this.#send(ArpOperation.Request, this.#address, 0, this.#address);
  }

  #defend(nowUs: number): void {
    this.#tally.add("arp-conflict");
    if (nowUs - this.#defendedUs < DEFEND_INTERVAL_US) return;
    this.#defendedUs = nowUs;
    this.#send(ArpOperation.Request, this.#address, 0, this.#address);
  }

  #send(operation: number, source: number, targetMac: number, target: number): void {
    const packet = emitArp({ operation, sourceMac: this.#mac, source, targetMac, target });
    this.#hooks.send(packet, targetMac === 0 ? MAC_BROADCAST : targetMac);
  }
}
