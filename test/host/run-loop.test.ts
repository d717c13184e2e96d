// Goal: what comes in from outside while engines settle is looked at at its own instant, not at the next one that somebody waits for.
// Method: a board that waits for eight seconds, and a network that wakes the loop in the middle of its own settling.

import t from "tap";
import type { Board } from "../../host/board.js";
import { RunLoop } from "../../host/run-loop.js";
import { Scheduler } from "../../host/scheduler.js";

const WAIT_US = 8_000_000;

t.test("time stands for what arrived while the engines were at work", async (t) => {
  const scheduler = new Scheduler();
  const polledUs: number[] = [];
  let settles = 0;
  const settle = (): Promise<void> | undefined => {
    settles += 1;
    return settles === 1 ? Promise.resolve().then(() => loop.wake()) : undefined;
  };
  scheduler.in(0, () => undefined);
  scheduler.in(WAIT_US, () => undefined);
  const board = {
    scheduler,
    network: { outstanding: false, settle },
    nextUs: () => scheduler.nextUs(),
    advance: (nowUs: number) => {
      scheduler.nowUs = nowUs;
      scheduler.runDue();
    },
    poll: () => void polledUs.push(scheduler.nowUs),
  } as unknown as Board;
  const loop = new RunLoop(board);
  await loop.run({ speed: "fast", stop: () => false });
  t.same(polledUs, [0], "polled at once");
  t.same(scheduler.nowUs, WAIT_US, "then time goes on");
});
