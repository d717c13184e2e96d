// Judges a software file while its bytes pass, from the first one.
//
// In: a policy, then the file's bytes in order, in spans of any size. Out: one verdict, as early as it can be known, and what
// the file says of itself. It reads neither staging nor flash and keeps nothing of the payload. A pure signature stands at the
// end and needs the bytes from the start, so for that one case the caller pushes them a second time (`validatorRescanBytes`).

import { Kind } from "../../hal/abi";
import { EventKind, Field, ImageVerdict, Signature } from "../../hal/events";
import { be32Store, bytesCopy, bytesEqual, bytesFill } from "../base/bytes";
import { eventBegin, eventCode, eventFlag, eventHex, eventNumber, eventSend, eventText } from "../base/events";
import { lineAddByte, lineAddNumber, lineBytes, linePtr, lineStart } from "../base/line";
import { trace, Trace } from "../base/trace";
import { IMAGE_HEADER_BYTES_MAX, TLV_BYTES_MAX } from "../config";
import { crc32Get, crc32Init, crc32Push } from "../crypto/crc32";
import { sha256Finish, sha256Init, sha256Push } from "../crypto/sha256";
import {
  AREA_UNPROTECTED, DIGEST_BYTES, FLAG_NON_BOOTABLE, FLAGS_COMPRESSED, FLAGS_ENCRYPTED, HEADER_BYTES, HEADER_FLAGS_AT, HEADER_MAGIC,
  HEADER_PAYLOAD_AT, HEADER_PROTECTED_AT, HEADER_SIZE_AT, HEADER_VERSION_AT, TLV_HEAD_BYTES,
} from "./format";
import { signatureCheck, signatureFinish, signaturePush, signatureSupported } from "./signature";
import {
  tlvsCounter, tlvsDependencyCount, tlvsDigestPtr, tlvsInit, tlvsKeyBytes, tlvsKeyHashPtr, tlvsKeyPtr, tlvsKind,
  tlvsModelsBytes, tlvsModelsPtr, tlvsNamesModel, tlvsSignature, tlvsSignatureBytes, tlvsSignaturePtr, tlvsWalk,
} from "./tlvs";
import { trustAny, trustFind, trustHash, trustKeyPtr } from "./trust";

const MODEL_BYTES_MAX: i32 = 32;
const MODEL = memory.data(32, 8);
const HEADER = memory.data(32, 8);
const TLVS = memory.data(4096, 8); // TLV_BYTES_MAX
const DIGEST = memory.data(32, 8);
const KEY_HASH = memory.data(32, 8);
const CRC = memory.data(4, 4);

// Policy.
let modelBytes: i32 = 0;
let bootFloor: u32 = 0;
let appFloor: u32 = 0;
let bootSlotBytes: u32 = 0;
let appSlotBytes: u32 = 0;
let unsignedAllowed: bool = false;
let storing: bool = true;
let blockFile: bool = false;

// The file under way.
let verdict: ImageVerdict = ImageVerdict.None;
let position: u32 = 0; // Bytes of the file that are accounted for, no further than imageEnd.
let fileBytes: u32 = 0;
let payloadEnd: u32 = 0; // End of the payload, from the header; 0 while that is not known.
let hashedEnd: u32 = 0; // End of what the digest covers.
let imageEnd: u32 = 0; // End of the last TLV, as far as it is known.
let whole: bool = false; // The last byte was judged: digest and CRC are those of the file.
let unsigned: bool = false;
let keyKnown: bool = false;
let rescanEnd: u32 = 0;
let rescanned: u32 = 0;

/** What is asked of files from now on. Slot bytes 0 = no limit, model bytes 0 = any model. */
export function validatorPolicy(
  modelPtr: usize, givenModelBytes: i32, givenBootFloor: u32, givenAppFloor: u32, givenBootSlotBytes: u32, givenAppSlotBytes: u32,
  allowUnsigned: bool, forStoring: bool = true,
): void {
  assert(givenModelBytes >= 0);
  modelBytes = givenModelBytes < MODEL_BYTES_MAX ? givenModelBytes : MODEL_BYTES_MAX;
  bytesCopy(MODEL, modelPtr, modelBytes);
  bootFloor = givenBootFloor;
  appFloor = givenAppFloor;
  bootSlotBytes = givenBootSlotBytes;
  appSlotBytes = givenAppSlotBytes;
  unsignedAllowed = allowUnsigned;
  storing = forStoring;
  blockFile = false;
}

/** What comes must be a block file: marked as not bootable, which software may not be. Until the next policy. */
export function validatorWantBlockFile(): void {
  blockFile = true;
}

