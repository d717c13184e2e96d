// Goal: events run in (time, insertion) order, exactly once, and never after they were cancelled.
// Method: hand-made orders, then 2,000 seeded operations compared with a sorted list that does the same naively.

import t from "tap";
import { Scheduler, type Handle } from "../../host/scheduler.js";
import { random } from "../support/random.js";

t.test("takes what is due in order of time, then of insertion", (t) => {
  const scheduler = new Scheduler();
  const seen: string[] = [];
  scheduler.at(20, () => seen.push("b"));
  scheduler.at(10, () => seen.push("a"));
  scheduler.at(20, () => seen.push("c"));
  scheduler.at(21, () => seen.push("late"));
  t.equal(scheduler.nextUs(), 10);
  t.equal(scheduler.runDue(), 0, "nothing is due at 0");
  scheduler.nowUs = 20;
  t.equal(scheduler.runDue(), 3);
  t.same(seen, ["a", "b", "c"]);
  t.equal(scheduler.nextUs(), 21);
  t.end();
});

t.test("an action may plan for the present, and the past is the present", (t) => {
  const scheduler = new Scheduler();
  const seen: string[] = [];
  scheduler.nowUs = 100;
  scheduler.at(5, () => {
    seen.push("first");
    scheduler.in(0, () => seen.push("second"));
    scheduler.in(1, () => seen.push("next"));
  });
  t.equal(scheduler.nextUs(), 100);
  t.equal(scheduler.runDue(), 2);
  t.same(seen, ["first", "second"]);
  t.equal(scheduler.nextUs(), 101);
  t.end();
});

t.test("a cancelled action does not run and is not waited for", (t) => {
  const scheduler = new Scheduler();
  const first = scheduler.at(1, () => t.fail("cancelled"));
  let ran = 0;
  const second = scheduler.at(2, () => ran++);
  scheduler.cancel(first);
  t.equal(scheduler.nextUs(), 2);
  scheduler.nowUs = 2;
  t.equal(scheduler.runDue(), 1);
  scheduler.cancel(second);
  scheduler.cancel(second);
  t.equal(ran, 1);
  t.equal(scheduler.nextUs(), undefined);
  t.end();
});

t.test("an event that plans itself for ever at one instant is an error, not a hang", (t) => {
  const scheduler = new Scheduler();
  const again = (): void => void scheduler.in(0, again);
  again();
  t.throws(() => scheduler.runDue(), RangeError);
  t.throws(() => scheduler.at(Number.NaN, again), RangeError);
  t.end();
});

t.test("agrees with a sorted list over 2,000 seeded operations", (t) => {
  const scheduler = new Scheduler();
  const next = random(7);
  const handles: Handle[] = [];
  let expected: { time: number; id: number }[] = [];
  const seen: number[] = [];
  const wanted: number[] = [];
  for (let id = 0; id < 2000; id++) {
    const time = scheduler.nowUs + next(50);
    handles.push(scheduler.at(time, () => seen.push(id)));
    expected.push({ time, id });
    if (next(4) === 0) {
      const victim = next(id + 1);
      scheduler.cancel(handles[victim]!);
      expected = expected.filter((entry) => entry.id !== victim);
    }
    if (next(5) === 0) {
      scheduler.nowUs += next(20);
      scheduler.runDue();
      const due = expected.filter((entry) => entry.time <= scheduler.nowUs);
      due.sort((a, b) => a.time - b.time || a.id - b.id).forEach((entry) => wanted.push(entry.id));
      expected = expected.filter((entry) => entry.time > scheduler.nowUs);
    }
  }
  t.ok(seen.length > 1000, `${seen.length} ran`);
  t.same(seen, wanted);
  t.end();
});
