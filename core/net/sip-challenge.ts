// Challenges of digest authentication (RFC 7616 §3.3, RFC 3261 §22): what a server sent, and which of several is answered.
//
// A record is: u8 usable, u8 algorithm, u8 qop=auth, u8 stale, u8 opaque given, u8 algorithm given, then the bytes of realm, nonce and
// opaque as u16 each, then the three texts as they stood between their quotes. In: a header's value. Out: a record; one that cannot be
// answered is kept as that.

import { asciiEqual, asciiIsBlank } from "../base/ascii";
import { bytesCopy, bytesEqual } from "../base/bytes";
import {
  SIP_ALGORITHM, SIP_AUTH, SIP_DIGEST, SIP_MD5, SIP_NONCE, SIP_OPAQUE, SIP_QOP, SIP_REALM, SIP_SHA256, SIP_STALE, SIP_TRUE, textBytes,
  textPtr,
} from "../base/texts";
import { sipFoundBytes, sipFoundPtr, sipPair, sipScan, sipValueEnd, sipTrim } from "./sip-value";

export enum Algorithm {
  Md5 = 0,
  Sha256 = 1,
}

/** Who asks: the registrar (401), or a proxy on the way (407). */
export enum Asker {
  Server = 0,
  Proxy = 1,
  Count = 2,
}

/** Where it is marked that an algorithm was named. */
const ALGORITHM_GIVEN: usize = 5;
const REALM: i32 = 16;
const REALM_BYTES_MAX: i32 = 128;
const NONCE: i32 = 144;
const NONCE_BYTES_MAX: i32 = 512;
const OPAQUE: i32 = 656;
const OPAQUE_BYTES_MAX: i32 = 256;
const RECORD_BYTES: i32 = 912;

/** Read last; of the answer at hand, by asker; and those that the next request answers, by asker. */
const READ = memory.data(912, 8);
const OFFERED = memory.data(1824, 8);
const TAKEN = memory.data(1824, 8);

/** A new answer comes: nothing is offered. */
export function challengeInit(): void {
  for (let asker: i32 = 0; asker < Asker.Count; asker++) store<u8>(offered(asker), Challenge.None);
}

/** What became of the challenges of an answer. */
export enum Challenge {
  None = 0,
  /** None of an algorithm or a quality that the telephone has. */
  Unusable = 1,
  Usable = 2,
}

/** Takes a header's value. Of several that can be answered SHA-256 goes before MD5, and else the first counts. */
export function challengeOffer(asker: Asker, ptr: usize, bytes: i32): void {
  const target = offered(asker);
  const usable = challengeRead(ptr, bytes);
  const before = <i32>load<u8>(target);
  if (usable && (before != Challenge.Usable || load<u8>(READ, 1) > load<u8>(target, 1))) bytesCopy(target, READ, RECORD_BYTES);
  else if (before == Challenge.None) store<u8>(target, Challenge.Unusable);
}

export function challengeOffered(asker: Asker): Challenge {
  return <Challenge>load<u8>(offered(asker));
}

export function challengeIsStale(asker: Asker): bool {
  return load<u8>(offered(asker), 3) != 0;
}

/** The next request answers what was offered. True when it is another nonce than the one answered so far. */
export function challengeTake(asker: Asker): bool {
  const same = nonceIs(taken(asker), offered(asker));
  bytesCopy(taken(asker), offered(asker), RECORD_BYTES);
  return !same;
}

/** Nothing is answered any more. */
export function challengeForget(): void {
  for (let asker: i32 = 0; asker < Asker.Count; asker++) store<u8>(taken(asker), Challenge.None);
}

export function challengeIsTaken(asker: Asker): bool {
  return load<u8>(taken(asker)) == Challenge.Usable;
}

export function challengeAlgorithm(asker: Asker): Algorithm {
  return <Algorithm>load<u8>(taken(asker), 1);
}

export function challengeHasQop(asker: Asker): bool {
  return load<u8>(taken(asker), 2) != 0;
}

export function challengeHasOpaque(asker: Asker): bool {
  return load<u8>(taken(asker), 4) != 0;
}

export function challengeRealmPtr(asker: Asker): usize {
  return taken(asker) + REALM;
}

export function challengeRealmBytes(asker: Asker): i32 {
  return load<u16>(taken(asker), 6);
}

export function challengeNoncePtr(asker: Asker): usize {
  return taken(asker) + NONCE;
}

export function challengeNonceBytes(asker: Asker): i32 {
  return load<u16>(taken(asker), 8);
}

export function challengeOpaquePtr(asker: Asker): usize {
  return taken(asker) + OPAQUE;
}