/** Starts a file. */
export function validatorInit(): void {
  verdict = ImageVerdict.None;
  position = 0;
  fileBytes = 0;
  payloadEnd = 0;
  hashedEnd = 0;
  imageEnd = <u32>HEADER_BYTES;
  whole = false;
  unsigned = false;
  keyKnown = false;
  rescanEnd = 0;
  rescanned = 0;
  bytesFill(HEADER, 0, HEADER_BYTES);
  bytesFill(DIGEST, 0, DIGEST_BYTES);
  bytesFill(KEY_HASH, 0, DIGEST_BYTES);
  tlvsInit();
  crc32Init();
  sha256Init();
}

/** Takes the next bytes, all of them. Once a verdict stands they are ignored. */
export function validatorPush(ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  if (verdict != ImageVerdict.None) return bytes;
  if (rescanEnd > 0) {
    validatorPushAgain(ptr, bytes);
    return bytes;
  }
  if (fileBytes + <u32>bytes < fileBytes) {
    verdict = ImageVerdict.TooLarge;
    return bytes;
  }
  fileBytes += <u32>bytes;
  crc32Push(ptr, bytes);
  let taken: i32 = 0;
  while (taken < bytes && position < imageEnd && verdict == ImageVerdict.None) {
    taken += validatorPushSpan(ptr + <usize>taken, bytes - taken);
  }
  return bytes;
}

/** None while the file may still be good. */
export function validatorVerdict(): ImageVerdict {
  return verdict;
}

/** The last byte is in. None only when `validatorRescanBytes` must be pushed again, and this called again after them. */
export function validatorFinish(): ImageVerdict {
  if (verdict != ImageVerdict.None) return verdict;
  if (rescanEnd > 0) {
    assert(rescanned == rescanEnd);
    verdict = signatureFinish();
    if (verdict == ImageVerdict.Accepted) verdict = validatorCheckPolicy();
  } else {
    verdict = validatorFinishFile();
  }
  if (verdict != ImageVerdict.None) trace(Trace.Verdict, verdict);
  return verdict;
}

/** How many of the file's first bytes are wanted once more, 0 for none. */
export function validatorRescanBytes(): u32 {
  return rescanEnd;
}

/** An accepted file is none for another reason, which its reader found. */
export function validatorRefuse(why: ImageVerdict): void {
  assert(verdict == ImageVerdict.Accepted);
  verdict = why;
}

/** True once the last byte of the image was pushed: what follows is padding. */
export function validatorIsComplete(): bool {
  return payloadEnd > 0 && position == imageEnd;
}

/** No image with this header ends behind this place; 0 before the header is in. */
export function validatorEndMax(): u32 {
  return payloadEnd == 0 ? 0 : payloadEnd + <u32>TLV_BYTES_MAX;
}

/** Where the payload begins and its bytes, of an accepted file. */
export function validatorPayloadAt(): i32 {
  return <i32>load<u16>(HEADER + HEADER_SIZE_AT);
}

export function validatorPayloadBytes(): u32 {
  return load<u32>(HEADER + HEADER_PAYLOAD_AT);
}

/** `Kind` of an accepted file. */
export function validatorKind(): i32 {
  return tlvsKind();
}

export function validatorCounter(): u32 {
  return tlvsCounter();
}

/** SHA-256 over header, payload and protected TLVs; zeros before the last byte is in. */
export function validatorDigestPtr(): usize {
  return DIGEST;
}

/** SHA-256 of the signing key as the file names it; zeros when it names none. */
export function validatorKeyPtr(): usize {
  return KEY_HASH;
}

export function validatorSignature(): Signature {
  return tlvsSignature();
}

/** CRC-32 of the bytes pushed while no verdict stood, padding included: for records, never for authenticity. */
export function validatorCrc32(): u32 {
  return crc32Get();
}

/** Bytes pushed while no verdict stood. */
export function validatorFileBytes(): u32 {
  return fileBytes;
}

/** End of the last TLV: what follows is padding. */
export function validatorImageBytes(): u32 {
  return imageEnd;
}

/** True when the maker says that nothing may start this file. */
export function validatorNotBootable(): bool {
  return (load<u32>(HEADER + HEADER_FLAGS_AT) & FLAG_NON_BOOTABLE) != 0;
}

/** Sends the `image` event: what is known at this point, under the file's name. */
export function validatorReport(namePtr: usize, nameBytes: i32, blockCount: u32 = 0): void {
  assert(nameBytes >= 0);
  eventBegin(EventKind.Image);
  eventText(Field.File, namePtr, nameBytes);
  eventNumber(Field.Bytes, fileBytes);
  eventCode(Field.Verdict, verdict);
  if (whole) {
    eventHex(Field.Digest, DIGEST, DIGEST_BYTES);
    be32Store(CRC, crc32Get());
    eventHex(Field.Crc32, CRC, 4);
    eventCode(Field.Signature, validatorSignature());
  }
  if (hashedEnd > 0) validatorReportHeader();
  if (keyKnown) eventHex(Field.Key, KEY_HASH, DIGEST_BYTES);
  if (unsigned) eventFlag(Field.Unsigned, true);
  if (blockCount > 0) eventNumber(Field.Blocks, blockCount);
  validatorReportCompared();
  eventSend();
}

