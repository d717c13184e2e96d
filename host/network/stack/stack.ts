// An IPv4 host on one Ethernet interface: everything between frames on one side and services and sockets on the other.
//
// In: frames, calls, and `poll(nowUs)`, which does all the work that time or frames have made due. Out: frames through
// `onFrame`. It reads no clock and has no timers: `pollAtUs` says when it wants to be polled, and `onWork` that something
// was put in from outside. Frames wait in a bounded queue. It never routes, never cuts a packet and joins no group.

import { Status } from "../../../hal/abi.js";
import type { Random } from "../../random.js";
import type { DatagramService, Endpoint, StreamService } from "../../site/service.js";
import { ADDRESS_BROADCAST, addressText } from "../address.js";
import { DHCP_CLIENT_PORT } from "../network.js";
import { DnsClient, type DnsTransport } from "./dns-client.js";
import { Arp, type ArpProbe } from "./arp.js";
import { EtherType, MAC_BROADCAST, emitFrame, isGroup, parseFrame, type EthernetFrame, type Tag } from "./ethernet.js";
import { emitEchoReply, emitUnreachable, parseIcmp, Unreachable, type IcmpError } from "./icmp.js";
import { IPV4_HEADER_BYTES, Protocol, emitIpv4, isGroupAddress, isLoopback, parseIpv4, type Ipv4Packet } from "./ipv4.js";
import { Tally } from "./tally.js";
import { parseSegment } from "./tcp-segment.js";
import { TcpTable } from "./tcp-table.js";
import type { TcpConnection } from "./tcp.js";
import { UdpPorts, parseUdp, type UdpOwner } from "./udp.js";

/** Frames that wait for `poll`: four windows of TCP. */
export const FRAME_QUEUE_MAX = 256;
/** ICMP errors per second (RFC 1812 §4.3.2.8): a flood must not be answered with a flood. */
const ERROR_COUNT_MAX = 20;
const ERROR_US = 1_000_000;
export const MTU_DEFAULT = 1500;
/** Less carries no TCP segment worth sending (RFC 791: every host takes 576 bytes). */
export const MTU_MIN = 576;
/** RFC 6335 §6: the ports that nobody registers. */
const EPHEMERAL_PORT_FIRST = 49152;
const EPHEMERAL_PORT_COUNT = 16384;
/** Chances to find a free port; a telephone has a handful open. */
const EPHEMERAL_TRY_COUNT = 64;

export interface StackOptions {
  /** Six bytes as one number. */
  readonly mac: number;
  readonly random: Random;
}

export interface StackAddress {
  /** 0: none yet. */
  readonly address: number;
  readonly mask: number;
  /** Tried in their order: one that does not answer ARP gives way to the next. */
  readonly routers: readonly number[];
  readonly mtu: number;
}

const NO_ADDRESS: StackAddress = { address: 0, mask: 0, routers: [], mtu: MTU_DEFAULT };

export class Stack {
  readonly mac: number;
  readonly tally = new Tally();
  readonly udp: UdpPorts;
  readonly tcp: TcpTable;
  readonly #arp: Arp;
  readonly #random: Random;
  readonly #queue: Uint8Array[] = [];
  readonly #questions = new Set<DnsClient>();
  #nowUs = 0;
  #workDue = false;
  #config = NO_ADDRESS;
  #routerIndex = 0;
  #tag: Tag = { vid: 0, pcp: 0 };
  #isTagging = false;
  #errorCount = 0;
  #errorUs = 0;
  #send: (frame: Uint8Array) => void = () => undefined;
  #work: () => void = () => undefined;
  #rawType: number | undefined;
  #raw: (frame: EthernetFrame) => void = () => undefined;

