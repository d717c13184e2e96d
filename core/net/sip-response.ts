// One SIP response, taken apart as its bytes arrive (RFC 3261 §7, §18.3, §25).
//
// In: spans of a stream, cut anywhere, or one datagram, and which request is waited for. Out: status, whether it answers that request
// (branch, Call-ID, CSeq, one Via), and the few headers that matter. Headers may be folded and in their compact form. A request that comes
// the same way is framed and left alone. Everything is bounded: a line that is cut counts as malformed where its header matters.

import { asciiEqual, asciiIsBlank, asciiIsDigit, asciiNumber } from "../base/ascii";
import { bytesCopy, bytesEqual } from "../base/bytes";
import {
  SIP_BRANCH, SIP_EXPIRES, SIP_HEADER_CALL_ID, SIP_HEADER_CONTACT, SIP_HEADER_CSEQ, SIP_HEADER_LENGTH, SIP_HEADER_MIN_EXPIRES,
  SIP_HEADER_PROXY_AUTHENTICATE, SIP_HEADER_RETRY_AFTER, SIP_HEADER_VIA, SIP_HEADER_WWW_AUTHENTICATE, SIP_VERSION, textBytes, textPtr,
} from "../base/texts";
import { SIP_BODY_BYTES_MAX, SIP_HEADERS_BYTES_MAX, SIP_LINE_BYTES_MAX } from "../config";
import { Asker, challengeInit, challengeOffer } from "./sip-challenge";
import { sipFoundBytes, sipFoundPtr, sipParameter, sipTrim, sipUri, sipValueEnd } from "./sip-value";

const LINE = memory.data(2048, 8);
const TARGET_BYTES_MAX: i32 = 255;
const TARGET = memory.data(256, 8);

/** What the next byte belongs to. */
enum Part {
  Start,
  Headers,
  Body,
  Done,
  Failed,
}

let part: Part = Part.Start;
let isStream: bool = false;
let status: i32 = 0;
let lineBytes: i32 = 0;
let lineCut: bool = false;
/** The line is whole unless the next one begins with a blank. */
let held: bool = false;
let messageBytes: i32 = 0;
let lengthBytes: i32 = -1;
let leftBytes: i32 = 0;

let branchPtr: usize = 0;
let branchBytes: i32 = 0;
let callIdPtr: usize = 0;
let callIdBytes: i32 = 0;
let sequence: i32 = 0;
let method: i32 = 0;
let contactPtr: usize = 0;
let contactBytes: i32 = 0;

let viaCount: i32 = 0;
let callIdCount: i32 = 0;
let sequenceCount: i32 = 0;
let isOurs: bool = false;
let expires: i32 = -1;
let contactExpires: i32 = -1;
let minExpires: i32 = -1;
let retryAfter: i32 = -1;
let targetBytes: i32 = 0;

/** Which request is waited for; the texts stay the caller's. `contact` is the URI that it registered, 0 bytes for none. */
export function sipResponseExpect(
  branch: usize, branchSize: i32, callId: usize, callIdSize: i32, number: i32, name: i32, contact: usize, contactSize: i32,
): void {
  branchPtr = branch;
  branchBytes = branchSize;
  callIdPtr = callId;
  callIdBytes = callIdSize;
  sequence = number;
  method = name;
  contactPtr = contact;
  contactBytes = contactSize;
}

/** Starts a message: of a stream, or a datagram, which ends with its bytes. */
export function sipResponseInit(ofStream: bool): void {
  isStream = ofStream;
  part = Part.Start;
  status = 0;
  lineBytes = 0;
  lineCut = false;
  held = false;
  messageBytes = 0;
  lengthBytes = -1;
  leftBytes = 0;
  viaCount = 0;
  callIdCount = 0;
  sequenceCount = 0;
  isOurs = true;
  expires = -1;
  contactExpires = -1;
  minExpires = -1;
  retryAfter = -1;
  targetBytes = 0;
  challengeInit();
}

/** Takes bytes up to the end of the message at most; how many. Takes nothing once it is complete or refused. */
export function sipResponsePush(ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  let taken: i32 = 0;
  while (taken < bytes && part < Part.Done) {
    if (part == Part.Body) {
      taken += responseBody(bytes - taken);
    } else {
      responseByte(load<u8>(ptr + <usize>taken));
      taken++;
    }
  }
  return taken;
}

/** The datagram ended. */
export function sipResponseEnd(): void {
  if (part == Part.Body && lengthBytes < 0) part = Part.Done;
  else if (part != Part.Done) part = Part.Failed;
}

export function sipResponseDone(): bool {
  return part == Part.Done;
}

/** It cannot be read: what follows on a stream cannot be either. */
export function sipResponseFailed(): bool {
  return part == Part.Failed;
}

