// Values in DER: whole numbers, object identifiers, bit strings, strings and times, both ways.
//
// Times are seconds since 1970 and are computed here: no program of the far end or the telephone asks this machine's calendar.

import { der, type Element, joined, MalformedError, TAG } from "./der.js";

const OID_ARC_MAX = 0x7fffffff;
const DAY_SECONDS = 86400;

export function derInteger(value: bigint | number): Uint8Array {
  const bytes = bytesOf(BigInt(value));
  return der(TAG.integer, bytes[0]! >= 0x80 ? joined(Uint8Array.of(0), bytes) : bytes);
}

/** Big-endian bytes of a number that is not negative; zero is one byte. */
export function bytesOf(value: bigint, length?: number): Uint8Array {
  const hex = value.toString(16);
  const even = length === undefined ? hex.padStart(hex.length + (hex.length % 2), "0") : hex.padStart(2 * length, "0");
  return hexBytes(even);
}

export function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${hexOf(bytes)}`);
}

export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** An INTEGER that is not negative, in its shortest form (X.690 §8.3.2). */
export function readInteger(element: Element): bigint {
  const { tag, content } = element;
  const isLonger = content.length > 1 && content[0] === 0 && content[1]! < 0x80;
  if (tag !== TAG.integer || content.length === 0 || content[0]! >= 0x80 || isLonger) throw new MalformedError("no whole number");
  return numberOf(content);
}

export function derOid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return der(TAG.oid, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift(0x80 | (rest & 0x7f));
  return digits;
}

export function readOid(element: Element): string {
  const { tag, content } = element;
  if (tag !== TAG.oid || content.length === 0 || content.at(-1)! >= 0x80) throw new MalformedError("no object identifier");
  const arcs: number[] = [];
  let value = 0;
  for (const byte of content) {
    if (value === 0 && byte === 0x80) throw new MalformedError("an object identifier with another spelling");
    value = value * 128 + (byte & 0x7f);
    if (value > OID_ARC_MAX) throw new MalformedError("an object identifier without end");
    if (byte >= 0x80) continue;
    arcs.push(value);
    value = 0;
  }
  const first = Math.min(2, Math.floor(arcs[0]! / 40));
  return [first, arcs[0]! - 40 * first, ...arcs.slice(1)].join(".");
}

export function derBitString(bytes: Uint8Array): Uint8Array {
  return der(TAG.bitString, Uint8Array.of(0), bytes);
}

/** The bytes of a BIT STRING of whole bytes. */
export function readBitString(element: Element): Uint8Array {
  if (element.tag !== TAG.bitString || element.content[0] !== 0) throw new MalformedError("no bit string of whole bytes");
  return element.content.subarray(1);
}

/** The bytes of an OCTET STRING, also of one in pieces, also under another tag (IMPLICIT). */
export function readOctets(element: Element): Uint8Array {
  if ((element.tag & 0x20) === 0) return element.content;
  return joined(...element.parts.map((part) => {
    if (part.tag !== TAG.octetString) throw new MalformedError("a piece that is no octet string");
    return part.content;
  }));
}

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

export function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const yearOfEra = shifted - 400 * Math.floor(shifted / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return 146097 * Math.floor(shifted / 400) + dayOfEra - 719468;
}

/** Year, month and day of a count of days since 1970-01-01. */
function dateOf(days: number): [number, number, number] {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const century = Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096);
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + century) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + 400 * era + (month <= 2 ? 1 : 0), month, dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1];
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
export function derTime(seconds: number): Uint8Array {
  const digits = timeDigits(seconds);
  const short = Number(digits.slice(0, 4)) < 2050;
  return der(short ? TAG.utcTime : TAG.generalizedTime, asciiBytes(`${short ? digits.slice(2) : digits}Z`));
}

function timeDigits(seconds: number): string {
  const days = Math.floor(seconds / DAY_SECONDS);
  const [year, month, day] = dateOf(days);
  const rest = seconds - days * DAY_SECONDS;
  const parts = [month, day, Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return String(year).padStart(4, "0") + parts.map((part) => String(part).padStart(2, "0")).join("");
}

/** Seconds since 1970 of a UTCTime or GeneralizedTime in Zulu with seconds. */
export function readTime(element: Element): number {
  const text = asciiText(element.content);
  const short = element.tag === TAG.utcTime && /^\d{12}Z$/.test(text);
  if (!short && !(element.tag === TAG.generalizedTime && /^\d{14}Z$/.test(text))) throw new MalformedError("no time");
  const digits = short ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text : text;
  const [month, day, hour, minute, second] = [4, 6, 8, 10, 12].map((at) => Number(digits.slice(at, at + 2))) as [
    number, number, number, number, number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) throw new MalformedError("no time");
  const days = daysOf(Number(digits.slice(0, 4)), month, day);
  if (dateOf(days)[2] !== day) throw new MalformedError("a day that its month does not have");
  return days * DAY_SECONDS + hour * 3600 + minute * 60 + second;
}

/** `2026-01-31T12:00:00Z` of seconds since 1970. */
export function timeText(seconds: number): string {
  const [year, month, day, hour, minute, second] = timeDigits(seconds).match(/^(\d{4})(..)(..)(..)(..)(..)$/)!.slice(1);
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

/** Seconds since 1970 of `2026-01-31T12:00:00Z`; undefined for anything else. */
export function timeParse(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const content = asciiBytes(`${match.slice(1).join("")}Z`);
  try {
    const seconds = readTime({ tag: TAG.generalizedTime, content, whole: content, parts: [] });
    return timeText(seconds) === text ? seconds : undefined;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
