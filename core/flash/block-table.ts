// The digests of a slot's blocks, in its info area behind what is known of its file (docs/FORMAT.md, Info area).
//
//   320 magic "Blks" | 324 block count | 328 zero to 352 | 352 SHA-256 of each block
//
// In: a table in memory. Out: it stands in the area, and is read again from there. It is written before the slot is activated; the area
// is erased. Where it has no room for a file's table the file has none.

import { Status } from "../../hal/abi";
import { bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { FLASH_STEPS_PER_POLL_MAX } from "../config";
import { devicePageBytes, deviceRead } from "./device";
import { INFO_BYTES } from "./info-area";
import { layoutInfoOffset, layoutSlotOffset } from "./layout";
import { programBytes, programPoll, programRound, programStart } from "./program";

/** "Blks", little endian. */
const MAGIC_VALUE: u32 = 0x736b6c42;
const HEAD_BYTES: i32 = 32;
const DIGEST_BYTES: u32 = 32;
const HEAD = memory.data(32, 8);

let targetOffset: u32 = 0;
let sourcePtr: usize = 0;
let leftBytes: i32 = 0;
let spanBytes: i32 = 0;

/** Bytes of the info area that a table takes, the file's own record included. */
export function blockTableBytes(count: u32): u32 {
  return count == 0 ? <u32>INFO_BYTES : <u32>(INFO_BYTES + HEAD_BYTES) + count * DIGEST_BYTES;
}

/** Bytes of a kind's info areas: the last unit of a slot. */
export function blockTableRoom(kind: i32): u32 {
  return layoutSlotOffset(kind, 1) - layoutInfoOffset(kind, 0);
}

/** Makes the head of a table and returns where it is; the caller puts it in front of the digests. */
export function blockTableHead(count: u32): usize {
  bytesFill(HEAD, 0, HEAD_BYTES);
  store<u32>(HEAD, MAGIC_VALUE);
  store<u32>(HEAD + 4, count);
  return HEAD;
}

/** Starts to write head and digests, which stay where they are; behind them is a unit's worth of 0xff. */
export function blockTableWrite(kind: i32, slot: i32, ptr: usize, count: u32): i32 {
  assert(blockTableBytes(count) <= blockTableRoom(kind));
  targetOffset = layoutInfoOffset(kind, slot) + <u32>INFO_BYTES;
  sourcePtr = ptr;
  leftBytes = HEAD_BYTES + <i32>(count * DIGEST_BYTES);
  timeWakeNow();
  return blockTableProgram();
}

/** Pending while it is written, then Ok, or negative when the chip failed. */
export function blockTablePoll(): i32 {
  for (let step = 0; step < FLASH_STEPS_PER_POLL_MAX; step++) {
    if (leftBytes <= 0) return Status.Ok;
    const status = programPoll();
    if (status != Status.Ok) return status;
    targetOffset += spanBytes;
    sourcePtr += <usize>spanBytes;
    leftBytes -= spanBytes;
    const next = leftBytes > 0 ? blockTableProgram() : Status.Ok;
    if (next < 0) return next;
  }
  timeWakeNow();
  return Status.Pending;
}

/** Reads the digests of some blocks as they stand in the slot's info area. The chip must be idle. */
export function blockTableRead(kind: i32, slot: i32, first: u32, target: usize, count: i32): i32 {
  const at = layoutInfoOffset(kind, slot) + blockTableBytes(first + 1) - DIGEST_BYTES;
  return deviceRead(at, target, count * <i32>DIGEST_BYTES);
}

/** Up to the page's end, which whole units reach. */
function blockTableProgram(): i32 {
  const pageLeft = <i32>(devicePageBytes() - targetOffset % devicePageBytes());
  spanBytes = min(min(programBytes(), pageLeft), leftBytes);
  return programStart(targetOffset, sourcePtr, programRound(spanBytes));
}
