// What is in the slots and which of them may start: an append-only journal in two sectors. Nothing else makes a slot bootable.
//
// In: marks, one at a time. Out: the state of each slot, whole whenever power goes; a mark counts when `journalPoll` says Ok.
//
// Three rules carry the proof. (1) A reset may leave the last record readable today and not tomorrow, so opening appends the
// state again before anybody acts on it. (2) Only then the other sector is erased, unless a blank record vouches for it; and no
// mark is made before it is, so while both sectors count they say the same. (3) A sector is always erased by the run that
// begins to fill it: what reads as blank may be the remains of a write that was cut. Records after that go to the first place
// beyond what shows, leaving one out for the same reason, and past every place that the chip refuses as programmed.
// Where a start finds no place left for (1), it goes round at once: after some ten cut starts in a row it trusts what it reads.

import { Kind, Status } from "../../hal/abi";
import { SlotState } from "../../hal/events";
import { bytesCopy } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { trace, Trace } from "../base/trace";
import { FLASH_STEPS_PER_POLL_MAX, JOURNAL_PAGES_MIN } from "../config";
import { deviceEraseStart, devicePageBytes, devicePoll, deviceSectorBytes } from "./device";
import {
  COMMIT_BYTES, DIGEST_BYTES, recordAttempts, recordClear, recordCommit, recordConfirmed, recordCopy, recordCounter, recordDigest,
  recordErasedSectors, recordSeal, recordSetConfirmed, recordSetCounter, recordSetErasedSectors, recordSetState, recordState, RecordType,
  RECORD_BYTES, RECORD_STRIDE_BYTES,
} from "./journal-record";
import { scanActive, scanEpoch, scanOtherBlank, scanPoll, scanPositionCount, scanRecord, scanStart, scanUsed } from "./journal-scan";
import { layoutJournalOffset } from "./layout";
import { programPoll, programRound, programStart } from "./program";

/** What is under way. */
enum Work {
  Idle,
  Scan,
  Record,
  Commit,
  Erase,
}

/** What the record or erase under way is for. */
enum Aim {
  Mend,
  Blank,
  Mark,
  Rotate,
}

/** The state of each kind, as committed. */
const LIVE = memory.data(128, 8);
/** The mark that waits for its commit. */
const MARK = memory.data(64, 8);
/** The record under way, and its commit. */
const RECORD = memory.data(128, 8);

/** Copies of both kinds: mending and rotating go through them in order. */
const KIND_COUNT: i32 = 2;
/** Rotation: erase, a copy a kind, then the record that makes the sector count. */
const ROTATE_ERASE: i32 = -1;

let work: Work = Work.Idle;
let aim: Aim = Aim.Mend;
let failure: i32 = Status.Ok;
let activeSector: i32 = -1;
let epoch: u32 = 0;
let writeSector: i32 = 0;
let writePosition: i32 = 0;
let mended: i32 = 0;
let rotateStep: i32 = 0;
let otherErased: bool = false;
let otherVouched: bool = false;
let marking: bool = false;
let markKind: i32 = Kind.Boot;

/** Starts to read and mend what is there. Nothing may be acted on before `journalPoll` says Ok. */
export function journalOpen(): i32 {
  failure = Status.Ok;
  marking = false;
  recordClear(liveAt(Kind.Boot), Kind.Boot);
  recordClear(liveAt(Kind.Application), Kind.Application);
  scanStart();
  work = Work.Scan;
  timeWakeNow();
  return Status.Ok;
}

/** True while it must be asked: what was begun would else be left half done. */
export function journalIsBusy(): bool {
  return work != Work.Idle;
}

/** Works on: Pending while there is work, Ok when idle, negative when the chip failed; the next mark tries again. */
export function journalPoll(): i32 {
  for (let step = 0; step < FLASH_STEPS_PER_POLL_MAX; step++) {
    if (work == Work.Idle) return failure;
    const status = work == Work.Scan ? scanPoll() : work == Work.Erase ? devicePoll() : programPoll();
    if (status == Status.Pending) return Status.Pending;
    journalAdvance(status);
  }
  if (work == Work.Idle) return failure;
  timeWakeNow();
  return Status.Pending;
}

export function journalState(kind: i32, slot: i32): SlotState {
  return recordState(liveAt(kind), slotChecked(slot));
}

/** Attempts that a slot in trial has left. */
export function journalAttempts(kind: i32, slot: i32): i32 {
  return recordAttempts(liveAt(kind), slotChecked(slot));
}

/** The first 16 bytes of the digest that the slot was marked with. */
export function journalDigest(kind: i32, slot: i32): usize {
  return recordDigest(liveAt(kind), slotChecked(slot));
}

/** The lowest security counter that a file may have. */
export function journalCounter(kind: i32): u32 {
  return recordCounter(liveAt(kind));
}

