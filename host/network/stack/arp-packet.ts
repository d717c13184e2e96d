// ARP packets for IPv4 over Ethernet (RFC 826): bytes to a value and back. No state.

import { read16, read32, read48, write16, write32, write48 } from "./bytes.js";
import { isGroup } from "./ethernet.js";
import { isGroupAddress, isLoopback } from "./ipv4.js";

export const ArpOperation = { Request: 1, Reply: 2 } as const;

export interface ArpPacket {
  readonly operation: number;
  readonly sourceMac: number;
  /** 0 in a probe: the sender does not own the address yet (RFC 5227 §1.1). */
  readonly source: number;
  readonly targetMac: number;
  readonly target: number;
}

const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;
/** Six bytes of hardware address and four of protocol address. */
const LENGTHS = 0x0604;
const OPERATION = 6;
const SOURCE_MAC = 8;
const SOURCE = 14;
const TARGET_MAC = 18;
const TARGET = 24;
const PACKET_BYTES = 28;

/** Refuses senders that cannot be one station: nothing good is learned from them. */
export function parseArp(bytes: Uint8Array): ArpPacket | undefined {
  if (bytes.length < PACKET_BYTES) return undefined;
  if (read16(bytes, 0) !== HARDWARE_ETHERNET || read16(bytes, 2) !== PROTOCOL_IPV4 || read16(bytes, 4) !== LENGTHS) return undefined;
  const operation = read16(bytes, OPERATION);
  const sourceMac = read48(bytes, SOURCE_MAC);
  const source = read32(bytes, SOURCE);
  if (operation !== ArpOperation.Request && operation !== ArpOperation.Reply) return undefined;
  if (sourceMac === 0 || isGroup(sourceMac) || isGroupAddress(source) || isLoopback(source)) return undefined;
  return { operation, sourceMac, source, targetMac: read48(bytes, TARGET_MAC), target: read32(bytes, TARGET) };
}

export function emitArp(packet: ArpPacket): Uint8Array {
  const bytes = new Uint8Array(PACKET_BYTES);
  write16(bytes, 0, HARDWARE_ETHERNET);
  write16(bytes, 2, PROTOCOL_IPV4);
  write16(bytes, 4, LENGTHS);
  write16(bytes, OPERATION, packet.operation);
  write48(bytes, SOURCE_MAC, packet.sourceMac);
  write32(bytes, SOURCE, packet.source);
  write48(bytes, TARGET_MAC, packet.targetMac);
  write32(bytes, TARGET, packet.target);
  return bytes;
}
