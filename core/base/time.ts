// The telephone's clock, and when it wants to be polled again.
//
// The host's `nowUs` is a u32 that wraps after 71 minutes; here it is widened to 64 bits. Nothing else reads a clock.
// Everything that waits says so with `timeWake…` in each poll; the soonest wish is what `poll` answers.

import { POLL_WAIT_US_MAX } from "../../hal/abi";

let nowUs: u64 = 0;
let wakeUs: u64 = 0;

/** Starts the clock at the host's time. */
export function timeInit(): void {
  nowUs = 0;
  wakeUs = 0;
}

/** Takes the host's time; a poll begins with this. */
export function timePush(hostUs: u32): void {
  nowUs += <u64>(hostUs - <u32>nowUs);
  wakeUs = nowUs + POLL_WAIT_US_MAX;
}

/** Microseconds since power-up, never falling. */
export function timeNow(): u64 {
  return nowUs;
}

/** Wants the next poll at once: there is work left. */
export function timeWakeNow(): void {
  wakeUs = nowUs;
}

/** Wants a poll no later than this moment. */
export function timeWakeAt(deadlineUs: u64): void {
  if (deadlineUs < wakeUs) wakeUs = deadlineUs < nowUs ? nowUs : deadlineUs;
}

/** Wants a poll within this many microseconds. */
export function timeWakeIn(us: u32): void {
  timeWakeAt(nowUs + us);
}

/** Microseconds until the soonest wish; what `poll` answers. */
export function timeWait(): i32 {
  return <i32>(wakeUs - nowUs);
}
