// Software straight into its slot, block by block while it arrives: what a telephone without staging does, and with a block file any.
//
// In: the slot, with or without a table of blocks; then the bytes of answers, each from some place of the file on. Out: blocks of
// 4 KiB to flash/patch, one in hand at a time; while it is programmed no byte is taken, so the stream waits. With a table a block is
// compared before it goes anywhere, and one that a slot holds already is not asked for. Without one the validator sees the bytes
// as they pass. Nothing is written before `directClaim`, and nothing here makes a slot bootable.

import { Kind, Status } from "../../hal/abi";
import { HttpWhy, ImageVerdict, SlotState } from "../../hal/events";
import { bytesCopy, bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { BLOCK_BYTES, BLOCK_FILE_BYTES_MAX } from "../config";
import { journalMark, journalPoll } from "../flash/journal";
import { layoutSlotBytes } from "../flash/layout";
import { patchErase, patchIsHeld, patchPoll, patchPush, patchStart } from "../flash/patch";
import { blocksBytes, blocksCount, blocksFileBytes, blocksMatch, blocksNamePtr } from "../image/blocks";
import { stagingStore } from "../image/staging";
import {
  validatorEndMax, validatorImageBytes, validatorInit, validatorIsComplete, validatorPush, validatorVerdict,
} from "../image/validator";
import { heldFetch, heldIsDoubted, heldIsLocal, heldStart } from "./held";
import { softwareSlot } from "./software";

/** What the one block in hand is. */
enum Hand {
  /** Being filled, or empty. */
  Filling,
  /** Whole, and right as far as that can be known. */
  Ready,
  Writing,
}

/** What the journal keeps with WRITING: where the run of blocks under way ends, and which file it is of. */
const RUN = memory.data(16, 8);
const RUN_NAME_BYTES: i32 = 12;

let kind: i32 = Kind.Application;
let slot: i32 = 0;
let claimed: bool = false;
let marking: bool = false;
let hand: Hand = Hand.Filling;
let cursor: u32 = 0; // The block in hand, or the next.
let filledBytes: i32 = 0;
let runEnd: u32 = 0;
let answerAt: u32 = 0;
let why: HttpWhy = HttpWhy.None;
let wrongBlock: u32 = 0;

/** Starts a file for the slot of its kind that does not run. Its kind is known where it has a table; else it waits among applications. */
export function directStart(ofKind: i32): void {
  kind = ofKind;
  slot = softwareSlot(kind) == 0 ? 1 : 0;
  claimed = false;
  marking = false;
  hand = Hand.Filling;
  cursor = 0;
  filledBytes = 0;
  runEnd = 0;
  bytesFill(RUN, 0, 16);
  if (blocksCount() > 0) bytesCopy(RUN + 4, blocksNamePtr(), RUN_NAME_BYTES);
  else validatorInit();
  heldStart(kind, slot);
}

export function directKind(): i32 {
  return kind;
}

export function directSlot(): i32 {
  return slot;
}

/** Goes to the first block that the slot does not hold; `held` has looked. */
export function directBegin(): void {
  directSeek();
}

/** True when the slot may be touched: the first block to go there is in hand, or is in this telephone. */
export function directIsOpen(): bool {
  return hand == Hand.Ready || (blocksCount() > 0 && (cursor >= blocksCount() || heldIsLocal(cursor)));
}

/** The slot's state is to be recorded with this. */
export function directMarkPtr(): usize {
  directRun();
  return RUN;
}

/** The journal says WRITING: from now on the slot is written. Starts with what the first block needs erased. */
export function directClaim(): void {
  claimed = true;
  const tabled = blocksCount() > 0;
  patchStart(kind, slot, tabled ? blocksFileBytes() : min(validatorEndMax(), layoutSlotBytes(kind)));
  // One that is to be written once more is read first.
  if (cursor * BLOCK_BYTES < directFileBytes() && !heldIsDoubted(cursor)) patchErase(cursor * BLOCK_BYTES, 1);
}

/** Works on what is in hand: Pending while the chip works, Ok when nothing can be done without the network, or the chip's failure. */
export function directWork(): i32 {
  assert(claimed);
  const status = marking ? journalPoll() : patchPoll();
  if (status != Status.Ok) return status;
  marking = false;
  if (hand == Hand.Writing) directWritten();
  if (hand == Hand.Filling && heldIsLocal(cursor) && heldFetch(cursor, directBlock())) {
    filledBytes = blocksBytes(cursor);
    hand = Hand.Ready;
  }
  if (hand != Hand.Ready) return Status.Ok;
  timeWakeNow();
  if (blocksCount() > 0 && cursor >= runEnd) return directAnnounce();
  patchPush(cursor * BLOCK_BYTES, directBlock(), filledBytes);
  hand = Hand.Writing;
  const begun = patchPoll();
  if (begun != Status.Ok) return begun;
  directWritten();
  return blocksCount() > 0 ? Status.Pending : Status.Ok; // With a table the next block may be here.
}

/** The block in hand is in the chip. */
function directWritten(): void {
  hand = Hand.Filling;
  filledBytes = 0;
  cursor++;
  directSeek();
}

/** True once every block is in the chip. */
export function directIsComplete(): bool {
  if (hand != Hand.Filling) return false;
  return blocksCount() > 0 ? cursor >= blocksCount() : filledBytes == 0 && validatorIsComplete();
}

/** True once no further byte is wanted from a server. */
export function directHasAll(): bool {
  return blocksCount() > 0 ? directNext() >= blocksCount() : validatorIsComplete();
}

/** Bytes of the file that are in hand, in the chip, or held from before up to here. */
export function directBytes(): u32 {
  return cursor * BLOCK_BYTES + <u32>filledBytes;
}

/** Bytes of the file that are in the chip and compared, up to here. */
export function directDoneBytes(): u32 {
  return cursor * BLOCK_BYTES;
}

/** Bytes of the file, as far as they are known. */
export function directFileBytes(): u32 {
  return blocksCount() > 0 ? blocksFileBytes() : validatorImageBytes();
}

/** The first byte that is wanted from a server. */
export function directFrom(): u32 {
  return blocksCount() > 0 ? min(directNext() * BLOCK_BYTES, blocksFileBytes()) : directBytes();
}

/** Where what is wanted from there on ends; 0: with the file. */
export function directEnd(): u32 {
  if (blocksCount() == 0) return 0;
  let end = directNext();
  while (end < blocksCount() && directIsWanted(end)) end++;
  return end == blocksCount() ? 0 : end * BLOCK_BYTES;
}

/** A further GET begins: what is in hand half is asked for again where a block can be. */
export function directAnswer(): void {
  why = HttpWhy.None;
  if (blocksCount() > 0 && hand == Hand.Filling) filledBytes = 0;
}

/** The next byte of the answer's body is this one of the file. */
export function directAccept(at: u32): void {
  answerAt = at;
}

/** Forgets what was received without a table. False when some of it is in the slot, which must then be begun anew. */
export function directForget(): bool {
  if (claimed) return false;
  hand = Hand.Filling;
  cursor = 0;
  filledBytes = 0;
  validatorInit();
  return true;
}

/** Why bytes were refused, or None. */
export function directWhy(): HttpWhy {
  return why;
}

export function directWrongBlock(): u32 {
  return wrongBlock;
}

/** Takes bytes of an answer. Returns how many: 0 while a block is in hand, or when they are refused. */
export function directTake(ptr: usize, bytes: i32): i32 {
  const wanted = directBytes();
  if (answerAt < wanted) return directSkip(<i32>min(<u32>bytes, wanted - answerAt)); // The telephone has these.
  if (hand != Hand.Filling) return 0;
  if (blocksCount() > 0) return directTakeBlock(ptr, bytes);
  const taken = min(bytes, BLOCK_BYTES - filledBytes);
  validatorPush(ptr, taken);
  if (validatorVerdict() != ImageVerdict.None) {
    why = HttpWhy.FileRefused;
    return 0;
  }
  const left = validatorImageBytes() - wanted; // What follows the image is padding.
  const kept = <u32>taken < left ? taken : <i32>left;
  bytesCopy(directBlock() + <usize>filledBytes, ptr, kept);
  filledBytes += kept;
  if (filledBytes == BLOCK_BYTES || (filledBytes > 0 && validatorIsComplete())) directReady();
  answerAt += <u32>taken;
  return taken;
}

function directTakeBlock(ptr: usize, bytes: i32): i32 {
  if (cursor >= blocksCount()) return directSkip(bytes);
  if (answerAt != directBytes() || !directIsWanted(cursor)) return 0;
  const blockBytes = blocksBytes(cursor);
  const taken = min(bytes, blockBytes - filledBytes);
  bytesCopy(directBlock() + <usize>filledBytes, ptr, taken);
  filledBytes += taken;
  if (filledBytes == blockBytes) {
    if (blocksMatch(cursor, directBlock(), blockBytes) == 0) {
      why = HttpWhy.WrongBlock;
      wrongBlock = cursor;
      filledBytes = 0;
      return 0;
    }
    directReady();
  }
  return directSkip(taken);
}

function directSkip(bytes: i32): i32 {
  answerAt += <u32>bytes;
  return bytes;
}

function directReady(): void {
  hand = Hand.Ready;
  timeWakeNow();
}

/** Room for four blocks behind the table; the one in hand is there too. */
function directBlock(): usize {
  return stagingStore() + <usize>BLOCK_FILE_BYTES_MAX;
}

/** Goes past what the slot holds. */
function directSeek(): void {
  while (patchIsHeld(cursor)) cursor++;
}

/** The first block from the cursor on that only a server has. */
function directNext(): u32 {
  let next = hand == Hand.Filling ? cursor : cursor + 1;
  while (next < blocksCount() && !directIsWanted(next)) next++;
  return next;
}

function directIsWanted(index: u32): bool {
  return !patchIsHeld(index) && !heldIsLocal(index);
}

/** The run of blocks from the cursor on: up to one that is held. */
function directRun(): void {
  runEnd = cursor;
  while (runEnd < blocksCount() && !patchIsHeld(runEnd)) runEnd++;
  store<u32>(RUN, runEnd);
}

/**
 * Another run begins behind blocks that were held: the journal learns where it ends before anything of it is erased, so that a
 * later start-up knows which block was the last one written.
 */
function directAnnounce(): i32 {
  const status = journalMark(kind, slot, SlotState.Writing, 0, directMarkPtr(), 0);
  marking = status >= 0 || status == Status.Pending;
  return marking ? Status.Pending : status;
}
