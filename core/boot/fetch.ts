// Obtains one file from the list of file servers: connect, GET, redirects, further tries, the next server.
//
// docs/STARTUP.md, HTTP. It shows the three texts of every request and sends one `http` event for each. The bytes go
// through boot/transfer; what they are for is decided by the stage that started it.

import { Option, Row, Status } from "../../hal/abi";
import { EventKind, Field, HttpError, HttpWhy } from "../../hal/events";
import { bytesCopy } from "../base/bytes";
import { eventBegin, eventCode, eventFlag, eventNumber, eventSend, eventText } from "../base/events";
import { lineAddAddress, lineAddByte, lineAddBytes, lineAddNumber, lineAddText, lineBytes, linePtr, lineStart } from "../base/line";
import { systemOption } from "../base/system";
import { GET_NAME, HTTP_COUNT, HTTP_ORDINAL, textBytes, textPtr } from "../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../base/time";
import { trace, Trace } from "../base/trace";
import {
  FILE_NAME_BYTES_MAX, HTTP_CONNECT_US, HTTP_REDIRECTS_MAX, HTTP_RETRY_US, HTTP_SILENCE_US, HTTP_TRIES_MAX,
} from "../config";
import { requestBuild } from "../http/request";
import * as response from "../http/response";
import { dnsAddress } from "../net/dns";
import {
  streamClose, streamError, streamOpen, streamOpenSecure, streamReasonBytes, streamReasonPtr, streamSend, streamState,
} from "../net/tcp-stream";
import { parameterNumber } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { screenSetLine } from "../ui/screen";
import { directHasAll } from "./direct";
import {
  locationAllows, locationHostBytes, locationHostPtr, locationIsSecure, locationPathBytes, locationPathPtr, locationPort,
  locationRedirect, locationServer, locationUri, locationUriBytes, locationUriPtr,
} from "./location";
import {
  rangeAsk, rangeEnd, rangeEtagBytes, rangeEtagPtr, rangeForget, rangeFrom, rangeIsAnswer, rangeJudge, rangeJudgeBody, rangeReport,
} from "./range";
import { serversInit, serversNext, serversOrdinal, serversTake } from "./servers";
import { Target, transferAccept, transferBytes, transferReceive, transferStart, transferWhy } from "./transfer";

/** How a fetch ended. */
export enum Fetch {
  Pending = -1,
  Obtained = 0,
  /** A server answered that it has no such file, or gave only failing answers. */
  NotObtained = 1,
  /** No server answered at all. */
  Silent = 2,
  /** No server is known. */
  NoServer = 3,
  /** The bytes were refused while they came: not an image of ours, or too many. */
  Refused = 4,
  /** The server has another file by now, or it is not known to be the same: it must be begun anew. */
  Changed = 5,
}

enum Phase {
  Idle,
  Pause,
  Resolve,
  Connect,
  Send,
  Receive,
}

const NO_HANDLE: i32 = -1;
const REQUEST_BYTES_MAX: i32 = 2048;
const NAME = memory.data(128, 8);
const REQUEST = memory.data(2048, 8);
const ADDRESS = memory.data(4, 4);

let phase: Phase = Phase.Idle;
let result: Fetch = Fetch.Pending;
let target: Target = Target.Script;
let limitBytes: u32 = 0;
let nameBytes: i32 = 0;
let serversLeft: i32 = 0;
let triesLeft: i32 = 0;
let redirectsLeft: i32 = 0;
let answered: bool = false;
let headSeen: bool = false;
let handle: i32 = NO_HANDLE;
let deadlineUs: u64 = 0;
let requestBytes: i32 = 0;
let requestSentBytes: i32 = 0;
let requestCount: u32 = 0;

/** Forgets servers and counts: a start-up begins. */
export function fetchInit(): void {
  phase = Phase.Idle;
  handle = NO_HANDLE;
  requestCount = 0;
  serversInit();
}

