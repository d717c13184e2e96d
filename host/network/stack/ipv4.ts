// IPv4 packets without fragments and without options (RFC 791, RFC 1122 §3.2.1): bytes to a value and back.
//
// In: the payload of a frame, padding included. Out: a packet, or the word under which its refusal is counted.
// Packets are sent with DF and never cut; a fragment that arrives is refused, and so is one with options.

import { checksumAdd, checksumOf, read16, read32, write16, write32 } from "./bytes.js";

export const Protocol = { Icmp: 1, Tcp: 6, Udp: 17 } as const;

export interface Ipv4Packet {
  readonly source: number;
  readonly target: number;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** Where the layers above hand their packets over. */
export interface PacketOut {
  /** The interface's address; 0 while there is none. */
  readonly address: number;
  readonly mtu: number;
  /** Sends or queues a packet; false when there is no way to its target. */
  send(packet: Ipv4Packet): boolean;
}

export type Ipv4Refusal = "ip-short" | "ip-version" | "ip-options" | "ip-checksum" | "ip-fragment";

const VERSION = 0;
const TOTAL_BYTES = 2;
const IDENTIFIER = 4;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const CHECKSUM = 10;
const SOURCE = 12;
const TARGET = 16;
export const IPV4_HEADER_BYTES = 20;
/** Version 4 and five words of header. */
const VERSION_PLAIN = 0x45;
const DO_NOT_FRAGMENT = 0x4000;
/** More fragments, or an offset. */
const FRAGMENT_MASK = 0x3fff;
const TTL_DEFAULT = 64;

export function parseIpv4(bytes: Uint8Array): Ipv4Packet | Ipv4Refusal {
  if (bytes.length < IPV4_HEADER_BYTES) return "ip-short";
  if (bytes[VERSION]! >>> 4 !== 4) return "ip-version";
  if (bytes[VERSION] !== VERSION_PLAIN) return "ip-options";
  const totalBytes = read16(bytes, TOTAL_BYTES);
  if (totalBytes < IPV4_HEADER_BYTES || totalBytes > bytes.length) return "ip-short";
  if (checksumOf(checksumAdd(0, bytes.subarray(0, IPV4_HEADER_BYTES))) !== 0) return "ip-checksum";
  if ((read16(bytes, FRAGMENT) & FRAGMENT_MASK) !== 0) return "ip-fragment";
  const payload = bytes.subarray(IPV4_HEADER_BYTES, totalBytes);
  return { source: read32(bytes, SOURCE), target: read32(bytes, TARGET), protocol: bytes[PROTOCOL]!, payload };
}

/** The identifier stays 0: it has no meaning in a packet that may not be cut (RFC 6864 §4.1). */
export function emitIpv4(packet: Ipv4Packet): Uint8Array {
  const bytes = new Uint8Array(IPV4_HEADER_BYTES + packet.payload.length);
  bytes[VERSION] = VERSION_PLAIN;
  write16(bytes, TOTAL_BYTES, bytes.length);
  write16(bytes, IDENTIFIER, 0);
  write16(bytes, FRAGMENT, DO_NOT_FRAGMENT);
  bytes[TTL] = TTL_DEFAULT;
  bytes[PROTOCOL] = packet.protocol;
  write32(bytes, SOURCE, packet.source);
  write32(bytes, TARGET, packet.target);
  write16(bytes, CHECKSUM, checksumOf(checksumAdd(0, bytes.subarray(0, IPV4_HEADER_BYTES))));
  bytes.set(packet.payload, IPV4_HEADER_BYTES);
  return bytes;
}

/** The checksum of UDP and TCP: over the addresses, the protocol and the length as well (RFC 768, RFC 9293 §3.1). */
export function transportChecksum(packet: Ipv4Packet): number {
  const { source, target, protocol, payload } = packet;
  const pseudo = (source >>> 16) + (source & 0xffff) + (target >>> 16) + (target & 0xffff) + protocol + payload.length;
  return checksumOf(checksumAdd(pseudo, payload));
}

/** 224.0.0.0/4 and 240.0.0.0/4 with the broadcast address: never one station. */
export function isGroupAddress(address: number): boolean {
  return address >>> 28 >= 0xe;
}

/** 127.0.0.0/8 does not exist on a wire (RFC 1122 §3.2.1.3). */
export function isLoopback(address: number): boolean {
  return address >>> 24 === 127;
}
