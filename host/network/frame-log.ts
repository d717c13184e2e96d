// What passed on the telephone's cable, so that a verdict can point at frames: numbered from 1 as in a capture of the same run.
//
// In: every frame with its time. Out: facts of those that evidence may need: ARP, DHCP, LLDP, connections, requests and answers. It reads
// headers as far as it must, believes none of them, and keeps the last few thousand facts.

import { macText } from "../explain/mac-text.js";
import { addressText } from "./address.js";
import type { Direction } from "./capture.js";
import { read16, read32 } from "./stack/bytes.js";
import { EtherType } from "./stack/ethernet.js";

/** What a frame was. Requests and answers are those of HTTP and SIP, by their first bytes. */
export type FrameKind = "arp-request" | "arp-reply" | "lldp" | "connect" | "reset" | "http-request" | "http-answer" | "sip-request" |
  "sip-answer" | `dhcp-${"discover" | "offer" | "request" | "decline" | "ack" | "nak" | "release"}`;

export interface FrameFact {
  /** From 1. */
  readonly frame: number;
  /** Of the telephone's time. */
  readonly ms: number;
  readonly kind: FrameKind;
  readonly direction: Direction;
  /** The other side; of ARP the address that is asked for or answered for. */
  readonly address: string;
  /** Of an ARP reply: whose it says that the address is. */
  readonly mac?: string;
}

const FACTS_MAX = 4096;
const ETHERNET_TYPE = 12;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const DHCP_PORTS: readonly number[] = [67, 68];
const DHCP_COOKIE = 236;
const DHCP_MAGIC = 0x63825363;
const DHCP_TYPE = 53;
const DHCP_END = 255;
/** By RFC 2132 §9.6, from 1. */
const DHCP_KINDS: readonly (FrameKind | undefined)[] = [
  undefined, "dhcp-discover", "dhcp-offer", "dhcp-request", "dhcp-decline", "dhcp-ack", "dhcp-nak", "dhcp-release",
];
const FIRST_WORDS: ReadonlyMap<string, FrameKind> = new Map([
  ["GET ", "http-request"], ["POST", "http-request"], ["HTTP", "http-answer"],
  ["REGI", "sip-request"], ["OPTI", "sip-request"], ["SIP/", "sip-answer"],
]);
const TCP_RESET = 0x04;
const TCP_SYN = 0x02;
const TCP_ACK = 0x10;

export class FrameLog {
  readonly #facts: FrameFact[] = [];
  #count = 0;

  /** The facts that are kept, in order. */
  get facts(): readonly FrameFact[] {
    return this.#facts;
  }

  /** Takes the next frame, without its check sequence. */
  take(nowUs: number, direction: Direction, frame: Uint8Array): void {
    this.#count += 1;
    const fact = factOf(direction, frame);
    if (fact === undefined) return;
    this.#facts.push({ frame: this.#count, ms: Math.floor(nowUs / 1000), direction, ...fact });
    if (this.#facts.length > FACTS_MAX) this.#facts.splice(0, FACTS_MAX / 2);
  }
}

type Read = Pick<FrameFact, "kind" | "address" | "mac"> | undefined;

function factOf(direction: Direction, frame: Uint8Array): Read {
  if (frame.length < 18) return undefined;
  const at = read16(frame, ETHERNET_TYPE) === EtherType.Tag ? ETHERNET_TYPE + 4 : ETHERNET_TYPE;
  const payload = frame.subarray(at + 2);
  switch (read16(frame, at)) {
    case EtherType.Arp: return arpFact(payload);
    case EtherType.Lldp: return { kind: "lldp", address: "" };
    case EtherType.Ipv4: return ipFact(direction, payload);
    default: return undefined;
  }
}

function arpFact(packet: Uint8Array): Read {
  if (packet.length < 28) return undefined;
  if (read16(packet, 6) !== 2) return { kind: "arp-request", address: addressText(read32(packet, 24)) };
  return { kind: "arp-reply", address: addressText(read32(packet, 14)), mac: macText(packet.subarray(8, 14)).replace(/..(?=.)/g, "$&:") };
}

function ipFact(direction: Direction, packet: Uint8Array): Read {
  if (packet.length < 20) return undefined;
  const headerBytes = (packet[0]! & 15) * 4;
  const bytes = Math.min(read16(packet, 2), packet.length);
  if (headerBytes < 20 || bytes < headerBytes + 8) return undefined;
  const address = addressText(read32(packet, direction === "out" ? 16 : 12));
  const data = packet.subarray(headerBytes, bytes);
  const kind = packet[9] === PROTOCOL_TCP ? tcpKind(data) : packet[9] === PROTOCOL_UDP ? udpKind(data) : undefined;
  return kind === undefined ? undefined : { kind, address };
}

function tcpKind(segment: Uint8Array): FrameKind | undefined {
  if (segment.length < 20) return undefined;
  const flags = segment[13]!;
  if ((flags & TCP_RESET) !== 0) return "reset";
  if ((flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) return "connect";
  return wordKind(segment, (segment[12]! >>> 4) * 4);
}

function udpKind(datagram: Uint8Array): FrameKind | undefined {
  const isDhcp = DHCP_PORTS.includes(read16(datagram, 0)) && DHCP_PORTS.includes(read16(datagram, 2));
  return isDhcp ? dhcpKind(datagram.subarray(8)) : wordKind(datagram, 8);
}

/** The type stands among the options, which may not be where they say that they end. */
function dhcpKind(message: Uint8Array): FrameKind | undefined {
  if (message.length < DHCP_COOKIE + 4 || read32(message, DHCP_COOKIE) !== DHCP_MAGIC) return undefined;
  for (let at = DHCP_COOKIE + 4; at + 2 < message.length && message[at] !== DHCP_END;) {
    if (message[at] === DHCP_TYPE) return DHCP_KINDS[message[at + 2]!];
    at += message[at] === 0 ? 1 : 2 + message[at + 1]!;
  }
  return undefined;
}

function wordKind(bytes: Uint8Array, at: number): FrameKind | undefined {
  if (at + 4 > bytes.length) return undefined;
  return FIRST_WORDS.get(String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!));
}
