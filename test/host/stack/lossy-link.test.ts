// Goal: the lossy link does what its rates say, the same for a seed, and nothing else.
// Method: 10,000 numbered frames over it, one fault at a time; counts, order and times of what arrives.

import t from "tap";
import { LossyLink, type LossyLinkOptions } from "../../../host/faults/lossy-link.js";
import { Scheduler } from "../../../host/scheduler.js";
import { cable, runUntil } from "../../support/wire.js";

const COUNT = 10_000;

function carry(options: Partial<LossyLinkOptions>, gapUs = 10): { numbers: number[]; times: number[]; link: LossyLink } {
  const scheduler = new Scheduler();
  const [one, other] = cable();
  const link = new LossyLink(one, { scheduler, seed: 3, ...options });
  const numbers: number[] = [];
  const times: number[] = [];
  other.onReceive((frame) => {
    numbers.push((frame[0]! << 8) | frame[1]!);
    times.push(scheduler.nowUs);
  });
  for (let index = 0; index < COUNT; index++) {
    runUntil(scheduler, index * gapUs);
    link.send(Uint8Array.of(index >>> 8, index));
  }
  runUntil(scheduler, 1e9);
  return { numbers, times, link };
}

const inOrder = (numbers: readonly number[]): boolean => numbers.every((number, index) => index === 0 || numbers[index - 1]! < number);

t.test("without faults every frame arrives at once and in order", (t) => {
  const { numbers, times } = carry({});
  t.equal(numbers.length, COUNT);
  t.ok(inOrder(numbers) && times.every((time, index) => time === index * 10));
  t.end();
});

t.test("loss, damage, repetition and order, each by itself, near its rate", (t) => {
  const lost = carry({ loss: 0.05 });
  t.ok(lost.link.counts.lost > 400 && lost.link.counts.lost < 600, `${lost.link.counts.lost} lost`);
  t.equal(lost.numbers.length, COUNT - lost.link.counts.lost);
  t.ok(inOrder(lost.numbers));
  const flipped = carry({ flip: 0.01 });
  t.equal(flipped.numbers.length, COUNT - flipped.link.counts.flipped, "a damaged frame never arrives");
  t.ok(flipped.link.counts.flipped > 50 && flipped.link.counts.flipped < 150);
  const doubled = carry({ duplicate: 0.02 });
  t.equal(doubled.numbers.length, COUNT + doubled.link.counts.duplicated);
  t.ok(doubled.link.counts.duplicated > 100);
  const late = carry({ reorder: 0.05 });
  t.equal(new Set(late.numbers).size, COUNT);
  t.ok(!inOrder(late.numbers) && late.link.counts.reordered > 400);
  t.end();
});

t.test("a seed is a run, and one rate does not change what another does", (t) => {
  t.strictSame(carry({ loss: 0.05, reorder: 0.05 }).numbers, carry({ loss: 0.05, reorder: 0.05 }).numbers);
  t.notSame(carry({ loss: 0.05 }).numbers, carry({ loss: 0.05, seed: 4 }).numbers);
  t.strictSame(carry({ loss: 0.05, duplicate: 0.1 }).link.counts.lost, carry({ loss: 0.05 }).link.counts.lost);
  t.end();
});

t.test("delay, bandwidth and a bound on what is on the way", (t) => {
  t.ok(carry({ delayUs: 700 }).times.every((time, index) => time === index * 10 + 700));
  // 26 bytes with their framing at 1 Mbit/s take 208 us.
  const slow = carry({ bandwidth: 1_000_000 }, 1000);
  t.ok(slow.times.every((time, index) => time === index * 1000 + 208));
  t.ok(carry({ bandwidth: 1_000_000 }, 0).link.counts.overflowed > 8000);
  t.end();
});

t.test("a cut loses what is on the way and everything after, in both directions, until it is whole", (t) => {
  const scheduler = new Scheduler();
  const [one, other] = cable();
  const link = new LossyLink(one, { scheduler, seed: 1, delayUs: 100 });
  const arrived: string[] = [];
  other.onReceive(() => void arrived.push("out"));
  link.onReceive(() => void arrived.push("in"));
  link.send(new Uint8Array(60));
  link.isCut = true;
  link.send(new Uint8Array(60));
  other.send(new Uint8Array(60));
  runUntil(scheduler, 1000);
  t.same(arrived, []);
  t.equal(link.counts.lost, 3);
  link.isCut = false;
  link.send(new Uint8Array(60));
  other.send(new Uint8Array(60));
  runUntil(scheduler, 2000);
  t.same(arrived, ["out", "in"]);
  t.end();
});
