// A laboratory for the wire: a cable in memory, stacks on it, and telephone time that runs from event to event.
//
// Nothing here waits: `run` takes the scheduler's events until a condition holds or nothing is left, and fails the test
// with a sentence when the condition never comes.

import { addressOf } from "../../host/network/address.js";
import type { Link } from "../../host/network/link.js";
import { driveStack } from "../../host/network/stack-driver.js";
import { MTU_DEFAULT, Stack } from "../../host/network/stack/stack.js";
import { Random } from "../../host/random.js";
import { Scheduler } from "../../host/scheduler.js";

export const MASK_24 = addressOf("255.255.255.0");
export const MAC_NEAR = 0x020000000001;
export const MAC_FAR = 0x020000000002;
export const NEAR = addressOf("10.0.8.50");
export const FAR = addressOf("10.0.8.2");

/** Both ends of a cable: what one end sends, the other has at once. `seen` gets every frame. */
export function cable(seen: (frame: Uint8Array) => void = () => undefined): [Link, Link] {
  const takers: ((frame: Uint8Array) => void)[] = [() => undefined, () => undefined];
  const end = (own: number): Link => ({
    send: (frame) => {
      seen(frame);
      takers[1 - own]!(frame);
    },
    onReceive: (take) => void (takers[own] = take),
  });
  return [end(0), end(1)];
}

export function makeStack(options: { link: Link; scheduler: Scheduler; mac: number; address: number; seed?: number; mtu?: number }): Stack {
  const { link, scheduler, mac, address, seed = 1, mtu = MTU_DEFAULT } = options;
  const stack = new Stack({ mac, random: new Random(seed) });
  driveStack(stack, link, scheduler);
  stack.configure({ address, mask: MASK_24, routers: [], mtu });
  return stack;
}

/** Runs event after event until the condition holds. */
export function run(scheduler: Scheduler, done: () => boolean, untilUs = 3_600_000_000): void {
  while (!done()) {
    const nextUs = scheduler.nextUs();
    if (nextUs === undefined || nextUs > untilUs) throw new Error(`nothing more happens at ${scheduler.nowUs} us, and it is not done`);
    scheduler.nowUs = Math.max(nextUs, scheduler.nowUs);
    scheduler.runDue();
  }
}

/** Runs everything up to an instant. */
export function runUntil(scheduler: Scheduler, untilUs: number): void {
  for (let nextUs = scheduler.nextUs(); nextUs !== undefined && nextUs <= untilUs; nextUs = scheduler.nextUs()) {
    scheduler.nowUs = Math.max(nextUs, scheduler.nowUs);
    scheduler.runDue();
  }
  scheduler.nowUs = Math.max(scheduler.nowUs, untilUs);
}

export function idle(scheduler: Scheduler, us: number): void {
  runUntil(scheduler, scheduler.nowUs + us);
}
