// Joins a stack to a link and to the telephone's time: the stack is polled when it wants to be.
//
// In: frames of the link and the scheduler's present. Out: frames. Nothing is polled from inside a call of the stack or
// of the link: everything goes through the scheduler, so that the order of work is the order of time and insertion.

import type { Handle, Scheduler } from "../scheduler.js";
import type { Link } from "./link.js";
import type { Stack } from "./stack/stack.js";

/** `polled` is called after every poll: something may have arrived. */
export function driveStack(stack: Stack, link: Link, scheduler: Scheduler, polled: () => void = () => undefined): void {
  let planned: Handle | undefined;
  const plan = (atUs: number | undefined): void => {
    if (planned !== undefined && planned.timeUs === atUs) return;
    if (planned !== undefined) scheduler.cancel(planned);
    planned = atUs === undefined ? undefined : scheduler.at(atUs, run);
  };
  const run = (): void => {
    planned = undefined;
    stack.poll(scheduler.nowUs);
    plan(stack.pollAtUs());
    polled();
  };
  stack.onFrame((frame) => link.send(frame));
  stack.onWork(() => plan(scheduler.nowUs));
  link.onReceive((frame) => stack.receiveFrame(frame));
}
