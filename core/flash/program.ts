// One program with its read-back: what the chip holds afterwards is compared with what was sent.
//
// In: bytes inside one page, which stay where they are until the end. Out: Ok only when the chip reads as sent.
// It chooses no addresses and tries nothing twice.

import { Status } from "../../hal/abi";
import { bytesEqual } from "../base/bytes";
import { PROGRAM_BYTES_MAX } from "../config";
import { devicePageBytes, devicePoll, deviceProgramStart, deviceRead, deviceUnitBytes } from "./device";

const READ_BACK = memory.data(256, 8);

let targetOffset: u32 = 0;
let sourcePtr: usize = 0;
let spanBytes: i32 = 0;

/** The longest span that is programmed at once: a page, or what the read-back has room for. */
export function programBytes(): i32 {
  const pageBytes = devicePageBytes();
  return pageBytes < <u32>PROGRAM_BYTES_MAX ? <i32>pageBytes : PROGRAM_BYTES_MAX;
}

/** Rounds up to whole units. */
export function programRound(bytes: i32): i32 {
  const unitBytes = <i32>deviceUnitBytes();
  return (bytes + unitBytes - 1) & ~(unitBytes - 1);
}

/** Starts. NotErased and the other refusals of the chip change nothing. */
export function programStart(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes <= PROGRAM_BYTES_MAX);
  targetOffset = offset;
  sourcePtr = ptr;
  spanBytes = bytes;
  return deviceProgramStart(offset, ptr, bytes);
}

/** Pending, then once: Ok, or ProgramFailed when the chip says so or reads otherwise, or that it cannot be read. */
export function programPoll(): i32 {
  const status = devicePoll();
  if (status != Status.Ok) return status;
  const read = deviceRead(targetOffset, READ_BACK, spanBytes);
  if (read < 0) return read;
  return bytesEqual(READ_BACK, sourcePtr, spanBytes) ? Status.Ok : Status.ProgramFailed;
}
