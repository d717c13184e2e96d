// A registration: REGISTER at each call server in order until one grants or refuses it (RFC 3261 §10.2, §22; docs/STARTUP.md, login).
//
// In: credentials and the list of servers. Out: Pending, then how it ended. Challenges, redirects and other intervals are answered on
// the way, each a bounded number of times; every answer has its event. The texts on the screen are the stage's.

import { Status } from "../../hal/abi";
import { SipResult } from "../../hal/events";
import { asciiIsDigit } from "../base/ascii";
import { entropyWord } from "../base/entropy";
import { SIP_REGISTER } from "../base/texts";
import { timeWakeNow } from "../base/time";
import { SIP_RECOVERY_SECONDS, SIP_REDIRECTS_MAX, SIP_REQUESTS_MAX, SIP_RETRY_AFTER_SECONDS_MAX } from "../config";
import { Asker, Challenge, challengeIsStale, challengeOffered } from "../net/sip-challenge";
import { sipRequestAnswer, sipRequestForget, sipRequestInit } from "../net/sip-request";
import {
  sipResponseExpires, sipResponseMinExpires, sipResponseRetryAfter, sipResponseStatus, sipResponseTargetBytes, sipResponseTargetPtr,
} from "../net/sip-response";
import { listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterNumber, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import {
  callServersChoose, callServersCount, callServersPrefer, callServersPreferred, callServersRedirect,
} from "./call-servers";
import { credentialsPasswordBytes, credentialsPasswordPtr, credentialsUserBytes, credentialsUserPtr } from "./credentials";
import { attemptAgain, attemptEnd, attemptEvent, attemptGranted, attemptPoll, attemptResult, attemptStart,
  attemptStop } from "./sip-attempt";

export enum Registration {
  Pending = 0,
  Registered = 1,
  WrongCredentials = 2,
  UserNotFound = 3,
  InvalidDomain = 4,
  Rejected = 5,
  /** No server answered, or those that did are busy: again after `registrationRetrySeconds`. */
  Retry = 6,
  NoServer = 7,
}

/** What the longest interval is that a server may ask for. */
const SECONDS_MAX: i32 = 1000000000;

let serverIndex: i32 = 0;
let serversLeft: i32 = 0;
let redirectsLeft: i32 = 0;
let requestsLeft: i32 = 0;
let wantedSeconds: i32 = 0;
let grantedSeconds: i32 = 0;
let retrySeconds: i32 = 0;
let answeredServer: bool = false;
let answeredProxy: bool = false;
/** The domain is none, or there is no server: known before anything is sent. */
let verdict: Registration = Registration.Pending;

/** Somebody logs in: nothing of an earlier login holds. */
export function registrationInit(): void {
  sipRequestInit(credentialsUserPtr(), credentialsUserBytes(), credentialsPasswordPtr(), credentialsPasswordBytes());
}

/** Begins with the server that answered last. */
export function registrationStart(): void {
  wantedSeconds = parameterNumber(Parameter.REGISTERWAIT);
  retrySeconds = 0;
  redirectsLeft = SIP_REDIRECTS_MAX;
  serverIndex = callServersPreferred();
  serversLeft = callServersCount();
  verdict = serversLeft == 0 ? Registration.NoServer : Registration.Pending;
  if (verdict == Registration.Pending && !registrationDomain()) verdict = Registration.InvalidDomain;
  if (verdict == Registration.Pending) registrationServer();
  else timeWakeNow();
}

/** Pending, or how it ended. */
export function registrationPoll(): Registration {
  if (verdict != Registration.Pending) return verdict;
  const status = attemptPoll();
  if (status == Status.Pending) return Registration.Pending;
  timeWakeNow();
  if (status == Status.Ok) return registrationAnswer();
  attemptEvent(attemptResult(status), false);
  return registrationNext();
}

/** True once credentials were sent. */
export function registrationIsAnswered(): bool {
  return answeredServer || answeredProxy;
}

/** Seconds for which it holds. */
export function registrationSeconds(): i32 {
  return grantedSeconds;
}

/** Seconds to wait after Retry: what a server asked for, else half to nine tenths of a minute. */
export function registrationRetrySeconds(): i32 {
  if (retrySeconds > 0) return retrySeconds;
  return <i32>(SIP_RECOVERY_SECONDS * (50 + entropyWord() % 41) / 100);
}

export function registrationStop(): void {
  attemptStop();
}

/** SIPDOMAIN and SIPREGISTRAR are host names or addresses, or empty: they become part of a URI. */
function registrationDomain(): bool {
  return isHost(Parameter.SIPDOMAIN) && isHost(Parameter.SIPREGISTRAR);
}

function isHost(parameter: Parameter): bool {
  const ptr = listItemPtr(parameterPtr(parameter), parameterBytes(parameter), 0);
  const bytes = listItemBytes(parameterPtr(parameter), parameterBytes(parameter), 0);
  if (bytes == 0) return parameterBytes(parameter) == 0;
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(ptr + i);
    const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    if (!isLetter && !asciiIsDigit(byte) && byte != 0x2d && byte != 0x2e && !(byte == 0x3a && i > 0)) return false;
  }
  return true;
}

