// Signatures of software files: which algorithm, whose key, right or wrong.
//
// In: the algorithm that the file's TLVs name, a trusted key, the signature, the digest. Out: a verdict.
// Each algorithm has one case in `signatureCheck`; what has none is answered with UnsupportedSignature, never with a guess.
// A pure Ed25519 signature is over the image itself: it is started here and its bytes are pushed afterwards.

import { ImageVerdict, Signature } from "../../hal/events";
import { bytesEqual } from "../base/bytes";
import { ed25519Finish, ed25519Push, ed25519Start, ed25519Verify } from "../crypto/ed25519";
import { DIGEST_BYTES, ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES } from "./format";

/** What stands before the 32 key bytes in an Ed25519 SubjectPublicKeyInfo, RFC 8410 §4. */
const ED25519_PREFIX = memory.data<u8>([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
const ED25519_PREFIX_BYTES: i32 = 12;

/** True when this build verifies the algorithm. */
export function signatureSupported(signature: Signature): bool {
  return signature == Signature.Ed25519 || signature == Signature.Ed25519Pure;
}

/** Returns Accepted, BadSignature, UnsupportedSignature, or None when the image's bytes must be pushed now. */
export function signatureCheck(
  signature: Signature, keyPtr: usize, keyBytes: i32, signaturePtr: usize, signatureBytes: i32, digestPtr: usize,
): ImageVerdict {
  assert(signature != Signature.None);
  switch (signature) {
    case Signature.Ed25519:
    case Signature.Ed25519Pure: {
      if (!signatureKeyIsEd25519(keyPtr, keyBytes) || signatureBytes != ED25519_SIGNATURE_BYTES) return ImageVerdict.BadSignature;
      const publicPtr = keyPtr + <usize>ED25519_PREFIX_BYTES;
      if (signature == Signature.Ed25519) {
        return signatureVerdict(ed25519Verify(publicPtr, signaturePtr, digestPtr, DIGEST_BYTES));
      }
      return ed25519Start(publicPtr, signaturePtr) ? ImageVerdict.None : ImageVerdict.BadSignature;
    }
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

function signatureKeyIsEd25519(keyPtr: usize, keyBytes: i32): bool {
  return keyBytes == ED25519_PREFIX_BYTES + ED25519_KEY_BYTES && bytesEqual(keyPtr, ED25519_PREFIX, ED25519_PREFIX_BYTES);
}

function signatureVerdict(valid: bool): ImageVerdict {
  return valid ? ImageVerdict.Accepted : ImageVerdict.BadSignature;
}
