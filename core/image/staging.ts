// Staging: the memory below the HAL that a whole file waits in until its verdict.
//
// Offsets and counts in, statuses out. It keeps no state and knows no format.

import { halStageRead, halStageSize, halStageWrite } from "../../hal/staging";

/** Bytes of staging, 0 where there is none. */
export function stagingSize(): u32 {
  const bytes = halStageSize();
  return bytes < 0 ? 0 : <u32>bytes;
}

/** Writes bytes. Returns Ok, OutOfRange or PowerLost. */
export function stagingWrite(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  return halStageWrite(<i32>offset, ptr, bytes);
}

/** Reads bytes. Returns Ok, OutOfRange or PowerLost. */
export function stagingRead(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  return halStageRead(<i32>offset, ptr, bytes);
}