/** Starts to obtain a file of at most `limit` bytes. A new list of servers is begun at its first. */
export function fetchStart(ptr: usize, bytes: i32, into: Target, limit: u32): void {
  assert(bytes > 0 && bytes <= FILE_NAME_BYTES_MAX);
  timeWakeNow();
  bytesCopy(NAME, ptr, bytes);
  nameBytes = bytes;
  target = into;
  limitBytes = limit;
  answered = false;
  headSeen = false;
  rangeForget();
  serversLeft = serversTake(into != Target.Script);
  if (serversLeft == 0) fetchEnd(Fetch.NoServer);
  else fetchServer();
}

/** Starts a further GET of the same file from the same server, for what is still wanted of it. */
export function fetchContinue(): void {
  assert(phase == Phase.Idle && target == Target.Slot);
  fetchOpen();
}

/** The telephone itself was busy: that was not the server's silence. */
export function fetchHold(): void {
  if (phase == Phase.Receive) deadlineUs = timeNow() + HTTP_SILENCE_US;
}

/** Gives up: the connection is reset, the part that came is dropped. */
export function fetchAbort(): void {
  fetchClose(true);
  phase = Phase.Idle;
}

/** Works on it. Returns Pending or how it ended: a poll later, so that the screen shows the answer's line. */
export function fetchPoll(): Fetch {
  if (phase == Phase.Idle) return result;
  if (phase == Phase.Pause && timeNow() >= deadlineUs) fetchOpen();
  if (phase == Phase.Resolve) fetchResolve();
  else if (phase == Phase.Connect) fetchConnect();
  else if (phase == Phase.Send) fetchSend();
  else if (phase == Phase.Receive) fetchReceive();
  if (phase != Phase.Idle) timeWakeAt(deadlineUs);
  return Fetch.Pending;
}

/** Bytes of the file so far. */
export function fetchBytes(): u32 {
  return headSeen ? transferBytes() : 0;
}

/** ETag of the answer that brought the file. */
export function fetchEtagPtr(): usize {
  return response.responseEtagPtr();
}

export function fetchEtagBytes(): i32 {
  return response.responseEtagBytes();
}

/** True when the file came over HTTPS. */
export function fetchWasSecure(): bool {
  return locationIsSecure();
}

/** The file's name as it was asked for. */
export function fetchNamePtr(): usize {
  return NAME;
}

export function fetchNameBytes(): i32 {
  return nameBytes;
}

function fetchEnd(how: Fetch): void {
  fetchClose(how != Fetch.Obtained);
  result = how;
  phase = Phase.Idle;
  timeWakeNow(); // Whoever waits for it goes on.
}

function fetchClose(abort: bool): void {
  if (handle >= 0) streamClose(handle, abort);
  handle = NO_HANDLE;
}

/** Begins with the server in use: address, port and path from the parameters in force now. */
function fetchServer(): void {
  locationServer(NAME, nameBytes);
  triesLeft = HTTP_TRIES_MAX;
  redirectsLeft = HTTP_REDIRECTS_MAX;
  fetchOpen();
}

/** Opens a connection for one GET. */
function fetchOpen(): void {
  locationUri();
  response.responseInit();
  headSeen = false;
  deadlineUs = timeNow() + HTTP_CONNECT_US;
  fetchGo(Phase.Resolve);
}

/** Goes on in the next poll, which comes at once: so every text is on the screen for a poll, however fast the other side is. */
function fetchGo(next: Phase): void {
  phase = next;
  timeWakeNow();
}

function fetchResolve(): void {
  const status = dnsAddress(locationHostPtr(), locationHostBytes(), ADDRESS);
  if (status == Status.Pending && timeNow() < deadlineUs) return;
  if (status != Status.Ok) return fetchUnreached(status == Status.Pending ? Status.TimedOut : status);
  fetchOrdinal();
  lineAddAddress(load<u32>(ADDRESS));
  screenSetLine(Row.Title);
  handle = fetchStream(load<u32>(ADDRESS));
  if (handle < 0) return fetchUnreached(handle);
  fetchGo(Phase.Connect);
}

