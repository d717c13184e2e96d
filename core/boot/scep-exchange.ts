// One HTTP exchange with the CA of MYCERTURL: connect, request, answer (RFC 8894 §4). One attempt, no redirects, a limit on everything.
//
// In: an operation, and for PKIOperation the message at `exchangeMessage`. Out: the body, as text or as the secure element's input. The way
// is scep-way's. Message, request and text stand in the core's own store, which nobody else uses once the scripts are read.

import { SECURE_INPUT_BYTES_MAX, Status } from "../../hal/abi";
import { HttpError } from "../../hal/events";
import { asciiIsDigit } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import { lineAddByte, lineAddHex, lineAddNumber, lineAddText, lineBytes, lineOverflowed, linePtr, lineStart } from "../base/line";
import { GET_BLANK, HEADER_TAIL, HTTP_11_HOST, MESSAGE_PARAMETER, OPERATION, PKI_CONTENT, POST_BLANK } from "../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../base/time";
import {
  CAPABILITIES_BYTES_MAX, EXCHANGE_MESSAGE_BYTES_MAX, EXCHANGE_REQUEST_BYTES_MAX, EXCHANGE_US, HTTP_CONNECT_US, HTTP_SILENCE_US,
  SPAN_BYTES_MAX, WORK_BYTES_MAX,
} from "../config";
import { requestAddAgent, requestClean } from "../http/request";
import * as response from "../http/response";
import { stagingStore } from "../image/staging";
import { dnsAddress } from "../net/dns";
import { streamClose, streamError, streamOpen, streamReceive, streamSend, streamState } from "../net/tcp-stream";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { base64Query } from "../wire/base64";
import { scepWayAddHost, scepWayAddTarget, scepWayHasQuery, scepWayHostBytes, scepWayHostPtr, scepWayPort } from "./scep-way";
import { secureInput, secureInputStart } from "./secure";

/** How an exchange ended. */
export enum Exchange {
  Pending = -1,
  /** The body is whole, and the status 200. */
  Done = 0,
  NoAnswer = 1,
  /** Another status, or no HTTP. */
  HttpFailed = 2,
  TooLarge = 3,
  /** The request cannot be written: a blank in MYCERTURL, or a message that is too long for GET. */
  BadUrl = 4,
}

enum Phase {
  Idle,
  Resolve,
  Connect,
  Send,
  Receive,
}

const NO_HANDLE: i32 = -1;
const ADDRESS = memory.data(4, 4);

let phase: Phase = Phase.Idle;
let result: Exchange = Exchange.Pending;
let error: HttpError = HttpError.None;
let handle: i32 = NO_HANDLE;
let intoSecure: bool = false;
let textBytes: i32 = 0;
let requestBytes: i32 = 0;
let sentBytes: i32 = 0;
let deadlineUs: u64 = 0;
let allUs: u64 = 0;

/** Where a message to be sent is written. */
export function exchangeMessage(): usize {
  return stagingStore();
}

function requestStart(): usize {
  return stagingStore() + <usize>EXCHANGE_MESSAGE_BYTES_MAX;
}

/** What came as text, cut at its limit. */
export function exchangeTextPtr(): usize {
  return requestStart() + <usize>EXCHANGE_REQUEST_BYTES_MAX;
}

export function exchangeTextBytes(): i32 {
  return textBytes;
}

function spanStart(): usize {
  return exchangeTextPtr() + <usize>CAPABILITIES_BYTES_MAX;
}

/** Begins a GET that asks by the CA's name: GetCACaps as text, GetCACert as input of the secure element. */
export function exchangeAsk(operation: i32, secure: bool): void {
  exchangeLine(GET_BLANK, operation);
  lineAddText(MESSAGE_PARAMETER);
  exchangeAddEscaped(parameterPtr(Parameter.MYCERTCAID), parameterBytes(Parameter.MYCERTCAID));
  requestBytes = 0;
  exchangeAddLine();
  exchangeAddHead(-1);
  exchangeBegin(secure);
}

