// Far ends for tests: services made of functions, and a virtual clock that is run until a condition holds.

import { Scheduler } from "../../host/scheduler.js";
import type { StreamHandler, StreamPeer, StreamService } from "../../host/site/service.js";

/** Events that a test waits through at the most; more means that its condition never comes. */
const EVENT_COUNT_MAX = 200_000;

/** Runs event after event until the condition holds. Returns false when nothing is left to run. */
export function runUntil(scheduler: Scheduler, done: () => boolean): boolean {
  for (let count = 0; count < EVENT_COUNT_MAX; count++) {
    if (done()) return true;
    const next = scheduler.nextUs();
    if (next === undefined) return false;
    scheduler.nowUs = next;
    scheduler.runDue();
  }
  throw new Error(`not done after ${EVENT_COUNT_MAX} events`);
}

/** A service whose one connection is kept for the test to play with. */
export class PlainService implements StreamService {
  readonly received: number[] = [];
  readonly ends: string[] = [];
  peer: StreamPeer | undefined;
  connectionCount = 0;

  connect(peer: StreamPeer): StreamHandler {
    this.peer = peer;
    this.connectionCount += 1;
    return {
      data: (bytes) => void this.received.push(...bytes),
      closed: (how) => void this.ends.push(how),
    };
  }
}

/** Bytes that differ from their neighbours and from a shifted copy of themselves. */
export function pattern(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 167 + (index >> 8) * 13) & 0xff);
}
