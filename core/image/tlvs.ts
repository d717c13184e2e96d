// The TLV areas of a software file, taken apart.
//
// In: both areas in one buffer. Out: a verdict on their form, and where each entry that counts is.
// The signing's entries count in the unprotected area only, facts about the file in the protected one only, so nothing
// that the digest does not cover can change what a file is. Every length here comes from whoever made the file.

import { Kind } from "../../hal/abi";
import { ImageVerdict, Signature } from "../../hal/events";
import {
  AREA_PROTECTED, AREA_UNPROTECTED, AuthTlv, DIGEST_BYTES, ED25519_SIGNATURE_BYTES, FactTlv, RSA_2048_BYTES, RSA_3072_BYTES, TLV_HEAD_BYTES,
  VENDOR_TYPE_MAX, VENDOR_TYPE_MIN,
} from "./format";

const DEPENDENCY_BYTES: i32 = 12;
const UUID_BYTES: i32 = 16;
/** DER of two P-256 scalars, and of two P-384 scalars (with 104 bytes the longest that `Ecdsa` may hold). */
const ECDSA_P256_BYTES_MAX: i32 = 72;
const ECDSA_P384_BYTES_MAX: i32 = 104;

let digestCount: i32 = 0;
let digestType: i32 = 0;
let digestPtr: usize = 0;
let hashPtr: usize = 0;
let keyPtr: usize = 0;
let keyBytes: i32 = 0;
let signature: Signature = Signature.None;
let signaturePtr: usize = 0;
let signatureBytes: i32 = 0;
let pure: bool = false;
let kindPtr: usize = 0;
let modelsPtr: usize = 0;
let modelsBytes: i32 = 0;
let counterPtr: usize = 0;
let dependencyCount: i32 = 0;

/** Forgets the last file's entries. */
export function tlvsInit(): void {
  digestCount = 0;
  digestType = 0;
  digestPtr = 0;
  hashPtr = 0;
  keyPtr = 0;
  keyBytes = 0;
  signature = Signature.None;
  signaturePtr = 0;
  signatureBytes = 0;
  pure = false;
  kindPtr = 0;
  modelsPtr = 0;
  modelsBytes = 0;
  counterPtr = 0;
  dependencyCount = 0;
}

/** Walks both areas. Returns None when their form is right, else the verdict on the first entry that is wrong. */
export function tlvsWalk(ptr: usize, protectedBytes: i32, bytes: i32): ImageVerdict {
  assert(protectedBytes >= 0);
  assert(bytes >= protectedBytes);
  if (protectedBytes > 0) {
    const verdict = tlvsWalkArea(ptr, protectedBytes, AREA_PROTECTED);
    if (verdict != ImageVerdict.None) return verdict;
  }
  const verdict = tlvsWalkArea(ptr + <usize>protectedBytes, bytes - protectedBytes, AREA_UNPROTECTED);
  if (verdict != ImageVerdict.None) return verdict;
  return tlvsCheckDigest();
}

/** The one digest; valid after `tlvsWalk` returned None. */
export function tlvsDigestPtr(): usize {
  return digestPtr;
}

/** SHA-256 of the signing key, 0 when the file does not name it so. */
export function tlvsKeyHashPtr(): usize {
  return hashPtr;
}

/** The signing key itself, 0 when it is not in the file. */
export function tlvsKeyPtr(): usize {
  return keyPtr;
}

export function tlvsKeyBytes(): i32 {
  return keyBytes;
}

export function tlvsSignature(): Signature {
  return signature == Signature.Ed25519 && pure ? Signature.Ed25519Pure : signature;
}

export function tlvsSignaturePtr(): usize {
  return signaturePtr;
}

export function tlvsSignatureBytes(): i32 {
  return signatureBytes;
}

/** The kind as it stands in the file, application when the file does not say. May be no member of `Kind`. */
export function tlvsKind(): i32 {
  return kindPtr == 0 ? Kind.Application : <i32>load<u8>(kindPtr);
}

/** The models that the file is for, prefixes separated by commas; 0 when it names none. */
export function tlvsModelsPtr(): usize {
  return modelsPtr;
}

export function tlvsModelsBytes(): i32 {
  return modelsBytes;
}

/** True when one of the file's prefixes begins the model. An empty prefix names no model. */
export function tlvsNamesModel(modelPtr: usize, modelBytes: i32): bool {
  let matching = true;
  let prefixBytes = 0;
  for (let i = 0; i <= modelsBytes; i++) {
    const byte = i < modelsBytes ? load<u8>(modelsPtr + <usize>i) : 0x2c;
    if (byte != 0x2c) {
      matching = matching && prefixBytes < modelBytes && load<u8>(modelPtr + <usize>prefixBytes) == byte;
      prefixBytes++;
      continue;
    }
    if (matching && prefixBytes > 0) return true;
    matching = true;
    prefixBytes = 0;
  }
  return false;
}

/** The security counter, 0 when the file has none. */
export function tlvsCounter(): u32 {
  return counterPtr == 0 ? 0 : load<u32>(counterPtr);
}

/** Dependencies on other images: counted for the report, never enforced. */
export function tlvsDependencyCount(): i32 {
  return dependencyCount;
}

