// The keys that may sign software: finds the one that an image names.
//
// In: a key's SHA-256 or the key itself, DER SubjectPublicKeyInfo. Out: the stored key's bytes, or NotFound.
// No key is compiled in: all of them come from the key store below the HAL, which this file never writes.

import { Status } from "../../hal/abi";
import { halTrustKey } from "../../hal/secure";
import { bytesEqual } from "../base/bytes";
import { TRUST_KEY_BYTES_MAX, TRUST_KEY_COUNT_MAX } from "../config";
import { sha256Finish, sha256Init, sha256Push } from "../crypto/sha256";
import { DIGEST_BYTES } from "./format";

const KEY = memory.data(512, 8);
const HASH = memory.data(32, 8);

/** True when the store holds at least one key. */
export function trustAny(): bool {
  return trustRead(0) >= 0;
}

/** Finds the key with this SHA-256. Returns its bytes at `trustKeyPtr`, or NotFound. Uses the SHA-256 stream. */
export function trustFindHash(hashPtr: usize): i32 {
  for (let index = 0; index < TRUST_KEY_COUNT_MAX; index++) {
    const bytes = trustRead(index);
    if (bytes < 0) return Status.NotFound;
    if (bytes == 0) continue;
    trustHash(KEY, bytes, HASH);
    if (bytesEqual(HASH, hashPtr, DIGEST_BYTES)) return bytes;
  }
  return Status.NotFound;
}

/** Finds this very key. Returns its bytes at `trustKeyPtr`, or NotFound. */
export function trustFindKey(keyPtr: usize, keyBytes: i32): i32 {
  assert(keyBytes >= 0);
  for (let index = 0; index < TRUST_KEY_COUNT_MAX; index++) {
    const bytes = trustRead(index);
    if (bytes < 0) return Status.NotFound;
    if (bytes > 0 && bytes == keyBytes && bytesEqual(KEY, keyPtr, bytes)) return bytes;
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

/** Reads one key. Returns its bytes, 0 for one that is too long to be a key, or a negative status after the last. */
function trustRead(index: i32): i32 {
  const bytes = halTrustKey(index, KEY, TRUST_KEY_BYTES_MAX);
  return bytes > TRUST_KEY_BYTES_MAX ? 0 : bytes;
}
