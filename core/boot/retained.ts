// What survives a reset: how often the telephone restarted, how often in a row for the same cause, the VLAN to start on and how
// long it is tried, and the VLANs that did not answer since power-up.
//
//   0 magic u32  4 restarts u32  8 cause u32  12 in a row u32  16 start: u16 VLAN | L2Q << 12 | known << 15
//   18 failed VLANs u16  20 VLANTEST u16  22 the failed VLANs' numbers, u16 each … 124 crc32 of the bytes before it
// A write is not atomic, so a record whose check value is wrong counts as a power-up.

import { ResetCause, RETAINED_BYTES } from "../../hal/abi";
import { bytesFill } from "../base/bytes";
import { systemRetainedRead, systemRetainedWrite } from "../base/system";
import { crc32Of } from "../crypto/crc32";

const MAGIC: u32 = 0x4f464648;
const RECORD = memory.data(128, 8);
const CRC_AT: i32 = 124;
const START_KNOWN: i32 = 0x8000;
/** What fits before the check value; a site that sends telephones to more dead VLANs has another problem. */
const FAILED_COUNT_MAX: i32 = 51;

/** Reads the record and counts this start: a power-up begins at zero. */
export function retainedInit(cause: i32): void {
  systemRetainedRead(RECORD, RETAINED_BYTES);
  const whole = load<u32>(RECORD) == MAGIC && load<u32>(RECORD, CRC_AT) == crc32Of(RECORD, CRC_AT);
  if (!whole || cause == ResetCause.PowerUp) bytesFill(RECORD, 0, RETAINED_BYTES);
  else {
    store<u32>(RECORD, load<u32>(RECORD, 4) + 1, 4);
    store<u32>(RECORD, load<u32>(RECORD, 8) == <u32>cause ? load<u32>(RECORD, 12) + 1 : 1, 12);
  }
  store<u32>(RECORD, MAGIC);
  store<u32>(RECORD, cause, 8);
  retainedWrite();
}

/** True when this start follows a reset, not power. */
export function retainedIsReset(): bool {
  return load<u32>(RECORD, 8) != ResetCause.PowerUp;
}

/** Why this instance runs. */
export function retainedCause(): i32 {
  return load<i32>(RECORD, 8);
}

/** Resets in a row for this cause, this start's included. */
export function retainedInARow(cause: i32): i32 {
  return load<u32>(RECORD, 8) == <u32>cause ? load<i32>(RECORD, 12) : 0;
}

/** True when a check before the last reset chose how to start. */
export function retainedHasStart(): bool {
  return (load<u16>(RECORD, 16) & START_KNOWN) != 0;
}

/** L2Q of the next start. */
export function retainedStartMode(): i32 {
  return (load<u16>(RECORD, 16) >> 12) & 3;
}

export function retainedStartVlan(): i32 {
  return load<u16>(RECORD, 16) & 0xfff;
}

/** VLANTEST that was in force when the start was chosen. */
export function retainedStartTest(): i32 {
  return load<u16>(RECORD, 20);
}

/** The next start begins like this, and tries its VLAN for so many seconds. */
export function retainedSetStart(mode: i32, vid: i32, testSeconds: i32): void {
  assert(vid >= 0 && vid <= 4094 && mode >= 0 && mode <= 2 && testSeconds >= 0 && testSeconds <= 999);
  store<u16>(RECORD, testSeconds, 20);
  store<u16>(RECORD, START_KNOWN | (mode << 12) | vid, 16);
  retainedWrite();
}

/** The next start begins as its parameters say, and may try every VLAN. */
export function retainedForgetStart(): void {
  store<u32>(RECORD, 0, 16);
  store<u16>(RECORD, 0, 20);
  retainedWrite();
}

/** True when this VLAN did not answer since power-up. */
export function retainedHasFailed(vid: i32): bool {
  for (let index: i32 = 0; index < <i32>load<u16>(RECORD, 18); index++) {
    if (load<u16>(failedAt(index)) == vid) return true;
  }
  return false;
}

/** Remembers a VLAN that did not answer. With the list full the oldest is forgotten. */
export function retainedAddFailed(vid: i32): void {
  if (retainedHasFailed(vid)) return;
  let count = <i32>load<u16>(RECORD, 18);
  if (count == FAILED_COUNT_MAX) {
    for (let index: i32 = 1; index < count; index++) store<u16>(failedAt(index - 1), load<u16>(failedAt(index)));
    count--;
  }
  store<u16>(failedAt(count), vid);
  store<u16>(RECORD, count + 1, 18);
  retainedWrite();
}

function failedAt(index: i32): usize {
  return RECORD + 22 + <usize>index * 2;
}

function retainedWrite(): void {
  store<u32>(RECORD, crc32Of(RECORD, CRC_AT), CRC_AT);
  systemRetainedWrite(RECORD, RETAINED_BYTES);
}
