// Keeps the list of parameters (settings/kept) over power loss: a record of the whole list, in one of two areas by turns.
//
//   place: 0 magic | 4 sequence | 8 bytes of the list | 12 its CRC-32 | 16 zero | 60 CRC-32 of all before it
//          64 seal: that CRC-32, its complement, 0xff to the end of the write unit | 128 the list
//
// Each area has two places. A save erases the area that is not in use and writes to its first place: list, head, seal. The old record
// stays until the next save, so a cut leaves the old list or the new one, never a mix. The journal's rules hold here too. A head counts as
// soon as its CRC-32 is right, but a cut may have left it readable today and not tomorrow. The seal is programmed after the head
// had ended, so any seal proves it; a record without one is written again, to the other place of its area, before anybody acts on
// it, and where that fails it is given up. Nothing is written where nothing has changed. A read error means "no record here".

import { Status } from "../../hal/abi";
import { bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { trace, Trace } from "../base/trace";
import { FLASH_STEPS_PER_POLL_MAX, KEPT_BYTES_MAX } from "../config";
import { crc32Of } from "../crypto/crc32";
import { keptBytes, keptLoad, keptPtr } from "../settings/kept";
import { deviceEraseStart, devicePoll, deviceRead, deviceSectorBytes } from "./device";
import { COMMIT_BYTES, recordCommit, recordCommitted, RECORD_BYTES } from "./journal-record";
import { layoutSettingsBytes, layoutSettingsOffset } from "./layout";
import { programBytes, programPoll, programRound, programStart } from "./program";

/** What is under way; a save goes through the last four in their order. */
enum Work {
  Idle,
  Scan,
  Erase,
  List,
  Head,
  Seal,
}

/** "Sett", little endian. */
const MAGIC_VALUE: u32 = 0x74746553;
const SEQUENCE: usize = 4;
const BYTES: usize = 8;
const LIST_CRC: usize = 12;
const HEAD_CRC: usize = 60;
const LIST: u32 = 128;
/** Head and seal; the latter is one write unit, at most as large as a record. */
const HEAD = memory.data(128, 8);

const PLACE_COUNT: i32 = 4;
const PLACE_NONE: i32 = -1;
/** A record that replaces another is two ahead: one that is written again is one ahead, and may be left unreadable for a while. */
const SAVE_STEP: u32 = 2;

let work: Work = Work.Idle;
let failure: i32 = Status.Unsupported;
/** The record in force. */
let place: i32 = PLACE_NONE;
let sequence: u32 = 0;
let storedBytes: i32 = 0;
let storedCrc: u32 = 0;
/** The record under way. */
let target: i32 = 0;
let targetSequence: u32 = 0;
let mending: bool = false;
/** A record that failed may be found whole later: the next save is written over it, changed or not. */
let spoilt: bool = false;
/** While erasing, a place in both areas; then bytes of the list that were begun. */
let cursor: u32 = 0;
/** Records from this sequence on were looked at, and do not count. */
let bound: u32 = 0;

/** Starts to read the list. What is found is in settings/kept once `settingsLogPoll` says Ok. */
export function settingsLogOpen(): void {
  failure = Status.Ok;
  place = PLACE_NONE;
  sequence = 0;
  storedBytes = 0;
  storedCrc = 0;
  spoilt = false;
  bound = u32.MAX_VALUE;
  work = Work.Scan;
  timeWakeNow();
}

/** True while it must be asked; what it was given may not change before. */
export function settingsLogIsBusy(): bool {
  return work != Work.Idle;
}

/**
 * Starts to store the list as it is now, if it is another one than the chip holds (by length and CRC-32). Poll until it is no longer
 * Pending.
 */
export function settingsLogSave(): void {
  assert(work == Work.Idle);
  if (failure == Status.Unsupported) return; // Never opened: there is no chip to store anything in.
  failure = Status.Ok;
  if (!spoilt && keptBytes() == storedBytes && (storedBytes == 0 || crc32Of(keptPtr(), storedBytes) == storedCrc)) return;
  if (<u32>keptBytes() > placeBytes() - LIST) {
    failure = Status.NoSpace;
    return;
  }
  mending = false;
  targetSequence = sequence + SAVE_STEP;
  settingsBegin(place == PLACE_NONE ? 0 : (place & 2) ^ 2);
}

/** Works on: Pending while there is work, Ok when idle, negative when the list could not be stored: the one before is whole. */
export function settingsLogPoll(): i32 {
  for (let step = 0; step < FLASH_STEPS_PER_POLL_MAX; step++) {
    if (work == Work.Idle) return failure;
    if (work == Work.Scan) {
      settingsScan();
      break; // One list is hashed in a poll.
    }
    const status = work == Work.Erase ? devicePoll() : programPoll();
    if (status == Status.Pending) return status;
    settingsNext(status);
  }
  if (work == Work.Idle) return failure;
  timeWakeNow();
  return Status.Pending;
}

/** Looks at the newest record that was not looked at yet. */
function settingsScan(): void {
  let newest: i32 = PLACE_NONE;
  let newestSequence: u32 = 0;
  for (let at: i32 = 0; at < PLACE_COUNT; at++) {
    if (!headRead(at)) continue;
    const found = load<u32>(HEAD + SEQUENCE);
    if (found >= bound || (newest >= 0 && found <= newestSequence)) continue;
    newest = at;
    newestSequence = found;
  }
  if (newest < 0) {
    work = Work.Idle;
    return keptLoad(0);
  }
  bound = newestSequence;
  if (!headRead(newest) || !listRead(newest)) return; // The one before it is looked at next.
  if (sealRead(newest)) return settingsFound(newest, newestSequence);
  mending = true;
  targetSequence = newestSequence + 1;
  settingsBegin(newest ^ 1);
}

/** The list in memory is the one in this place, and HEAD is its head. */
function settingsFound(at: i32, found: u32): void {
  work = Work.Idle;
  place = at;
  sequence = found;
  storedBytes = keptBytes();
  storedCrc = load<u32>(HEAD + LIST_CRC);
}

/** Starts to write the list to a place: its erase first. */
function settingsBegin(at: i32): void {
  trace(Trace.Settings, (at << 16) | keptBytes());
  target = at;
  cursor = 0;
  bytesFill(keptPtr() + <usize>keptBytes(), 0xff, programRound(keptBytes()) - keptBytes());
  timeWakeNow();
  work = Work.Erase;
  settingsErase();
}

/** Takes how the work under way ended, and starts what follows. */
function settingsNext(status: i32): void {
  if (status != Status.Ok) return settingsFail(status);
  if (work == Work.Erase) return settingsErase();
  if (work == Work.List) return settingsList();
  if (work == Work.Head) return settingsStart(Work.Seal, 64, HEAD + RECORD_BYTES, programRound(COMMIT_BYTES));
  if (!mending) spoilt = false;
  settingsFound(target, targetSequence);
}

function settingsErase(): void {
  const sectorBytes = deviceSectorBytes();
  const endBytes: u32 = 2 * layoutSettingsBytes();
  while (cursor < endBytes && !settingsMustErase(cursor)) cursor += sectorBytes;
  if (cursor == endBytes) {
    cursor = 0;
    return settingsList();
  }
  const status = deviceEraseStart(layoutSettingsOffset() + cursor, sectorBytes);
  cursor += sectorBytes;
  if (status != Status.Ok) settingsFail(status);
}

/**
 * True for the sectors that the list needs, and for those in which another head of that area may still be read. Without a record in
 * force, heads of the other area too: one that cannot be read now might be later. Writing again touches nothing but its place; a second
 * place that shares its sector is not erased at all.
 */
function settingsMustErase(at: u32): bool {
  const atPlace = <i32>(at / placeBytes());
  const inPlace = at % placeBytes();
  if (atPlace == target && inPlace < LIST + <u32>keptBytes()) return true;
  if (mending || inPlace != 0) return false;
  return place == PLACE_NONE || atPlace >> 1 == target >> 1;
}

function settingsList(): void {
  const leftBytes = keptBytes() - <i32>cursor;
  if (leftBytes == 0) return settingsHead();
  const from = cursor;
  const bytes = min(programBytes() - <i32>((LIST + from) % <u32>programBytes()), leftBytes);
  cursor += bytes; // Before it is started: a refusal begins anew.
  settingsStart(Work.List, LIST + from, keptPtr() + <usize>from, programRound(bytes));
}

function settingsHead(): void {
  bytesFill(HEAD, 0, RECORD_BYTES);
  store<u32>(HEAD, MAGIC_VALUE);
  store<u32>(HEAD + SEQUENCE, targetSequence);
  store<u32>(HEAD + BYTES, keptBytes());
  store<u32>(HEAD + LIST_CRC, crc32Of(keptPtr(), keptBytes()));
  store<u32>(HEAD + HEAD_CRC, crc32Of(HEAD, <i32>HEAD_CRC));
  recordCommit(HEAD, HEAD + RECORD_BYTES, programRound(COMMIT_BYTES));
  settingsStart(Work.Head, 0, HEAD, RECORD_BYTES);
}

function settingsStart(next: Work, at: u32, ptr: usize, bytes: i32): void {
  work = next;
  const status = programStart(placeOffset(target) + at, ptr, bytes);
  if (status != Status.Ok) settingsFail(status);
}

/**
 * A second place without a sector of its own may have been written to: then the sector is erased after all, with the record that is in
 * memory. What could not be written again is given up for the one before it; a save leaves what it was to replace.
 */
function settingsFail(status: i32): void {
  trace(Trace.Settings, status);
  if (mending && status == Status.NotErased && (target & 1) != 0) return settingsBegin(target ^ 1);
  spoilt = true;
  if (!mending) failure = status;
  work = mending ? Work.Scan : Work.Idle;
  timeWakeNow();
}

/** True when a place has a whole head; it is in HEAD then. */
function headRead(at: i32): bool {
  if (deviceRead(placeOffset(at), HEAD, RECORD_BYTES) != Status.Ok) return false;
  if (load<u32>(HEAD) != MAGIC_VALUE || load<u32>(HEAD + HEAD_CRC) != crc32Of(HEAD, <i32>HEAD_CRC)) return false;
  return load<u32>(HEAD + BYTES) <= <u32>KEPT_BYTES_MAX && load<u32>(HEAD + BYTES) <= placeBytes() - LIST;
}

/** Reads the list of the head in HEAD. */
function listRead(at: i32): bool {
  const bytes = load<i32>(HEAD + BYTES);
  if (deviceRead(placeOffset(at) + LIST, keptPtr(), bytes) != Status.Ok) return false;
  if (load<u32>(HEAD + LIST_CRC) != crc32Of(keptPtr(), bytes)) return false;
  keptLoad(bytes);
  return true;
}

/** Read by itself: a seal that faults says nothing against its head. */
function sealRead(at: i32): bool {
  return deviceRead(placeOffset(at) + 64, HEAD + RECORD_BYTES, COMMIT_BYTES) == Status.Ok && recordCommitted(HEAD);
}

function placeBytes(): u32 {
  return layoutSettingsBytes() / 2;
}

function placeOffset(at: i32): u32 {
  return layoutSettingsOffset() + <u32>at * placeBytes();
}
