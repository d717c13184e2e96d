// Which blocks of a file this telephone has already, in the slot that it goes to or in the one that runs: by reading them and comparing
// digests, never by trust. Afterwards the same for all blocks of a slot that was written.
//
// In: the table of image/blocks, the two slots. Out: bits in flash/patch for what the slot holds, and here for what can be copied.
// It writes nothing.

import { Status } from "../../hal/abi";
import { SlotState } from "../../hal/events";
import { bytesAre, bytesEqual, bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { BLOCK_BYTES, BLOCK_COUNT_MAX, BLOCK_FILE_BYTES_MAX } from "../config";
import { blockTableRead } from "../flash/block-table";
import { deviceRead, deviceSectorBytes } from "../flash/device";
import { journalDigest, journalState } from "../flash/journal";
import { layoutSlotOffset } from "../flash/layout";
import { patchHold, patchIsHeld, patchRelease } from "../flash/patch";
import { blocksBytes, blocksCompare, blocksCount, blocksMatch, blocksNamePtr, blocksTablePtr } from "../image/blocks";
import { stagingStore } from "../image/staging";
import { SLOT_NONE, softwareSlot } from "./software";

const NONE: u32 = 0xffffffff;
const DIGEST_BYTES: i32 = 32;
/** Blocks that are hashed at once. */
const GROUP_COUNT: u32 = 4;
/** What the journal keeps of the file's name with WRITING, behind the end of the run under way. */
const RUN_NAME_BYTES: i32 = 12;
/** A bit for each block that the running slot has at the same place. */
const THERE = memory.data(192, 8); // BLOCK_COUNT_MAX / 8
const DIGESTS = memory.data(128, 8);
/** SHA-256 of 4 KiB of 0xff: what an erase leaves looks like such a block. */
const EMPTY = memory.data<u8>([
  0xf4, 0x7a, 0x8e, 0xc3, 0xe9, 0xaf, 0xf2, 0x31, 0x8d, 0x89, 0x69, 0x42, 0x28, 0x2a, 0xd4, 0xfe, 0x37, 0xd6, 0x39, 0x1c,
  0x82, 0x91, 0x4f, 0x54, 0xa5, 0xda, 0x8a, 0x37, 0xde, 0x13, 0x00, 0xc6,
]);

let kind: i32 = 0;
let slot: i32 = 0;
let own: bool = false;
let at: u32 = 0;
let readable: i32 = 0;
let doubted: u32 = NONE;
let heldCount: u32 = 0;
let thereCount: u32 = 0;

/** Nothing is known of any block; with a table they can be looked for. */
export function heldStart(ofKind: i32, ofSlot: i32): void {
  kind = ofKind;
  slot = ofSlot;
  own = blocksCount() > 0 && heldIsWhole();
  at = 0;
  doubted = NONE;
  heldCount = 0;
  thereCount = 0;
  patchRelease();
  bytesFill(THERE, 0, BLOCK_COUNT_MAX / 8);
}

/** Looks at up to four blocks of one slot. Pending, then Ok. */
export function heldPoll(): i32 {
  timeWakeNow();
  if (at < blocksCount() && own) {
    heldLook(slot);
  } else if (own) {
    own = false;
    at = 0;
    heldDoubt();
  } else if (at < blocksCount() && softwareSlot(kind) != SLOT_NONE) {
    heldLook(softwareSlot(kind));
  } else {
    return Status.Ok;
  }
  return Status.Pending;
}

/** Blocks that stay where they are, and blocks that are copied from the running slot. */
export function heldOwnCount(): u32 {
  return heldCount;
}

export function heldThereCount(): u32 {
  return thereCount;
}

/** True when this telephone has the block, but not where it belongs, or not for certain. */
export function heldIsLocal(index: u32): bool {
  if (index >= blocksCount()) return false;
  return index == doubted || ((load<u8>(THERE + <usize>(index >>> 3)) >>> (index & 7)) & 1) != 0;
}

/** True for a block that reads right where it belongs, but must be written once more. */
export function heldIsDoubted(index: u32): bool {
  return index == doubted;
}

/** Reads a block that is here. False when it does not match any more: then only a server has it. The chip must be idle. */
export function heldFetch(index: u32, target: usize): bool {
  if (heldIsEmpty(index)) {
    bytesFill(target, 0xff, BLOCK_BYTES);
    return true;
  }
  const from = layoutSlotOffset(kind, index == doubted ? slot : softwareSlot(kind));
  const bytes = blocksBytes(index);
  const status = deviceRead(from + index * BLOCK_BYTES, target, bytes);
  if (status == Status.Ok && blocksMatch(index, target, bytes) == 1) return true;
  if (index == doubted) doubted = NONE;
  else heldSetThere(index, false);
  return false;
}

/** Starts to compare all blocks of the slot with the table in its info area. */
export function heldVerifyStart(): void {
  at = 0;
}

/** Pending, Ok, or EccFatal when a block is not what the table says, or cannot be read. */
export function heldVerifyPoll(): i32 {
  if (at >= blocksCount()) return Status.Ok;
  timeWakeNow();
  const first = at;
  const bytes = heldRead(slot);
  const count = <i32>(at - first);
  const status = blockTableRead(kind, slot, first, DIGESTS, count);
  if (status < 0) return status;
  const right = readable & blocksCompare(heldGroup(), bytes, DIGESTS);
  return right == (1 << count) - 1 ? Status.Pending : Status.EccFatal;
}

/** True when the slot's blocks can be looked at: an image that was written whole, or what this very download left. */
function heldIsWhole(): bool {
  const state = journalState(kind, slot);
  if (state == SlotState.Writing) return bytesEqual(journalDigest(kind, slot) + 4, blocksNamePtr(), RUN_NAME_BYTES);
  if (state != SlotState.Rejected) return heldIsImage();
  // A file that was refused as it came, without a table, has no name there: behind its end may stand what an earlier cut left.
  return !bytesAre(journalDigest(kind, slot) + 4, 0, RUN_NAME_BYTES);
}

/** True when all of the slot was written and verified: an empty block is one then, and not the remains of an erase that was cut. */
function heldIsImage(): bool {
  const state = journalState(kind, slot);
  return state == SlotState.Trial || state == SlotState.Updated || state == SlotState.Staged;
}

/** True for a block of nothing but 0xff. */
function heldIsEmpty(index: u32): bool {
  return bytesEqual(blocksTablePtr() + <usize>(index * DIGEST_BYTES), EMPTY, DIGEST_BYTES);
}

function heldLook(from: i32): void {
  const first = at;
  const bytes = heldRead(from);
  const right = readable & blocksMatch(first, heldGroup(), bytes);
  for (let i: u32 = 0; first + i < at; i++) {
    const index = first + i;
    if (((right >>> i) & 1) == 0 || patchIsHeld(index) || heldIsLocal(index)) continue;
    const stays = from == slot && (heldIsImage() || !heldIsEmpty(index));
    if (stays) patchHold(index, true);
    else heldSetThere(index, true);
    if (stays) heldCount++;
    else thereCount++;
  }
}

/** Reads up to four blocks, and moves on. Returns their bytes; one that cannot be read is not `readable`. */
function heldRead(from: i32): i32 {
  let bytes: i32 = 0;
  readable = 0;
  for (let i: u32 = 0; i < GROUP_COUNT && at < blocksCount(); i++, at++) {
    const status = deviceRead(layoutSlotOffset(kind, from) + at * BLOCK_BYTES, heldGroup() + <usize>bytes, blocksBytes(at));
    if (status == Status.Ok) readable |= 1 << i;
    bytes += blocksBytes(at);
  }
  return bytes;
}

/**
 * What reads right need not be written right: a page that power failed in may read well now and badly later. Such a page is in
 * the last block of the run that was under way, so that block is read, erased and written once more. A block of 0xff never counts as
 * written there: an erase that was cut leaves the same to see. Where an erase unit has several blocks, it is one unit with all of them;
 * a unit that is not whole is none.
 */
function heldDoubt(): void {
  if (journalState(kind, slot) == SlotState.Writing) {
    let missing: u32 = 0;
    while (missing < blocksCount() && (patchIsHeld(missing) || heldIsEmpty(missing))) missing++;
    let end = min(missing, load<u32>(journalDigest(kind, slot)));
    while (end > 0 && heldIsEmpty(end - 1)) end--; // Those are written again in any case.
    if (end > 0) {
      doubted = end - 1;
      heldDrop(doubted);
    }
  }
  const perSector = deviceSectorBytes() / BLOCK_BYTES;
  if (perSector <= 1) return;
  doubted = NONE;
  for (let first: u32 = 0; first < blocksCount(); first += perSector) heldDoubtSector(first, min(first + perSector, blocksCount()));
}

function heldDoubtSector(first: u32, end: u32): void {
  let whole = true;
  for (let index = first; index < end; index++) whole = whole && patchIsHeld(index);
  for (let index = first; index < end && !whole; index++) heldDrop(index);
}

function heldDrop(index: u32): void {
  if (patchIsHeld(index)) heldCount--;
  patchHold(index, false);
}

function heldSetThere(index: u32, there: bool): void {
  const byte = THERE + <usize>(index >>> 3);
  const bit = 1 << (index & 7);
  store<u8>(byte, there ? load<u8>(byte) | bit : load<u8>(byte) & ~bit);
}

/** Room for four blocks, behind the table. */
function heldGroup(): usize {
  return stagingStore() + <usize>BLOCK_FILE_BYTES_MAX;
}
