// One HTTP/1.x answer, taken apart as its bytes arrive (RFC 9112).
//
// In: spans of the stream, cut anywhere. Out: status, the few headers that matter, and where the body's bytes lie in the
// span just given; the body is not copied. It does not know what the body is for. Framing: chunked, Content-Length, or
// the end of the connection. Both at once, two lengths that differ, or a folded header is refused.

import { HttpWhy } from "../../hal/events";
import { asciiEqual, asciiHexValue, asciiIsBlank, asciiIsDigit, asciiLower, asciiNumber } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import {
  CLOSE, HEADER_CHUNKED, HEADER_CONNECTION, HEADER_ENCODING, HEADER_ETAG, HEADER_IDENTITY, HEADER_LENGTH, HEADER_LOCATION, HEADER_RANGE,
  HEADER_TRANSFER, HTTP_1, RANGE_UNIT, textBytes, textPtr,
} from "../base/texts";
import { ETAG_BYTES_MAX, HTTP_HEADERS_BYTES_MAX, HTTP_LINE_BYTES_MAX, URI_BYTES_MAX } from "../config";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";

const LINE = memory.data(1024, 8);
const ETAG = memory.data(128, 8);
const LOCATION = memory.data(640, 8);
const VERSION = memory.data(8, 8);

/** What the next byte belongs to. */
enum Part {
  Status,
  Headers,
  Length,
  UntilClose,
  ChunkSize,
  Chunk,
  ChunkEnd,
  Trailers,
  Done,
  Failed,
}

let part: Part = Part.Status;
let why: HttpWhy = HttpWhy.None;
let status: i32 = 0;
let lineBytes: i32 = 0;
let lineCut: bool = false;
let headersBytes: i32 = 0;
let lengthBytes: i64 = -1; // Content-Length, -1 without one.
let chunked: bool = false;
let closes: bool = false; // `Connection: close`.
let leftBytes: i64 = 0; // Of the body, or of the chunk.
let bodyBytes: i64 = 0;
let etagBytes: i32 = 0;
let locationBytes: i32 = 0;
let rangeFirst: i64 = -1; // Content-Range, -1 without one.
let rangeEnd: i64 = -1;
let rangeTotal: i64 = -1; // -1 where the server does not know it.

/** Starts a new answer. */
export function responseInit(): void {
  responseHead();
  why = HttpWhy.None;
  headersBytes = 0;
  bodyBytes = 0;
}

function responseHead(): void {
  part = Part.Status;
  status = 0;
  lineBytes = 0;
  lineCut = false;
  lengthBytes = -1;
  chunked = false;
  closes = false;
  leftBytes = 0;
  etagBytes = 0;
  locationBytes = 0;
  rangeFirst = -1;
  rangeEnd = -1;
  rangeTotal = -1;
}

/**
 * Takes framing bytes and stops where body bytes begin. Returns the bytes taken; `responseSpan` then tells how many of
 * the rest are body. Takes nothing once the answer is complete or refused.
 */
export function responsePush(ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  let taken: i32 = 0;
  while (taken < bytes && !responseInBody() && part < Part.Done) {
    responseByte(load<u8>(ptr + <usize>taken));
    taken++;
  }
  return taken;
}

/** How many of `bytes` bytes at the current place are body. */
export function responseSpan(bytes: i32): i32 {
  if (!responseInBody()) return 0;
  return part == Part.UntilClose || leftBytes > bytes ? bytes : <i32>leftBytes;
}

/** Goes past body bytes that were used. */
export function responseTake(bytes: i32): void {
  assert(responseInBody() && bytes >= 0);
  bodyBytes += bytes;
  if (part == Part.UntilClose) return;
  leftBytes -= bytes;
  assert(leftBytes >= 0);
  if (leftBytes > 0) return;
  part = part == Part.Length ? Part.Done : Part.ChunkEnd;
}

/** The connection ended in order. The answer is complete or it is short. */
export function responseEnd(): void {
  if (part >= Part.Done) return;
  if (part == Part.UntilClose) part = Part.Done;
  else responseFail(HttpWhy.Short);
}

/** True once status and headers are in. */
export function responseHasHead(): bool {
  return part > Part.Headers && part != Part.Failed;
}

export function responseDone(): bool {
  return part == Part.Done;
}

/** Why the answer is refused, or None. */
export function responseWhy(): HttpWhy {
  return why;
}

/** Three digits, 0 before they are in. */
export function responseStatus(): i32 {
  return status;
}

/** Content-Length, or -1. */
export function responseLength(): i64 {
  return lengthBytes;
}

/** True for HTTP/1.1 with Content-Length and `Connection: close`. */
export function responseIsStrict(): bool {
  return load<u8>(VERSION + 7) == 0x31 && lengthBytes >= 0 && closes;
}

/** Body bytes so far. */
export function responseBodyBytes(): i64 {
  return bodyBytes;
}

