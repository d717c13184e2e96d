// Signatures of software files: which algorithm, whose key, right or wrong.
//
// In: the algorithm that the file's TLVs name, a trusted key, the signature, the digest. Out: a verdict.
// Each algorithm has one case in `signatureCheck`; what has none is answered with UnsupportedSignature, never with a guess.
// ECDSA and RSA-PSS sign with SHA-256, and the image's digest is that SHA-256. Uses the SHA-256 stream.
// A pure Ed25519 signature is over the image itself: it is started here and its bytes are pushed afterwards.

import { ImageVerdict, Signature } from "../../hal/events";
import { bytesEqual } from "../base/bytes";
import { ecdsaVerify } from "../crypto/ecdsa-p256";
import { ed25519Finish, ed25519Push, ed25519Start, ed25519Verify } from "../crypto/ed25519";
import { rsaPssVerify } from "../crypto/rsa-pss";
import { DIGEST_BYTES, ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES } from "./format";

/** What stands before the 32 key bytes in an Ed25519 SubjectPublicKeyInfo, RFC 8410 §4. */
const ED25519_PREFIX = memory.data<u8>([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
const ED25519_PREFIX_BYTES: i32 = 12;

/** What stands before the 64 bytes of a point in a P-256 SubjectPublicKeyInfo, RFC 5480 §2, ending in 4 for "uncompressed". */
const P256_PREFIX = memory.data<u8>([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
  0x03, 0x42, 0x00, 0x04,
]);
const P256_PREFIX_BYTES: i32 = 27;
const P256_POINT_BYTES: i32 = 64;

/** True when the core verifies the algorithm. */
export function signatureSupported(signature: Signature): bool {
  return signature != Signature.None && signature != Signature.EcdsaP384;
}

/** Returns Accepted, BadSignature, UnsupportedSignature, or None when the image's bytes must be pushed now. */
export function signatureCheck(
  signature: Signature, keyPtr: usize, keyBytes: i32, signaturePtr: usize, signatureBytes: i32, digestPtr: usize,
): ImageVerdict {
  assert(signature != Signature.None);
  switch (signature) {
    case Signature.Ed25519:
    case Signature.Ed25519Pure:
      return signatureCheckEd25519(signature, keyPtr, keyBytes, signaturePtr, signatureBytes, digestPtr);
    case Signature.EcdsaP256: {
      if (!signatureKeyIs(P256_PREFIX, P256_PREFIX_BYTES, P256_POINT_BYTES, keyPtr, keyBytes)) return ImageVerdict.BadSignature;
      return signatureVerdict(ecdsaVerify(keyPtr + <usize>P256_PREFIX_BYTES, signaturePtr, signatureBytes, digestPtr));
    }
    case Signature.Rsa2048:
    case Signature.Rsa3072: // The signature's length is the algorithm's, and the key must have it too.
      return signatureVerdict(rsaPssVerify(keyPtr, keyBytes, signaturePtr, signatureBytes, digestPtr));
  }
  return ImageVerdict.UnsupportedSignature;
}

/** Takes the image's bytes, from its first, after `signatureCheck` answered None. */
export function signaturePush(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  ed25519Push(ptr, bytes);
}

/** The verdict once all of the image's bytes were pushed. */
export function signatureFinish(): ImageVerdict {
  return signatureVerdict(ed25519Finish());
}

function signatureCheckEd25519(
  signature: Signature, keyPtr: usize, keyBytes: i32, signaturePtr: usize, signatureBytes: i32, digestPtr: usize,
): ImageVerdict {
  const strange = !signatureKeyIs(ED25519_PREFIX, ED25519_PREFIX_BYTES, ED25519_KEY_BYTES, keyPtr, keyBytes);
  if (strange || signatureBytes != ED25519_SIGNATURE_BYTES) return ImageVerdict.BadSignature;
  const publicPtr = keyPtr + <usize>ED25519_PREFIX_BYTES;
  if (signature == Signature.Ed25519) return signatureVerdict(ed25519Verify(publicPtr, signaturePtr, digestPtr, DIGEST_BYTES));
  return ed25519Start(publicPtr, signaturePtr) ? ImageVerdict.None : ImageVerdict.BadSignature;
}

/** True when the key is the prefix, which names its algorithm, and then so many bytes. */
function signatureKeyIs(prefix: usize, prefixBytes: i32, restBytes: i32, keyPtr: usize, keyBytes: i32): bool {
  return keyBytes == prefixBytes + restBytes && bytesEqual(keyPtr, prefix, prefixBytes);
}

function signatureVerdict(valid: bool): ImageVerdict {
  return valid ? ImageVerdict.Accepted : ImageVerdict.BadSignature;
}
