// RSASSA-PSS signatures with SHA-256, MGF1 with SHA-256 and 32 bytes of salt (RFC 8017 §8.1.2, §9.1.2): verifies, never signs.
//
// In: a SubjectPublicKeyInfo of exactly the given size, a signature of as many bytes, a SHA-256 digest. Out: yes or no.
// It uses the one SHA-256 stream.

import { be32Store, bytesAre, bytesCopy, bytesEqual } from "../base/bytes";
import { BIGNUM_LIMB_COUNT_MAX, bignumEnter, bignumInit, bignumIsBelowModulus, bignumLeave, bignumMultiply } from "./bignum";
import { rsaKeyExponent, rsaKeyModulusBytes, rsaKeyModulusPtr, rsaKeyRead } from "./rsa-key";
import { sha256Finish, sha256Init, sha256Push } from "./sha256";

const HASH_BYTES: i32 = 32;
const SALT_BYTES: i32 = 32;
/** The last byte of a padded message. */
const TRAILER: u8 = 0xbc;

const MODULUS = memory.data(384, 8);
const SIGNATURE = memory.data(384, 8);
const POWER = memory.data(384, 8);
/** The padded message: masked data block, hash, trailer. */
const MESSAGE = memory.data(384, 8);
const MASK = memory.data(32, 8);
const COUNTER = memory.data(4, 4);
const ZEROS = memory.data(8, 8);
const HASH = memory.data(32, 8);

/** True when the signature fits the digest. The key's modulus and the signature have `bytes` bytes each. */
export function rsaPssVerify(keyPtr: usize, keyBytes: i32, signaturePtr: usize, bytes: i32, digestPtr: usize): bool {
  assert(bytes > 0 && bytes <= BIGNUM_LIMB_COUNT_MAX * 4 && (bytes & 3) == 0);
  if (!rsaKeyRead(keyPtr, keyBytes) || rsaKeyModulusBytes() != bytes) return false;
  const exponent = rsaKeyExponent();
  if (exponent < 3 || (exponent & 1) == 0) return false;
  readReversed(MODULUS, rsaKeyModulusPtr(), bytes);
  readReversed(SIGNATURE, signaturePtr, bytes);
  if (!bignumInit(MODULUS, bytes >> 2) || !bignumIsBelowModulus(SIGNATURE)) return false;
  raise(exponent, bytes);
  readReversed(MESSAGE, POWER, bytes);
  return messageFits(MESSAGE, bytes, digestPtr);
}

/** POWER = SIGNATURE^exponent mod MODULUS. */
function raise(exponent: u32, bytes: i32): void {
  bignumEnter(SIGNATURE, SIGNATURE);
  bytesCopy(POWER, SIGNATURE, bytes);
  for (let bit: i32 = 30 - clz<u32>(exponent); bit >= 0; bit--) {
    bignumMultiply(POWER, POWER, POWER);
    if ((exponent >>> bit) & 1) bignumMultiply(POWER, POWER, SIGNATURE);
  }
  bignumLeave(POWER, POWER);
}

/** RFC 8017 §9.1.2. The modulus has its highest bit set, so the message has one bit less: the highest is zero. */
function messageFits(message: usize, bytes: i32, digestPtr: usize): bool {
  const blockBytes = bytes - HASH_BYTES - 1;
  const hash = message + <usize>blockBytes;
  if (load<u8>(hash + HASH_BYTES) != TRAILER || load<i8>(message) < 0) return false;
  unmask(message, blockBytes, hash);
  store<u8>(message, load<u8>(message) & 0x7f);
  const zeroBytes = blockBytes - SALT_BYTES - 1;
  const salt = message + <usize>zeroBytes + 1;
  if (!bytesAre(message, 0, zeroBytes) || load<u8>(salt - 1) != 1) return false;
  sha256Init();
  sha256Push(ZEROS, 8);
  sha256Push(digestPtr, HASH_BYTES);
  sha256Push(salt, SALT_BYTES);
  sha256Finish(HASH);
  return bytesEqual(HASH, hash, HASH_BYTES);
}

/** Takes MGF1's mask (RFC 8017 §B.2.1) from the block. */
function unmask(block: usize, blockBytes: i32, hash: usize): void {
  for (let from = 0; from < blockBytes; from += HASH_BYTES) {
    be32Store(COUNTER, <u32>(from / HASH_BYTES));
    sha256Init();
    sha256Push(hash, HASH_BYTES);
    sha256Push(COUNTER, 4);
    sha256Finish(MASK);
    const maskBytes = min(HASH_BYTES, blockBytes - from);
    for (let i = 0; i < maskBytes; i++) {
      const at = block + <usize>(from + i);
      store<u8>(at, load<u8>(at) ^ load<u8>(MASK + <usize>i));
    }
  }
}

/** Big-endian bytes as a number, or a number as big-endian bytes. */
function readReversed(target: usize, source: usize, bytes: i32): void {
  for (let i = 0; i < bytes; i++) store<u8>(target + <usize>(bytes - 1 - i), load<u8>(source + <usize>i));
}
