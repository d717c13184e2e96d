// Harness: what `offhook bench` times, in both builds: the kernels, the signatures, and the way of a block of 4 KiB into flash.

import { halFlashProgramStart } from "../../hal/flash";
import "../../core/base/panic"; // Stands in for `abort`.
import { bytesEqual } from "../../core/base/bytes";
import { crc32Get, crc32Init, crc32Push } from "../../core/crypto/crc32";
import { ecdsaVerify } from "../../core/crypto/ecdsa-p256";
import { ed25519Verify } from "../../core/crypto/ed25519";
import { knownCrc32, knownInit, knownPush, knownSha256, KNOWN_SPAN_COUNT } from "../../core/crypto/known-answers";
import { sha256Finish, sha256Init, sha256Push } from "../../core/crypto/sha256";
import { SHA_BLOCK_BYTES, sha256Blocks } from "../../core/crypto/sha256-lanes";

export { crc32Init as crc32_init, crc32Push as crc32_push, crc32Get as crc32_get };
export { sha256Init as sha256_init, sha256Push as sha256_push, sha256Finish as sha256_finish, sha256Blocks as sha256_blocks };
export { ed25519Verify as ed25519_verify, ecdsaVerify as ecdsa_verify };

const INPUT = memory.data(16384, 16);
const TABLE = memory.data(128, 16);
const DIGESTS = memory.data(128, 16);
const PAGE_BYTES: i32 = 256;

/** The self-test at power-up, as far as it goes through the digests. Returns 1 when the answers are right. */
export function self_test(): i32 {
  knownInit();
  for (let i = 0; i < KNOWN_SPAN_COUNT; i++) knownPush();
  return knownCrc32() && knownSha256() ? 1 : 0;
}

/** Room for 16 KiB of input. */
export function input_ptr(): usize {
  return INPUT;
}

/** Room for the digests that the blocks of the input must have. */
export function table_ptr(): usize {
  return TABLE;
}

/** Takes whole blocks from the input: CRC-32, digests compared with the table, then pages out. Returns 1 when all fitted. */
export function blocks_push(offset: i32, bytes: i32): i32 {
  crc32Push(INPUT, bytes);
  sha256Blocks(INPUT, bytes, DIGESTS);
  if (!bytesEqual(DIGESTS, TABLE, (bytes / SHA_BLOCK_BYTES) * 32)) return 0;
  for (let at = 0; at < bytes; at += PAGE_BYTES) halFlashProgramStart(offset + at, INPUT + <usize>at, PAGE_BYTES);
  return 1;
}
