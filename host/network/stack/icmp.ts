// ICMP (RFC 792, RFC 1122 §3.2.2): echoes answered, "destination unreachable" sent and understood.
//
// In: an IPv4 packet. Out: a value, and the payload of an answer. Other types are silence. An error quotes the header and
// the first eight bytes of the packet that it is about, which is enough to find the ports.

import { checksumAdd, checksumOf, read16, read32, write16 } from "./bytes.js";
import { IPV4_HEADER_BYTES } from "./ipv4.js";

/** Codes of "destination unreachable". */
export const Unreachable = { Network: 0, Host: 1, Protocol: 2, Port: 3, TooBig: 4 } as const;

export interface IcmpEcho {
  readonly kind: "echo";
  /** Everything after the checksum: identifier, number and data, which come back unchanged. */
  readonly body: Uint8Array;
}

/** What became of one of our packets. */
export interface IcmpError {
  readonly kind: "error";
  readonly code: number;
  /** For `TooBig`: the next link's MTU (RFC 1191 §4), else without meaning. */
  readonly mtu: number;
  readonly source: number;
  readonly target: number;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly targetPort: number;
  /** The sequence number of a TCP segment. */
  readonly sequence: number;
}

const TYPE = 0;
const CODE = 1;
const CHECKSUM = 2;
const MTU = 6;
const HEADER_BYTES = 8;
const TYPE_ECHO_REPLY = 0;
const TYPE_UNREACHABLE = 3;
const TYPE_ECHO = 8;
const QUOTE_BYTES = 8;

export function parseIcmp(bytes: Uint8Array): IcmpEcho | IcmpError | "icmp-malformed" | "icmp-other" {
  if (bytes.length < HEADER_BYTES || checksumOf(checksumAdd(0, bytes)) !== 0) return "icmp-malformed";
  if (bytes[TYPE] === TYPE_ECHO && bytes[CODE] === 0) return { kind: "echo", body: bytes.subarray(4) };
  if (bytes[TYPE] !== TYPE_UNREACHABLE) return "icmp-other";
  return parseQuote(bytes.subarray(HEADER_BYTES), bytes[CODE]!, read16(bytes, MTU)) ?? "icmp-malformed";
}

/** The packet quoted is ours and so has no options; its length field may say more than was quoted. */
function parseQuote(quote: Uint8Array, code: number, mtu: number): IcmpError | undefined {
  if (quote.length < IPV4_HEADER_BYTES + QUOTE_BYTES || quote[0] !== 0x45) return undefined;
  return {
    kind: "error",
    code,
    mtu,
    source: read32(quote, 12),
    target: read32(quote, 16),
    protocol: quote[9]!,
    sourcePort: read16(quote, IPV4_HEADER_BYTES),
    targetPort: read16(quote, IPV4_HEADER_BYTES + 2),
    sequence: read32(quote, IPV4_HEADER_BYTES + 4),
  };
}

export function emitEchoReply(echo: IcmpEcho): Uint8Array {
  const bytes = new Uint8Array(4 + echo.body.length);
  bytes[TYPE] = TYPE_ECHO_REPLY;
  bytes.set(echo.body, 4);
  return sealed(bytes);
}

/** The answer to a packet that nobody here takes; `packet` is the packet's bytes as they came. */
export function emitUnreachable(code: number, packet: Uint8Array): Uint8Array {
  const quote = packet.subarray(0, IPV4_HEADER_BYTES + QUOTE_BYTES);
  const bytes = new Uint8Array(HEADER_BYTES + quote.length);
  bytes[TYPE] = TYPE_UNREACHABLE;
  bytes[CODE] = code;
  bytes.set(quote, HEADER_BYTES);
  return sealed(bytes);
}

function sealed(bytes: Uint8Array): Uint8Array {
  write16(bytes, CHECKSUM, checksumOf(checksumAdd(0, bytes)));
  return bytes;
}
