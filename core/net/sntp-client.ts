// The date from a time server: an SNTP client (RFC 4330 §5) that asks once and then counts on by the telephone's own clock.
//
// In: SNTPSRVR's list. Out: seconds since 1970, or none. Each server is asked twice; all of them together have a limit. An answer counts
// that repeats our own number, comes from the server's address and port, and is of a synchronised server. One that says that it is not, or
// wants to be left alone, is not asked again.

import { Status } from "../../hal/abi";
import { be32, be32Store, bytesFill } from "../base/bytes";
import { entropyWord } from "../base/entropy";
import { timeNow, timeWakeAt, timeWakeNow } from "../base/time";
import { SNTP_ANSWER_US, SNTP_TRIES_MAX, SNTP_US } from "../config";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { dnsAddress } from "./dns";
import { udpClose, udpFromAddress, udpFromPort, udpOpen, udpReceive, udpSend } from "./udp";

const PORT: i32 = 123;
/** Any port that is not a service's: servers answer to where the question came from. */
const OWN_PORT: i32 = 50123;
const MESSAGE_BYTES: i32 = 48;
const CAPACITY: i32 = 512; // With extension fields and authenticator (RFC 5905 §7.3).
const MESSAGE = memory.data(512, 8);
const ADDRESS = memory.data(4, 4);
const NO_HANDLE: i32 = -1;

const CLIENT_OF_VERSION_4: u8 = 0x23;
const MODE_SERVER: i32 = 4;
const LEAP_UNKNOWN: i32 = 3;
const STRATUM_MAX: i32 = 15;
/** Where an answer has our number and its own time. */
const ORIGINATE: usize = 24;
const TRANSMIT: usize = 40;
/** Seconds from 1900 to 1970, modulo 2^32: what is less is of the era that begins in 2036 (RFC 4330 §3). */
const EPOCH: u32 = 2208988800;

let handle: i32 = NO_HANDLE;
let serverIndex: i32 = 0;
let triesLeft: i32 = 0;
let asked: bool = false;
/** A server answered that it has no time. */
let timeless: bool = false;
let answerUs: u64 = 0;
let allUs: u64 = 0;
let number: u32 = 0;
/** This second began then. */
let knownSeconds: u32 = 0;
let knownUs: u64 = 0;

/** Forgets the date: a start-up begins. */
export function sntpInit(): void {
  handle = NO_HANDLE;
  knownSeconds = 0;
}

/** Begins to ask. */
export function sntpStart(): void {
  serverIndex = 0;
  triesLeft = SNTP_TRIES_MAX;
  asked = false;
  timeless = false;
  allUs = timeNow() + SNTP_US;
  answerUs = timeNow() + SNTP_ANSWER_US;
}

/** Gives up. */
export function sntpStop(): void {
  if (handle >= 0) udpClose(handle);
  handle = NO_HANDLE;
}

/** Pending; Ok with a date; NotFound without a server, or without one that has the time; TimedOut when none answered. */
export function sntpPoll(): i32 {
  const serverCount = listCount(parameterPtr(Parameter.SNTPSRVR), parameterBytes(Parameter.SNTPSRVR));
  if (serverCount == 0) return Status.NotFound;
  if (serverIndex >= serverCount || timeNow() >= allUs) return sntpEnd(timeless ? Status.NotFound : Status.TimedOut);
  if (!asked) sntpAsk();
  else if (sntpReceive()) return sntpEnd(Status.Ok);
  else if (timeNow() >= answerUs) sntpAgain();
  timeWakeAt(answerUs < allUs ? answerUs : allUs);
  return Status.Pending;
}

/** Seconds since 1970, 0 not known. */
export function sntpSeconds(): u32 {
  return knownSeconds == 0 ? 0 : knownSeconds + <u32>((timeNow() - knownUs) / 1000000);
}

function sntpEnd(status: i32): i32 {
  sntpStop();
  return status;
}

function sntpAsk(): void {
  const ptr = parameterPtr(Parameter.SNTPSRVR);
  const bytes = parameterBytes(Parameter.SNTPSRVR);
  const status = dnsAddress(listItemPtr(ptr, bytes, serverIndex), listItemBytes(ptr, bytes, serverIndex), ADDRESS);
  if (status == Status.Pending && timeNow() < answerUs) return;
  if (status != Status.Ok) return sntpNext();
  if (handle < 0) handle = udpOpen(OWN_PORT);
  bytesFill(MESSAGE, 0, MESSAGE_BYTES);
  store<u8>(MESSAGE, CLIENT_OF_VERSION_4);
  number = entropyWord();
  be32Store(MESSAGE + TRANSMIT, number);
  be32Store(MESSAGE + TRANSMIT + 4, ~number);
  if (handle >= 0) udpSend(handle, load<u32>(ADDRESS), PORT, MESSAGE, MESSAGE_BYTES);
  asked = true;
  answerUs = timeNow() + SNTP_ANSWER_US;
}

/** The same server once more, or the next. */
function sntpAgain(): void {
  asked = false;
  answerUs = timeNow() + SNTP_ANSWER_US;
  triesLeft--;
  if (triesLeft == 0) sntpNext();
  timeWakeNow();
}

function sntpNext(): void {
  serverIndex++;
  triesLeft = SNTP_TRIES_MAX;
  asked = false;
  answerUs = timeNow() + SNTP_ANSWER_US;
  timeWakeNow();
}

function sntpTimeless(): bool {
  timeless = true;
  sntpNext();
  return false;
}

/** True when the answer is there and is one; whatever else comes is dropped. */
function sntpReceive(): bool {
  const bytes = udpReceive(handle, MESSAGE, CAPACITY);
  if (bytes <= 0) return false; // Nothing, or no port to hear it on.
  timeWakeNow(); // There may be more.
  if (bytes < MESSAGE_BYTES || udpFromAddress() != load<u32>(ADDRESS) || udpFromPort() != PORT) return false;
  const first = <i32>load<u8>(MESSAGE);
  const stratum = <i32>load<u8>(MESSAGE + 1);
  const seconds = be32(MESSAGE + TRANSMIT);
  const isOurs = be32(MESSAGE + ORIGINATE) == number && be32(MESSAGE + ORIGINATE + 4) == ~number;
  if (!isOurs || (first & 7) != MODE_SERVER) return false;
  // Stratum 0 is a kiss of death (RFC 4330 §8).
  if ((first >> 6) == LEAP_UNKNOWN || seconds == 0 || stratum == 0 || stratum > STRATUM_MAX) return sntpTimeless();
  knownSeconds = seconds - EPOCH;
  const fractionUs = (<u64>be32(MESSAGE + TRANSMIT + 4) * 1000000) >> 32;
  knownUs = timeNow() > fractionUs ? timeNow() - fractionUs : 0;
  return knownSeconds != 0;
}
