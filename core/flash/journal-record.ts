// A journal record: 64 bytes that carry one kind's state, then a commit unit that is programmed once they are safe.
//
//   0 type | 1 kind | 2 state of slot A, B | 4 epoch | 8 sequence | 12 attempts of slot A, B | 14 slot confirmed last | 15 zero
//   16 digest of slot A, B (16 bytes each) | 48 counter floor | 52 erased sectors of slot A, B (u16) | 56 zero | 60 CRC-32
//   64 commit: CRC-32, its complement, 0xff to the end of the write unit
//
// All numbers are little endian. Formats only: it knows neither the chip nor what the states mean.

import { Kind } from "../../hal/abi";
import { SlotState } from "../../hal/events";
import { bytesAre, bytesCopy, bytesFill } from "../base/bytes";
import { crc32Of } from "../crypto/crc32";

export const RECORD_BYTES: i32 = 64;
/** Records stand this far apart, so that neither record nor commit crosses a page. */
export const RECORD_STRIDE_BYTES: i32 = 128;
export const COMMIT_BYTES: i32 = 8;
export const DIGEST_BYTES: i32 = 16;

export enum RecordType {
  /** A kind's state, carried over when a sector is begun. Counts only with a later record of another type. */
  Copy = 1,
  /** A kind's state. */
  State = 2,
  /** The copies before it are complete: from here on this sector counts. */
  Valid = 3,
  /** The other sector was erased to the end. */
  Blank = 4,
}

const TYPE: usize = 0;
const KIND: usize = 1;
const STATES: usize = 2;
const EPOCH: usize = 4;
const SEQUENCE: usize = 8;
const ATTEMPTS: usize = 12;
const CONFIRMED: usize = 14;
const DIGESTS: usize = 16;
const COUNTER: usize = 48;
const ERASED: usize = 52;
const CRC: usize = 60;

/** The state of a kind of which nothing is known. */
export function recordClear(record: usize, kind: i32): void {
  bytesFill(record, 0, RECORD_BYTES);
  store<u8>(record + KIND, kind);
}

export function recordCopy(target: usize, source: usize): void {
  bytesCopy(target, source, RECORD_BYTES);
}

/** Gives a record its type and place, and closes it. A sequence follows from epoch and position, so a record out of place shows. */
export function recordSeal(record: usize, type: i32, epoch: u32, position: i32, positionCount: i32): void {
  store<u8>(record + TYPE, type);
  store<u32>(record + EPOCH, epoch);
  store<u32>(record + SEQUENCE, epoch * <u32>positionCount + <u32>position);
  store<u32>(record + CRC, crc32Of(record, <i32>CRC));
}

/** Writes the commit that belongs to a sealed record, `bytes` long. */
export function recordCommit(record: usize, target: usize, bytes: i32): void {
  assert(bytes >= COMMIT_BYTES);
  bytesFill(target, 0xff, bytes);
  store<u32>(target, load<u32>(record + CRC));
  store<u32>(target + 4, ~load<u32>(record + CRC));
}

/** True when the commit behind a record is its own. */
export function recordCommitted(record: usize): bool {
  const crc = load<u32>(record + CRC);
  return load<u32>(record + RECORD_BYTES) == crc && load<u32>(record + RECORD_BYTES + 4) == ~crc;
}

/** True when a record as read with its commit is whole, committed, in its place, and says nothing impossible. */
export function recordValid(record: usize, position: i32, positionCount: i32): bool {
  const crc = load<u32>(record + CRC);
  if (crc != crc32Of(record, <i32>CRC)) return false;
  if (!recordCommitted(record)) return false;
  if (load<u32>(record + SEQUENCE) != recordEpoch(record) * <u32>positionCount + <u32>position) return false;
  const kind = recordKind(record);
  if (kind != Kind.Boot && kind != Kind.Application) return false;
  if (recordState(record, 0) > SlotState.Failed || recordState(record, 1) > SlotState.Failed) return false;
  return recordType(record) >= RecordType.Copy && recordType(record) <= RecordType.Blank && recordConfirmed(record) <= 1;
}

/** True when nothing can be seen in a record's whole stride. */
export function recordBlank(record: usize): bool {
  return bytesAre(record, 0xff, RECORD_STRIDE_BYTES);
}

export function recordType(record: usize): i32 {
  return load<u8>(record + TYPE);
}

export function recordKind(record: usize): i32 {
  return load<u8>(record + KIND);
}

export function recordEpoch(record: usize): u32 {
  return load<u32>(record + EPOCH);
}

export function recordState(record: usize, slot: i32): SlotState {
  return load<u8>(record + STATES + <usize>slot);
}

export function recordAttempts(record: usize, slot: i32): i32 {
  return load<u8>(record + ATTEMPTS + <usize>slot);
}

export function recordConfirmed(record: usize): i32 {
  return load<u8>(record + CONFIRMED);
}

export function recordDigest(record: usize, slot: i32): usize {
  return record + DIGESTS + <usize>(slot * DIGEST_BYTES);
}

export function recordCounter(record: usize): u32 {
  return load<u32>(record + COUNTER);
}

/** Sectors of a slot, from its start and in its info area, that an ERASED state vouches for. */
export function recordErasedSectors(record: usize, slot: i32): i32 {
  return load<u16>(record + ERASED + <usize>slot * 2);
}

export function recordSetState(record: usize, slot: i32, state: SlotState, attempts: i32): void {
  store<u8>(record + STATES + <usize>slot, state);
  store<u8>(record + ATTEMPTS + <usize>slot, attempts);
}

export function recordSetConfirmed(record: usize, slot: i32): void {
  store<u8>(record + CONFIRMED, slot);
}

export function recordSetCounter(record: usize, counter: u32): void {
  store<u32>(record + COUNTER, counter);
}

export function recordSetErasedSectors(record: usize, slot: i32, sectors: i32): void {
  store<u16>(record + ERASED + <usize>slot * 2, sectors);
}
