// Goal: a cable takes the time that its speed and length say, keeps the order, lets the telephone go first, and loses only what it says.
// Method: frames of known length in virtual time; each arrival with its microsecond.

import t from "tap";
import { Cable } from "../../host/network/cable.js";
import { Scheduler } from "../../host/scheduler.js";
import { frameOf, GROUP } from "../support/plain-link.js";
import { runUntil } from "../support/site.js";

/** 60 bytes and 24 of overhead: 672 bits. */
const small = (source: number): Uint8Array => frameOf(GROUP, source);
const large = (source: number): Uint8Array => {
  const bytes = new Uint8Array(1226);
  bytes.set(small(source));
  return bytes;
};

function bench(options: { speed: number; fullDuplex?: boolean; delayUs?: number }) {
  const scheduler = new Scheduler();
  const cable = new Cable({ scheduler, delayUs: 0, ...options });
  const heard: string[] = [];
  const note = (where: string) => (frame: Uint8Array) => void heard.push(`${where} ${frame[11]} at ${scheduler.nowUs}`);
  cable.near.onReceive(note("near"));
  cable.far.onReceive(note("far"));
  const run = (): string[] => {
    runUntil(scheduler, () => false);
    return heard.splice(0);
  };
  return { scheduler, cable, run };
}

t.test("a frame takes the time of its bits and of the way", (t) => {
  for (const [speed, us] of [[10, 68], [100, 7], [1000, 1]] as const) {
    const { cable, run } = bench({ speed });
    cable.near.send(small(1));
    t.same(run(), [`far 1 at ${us}`], `${speed} Mbit/s`);
  }
  const runt = bench({ speed: 10 });
  runt.cable.near.send(small(1).subarray(0, 20));
  t.same(runt.run(), ["far 1 at 68"], "no frame is shorter than 60 bytes on the cable");
  const { cable, run } = bench({ speed: 100, delayUs: 50 });
  cable.near.send(large(1));
  cable.near.send(small(2));
  t.same(run(), ["far 1 at 150", "far 2 at 157"], "1,250 bytes are 100 us; the next waits for it");
  t.end();
});

t.test("full duplex: both ways at once; half duplex: in turn", (t) => {
  const full = bench({ speed: 100 });
  full.cable.near.send(large(1));
  full.cable.far.send(large(2));
  t.same(full.run(), ["far 1 at 100", "near 2 at 100"]);
  const half = bench({ speed: 100, fullDuplex: false });
  for (const source of [1, 3, 5]) half.cable.near.send(large(source));
  half.cable.far.send(large(2));
  t.same(half.run(), ["far 1 at 100", "near 2 at 200", "far 3 at 300", "far 5 at 400"]);
  t.end();
});

t.test("the second queue waits for the first", (t) => {
  const { cable, run } = bench({ speed: 100 });
  cable.near.sendLow(large(7));
  cable.near.sendLow(large(8));
  cable.near.send(large(1));
  cable.near.send(large(2));
  t.same(run(), ["far 7 at 100", "far 1 at 200", "far 2 at 300", "far 8 at 400"]);
  t.end();
});

t.test("a cable that is pulled loses what waits and what is under way", (t) => {
  const { scheduler, cable, run } = bench({ speed: 100, delayUs: 1000 });
  cable.near.send(large(1));
  cable.near.send(large(2));
  runUntil(scheduler, () => scheduler.nowUs >= 100);
  cable.plug(0);
  cable.near.send(large(3));
  t.same(run(), []);
  t.equal(cable.tally.get("unplugged"), 3);
  cable.plug(10);
  cable.near.send(small(4));
  t.match(run(), [/^far 4 at /]);
  t.end();
});

t.test("256 frames wait at an end, the next is lost", (t) => {
  const { cable, run } = bench({ speed: 10 });
  for (let count = 0; count < 300; count++) cable.near.send(small(1));
  t.equal(run().length, 257, "one on the cable and 256 behind it");
  t.equal(cable.tally.get("queue full"), 43);
  t.end();
});
