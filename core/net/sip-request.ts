// Requests of this telephone: OPTIONS and REGISTER (RFC 3261 §8.1.1, §10.2, §11.1), and what they have in common with one another.
//
// In: who logs in, at which server, and the challenges that are answered. Out: the bytes of one request, which stay for retransmissions,
// and what an answer to it must say. A login has one Call-ID and one From tag; CSeq counts on, and each request has its own branch.

import { Transport } from "../../hal/events";
import { agentAdd } from "../base/agent";
import { bytesCopy } from "../base/bytes";
import { entropyWord } from "../base/entropy";
import {
  lineAddAddress, lineAddByte, lineAddBytes, lineAddNumber, lineAddText, lineBytes, LINE_BYTES_MAX, lineOverflowed, linePtr, lineStart,
} from "../base/line";
import {
  SIP_ACCEPT_LINE, SIP_ALGORITHM_PART, SIP_AUTHORIZATION_LINE, SIP_BRANCH_PART, SIP_CALL_ID_LINE, SIP_CNONCE_PART, SIP_CONTACT_LINE,
  SIP_CSEQ_LINE, SIP_EXPIRES_LINE, SIP_FROM_LINE, SIP_MD5, SIP_NONCE_PART, SIP_OPAQUE_PART, SIP_PROXY_AUTHORIZATION_LINE, SIP_QOP_PART,
  SIP_REALM_PART, SIP_REGISTER, SIP_RESPONSE_PART, SIP_SCHEME, SIP_SHA256, SIP_TAG_PART, SIP_TAIL, SIP_TCP, SIP_TLS, SIP_TO_LINE,
  SIP_TRANSPORT_TCP, SIP_TRANSPORT_TLS, SIP_UDP, SIP_URI_PART, SIP_VIA_LINE, USER_AGENT_HEADER,
} from "../base/texts";
import { listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { addressOwn } from "./address";
import {
  Algorithm, Asker, challengeAlgorithm, challengeForget, challengeHasOpaque, challengeHasQop, challengeIsTaken, challengeNonceBytes,
  challengeNoncePtr, challengeOpaqueBytes, challengeOpaquePtr, challengeRealmBytes, challengeRealmPtr, challengeTake,
} from "./sip-challenge";
import { digestAnswer, digestAnswerPtr, digestHexWord } from "./sip-digest";
import { sipResponseExpect } from "./sip-response";

/** The ports that the telephone names as its own. */
export const SIP_PORT: i32 = 5060;
export const SIP_TLS_PORT: i32 = 5061;

const REQUEST = memory.data(2048, 8);
/** `z9hG4bK` (RFC 3261 §8.1.1.7) and 16 hex digits. */
const BRANCH = memory.data<u8>([
  0x7a, 0x39, 0x68, 0x47, 0x34, 0x62, 0x4b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const BRANCH_COOKIE_BYTES: usize = 7;
const BRANCH_BYTES: i32 = 23;
const CALL_ID = memory.data(16, 8);
const CALL_ID_BYTES: i32 = 16;
const TAG = memory.data(8, 8);
const TAG_BYTES: i32 = 8;
/** The client's nonce and its count, eight digits, of each challenge. */
const CNONCE = memory.data(16, 8);
const CNONCE_BYTES: i32 = 16;
const COUNT = memory.data(8, 8);
const URI_BYTES_MAX: i32 = 272;
const TARGET = memory.data(272, 8);
const CONTACT = memory.data(128, 8);

let userPtr: usize = 0;
let userBytes: i32 = 0;
let passwordPtr: usize = 0;
let passwordBytes: i32 = 0;
let transport: Transport = Transport.Udp;
let hostPtr: usize = 0;
let hostBytes: i32 = 0;
let sequence: i32 = 0;
let targetBytes: i32 = 0;
let contactBytes: i32 = 0;
let requestBytes: i32 = 0;
let serverCount: u32 = 0;
let proxyCount: u32 = 0;

/** Begins a login, or asks for nobody with 0 bytes. The texts stay the caller's. */
export function sipRequestInit(user: usize, userSize: i32, password: usize, passwordSize: i32): void {
  userPtr = user;
  userBytes = userSize;
  passwordPtr = password;
  passwordBytes = passwordSize;
  fillHex(CALL_ID, CALL_ID_BYTES);
  fillHex(TAG, TAG_BYTES);
  sequence = 0;
  challengeForget();
}

/** The server that the next requests are for; its name or address as it was written stays the caller's. */
export function sipRequestServer(by: Transport, host: usize, hostSize: i32): void {
  transport = by;
  hostPtr = host;
  hostBytes = hostSize;
}

/** The next requests go to somebody else: what proves the password to one server is not for another. */
export function sipRequestForget(): void {
  challengeForget();
}

/** The next requests answer this challenge of the answer at hand. */
export function sipRequestAnswer(asker: Asker): void {
  if (!challengeTake(asker)) return;
  if (asker == Asker.Proxy) proxyCount = 0;
  else serverCount = 0;
}

/** Builds a request and says what its answer must look like. False when it would not fit whole. `seconds` counts for REGISTER. */
export function sipRequestBuild(method: i32, seconds: i32): bool {
  fillHex(BRANCH + BRANCH_COOKIE_BYTES, BRANCH_BYTES - <i32>BRANCH_COOKIE_BYTES);
  fillHex(CNONCE, CNONCE_BYTES);
  sequence++;
  const registers = method == SIP_REGISTER;
  requestTarget(registers);
  requestContact(registers);
  lineStart();
  lineAddText(method);
  lineAddByte(0x20);
  lineAddBytes(TARGET, targetBytes);
  requestRoute(method);
  if (registers) {
    lineAddText(SIP_CONTACT_LINE);
    lineAddBytes(CONTACT, contactBytes);
    requestTransport();
    lineAddText(SIP_EXPIRES_LINE);
    lineAddNumber(seconds);
    if (challengeIsTaken(Asker.Server)) requestCredentials(Asker.Server, method, ++serverCount);
    if (challengeIsTaken(Asker.Proxy)) requestCredentials(Asker.Proxy, method, ++proxyCount);
  } else {
    lineAddText(SIP_ACCEPT_LINE);
  }
  lineAddText(USER_AGENT_HEADER);
  agentAdd();
  lineAddText(SIP_TAIL);
  requestBytes = lineBytes();
  bytesCopy(REQUEST, linePtr(), requestBytes);
  sipResponseExpect(BRANCH, BRANCH_BYTES, CALL_ID, CALL_ID_BYTES, sequence, method, CONTACT, contactBytes);
  return !lineOverflowed() && requestBytes < LINE_BYTES_MAX;
}

export function sipRequestPtr(): usize {
  return REQUEST;
}

export function sipRequestBytes(): i32 {
  return requestBytes;
}

/** The domain of the address that is registered: SIPDOMAIN, or the registrar's. */
export function sipRequestHasDomain(): bool {
  return parameterBytes(Parameter.SIPDOMAIN) > 0;
}

/** Via to CSeq, and the words between them. */
function requestRoute(method: i32): void {
  lineAddText(SIP_VIA_LINE);
  lineAddText(transport == Transport.Udp ? SIP_UDP : transport == Transport.Tcp ? SIP_TCP : SIP_TLS);
  lineAddByte(0x20);
  lineAddAddress(addressOwn());
  lineAddByte(0x3a);
  lineAddNumber(ownPort());
  lineAddText(SIP_BRANCH_PART);
  lineAddBytes(BRANCH, BRANCH_BYTES);
  lineAddText(SIP_FROM_LINE);
  requestOwn();
  lineAddText(SIP_TAG_PART);
  lineAddBytes(TAG, TAG_BYTES);
  lineAddText(SIP_TO_LINE);
  if (method == SIP_REGISTER) requestOwn();
  else lineAddBytes(TARGET, targetBytes);
  lineAddText(SIP_CALL_ID_LINE);
  lineAddBytes(CALL_ID, CALL_ID_BYTES);
  lineAddText(SIP_CSEQ_LINE);
  lineAddNumber(sequence);
  lineAddByte(0x20);
  lineAddText(method);
}

/** `sip:` and whom the request is for: a registrar's domain, or the server itself. */
function requestTarget(registers: bool): void {
  lineStart();
  lineAddText(SIP_SCHEME);
  if (registers && parameterBytes(Parameter.SIPREGISTRAR) > 0) addFirst(Parameter.SIPREGISTRAR);
  else if (registers && sipRequestHasDomain()) addFirst(Parameter.SIPDOMAIN);
  else lineAddBytes(hostPtr, hostBytes);
  targetBytes = lineBytes() > URI_BYTES_MAX ? URI_BYTES_MAX : lineBytes();
  bytesCopy(TARGET, linePtr(), targetBytes);
}

function requestContact(registers: bool): void {
  lineStart();
  lineAddText(SIP_SCHEME);
  lineAddBytes(userPtr, userBytes);
  lineAddByte(0x40);
  lineAddAddress(addressOwn());
  lineAddByte(0x3a);
  lineAddNumber(ownPort());
  contactBytes = registers ? lineBytes() : 0;
  bytesCopy(CONTACT, linePtr(), contactBytes);
}

/** The address that is registered, or the domain alone where nobody logs in. */
function requestOwn(): void {
  lineAddText(SIP_SCHEME);
  if (userBytes > 0) {
    lineAddBytes(userPtr, userBytes);
    lineAddByte(0x40);
  }
  if (sipRequestHasDomain()) addFirst(Parameter.SIPDOMAIN);
  else if (parameterBytes(Parameter.SIPREGISTRAR) > 0) addFirst(Parameter.SIPREGISTRAR);
  else lineAddBytes(hostPtr, hostBytes);
}

function addFirst(parameter: Parameter): void {
  const ptr = parameterPtr(parameter);
  const bytes = parameterBytes(parameter);
  lineAddBytes(listItemPtr(ptr, bytes, 0), listItemBytes(ptr, bytes, 0));
}

function requestTransport(): void {
  if (transport == Transport.Tcp) lineAddText(SIP_TRANSPORT_TCP);
  if (transport == Transport.Tls) lineAddText(SIP_TRANSPORT_TLS);
}

/** RFC 7616 §3.4. An algorithm that was not named is MD5. */
function requestCredentials(asker: Asker, method: i32, count: u32): void {
  digestHexWord(COUNT, count);
  const answerBytes = digestAnswer(
    asker, userPtr, userBytes, passwordPtr, passwordBytes, method, TARGET, targetBytes, COUNT, CNONCE, CNONCE_BYTES,
  );
  lineAddText(asker == Asker.Proxy ? SIP_PROXY_AUTHORIZATION_LINE : SIP_AUTHORIZATION_LINE);
  lineAddBytes(userPtr, userBytes);
  lineAddText(SIP_REALM_PART);
  lineAddBytes(challengeRealmPtr(asker), challengeRealmBytes(asker));
  lineAddText(SIP_NONCE_PART);
  lineAddBytes(challengeNoncePtr(asker), challengeNonceBytes(asker));
  lineAddText(SIP_URI_PART);
  lineAddBytes(TARGET, targetBytes);
  lineAddText(SIP_RESPONSE_PART);
  lineAddBytes(digestAnswerPtr(), answerBytes);
  lineAddText(SIP_ALGORITHM_PART);
  lineAddText(challengeAlgorithm(asker) == Algorithm.Sha256 ? SIP_SHA256 : SIP_MD5);
  if (challengeHasOpaque(asker)) {
    lineAddText(SIP_OPAQUE_PART);
    lineAddBytes(challengeOpaquePtr(asker), challengeOpaqueBytes(asker));
    lineAddByte(0x22);
  }
  if (!challengeHasQop(asker)) return;
  lineAddText(SIP_QOP_PART);
  lineAddBytes(COUNT, 8);
  lineAddText(SIP_CNONCE_PART);
  lineAddBytes(CNONCE, CNONCE_BYTES);
  lineAddByte(0x22);
}

function ownPort(): i32 {
  return transport == Transport.Tls ? SIP_TLS_PORT : SIP_PORT;
}

/** Random hex digits, a multiple of eight. */
function fillHex(target: usize, bytes: i32): void {
  for (let at: i32 = 0; at < bytes; at += 8) digestHexWord(target + <usize>at, entropyWord());
}