/** Bytes from the slot's start that an ERASED state vouches for; its info area's first sectors then are erased too. */
export function journalErasedBytes(kind: i32, slot: i32): u32 {
  if (journalState(kind, slot) != SlotState.Erased) return 0;
  return <u32>recordErasedSectors(liveAt(kind), slot) * deviceSectorBytes();
}

/** The slot to try first: one in trial with attempts left, else the one confirmed last, else -1. */
export function journalPreferred(kind: i32): i32 {
  for (let slot = 0; slot < 2; slot++) {
    if (journalState(kind, slot) == SlotState.Trial && journalAttempts(kind, slot) > 0) return slot;
  }
  const confirmed = recordConfirmed(liveAt(kind));
  if (journalState(kind, confirmed) == SlotState.Updated) return confirmed;
  return journalState(kind, 1 - confirmed) == SlotState.Updated ? 1 - confirmed : -1;
}

/**
 * Starts to record a slot's state. `digestPtr` 0 keeps the digest. `counter` is the image's; the floor rises to it with the
 * state Updated alone, and never falls. Busy while another mark is under way.
 */
export function journalMark(kind: i32, slot: i32, state: SlotState, attempts: i32, digestPtr: usize, counter: u32): i32 {
  assert(attempts >= 0 && attempts <= 255);
  if (work != Work.Idle) return Status.Busy;
  recordCopy(MARK, liveAt(kind));
  recordSetState(MARK, slotChecked(slot), state, attempts);
  recordSetErasedSectors(MARK, slot, 0);
  // There is one image on trial at a time, the newest; one that was never confirmed stays as what to fall back to.
  if (state == SlotState.Trial && recordState(MARK, 1 - slot) == SlotState.Trial) recordSetState(MARK, 1 - slot, SlotState.Staged, 0);
  if (digestPtr != 0) bytesCopy(recordDigest(MARK, slot), digestPtr, DIGEST_BYTES);
  if (state == SlotState.Updated) {
    recordSetConfirmed(MARK, slot);
    if (counter > recordCounter(MARK)) recordSetCounter(MARK, counter);
  }
  return journalMarkStart(kind);
}

/** Starts to record that a slot is erased: so many bytes from its start, and its info area. */
export function journalMarkErased(kind: i32, slot: i32, bytes: u32): i32 {
  assert(bytes % deviceSectorBytes() == 0 && bytes / deviceSectorBytes() <= <u32>u16.MAX_VALUE);
  if (work != Work.Idle) return Status.Busy;
  recordCopy(MARK, liveAt(kind));
  recordSetState(MARK, slotChecked(slot), SlotState.Erased, 0);
  recordSetErasedSectors(MARK, slot, bytes / deviceSectorBytes());
  return journalMarkStart(kind);
}

function journalMarkStart(kind: i32): i32 {
  trace(Trace.Journal, (kind << 16) | (recordState(MARK, 0) << 8) | <i32>recordState(MARK, 1));
  markKind = kind;
  marking = true;
  failure = Status.Ok;
  timeWakeNow();
  journalNext();
  return failure;
}

/** Takes how the work under way ended, and starts what follows. */
function journalAdvance(status: i32): void {
  const done = work;
  work = Work.Idle;
  if (done == Work.Scan) {
    journalScanned();
  } else if (done == Work.Erase) {
    if (status != Status.Ok) return journalFail(status);
    otherErased = true;
    if (aim == Aim.Rotate) rotateStep = 0;
  } else if (status != Status.Ok) {
    // This place is spoilt; the next one is tried until the sector ends.
    writePosition++;
  } else if (done == Work.Record) {
    return journalCommit();
  } else {
    writePosition++;
    journalCommitted();
  }
  journalNext();
}

/** Takes over what the scan has found. */
function journalScanned(): void {
  activeSector = scanActive();
  otherErased = false;
  mended = 0;
  if (activeSector < 0) {
    epoch = 0;
    activeSector = 1; // Nothing counts: the first sector is begun as if the second were full.
    otherVouched = false;
    writePosition = scanPositionCount();
  } else {
    epoch = scanEpoch(activeSector);
    otherVouched = scanOtherBlank(activeSector);
    writePosition = journalPageStart(scanUsed(activeSector)) + journalPlaces();
    for (let kind: i32 = Kind.Boot; kind <= Kind.Application; kind++) {
      const record = scanRecord(activeSector, kind);
      if (record != 0) recordCopy(liveAt(kind), record);
    }
  }
  aim = Aim.Mend;
  writeSector = activeSector;
}

