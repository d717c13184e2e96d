// What is known of a slot's file beside its bytes: name, length, digest, CRC-32 and ETag, in the slot's last unit.
//
//   0 magic | 4 file bytes | 8 CRC-32 of the file | 12 name bytes | 13 ETag bytes | 14 zero | 16 digest (32 bytes)
//   48 name | 176 ETag | 304 CRC-32 of all before it | 308 zero to 320
//
// Written before a slot is activated. What cannot be read is simply not known: the file is fetched again, nothing is refused.
// Whether it speaks of the image in the slot is the caller's to see, by the journal's digest.

import { Status } from "../../hal/abi";
import { bytesCopy, bytesFill } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { ETAG_BYTES_MAX, FILE_NAME_BYTES_MAX, FLASH_STEPS_PER_POLL_MAX } from "../config";
import { crc32Of } from "../crypto/crc32";
import { deviceRead } from "./device";
import { layoutInfoOffset } from "./layout";
import { programBytes, programPoll, programStart } from "./program";

/** Whole units of every size up to 64. */
export const INFO_BYTES: i32 = 320;

/** "Info", little endian. */
const MAGIC_VALUE: u32 = 0x6f666e49;
const FILE_BYTES: usize = 4;
const FILE_CRC: usize = 8;
const NAME_BYTES: usize = 12;
const ETAG_BYTES: usize = 13;
const DIGEST: usize = 16;
const DIGEST_BYTES: i32 = 32;
const NAME: usize = 48;
const ETAG: usize = 176;
const CRC: usize = 304;
const INFO = memory.data(320, 8);

let targetOffset: u32 = 0;
let writtenBytes: i32 = 0;
let spanBytes: i32 = 0;
let failure: i32 = Status.Ok;

/** Starts to write a slot's info area, which is erased. The texts are cut to what fits. */
export function infoWriteStart(
  kind: i32, slot: i32, namePtr: usize, nameBytes: i32, fileBytes: u32, digestPtr: usize, crc32: u32, etagPtr: usize, etagBytes: i32,
): i32 {
  assert(nameBytes >= 0 && etagBytes >= 0);
  bytesFill(INFO, 0, INFO_BYTES);
  store<u32>(INFO, MAGIC_VALUE);
  store<u32>(INFO + FILE_BYTES, fileBytes);
  store<u32>(INFO + FILE_CRC, crc32);
  infoText(NAME, NAME_BYTES, namePtr, min(nameBytes, FILE_NAME_BYTES_MAX));
  infoText(ETAG, ETAG_BYTES, etagPtr, min(etagBytes, ETAG_BYTES_MAX));
  bytesCopy(INFO + DIGEST, digestPtr, DIGEST_BYTES);
  store<u32>(INFO + CRC, crc32Of(INFO, <i32>CRC));
  targetOffset = layoutInfoOffset(kind, slot);
  writtenBytes = 0;
  failure = infoProgram();
  timeWakeNow();
  return failure;
}

/** Pending while the area is written, then Ok, or negative when the chip failed. */
export function infoPoll(): i32 {
  for (let step = 0; step < FLASH_STEPS_PER_POLL_MAX; step++) {
    if (failure < 0 || writtenBytes == INFO_BYTES) return failure;
    const status = programPoll();
    if (status == Status.Pending) return Status.Pending;
    failure = status;
    if (status < 0) return status;
    writtenBytes += spanBytes;
    if (writtenBytes < INFO_BYTES) failure = infoProgram();
  }
  timeWakeNow();
  return Status.Pending;
}

/** Reads a slot's info area. False when there is none that can be trusted; then nothing is known. The chip must be idle. */
export function infoRead(kind: i32, slot: i32): bool {
  const status = deviceRead(layoutInfoOffset(kind, slot), INFO, INFO_BYTES);
  assert(status != Status.Busy);
  if (status == Status.Ok && infoValid()) return true;
  bytesFill(INFO, 0, INFO_BYTES);
  return false;
}

export function infoNamePtr(): usize {
  return INFO + NAME;
}

export function infoNameBytes(): i32 {
  return load<u8>(INFO + NAME_BYTES);
}

export function infoFileBytes(): u32 {
  return load<u32>(INFO + FILE_BYTES);
}

export function infoCrc32(): u32 {
  return load<u32>(INFO + FILE_CRC);
}

/** 32 bytes; the journal keeps the first 16. */
export function infoDigestPtr(): usize {
  return INFO + DIGEST;
}

export function infoEtagPtr(): usize {
  return INFO + ETAG;
}

export function infoEtagBytes(): i32 {
  return load<u8>(INFO + ETAG_BYTES);
}

function infoValid(): bool {
  if (load<u32>(INFO) != MAGIC_VALUE || load<u32>(INFO + CRC) != crc32Of(INFO, <i32>CRC)) return false;
  return infoNameBytes() <= FILE_NAME_BYTES_MAX && infoEtagBytes() <= ETAG_BYTES_MAX;
}

function infoText(field: usize, length: usize, ptr: usize, bytes: i32): void {
  store<u8>(INFO + length, bytes);
  bytesCopy(INFO + field, ptr, bytes);
}

function infoProgram(): i32 {
  spanBytes = min(programBytes(), INFO_BYTES - writtenBytes);
  return programStart(targetOffset + <u32>writtenBytes, INFO + <usize>writtenBytes, spanBytes);
}