function validatorReportHeader(): void {
  const at = HEADER + HEADER_VERSION_AT;
  lineStart();
  lineAddNumber(load<u8>(at));
  lineAddByte(0x2e);
  lineAddNumber(load<u8>(at + 1));
  lineAddByte(0x2e);
  lineAddNumber(load<u16>(at + 2));
  lineAddByte(0x2b);
  lineAddNumber(load<u32>(at + 4));
  eventText(Field.Version, linePtr(), lineBytes());
  const flags = load<u32>(HEADER + HEADER_FLAGS_AT);
  if (flags != 0) eventNumber(Field.Flags, flags);
  if (tlvsDependencyCount() > 0) eventNumber(Field.Dependencies, <u32>tlvsDependencyCount());
}

/** For a file that is right but not for this telephone: what was needed, and what the file has. */
function validatorReportCompared(): void {
  if (verdict == ImageVerdict.WrongModel) {
    eventText(Field.Expected, MODEL, modelBytes);
    eventText(Field.Found, tlvsModelsPtr(), tlvsModelsBytes());
  } else if (verdict == ImageVerdict.OldCounter) {
    eventNumber(Field.Expected, validatorFloor());
    eventNumber(Field.Found, tlvsCounter());
  } else if (verdict == ImageVerdict.TooLarge) {
    // Before the last byte the kind is not known; then the larger slot is what was needed.
    const larger = bootSlotBytes > appSlotBytes ? bootSlotBytes : appSlotBytes;
    eventNumber(Field.Expected, !whole ? larger : tlvsKind() == Kind.Boot ? bootSlotBytes : appSlotBytes);
    eventNumber(Field.Found, imageEnd);
  }
}

function validatorPushAgain(ptr: usize, bytes: i32): void {
  const left = rescanEnd - rescanned;
  const taken = <u32>bytes < left ? bytes : <i32>left;
  signaturePush(ptr, taken);
  rescanned += <u32>taken;
}

/** Takes bytes up to the next border inside the file. */
function validatorPushSpan(ptr: usize, bytes: i32): i32 {
  if (payloadEnd == 0) return validatorPushHeader(ptr, bytes);
  const border = position < payloadEnd ? payloadEnd : position < hashedEnd ? hashedEnd : imageEnd;
  const left = border - position;
  const taken = <u32>bytes < left ? bytes : <i32>left;
  if (position < hashedEnd) sha256Push(ptr, taken);
  if (position >= payloadEnd) bytesCopy(TLVS + <usize>(position - payloadEnd), ptr, taken);
  position += <u32>taken;
  if (position == imageEnd && imageEnd == hashedEnd + <u32>TLV_HEAD_BYTES) validatorReadArea();
  return taken;
}

function validatorPushHeader(ptr: usize, bytes: i32): i32 {
  const left = HEADER_BYTES - <i32>position;
  const taken = bytes < left ? bytes : left;
  bytesCopy(HEADER + <usize>position, ptr, taken);
  position += <u32>taken;
  const seen = position < 4 ? position : 4;
  // A short file's missing bytes are zero in HEADER, so the difference is masked to the bytes that were seen.
  const mask = <u32>((<u64>1 << (seen * 8)) - 1);
  if (((load<u32>(HEADER) ^ HEADER_MAGIC) & mask) != 0) {
    verdict = ImageVerdict.NotAContainer;
  } else if (position == <u32>HEADER_BYTES) {
    verdict = validatorReadHeader();
    sha256Push(HEADER, HEADER_BYTES);
  }
  return taken;
}

/** Who made the file controls every number here: sums are made in 64 bits and bounded before they are kept. */
function validatorReadHeader(): ImageVerdict {
  const headerBytes = <i32>load<u16>(HEADER + HEADER_SIZE_AT);
  const protectedBytes = <i32>load<u16>(HEADER + HEADER_PROTECTED_AT);
  if (headerBytes < HEADER_BYTES || headerBytes > IMAGE_HEADER_BYTES_MAX) return ImageVerdict.BadHeader;
  if (protectedBytes > 0 && protectedBytes < TLV_HEAD_BYTES) return ImageVerdict.BadHeader;
  const payload = <u64>headerBytes + <u64>load<u32>(HEADER + HEADER_PAYLOAD_AT);
  const hashed = payload + <u64>protectedBytes;
  if (hashed + <u64>TLV_BYTES_MAX > 0xffffffff) return ImageVerdict.BadHeader;
  payloadEnd = <u32>payload;
  hashedEnd = <u32>hashed;
  imageEnd = hashedEnd + <u32>TLV_HEAD_BYTES;
  const flags = load<u32>(HEADER + HEADER_FLAGS_AT);
  if ((flags & FLAGS_ENCRYPTED) != 0) return ImageVerdict.Encrypted;
  if ((flags & FLAGS_COMPRESSED) != 0) return ImageVerdict.Compressed;
  if (protectedBytes > TLV_BYTES_MAX - TLV_HEAD_BYTES) return ImageVerdict.TlvsTooLarge;
  return validatorFitsAny() ? ImageVerdict.None : ImageVerdict.TooLarge;
}