/** Asks the server at hand for the first time. */
function registrationServer(): void {
  if (callServersChoose(serverIndex)) return registrationAsk();
  attemptStart(SIP_REGISTER, wantedSeconds);
  attemptEvent(SipResult.NoAddress, false);
  verdict = registrationNext();
}

/** Asks the server that is chosen, on a new connection. */
function registrationAsk(): void {
  requestsLeft = SIP_REQUESTS_MAX - 1;
  answeredServer = false;
  answeredProxy = false;
  attemptStart(SIP_REGISTER, wantedSeconds);
}

/** The next server of the list, from its beginning after its end; Retry once all were asked. */
function registrationNext(): Registration {
  attemptStop();
  serversLeft--;
  if (serversLeft <= 0) return Registration.Retry;
  serverIndex = serverIndex + 1 < callServersCount() ? serverIndex + 1 : 0;
  sipRequestForget();
  registrationServer();
  return verdict;
}

function registrationAnswer(): Registration {
  const status = sipResponseStatus();
  if (status < 300) return registrationGranted();
  if (status == 401) return registrationChallenged(Asker.Server, answeredServer);
  if (status == 407) return registrationChallenged(Asker.Proxy, answeredProxy);
  if (status == 423) return registrationInterval();
  if (status < 400) return registrationRedirected();
  if (status == 408 || (status >= 500 && status < 600)) return registrationBusy();
  if (status == 403) return registrationRefused(SipResult.WrongCredentials, Registration.WrongCredentials);
  if (status == 404) return registrationRefused(SipResult.UserNotFound, Registration.UserNotFound);
  if (status == 416 || status == 482 || status == 483) return registrationRefused(SipResult.InvalidDomain, Registration.InvalidDomain);
  return registrationRefused(SipResult.Rejected, Registration.Rejected);
}

/** What the answer says of our contact or of all, or what was asked for. No time at all is no registration. */
function registrationGranted(): Registration {
  grantedSeconds = sipResponseExpires() < 0 ? wantedSeconds : sipResponseExpires();
  if (grantedSeconds == 0) return registrationRefused(SipResult.Rejected, Registration.Rejected);
  if (grantedSeconds > SECONDS_MAX) grantedSeconds = SECONDS_MAX;
  callServersPrefer(serverIndex);
  if (redirectsLeft < SIP_REDIRECTS_MAX) sipRequestForget(); // It is renewed where it began.
  attemptGranted(grantedSeconds);
  attemptEvent(SipResult.Registered, true);
  attemptEnd();
  return Registration.Registered;
}

function registrationRefused(result: SipResult, how: Registration): Registration {
  attemptEvent(result, true);
  attemptEnd();
  return how;
}

/** A challenge is answered once; again only where the server calls the nonce stale (RFC 3261 §22.2, RFC 7616 §3.3). */
function registrationChallenged(asker: Asker, answered: bool): Registration {
  const offered = challengeOffered(asker);
  if (offered != Challenge.Usable) return registrationRefused(SipResult.UnsupportedChallenge, Registration.Rejected);
  const stale = challengeIsStale(asker);
  if (answered && !stale) return registrationRefused(SipResult.WrongCredentials, Registration.WrongCredentials);
  if (asker == Asker.Proxy) answeredProxy = true;
  else answeredServer = true;
  sipRequestAnswer(asker);
  return registrationAgain(answered ? SipResult.Stale : SipResult.Challenged);
}

/** A longer interval than ours is taken over; any other would be asked for in vain. */
function registrationInterval(): Registration {
  const least = sipResponseMinExpires();
  if (least <= wantedSeconds || least > SECONDS_MAX) return registrationRefused(SipResult.Rejected, Registration.Rejected);
  wantedSeconds = least;
  return registrationAgain(SipResult.IntervalTooBrief);
}

/** The same server again, unless it has had its share. */
function registrationAgain(result: SipResult): Registration {
  if (requestsLeft == 0) return registrationRefused(SipResult.Rejected, Registration.Rejected);
  requestsLeft--;
  attemptEvent(result, true);
  const status = attemptAgain(wantedSeconds);
  if (status == Status.Pending) return Registration.Pending;
  attemptEvent(attemptResult(status), false);
  return registrationNext();
}

/** The first contact says where to ask instead. */
function registrationRedirected(): Registration {
  if (redirectsLeft == 0) return registrationRefused(SipResult.Rejected, Registration.Rejected);
  redirectsLeft--;
  attemptEvent(SipResult.Redirected, true);
  if (!callServersRedirect(sipResponseTargetPtr(), sipResponseTargetBytes())) return registrationNext();
  sipRequestForget();
  registrationAsk();
  return Registration.Pending;
}

/** The longest wish of those servers counts, within bounds. */
function registrationBusy(): Registration {
  const seconds = sipResponseRetryAfter();
  const bounded = seconds > <i32>SIP_RETRY_AFTER_SECONDS_MAX ? <i32>SIP_RETRY_AFTER_SECONDS_MAX : seconds;
  if (bounded > retrySeconds) retrySeconds = bounded;
  attemptEvent(SipResult.ServerFailed, true);
  return registrationNext();
}
