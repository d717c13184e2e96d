// Puts single blocks of 4 KiB into a slot, in rising order, and leaves the blocks alone that the slot holds already.
//
// In: which blocks are held; then each other block with its place. Out: it is in the chip and compared. What a block needs is
// erased just before it, in the largest unit that touches no held block: so a file can be written while it arrives, and after a cut
// the rest alone is erased. The caller tells the journal before the first block. It does not look at what it writes.

import { Status } from "../../hal/abi";
import { bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { BLOCK_BYTES, BLOCK_COUNT_MAX } from "../config";
import { deviceEraseStart, devicePoll } from "./device";
import { eraseUnit } from "./erase-unit";
import { layoutSlotBytes, layoutSlotOffset } from "./layout";
import { programBytes, programPoll, programRound, programStart } from "./program";

enum Work {
  Idle,
  Erase,
  Program,
}

/** The largest erase unit, 64 KiB: no need to look farther for a held block. */
const ERASE_BLOCKS_MAX: u32 = 16;
/** A whole block in one poll where the chip is as fast: 16 pages of at most three HAL calls, with a step before and two behind. */
const STEPS_PER_POLL_MAX: i32 = 19;
/** A bit a block. */
const HELD = memory.data(192, 8); // BLOCK_COUNT_MAX / 8

let slotOffset: u32 = 0;
let roomBytes: u32 = 0;
let fileBytes: u32 = 0;
let erasedEnd: u32 = 0;
let work: Work = Work.Idle;
let unitBytes: u32 = 0;
let targetEnd: u32 = 0;
let target: u32 = 0;
let sourcePtr: usize = 0;
let leftBytes: i32 = 0;
let spanBytes: i32 = 0;

/** No block is held. */
export function patchRelease(): void {
  bytesFill(HELD, 0, BLOCK_COUNT_MAX / 8);
}

export function patchHold(index: u32, held: bool): void {
  assert(index < <u32>BLOCK_COUNT_MAX);
  const at = HELD + <usize>(index >>> 3);
  const bit = 1 << (index & 7);
  store<u8>(at, held ? load<u8>(at) | bit : load<u8>(at) & ~bit);
}

/** True when the slot holds the block. */
export function patchIsHeld(index: u32): bool {
  return index < <u32>BLOCK_COUNT_MAX && ((load<u8>(HELD + <usize>(index >>> 3)) >>> (index & 7)) & 1) != 0;
}

/** Starts with a slot that does not run, for a file of at most so many bytes. */
export function patchStart(kind: i32, slot: i32, bytes: u32): void {
  slotOffset = layoutSlotOffset(kind, slot);
  roomBytes = layoutSlotBytes(kind);
  assert(bytes <= roomBytes);
  fileBytes = bytes;
  erasedEnd = 0;
  work = Work.Idle;
}

/** Starts to erase what is not erased of these bytes of the slot. Its info area is erased by its place behind the room. */
export function patchErase(at: u32, bytes: u32): void {
  assert(work == Work.Idle);
  erasedEnd = max(erasedEnd, at);
  targetEnd = at + bytes;
  leftBytes = 0;
  work = Work.Erase;
  unitBytes = 0;
}

/** Starts to program a block, which stays where it is until it is done. Its rest up to a whole unit becomes 0xff. */
export function patchPush(at: u32, ptr: usize, bytes: i32): void {
  assert(bytes > 0 && bytes <= BLOCK_BYTES && at + <u32>bytes <= roomBytes);
  patchErase(at, <u32>bytes);
  target = at;
  sourcePtr = ptr;
  leftBytes = bytes;
  spanBytes = 0;
}

/** Pending, then Ok when what was started is done, or negative when the chip failed. */
export function patchPoll(): i32 {
  for (let step = 0; step < STEPS_PER_POLL_MAX; step++) {
    if (work == Work.Idle) return Status.Ok;
    const status = work == Work.Erase ? patchEraseStep() : patchProgramStep();
    if (status == Status.Ok) continue;
    if (status != Status.Pending) work = Work.Idle;
    return status;
  }
  timeWakeNow();
  return Status.Pending;
}

/** Waits for a unit, and starts the next; behind the last the program begins. */
function patchEraseStep(): i32 {
  if (unitBytes != 0) {
    const status = devicePoll();
    if (status != Status.Ok) return status;
    erasedEnd += unitBytes;
    unitBytes = 0;
  }
  if (erasedEnd >= targetEnd) {
    work = leftBytes > 0 ? Work.Program : Work.Idle;
    return Status.Ok;
  }
  const bytes = patchUnit();
  const status = deviceEraseStart(slotOffset + erasedEnd, bytes);
  if (status == Status.Ok) unitBytes = bytes;
  return status;
}

/** In the room: up to the next held block, or the file's end. Behind it: what was asked for. */
function patchUnit(): u32 {
  if (erasedEnd >= roomBytes) return eraseUnit(slotOffset + erasedEnd, targetEnd - erasedEnd, targetEnd - erasedEnd);
  const first = erasedEnd / BLOCK_BYTES;
  let end = first + 1;
  const farthest = first + ERASE_BLOCKS_MAX;
  while (end < farthest && end * BLOCK_BYTES < roomBytes && !patchIsHeld(end)) end++;
  const freeBytes = min(end * BLOCK_BYTES, roomBytes) - erasedEnd;
  return eraseUnit(slotOffset + erasedEnd, min(freeBytes, max(fileBytes, targetEnd) - erasedEnd), freeBytes);
}

/** Waits for a page, and starts the next. */
function patchProgramStep(): i32 {
  if (spanBytes != 0) {
    const status = programPoll();
    if (status != Status.Ok) return status;
    target += spanBytes;
    sourcePtr += <usize>spanBytes;
    leftBytes -= spanBytes;
    spanBytes = 0;
  }
  if (leftBytes == 0) {
    work = Work.Idle;
    return Status.Ok;
  }
  const bytes = min(programBytes(), leftBytes);
  bytesFill(sourcePtr + <usize>bytes, 0xff, programRound(bytes) - bytes);
  const status = programStart(slotOffset + target, sourcePtr, programRound(bytes));
  if (status == Status.Ok) spanBytes = bytes;
  return status;
}
