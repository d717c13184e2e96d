// Reads both journal sectors as a reset left them and says which one counts, what it holds, and where it may go on.
//
// It writes nothing. A read error means "no record here" and is never fatal. A sector counts when a record of another type than
// Copy stands in it: those are begun only after all copies were committed. Of two that count, the higher epoch does.

import { Kind, Status } from "../../hal/abi";
import { bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { JOURNAL_READS_PER_POLL_MAX, JOURNAL_RECORD_COUNT_MAX } from "../config";
import { devicePoll, deviceRead, deviceSectorBytes } from "./device";
import {
  recordBlank, recordCopy, recordEpoch, recordKind, RecordType, recordType, recordValid, RECORD_STRIDE_BYTES,
} from "./journal-record";
import { layoutJournalOffset } from "./layout";

/** Per sector: u32 epoch, u32 positions in use, u8 counts, u8 vouches for the other one, u8 shows something, then a record a kind. */
const SECTOR_BYTES: usize = 144;
const SECTORS = memory.data(288, 8);
const EPOCH: usize = 0;
const USED: usize = 4;
const COUNTS: usize = 8;
const VOUCHES: usize = 9;
const SHOWS: usize = 10;
const RECORDS: usize = 16;
const STRIDE = memory.data(128, 8);

let readIndex: i32 = 0;

export function scanStart(): void {
  bytesFill(SECTORS, 0, <i32>SECTOR_BYTES * 2);
  readIndex = 0;
}

/** Positions of a sector that the journal uses. */
export function scanPositionCount(): i32 {
  const count = <i32>deviceSectorBytes() / RECORD_STRIDE_BYTES;
  return count < JOURNAL_RECORD_COUNT_MAX ? count : JOURNAL_RECORD_COUNT_MAX;
}

/** Reads on: Pending, then Ok. A reset does not stop the chip, so it may be busy with what was begun before. */
export function scanPoll(): i32 {
  if (devicePoll() == Status.Pending) return Status.Pending;
  const positionCount = scanPositionCount();
  for (let reads = 0; reads < JOURNAL_READS_PER_POLL_MAX; reads++) {
    if (readIndex == 2 * positionCount) return Status.Ok;
    scanRead(readIndex / positionCount, readIndex % positionCount, positionCount);
    readIndex++;
  }
  timeWakeNow();
  return Status.Pending;
}

/** The sector that counts, or -1. One that has lost a kind's record counts less than one that has both. */
export function scanActive(): i32 {
  const first = sectorAt(0);
  const second = sectorAt(1);
  if (sectorRank(first) == 0 && sectorRank(second) == 0) return -1;
  if (sectorRank(first) != sectorRank(second)) return sectorRank(first) > sectorRank(second) ? 0 : 1;
  return load<u32>(first + EPOCH) > load<u32>(second + EPOCH) ? 0 : 1;
}

export function scanEpoch(sector: i32): u32 {
  return load<u32>(sectorAt(sector) + EPOCH);
}

/** Positions up to the last that shows anything. */
export function scanUsed(sector: i32): i32 {
  return load<i32>(sectorAt(sector) + USED);
}

/** True when the other sector is erased: this one vouches for it, and it shows nothing. */
export function scanOtherBlank(sector: i32): bool {
  return load<u8>(sectorAt(sector) + VOUCHES) != 0 && load<u8>(sectorAt(1 - sector) + SHOWS) == 0;
}

/** The last record of a kind, or 0. */
export function scanRecord(sector: i32, kind: i32): usize {
  const record = recordAt(sectorAt(sector), kind);
  return recordType(record) == 0 ? 0 : record;
}

function scanRead(sector: i32, position: i32, positionCount: i32): void {
  const at = sectorAt(sector);
  const offset = layoutJournalOffset(sector) + <u32>(position * RECORD_STRIDE_BYTES);
  const readable = deviceRead(offset, STRIDE, RECORD_STRIDE_BYTES) == Status.Ok;
  if (readable && recordBlank(STRIDE)) return;
  store<u8>(at + SHOWS, 1);
  store<i32>(at + USED, position + 1);
  if (readable && recordValid(STRIDE, position, positionCount)) scanTake(at);
}

/** Takes a valid record over what stood before it. Older epochs are remains of an erase that was cut. */
function scanTake(at: usize): void {
  const epoch = recordEpoch(STRIDE);
  if (epoch < load<u32>(at + EPOCH)) return;
  if (epoch > load<u32>(at + EPOCH)) {
    bytesFill(at + COUNTS, 0, 2);
    bytesFill(at + RECORDS, 0, <i32>(SECTOR_BYTES - RECORDS));
    store<u32>(at + EPOCH, epoch);
  }
  const type = recordType(STRIDE);
  if (type != RecordType.Copy) store<u8>(at + COUNTS, 1);
  if (type == RecordType.Blank) store<u8>(at + VOUCHES, 1);
  if (type == RecordType.Copy || type == RecordType.State) recordCopy(recordAt(at, recordKind(STRIDE)), STRIDE);
}

/** 0 does not count, 1 counts, 2 counts and has both kinds. */
function sectorRank(at: usize): i32 {
  if (load<u8>(at + COUNTS) == 0) return 0;
  return recordType(recordAt(at, Kind.Boot)) != 0 && recordType(recordAt(at, Kind.Application)) != 0 ? 2 : 1;
}

function sectorAt(sector: i32): usize {
  return SECTORS + <usize>sector * SECTOR_BYTES;
}

function recordAt(at: usize, kind: i32): usize {
  return at + RECORDS + (kind == Kind.Boot ? 0 : 64);
}
