// Harness: SIP's response parser, challenges and digests, MD5 below them, and the client with a network that a test plays.

import "../../core/base/panic"; // Stands in for `abort`.
import { Source } from "../../hal/events";
import { GET_NAME, NAME_USERNAME, SIP_OPTIONS, SIP_REGISTER, textBytes, textPtr } from "../../core/base/texts";
import { timeInit, timePush, timeWait } from "../../core/base/time";
import { credentialsLoad, credentialsUserBytes } from "../../core/boot/credentials";
import { keptInit, keptPut } from "../../core/settings/kept";
import { parametersInit } from "../../core/settings/parameters";
import { sipClientClose, sipClientKeep, sipClientOpen, sipClientPoll, sipClientSendCount, sipClientStart,
  sipClientState } from "../../core/net/sip-client";
import { challengeForget, challengeInit, challengeOffer, challengeOffered, challengeTake } from "../../core/net/sip-challenge";
import { digestAnswer, digestAnswerPtr } from "../../core/net/sip-digest";
import { sipRequestAnswer, sipRequestBuild, sipRequestBytes, sipRequestInit, sipRequestPtr,
  sipRequestServer } from "../../core/net/sip-request";
import { sipResponseExpect } from "../../core/net/sip-response";

export {
  callServerHostBytes as server_host_bytes, callServerHostPtr as server_host_ptr, callServerPort as server_port,
  callServersRedirect as redirect, callServerTransport as server_transport,
} from "../../core/boot/call-servers";
export { md5Finish as md5_finish, md5Init as md5_init, md5Push as md5_push } from "../../core/crypto/md5";
export {
  sipResponseDone as response_done, sipResponseEnd as response_end, sipResponseExpires as response_expires,
  sipResponseFailed as response_failed, sipResponseInit as response_init, sipResponseIsOurs as response_is_ours,
  sipResponseMinExpires as response_min_expires, sipResponsePush as response_push, sipResponseRetryAfter as response_retry_after,
  sipResponseStatus as response_status, sipResponseTargetBytes as response_target_bytes, sipResponseTargetPtr as response_target_ptr,
} from "../../core/net/sip-response";
export { challengeOffered as challenge_offered, challengeIsStale as challenge_is_stale } from "../../core/net/sip-challenge";
export {
  sipClientClose as client_close, sipClientKeep as client_keep, sipClientOpen as client_open, sipClientPoll as client_poll,
  sipClientSendCount as client_send_count, sipClientStart as client_start, sipClientState as client_state,
};
export { sipRequestAnswer as request_answer, sipRequestBytes as request_bytes, sipRequestPtr as request_ptr };
export { timePush as time_push, timeWait as time_wait };

const INPUT = memory.data(0x20000, 8);

export function input_ptr(): usize {
  return INPUT;
}

/** An answer to REGISTER is waited for, with the branch, Call-ID and contact that the tests use; the four texts lie in the input. */
export function expect(branchBytes: i32, callIdBytes: i32, sequence: i32, contactBytes: i32): void {
  const callId = INPUT + <usize>branchBytes;
  sipResponseExpect(INPUT, branchBytes, callId, callIdBytes, sequence, SIP_REGISTER, callId + <usize>callIdBytes, contactBytes);
}

/**
 * How many hex digits answer the challenge that lies first in the input, -1 where it cannot be answered. Behind it lie user, password,
 * URI, eight digits of the count and the client's nonce. The method is GET or REGISTER.
 */
export function digest(gets: bool, challengeBytes: i32, userBytes: i32, passwordBytes: i32, uriBytes: i32, nonceBytes: i32): i32 {
  challengeForget();
  challengeInit();
  challengeOffer(0, INPUT, challengeBytes);
  if (challengeOffered(0) != 2) return -1;
  challengeTake(0);
  const user = INPUT + <usize>challengeBytes;
  const password = user + <usize>userBytes;
  const uri = password + <usize>passwordBytes;
  const count = uri + <usize>uriBytes;
  return digestAnswer(0, user, userBytes, password, passwordBytes, gets ? GET_NAME : SIP_REGISTER, uri, uriBytes, count, count + 8,
    nonceBytes);
}

export function digest_ptr(): usize {
  return digestAnswerPtr();
}

/** Starts the clock and the parameters; a user and a password lie in the input. */
export function init(userBytes: i32, passwordBytes: i32): void {
  timeInit();
  timePush(0);
  parametersInit();
  sipRequestInit(INPUT, userBytes, INPUT + <usize>userBytes, passwordBytes);
}

/** Builds REGISTER or OPTIONS for the host that lies in the input at `at`. */
export function build(transport: i32, at: i32, hostBytes: i32, registers: bool, seconds: i32): bool {
  sipRequestServer(transport, INPUT + <usize>at, hostBytes);
  return sipRequestBuild(registers ? SIP_REGISTER : SIP_OPTIONS, seconds);
}

/** Stores the user that lies in the input, alone. */
export function keep_user(bytes: i32): void {
  keptInit();
  keptPut(textPtr(NAME_USERNAME), textBytes(NAME_USERNAME), INPUT, bytes, Source.Craft);
}

/** Bytes of the extension that is known; 0 for nobody's. */
export function credentials(): i32 {
  credentialsLoad();
  return credentialsUserBytes();
}
