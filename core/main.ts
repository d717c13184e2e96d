// The module's exports. `core_start` (asc's exportStart) runs once, then `init`, then `poll` for ever.

import { ABI_VERSION, Mode, POLL_ENDED } from "../hal/abi";
import "./base/panic"; // asc finds the abort function only in a file of the program.
import { timeInit, timePush, timeWait } from "./base/time";
import { traceBytes, traceInit, tracePointer } from "./base/trace";
import { machineEnded, machineInit, machinePoll } from "./boot/machine";
import { retainedInit } from "./boot/retained";
import { configCheck } from "./config";
import { screenFlush, screenInit } from "./ui/screen";

/** The contract that this module was compiled against. */
export function abi_version(): i32 {
  return ABI_VERSION;
}

/** Starts over: mode is a `Mode`, resetReason a `ResetCause`. */
export function init(mode: i32, resetReason: i32): void {
  assert(mode >= Mode.Telephone && mode <= Mode.Lex);
  configCheck();
  timeInit();
  traceInit();
  screenInit();
  retainedInit(resetReason);
  machineInit(mode);
  screenFlush();
}

/**
 * Works until nothing is left or the budget is used: at most 64 HAL calls and 16 KiB moved. Returns microseconds until it wants to be
 * called again, or -1 ended. A host calls earlier when a key was pressed, the link changed, or the network has news (a datagram, bytes,
 * an opened or failed stream, an answer to a question). A trap of this call or of `init` is a panic: make a new instance.
 */
export function poll(nowUs: i32): i32 {
  timePush(<u32>nowUs);
  machinePoll();
  screenFlush();
  return machineEnded() ? POLL_ENDED : timeWait();
}

/** Where the trace ring is: u32 entries ever written, u32 zero, then entries of u32 milliseconds, u8 code, 24 bits of value. */
export function trace_pointer(): usize {
  return tracePointer();
}

/** Bytes of the trace ring with its eight bytes of header. */
export function trace_bytes(): i32 {
  return traceBytes();
}
