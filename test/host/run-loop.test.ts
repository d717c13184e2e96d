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

t.test("a frontend that draws for longer than a turn lasts does not stop the telephone", async (t) => {
  for (const speed of [64, "fast"] as const) {
    const scheduler = new Scheduler();
    let [ran, ticks] = [0, 0];
    for (let count = 1; count <= 50; count++) scheduler.in(count * 1000, () => void ran++);
    const board = {
      scheduler, network: { outstanding: false }, nextUs: () => scheduler.nextUs(), poll: () => undefined,
      advance: (nowUs: number) => {
        scheduler.nowUs = nowUs;
        scheduler.runDue();
      },
    } as unknown as Board;
    const draw = (): void => {
      ticks++;
      for (const beginMs = performance.now(); performance.now() - beginMs < 25;);
    };
    await new RunLoop(board).run({ speed, stop: () => ran === 50 || ticks === 60, tick: draw });
    t.equal(ran, 50, `${speed}: all that was due ran`);
  }
  t.end();
});
