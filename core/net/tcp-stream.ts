// Streams: open, wait until open, send, receive, close. Handles belong to the caller.

import { Status, TcpFlag } from "../../hal/abi";
import { HttpError } from "../../hal/events";
import { halNetClose, halTcpOpen, halTcpReceive, halTcpSend, halTcpState } from "../../hal/network";

/** A sentence of the host, such as the name in a certificate; cut to what an event carries. */
const REASON_BYTES_MAX: i32 = 200;
const REASON = memory.data(200, 8);

export function streamOpen(address: u32, port: i32): i32 {
  return halTcpOpen(<i32>address, port, 0, 0, 0);
}

/** Opens a stream under TLS. The name is the server's as it was written, at most 255 bytes; the certificate must be for it if `check`. */
export function streamOpenSecure(address: u32, port: i32, namePtr: usize, nameBytes: i32, check: bool): i32 {
  return halTcpOpen(<i32>address, port, check ? TcpFlag.Tls | TcpFlag.CheckName : TcpFlag.Tls, namePtr, nameBytes);
}

/** Ok once open, Pending, or how it failed; `streamReasonPtr` then has the host's words. */
export function streamState(handle: i32): i32 {
  store<u8>(REASON, 0);
  return halTcpState(handle, REASON, REASON_BYTES_MAX);
}

export function streamReasonPtr(): usize {
  return REASON;
}

export function streamReasonBytes(): i32 {
  let bytes: i32 = 0;
  while (bytes < REASON_BYTES_MAX && load<u8>(REASON + <usize>bytes) != 0) bytes++;
  return bytes;
}

/** Bytes accepted, 0 while full, or negative. */
export function streamSend(handle: i32, ptr: usize, bytes: i32): i32 {
  const sent = halTcpSend(handle, ptr, bytes);
  return sent > bytes ? Status.Invalid : sent;
}

/** Bytes received, 0 none yet, Closed after the last, or Reset. A host's count above the capacity is not believed. */
export function streamReceive(handle: i32, ptr: usize, capacity: i32): i32 {
  const bytes = halTcpReceive(handle, ptr, capacity);
  return bytes > capacity ? Status.Invalid : bytes;
}

export function streamClose(handle: i32, abort: bool): void {
  halNetClose(handle, abort ? 1 : 0);
}

/** A status of a stream or of its name as the event's word. */
export function streamError(status: i32): HttpError {
  if (status == Status.Refused) return HttpError.Refused;
  if (status == Status.TimedOut) return HttpError.TimedOut;
  if (status == Status.Unreachable || status == Status.NoLink) return HttpError.Unreachable;
  if (status == Status.NoName) return HttpError.NoName;
  if (status == Status.Closed) return HttpError.Closed;
  if (status <= Status.TlsCertificate && status >= Status.TlsPlain) return streamTlsError(status);
  return status == Status.Unsupported || status == Status.NoSpace ? HttpError.Unsupported : HttpError.Reset;
}

function streamTlsError(status: i32): HttpError {
  switch (status) {
    case Status.TlsCertificate:
      return HttpError.TlsCertificate;
    case Status.TlsExpired:
      return HttpError.TlsExpired;
    case Status.TlsNotYetValid:
      return HttpError.TlsNotYetValid;
    case Status.TlsName:
      return HttpError.TlsName;
    case Status.TlsUnknownCa:
      return HttpError.TlsUnknownCa;
    case Status.TlsPlain:
      return HttpError.TlsPlain;
    default:
      return HttpError.TlsFailed;
  }
}
