// Obtains a certificate by SCEP: the date, the certificate that is held, the CA's capabilities and certificates, key, request, questions.
//
// In: the parameters in force. Out: an `Enrolment` state, and an event for each step. Keys, messages and the judgement of answers are the
// secure element's; HTTP is scep-exchange's. What it does not know is the screen. RFC 8894.

import { Info, ScepResult, ScepStep, SecureFlag, SecureOperation, Status } from "../../hal/abi";
import { asciiEqual, asciiIsBlank, asciiUpper } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import { lineAddHex, lineBytes, linePtr, lineStart } from "../base/line";
import { systemInfo } from "../base/system";
import {
  CAP_AES, CAP_POST, CAP_RENEWAL, CAP_SHA256, CAP_STANDARD, GET_CA_CAPS, GET_CA_CERT, PKI_OPERATION, textBytes, textPtr,
} from "../base/texts";
import { timeNow, timeWakeAt, timeWakeIn, timeWakeNow } from "../base/time";
import { EXCHANGE_MESSAGE_BYTES_MAX, SCEP_BACKGROUND_US, SCEP_POLL_US, SECURE_POLL_US } from "../config";
import { sntpPoll, sntpSeconds, sntpStart, sntpStop } from "../net/sntp-client";
import { parameterBytes, parameterNumber, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { enrolmentEvent, enrolmentExchangeEvent, enrolmentReportEvent, enrolmentResult } from "./enrolment-event";
import {
  Exchange, exchangeAsk, exchangeMessage, exchangePoll, exchangeSend, exchangeStop, exchangeTextBytes, exchangeTextPtr,
} from "./scep-exchange";
import { scepWayRead } from "./scep-way";
import { secureMessage, secureNotAfter, secureNotBefore, securePoll, secureStart } from "./secure";

/** How far an enrolment is. */
export enum Enrolment {
  Working,
  /** The CA has not decided; it is asked again now and then. */
  Pending,
  /** The certificate that is held is good. */
  Held,
  Obtained,
  Failed,
}

/** What is under way. */
enum Work {
  None,
  Time,
  Stored,
  Capabilities,
  Authority,
  Key,
  Request,
  Exchange,
  Answer,
  Wait,
}

/** What a capability allows beyond `SecureFlag`s. */
const BY_POST: i32 = 0x80;
const COMMON_NAME_BYTES_MAX: i32 = 255;
const MAC_BYTES: i32 = 6;
const MAC = memory.data(6, 1);
const PARAMETERS = memory.data(1024, 8); // SECURE_PARAMETER_BYTES_MAX

let work: Work = Work.None;
let state: Enrolment = Enrolment.Working;
let step: ScepStep = ScepStep.Request;
let flags: i32 = 0;
let waitUs: u64 = 0;
let pollUs: u32 = SCEP_POLL_US;

/** Begins: MYCERTURL is not empty. */
export function enrolmentStart(): void {
  state = Enrolment.Working;
  pollUs = SCEP_POLL_US;
  flags = 0;
  timeWakeNow();
  if (!scepWayRead()) return enrolmentFail(ScepStep.Capabilities, ScepResult.BadUrl);
  if (sntpSeconds() != 0) return enrolmentStored();
  work = Work.Time;
  sntpStart();
}

/** From now on the CA is asked less often: nobody waits. */
export function enrolmentBehind(): void {
  pollUs = SCEP_BACKGROUND_US;
  waitUs = timeNow() + pollUs;
}

/** Gives up; a CA that was asked keeps its own record. */
export function enrolmentStop(): void {
  if (work == Work.Time) sntpStop();
  if (work != Work.None) exchangeStop();
  work = Work.None;
}

/** Works on it. */
export function enrolmentPoll(): Enrolment {
  switch (work) {
    case Work.Time: enrolmentTime(); break;
    case Work.Stored: enrolmentJudgeStored(); break;
    case Work.Capabilities: enrolmentCapabilities(); break;
    case Work.Authority: enrolmentAuthority(); break;
    case Work.Key: enrolmentKey(); break;
    case Work.Request: enrolmentRequest(); break;
    case Work.Exchange: enrolmentExchange(); break;
    case Work.Answer: enrolmentAnswer(); break;
    case Work.Wait: enrolmentWait(); break;
    default: break;
  }
  return state;
}

function enrolmentGo(next: Work): void {
  work = next;
  timeWakeNow();
}

function enrolmentEnd(how: Enrolment): void {
  state = how;
  enrolmentGo(Work.None);
}

function enrolmentFail(at: ScepStep, result: ScepResult): void {
  enrolmentEvent(at, result);
  enrolmentEnd(Enrolment.Failed);
}

function enrolmentTime(): void {
  const status = sntpPoll();
  if (status == Status.Pending) return;
  enrolmentEvent(ScepStep.Time, status == Status.Ok ? ScepResult.Ok : status == Status.NotFound ? ScepResult.NoTime : ScepResult.NoAnswer);
  enrolmentStored();
}

/** Starts an operation; a host that cannot do it ends the enrolment. */
function enrolmentSecure(next: Work, operation: SecureOperation, bytes: i32): void {
  const status = secureStart(operation, PARAMETERS, bytes);
  if (status < 0) return enrolmentFail(step, enrolmentResult(status));
  enrolmentGo(next);
}

/** The operation's status, Pending as long as it works. */
function enrolmentSecured(): i32 {
  const status = securePoll();
  if (status == Status.Pending) timeWakeIn(SECURE_POLL_US);
  return status;
}

function enrolmentStored(): void {
  const bytes = parameterBytes(Parameter.MYCERTURL);
  bytesCopy(PARAMETERS, parameterPtr(Parameter.MYCERTURL), bytes);
  step = ScepStep.Stored;
  enrolmentSecure(Work.Stored, SecureOperation.Certificate, bytes);
}

function enrolmentJudgeStored(): void {
  const status = enrolmentSecured();
  if (status == Status.Pending) return;
  const result = status < 0 ? ScepResult.None : enrolmentValidity();
  enrolmentReportEvent(ScepStep.Stored, result);
  if (result == ScepResult.Ok || result == ScepResult.NoTime) return enrolmentEnd(Enrolment.Held);
  exchangeAsk(GET_CA_CAPS, false);
  enrolmentGo(Work.Capabilities);
}

/** Renewal begins at MYCERTRENEW per cent of the life of a certificate. */
function enrolmentValidity(): ScepResult {
  const now = sntpSeconds();
  const before = secureNotBefore();
  const after = secureNotAfter();
  if (now == 0) return ScepResult.NoTime;
  if (now > after) return ScepResult.Expired;
  if (now < before) return ScepResult.NotYetValid;
  const renew = <u64>before + (<u64>(after - before) * <u64>parameterNumber(Parameter.MYCERTRENEW)) / 100;
  return <u64>now >= renew ? ScepResult.Renew : ScepResult.Ok;
}

/** A CA that answers without a list has the capabilities of the first draft: 3DES, SHA-1, GET (RFC 8894 §3.5.1). */
function enrolmentCapabilities(): void {
  const how = exchangePoll();
  if (how == Exchange.Pending) return;
  enrolmentExchangeEvent(ScepStep.Capabilities, how);
  if (how != Exchange.Done && how != Exchange.HttpFailed) return enrolmentEnd(Enrolment.Failed);
  if (how == Exchange.Done) enrolmentReadCapabilities();
  exchangeAsk(GET_CA_CERT, true);
  enrolmentGo(Work.Authority);
}

function enrolmentReadCapabilities(): void {
  let start: i32 = 0;
  for (let at: i32 = 0; at <= exchangeTextBytes(); at++) {
    if (at < exchangeTextBytes() && load<u8>(exchangeTextPtr() + <usize>at) != 0x0a) continue;
    enrolmentCapability(exchangeTextPtr() + <usize>start, at - start);
    start = at + 1;
  }
}

function enrolmentCapability(ptr: usize, bytes: i32): void {
  while (bytes > 0 && isBlankOrReturn(load<u8>(ptr + <usize>bytes - 1))) bytes--;
  if (isWord(ptr, bytes, CAP_AES)) flags |= SecureFlag.Aes;
  else if (isWord(ptr, bytes, CAP_SHA256)) flags |= SecureFlag.Sha256;
  else if (isWord(ptr, bytes, CAP_RENEWAL)) flags |= SecureFlag.Renewal;
  else if (isWord(ptr, bytes, CAP_POST)) flags |= BY_POST;
  else if (isWord(ptr, bytes, CAP_STANDARD)) flags |= SecureFlag.Aes | SecureFlag.Sha256 | BY_POST;
}

function isBlankOrReturn(byte: i32): bool {
  return asciiIsBlank(byte) || byte == 0x0d;
}

function isWord(ptr: usize, bytes: i32, text: i32): bool {
  return asciiEqual(ptr, bytes, textPtr(text), textBytes(text));
}

function enrolmentAuthority(): void {
  const how = exchangePoll();
  if (how == Exchange.Pending) return;
  enrolmentExchangeEvent(ScepStep.Authority, how);
  if (how != Exchange.Done) return enrolmentEnd(Enrolment.Failed);
  store<u16>(PARAMETERS, parameterNumber(Parameter.MYCERTKEYLEN));
  step = ScepStep.Key;
  enrolmentSecure(Work.Key, SecureOperation.Key, 2);
}

function enrolmentKey(): void {
  const status = enrolmentSecured();
  if (status == Status.Pending) return;
  enrolmentReportEvent(ScepStep.Key, enrolmentResult(status));
  if (status < 0) return enrolmentEnd(Enrolment.Failed);
  step = ScepStep.Request;
  enrolmentSecure(Work.Request, SecureOperation.Request, enrolmentParameters());
}

/** As `SecureOperation.Request` has them. */
function enrolmentParameters(): i32 {
  const nameBytes = enrolmentCommonName(PARAMETERS + 6);
  store<u8>(PARAMETERS, flags & ~BY_POST);
  store<u16>(PARAMETERS + 1, parameterNumber(Parameter.MYCERTKEYLEN));
  store<u8>(PARAMETERS + 3, nameBytes);
  store<u8>(PARAMETERS + 4, parameterBytes(Parameter.MYCERTDN));
  store<u8>(PARAMETERS + 5, parameterBytes(Parameter.MYCERTURL));
  let end = 6 + nameBytes;
  end = enrolmentAdd(end, Parameter.MYCERTDN);
  return enrolmentAdd(end, Parameter.MYCERTURL);
}

function enrolmentAdd(at: i32, parameter: i32): i32 {
  bytesCopy(PARAMETERS + <usize>at, parameterPtr(parameter), parameterBytes(parameter));
  return at + parameterBytes(parameter);
}

/** The serial number in upper case, or the hardware address as macros write it. */
function enrolmentCommonName(ptr: usize): i32 {
  const bytes = min(parameterBytes(Parameter.MYCERTCN), COMMON_NAME_BYTES_MAX);
  bytesCopy(ptr, parameterPtr(Parameter.MYCERTCN), bytes);
  lineStart();
  lineAddHex(MAC, systemInfo(Info.Mac, MAC, MAC_BYTES), false);
  if (asciiEqual(ptr, bytes, linePtr(), lineBytes())) return bytes;
  for (let i: usize = 0; i < <usize>bytes; i++) store<u8>(ptr + i, asciiUpper(load<u8>(ptr + i)));
  return bytes;
}

/** The message is ready: a request, or a question. */
function enrolmentRequest(): void {
  const status = enrolmentSecured();
  if (status == Status.Pending) return;
  const bytes = status < 0 ? status : secureMessage(exchangeMessage(), EXCHANGE_MESSAGE_BYTES_MAX);
  if (bytes < 0) {
    enrolmentReportEvent(step, enrolmentResult(bytes));
    return enrolmentEnd(Enrolment.Failed);
  }
  enrolmentReportEvent(step, ScepResult.Ok);
  exchangeSend(PKI_OPERATION, bytes, (flags & BY_POST) != 0);
  enrolmentGo(Work.Exchange);
}

/** A question that nobody answers is asked again; a request is not. */
function enrolmentExchange(): void {
  const how = exchangePoll();
  if (how == Exchange.Pending) return;
  if (how == Exchange.Done) {
    store<u32>(PARAMETERS, sntpSeconds());
    return enrolmentSecure(Work.Answer, SecureOperation.Answer, 4);
  }
  enrolmentExchangeEvent(step, how);
  if (step == ScepStep.Poll && how != Exchange.TooLarge) return enrolmentLater();
  enrolmentEnd(Enrolment.Failed);
}

function enrolmentAnswer(): void {
  const status = enrolmentSecured();
  if (status == Status.Pending) return;
  enrolmentReportEvent(ScepStep.Answer, enrolmentResult(status));
  if (status == Status.ScepPending) return enrolmentLater();
  enrolmentEnd(status < 0 ? Enrolment.Failed : Enrolment.Obtained);
}

function enrolmentLater(): void {
  state = Enrolment.Pending;
  waitUs = timeNow() + pollUs;
  enrolmentGo(Work.Wait);
}

function enrolmentWait(): void {
  if (timeNow() < waitUs) return timeWakeAt(waitUs);
  step = ScepStep.Poll;
  enrolmentSecure(Work.Request, SecureOperation.PollMessage, 0);
}