/** Begins to send a message of so many bytes, by POST or by GET; the answer becomes the secure element's input. */
export function exchangeSend(operation: i32, messageBytes: i32, byPost: bool): void {
  exchangeLine(byPost ? POST_BLANK : GET_BLANK, operation);
  if (!byPost) lineAddText(MESSAGE_PARAMETER);
  requestBytes = 0;
  exchangeAddLine();
  if (!byPost && requestBytes >= 0) {
    const written = base64Query(requestEnd(), EXCHANGE_REQUEST_BYTES_MAX - requestBytes, exchangeMessage(), messageBytes);
    requestBytes = written < 0 ? -1 : requestBytes + written;
  }
  exchangeAddHead(byPost ? messageBytes : -1);
  if (byPost) exchangeAdd(exchangeMessage(), messageBytes);
  exchangeBegin(true);
}

/** Works on it. */
export function exchangePoll(): Exchange {
  if (phase == Phase.Idle) return result;
  if (phase == Phase.Resolve) exchangeResolve();
  else if (phase == Phase.Connect) exchangeConnect();
  else if (phase == Phase.Send) exchangeSendMore();
  else exchangeReceive();
  if (phase != Phase.Idle && (timeNow() >= deadlineUs || timeNow() >= allUs)) exchangeFail(HttpError.TimedOut);
  if (phase == Phase.Idle) return result;
  timeWakeAt(deadlineUs < allUs ? deadlineUs : allUs);
  return Exchange.Pending;
}

/** Gives up what is under way. */
export function exchangeStop(): void {
  exchangeClose(true);
  phase = Phase.Idle;
}

/** What went wrong below HTTP. */
export function exchangeError(): HttpError {
  return error;
}

/** The answer's status, 0 without one. */
export function exchangeStatus(): i32 {
  return response.responseStatus();
}

function exchangeBegin(secure: bool): void {
  response.responseInit();
  intoSecure = secure;
  textBytes = 0;
  sentBytes = 0;
  error = HttpError.None;
  if (secure) secureInputStart();
  if (requestBytes < 0) return exchangeEnd(Exchange.BadUrl);
  allUs = timeNow() + EXCHANGE_US;
  deadlineUs = timeNow() + HTTP_CONNECT_US;
  phase = Phase.Resolve;
  timeWakeNow();
}

function exchangeEnd(how: Exchange): void {
  exchangeClose(how != Exchange.Done);
  result = how;
  phase = Phase.Idle;
  timeWakeNow();
}

function exchangeFail(why: HttpError): void {
  error = why;
  exchangeEnd(Exchange.NoAnswer);
}

function exchangeClose(abort: bool): void {
  if (handle >= 0) streamClose(handle, abort);
  handle = NO_HANDLE;
}

function exchangeResolve(): void {
  const status = dnsAddress(scepWayHostPtr(), scepWayHostBytes(), ADDRESS);
  if (status == Status.Pending) return;
  if (status != Status.Ok) return exchangeFail(streamError(status));
  handle = streamOpen(load<u32>(ADDRESS), scepWayPort());
  if (handle < 0) return exchangeFail(streamError(handle));
  exchangeGo(Phase.Connect, HTTP_CONNECT_US);
}

function exchangeConnect(): void {
  const status = streamState(handle);
  if (status == Status.Pending) return;
  if (status != Status.Ok) return exchangeFail(streamError(status));
  exchangeGo(Phase.Send, HTTP_SILENCE_US);
}

function exchangeSendMore(): void {
  const sent = streamSend(handle, requestStart() + <usize>sentBytes, requestBytes - sentBytes);
  if (sent < 0) return exchangeFail(streamError(sent));
  sentBytes += sent;
  if (sent > 0) exchangeGo(sentBytes < requestBytes ? Phase.Send : Phase.Receive, HTTP_SILENCE_US);
}

function exchangeGo(next: Phase, us: u32): void {
  phase = next;
  deadlineUs = timeNow() + us;
  timeWakeNow();
}

function exchangeReceive(): void {
  for (let moved: i32 = 0; moved < WORK_BYTES_MAX; moved += SPAN_BYTES_MAX) {
    const bytes = streamReceive(handle, spanStart(), SPAN_BYTES_MAX);
    if (bytes == 0) return;
    if (bytes == Status.Closed) response.responseEnd();
    else if (bytes < 0) return exchangeFail(streamError(bytes));
    else if (!exchangeTake(bytes)) return exchangeEnd(Exchange.TooLarge);
    if (exchangeJudge()) return;
    exchangeGo(Phase.Receive, HTTP_SILENCE_US);
  }
}

