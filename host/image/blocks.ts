// The block file of a software file: one SHA-256 for every 4 KiB, signed like software itself.
//
// In: the finished file and what its own container says. Out: the bytes of `FILE.blocks`, an image that nothing starts. Its
// payload is the SHA-256 of the whole file, its length (u32, little endian), then the digests of its blocks in order.

import { sha256 } from "./digest.js";
import { packImage, type PackOptions } from "./pack.js";

export const BLOCK_BYTES = 4096;
export const DIGEST_BYTES = 32;
/** Where the digests of the blocks begin, in the payload. */
export const TABLE_AT = DIGEST_BYTES + 4;
export const FLAG_NON_BOOTABLE = 0x10;

export function packBlocks(file: Uint8Array, options: PackOptions): Uint8Array {
  const blockCount = Math.ceil(file.length / BLOCK_BYTES);
  const payload = new Uint8Array(TABLE_AT + blockCount * DIGEST_BYTES);
  payload.set(sha256(file));
  new DataView(payload.buffer).setUint32(DIGEST_BYTES, file.length, true);
  for (let block = 0; block < blockCount; block++) {
    payload.set(sha256(file.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)), TABLE_AT + block * DIGEST_BYTES);
  }
  return packImage(payload, { flags: FLAG_NON_BOOTABLE, ...options });
}
