// Macros of values and file names: $MACADDR, $SERIALNO and their _UPPER forms, in any case.
//
// In: a text as it was written. Out: the text with this telephone's own address and serial number in it.
// Any other `$` stays as it is.

import { Info } from "../../hal/abi";
import { asciiEqual, asciiUpper } from "../base/ascii";
import { systemInfo } from "../base/system";
import { MACADDR, SERIALNO, UPPER_SUFFIX, textBytes, textPtr } from "../base/texts";

/** Twelve hex digits. */
const MAC_TEXT_BYTES: i32 = 12;
/** Longer serial numbers are cut; the longest of the telephone's family has 18 characters. */
const SERIAL_BYTES_MAX: i32 = 64;

const MAC = memory.data(6, 2);
const MAC_TEXT = memory.data(12, 4); // Lower case.
const SERIAL = memory.data(64, 4);

let serialBytes: i32 = 0;

/** Asks who this telephone is. Without an address it is all zeros. */
export function macrosInit(): void {
  store<u32>(MAC, 0);
  store<u16>(MAC + 4, 0);
  systemInfo(Info.Mac, MAC, 6);
  for (let i: usize = 0; i < 6; i++) {
    const byte = <i32>load<u8>(MAC + i);
    store<u8>(MAC_TEXT + i * 2, hexDigit(byte >> 4));
    store<u8>(MAC_TEXT + i * 2 + 1, hexDigit(byte & 15));
  }
  serialBytes = systemInfo(Info.Serial, SERIAL, SERIAL_BYTES_MAX);
}

function hexDigit(value: i32): i32 {
  return value < 10 ? value + 0x30 : value + 0x57;
}

export function macrosMacPtr(): usize {
  return MAC_TEXT;
}

export function macrosMacBytes(): i32 {
  return MAC_TEXT_BYTES;
}

export function macrosSerialPtr(): usize {
  return SERIAL;
}

export function macrosSerialBytes(): i32 {
  return serialBytes;
}

/** Copies a text with its macros replaced. Returns the bytes, or -1 when they are more than the capacity. */
export function macrosExpand(ptr: usize, bytes: i32, target: usize, capacity: i32): i32 {
  assert(bytes >= 0);
  let written: i32 = 0;
  let at: i32 = 0;
  while (at < bytes) {
    const from = ptr + <usize>at;
    const left = bytes - at;
    let source = from;
    let sourceBytes: i32 = 1;
    let taken: i32 = 1;
    if (macroIs(from, left, MACADDR)) {
      source = MAC_TEXT;
      sourceBytes = MAC_TEXT_BYTES;
      taken += textBytes(MACADDR);
    } else if (macroIs(from, left, SERIALNO)) {
      source = SERIAL;
      sourceBytes = serialBytes;
      taken += textBytes(SERIALNO);
    }
    const upper = taken > 1 && startsWith(from + <usize>taken, left - taken, UPPER_SUFFIX);
    if (upper) taken += textBytes(UPPER_SUFFIX);
    if (sourceBytes > capacity - written) return -1;
    macroCopy(target + <usize>written, source, sourceBytes, upper);
    written += sourceBytes;
    at += taken;
  }
  return written;
}

function macroIs(ptr: usize, bytes: i32, name: i32): bool {
  return load<u8>(ptr) == 0x24 && startsWith(ptr + 1, bytes - 1, name);
}

function startsWith(ptr: usize, bytes: i32, text: i32): bool {
  return bytes >= textBytes(text) && asciiEqual(ptr, textBytes(text), textPtr(text), textBytes(text));
}

function macroCopy(target: usize, source: usize, bytes: i32, upper: bool): void {
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(source + i);
    store<u8>(target + i, upper ? asciiUpper(byte) : byte);
  }
}
