// `http://host[:port]/path` taken apart (RFC 3986 §3, the parts that file servers use). Pointers into the text; nothing is copied.

import { asciiEqual, asciiNumber } from "../base/ascii";
import { HTTP_SCHEME, textBytes, textPtr } from "../base/texts";

export const HTTP_PORT: i32 = 80;

let hostPtr: usize = 0;
let hostBytes: i32 = 0;
let port: i32 = 0;
let pathPtr: usize = 0;
let pathBytes: i32 = 0;

/** Reads an absolute `http:` URI. False for another scheme, user information, an empty host or a bad port. */
export function uriRead(ptr: usize, bytes: i32): bool {
  const schemeBytes = textBytes(HTTP_SCHEME);
  if (bytes <= schemeBytes || !asciiEqual(ptr, schemeBytes, textPtr(HTTP_SCHEME), schemeBytes)) return false;
  let at = schemeBytes;
  hostPtr = ptr + <usize>at;
  while (at < bytes && load<u8>(ptr + <usize>at) != 0x3a && load<u8>(ptr + <usize>at) != 0x2f) {
    if (load<u8>(ptr + <usize>at) == 0x40) return false; // user@host: no file server needs it, and it misleads.
    at++;
  }
  hostBytes = <i32>(ptr + <usize>at - hostPtr);
  port = HTTP_PORT;
  if (at < bytes && load<u8>(ptr + <usize>at) == 0x3a) {
    const start = ++at;
    while (at < bytes && load<u8>(ptr + <usize>at) != 0x2f) at++;
    port = asciiNumber(ptr + <usize>start, at - start);
  }
  pathPtr = ptr + <usize>at;
  pathBytes = bytes - at;
  return hostBytes > 0 && hostBytes <= 255 && port > 0 && port <= 65535;
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
