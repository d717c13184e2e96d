// The keys that may sign software: finds the one that an image names.
//
// In: a key's SHA-256, the key itself, or both. Out: the stored key's bytes, DER SubjectPublicKeyInfo, or NotFound.
// No key is compiled in: all of them come from the key store below the HAL, which this file never writes.

import { Status } from "../../hal/abi";
import { halTrustKey } from "../../hal/secure";
import { bytesEqual } from "../base/bytes";
import { TRUST_KEY_BYTES_MAX, TRUST_KEY_COUNT_MAX } from "../config";
import { rsaKeyBytes, rsaKeyPtr, rsaKeyRead } from "../crypto/rsa-key";
import { sha256Finish, sha256Init, sha256Push } from "../crypto/sha256";
import { DIGEST_BYTES } from "./format";

const KEY = memory.data(512, 8);
const HASH = memory.data(32, 8);

/** True when the store holds at least one key. */
export function trustAny(): bool {
  return trustRead(0) >= 0;
}

/**
 * Finds the key that a file names: by SHA-256, by the key itself, or both, which must then be the same key; 0 stands for a name that
 * is not given. Returns the stored key's bytes at `trustKeyPtr`, or NotFound. Uses the SHA-256 stream.
 */
export function trustFind(hashPtr: usize, keyPtr: usize, keyBytes: i32): i32 {
  assert(keyBytes >= 0);
  if (hashPtr == 0 && keyPtr == 0) return Status.NotFound;
  for (let index = 0; index < TRUST_KEY_COUNT_MAX; index++) {
    const bytes = trustRead(index);
    if (bytes < 0) return Status.NotFound;
    if (trustIsNamed(KEY, bytes, hashPtr, keyPtr, keyBytes)) return bytes;
    // An RSA key also goes by its PKCS #1 form: that is what MCUboot's tool hashes and includes.
    if (rsaKeyRead(KEY, bytes) && trustIsNamed(rsaKeyPtr(), rsaKeyBytes(), hashPtr, keyPtr, keyBytes)) return bytes;
  }
  return Status.NotFound;
}

/** The key that was found last. */
export function trustKeyPtr(): usize {
  return KEY;
}

/** SHA-256 of a key, which is its name in images and reports. */
export function trustHash(keyPtr: usize, keyBytes: i32, targetPtr: usize): void {
  sha256Init();
  sha256Push(keyPtr, keyBytes);
  sha256Finish(targetPtr);
}

/** True when each name that is given is one of these bytes. */
function trustIsNamed(ptr: usize, bytes: i32, hashPtr: usize, keyPtr: usize, keyBytes: i32): bool {
  if (bytes == 0) return false;
  if (keyPtr != 0 && (bytes != keyBytes || !bytesEqual(ptr, keyPtr, bytes))) return false;
  if (hashPtr == 0) return true;
  trustHash(ptr, bytes, HASH);
  return bytesEqual(HASH, hashPtr, DIGEST_BYTES);
}

/** Reads one key. Returns its bytes, 0 for one that is too long to be a key, or a negative status after the last. */
function trustRead(index: i32): i32 {
  const bytes = halTrustKey(index, KEY, TRUST_KEY_BYTES_MAX);
  return bytes > TRUST_KEY_BYTES_MAX ? 0 : bytes;
}
