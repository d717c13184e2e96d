// One call server asked one thing: its name resolved, a connection, the request, the answer; and the event that tells of it.
//
// In: the entry chosen of boot/call-servers. Out: Pending, Ok with a final answer, or how it failed. Who calls says how long it may take.

import { Status } from "../../hal/abi";
import { EventKind, Field, SipResult, SipStep, Transport } from "../../hal/events";
import { eventBegin, eventCode, eventNumber, eventSend, eventText } from "../base/events";
import { SIP_OPTIONS, SIP_REGISTER, textBytes, textPtr } from "../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../base/time";
import { CALL_SERVER_CONNECT_US } from "../config";
import { dnsAddress } from "../net/dns";
import { sipClientClose, sipClientKeep, sipClientOpen, sipClientPoll, sipClientSendCount, sipClientStart,
  sipClientState } from "../net/sip-client";
import { sipRequestBuild, sipRequestServer } from "../net/sip-request";
import { sipResponseRetryAfter, sipResponseStatus } from "../net/sip-response";
import { callServerHostBytes, callServerHostPtr, callServerPort, callServerTransport } from "./call-servers";

enum Step {
  Resolve,
  Connect,
  Answer,
}

const ADDRESS = memory.data(4, 4);

let step: Step = Step.Resolve;
let method: i32 = SIP_OPTIONS;
let seconds: i32 = 0;
let connectUs: u64 = 0;
let expires: i32 = -1;

/** Begins with the entry chosen; what was under way ends. */
export function attemptStart(name: i32, registerSeconds: i32): void {
  sipClientClose(true);
  step = Step.Resolve;
  method = name;
  seconds = registerSeconds;
  connectUs = timeNow() + CALL_SERVER_CONNECT_US;
  timeWakeNow();
}

/** Asks the same server again, over the same connection. Ok, or NoSpace where the request would not fit. */
export function attemptAgain(registerSeconds: i32): i32 {
  seconds = registerSeconds;
  sipClientKeep();
  return attemptSend();
}

/** Pending, Ok with a final answer in net/sip-response, or how it failed. */
export function attemptPoll(): i32 {
  if (step != Step.Answer) {
    const status = step == Step.Resolve ? attemptResolve() : attemptConnect();
    if (status != Status.Pending) return status;
    timeWakeAt(connectUs);
    return step != Step.Answer && timeNow() >= connectUs ? Status.TimedOut : Status.Pending;
  }
  return sipClientPoll();
}

/** True once the request is on its way. */
export function attemptIsSent(): bool {
  return step == Step.Answer;
}

/** Nothing is waited for any more. */
export function attemptStop(): void {
  sipClientClose(true);
}

/** The connection is closed in order. */
export function attemptEnd(): void {
  sipClientClose(false);
}

/** The registration holds for so long: said in its event. */
export function attemptGranted(grantedSeconds: i32): void {
  expires = grantedSeconds;
}

/** Tells what became of it. */
export function attemptEvent(result: SipResult, answered: bool): void {
  const sent = step == Step.Answer;
  eventBegin(EventKind.Sip);
  eventCode(Field.Transport, callServerTransport());
  if (sent) eventText(Field.Method, textPtr(method), textBytes(method));
  if (answered) eventNumber(Field.Status, sipResponseStatus());
  eventCode(Field.SipStep, method == SIP_REGISTER ? SipStep.Register : sent ? SipStep.Options : SipStep.Connect);
  eventText(Field.Server, callServerHostPtr(), callServerHostBytes());
  if (sent && callServerTransport() == Transport.Udp) eventNumber(Field.Sends, sipClientSendCount());
  if (result == SipResult.Registered) eventNumber(Field.Expires, expires);
  if (answered && sipResponseRetryAfter() >= 0) eventNumber(Field.RetryAfter, sipResponseRetryAfter());
  eventCode(Field.SipResult, result);
  eventSend();
}

/** What a failed attempt is called. */
export function attemptResult(status: i32): SipResult {
  switch (status) {
    case Status.Pending:
    case Status.TimedOut: return SipResult.TimedOut;
    case Status.Refused: return SipResult.Refused;
    case Status.NoName: return SipResult.NoName;
    case Status.Unsupported: return SipResult.Unsupported;
    case Status.Reset: return SipResult.Reset;
    case Status.Closed: return SipResult.Closed;
    case Status.Invalid: return SipResult.Malformed;
    case Status.TlsCertificate: return SipResult.TlsCertificate;
    case Status.TlsFailed: return SipResult.TlsFailed;
    case Status.TlsExpired: return SipResult.TlsExpired;
    case Status.TlsNotYetValid: return SipResult.TlsNotYetValid;
    case Status.TlsName: return SipResult.TlsName;
    case Status.TlsUnknownCa: return SipResult.TlsUnknownCa;
    case Status.TlsPlain: return SipResult.TlsPlain;
    default: return SipResult.Unreachable;
  }
}

function attemptResolve(): i32 {
  let status = dnsAddress(callServerHostPtr(), callServerHostBytes(), ADDRESS);
  if (status != Status.Ok) return status;
  status = sipClientOpen(callServerTransport(), load<u32>(ADDRESS), callServerPort(), callServerHostPtr(), callServerHostBytes());
  if (status != Status.Ok) return status;
  step = Step.Connect;
  return attemptConnect();
}

function attemptConnect(): i32 {
  const status = sipClientState();
  if (status != Status.Ok) return status;
  sipRequestServer(callServerTransport(), callServerHostPtr(), callServerHostBytes());
  return attemptSend();
}

function attemptSend(): i32 {
  if (!sipRequestBuild(method, seconds)) return Status.NoSpace;
  step = Step.Answer;
  sipClientStart();
  return Status.Pending;
}
