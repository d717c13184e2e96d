// One SIP transaction at a time, with one server (RFC 3261 §17.1.2, §18): over datagrams with retransmissions, over a stream with framing.
//
// In: where to, and a request that sip-request built. Out: Pending, Ok with the final answer in sip-response, or how it failed. What does
// not answer the request is left alone: requests of others, late and strange responses, and datagrams that cannot be read.

import { Status } from "../../hal/abi";
import { Transport } from "../../hal/events";
import { timeNow, timeWakeAt, timeWakeNow } from "../base/time";
import { SIP_T1_US, SIP_T2_US, SIP_TIMEOUT_US } from "../config";
import { SIP_PORT, sipRequestBytes, sipRequestPtr } from "./sip-request";
import {
  sipResponseDone, sipResponseEnd, sipResponseFailed, sipResponseInit, sipResponseIsOurs, sipResponsePush, sipResponseStatus,
} from "./sip-response";
import { parameterNumber } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { streamClose, streamOpen, streamOpenSecure, streamReceive, streamSend, streamState } from "./tcp-stream";
import { udpClose, udpOpen, udpReceive, udpSend } from "./udp";

const NO_HANDLE: i32 = -1;
/** The largest datagram that is taken, and one read of a stream. */
const SPAN_BYTES: i32 = 4096;
const SPAN = memory.data(4096, 8);
/** Reads of one poll. */
const READS_PER_POLL_MAX: i32 = 4;
/** A stream whose window is full is asked again. */
const FULL_US: u32 = 100000;

let handle: i32 = NO_HANDLE;
let transport: Transport = Transport.Udp;
let address: u32 = 0;
let port: i32 = 0;
let hostPtr: usize = 0;
let hostBytes: i32 = 0;
let spanAt: i32 = 0;
let spanEnd: i32 = 0;
/** The connection has carried an earlier request: its server may have closed it meanwhile. */
let used: bool = false;
let sentBytes: i32 = 0;
let sendCount: i32 = 0;
let pauseUs: u32 = 0;
let againUs: u64 = 0;
let endUs: u64 = 0;

/**
 * Opens what the transport needs. Returns Ok or how it failed; ask `sipClientState` until the connection stands. Under TLS the certificate
 * must be for the name, which stays the caller's, where TLSSRVRID says so.
 */
export function sipClientOpen(by: Transport, toAddress: u32, toPort: i32, host: usize, hostSize: i32): i32 {
  sipClientClose(true);
  transport = by;
  address = toAddress;
  port = toPort;
  hostPtr = host;
  hostBytes = hostSize;
  return clientConnect();
}

/** Ok once a request may be sent, Pending, or how the connection failed. */
export function sipClientState(): i32 {
  if (handle < 0) return handle == NO_HANDLE ? Status.Reset : handle;
  return transport == Transport.Udp ? Status.Ok : streamState(handle);
}

/** Begins a transaction with the request as it is built now. */
export function sipClientStart(): void {
  sentBytes = 0;
  sendCount = 0;
  pauseUs = SIP_T1_US;
  againUs = timeNow();
  endUs = timeNow() + SIP_TIMEOUT_US;
  sipResponseInit(transport != Transport.Udp); // What is left of the last read begins with the next message.
  timeWakeNow();
}

/** Ok with a final answer, Pending, TimedOut, or how the connection failed; Invalid for a stream that cannot be read any more. */
export function sipClientPoll(): i32 {
  if (timeNow() >= endUs) return Status.TimedOut;
  timeWakeAt(endUs);
  const status = transport == Transport.Udp ? clientDatagrams() : clientStream();
  const ended = status == Status.Closed || status == Status.Reset;
  if (!ended || !used || transport == Transport.Udp) return status;
  used = false;
  const again = clientAgain();
  return again == Status.Ok ? Status.Pending : again;
}

/** How often the request was sent. */
export function sipClientSendCount(): i32 {
  return sendCount;
}

/** Further requests go over the same connection. */
export function sipClientKeep(): void {
  used = true;
}

/** Closes the connection; nothing is waited for any more. */
export function sipClientClose(abort: bool): void {
  if (handle >= 0) {
    if (transport == Transport.Udp) udpClose(handle);
    else streamClose(handle, abort);
  }
  handle = NO_HANDLE;
}

function clientConnect(): i32 {
  used = false;
  spanAt = 0;
  spanEnd = 0;
  if (transport == Transport.Tls) handle = streamOpenSecure(address, port, hostPtr, hostBytes, parameterNumber(Parameter.TLSSRVRID) == 1);
  else handle = transport == Transport.Udp ? udpOpen(SIP_PORT) : streamOpen(address, port);
  if (handle >= 0) return Status.Ok;
  const status = handle;
  handle = NO_HANDLE;
  return status;
}

/** The server closed a connection that it had answered on before: once more, on a new one. */
function clientAgain(): i32 {
  streamClose(handle, true);
  const status = clientConnect();
  sentBytes = 0;
  sipResponseInit(true);
  timeWakeNow();
  return status;
}

/** Retransmissions after T1, 2 T1, … up to T2 (timer E); after a provisional answer every T2. */
function clientDatagrams(): i32 {
  for (let count: i32 = 0; count < READS_PER_POLL_MAX; count++) {
    const bytes = udpReceive(handle, SPAN, SPAN_BYTES);
    if (bytes <= 0) return clientSendAgain();
    sipResponseInit(false);
    sipResponsePush(SPAN, bytes);
    sipResponseEnd();
    if (!sipResponseIsOurs()) continue;
    if (sipResponseStatus() >= 200) return Status.Ok;
    pauseUs = SIP_T2_US;
  }
  timeWakeNow();
  return Status.Pending;
}

/** A datagram that does not leave is a lost one. */
function clientSendAgain(): i32 {
  if (timeNow() >= againUs) {
    udpSend(handle, address, port, sipRequestPtr(), sipRequestBytes());
    sendCount++;
    againUs = timeNow() + pauseUs;
    pauseUs = pauseUs * 2 > SIP_T2_US ? SIP_T2_US : pauseUs * 2;
  }
  timeWakeAt(againUs);
  return Status.Pending;
}

function clientStream(): i32 {
  const state = streamState(handle);
  if (state != Status.Ok) return state;
  if (sentBytes < sipRequestBytes()) {
    const sent = streamSend(handle, sipRequestPtr() + <usize>sentBytes, sipRequestBytes() - sentBytes);
    if (sent < 0) return sent;
    sentBytes += sent;
    if (sentBytes < sipRequestBytes()) {
      timeWakeAt(timeNow() + FULL_US);
      return Status.Pending;
    }
    sendCount++;
  }
  for (let count: i32 = 0; count < READS_PER_POLL_MAX; count++) {
    if (spanAt == spanEnd) {
      const bytes = streamReceive(handle, SPAN, SPAN_BYTES);
      if (bytes <= 0) return bytes == 0 ? Status.Pending : bytes;
      spanAt = 0;
      spanEnd = bytes;
    }
    const status = clientMessages();
    if (status != Status.Pending) return status;
  }
  timeWakeNow();
  return Status.Pending;
}

/** Takes what is in the span: whole messages one after the other, and the beginning of the next. */
function clientMessages(): i32 {
  while (spanAt < spanEnd) {
    spanAt += sipResponsePush(SPAN + <usize>spanAt, spanEnd - spanAt);
    if (sipResponseFailed()) return Status.Invalid;
    if (!sipResponseDone()) continue;
    if (sipResponseIsOurs() && sipResponseStatus() >= 200) return Status.Ok;
    sipResponseInit(true);
  }
  return Status.Pending;
}