  constructor(options: StackOptions) {
    this.mac = options.mac;
    this.#random = options.random;
    const wake = (): void => this.#wake();
    this.udp = new UdpPorts(this);
    this.tcp = new TcpTable(this, options.random, this.tally, wake);
    this.#arp = new Arp(options.mac, {
      send: (packet, target) => this.sendFrame(target, EtherType.Arp, packet),
      release: (packets, mac) => packets.forEach((packet) => this.sendFrame(mac, EtherType.Ipv4, emitIpv4(packet))),
      silent: (address) => this.#neighbourSilent(address),
    }, this.tally);
  }

  get address(): number {
    return this.#config.address;
  }

  get mtu(): number {
    return this.#config.mtu;
  }

  /** For a test of growth: neighbours known or asked for. */
  get neighbourCount(): number {
    return this.#arp.neighbourCount;
  }

  /** True while packets wait for a neighbour's hardware address. */
  get isAsking(): boolean {
    return this.#arp.isAsking;
  }

  // ---- Outside.

  onFrame(send: (frame: Uint8Array) => void): void {
    this.#send = send;
  }

  onWork(work: () => void): void {
    this.#work = work;
  }

  /** Takes the frames of one more type, group addresses included, to one owner. */
  onRaw(type: number, take: (frame: EthernetFrame) => void): void {
    this.#rawType = type;
    this.#raw = take;
  }

  /** Queues a frame, which must not change afterwards; one that finds the queue full is dropped. */
  receiveFrame(frame: Uint8Array): void {
    if (this.#queue.length === FRAME_QUEUE_MAX) return this.tally.add("frame-queue-full");
    this.#queue.push(frame);
    this.#wake();
  }

  /** Bounded work: the frames that waited, and one pass over what is open. */
  poll(nowUs: number): void {
    this.#nowUs = nowUs;
    this.#workDue = false;
    for (let count = this.#queue.length; count > 0; count--) this.#receive(this.#queue.shift()!);
    this.#arp.poll(nowUs);
    this.tcp.poll(nowUs);
    for (const question of this.#questions) {
      question.poll(nowUs);
      if (question.answer !== Status.Pending) this.#questions.delete(question);
    }
  }

  /** When `poll` has something to do; undefined while only a frame or a call can change anything. */
  pollAtUs(): number | undefined {
    if (this.#workDue || this.#queue.length > 0) return this.#nowUs;
    const questionsUs = [...this.#questions].map((question) => question.pollAtUs());
    const atUs = Math.min(this.#arp.pollAtUs(), this.tcp.pollAtUs(), ...questionsUs);
    return Number.isFinite(atUs) ? Math.max(atUs, this.#nowUs) : undefined;
  }

  // ---- Configuration.

  /** Takes an address and announces it. Connections of another address end with a reset; datagram ports stay. */
  configure(config: StackAddress): void {
    const moved = config.address !== this.#config.address;
    if (moved) this.tcp.clear("reset", "the address is gone");
    this.#config = { ...config, mtu: Math.min(MTU_DEFAULT, Math.max(MTU_MIN, config.mtu)) };
    this.#routerIndex = 0;
    if (moved) this.#arp.setAddress(config.address);
    this.#wake();
  }

  /**
   * Another VLAN or none, from the next frame on. What was known and what waits belongs to the old one and is forgotten:
   * connections end and nobody is told. Address and listeners stay.
   */
  setTag(isTagging: boolean, tag: Tag): void {
    this.#isTagging = isTagging;
    this.#tag = tag;
    this.#queue.length = 0;
    this.#arp.clear();
    this.tcp.clear("silently", "the port was configured anew");
  }

  probe(address: number): ArpProbe {
    this.#wake();
    return this.#arp.probe(address);
  }

  // ---- Sockets.

  listenStream(port: number, service: StreamService): boolean {
    return this.tcp.listen(port, service);
  }

  listenDatagram(port: number, service: DatagramService): boolean {
    return this.udp.open(port, {
      receive: (data, from) => {
        // A client without an address hears only broadcasts (RFC 2131 §4.1).
        const to = from.address === 0 ? { ...from, address: ADDRESS_BROADCAST } : from;
        service.receive(data, from, (reply) => this.udp.send(port, to, reply));
      },
    });
  }

  /** Opens a connection; undefined when there is no port left. */
  connect(remote: Endpoint, changed: () => void = () => undefined): TcpConnection | undefined {
    const port = this.#freePort((candidate) => !this.tcp.has(candidate, remote));
    return port === undefined ? undefined : this.tcp.connect(port, remote, changed);
  }

  /** Opens a datagram port that nobody asked for by number. */
  openDatagramPort(owner: UdpOwner): number | undefined {
    const port = this.#freePort((candidate) => !this.udp.has(candidate));
    return port !== undefined && this.udp.open(port, owner) ? port : undefined;
  }

  /** Asks name servers; the client returned has the answer in time, or is cancelled. */
  resolve(name: string, servers: readonly number[], domain = ""): DnsClient {
    const transport: DnsTransport = {
      open: (owner) => this.openDatagramPort(owner),
      close: (port) => this.udp.close(port),
      send: (port, to, data) => void this.udp.send(port, to, data),
    };
    const question = new DnsClient(name, servers, domain, transport, this.#random);
    this.#questions.add(question);
    this.#wake();
    return question;
  }

  // ---- Sending.

  hasWayTo(target: number): boolean {
    return this.#nextHop(target) !== undefined;
  }

  /** Sends one frame, tagged as configured; `bare` leaves the tag off. */
  sendFrame(target: number, type: number, payload: Uint8Array, bare = false): void {
    const tag = this.#isTagging && !bare ? this.#tag : undefined;
    this.#send(emitFrame({ target, source: this.mac, tag, type, payload }));
  }

  /** Sends, or queues until the neighbour is known. False when there is no way, or the packet would have to be cut. */
  send(packet: Ipv4Packet): boolean {
    const hop = IPV4_HEADER_BYTES + packet.payload.length > this.mtu ? undefined : this.#nextHop(packet.target);
    if (hop === undefined) {
      this.tally.add("ip-not-sent");
      return false;
    }
    const mac = hop === ADDRESS_BROADCAST ? MAC_BROADCAST : this.#arp.resolve(hop, packet, this.#nowUs);
    if (mac === undefined) this.#wake();
    else this.sendFrame(mac, EtherType.Ipv4, emitIpv4(packet));
    return true;
  }

  /** The neighbour to send to: the target itself, or a router. Without an address only broadcasts have a way. */
  #nextHop(target: number): number | undefined {
    if (this.#isBroadcast(target)) return ADDRESS_BROADCAST;
    const { address, routers } = this.#config;
    if (address === 0 || target === address || target === 0 || isGroupAddress(target)) return undefined;
    return this.#isOnLink(target) ? target : routers[this.#routerIndex];
  }

  #isOnLink(target: number): boolean {
    const { address, mask } = this.#config;
    return ((target ^ address) & mask) === 0;
  }

  /** 255.255.255.255, or the last address of the subnet, which a mask of 31 or 32 bits does not have (RFC 3021). */
  #isBroadcast(target: number): boolean {
    const { address, mask } = this.#config;
    if (target === ADDRESS_BROADCAST) return true;
    return address !== 0 && (~mask >>> 0) > 1 && target === ((address & mask) | ~mask) >>> 0;
  }

  #neighbourSilent(address: number): void {
    this.tally.add("arp-silent");
    const { routers } = this.#config;
    const isRouter = address === routers[this.#routerIndex];
    if (isRouter && this.#routerIndex + 1 < routers.length) {
      this.#routerIndex += 1;
      return;
    }
    const isBehind = (target: number): boolean => target === address || (isRouter && !this.#isOnLink(target));
    this.tcp.silent(isBehind, `nobody answers ARP for ${addressText(address)}${isRouter ? ", the router" : ""}`);
    if (isRouter) this.#routerIndex = 0;
  }

  // ---- Receiving.

  #receive(bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (frame === undefined) return this.tally.add("frame-malformed");
    if (frame.tag !== undefined && frame.tag.vid !== 0 && frame.tag.vid !== this.#tag.vid) return this.tally.add("frame-other-vlan");
    if (frame.type === this.#rawType) return this.#raw(frame);
    if (frame.target !== this.mac && frame.target !== MAC_BROADCAST) return this.tally.add("frame-not-ours");
    if (frame.type === EtherType.Arp) this.#arp.receive(frame.payload, this.#nowUs);
    else if (frame.type === EtherType.Ipv4) this.#receivePacket(frame);
    else this.tally.add("frame-other-type");
  }

  #receivePacket(frame: EthernetFrame): void {
    const packet = parseIpv4(frame.payload);
    if (typeof packet === "string") return this.tally.add(packet);
    const { address } = this.#config;
    const { source, target, protocol } = packet;
    if (isGroupAddress(source) || isLoopback(source) || this.#isBroadcast(source) || (source === address && address !== 0)) {
      return this.tally.add("ip-source");
    }
    const isUnicast = target === address && address !== 0 && !isGroup(frame.target);
    const isForAll = this.#isBroadcast(target);
    // Without an address, an offer may come to the one that it offers (RFC 2131 §4.1).
    const isOffer = address === 0 && protocol === Protocol.Udp && !isGroupAddress(target);
    if (!isUnicast && !isForAll && !isOffer) return this.tally.add("ip-not-ours");
    if (source === 0 && protocol !== Protocol.Udp) return this.tally.add("ip-source");
    if (protocol === Protocol.Udp) this.#receiveUdp(packet, isUnicast, frame.payload);
    else if (!isUnicast) this.tally.add("ip-not-ours");
    else if (protocol === Protocol.Tcp) this.#receiveTcp(packet);
    else if (protocol === Protocol.Icmp) this.#receiveIcmp(packet);
    else this.#answerError(Unreachable.Protocol, packet, frame.payload);
  }

  #receiveUdp(packet: Ipv4Packet, isUnicast: boolean, bytes: Uint8Array): void {
    const datagram = parseUdp(packet);
    if (typeof datagram === "string") return this.tally.add(datagram);
    if (this.address === 0 && datagram.targetPort !== DHCP_CLIENT_PORT) return this.tally.add("udp-no-address");
    if (this.udp.deliver(datagram, packet.source)) return;
    this.tally.add("udp-no-port");
    if (isUnicast && packet.source !== 0) this.#answerError(Unreachable.Port, packet, bytes);
  }

  #receiveTcp(packet: Ipv4Packet): void {
    const segment = parseSegment(packet);
    if (typeof segment === "string") this.tally.add(segment);
    else this.tcp.receive(segment, packet.source, this.#nowUs);
  }

  #receiveIcmp(packet: Ipv4Packet): void {
    const message = parseIcmp(packet.payload);
    if (typeof message === "string") return this.tally.add(message);
    if (message.kind === "error") return this.#receiveError(message);
    const payload = emitEchoReply(message);
    this.send({ source: this.address, target: packet.source, protocol: Protocol.Icmp, payload });
  }

  #receiveError(error: IcmpError): void {
    if (error.source !== this.address) return this.tally.add("icmp-not-ours");
    if (error.protocol === Protocol.Tcp) this.tcp.failed(error);
    else if (error.protocol === Protocol.Udp) this.udp.failed(error.sourcePort, { address: error.target, port: error.targetPort });
  }

  #answerError(code: number, packet: Ipv4Packet, bytes: Uint8Array): void {
    if (this.#nowUs - this.#errorUs >= ERROR_US) {
      this.#errorUs = this.#nowUs;
      this.#errorCount = 0;
    }
    if (this.#errorCount === ERROR_COUNT_MAX) return this.tally.add("icmp-too-many");
    this.#errorCount += 1;
    this.send({ source: this.address, target: packet.source, protocol: Protocol.Icmp, payload: emitUnreachable(code, bytes) });
  }

  #freePort(isFree: (port: number) => boolean): number | undefined {
    for (let count = 0; count < EPHEMERAL_TRY_COUNT; count++) {
      const port = EPHEMERAL_PORT_FIRST + (this.#random.word() % EPHEMERAL_PORT_COUNT);
      if (isFree(port)) return port;
    }
    return undefined;
  }

  #wake(): void {
    if (this.#workDue) return;
    this.#workDue = true;
    this.#work();
  }
}
