// The values of SIP headers taken apart (RFC 3261 §25.1): lists with commas, parameters behind semicolons, quoted strings and `<…>`.
//
// In: a value's bytes. Out: places in it; nothing is copied, and what is not well formed ends where it stops making sense.

import { asciiEqual, asciiIsBlank } from "../base/ascii";
import { textBytes, textPtr } from "../base/texts";

let foundPtr: usize = 0;
let foundBytes: i32 = 0;

/** Where the first of several values ends: at a comma outside quotes and brackets, or at the end. */
export function sipValueEnd(ptr: usize, bytes: i32): i32 {
  return sipScan(ptr, 0, bytes, 0x2c);
}

/** The next place of a byte from `at` on that is outside quotes and brackets; the end without one. */
export function sipScan(ptr: usize, at: i32, end: i32, wanted: i32): i32 {
  let quoted = false;
  let bracketed = false;
  for (; at < end; at++) {
    const byte = <i32>load<u8>(ptr + <usize>at);
    if (quoted) {
      if (byte == 0x5c) at++;
      else if (byte == 0x22) quoted = false;
    } else if (byte == wanted && !bracketed) {
      return at;
    } else if (byte == 0x22) {
      quoted = true;
    } else if (byte == 0x3c) {
      bracketed = true;
    } else if (byte == 0x3e) {
      bracketed = false;
    }
  }
  return end;
}

/** Finds a parameter `;name=value` of one value, its name in any case. A value in quotes is found without them. */
export function sipParameter(ptr: usize, bytes: i32, name: i32): bool {
  let at = sipScan(ptr, 0, bytes, 0x3b);
  while (at < bytes) {
    const end = sipScan(ptr, at + 1, bytes, 0x3b);
    if (sipPair(ptr + <usize>at + 1, end - at - 1, name)) return true;
    at = end;
  }
  return false;
}

/** True for `name=value` of this name, blanks around each part allowed. */
export function sipPair(ptr: usize, bytes: i32, name: i32): bool {
  let equals: i32 = 0;
  while (equals < bytes && load<u8>(ptr + <usize>equals) != 0x3d) equals++;
  sipTrim(ptr, equals);
  if (!asciiEqual(foundPtr, foundBytes, textPtr(name), textBytes(name))) return false;
  sipTrim(ptr + <usize>equals + 1, equals < bytes ? bytes - equals - 1 : 0);
  const last = foundPtr + <usize>foundBytes - 1;
  if (foundBytes >= 2 && load<u8>(foundPtr) == 0x22 && load<u8>(last) == 0x22) {
    foundPtr++;
    foundBytes -= 2;
  }
  return true;
}

/** What stands in `<…>`, or the value up to its parameters. */
export function sipUri(ptr: usize, bytes: i32): void {
  const open = sipScan(ptr, 0, bytes, 0x3c);
  if (open == bytes) return sipTrim(ptr, sipScan(ptr, 0, bytes, 0x3b));
  let close = open + 1;
  while (close < bytes && load<u8>(ptr + <usize>close) != 0x3e) close++;
  sipTrim(ptr + <usize>open + 1, close - open - 1);
}

/** Finds the bytes without the blanks around them. */
export function sipTrim(ptr: usize, bytes: i32): void {
  while (bytes > 0 && asciiIsBlank(load<u8>(ptr))) {
    ptr++;
    bytes--;
  }
  while (bytes > 0 && asciiIsBlank(load<u8>(ptr + <usize>bytes - 1))) bytes--;
  foundPtr = ptr;
  foundBytes = bytes;
}

/** What was found last. */
export function sipFoundPtr(): usize {
  return foundPtr;
}

export function sipFoundBytes(): i32 {
  return foundBytes;
}
