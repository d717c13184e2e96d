// TCP segments (RFC 9293 §3.1): bytes to a value and back. Of the options only MSS is understood and sent.
//
// In: an IPv4 packet. Out: a value with the few fields that the connection needs. Urgent data is data (RFC 6093 §4).

import { read16, read32, write16, write32 } from "./bytes.js";
import { Protocol, transportChecksum, type Ipv4Packet } from "./ipv4.js";

export const Flag = { Fin: 1, Syn: 2, Rst: 4, Psh: 8, Ack: 16 } as const;

export interface Segment {
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  /** The option, when it is there. */
  readonly mss?: number | undefined;
  readonly data: Uint8Array;
}

const SOURCE_PORT = 0;
const TARGET_PORT = 2;
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const OFFSET = 12;
const FLAGS = 13;
const WINDOW = 14;
const CHECKSUM = 16;
export const TCP_HEADER_BYTES = 20;
const FLAGS_MASK = 0x1f;
const OPTION_END = 0;
const OPTION_NOTHING = 1;
const OPTION_MSS = 2;
const OPTION_MSS_BYTES = 4;

export const EMPTY = new Uint8Array(0);

export function has(segment: Segment, flag: number): boolean {
  return (segment.flags & flag) !== 0;
}

/** What a segment takes of the sequence space: its bytes, SYN and FIN. */
export function segmentLength(segment: Segment): number {
  return segment.data.length + (has(segment, Flag.Syn) ? 1 : 0) + (has(segment, Flag.Fin) ? 1 : 0);
}

export function parseSegment(packet: Ipv4Packet): Segment | "tcp-short" | "tcp-checksum" | "tcp-options" | "tcp-port" {
  const bytes = packet.payload;
  if (bytes.length < TCP_HEADER_BYTES) return "tcp-short";
  const start = (bytes[OFFSET]! >>> 4) * 4;
  if (start < TCP_HEADER_BYTES || start > bytes.length) return "tcp-short";
  if (transportChecksum(packet) !== 0) return "tcp-checksum";
  const mss = findMss(bytes.subarray(TCP_HEADER_BYTES, start));
  if (mss === "malformed") return "tcp-options";
  const sourcePort = read16(bytes, SOURCE_PORT);
  const targetPort = read16(bytes, TARGET_PORT);
  if (sourcePort === 0 || targetPort === 0) return "tcp-port";
  return {
    sourcePort,
    targetPort,
    sequence: read32(bytes, SEQUENCE),
    acknowledgment: read32(bytes, ACKNOWLEDGMENT),
    flags: bytes[FLAGS]! & FLAGS_MASK,
    window: read16(bytes, WINDOW),
    mss,
    data: bytes.subarray(start),
  };
}

/** Walks the options; a length that leaves them refuses the segment (RFC 9293 §3.1, MUST-7). */
function findMss(options: Uint8Array): number | undefined | "malformed" {
  let mss: number | undefined;
  for (let index = 0; index < options.length && options[index] !== OPTION_END;) {
    if (options[index] === OPTION_NOTHING) {
      index += 1;
      continue;
    }
    const bytes = options[index + 1] ?? 0;
    if (bytes < 2 || index + bytes > options.length) return "malformed";
    if (options[index] === OPTION_MSS) {
      if (bytes !== OPTION_MSS_BYTES) return "malformed";
      mss = read16(options, index + 2);
    }
    index += bytes;
  }
  return mss;
}

export function emitSegment(segment: Segment, source: number, target: number): Ipv4Packet {
  const start = TCP_HEADER_BYTES + (segment.mss === undefined ? 0 : OPTION_MSS_BYTES);
  const payload = new Uint8Array(start + segment.data.length);
  write16(payload, SOURCE_PORT, segment.sourcePort);
  write16(payload, TARGET_PORT, segment.targetPort);
  write32(payload, SEQUENCE, segment.sequence);
  write32(payload, ACKNOWLEDGMENT, segment.acknowledgment);
  payload[OFFSET] = (start / 4) << 4;
  payload[FLAGS] = segment.flags;
  write16(payload, WINDOW, segment.window);
  if (segment.mss !== undefined) {
    payload[TCP_HEADER_BYTES] = OPTION_MSS;
    payload[TCP_HEADER_BYTES + 1] = OPTION_MSS_BYTES;
    write16(payload, TCP_HEADER_BYTES + 2, segment.mss);
  }
  payload.set(segment.data, start);
  const packet = { source, target, protocol: Protocol.Tcp, payload };
  write16(payload, CHECKSUM, transportChecksum(packet));
  return packet;
}