/** First byte of the part that this is, or -1. */
export function responseRangeFirst(): i64 {
  return rangeFirst;
}

/** The byte after its last. */
export function responseRangeEnd(): i64 {
  return rangeEnd;
}

/** Bytes of the whole file, or -1 where the server does not say. */
export function responseRangeTotal(): i64 {
  return rangeTotal;
}

export function responseEtagPtr(): usize {
  return ETAG;
}

export function responseEtagBytes(): i32 {
  return etagBytes;
}

export function responseLocationPtr(): usize {
  return LOCATION;
}

export function responseLocationBytes(): i32 {
  return locationBytes;
}

/** `HTTP/1.0` or `HTTP/1.1`, eight bytes once the status is in. */
export function responseVersionPtr(): usize {
  return VERSION;
}

function responseInBody(): bool {
  return part == Part.Length || part == Part.UntilClose || part == Part.Chunk;
}

function responseFail(reason: HttpWhy): void {
  part = Part.Failed;
  why = reason;
}

/** Collects a line; a bare line feed ends one too. The part of a line past the buffer is dropped, but counted. */
function responseByte(byte: u8): void {
  headersBytes++;
  if (headersBytes > HTTP_HEADERS_BYTES_MAX) {
    responseFail(HttpWhy.HeaderTooLarge);
    return;
  }
  if (byte != 0x0a) {
    if (lineBytes == HTTP_LINE_BYTES_MAX) {
      lineCut = true;
      return;
    }
    store<u8>(LINE + <usize>lineBytes, byte);
    lineBytes++;
    return;
  }
  if (lineBytes > 0 && !lineCut && load<u8>(LINE + <usize>lineBytes - 1) == 0x0d) lineBytes--;
  responseLine();
  lineBytes = 0;
  lineCut = false;
}

function responseLine(): void {
  if (part == Part.Status) responseStatusLine();
  else if (part == Part.Headers) responseHeaderLine();
  else if (part == Part.ChunkSize) responseChunkSize();
  else if (part == Part.ChunkEnd) responseChunkEnd();
  else if (lineBytes == 0) part = Part.Done; // The trailers' end; their content is not used.
}

/** `HTTP/1.` digit blank three digits, then a blank and anything. */
function responseStatusLine(): void {
  const prefixBytes = textBytes(HTTP_1);
  part = Part.Headers;
  if (lineBytes < prefixBytes + 5 || !asciiEqual(LINE, prefixBytes, textPtr(HTTP_1), prefixBytes)) return responseFail(HttpWhy.Malformed);
  status = asciiNumber(LINE + 9, 3);
  const tail = lineBytes > 12 ? load<u8>(LINE + 12) : 0x20;
  if (!asciiIsDigit(load<u8>(LINE + 7)) || load<u8>(LINE + 8) != 0x20 || tail != 0x20 || status < 100 || status > 999) {
    return responseFail(HttpWhy.Malformed);
  }
  bytesCopy(VERSION, LINE, 8);
}

function responseHeaderLine(): void {
  if (lineBytes == 0) return responseHeadersEnd();
  let colon: i32 = 0;
  while (colon < lineBytes && load<u8>(LINE + <usize>colon) != 0x3a) colon++;
  if (colon == 0 || colon == lineBytes || asciiIsBlank(load<u8>(LINE)) || asciiIsBlank(load<u8>(LINE + <usize>colon - 1))) {
    return responseFail(HttpWhy.Malformed); // No name, no colon, a folded line, or a blank before the colon.
  }
  let start = colon + 1;
  while (start < lineBytes && asciiIsBlank(load<u8>(LINE + <usize>start))) start++;
  let end = lineBytes;
  while (end > start && asciiIsBlank(load<u8>(LINE + <usize>end - 1))) end--;
  responseHeader(colon, LINE + <usize>start, end - start);
}

function responseHeader(nameBytes: i32, ptr: usize, bytes: i32): void {
  if (responseNameIs(nameBytes, HEADER_LENGTH)) {
    const value = responseLengthValue(ptr, bytes);
    if (value < 0 || (lengthBytes >= 0 && lengthBytes != value)) return responseFail(HttpWhy.Malformed);
    lengthBytes = value;
  } else if (responseNameIs(nameBytes, HEADER_TRANSFER)) {
    if (!responseValueIs(ptr, bytes, HEADER_CHUNKED)) return responseFail(HttpWhy.Framing);
    chunked = true;
  } else if (responseNameIs(nameBytes, HEADER_ENCODING)) {
    if (bytes > 0 && !responseValueIs(ptr, bytes, HEADER_IDENTITY)) return responseFail(HttpWhy.Encoding);
  } else if (responseNameIs(nameBytes, HEADER_ETAG)) {
    etagBytes = responseKeep(ETAG, ETAG_BYTES_MAX, ptr, bytes);
  } else if (responseNameIs(nameBytes, HEADER_LOCATION)) {
    if (lineCut || bytes > URI_BYTES_MAX) return responseFail(HttpWhy.Redirect);
    locationBytes = responseKeep(LOCATION, URI_BYTES_MAX, ptr, bytes);
  } else if (responseNameIs(nameBytes, HEADER_CONNECTION)) {
    for (let item: i32 = 0; item < listCount(ptr, bytes); item++) {
      if (responseValueIs(listItemPtr(ptr, bytes, item), listItemBytes(ptr, bytes, item), CLOSE)) closes = true;
    }
  } else if (responseNameIs(nameBytes, HEADER_RANGE)) {
    if (rangeFirst >= 0 || lineCut || !responseRange(ptr, bytes)) responseFail(HttpWhy.BadRange);
  }
}