function fetchStream(address: u32): i32 {
  if (!locationIsSecure()) return streamOpen(address, locationPort());
  const checksName = parameterNumber(Parameter.TLSSRVRID) == 1;
  return streamOpenSecure(address, locationPort(), locationHostPtr(), locationHostBytes(), checksName);
}

/** Starts a line with `HTTP:n ` where n is the server's place in the list. */
function fetchOrdinal(): void {
  lineStart();
  lineAddText(HTTP_ORDINAL);
  lineAddNumber(serversOrdinal());
  lineAddByte(0x20);
}

function fetchConnect(): void {
  const status = streamState(handle);
  if (status == Status.Pending && timeNow() < deadlineUs) return;
  if (status != Status.Ok) return fetchUnreached(status == Status.Pending ? Status.TimedOut : status);
  transferStart(target, limitBytes);
  if (target == Target.Slot && !rangeAsk()) return fetchEnd(Fetch.Changed);
  requestBytes = requestBuild(
    locationIsSecure(), locationHostPtr(), locationHostBytes(), locationPort(), locationPathPtr(), locationPathBytes(),
    rangeFrom(), rangeEnd(), rangeEtagPtr(), rangeEtagBytes(),
  );
  if (requestBytes == 0) return fetchRefuse(HttpWhy.Malformed, Fetch.NotObtained);
  bytesCopy(REQUEST, linePtr(), requestBytes);
  requestSentBytes = 0;
  requestCount++;
  lineStart();
  lineAddText(HTTP_COUNT);
  lineAddNumber(requestCount);
  lineAddByte(0x20);
  lineAddBytes(locationUriPtr(), locationUriBytes());
  screenSetLine(Row.Title);
  deadlineUs = timeNow() + HTTP_SILENCE_US;
  fetchGo(Phase.Send);
}

function fetchSend(): void {
  const sent = streamSend(handle, REQUEST + <usize>requestSentBytes, requestBytes - requestSentBytes);
  if (sent < 0) return fetchFailed(HttpWhy.None, streamError(sent));
  if (sent == 0 && timeNow() >= deadlineUs) return fetchFailed(HttpWhy.None, HttpError.TimedOut);
  requestSentBytes += sent;
  if (requestSentBytes < requestBytes) return;
  deadlineUs = timeNow() + HTTP_SILENCE_US;
  fetchGo(Phase.Receive);
}

function fetchReceive(): void {
  const moved = transferReceive(handle);
  if (moved > 0) deadlineUs = timeNow() + HTTP_SILENCE_US;
  if (response.responseHasHead() && !headSeen) return fetchHead();
  if (transferWhy() == HttpWhy.WrongBlock) return fetchFailed(HttpWhy.WrongBlock, HttpError.None);
  if (transferWhy() != HttpWhy.None) return fetchRefuse(transferWhy(), Fetch.Refused);
  const why = response.responseWhy();
  if (why == HttpWhy.Short && !headSeen) return fetchFailed(HttpWhy.None, HttpError.Closed);
  if (why != HttpWhy.None) return fetchFailed(why, HttpError.None);
  const satisfied = target == Target.Slot && directHasAll();
  if (response.responseDone() || satisfied) {
    const bodyWhy = target == Target.Slot && !satisfied ? rangeJudgeBody() : HttpWhy.None;
    if (bodyWhy != HttpWhy.None) return fetchFailed(bodyWhy, HttpError.None);
    fetchEvent(true, HttpWhy.None, HttpError.None);
    return fetchEnd(Fetch.Obtained);
  }
  if (moved < 0) return fetchFailed(HttpWhy.None, streamError(moved));
  if (timeNow() >= deadlineUs) fetchFailed(HttpWhy.None, HttpError.TimedOut);
}

