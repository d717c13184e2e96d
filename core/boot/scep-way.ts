// Which way a certificate request takes: the server of MYCERTURL itself, or HTTPPROXY unless HTTPEXCEPTIONDOMAINS names the server.
//
// In: the three parameters. Out: host and port to connect to, the request's target and Host, and the exception that matched. An exception
// matches whole labels from the right in any case; leading and trailing dots do not count; an address matches only itself.

import { asciiAddress, asciiEqual, asciiNumber } from "../base/ascii";
import { lineAddByte, lineAddBytes, lineAddNumber, lineAddText } from "../base/line";
import { HTTP_SCHEME } from "../base/texts";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { HTTP_PORT, uriHostBytes, uriHostPtr, uriIsSecure, uriPathBytes, uriPathPtr, uriPort, uriRead } from "../wire/uri";

const DOT: i32 = 0x2e;
const COLON: i32 = 0x3a;
const NOT_FOUND: i32 = -1;
const ADDRESS = memory.data(4, 4);

let hostPtr: usize = 0;
let hostBytes: i32 = 0;
let port: i32 = 0;
let pathPtr: usize = 0;
let pathBytes: i32 = 0;
let exception: i32 = NOT_FOUND;
let proxyHostBytes: i32 = 0;
let proxyPort: i32 = 0;

/** Reads the parameters in force. False when MYCERTURL is not `http://host[:port]/path`, or HTTPPROXY not `host[:port]`. */
export function scepWayRead(): bool {
  if (!uriRead(parameterPtr(Parameter.MYCERTURL), parameterBytes(Parameter.MYCERTURL)) || uriIsSecure()) return false;
  hostPtr = uriHostPtr();
  hostBytes = uriHostBytes();
  port = uriPort();
  pathPtr = uriPathPtr();
  pathBytes = uriPathBytes();
  exception = scepWayException();
  return scepWayProxy();
}

/** True when the request goes to the proxy. */
export function scepWayIsProxy(): bool {
  return proxyHostBytes > 0 && exception == NOT_FOUND;
}

/** Whom to connect to. */
export function scepWayHostPtr(): usize {
  return scepWayIsProxy() ? parameterPtr(Parameter.HTTPPROXY) : hostPtr;
}

export function scepWayHostBytes(): i32 {
  return scepWayIsProxy() ? proxyHostBytes : hostBytes;
}

export function scepWayPort(): i32 {
  return scepWayIsProxy() ? proxyPort : port;
}

/** The exception that matched, as it is written; 0 bytes for none. */
export function scepWayExceptionPtr(): usize {
  return listItemPtr(exceptionsPtr(), exceptionsBytes(), max(0, exception));
}

export function scepWayExceptionBytes(): i32 {
  return exception == NOT_FOUND ? 0 : listItemBytes(exceptionsPtr(), exceptionsBytes(), exception);
}

/** Adds the server as a Host header has it. */
export function scepWayAddHost(): void {
  lineAddBytes(hostPtr, hostBytes);
  if (port == HTTP_PORT) return;
  lineAddByte(COLON);
  lineAddNumber(port);
}

/** Adds the target up to its query: a path, or the whole URI for a proxy (RFC 9112 §3.2.2). */
export function scepWayAddTarget(): void {
  if (scepWayIsProxy()) {
    lineAddText(HTTP_SCHEME);
    scepWayAddHost();
  }
  if (pathBytes == 0) lineAddByte(0x2f);
  lineAddBytes(pathPtr, pathBytes);
}

/** True when MYCERTURL has a query already. */
export function scepWayHasQuery(): bool {
  for (let i: usize = 0; i < <usize>pathBytes; i++) if (load<u8>(pathPtr + i) == 0x3f) return true;
  return false;
}

function exceptionsPtr(): usize {
  return parameterPtr(Parameter.HTTPEXCEPTIONDOMAINS);
}

function exceptionsBytes(): i32 {
  return parameterBytes(Parameter.HTTPEXCEPTIONDOMAINS);
}

function scepWayProxy(): bool {
  const ptr = parameterPtr(Parameter.HTTPPROXY);
  const bytes = parameterBytes(Parameter.HTTPPROXY);
  proxyHostBytes = 0;
  while (proxyHostBytes < bytes && load<u8>(ptr + <usize>proxyHostBytes) != COLON) proxyHostBytes++;
  proxyPort = HTTP_PORT;
  if (proxyHostBytes < bytes) proxyPort = asciiNumber(ptr + <usize>proxyHostBytes + 1, bytes - proxyHostBytes - 1);
  return bytes == 0 || (proxyHostBytes > 0 && proxyPort > 0 && proxyPort <= 65535);
}

/** The place in the list of the first entry that the server is in, or NOT_FOUND. */
function scepWayException(): i32 {
  const count = listCount(exceptionsPtr(), exceptionsBytes());
  for (let index: i32 = 0; index < count; index++) {
    const ptr = listItemPtr(exceptionsPtr(), exceptionsBytes(), index);
    if (scepWayIsIn(ptr, listItemBytes(exceptionsPtr(), exceptionsBytes(), index))) return index;
  }
  return NOT_FOUND;
}

function scepWayIsIn(ptr: usize, bytes: i32): bool {
  while (bytes > 0 && load<u8>(ptr) == DOT) {
    ptr++;
    bytes--;
  }
  bytes = withoutDot(ptr, bytes);
  const ownBytes = withoutDot(hostPtr, hostBytes);
  if (bytes == 0 || bytes > ownBytes) return false;
  const before = ownBytes - bytes;
  if (!asciiEqual(hostPtr + <usize>before, bytes, ptr, bytes)) return false;
  if (before == 0) return true;
  return load<u8>(hostPtr + <usize>before - 1) == DOT && !asciiAddress(hostPtr, ownBytes, ADDRESS);
}

/** A name may end with the dot of the root. */
function withoutDot(ptr: usize, bytes: i32): i32 {
  return bytes > 0 && load<u8>(ptr + <usize>bytes - 1) == DOT ? bytes - 1 : bytes;
}
