// SHA-256 (FIPS 180-4 §6.2) of one stream.
//
// In: spans of any length at any alignment. Out: 32 bytes of digest. Whole blocks are hashed where they lie, without a copy.
// The rounds are in two files, with and without vectors; here is what both share.

import { be32Store, bytesCopy, bytesFill } from "../base/bytes";
import { shaBlockFill, shaBlockLength, shaBlockMark } from "./sha-block";
import { shaRounds, shaStart } from "./sha-constants";
import { sha256BlockScalar } from "./sha256-scalar";
import { sha256BlockSimd } from "./sha256-simd";
import { SIMD } from "./simd";

const BLOCK_BYTES: i32 = 64;
const ROUND_COUNT: usize = 64;
const STATE = memory.data(32, 8);
const BLOCK = memory.data(64, 8);
/** The rounds' constants, 4 bytes each. The scalar rounds keep a message word beside each, those with vectors keep sums behind all. */
const ROUNDS = memory.data(512, 16);
const ROUND_BYTES: usize = SIMD ? 4 : 8;

let totalBytes: u64 = 0;

/** Starts a new message; one that was under way is forgotten. */
export function sha256Init(): void {
  totalBytes = 0;
  for (let i: usize = 0; i < 8; i++) store<u32>(STATE + i * 4, load<u32>(shaStart() + i * 8, 4));
  for (let i: usize = 0; i < ROUND_COUNT; i++) store<u32>(ROUNDS + i * ROUND_BYTES, load<u32>(shaRounds() + i * 8, 4));
}

export function sha256Push(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  const end = ptr + <usize>bytes;
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  totalBytes += bytes;
  if (heldBytes != 0) {
    const takenBytes = shaBlockFill(BLOCK, BLOCK_BYTES, heldBytes, ptr, bytes);
    if (heldBytes + takenBytes < BLOCK_BYTES) return;
    sha256Block(BLOCK);
    ptr += <usize>takenBytes;
  }
  for (; ptr + BLOCK_BYTES <= end; ptr += BLOCK_BYTES) sha256Block(ptr);
  bytesCopy(BLOCK, ptr, <i32>(end - ptr));
}

/** Writes the digest of all that was pushed. The stream must be started anew before the next push. */
export function sha256Finish(targetPtr: usize): void {
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  if (!shaBlockMark(BLOCK, BLOCK_BYTES, heldBytes)) {
    sha256Block(BLOCK);
    bytesFill(BLOCK, 0, BLOCK_BYTES);
  }
  shaBlockLength(BLOCK, BLOCK_BYTES, totalBytes);
  sha256Block(BLOCK);
  for (let i: usize = 0; i < 32; i += 4) be32Store(targetPtr + i, load<u32>(STATE + i));
}

/** Takes one block into the state. */
function sha256Block(ptr: usize): void {
  if (SIMD) sha256BlockSimd(STATE, ptr, ROUNDS);
  else sha256BlockScalar(STATE, ptr, ROUNDS);
}
