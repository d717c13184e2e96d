// DER, the encoding of certificates: one element after the other, each with tag and length (X.690 §8, §10).
//
// In: bytes from a wire or a file. Out: elements that lie inside them, or a RangeError that says what is wrong. Only what certificates
// use: tags of one byte, definite lengths in their shortest form, at most 64 KiB.

import { instantMs } from "./day.js";

export interface Element {
  readonly tag: number;
  /** Of the whole element, in what it was read from. */
  readonly bytes: Uint8Array;
  readonly value: Uint8Array;
}

export const Tag = {
  Boolean: 0x01, Integer: 0x02, BitString: 0x03, OctetString: 0x04, Oid: 0x06, Utf8: 0x0c, UtcTime: 0x17, GeneralizedTime: 0x18,
  Sequence: 0x30, Set: 0x31,
} as const;

/** A length is one byte, or up to two behind their count. */
const LENGTH_BYTES_MAX = 2;

/** The elements that fill these bytes exactly. */
export function derElements(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    elements.push(element);
    at += element.bytes.length;
  }
  return elements;
}

/** The elements inside the one that fills these bytes exactly, which has this tag. */
export function derInside(bytes: Uint8Array, tag: number): Element[] {
  const [element, ...rest] = derElements(bytes);
  if (element?.tag !== tag || rest.length > 0) throw new RangeError("another element than the standard says");
  return derElements(element.value);
}

function elementAt(bytes: Uint8Array, start: number): Element {
  const tag = bytes[start]!;
  const first = bytes[start + 1] ?? 0xff;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if ((tag & 0x1f) === 0x1f || (first >= 0x80 && (count === 0 || count > LENGTH_BYTES_MAX))) throw new RangeError("not DER");
  const lengthBytes = bytes.subarray(start + 2, start + 2 + count);
  const length = count === 0 ? first : lengthBytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const begin = start + 2 + count;
  if (lengthBytes.length < count || begin + length > bytes.length) throw new RangeError("an element is longer than what it is in");
  if (count > 0 && (length < 0x80 || lengthBytes[0] === 0)) throw new RangeError("a length is not in its shortest form");
  return { tag, bytes: bytes.subarray(start, begin + length), value: bytes.subarray(begin, begin + length) };
}

/** An object identifier in dots. */
export function derOid(value: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of value) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join(".");
}

/** UTCTime or GeneralizedTime in seconds and UTC, as RFC 5280 §4.1.2.5 wants them; milliseconds since 1970. */
export function derTime(element: Element): number {
  const text = String.fromCharCode(...element.value);
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const [, year = "", month, day, hour, minute, second] = match ?? [];
  const isUtc = element.tag === Tag.UtcTime;
  if (match === null || (!isUtc && element.tag !== Tag.GeneralizedTime) || year.length !== (isUtc ? 2 : 4)) throw new RangeError("no time");
  const whole = isUtc ? (Number(year) >= 50 ? 1900 : 2000) + Number(year) : Number(year);
  const ms = instantMs(whole, Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (ms === undefined) throw new RangeError("no time");
  return ms;
}
