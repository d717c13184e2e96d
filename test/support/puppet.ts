// A peer moved by hand: it answers ARP for its address, keeps every TCP segment that it gets, and sends what the test says.
//
// It has no states and no timers, so a test can do what no good stack does: wrong numbers, silence, resets from nowhere.

import type { Link } from "../../host/network/link.js";
import { ArpOperation, emitArp, parseArp } from "../../host/network/stack/arp-packet.js";
import { EtherType, MAC_BROADCAST, emitFrame, parseFrame } from "../../host/network/stack/ethernet.js";
import { emitIpv4, parseIpv4, Protocol, type Ipv4Packet } from "../../host/network/stack/ipv4.js";
import { EMPTY, Flag, emitSegment, parseSegment, type Segment } from "../../host/network/stack/tcp-segment.js";
import { Scheduler } from "../../host/scheduler.js";
import { FAR, MAC_FAR, MAC_NEAR, NEAR, cable, idle, makeStack } from "./wire.js";
import type { Stack } from "../../host/network/stack/stack.js";

export { Flag };

export class Puppet {
  readonly scheduler = new Scheduler();
  readonly stack: Stack;
  /** Segments that came and were not looked at yet. */
  readonly segments: Segment[] = [];
  /** Packets of other protocols, and frames of other types. */
  readonly packets: Ipv4Packet[] = [];
  readonly frames: Uint8Array[] = [];
  answersArp = true;
  port = 5000;
  targetPort = 80;
  readonly #link: Link;

  constructor(seed = 1) {
    const [near, far] = cable();
    this.#link = far;
    far.onReceive((frame) => this.#receive(frame));
    this.stack = makeStack({ link: near, scheduler: this.scheduler, mac: MAC_NEAR, address: NEAR, seed });
    this.idle(3_000_000); // Past the announcements.
    this.frames.length = 0;
  }

  idle(us: number): void {
    idle(this.scheduler, us);
  }

  sendRaw(frame: Uint8Array): void {
    this.#link.send(frame);
    this.idle(0);
  }

  sendFrame(type: number, payload: Uint8Array, target = MAC_NEAR): void {
    this.sendRaw(emitFrame({ target, source: MAC_FAR, tag: undefined, type, payload }));
  }

  sendPacket(packet: Partial<Ipv4Packet>): void {
    this.sendFrame(EtherType.Ipv4, emitIpv4({ source: FAR, target: NEAR, protocol: Protocol.Udp, payload: EMPTY, ...packet }));
  }

  /** Sends a segment from the puppet's port; the arguments are what matters in almost every case. */
  send(flags: number, sequence: number, acknowledgment: number, more: Partial<Segment> = {}): void {
    const base = { sourcePort: this.port, targetPort: this.targetPort, window: 65535, data: EMPTY };
    const packet = emitSegment({ ...base, sequence: sequence >>> 0, acknowledgment: acknowledgment >>> 0, flags, ...more }, FAR, NEAR);
    this.sendFrame(EtherType.Ipv4, emitIpv4(packet));
  }

  /** The oldest segment that came. */
  next(): Segment {
    const segment = this.segments.shift();
    if (segment === undefined) throw new Error("no segment came");
    return segment;
  }

  #receive(bytes: Uint8Array): void {
    this.frames.push(bytes);
    const frame = parseFrame(bytes)!;
    const arp = frame.type === EtherType.Arp ? parseArp(frame.payload) : undefined;
    if (arp?.target === FAR && arp.operation === ArpOperation.Request && this.answersArp) {
      const answer = { operation: ArpOperation.Reply, sourceMac: MAC_FAR, source: FAR, targetMac: arp.sourceMac, target: arp.source };
      this.#link.send(emitFrame({ target: arp.sourceMac, source: MAC_FAR, tag: undefined, type: EtherType.Arp, payload: emitArp(answer) }));
    }
    const packet = frame.type === EtherType.Ipv4 ? parseIpv4(frame.payload) : undefined;
    if (packet === undefined) return;
    if (typeof packet === "string") throw new Error(`the stack sent a packet with ${packet}`);
    const segment = packet.protocol === Protocol.Tcp ? parseSegment(packet) : undefined;
    if (typeof segment === "string") throw new Error(`the stack sent a segment with ${segment}`);
    if (segment === undefined) this.packets.push(packet);
    else this.segments.push(segment);
  }
}

export { MAC_BROADCAST };
