// The block file of a software file: one SHA-256 for every 4 KiB, signed like software itself.
//
// In: the finished file and what its own container says. Out: the bytes of `FILE.blocks`, an image that nothing starts. Its
// payload is the SHA-256 of the whole file, its length (u32, little endian), then the digests of its blocks in order.

import { sha256 } from "./digest.js";
import { packImage, type PackOptions } from "./pack.js";

const BLOCK_BYTES = 4096;
const DIGEST_BYTES = 32;
const FLAG_NON_BOOTABLE = 0x10;

export function packBlocks(file: Uint8Array, options: PackOptions): Uint8Array {
  const blockCount = Math.ceil(file.length / BLOCK_BYTES);
  const tableAt = DIGEST_BYTES + 4;
  const payload = new Uint8Array(tableAt + blockCount * DIGEST_BYTES);
  payload.set(sha256(file));
  new DataView(payload.buffer).setUint32(DIGEST_BYTES, file.length, true);
  for (let block = 0; block < blockCount; block++) {
    payload.set(sha256(file.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)), tableAt + block * DIGEST_BYTES);
  }
  return packImage(payload, { flags: FLAG_NON_BOOTABLE, ...options });
}
