// What SHA-256 and SHA-512 share: collecting a message into whole blocks, and the padding (FIPS 180-4 §5.1).
//
// In: the block begun and how far it is filled. Out: bytes taken or a padded block. It knows no compression function.

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