/** Starts what has to be done next; nothing: idle. */
function journalNext(): void {
  if (aim == Aim.Rotate) return journalRotateNext();
  if (mended < KIND_COUNT) return journalAppend(Aim.Mend, RecordType.State, liveAt(Kind.Boot + mended));
  if (!otherVouched) {
    if (!otherErased) return journalErase(Aim.Blank);
    return journalAppend(Aim.Blank, RecordType.Blank, liveAt(Kind.Boot));
  }
  if (marking) journalAppend(Aim.Mark, RecordType.State, MARK);
}

/** A sector is full: the other one takes over. A mark that waits goes in with the copies. */
function journalRotateNext(): void {
  if (rotateStep == ROTATE_ERASE) {
    if (!otherErased) return journalErase(Aim.Rotate);
    rotateStep = 0;
  }
  otherErased = false; // From here on it is being written.
  if (rotateStep == KIND_COUNT) return journalAppend(Aim.Rotate, RecordType.Valid, liveAt(Kind.Boot));
  const kind = Kind.Boot + rotateStep;
  journalAppend(Aim.Rotate, RecordType.Copy, marking && kind == markKind ? MARK : liveAt(kind));
}

function journalErase(purpose: Aim): void {
  aim = purpose;
  const status = deviceEraseStart(layoutJournalOffset(1 - activeSector), deviceSectorBytes());
  if (status != Status.Ok) return journalFail(status);
  work = Work.Erase;
}

/** Starts a record at the next place that takes one. */
function journalAppend(purpose: Aim, type: RecordType, source: usize): void {
  const positionCount = scanPositionCount();
  aim = purpose;
  recordCopy(RECORD, source);
  // A page that holds a record which counts takes no other: a program that is cut may spoil other units of its page, although the
  // contract says that it does not. The copies of a rotation may share theirs, because until they are complete the other sector counts.
  if (purpose != Aim.Rotate) writePosition = journalPageStart(writePosition);
  let status: i32 = Status.NoSpace;
  for (; writePosition < positionCount; writePosition++) {
    recordSeal(RECORD, type, purpose == Aim.Rotate ? epoch + 1 : epoch, writePosition, positionCount);
    status = programStart(journalOffset(), RECORD, RECORD_BYTES);
    if (status != Status.NotErased) break;
  }
  work = Work.Record;
  if (status == Status.Ok) return;
  work = Work.Idle;
  if (writePosition < positionCount) return journalFail(status);
  if (purpose == Aim.Rotate) return journalFail(Status.ProgramFailed);
  aim = Aim.Rotate;
  rotateStep = ROTATE_ERASE;
  writeSector = 1 - activeSector;
  writePosition = 0;
  journalRotateNext();
}

/** Places that one record takes: a page of them, where a sector has pages enough. */
function journalPlaces(): i32 {
  return deviceSectorBytes() / devicePageBytes() < JOURNAL_PAGES_MIN ? 1 : <i32>devicePageBytes() / RECORD_STRIDE_BYTES;
}

/** The first place from here on that begins a page. */
function journalPageStart(position: i32): i32 {
  const places = journalPlaces();
  return (position + places - 1) & ~(places - 1);
}

/** The record reads as sent: only now its commit is programmed. */
function journalCommit(): void {
  const bytes = programRound(COMMIT_BYTES);
  recordCommit(RECORD, RECORD + RECORD_BYTES, bytes);
  const status = programStart(journalOffset() + RECORD_BYTES, RECORD + RECORD_BYTES, bytes);
  if (status == Status.Ok) {
    work = Work.Commit;
  } else if (status == Status.NotErased) {
    writePosition++;
    journalNext();
  } else {
    journalFail(status);
  }
}

function journalCommitted(): void {
  if (aim == Aim.Mend) mended++;
  else if (aim == Aim.Blank) otherVouched = true;
  else if (aim == Aim.Mark) journalMarked();
  else journalRotated();
}

function journalMarked(): void {
  if (marking) recordCopy(liveAt(markKind), MARK);
  marking = false;
}

function journalRotated(): void {
  rotateStep++;
  if (rotateStep <= KIND_COUNT) return;
  journalMarked();
  activeSector = writeSector;
  epoch++;
  mended = KIND_COUNT;
  otherVouched = false;
  aim = Aim.Mend;
}

/** Gives up until the next mark. A rotation that was begun is begun anew. */
function journalFail(status: i32): void {
  trace(Trace.Journal, status);
  failure = status;
  marking = false;
  if (aim == Aim.Rotate) {
    writeSector = activeSector;
    writePosition = scanPositionCount();
  }
  aim = Aim.Mend;
}

function journalOffset(): u32 {
  return layoutJournalOffset(writeSector) + <u32>(writePosition * RECORD_STRIDE_BYTES);
}

function liveAt(kind: i32): usize {
  assert(kind == Kind.Boot || kind == Kind.Application);
  return LIVE + (kind == Kind.Boot ? 0 : 64);
}

function slotChecked(slot: i32): i32 {
  assert(slot == 0 || slot == 1);
  return slot;
}
