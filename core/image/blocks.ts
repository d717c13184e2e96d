// A block file's table: one SHA-256 for every 4 KiB of another file (docs/FORMAT.md, Block file).
//
//   0 SHA-256 of the whole file (32 bytes) | 32 its length u32 | 36 a SHA-256 for each block, the last of which may be shorter
//
// In: the payload of a block file that the validator accepted, which stays where it is. Out: the file's length, how many blocks,
// whether some bytes are the block of a number. It fetches nothing and knows no flash.

import { bytesCopy, bytesEqual, bytesFill } from "../base/bytes";
import { BLOCK_BYTES, BLOCK_COUNT_MAX } from "../config";
import { sha256Blocks } from "../crypto/sha256-lanes";
import { DIGEST_BYTES } from "./format";

const LENGTH: i32 = 32;
const TABLE: i32 = 36;
const NAMED = memory.data(32, 8);
const DIGESTS = memory.data(128, 8);

let tablePtr: usize = 0;
let fileBytes: u32 = 0;
let blockCount: u32 = 0;

/** No table. */
export function blocksForget(): void {
  blockCount = 0;
  fileBytes = 0;
}

/** Reads a payload. False when it is no table, or not exactly that of a file of its length; then there is none. */
export function blocksRead(ptr: usize, bytes: i32): bool {
  assert(bytes >= 0);
  blocksForget();
  if (bytes <= TABLE) return false;
  const length = load<u32>(ptr + LENGTH);
  const count = <u32>(bytes - TABLE) / DIGEST_BYTES;
  if (count > <u32>BLOCK_COUNT_MAX || <u32>(bytes - TABLE) != count * DIGEST_BYTES) return false;
  if (<u64>length > <u64>count * BLOCK_BYTES || <u64>length <= <u64>(count - 1) * BLOCK_BYTES) return false;
  bytesCopy(NAMED, ptr, DIGEST_BYTES);
  tablePtr = ptr + TABLE;
  fileBytes = length;
  blockCount = count;
  return true;
}

/** Blocks of the file, 0 without a table. */
export function blocksCount(): u32 {
  return blockCount;
}

/** Bytes of the file that the table is of. */
export function blocksFileBytes(): u32 {
  return fileBytes;
}

/** SHA-256 of the whole file: its name. */
export function blocksNamePtr(): usize {
  return NAMED;
}

/** The digests, 32 bytes each. */
export function blocksTablePtr(): usize {
  return tablePtr;
}

/** Bytes of one block: 4 KiB, the last perhaps fewer. */
export function blocksBytes(index: u32): i32 {
  assert(index < blockCount);
  return <i32>min(<u32>BLOCK_BYTES, fileBytes - index * BLOCK_BYTES);
}

/** Which of up to four blocks from `first` on these bytes are: bit 0 for the first. Takes the SHA-256 stream. */
export function blocksMatch(first: u32, ptr: usize, bytes: i32): i32 {
  return blocksCompare(ptr, bytes, tablePtr + <usize>(first * DIGEST_BYTES));
}

/** The same against digests that stand elsewhere. */
export function blocksCompare(ptr: usize, bytes: i32, digestsPtr: usize): i32 {
  assert(bytes > 0 && bytes <= 4 * BLOCK_BYTES);
  const count = sha256Blocks(ptr, bytes, DIGESTS);
  let right: i32 = 0;
  for (let i = 0; i < count; i++) {
    const at = <usize>(i * DIGEST_BYTES);
    if (bytesEqual(DIGESTS + at, digestsPtr + at, DIGEST_BYTES)) right |= 1 << i;
  }
  return right;
}

/** What stands before and behind the digests becomes what an info area has there: a head, and unprogrammed cells to the unit's end. */
export function blocksFrame(headPtr: usize, tailBytes: i32): usize {
  bytesCopy(tablePtr - DIGEST_BYTES, headPtr, DIGEST_BYTES);
  bytesFill(tablePtr + <usize>(blockCount * DIGEST_BYTES), 0xff, tailBytes);
  return tablePtr - DIGEST_BYTES;
}