export function challengeOpaqueBytes(asker: Asker): i32 {
  return load<u16>(taken(asker), 10);
}

function offered(asker: i32): usize {
  return OFFERED + <usize>(asker * RECORD_BYTES);
}

function taken(asker: i32): usize {
  return TAKEN + <usize>(asker * RECORD_BYTES);
}

function nonceIs(left: usize, right: usize): bool {
  const bytes = <i32>load<u16>(left, 8);
  return load<u8>(left) == Challenge.Usable && bytes == <i32>load<u16>(right, 8) && bytesEqual(left + NONCE, right + NONCE, bytes);
}

/** `Digest name=value, …`. False where it is another scheme, or asks for what the telephone does not have. */
function challengeRead(ptr: usize, bytes: i32): bool {
  const schemeBytes = textBytes(SIP_DIGEST);
  if (bytes <= schemeBytes || !asciiEqual(ptr, schemeBytes, textPtr(SIP_DIGEST), schemeBytes)) return false;
  if (!asciiIsBlank(load<u8>(ptr + <usize>schemeBytes))) return false;
  store<u64>(READ, 0);
  store<u64>(READ, 0, 8);
  let hasRealm = false;
  let hasNonce = false;
  for (let at = schemeBytes + 1; at < bytes;) {
    const pair = ptr + <usize>at;
    const pairBytes = sipValueEnd(pair, bytes - at);
    at += pairBytes + 1;
    if (sipPair(pair, pairBytes, SIP_REALM)) {
      if (hasRealm || !challengeKeep(6, REALM, REALM_BYTES_MAX)) return false;
      hasRealm = true;
    } else if (sipPair(pair, pairBytes, SIP_NONCE)) {
      if (hasNonce || !challengeKeep(8, NONCE, NONCE_BYTES_MAX)) return false;
      hasNonce = true;
    } else if (!challengeWord(pair, pairBytes)) {
      return false;
    }
  }
  store<u8>(READ, Challenge.Usable);
  return hasRealm && hasNonce;
}

/** One of the other parameters; those that are not known change nothing. */
function challengeWord(pair: usize, bytes: i32): bool {
  if (sipPair(pair, bytes, SIP_OPAQUE)) {
    return challengeOnce(4) && challengeKeep(10, OPAQUE, OPAQUE_BYTES_MAX);
  }
  if (sipPair(pair, bytes, SIP_ALGORITHM)) {
    if (!challengeOnce(ALGORITHM_GIVEN)) return false;
    if (foundIs(SIP_SHA256)) store<u8>(READ, Algorithm.Sha256, 1);
    else return foundIs(SIP_MD5);
  } else if (sipPair(pair, bytes, SIP_QOP)) {
    return challengeOnce(2) && challengeQop(sipFoundPtr(), sipFoundBytes());
  } else if (sipPair(pair, bytes, SIP_STALE)) {
    store<u8>(READ, foundIs(SIP_TRUE) ? 1 : 0, 3);
  }
  return true;
}

/** Marks a parameter as given; false for one that was given before (RFC 9110 §11.2). */
function challengeOnce(flagAt: usize): bool {
  if (load<u8>(READ + flagAt) != 0) return false;
  store<u8>(READ + flagAt, 1);
  return true;
}

/** True where `auth` is among the qualities. */
function challengeQop(ptr: usize, bytes: i32): bool {
  for (let at: i32 = 0; at < bytes;) {
    const end = sipScan(ptr, at, bytes, 0x2c);
    sipTrim(ptr + <usize>at, end - at);
    if (foundIs(SIP_AUTH)) return true;
    at = end + 1;
  }
  return false;
}

function challengeKeep(lengthAt: usize, textAt: i32, bytesMax: i32): bool {
  const bytes = sipFoundBytes();
  if (bytes > bytesMax || !foundIsQuotable()) return false;
  store<u16>(READ + lengthAt, bytes);
  bytesCopy(READ + <usize>textAt, sipFoundPtr(), bytes);
  return true;
}

/** It is written between quotes again: no quote in it ends them, and no control character stands there (RFC 3261 §25.1). */
function foundIsQuotable(): bool {
  const end = sipFoundPtr() + <usize>sipFoundBytes();
  for (let at = sipFoundPtr(); at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x22 || (byte < 0x20 && byte != 0x09) || byte == 0x7f) return false;
    if (byte != 0x5c) continue;
    at++;
    if (at == end || load<u8>(at) < 0x20) return false;
  }
  return true;
}

function foundIs(text: i32): bool {
  return asciiEqual(sipFoundPtr(), sipFoundBytes(), textPtr(text), textBytes(text));
}