/** True for a whole response to the request that is waited for. */
export function sipResponseIsOurs(): bool {
  return part == Part.Done && status != 0 && isOurs && viaCount == 1 && callIdCount == 1 && sequenceCount == 1;
}

/** Three digits; 0 for a request. */
export function sipResponseStatus(): i32 {
  return status;
}

/** Seconds that the registration holds: said of our own contact, else of all; -1 where it is not said. */
export function sipResponseExpires(): i32 {
  return contactExpires >= 0 ? contactExpires : expires;
}

export function sipResponseMinExpires(): i32 {
  return minExpires;
}

export function sipResponseRetryAfter(): i32 {
  return retryAfter;
}

/** The first contact's URI, as it was written; 0 bytes where there is none or it is too long. */
export function sipResponseTargetPtr(): usize {
  return TARGET;
}

export function sipResponseTargetBytes(): i32 {
  return targetBytes;
}

function responseBody(bytes: i32): i32 {
  const taken = lengthBytes < 0 || bytes < leftBytes ? bytes : leftBytes;
  leftBytes -= taken;
  if (lengthBytes >= 0 && leftBytes == 0) part = Part.Done;
  return taken;
}

function responseByte(byte: u8): void {
  messageBytes++;
  if (messageBytes > SIP_HEADERS_BYTES_MAX) {
    part = Part.Failed;
    return;
  }
  if (held) {
    held = false;
    if (!asciiIsBlank(byte)) responseHeaderLine();
    if (part == Part.Failed) return;
  }
  if (byte == 0x0a) return responseLineEnd();
  if (lineBytes == SIP_LINE_BYTES_MAX) {
    lineCut = true;
    return;
  }
  store<u8>(LINE + <usize>lineBytes, byte);
  lineBytes++;
}

function responseLineEnd(): void {
  if (lineBytes > 0 && load<u8>(LINE + <usize>lineBytes - 1) == 0x0d) lineBytes--;
  if (part == Part.Start) {
    if (lineBytes > 0) return responseStartLine();
    if (isStream) messageBytes = 0; // Blank lines before a message keep a stream open (RFC 5626 §3.5.1).
  } else if (lineBytes > 0) {
    held = true;
  } else {
    responseHeadersEnd();
  }
}

/** `SIP/2.0` status reason; or a request's line, which ends in the version. */
function responseStartLine(): void {
  const versionBytes = textBytes(SIP_VERSION);
  part = Part.Failed;
  if (lineCut || lineBytes < versionBytes + 4) return;
  if (asciiEqual(LINE, versionBytes, textPtr(SIP_VERSION), versionBytes)) {
    const tail = lineBytes > versionBytes + 4 ? load<u8>(LINE + <usize>versionBytes + 4) : 0x20;
    status = asciiNumber(LINE + <usize>versionBytes + 1, 3);
    if (load<u8>(LINE + <usize>versionBytes) != 0x20 || tail != 0x20 || status < 100 || status > 699) return;
  } else {
    const end = LINE + <usize>(lineBytes - versionBytes);
    if (load<u8>(end - 1) != 0x20 || !asciiEqual(end, versionBytes, textPtr(SIP_VERSION), versionBytes)) return;
  }
  part = Part.Headers;
  lineBytes = 0;
}

/** A whole header, folded lines joined. */
function responseHeaderLine(): void {
  let colon: i32 = 0;
  while (colon < lineBytes && load<u8>(LINE + <usize>colon) != 0x3a) colon++;
  let nameBytes = colon;
  while (nameBytes > 0 && asciiIsBlank(load<u8>(LINE + <usize>nameBytes - 1))) nameBytes--;
  if (nameBytes == 0 || colon == lineBytes || asciiIsBlank(load<u8>(LINE))) {
    part = Part.Failed;
    return;
  }
  for (let at = colon; at < lineBytes; at++) {
    const byte = load<u8>(LINE + <usize>at);
    if (byte == 0x0d || byte == 0) store<u8>(LINE + <usize>at, 0x20);
  }
  sipTrim(LINE + <usize>colon + 1, lineBytes - colon - 1);
  responseHeader(nameBytes, sipFoundPtr(), sipFoundBytes());
  lineBytes = 0;
  lineCut = false;
}

