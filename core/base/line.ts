// The line builder: one buffer in which rows, requests and names are put together, piece by piece.
//
// Start a line, add pieces, use it before anybody starts another. What does not fit is left out and `lineOverflowed` says so;
// callers whose line must be whole check it.

import { bytesCopy } from "./bytes";
import { textBytes, textPtr } from "./texts";

/** The largest request head: a URI of 2 × 255 bytes, a Host of 255, a User-Agent of 255 and the fixed words. */
export const LINE_BYTES_MAX: i32 = 2048;
const LINE = memory.data(2048, 8);
const DIGITS = memory.data(12, 4);

let lengthBytes: i32 = 0;
let overflowed: bool = false;

export function lineStart(): void {
  lengthBytes = 0;
  overflowed = false;
}

export function lineAddByte(byte: i32): void {
  if (lengthBytes == LINE_BYTES_MAX) {
    overflowed = true;
    return;
  }
  store<u8>(LINE + <usize>lengthBytes, byte);
  lengthBytes++;
}

export function lineAddBytes(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  if (bytes > LINE_BYTES_MAX - lengthBytes) {
    bytes = LINE_BYTES_MAX - lengthBytes;
    overflowed = true;
  }
  bytesCopy(LINE + <usize>lengthBytes, ptr, bytes);
  lengthBytes += bytes;
}

/** Adds a text of the packed table. */
export function lineAddText(text: i32): void {
  lineAddBytes(textPtr(text), textBytes(text));
}

/** Adds an unsigned number in decimal. */
export function lineAddNumber(value: u32): void {
  let count: i32 = 0;
  do {
    count++;
    store<u8>(DIGITS + <usize>(12 - count), 0x30 + <i32>(value % 10));
    value /= 10;
  } while (value != 0);
  lineAddBytes(DIGITS + <usize>(12 - count), count);
}

/** Adds an IPv4 address in dotted decimal. */
export function lineAddAddress(address: u32): void {
  for (let shift: i32 = 24; shift >= 0; shift -= 8) {
    lineAddNumber((address >>> shift) & 255);
    if (shift > 0) lineAddByte(0x2e);
  }
}

/** Adds bytes as hex digits, in lower case or upper case. */
export function lineAddHex(ptr: usize, bytes: i32, upper: bool): void {
  const ten = upper ? 0x37 : 0x57;
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(ptr + i);
    const high = byte >> 4;
    const low = byte & 15;
    lineAddByte(high < 10 ? high + 0x30 : high + ten);
    lineAddByte(low < 10 ? low + 0x30 : low + ten);
  }
}

export function linePtr(): usize {
  return LINE;
}

export function lineBytes(): i32 {
  return lengthBytes;
}

/** True when a piece did not fit since `lineStart`. */
export function lineOverflowed(): bool {
  return overflowed;
}