/** The head of the unprotected area is in: it says where the file's last TLV ends. */
function validatorReadArea(): void {
  const at = TLVS + <usize>(hashedEnd - payloadEnd);
  const bytes = <u32>load<u16>(at + 2);
  if (<i32>load<u16>(at) != AREA_UNPROTECTED || bytes < <u32>TLV_HEAD_BYTES) {
    verdict = ImageVerdict.BadTlvs;
  } else if (hashedEnd - payloadEnd + bytes > <u32>TLV_BYTES_MAX) {
    verdict = ImageVerdict.TlvsTooLarge;
  } else {
    imageEnd = hashedEnd + bytes;
    if (!validatorFitsAny()) verdict = ImageVerdict.TooLarge;
  }
}

/** The kind is known at the end only; what fits into no slot is refused before. */
function validatorFitsAny(): bool {
  return validatorFits(Kind.Boot) || validatorFits(Kind.Application);
}

function validatorFits(kind: Kind): bool {
  const slotBytes = kind == Kind.Boot ? bootSlotBytes : appSlotBytes;
  return slotBytes == 0 || imageEnd <= slotBytes;
}

function validatorFinishFile(): ImageVerdict {
  if (position < 4) return ImageVerdict.NotAContainer;
  if (position < imageEnd) return ImageVerdict.Truncated;
  sha256Finish(DIGEST);
  whole = true;
  const formVerdict = tlvsWalk(TLVS, <i32>(hashedEnd - payloadEnd), <i32>(imageEnd - payloadEnd));
  validatorNameKey();
  if (formVerdict != ImageVerdict.None) return formVerdict;
  if (!bytesEqual(DIGEST, tlvsDigestPtr(), DIGEST_BYTES)) return ImageVerdict.DigestMismatch;
  const signatureVerdict = validatorCheckSignature();
  return signatureVerdict == ImageVerdict.Accepted ? validatorCheckPolicy() : signatureVerdict;
}

/** Keeps the key's name for reports, whether it is trusted or not. */
function validatorNameKey(): void {
  if (tlvsKeyHashPtr() != 0) {
    bytesCopy(KEY_HASH, tlvsKeyHashPtr(), DIGEST_BYTES);
  } else if (tlvsKeyPtr() != 0) {
    trustHash(tlvsKeyPtr(), tlvsKeyBytes(), KEY_HASH);
  } else {
    return;
  }
  keyKnown = true;
}

function validatorCheckSignature(): ImageVerdict {
  const signature = tlvsSignature();
  if (signature == Signature.None) {
    unsigned = unsignedAllowed;
    return unsignedAllowed ? ImageVerdict.Accepted : ImageVerdict.NoSignature;
  }
  if (!signatureSupported(signature)) return ImageVerdict.UnsupportedSignature;
  if (!trustAny()) return ImageVerdict.NoTrustedKey;
  const keyBytes = trustFind(tlvsKeyHashPtr(), tlvsKeyPtr(), tlvsKeyBytes());
  if (keyBytes < 0) return ImageVerdict.UnknownKey;
  const answer = signatureCheck(signature, trustKeyPtr(), keyBytes, tlvsSignaturePtr(), tlvsSignatureBytes(), DIGEST);
  if (answer == ImageVerdict.None) rescanEnd = hashedEnd;
  return answer;
}

/** The file is its maker's; may this telephone store it? */
function validatorCheckPolicy(): ImageVerdict {
  const kind = tlvsKind();
  if (kind != Kind.Boot && kind != Kind.Application) return ImageVerdict.WrongKind;
  if (storing && validatorNotBootable() != blockFile) return blockFile ? ImageVerdict.NotABlockFile : ImageVerdict.NotBootable;
  if (!validatorFits(kind)) return ImageVerdict.TooLarge;
  if (modelBytes > 0 && tlvsModelsPtr() != 0 && !tlvsNamesModel(MODEL, modelBytes)) return ImageVerdict.WrongModel;
  return tlvsCounter() < validatorFloor() ? ImageVerdict.OldCounter : ImageVerdict.Accepted;
}

function validatorFloor(): u32 {
  return tlvsKind() == Kind.Boot ? bootFloor : appFloor;
}
