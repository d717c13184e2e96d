// What survives a reset: how often the telephone restarted, and how often in a row for the same cause.
//
//   0 magic u32  4 restarts u32  8 cause u32  12 in a row u32 … 124 crc32 of the bytes before it
// A write is not atomic, so a record whose check value is wrong counts as a power-up.

import { ResetCause, RETAINED_BYTES } from "../../hal/abi";
import { bytesFill } from "../base/bytes";
import { systemRetainedRead, systemRetainedWrite } from "../base/system";
import { crc32Of } from "../crypto/crc32";

const MAGIC: u32 = 0x4f464648;
const RECORD = memory.data(128, 8);
const CRC_AT: i32 = 124;

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

function retainedWrite(): void {
  store<u32>(RECORD, crc32Of(RECORD, CRC_AT), CRC_AT);
  systemRetainedWrite(RECORD, RETAINED_BYTES);
}
