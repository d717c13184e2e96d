// LLDP frames: written and read TLV by TLV (IEEE 802.1AB §8; LLDP-MED is ANSI/TIA-1057). No state of a neighbour, no sending.
//
//   0 destination 01:80:c2:00:00:0e  6 source  12 EtherType 0x88cc  14 TLVs: u16 type << 9 | bytes, data … end is 0

import { be16, be16Store, be32, be32Store, bytesCopy } from "../base/bytes";

export const LLDP_FRAME_BYTES_MAX: i32 = 1514;
export const LLDP_TTL_SECONDS: i32 = 120;

export const TLV_CHASSIS: i32 = 1;
export const TLV_PORT: i32 = 2;
export const TLV_TTL: i32 = 3;
export const TLV_SYSTEM_NAME: i32 = 5;
export const TLV_CAPABILITIES: i32 = 7;
export const TLV_MANAGEMENT: i32 = 8;
export const TLV_ORGANISATION: i32 = 127;

/** Organisation codes, 24 bits. */
export const OUI_8021: u32 = 0x0080c2;
export const OUI_8023: u32 = 0x00120f;
export const OUI_MED: u32 = 0x0012bb;
export const OUI_AVAYA: u32 = 0x00040d;
/** As the manuals print it; accepted too. */
export const OUI_AVAYA_PRINTED: u32 = 0x00400d;

const HEADER_BYTES: i32 = 14;
const ETHERTYPE: i32 = 0x88cc;
const OUT = memory.data(1514, 8);

let outBytes: i32 = 0;
let tlvAt: i32 = 0;
let inPtr: usize = 0;
let inBytes: i32 = 0;
let inAt: i32 = 0;
let inStarted: bool = false; // A TLV of the frame is current.

/** Starts a frame to the nearest bridge. */
export function lldpBegin(macPtr: usize): void {
  be32Store(OUT, 0x0180c200);
  be16Store(OUT + 4, 0x000e);
  bytesCopy(OUT + 6, macPtr, 6);
  be16Store(OUT + 12, ETHERTYPE);
  outBytes = HEADER_BYTES;
}

/** Opens a TLV; what is added until `lldpClose` is its value. */
export function lldpOpen(type: i32): void {
  tlvAt = outBytes;
  be16Store(OUT + <usize>outBytes, type << 9);
  outBytes += 2;
}

/** Opens an organisation's TLV. */
export function lldpOpenOrganisation(oui: u32, subtype: i32): void {
  lldpOpen(TLV_ORGANISATION);
  lldpAddByte(<i32>(oui >>> 16));
  lldpAddByte(<i32>(oui >>> 8));
  lldpAddByte(<i32>oui);
  lldpAddByte(subtype);
}

export function lldpAddByte(value: i32): void {
  assert(outBytes < LLDP_FRAME_BYTES_MAX);
  store<u8>(OUT + <usize>outBytes, value);
  outBytes++;
}

export function lldpAddHalf(value: i32): void {
  lldpAddByte(value >> 8);
  lldpAddByte(value);
}

export function lldpAddWord(value: u32): void {
  lldpAddHalf(<i32>(value >>> 16));
  lldpAddHalf(<i32>(value & 0xffff));
}

export function lldpAddBytes(ptr: usize, bytes: i32): void {
  for (let i: usize = 0; i < <usize>bytes; i++) lldpAddByte(load<u8>(ptr + i));
}

/** Closes the TLV that was opened last. */
export function lldpClose(): void {
  const bytes = outBytes - tlvAt - 2;
  assert(bytes < 512);
  be16Store(OUT + <usize>tlvAt, be16(OUT + <usize>tlvAt) | bytes);
}

/** Ends the frame and pads it to Ethernet's least size. */
export function lldpEnd(): void {
  lldpOpen(0);
  while (outBytes < 60) lldpAddByte(0);
}

export function lldpOutPtr(): usize {
  return OUT;
}

export function lldpOutBytes(): i32 {
  return outBytes;
}

/** Takes a received frame. False unless chassis, port and time to live come first, in this order (IEEE 802.1AB §8.2). */
export function lldpRead(ptr: usize, bytes: i32): bool {
  inPtr = ptr;
  inBytes = bytes;
  inAt = HEADER_BYTES;
  inStarted = false;
  if (bytes < HEADER_BYTES || be16(ptr + 12) != ETHERTYPE) return false;
  for (let type = TLV_CHASSIS; type <= TLV_TTL; type++) {
    if (!lldpNext() || lldpType() != type || lldpBytes() < 2) return false;
  }
  return true;
}

/** Goes to the next TLV; false at the end mark, at the frame's end and where a TLV is longer than the frame. */
export function lldpNext(): bool {
  if (inStarted) inAt += 2 + lldpBytes();
  inStarted = true;
  if (inAt + 2 > inBytes || lldpType() == 0) return false;
  return inAt + 2 + lldpBytes() <= inBytes;
}

export function lldpType(): i32 {
  return be16(inPtr + <usize>inAt) >> 9;
}

export function lldpBytes(): i32 {
  return be16(inPtr + <usize>inAt) & 511;
}

/** The TLV's value. */
export function lldpPtr(): usize {
  return inPtr + <usize>inAt + 2;
}

/** An organisation's code and subtype as one number: OUI << 8 | subtype; 0 for other TLVs. */
export function lldpOrganisation(): u32 {
  return lldpType() == TLV_ORGANISATION && lldpBytes() >= 4 ? be32(lldpPtr()) : 0;
}
