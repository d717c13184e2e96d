// Puts a file into a slot: erases what it needs, then programs it page by page, comparing each page on read-back.
//
// In: a file's length, then its bytes in order. Out: the slot holds them and its info area is erased. The journal says WRITING
// before the first erase and before the first program, and ERASED between them, so that a cut leaves no doubt about the slot.
// It never makes the slot bootable, and it does not look at what it writes.

import { Status } from "../../hal/abi";
import { SlotState } from "../../hal/events";
import { bytesAre, bytesCopy, bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { FLASH_STEPS_PER_POLL_MAX, PROGRAM_BYTES_MAX } from "../config";
import { deviceEraseStart, devicePoll, deviceRead, deviceSectorBytes } from "./device";
import { eraseUnit } from "./erase-unit";
import { INFO_BYTES } from "./info-area";
import { journalErasedBytes, journalMark, journalMarkErased, journalPoll, journalState } from "./journal";
import { layoutSlotBytes, layoutSlotOffset } from "./layout";
import { programBytes, programPoll, programRound, programStart } from "./program";

/** In the order in which they follow one another. */
enum Phase {
  Idle,
  /** The journal takes WRITING. */
  Claim,
  Erase,
  /** The journal takes ERASED. */
  Vouch,
  Erased,
  /** The journal takes WRITING again: what is erased will be so no longer. */
  Open,
  Write,
}

/** What will be programmed next; during the erase, what is looked at. */
const PAGE = memory.data(256, 8);

let phase: Phase = Phase.Idle;
let failure: i32 = Status.Ok;
let slotKind: i32 = 0;
let slotIndex: i32 = 0;
let slotOffset: u32 = 0;
let fileBytes: u32 = 0;
let vouchedBytes: u32 = 0;
let blocksEnd: u32 = 0;
let cursor: u32 = 0;
let checkedBytes: u32 = 0;
let erasing: bool = false;
let erasedBytes: u32 = 0;
let filledBytes: i32 = 0;
let spanBytes: i32 = 0;
let programmedBytes: u32 = 0;

/**
 * Starts with a slot that does not run, and marks it with the file's digest; 0 keeps the one that it has. NoSpace when the file is larger
 * than its room; the slot stays as it is then.
 */
export function writerStart(kind: i32, slot: i32, bytes: u32, digestPtr: usize): i32 {
  assert(bytes > 0);
  if (bytes > layoutSlotBytes(kind)) return Status.NoSpace;
  slotKind = kind;
  slotIndex = slot;
  slotOffset = layoutSlotOffset(kind, slot);
  fileBytes = bytes;
  vouchedBytes = journalErasedBytes(kind, slot);
  blocksEnd = writerBlocksEnd();
  cursor = 0;
  checkedBytes = 0;
  erasing = false;
  erasedBytes = 0;
  filledBytes = 0;
  spanBytes = 0;
  programmedBytes = 0;
  phase = Phase.Claim;
  failure = journalMark(kind, slot, SlotState.Writing, 0, digestPtr, 0);
  timeWakeNow();
  return failure;
}

/** Works on the erase: Pending, Ok when all that the file needs is erased, negative when the chip failed. */
export function writerErasePoll(): i32 {
  assert(phase != Phase.Idle);
  for (let step = 0; step < FLASH_STEPS_PER_POLL_MAX; step++) {
    if (failure < 0) return failure;
    if (phase >= Phase.Erased) return Status.Ok;
    const marking = phase != Phase.Erase;
    const status = marking ? journalPoll() : writerEraseStep();
    if (status == Status.Pending) return Status.Pending;
    if (status < 0) failure = status;
    else if (marking) phase++;
  }
  timeWakeNow();
  return Status.Pending;
}

/** Bytes of erase units done, skipped ones included. */
export function writerErasedBytes(): u32 {
  return erasedBytes;
}

/** Bytes of erase units that the file and its info area need. */
export function writerEraseBytes(): u32 {
  return blocksEnd + writerInfoBytes();
}

/** Takes bytes of the file: how many, 0 while the chip works, negative when it failed or holds something else than was sent. */
export function writerPush(ptr: usize, bytes: i32): i32 {
  assert(phase >= Phase.Erased);
  assert(bytes >= 0);
  if (phase == Phase.Erased && failure == Status.Ok) {
    phase = Phase.Open;
    failure = journalMark(slotKind, slotIndex, SlotState.Writing, 0, 0, 0);
  }
  const status = writerSettle();
  if (status != Status.Ok) return status == Status.Pending ? 0 : status;
  const pageBytes = programBytes();
  const taken = min(bytes, pageBytes - filledBytes);
  assert(programmedBytes + <u32>(filledBytes + taken) <= fileBytes);
  bytesCopy(PAGE + <usize>filledBytes, ptr, taken);
  filledBytes += taken;
  if (filledBytes == pageBytes) writerProgram();
  return failure < 0 ? failure : taken;
}

/** The last byte is in: starts to program what is left. */
export function writerFinish(): i32 {
  assert(phase >= Phase.Open);
  assert(programmedBytes + <u32>(filledBytes + spanBytes) == fileBytes);
  timeWakeNow();
  return failure;
}

/** Pending while anything pushed is not in the chip yet, then Ok, or negative when the chip failed. After `writerFinish`. */
export function writerPoll(): i32 {
  const status = writerSettle();
  if (status != Status.Ok) return status;
  if (filledBytes == 0) return Status.Ok;
  const bytes = programRound(filledBytes);
  bytesFill(PAGE + <usize>filledBytes, 0xff, bytes - filledBytes);
  writerProgram();
  return failure < 0 ? failure : writerSettle();
}

/** Bytes of the file that the chip holds, compared. */
export function writerProgrammedBytes(): u32 {
  return programmedBytes;
}

/** Waits for the journal's mark and for the program under way. Ok: the page is free. */
function writerSettle(): i32 {
  if (failure < 0) return failure;
  if (phase == Phase.Open) {
    const status = journalPoll();
    if (status < 0 && status != Status.Pending) failure = status;
    if (status != Status.Ok) return status;
    phase = Phase.Write;
  }
  if (spanBytes == 0) return Status.Ok;
  const status = programPoll();
  if (status == Status.Pending) return Status.Pending;
  if (status < 0) failure = status;
  else programmedBytes += spanBytes;
  spanBytes = 0;
  return status;
}

/** Starts to program what the page holds, padded to whole units. */
function writerProgram(): void {
  failure = programStart(slotOffset + programmedBytes, PAGE, programRound(filledBytes));
  if (failure == Status.Ok) spanBytes = filledBytes;
  filledBytes = 0;
}

/** One step of the erase: waits for a unit, or skips or starts the next one. */
function writerEraseStep(): i32 {
  if (erasing) {
    const status = devicePoll();
    if (status != Status.Ok) return status;
    erasing = false;
    writerEraseDone();
  }
  if (cursor == layoutSlotBytes(slotKind) + writerInfoBytes()) {
    phase = Phase.Vouch;
    return journalMarkErased(slotKind, slotIndex, blocksEnd);
  }
  const bytes = writerEraseSize(cursor);
  if (writerVouched(bytes)) {
    const blank = writerCheck(bytes);
    if (blank == Status.Pending) return Status.Ok; // A step's worth was looked at.
    if (blank == Status.Ok) {
      writerEraseDone();
      return Status.Ok;
    }
  }
  const status = deviceEraseStart(slotOffset + cursor, bytes);
  erasing = status == Status.Ok;
  return status;
}

/** The unit at the cursor is erased; after the file's last one comes the info area. */
function writerEraseDone(): void {
  const bytes = writerEraseSize(cursor);
  erasedBytes += bytes;
  cursor += bytes;
  checkedBytes = 0;
  if (cursor == blocksEnd) cursor = layoutSlotBytes(slotKind);
}

/** True when the journal vouches for the whole unit at the cursor. */
function writerVouched(bytes: u32): bool {
  if (vouchedBytes == 0) return false;
  return cursor >= layoutSlotBytes(slotKind) || cursor + bytes <= vouchedBytes;
}

/** Looks at a part of the unit at the cursor: Pending, Ok when all of it is blank, negative when it must be erased. */
function writerCheck(bytes: u32): i32 {
  for (let reads = 0; reads < 2; reads++) {
    const status = deviceRead(slotOffset + cursor + checkedBytes, PAGE, PROGRAM_BYTES_MAX);
    if (status != Status.Ok || !bytesAre(PAGE, 0xff, PROGRAM_BYTES_MAX)) return Status.NotErased;
    checkedBytes += PROGRAM_BYTES_MAX;
    if (checkedBytes == bytes) return Status.Ok;
  }
  return Status.Pending;
}

/** Where the file's last erase unit ends. */
function writerBlocksEnd(): u32 {
  let end: u32 = 0;
  while (end < fileBytes) end += writerEraseSize(end);
  return end;
}

/** The erase unit to use at this place of the slot; it may reach beyond the file, but not into the info area. */
function writerEraseSize(at: u32): u32 {
  const roomEnd = layoutSlotBytes(slotKind);
  return at >= roomEnd ? deviceSectorBytes() : eraseUnit(slotOffset + at, fileBytes - at, roomEnd - at);
}

/** Whole sectors for the info area. */
function writerInfoBytes(): u32 {
  const sectorBytes = deviceSectorBytes();
  return (INFO_BYTES + sectorBytes - 1) & ~(sectorBytes - 1);
}
