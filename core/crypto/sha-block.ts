// What SHA-256 and SHA-512 share: collecting a message into whole blocks, padding (FIPS 180-4 §5.1).
//
// In: the block begun and how far it is filled. Out: bytes taken or a padded block. The two functions of §4.1 that are the same
// for both word sizes are here too; the compression is not.

import { be32Store, bytesCopy, bytesFill } from "../base/bytes";

/** Copies as much as fits behind the `heldBytes` of an unfinished block. Returns the bytes taken. */
export function shaBlockFill(block: usize, blockBytes: i32, heldBytes: i32, ptr: usize, bytes: i32): i32 {
  const takenBytes = min(bytes, blockBytes - heldBytes);
  bytesCopy(block + <usize>heldBytes, ptr, takenBytes);
  return takenBytes;
}

/** Adds the end mark. True when the length still fits behind it; else this block is full and a blank one follows. */
export function shaBlockMark(block: usize, blockBytes: i32, heldBytes: i32): bool {
  store<u8>(block + <usize>heldBytes, 0x80);
  bytesFill(block + <usize>heldBytes + 1, 0, blockBytes - heldBytes - 1);
  return heldBytes < blockBytes - (blockBytes >> 3);
}

/** Writes the length in bits at the end. Lengths stay below 2^61 bytes, so the upper half of SHA-512's 128 bits is zero. */
export function shaBlockLength(block: usize, blockBytes: i32, totalBytes: u64): void {
  be32Store(block + <usize>blockBytes - 8, <u32>(totalBytes >>> 29));
  be32Store(block + <usize>blockBytes - 4, <u32>(totalBytes << 3));
}

/** Ch: each bit of e chooses between f and g. */
// @ts-ignore: decorator
@inline
export function shaChoice<T>(e: T, f: T, g: T): T {
  return (g ^ (e & (f ^ g))) as T;
}

/** Maj: what at least two of three bits say. */
// @ts-ignore: decorator
@inline
export function shaMajority<T>(a: T, b: T, c: T): T {
  return (((a ^ b) & (b ^ c)) ^ b) as T;
}
