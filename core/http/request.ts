// One GET request, built in the line buffer: docs/STARTUP.md, HTTP; RFC 9112 §3.

import { agentAdd } from "../base/agent";
import { lineAddByte, lineAddBytes, lineAddNumber, lineAddText, lineBytes, lineOverflowed, lineStart } from "../base/line";
import { GET_BLANK, HEADER_TAIL, HTTP_11_HOST, IF_RANGE_HEADER, RANGE_HEADER, USER_AGENT_HEADER } from "../base/texts";
import { uriDefaultPort } from "../wire/uri";

/** Makes `/folder/name` in the line buffer, with exactly one slash at each join. */
export function requestPath(folderPtr: usize, folderBytes: i32, namePtr: usize, nameBytes: i32): void {
  let start: i32 = 0;
  let end = folderBytes;
  while (start < end && load<u8>(folderPtr + <usize>start) == 0x2f) start++;
  while (end > start && load<u8>(folderPtr + <usize>end - 1) == 0x2f) end--;
  lineStart();
  lineAddByte(0x2f);
  lineAddBytes(folderPtr + <usize>start, end - start);
  if (end > start) lineAddByte(0x2f);
  lineAddBytes(namePtr, nameBytes);
}

/**
 * Builds `GET path` for a host. Returns its bytes in the line buffer, or 0 when it would not fit whole or when a blank or a
 * control byte, which a script or a redirect may have brought, would end the request early. With `from` or `end` it asks for that
 * part alone (`end` 0: up to the end), and with an ETag only of the file that has it (RFC 9110 §13.1.5, §14.2).
 */
export function requestBuild(
  secure: bool, hostPtr: usize, hostBytes: i32, port: i32, pathPtr: usize, pathBytes: i32, from: u32, end: u32, etagPtr: usize,
  etagBytes: i32,
): i32 {
  if (!requestClean(hostPtr, hostBytes) || !requestClean(pathPtr, pathBytes)) return 0;
  lineStart();
  lineAddText(GET_BLANK);
  lineAddBytes(pathPtr, pathBytes);
  lineAddText(HTTP_11_HOST);
  lineAddBytes(hostPtr, hostBytes);
  if (port != uriDefaultPort(secure)) {
    lineAddByte(0x3a);
    lineAddNumber(port);
  }
  requestAddAgent();
  if (from > 0 || end > 0) requestRange(from, end, etagPtr, etagBytes);
  lineAddText(HEADER_TAIL);
  return lineOverflowed() ? 0 : lineBytes();
}

function requestRange(from: u32, end: u32, etagPtr: usize, etagBytes: i32): void {
  lineAddText(RANGE_HEADER);
  lineAddNumber(from);
  lineAddByte(0x2d);
  if (end > 0) lineAddNumber(end - 1);
  if (etagBytes == 0) return;
  lineAddText(IF_RANGE_HEADER);
  lineAddBytes(etagPtr, etagBytes);
}

/** Adds the header that says who asks. */
export function requestAddAgent(): void {
  lineAddText(USER_AGENT_HEADER);
  agentAdd();
}

/** True without blanks and control bytes, which would end a request early. */
export function requestClean(ptr: usize, bytes: i32): bool {
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = load<u8>(ptr + i);
    if (byte <= 0x20 || byte == 0x7f) return false;
  }
  return true;
}