function responseHeader(nameBytes: i32, ptr: usize, bytes: i32): void {
  if (nameIs(nameBytes, SIP_HEADER_LENGTH, 0x6c)) return responseLength(ptr, bytes);
  if (nameIs(nameBytes, SIP_HEADER_VIA, 0x76)) return responseVia(ptr, bytes);
  if (nameIs(nameBytes, SIP_HEADER_CALL_ID, 0x69)) {
    callIdCount++;
    if (lineCut || bytes != callIdBytes || !bytesEqual(ptr, callIdPtr, bytes)) isOurs = false;
  } else if (nameIs(nameBytes, SIP_HEADER_CSEQ, 0)) {
    sequenceCount++;
    if (lineCut || !responseSequence(ptr, bytes)) isOurs = false;
  } else if (lineCut) {
    return;
  } else if (nameIs(nameBytes, SIP_HEADER_CONTACT, 0x6d)) {
    responseContact(ptr, bytes);
  } else if (nameIs(nameBytes, SIP_EXPIRES, 0)) {
    expires = responseSeconds(ptr, bytes);
  } else if (nameIs(nameBytes, SIP_HEADER_MIN_EXPIRES, 0)) {
    minExpires = responseSeconds(ptr, bytes);
  } else if (nameIs(nameBytes, SIP_HEADER_RETRY_AFTER, 0)) {
    retryAfter = responseSeconds(ptr, bytes);
  } else if (nameIs(nameBytes, SIP_HEADER_WWW_AUTHENTICATE, 0)) {
    challengeOffer(Asker.Server, ptr, bytes);
  } else if (nameIs(nameBytes, SIP_HEADER_PROXY_AUTHENTICATE, 0)) {
    challengeOffer(Asker.Proxy, ptr, bytes);
  }
}

/** The name in any case, or its compact form (RFC 3261 §7.3.3), 0 where it has none. */
function nameIs(nameBytes: i32, text: i32, compact: i32): bool {
  if (nameBytes == 1) return compact != 0 && (<i32>load<u8>(LINE) | 0x20) == compact;
  return asciiEqual(LINE, nameBytes, textPtr(text), textBytes(text));
}

function responseLength(ptr: usize, bytes: i32): void {
  const value = lineCut || bytes > 9 ? -1 : asciiNumber(ptr, bytes);
  if (value < 0 || value > SIP_BODY_BYTES_MAX || (lengthBytes >= 0 && lengthBytes != value)) part = Part.Failed;
  else lengthBytes = value;
}

/** Ours is the only one, and has our branch (RFC 3261 §17.1.3, §8.1.3.3). */
function responseVia(ptr: usize, bytes: i32): void {
  viaCount++;
  const end = sipValueEnd(ptr, bytes);
  if (end < bytes || lineCut) viaCount++;
  if (!sipParameter(ptr, end, SIP_BRANCH)) isOurs = false;
  else if (sipFoundBytes() != branchBytes || !bytesEqual(sipFoundPtr(), branchPtr, branchBytes)) isOurs = false;
}

/** The number, blanks, the method, whose case matters. */
function responseSequence(ptr: usize, bytes: i32): bool {
  let digits: i32 = 0;
  while (digits < bytes && asciiIsDigit(load<u8>(ptr + <usize>digits))) digits++;
  if (digits > 10 || asciiNumber(ptr, digits) != sequence) return false;
  if (digits == bytes || !asciiIsBlank(load<u8>(ptr + <usize>digits))) return false;
  sipTrim(ptr + <usize>digits, bytes - digits);
  return sipFoundBytes() == textBytes(method) && bytesEqual(sipFoundPtr(), textPtr(method), textBytes(method));
}

/** All contacts of the header: the first one's URI, and how long ours holds. */
function responseContact(ptr: usize, bytes: i32): void {
  while (bytes > 0) {
    const end = sipValueEnd(ptr, bytes);
    sipUri(ptr, end);
    if (targetBytes == 0 && sipFoundBytes() <= TARGET_BYTES_MAX) {
      targetBytes = sipFoundBytes();
      bytesCopy(TARGET, sipFoundPtr(), targetBytes);
    }
    if (isOwnContact() && sipParameter(ptr, end, SIP_EXPIRES)) contactExpires = responseSeconds(sipFoundPtr(), sipFoundBytes());
    ptr += <usize>end + 1;
    bytes -= end + 1;
  }
}

/** The URI that was found is the one that we registered, whatever parameters a server added to it. */
function isOwnContact(): bool {
  if (contactBytes == 0 || sipFoundBytes() < contactBytes) return false;
  if (!asciiEqual(sipFoundPtr(), contactBytes, contactPtr, contactBytes)) return false;
  return sipFoundBytes() == contactBytes || load<u8>(sipFoundPtr() + <usize>contactBytes) == 0x3b;
}

/** The number that a value begins with; -1 without one. Too many digits are the most that counts. */
function responseSeconds(ptr: usize, bytes: i32): i32 {
  let digits: i32 = 0;
  while (digits < bytes && asciiIsDigit(load<u8>(ptr + <usize>digits))) digits++;
  if (digits == 0) return -1;
  const value = asciiNumber(ptr, digits);
  return value < 0 ? i32.MAX_VALUE : value;
}

function responseHeadersEnd(): void {
  if (isStream && lengthBytes < 0) {
    part = Part.Failed; // Without a length nobody knows where the next message begins (RFC 3261 §18.3).
    return;
  }
  leftBytes = lengthBytes;
  part = lengthBytes == 0 ? Part.Done : Part.Body;
}