/** The status decides: body, another place, another try, or no such file. */
function fetchHead(): void {
  headSeen = true;
  answered = true;
  const status = response.responseStatus();
  trace(Trace.HttpStatus, status);
  fetchOrdinal();
  lineAddNumber(status);
  if (response.responseEtagBytes() > 0) {
    lineAddByte(0x20);
    lineAddBytes(response.responseEtagPtr(), response.responseEtagBytes());
  }
  screenSetLine(Row.Title);
  const isFile = status == 200 || (target == Target.Slot && rangeIsAnswer(status));
  if (isFile && systemOption(Option.StrictHttp) && !response.responseIsStrict()) return fetchRefuse(HttpWhy.NotStrict, Fetch.NotObtained);
  if (target == Target.Slot && rangeIsAnswer(status)) {
    const why = rangeJudge();
    if (why == HttpWhy.FileChanged) return fetchRefuse(why, Fetch.Changed);
    if (why != HttpWhy.None) return fetchFailed(why, HttpError.None);
    transferAccept();
    return timeWakeNow();
  }
  if (status == 200) {
    if (response.responseLength() > <i64>limitBytes) return fetchRefuse(HttpWhy.TooLarge, Fetch.Refused);
    transferAccept();
    return timeWakeNow();
  }
  if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) return fetchRedirect();
  if (status >= 500) return fetchFailed(HttpWhy.ServerError, HttpError.None);
  fetchRefuse(HttpWhy.StatusNotUsable, Fetch.NotObtained);
}

function fetchRefuse(why: HttpWhy, how: Fetch): void {
  fetchEvent(false, why, HttpError.None);
  fetchEnd(how);
}

function fetchRedirect(): void {
  const ptr = response.responseLocationPtr();
  const bytes = response.responseLocationBytes();
  if (redirectsLeft == 0 || !locationAllows(ptr, bytes)) return fetchRefuse(HttpWhy.Redirect, Fetch.NotObtained);
  fetchEvent(true, HttpWhy.None, HttpError.None);
  fetchClose(false);
  redirectsLeft--;
  locationRedirect(ptr, bytes);
  phase = Phase.Pause; // Until the next poll, so that the screen shows this answer's line.
  deadlineUs = timeNow();
}

/** No connection: the next server. */
function fetchUnreached(status: i32): void {
  fetchEvent(false, HttpWhy.None, streamError(status));
  fetchNext();
}

/** A failed GET: again after a pause, at most three times a server. */
function fetchFailed(why: HttpWhy, error: HttpError): void {
  trace(Trace.HttpFailed, <i32>why | (<i32>error << 8));
  fetchEvent(false, why, error);
  fetchClose(true);
  triesLeft--;
  if (triesLeft == 0) return fetchNext();
  deadlineUs = timeNow() + HTTP_RETRY_US;
  phase = Phase.Pause;
}

function fetchNext(): void {
  fetchClose(true);
  serversLeft--;
  rangeForget();
  if (serversLeft == 0) return fetchEnd(answered ? Fetch.NotObtained : Fetch.Silent);
  serversNext();
  fetchServer();
}

function fetchEvent(accepted: bool, why: HttpWhy, error: HttpError): void {
  eventBegin(EventKind.Http);
  eventNumber(Field.Try, requestCount);
  eventText(Field.Server, locationHostPtr(), locationHostBytes());
  eventText(Field.Method, textPtr(GET_NAME), textBytes(GET_NAME));
  eventText(Field.Url, locationUriPtr(), locationUriBytes());
  if (headSeen) {
    eventText(Field.Version, response.responseVersionPtr(), 8);
    eventNumber(Field.Status, response.responseStatus());
    eventText(Field.Etag, response.responseEtagPtr(), response.responseEtagBytes());
    eventNumber(Field.Bytes, target == Target.Slot ? <u32>response.responseBodyBytes() : transferBytes());
    if (response.responseLength() >= 0) eventNumber(Field.Expected, <u32>response.responseLength());
  }
  if (target == Target.Slot) rangeReport(why);
  eventFlag(Field.Accepted, accepted);
  if (why != HttpWhy.None) eventCode(Field.HttpWhy, why);
  if (why == HttpWhy.Redirect) eventText(Field.Detail, response.responseLocationPtr(), response.responseLocationBytes());
  if (error == HttpError.None) return eventSend();
  eventCode(Field.HttpError, error);
  if (phase == Phase.Connect && streamReasonBytes() > 0) eventText(Field.Detail, streamReasonPtr(), streamReasonBytes());
  eventSend();
}
