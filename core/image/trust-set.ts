// The certificates that TLS trusts, in the secure element: a set is begun, files join it, and it replaces the one in use as a whole.
//
// In: the bytes of PEM files, from offset 0. Out: how many certificates they hold, or why not. Nothing here looks into them. One
// operation at a time: start it, then poll; an element that is busy with something else is asked again.

import { SECURE_INPUT_BYTES_MAX, SecureOperation, Status } from "../../hal/abi";
import { halSePoll, halSeStart, halSeWrite } from "../../hal/secure";
import { timeWakeIn } from "../base/time";
import { TRUST_POLL_US } from "../config";

let operation: SecureOperation = SecureOperation.TrustBegin;
let startStatus: i32 = Status.Invalid;

/** Starts an empty set. */
export function trustSetBegin(): void {
  trustSetStart(SecureOperation.TrustBegin);
}

/** Hands over a piece of a file; offset 0 begins a new one. */
export function trustSetWrite(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0 && offset + bytes <= <u32>SECURE_INPUT_BYTES_MAX);
  return halSeWrite(<i32>offset, ptr, bytes);
}

/** Starts to take what was handed over. */
export function trustSetAdd(): void {
  trustSetStart(SecureOperation.TrustAdd);
}

/** Starts to put the set in place of the one in use. */
export function trustSetStore(): void {
  trustSetStart(SecureOperation.TrustStore);
}

/** Starts to forget every certificate. */
export function trustSetForget(): void {
  trustSetStart(SecureOperation.TrustForget);
}

/** Starts to forget the telephone's own certificate and its key. */
export function trustSetForgetOwn(): void {
  trustSetStart(SecureOperation.Forget);
}

/** Pending, a count of certificates, or negative. While it is Pending the caller is polled again soon. */
export function trustSetPoll(): i32 {
  if (startStatus == Status.Busy) trustSetStart(operation);
  const status = startStatus == Status.Busy ? Status.Pending : startStatus < 0 ? startStatus : halSePoll();
  if (status == Status.Pending) timeWakeIn(TRUST_POLL_US);
  return status;
}

function trustSetStart(wanted: SecureOperation): void {
  operation = wanted;
  startStatus = halSeStart(wanted, 0, 0);
}
