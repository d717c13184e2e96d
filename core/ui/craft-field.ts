// A field of the local procedures that is typed with the dial pad: what each key does to its text.
//
// In: a field (u8 bytes, then at most 255 of text) and a key. Out: the field; false for a key that means nothing there, which beeps.
// `most` is the largest number; 0 for an address, or a list whose last item is one. Rules: docs/STARTUP.md, craft.

import { asciiAddress, asciiIsDigit, asciiNumber } from "../base/ascii";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";

const TEXT_BYTES_MAX: i32 = 255;
const OCTET_MAX: i32 = 255;
const OCTET_DIGITS: i32 = 3;
const NOT_AN_ADDRESS: i32 = -1;
const STAR: i32 = 0x2a;
const DOT: i32 = 0x2e;
const ADDRESS = memory.data(4, 4);

/** A digit, or `*` for the dot of an address. */
export function fieldKey(field: usize, key: i32, most: i32): bool {
  if (asciiIsDigit(key)) return fieldDigit(field, key, most);
  return key == STAR && most == 0 && fieldDot(field);
}

/** Takes the last character away. */
export function fieldBackspace(field: usize): bool {
  const bytes = <i32>load<u8>(field);
  if (bytes == 0) return false;
  store<u8>(field, bytes - 1);
  return true;
}

/** True when the last address is a whole one. */
export function fieldIsAddress(field: usize): bool {
  const bytes = <i32>load<u8>(field);
  const last = listCount(field + 1, bytes) - 1;
  return asciiAddress(listItemPtr(field + 1, bytes, last), listItemBytes(field + 1, bytes, last), ADDRESS);
}

/** A digit after a lone zero replaces it; one that would make the number too large is not taken. */
function fieldDigit(field: usize, key: i32, most: i32): bool {
  let bytes = <i32>load<u8>(field);
  const start = numberStart(field, bytes);
  if (most == 0 && (addressDots(field, bytes) == NOT_AN_ADDRESS || bytes - start == OCTET_DIGITS)) return false;
  const before = asciiNumber(fieldAt(field, start), bytes - start);
  if (before == 0) bytes = start;
  const value = max(before, 0) * 10 + (key - 0x30);
  return value <= (most == 0 ? OCTET_MAX : most) && fieldAdd(field, bytes, key);
}

/** A dot follows a digit, three times in an address. */
function fieldDot(field: usize): bool {
  const bytes = <i32>load<u8>(field);
  const dots = addressDots(field, bytes);
  return dots >= 0 && dots < 3 && numberStart(field, bytes) < bytes && fieldAdd(field, bytes, DOT);
}

function fieldAdd(field: usize, bytes: i32, character: i32): bool {
  if (bytes == TEXT_BYTES_MAX) return false;
  store<u8>(fieldAt(field, bytes), character);
  store<u8>(field, bytes + 1);
  return true;
}

/** Where the digits at the end begin. */
function numberStart(field: usize, bytes: i32): i32 {
  while (bytes > 0 && asciiIsDigit(load<u8>(field + <usize>bytes))) bytes--;
  return bytes;
}

/** Dots of the list's last item, when it is made of digits and dots. */
function addressDots(field: usize, bytes: i32): i32 {
  let dots: i32 = 0;
  for (; bytes > 0; bytes--) {
    const character = <i32>load<u8>(field + <usize>bytes);
    if (character == DOT) dots++;
    else if (!asciiIsDigit(character)) return character == 0x2c || character == 0x20 ? dots : NOT_AN_ADDRESS;
  }
  return dots;
}

function fieldAt(field: usize, index: i32): usize {
  return field + 1 + <usize>index;
}
