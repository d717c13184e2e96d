// Which call servers there are, in order: SIPPROXYSRVR, or where that is empty SIP_CONTROLLER_LIST of later releases.
//
// In: the parameters in force. Out: for the entry chosen, host, port and transport: `host[:port][;transport=udp|tcp|tls]`. What an entry
// does not say is what SIPSIGNAL, SIPPORT and SIP_PORT_SECURE say.

import { Transport } from "../../hal/events";
import { asciiEqual, asciiNumber } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import { SIP_SCHEME, SIP_TCP, SIP_TLS, SIP_TRANSPORT, SIP_UDP, textBytes, textPtr } from "../base/texts";
import { sipFoundBytes, sipFoundPtr, sipParameter, sipScan, sipTrim } from "../net/sip-value";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterNumber, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";

const PORT_MAX: i32 = 65535;
const HOST_BYTES_MAX: i32 = 255;
/** A copy: a redirect's target and a parameter's value may both change while a server is asked. */
const HOST = memory.data(256, 8);

let hostBytes: i32 = 0;
let port: i32 = 0;
let transport: Transport = Transport.Udp;
/** The entry that answered last: the next request begins with it. */
let preferred: i32 = 0;

export function callServersInit(): void {
  preferred = 0;
}

export function callServersCount(): i32 {
  return listCount(parameterPtr(listOf()), parameterBytes(listOf()));
}

/** True where only a later release's list names any. */
export function callServersAreControllers(): bool {
  return listOf() == Parameter.SIP_CONTROLLER_LIST && callServersCount() > 0;
}

export function callServersPreferred(): i32 {
  return preferred < callServersCount() ? preferred : 0;
}

export function callServersPrefer(index: i32): void {
  preferred = index;
}

/** Chooses an entry of the list. False where it names nobody, or a port or transport that is none. */
export function callServersChoose(index: i32): bool {
  const ptr = parameterPtr(listOf());
  const bytes = parameterBytes(listOf());
  return callServersRead(listItemPtr(ptr, bytes, index), listItemBytes(ptr, bytes, index));
}

/**
 * Chooses what a redirect names: `sip:[user@]host[:port][;transport=…][?…]`. The only `@` ends the user, which may hold `;` and `?`;
 * nothing behind it may hold another (RFC 3261 §25.1).
 */
export function callServersRedirect(ptr: usize, bytes: i32): bool {
  let start = textBytes(SIP_SCHEME);
  if (bytes <= start || !asciiEqual(ptr, start, textPtr(SIP_SCHEME), start)) return false; // `sips:` would need TLS all the way.
  const userEnd = byteAt(ptr, start, bytes, 0x40);
  if (userEnd < bytes) start = userEnd + 1;
  if (byteAt(ptr, start, bytes, 0x40) < bytes) return false;
  return callServersRead(ptr + <usize>start, byteAt(ptr, start, bytes, 0x3f) - start);
}

export function callServerHostPtr(): usize {
  return HOST;
}

export function callServerHostBytes(): i32 {
  return hostBytes;
}

export function callServerPort(): i32 {
  return port;
}

export function callServerTransport(): Transport {
  return transport;
}

/** Where a byte is, from `at` on; `end` without one. */
function byteAt(ptr: usize, at: i32, end: i32, byte: u8): i32 {
  while (at < end && load<u8>(ptr + <usize>at) != byte) at++;
  return at;
}

function listOf(): Parameter {
  return parameterBytes(Parameter.SIPPROXYSRVR) > 0 ? Parameter.SIPPROXYSRVR : Parameter.SIP_CONTROLLER_LIST;
}

function callServersRead(ptr: usize, bytes: i32): bool {
  transport = <Transport>parameterNumber(Parameter.SIPSIGNAL);
  if (sipParameter(ptr, bytes, SIP_TRANSPORT) && !callServersTransport()) return false;
  port = parameterNumber(transport == Transport.Tls ? Parameter.SIP_PORT_SECURE : Parameter.SIPPORT);
  const end = sipScan(ptr, 0, bytes, 0x3b);
  let colon: i32 = 0;
  while (colon < end && load<u8>(ptr + <usize>colon) != 0x3a) colon++;
  if (colon < end) {
    sipTrim(ptr + <usize>colon + 1, end - colon - 1);
    port = asciiNumber(sipFoundPtr(), sipFoundBytes());
  }
  sipTrim(ptr, colon);
  hostBytes = sipFoundBytes();
  if (hostBytes > HOST_BYTES_MAX) hostBytes = HOST_BYTES_MAX;
  bytesCopy(HOST, sipFoundPtr(), hostBytes);
  return hostBytes > 0 && port > 0 && port <= PORT_MAX && hostIsClean();
}

function callServersTransport(): bool {
  if (foundIs(SIP_UDP)) transport = Transport.Udp;
  else if (foundIs(SIP_TCP)) transport = Transport.Tcp;
  else if (foundIs(SIP_TLS)) transport = Transport.Tls;
  else return false;
  return true;
}

function foundIs(text: i32): bool {
  return asciiEqual(sipFoundPtr(), sipFoundBytes(), textPtr(text), textBytes(text));
}

/** A host is written into requests: nothing in it may end a line or a value. */
function hostIsClean(): bool {
  for (let i: usize = 0; i < <usize>hostBytes; i++) {
    const byte = load<u8>(HOST + i);
    if (byte <= 0x20 || byte >= 0x7f || byte == 0x22 || byte == 0x3c || byte == 0x3e) return false;
  }
  return true;
}