/** `bytes first-last/total`, the total perhaps a star; a star for the part says that there is no such one. RFC 9110 §14.4. */
function responseRange(ptr: usize, bytes: i32): bool {
  const unitBytes = textBytes(RANGE_UNIT);
  if (bytes <= unitBytes || !asciiEqual(ptr, unitBytes, textPtr(RANGE_UNIT), unitBytes)) return false;
  const dash = responseIndex(ptr, bytes, 0x2d);
  const slash = responseIndex(ptr, bytes, 0x2f);
  const unknown = slash == bytes - 2 && load<u8>(ptr + <usize>slash + 1) == 0x2a;
  rangeTotal = unknown ? -1 : responseLengthValue(ptr + <usize>slash + 1, bytes - slash - 1);
  if (!unknown && rangeTotal < 0) return false;
  if (slash == unitBytes + 1 && load<u8>(ptr + <usize>unitBytes) == 0x2a) return !unknown;
  if (dash > slash) return false;
  rangeFirst = responseLengthValue(ptr + <usize>unitBytes, dash - unitBytes);
  rangeEnd = responseLengthValue(ptr + <usize>dash + 1, slash - dash - 1) + 1;
  return rangeFirst >= 0 && rangeEnd > rangeFirst && (unknown || rangeEnd <= rangeTotal);
}

/** Where the byte stands first; behind the end without one. */
function responseIndex(ptr: usize, bytes: i32, byte: i32): i32 {
  let at: i32 = 0;
  while (at < bytes && <i32>load<u8>(ptr + <usize>at) != byte) at++;
  return at;
}

function responseNameIs(nameBytes: i32, text: i32): bool {
  return asciiEqual(LINE, nameBytes, textPtr(text), textBytes(text));
}

function responseValueIs(ptr: usize, bytes: i32, text: i32): bool {
  return asciiEqual(ptr, bytes, textPtr(text), textBytes(text));
}

function responseKeep(target: usize, capacity: i32, ptr: usize, bytes: i32): i32 {
  const kept = bytes > capacity ? capacity : bytes;
  bytesCopy(target, ptr, kept);
  return kept;
}

/** Up to 15 digits: no file is longer, and an i64 holds them. */
function responseLengthValue(ptr: usize, bytes: i32): i64 {
  if (bytes <= 0 || bytes > 15 || lineCut) return -1;
  let value: i64 = 0;
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(ptr + i);
    if (!asciiIsDigit(byte)) return -1;
    value = value * 10 + (byte - 0x30);
  }
  return value;
}

function responseHeadersEnd(): void {
  if (chunked && lengthBytes >= 0) return responseFail(HttpWhy.Framing);
  if (status < 200) return responseHead(); // 1xx: the real answer follows.
  if (status == 204 || status == 304) part = Part.Done;
  else if (chunked) part = Part.ChunkSize;
  else if (lengthBytes < 0) part = Part.UntilClose;
  else if (lengthBytes == 0) part = Part.Done;
  else {
    part = Part.Length;
    leftBytes = lengthBytes;
  }
}

/** Hex digits, then nothing, blanks or an extension. At most 15 digits are believed. */
function responseChunkSize(): void {
  let at: i32 = 0;
  leftBytes = 0;
  while (at < lineBytes && asciiHexValue(load<u8>(LINE + <usize>at)) >= 0) {
    leftBytes = (leftBytes << 4) | <i64>asciiHexValue(load<u8>(LINE + <usize>at));
    at++;
  }
  const next: i32 = at < lineBytes ? asciiLower(load<u8>(LINE + <usize>at)) : 0x3b;
  if (at == 0 || at > 12 || (next != 0x3b && !asciiIsBlank(next))) return responseFail(HttpWhy.BadChunk);
  headersBytes = 0; // Each chunk's framing is bounded by itself; the body's size by the taker.
  part = leftBytes == 0 ? Part.Trailers : Part.Chunk;
}

function responseChunkEnd(): void {
  if (lineBytes != 0) return responseFail(HttpWhy.BadChunk);
  part = Part.ChunkSize;
}
