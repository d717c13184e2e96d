// An RSA public key in DER: SubjectPublicKeyInfo (RFC 3279 §2.3.1) around a PKCS #1 RSAPublicKey (RFC 8017 §A.1.1).
//
// In: a SubjectPublicKeyInfo. Out: where the PKCS #1 key in it is, by whose hash files of MCUboot's tool name it, its modulus and its
// exponent. Strict DER only; it does not judge whether the numbers make a good key.

import { DER_BIT_STRING, DER_SEQUENCE, derEnter, derLeft, derNumber, derNumberPtr, derPass, derPtr, derStart } from "./der";

/** The algorithm: rsaEncryption, with its parameters NULL. */
const ALGORITHM = memory.data<u8>([0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]);
const ALGORITHM_BYTES: i32 = 15;

let keyPtr: usize = 0;
let keyBytes: i32 = 0;
let modulusPtr: usize = 0;
let modulusBytes: i32 = 0;
let exponent: u32 = 0;

/** Reads a key. False when it is no RSA key, or its exponent has more than 32 bits. */
export function rsaKeyRead(ptr: usize, bytes: i32): bool {
  derStart(ptr, bytes);
  if (!derEnter(DER_SEQUENCE)) return false;
  for (let i: usize = 0; i < <usize>ALGORITHM_BYTES; i++) if (!derPass(load<u8>(ALGORITHM + i))) return false;
  if (!derEnter(DER_BIT_STRING) || !derPass(0)) return false;
  keyPtr = derPtr();
  keyBytes = derLeft();
  if (!derEnter(DER_SEQUENCE)) return false;
  modulusBytes = derNumber();
  modulusPtr = derNumberPtr();
  const exponentBytes = derNumber();
  if (modulusBytes < 1 || exponentBytes < 1 || exponentBytes > 4 || derLeft() != 0) return false;
  exponent = 0;
  for (let i = 0; i < exponentBytes; i++) exponent = (exponent << 8) | load<u8>(derNumberPtr() + <usize>i);
  return true;
}

/** The PKCS #1 key; these are valid after `rsaKeyRead` returned true. */
export function rsaKeyPtr(): usize {
  return keyPtr;
}

export function rsaKeyBytes(): i32 {
  return keyBytes;
}

/** Big-endian, without zeros in front. */
export function rsaKeyModulusPtr(): usize {
  return modulusPtr;
}

export function rsaKeyModulusBytes(): i32 {
  return modulusBytes;
}

export function rsaKeyExponent(): u32 {
  return exponent;
}
