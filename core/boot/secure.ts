// The secure element as the boot stages use it for certificates: one operation at a time, its input, its output, its report.
//
// In: operations of hal/abi with parameters. Out: statuses, the report's numbers, message bytes. It decides nothing.

import { SECURE_INPUT_BYTES_MAX, SECURE_REPORT_BYTES, SecureOperation, SecureReport, Status } from "../../hal/abi";
import { halSePoll, halSeRead, halSeStart, halSeWrite } from "../../hal/secure";
import { bytesFill } from "../base/bytes";

const REPORT = memory.data(48, 8); // SECURE_REPORT_BYTES

let inputBytes: i32 = 0;

/** Begins an input. */
export function secureInputStart(): void {
  inputBytes = 0;
}

/** Adds bytes to the input. Ok, or OutOfRange when it becomes too long. */
export function secureInput(ptr: usize, bytes: i32): i32 {
  if (bytes > SECURE_INPUT_BYTES_MAX - inputBytes) return Status.OutOfRange;
  const status = halSeWrite(inputBytes, ptr, bytes);
  if (status >= 0) inputBytes += bytes;
  return status;
}

export function secureStart(operation: SecureOperation, ptr: usize, bytes: i32): i32 {
  return halSeStart(operation, ptr, bytes);
}

/** Pending, or how the operation ended; the report is then that of the operation. */
export function securePoll(): i32 {
  const status = halSePoll();
  if (status != Status.Pending) secureRead();
  return status;
}

/** Reads the report of the operation that has ended. */
export function secureRead(): void {
  bytesFill(REPORT, 0, SECURE_REPORT_BYTES);
  halSeRead(0, REPORT, SECURE_REPORT_BYTES);
}

/** One byte of the report. */
export function secureReport(place: SecureReport): i32 {
  return load<u8>(REPORT + <usize>place);
}

export function secureKeyBits(): i32 {
  return load<u16>(REPORT + <usize>SecureReport.KeyBits);
}

/** Seconds since 1970 of the certificate. */
export function secureNotBefore(): u32 {
  return load<u32>(REPORT + <usize>SecureReport.NotBefore);
}

export function secureNotAfter(): u32 {
  return load<u32>(REPORT + <usize>SecureReport.NotAfter);
}

export function secureTransactionPtr(): usize {
  return REPORT + <usize>SecureReport.Transaction;
}

export function secureTransactionBytes(): i32 {
  const bytes = secureReport(SecureReport.TransactionBytes);
  return bytes > SECURE_REPORT_BYTES - SecureReport.Transaction ? SECURE_REPORT_BYTES - SecureReport.Transaction : bytes;
}

/** Copies the message behind the report. Its bytes, or NoSpace for one that the target cannot hold whole. */
export function secureMessage(ptr: usize, capacity: i32): i32 {
  const bytes = halSeRead(SECURE_REPORT_BYTES, ptr, capacity);
  return bytes >= capacity ? Status.NoSpace : bytes;
}