/** Takes a span of the stream apart. False when the body becomes too long. */
function exchangeTake(bytes: i32): bool {
  let at: i32 = 0;
  while (at < bytes) {
    const framing = response.responsePush(spanStart() + <usize>at, bytes - at);
    at += framing;
    const body = response.responseSpan(bytes - at);
    if (body == 0 && framing == 0) return true; // The answer is whole or refused.
    if (response.responseHasHead() && response.responseLength() > SECURE_INPUT_BYTES_MAX) return false;
    if (body == 0) continue;
    if (!exchangeKeep(spanStart() + <usize>at, body)) return false;
    response.responseTake(body);
    at += body;
  }
  return true;
}

/** A body that is not wanted, because of its status, is passed over; a text is cut. */
function exchangeKeep(ptr: usize, bytes: i32): bool {
  if (response.responseStatus() != 200) return response.responseBodyBytes() < SECURE_INPUT_BYTES_MAX;
  if (intoSecure) return secureInput(ptr, bytes) >= 0;
  const room = CAPABILITIES_BYTES_MAX - textBytes;
  const kept = bytes > room ? room : bytes;
  bytesCopy(exchangeTextPtr() + <usize>textBytes, ptr, kept);
  textBytes += kept;
  return response.responseBodyBytes() < SECURE_INPUT_BYTES_MAX;
}

/** True once the exchange has ended. */
function exchangeJudge(): bool {
  if (response.responseDone()) exchangeEnd(response.responseStatus() == 200 ? Exchange.Done : Exchange.HttpFailed);
  else if (response.responseWhy() != 0) exchangeEnd(Exchange.HttpFailed);
  return phase == Phase.Idle;
}

/** Starts `GET target?operation=…` in the line buffer. */
function exchangeLine(method: i32, operation: i32): void {
  lineStart();
  lineAddText(method);
  scepWayAddTarget();
  lineAddByte(scepWayHasQuery() ? 0x26 : 0x3f);
  lineAddText(OPERATION);
  lineAddText(operation);
}

/** Everything but letters, digits and `-._~` as percent and two hex digits (RFC 3986 §2.1). */
function exchangeAddEscaped(ptr: usize, bytes: i32): void {
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(ptr + i);
    const lower = byte | 0x20;
    const isMark = byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
    if (isMark || asciiIsDigit(byte) || (lower >= 0x61 && lower <= 0x7a)) {
      lineAddByte(byte);
    } else {
      lineAddByte(0x25);
      lineAddHex(ptr + i, 1, true);
    }
  }
}

/** Version and headers; a body's type and length with `contentBytes` from 0 on. */
function exchangeAddHead(contentBytes: i32): void {
  lineStart();
  lineAddText(HTTP_11_HOST);
  scepWayAddHost();
  requestAddAgent();
  if (contentBytes >= 0) {
    lineAddText(PKI_CONTENT);
    lineAddNumber(contentBytes);
  }
  lineAddText(HEADER_TAIL);
  exchangeAdd(linePtr(), lineOverflowed() ? -1 : lineBytes());
}

/** Takes the request line so far, which must be whole and without blanks but the one behind the method. */
function exchangeAddLine(): void {
  let blank: i32 = 0;
  while (load<u8>(linePtr() + <usize>blank) != 0x20) blank++;
  const isGood = !lineOverflowed() && requestClean(linePtr() + <usize>blank + 1, lineBytes() - blank - 1);
  exchangeAdd(linePtr(), isGood ? lineBytes() : -1);
}

/** Adds bytes to the request; negative ones, or too many, spoil it. */
function exchangeAdd(ptr: usize, bytes: i32): void {
  if (requestBytes < 0 || bytes < 0 || bytes > EXCHANGE_REQUEST_BYTES_MAX - requestBytes) {
    requestBytes = -1;
    return;
  }
  bytesCopy(requestEnd(), ptr, bytes);
  requestBytes += bytes;
}

function requestEnd(): usize {
  return requestStart() + <usize>requestBytes;
}
