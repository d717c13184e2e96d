// Ethernet II frames with or without one 802.1Q tag: bytes to a value and back.
//
// In: a frame without its check sequence. Out: addresses, tag, type and a view of the payload. IEEE 802.3 length fields
// (below 0x600) are refused. Nothing is decided here about who may receive what; a second tag is left in the payload.
//
//   0       6        12      [12 8100][14 pcp 3 | dei 1 | vid 12]   14 or 18
//   target  source   type                                           payload, padded to 60 bytes in all

import { read16, read48, write16, write48 } from "./bytes.js";

export const MAC_BROADCAST = 0xffffffffffff;

export const EtherType = { Ipv4: 0x0800, Arp: 0x0806, Tag: 0x8100, Lldp: 0x88cc } as const;

/** VID 0 is a priority tag: the switch chooses the VLAN (IEEE 802.1Q §6.9). */
export interface Tag {
  readonly vid: number;
  readonly pcp: number;
}

export interface EthernetFrame {
  readonly target: number;
  readonly source: number;
  readonly tag: Tag | undefined;
  readonly type: number;
  readonly payload: Uint8Array;
}

const TARGET = 0;
const SOURCE = 6;
const TYPE = 12;
const HEADER_BYTES = 14;
const TAG_BYTES = 4;
const TYPE_MIN = 0x600;
const VID_MASK = 0xfff;
/** The smallest frame without its check sequence (IEEE 802.3 §4.2.3.3). */
export const FRAME_BYTES_MIN = 60;
/** The largest: 1,500 bytes of payload, header and one tag. */
export const FRAME_BYTES_MAX = 1518;

/** The group bit: broadcast and multicast addresses are never a source (IEEE 802 §8.2). */
export function isGroup(mac: number): boolean {
  return Math.floor(mac / 0x10000000000) % 2 === 1;
}

export function parseFrame(bytes: Uint8Array): EthernetFrame | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > FRAME_BYTES_MAX) return undefined;
  const tagged = read16(bytes, TYPE) === EtherType.Tag;
  const start = tagged ? HEADER_BYTES + TAG_BYTES : HEADER_BYTES;
  if (bytes.length < start) return undefined;
  const type = read16(bytes, start - 2);
  const source = read48(bytes, SOURCE);
  if (type < TYPE_MIN || isGroup(source)) return undefined;
  const control = tagged ? read16(bytes, TYPE + 2) : 0;
  const tag = tagged ? { vid: control & VID_MASK, pcp: control >>> 13 } : undefined;
  return { target: read48(bytes, TARGET), source, tag, type, payload: bytes.subarray(start) };
}

export function emitFrame(frame: EthernetFrame): Uint8Array {
  const start = frame.tag === undefined ? HEADER_BYTES : HEADER_BYTES + TAG_BYTES;
  // A tagged frame stays long enough when a switch takes the tag off.
  const bytesMin = frame.tag === undefined ? FRAME_BYTES_MIN : FRAME_BYTES_MIN + TAG_BYTES;
  const bytes = new Uint8Array(Math.max(bytesMin, start + frame.payload.length));
  write48(bytes, TARGET, frame.target);
  write48(bytes, SOURCE, frame.source);
  if (frame.tag !== undefined) {
    write16(bytes, TYPE, EtherType.Tag);
    write16(bytes, TYPE + 2, (frame.tag.pcp << 13) | frame.tag.vid);
  }
  write16(bytes, start - 2, frame.type);
  bytes.set(frame.payload, start);
  return bytes;
}
