// `http://host[:port]/path`, or `https:`, taken apart (RFC 3986 §3, the parts that file servers use). Pointers into the text.

import { asciiEqual, asciiNumber } from "../base/ascii";
import { HTTPS_SCHEME, HTTP_SCHEME, textBytes, textPtr } from "../base/texts";

export const HTTP_PORT: i32 = 80;
const HTTPS_PORT: i32 = 443;

let secure: bool = false;
let hostPtr: usize = 0;
let hostBytes: i32 = 0;
let port: i32 = 0;
let pathPtr: usize = 0;
let pathBytes: i32 = 0;

/** The port of a URI that names none. */
export function uriDefaultPort(isSecure: bool): i32 {
  return isSecure ? HTTPS_PORT : HTTP_PORT;
}

/** Reads an absolute `http:` or `https:` URI. False for another scheme, user information, an empty host or a bad port. */
export function uriRead(ptr: usize, bytes: i32): bool {
  secure = uriStarts(ptr, bytes, HTTPS_SCHEME);
  if (!secure && !uriStarts(ptr, bytes, HTTP_SCHEME)) return false;
  let at = textBytes(secure ? HTTPS_SCHEME : HTTP_SCHEME);
  hostPtr = ptr + <usize>at;
  while (at < bytes && load<u8>(ptr + <usize>at) != 0x3a && load<u8>(ptr + <usize>at) != 0x2f) {
    if (load<u8>(ptr + <usize>at) == 0x40) return false; // user@host: no file server needs it, and it misleads.
    at++;
  }
  hostBytes = <i32>(ptr + <usize>at - hostPtr);
  port = uriDefaultPort(secure);
  if (at < bytes && load<u8>(ptr + <usize>at) == 0x3a) {
    const start = ++at;
    while (at < bytes && load<u8>(ptr + <usize>at) != 0x2f) at++;
    port = asciiNumber(ptr + <usize>start, at - start);
  }
  pathPtr = ptr + <usize>at;
  pathBytes = bytes - at;
  return hostBytes > 0 && hostBytes <= 255 && port > 0 && port <= 65535;
}

function uriStarts(ptr: usize, bytes: i32, scheme: i32): bool {
  const schemeBytes = textBytes(scheme);
  return bytes > schemeBytes && asciiEqual(ptr, schemeBytes, textPtr(scheme), schemeBytes);
}

/** True for `https:`. */
export function uriIsSecure(): bool {
  return secure;
}

export function uriHostPtr(): usize {
  return hostPtr;
}

export function uriHostBytes(): i32 {
  return hostBytes;
}

export function uriPort(): i32 {
  return port;
}

/** The path with its leading slash; 0 bytes when there is none. */
export function uriPathPtr(): usize {
  return pathPtr;
}

export function uriPathBytes(): i32 {
  return pathBytes;
}
