// Where one GET goes: scheme, host, port and path, as the list of servers and then the redirects say.
//
// In: the server in use and a file's name, or the target of a redirect. Out: the parts, and the URI as it is shown and reported.
// A redirect stays on the scheme it came by: one to http would give away what https protects, the other way round nobody vouches for
// the name.

import { bytesCopy } from "../base/bytes";
import { lineAddByte, lineAddBytes, lineAddNumber, lineAddText, lineBytes, linePtr, lineStart } from "../base/line";
import { HTTPS_SCHEME, HTTP_SCHEME } from "../base/texts";
import { requestPath } from "../http/request";
import { uriDefaultPort, uriHostBytes, uriHostPtr, uriIsSecure, uriPathBytes, uriPathPtr, uriPort, uriRead } from "../wire/uri";
import { serversFolderBytes, serversFolderPtr, serversHostBytes, serversHostPtr, serversIsSecure, serversPort } from "./servers";

const HOST = memory.data(256, 8);
const PATH = memory.data(640, 8);
const URI = memory.data(1024, 8);

let secure: bool = false;
let hostBytes: i32 = 0;
let port: i32 = 0;
let pathBytes: i32 = 0;
let uriBytes: i32 = 0;

/** A file at the server in use. */
export function locationServer(namePtr: usize, nameBytes: i32): void {
  assert(nameBytes > 0);
  secure = serversIsSecure();
  hostBytes = serversHostBytes();
  bytesCopy(HOST, serversHostPtr(), hostBytes);
  port = serversPort();
  requestPath(serversFolderPtr(), serversFolderBytes(), namePtr, nameBytes);
  pathBytes = lineBytes();
  bytesCopy(PATH, linePtr(), pathBytes);
}

/** True for an absolute URI of the same scheme, and for a path on the same server. */
export function locationAllows(ptr: usize, bytes: i32): bool {
  assert(bytes >= 0);
  return bytes > 0 && (load<u8>(ptr) == 0x2f || (uriRead(ptr, bytes) && uriIsSecure() == secure));
}

/** Goes where a redirect says that `locationAllows` has allowed. */
export function locationRedirect(ptr: usize, bytes: i32): void {
  assert(bytes > 0);
  if (load<u8>(ptr) == 0x2f) {
    pathBytes = bytes;
    bytesCopy(PATH, ptr, bytes);
    return;
  }
  assert(uriRead(ptr, bytes));
  hostBytes = uriHostBytes();
  bytesCopy(HOST, uriHostPtr(), hostBytes);
  port = uriPort();
  store<u8>(PATH, 0x2f);
  pathBytes = max(1, uriPathBytes());
  bytesCopy(PATH, uriPathPtr(), uriPathBytes());
}

/** Puts the URI together. */
export function locationUri(): void {
  lineStart();
  lineAddText(secure ? HTTPS_SCHEME : HTTP_SCHEME);
  lineAddBytes(HOST, hostBytes);
  if (port != uriDefaultPort(secure)) {
    lineAddByte(0x3a);
    lineAddNumber(port);
  }
  lineAddBytes(PATH, pathBytes);
  uriBytes = lineBytes();
  bytesCopy(URI, linePtr(), uriBytes);
}

/** True for https. */
export function locationIsSecure(): bool {
  return secure;
}

export function locationHostPtr(): usize {
  return HOST;
}

export function locationHostBytes(): i32 {
  return hostBytes;
}

export function locationPort(): i32 {
  return port;
}

export function locationPathPtr(): usize {
  return PATH;
}

export function locationPathBytes(): i32 {
  return pathBytes;
}

export function locationUriPtr(): usize {
  return URI;
}

export function locationUriBytes(): i32 {
  return uriBytes;
}
