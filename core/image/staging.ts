// Staging: the memory below the HAL that a whole file waits in until its verdict. Where there is none, the core's own small store
// stands in for it: enough for scripts, never for software.
//
// Offsets and counts in, statuses out. It knows no format.

import { Status } from "../../hal/abi";
import { halStageRead, halStageSize, halStageWrite } from "../../hal/staging";
import { bytesCopy } from "../base/bytes";
import { STORE_BYTES } from "../config";

const STORE = memory.data(65536, 16); // STORE_BYTES

let own: bool = false;

/** Looks whether the board has staging. */
export function stagingInit(): void {
  own = halStageSize() <= 0;
}

/** True where the board has none. */
export function stagingIsOwn(): bool {
  return own;
}

/** The core's own store; its users are in core/config.ts. */
export function stagingStore(): usize {
  return STORE;
}

/** Bytes of staging. */
export function stagingSize(): u32 {
  return own ? <u32>STORE_BYTES : <u32>halStageSize();
}

/** Writes bytes. Returns Ok, OutOfRange or PowerLost. */
export function stagingWrite(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  if (!own) return halStageWrite(<i32>offset, ptr, bytes);
  if (!stagingFits(offset, bytes)) return Status.OutOfRange;
  bytesCopy(STORE + <usize>offset, ptr, bytes);
  return Status.Ok;
}

/** Reads bytes. Returns Ok, OutOfRange or PowerLost. */
export function stagingRead(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  if (!own) return halStageRead(<i32>offset, ptr, bytes);
  if (!stagingFits(offset, bytes)) return Status.OutOfRange;
  bytesCopy(ptr, STORE + <usize>offset, bytes);
  return Status.Ok;
}

function stagingFits(offset: u32, bytes: i32): bool {
  return bytes <= STORE_BYTES && offset <= <u32>(STORE_BYTES - bytes);
}