function tlvsWalkArea(ptr: usize, bytes: i32, magic: i32): ImageVerdict {
  if (bytes < TLV_HEAD_BYTES) return ImageVerdict.BadTlvs;
  if (<i32>load<u16>(ptr) != magic || <i32>load<u16>(ptr + 2) != bytes) return ImageVerdict.BadTlvs;
  let at = TLV_HEAD_BYTES;
  while (at < bytes) {
    if (bytes - at < TLV_HEAD_BYTES) return ImageVerdict.BadTlvs;
    const type = <i32>load<u16>(ptr + <usize>at);
    const dataBytes = <i32>load<u16>(ptr + <usize>at + 2);
    at += TLV_HEAD_BYTES;
    if (dataBytes > bytes - at) return ImageVerdict.BadTlvs; // At most 0xffff, so nothing here can overflow.
    const dataPtr = ptr + <usize>at;
    const verdict = magic == AREA_PROTECTED ? tlvsFact(type, dataPtr, dataBytes) : tlvsAuth(type, dataPtr, dataBytes);
    if (verdict != ImageVerdict.None) return verdict;
    at += dataBytes;
  }
  return ImageVerdict.None;
}

/** An entry of the protected area: the file's maker asked the telephone to know it. */
function tlvsFact(type: i32, ptr: usize, bytes: i32): ImageVerdict {
  switch (type) {
    case FactTlv.Counter: {
      if (bytes != 4 || counterPtr != 0) return ImageVerdict.BadTlvs;
      counterPtr = ptr;
      return ImageVerdict.None;
    }
    case FactTlv.Kind: {
      if (bytes != 1 || kindPtr != 0) return ImageVerdict.BadTlvs;
      kindPtr = ptr;
      return ImageVerdict.None;
    }
    case FactTlv.Models: {
      if (modelsPtr != 0) return ImageVerdict.BadTlvs;
      modelsPtr = ptr;
      modelsBytes = bytes;
      return ImageVerdict.None;
    }
    case FactTlv.Dependency: {
      dependencyCount++;
      return bytes == DEPENDENCY_BYTES ? ImageVerdict.None : ImageVerdict.BadTlvs;
    }
    case FactTlv.VendorId:
    case FactTlv.ClassId:
      return bytes == UUID_BYTES ? ImageVerdict.None : ImageVerdict.BadTlvs;
    case FactTlv.BootRecord:
      return ImageVerdict.None;
  }
  const low = type & 0xff;
  return low >= VENDOR_TYPE_MIN && low <= VENDOR_TYPE_MAX ? ImageVerdict.None : ImageVerdict.UnknownTlv;
}

/** An entry of the unprotected area: anybody may have added it, so what is unknown means nothing. */
function tlvsAuth(type: i32, ptr: usize, bytes: i32): ImageVerdict {
  switch (type) {
    case AuthTlv.KeyHash: {
      if (bytes != DIGEST_BYTES || hashPtr != 0) return ImageVerdict.BadTlvs;
      hashPtr = ptr;
      return ImageVerdict.None;
    }
    case AuthTlv.Key: {
      if (bytes == 0 || keyPtr != 0) return ImageVerdict.BadTlvs;
      keyPtr = ptr;
      keyBytes = bytes;
      return ImageVerdict.None;
    }
    case AuthTlv.Sha256:
      return tlvsDigest(type, ptr, bytes == DIGEST_BYTES);
    case AuthTlv.Sha384:
      return tlvsDigest(type, ptr, bytes == 48);
    case AuthTlv.Sha512:
      return tlvsDigest(type, ptr, bytes == 64);
    case AuthTlv.Rsa2048:
      return tlvsSign(Signature.Rsa2048, ptr, bytes, bytes == RSA_2048_BYTES);
    case AuthTlv.Rsa3072:
      return tlvsSign(Signature.Rsa3072, ptr, bytes, bytes == RSA_3072_BYTES);
    case AuthTlv.Ed25519:
      return tlvsSign(Signature.Ed25519, ptr, bytes, bytes == ED25519_SIGNATURE_BYTES);
    case AuthTlv.Ecdsa: {
      const curve = bytes <= ECDSA_P256_BYTES_MAX ? Signature.EcdsaP256 : Signature.EcdsaP384;
      return tlvsSign(curve, ptr, bytes, bytes > 0 && bytes <= ECDSA_P384_BYTES_MAX);
    }
    case AuthTlv.Pure: {
      if (bytes != 1 || load<u8>(ptr) != 1 || pure) return ImageVerdict.BadTlvs;
      pure = true;
      return ImageVerdict.None;
    }
  }
  return ImageVerdict.None;
}

function tlvsDigest(type: i32, ptr: usize, exact: bool): ImageVerdict {
  digestCount++;
  digestType = type;
  digestPtr = ptr;
  return exact ? ImageVerdict.None : ImageVerdict.BadTlvs;
}

function tlvsSign(algorithm: Signature, ptr: usize, bytes: i32, exact: bool): ImageVerdict {
  if (!exact || signature != Signature.None) return ImageVerdict.BadTlvs;
  signature = algorithm;
  signaturePtr = ptr;
  signatureBytes = bytes;
  return ImageVerdict.None;
}

/** Exactly one digest, and one that is computed here. P-384 signs SHA-384, so that pair is said by the signature's name. */
function tlvsCheckDigest(): ImageVerdict {
  if (digestCount == 0) return ImageVerdict.NoDigest;
  if (digestCount > 1) return ImageVerdict.DuplicateDigest;
  if (digestType == AuthTlv.Sha256) return ImageVerdict.None;
  if (digestType != AuthTlv.Sha384 || (signature != Signature.EcdsaP256 && signature != Signature.EcdsaP384)) {
    return ImageVerdict.UnsupportedDigest;
  }
  signature = Signature.EcdsaP384;
  return ImageVerdict.UnsupportedSignature;
}
