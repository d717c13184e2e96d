// Goal: a bad cable delays a start-up and never stops it, and a run is a function of its seed, to the last frame.
// Method: twenty seeds of a cable that loses 5 %, duplicates 2 %, reorders 5 % and flips bits in 0.1 %; an update each. Two runs compared.

import t from "tap";
import { builtInLan } from "../../host/site/lans.js";
import { telephone } from "../support/lans.js";
import { play, software, type Played, type Scenario } from "../support/scenario.js";

const SEED_COUNT = 20;
const lossy: Omit<Scenario, "seed"> = {
  ...telephone, name: "lossy", lan: builtInLan("lossy")!,
  files: {
    "96xxupgrade.txt": "SET APPNAME app2.bin\nSET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.3\nGET 46xxsettings.txt\n",
    "46xxsettings.txt": "SET PROCSTAT 0\n", "app2.bin": software("app2.bin", { bytes: 60_000 }).bytes,
  },
};
const run = (seed: number): Played => play({ ...lossy, seed });

t.test(`${SEED_COUNT} seeds reach login with the new software`, (t) => {
  const sums = { carried: 0, lost: 0, duplicated: 0, reordered: 0, flipped: 0, overflowed: 0 };
  const seconds: number[] = [];
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { end, violations, built } = run(seed);
    t.same([violations, end.state, end.code, end.appname], [[], "login", "reached", "app2.bin"], `seed ${seed}`);
    const counts = built!.lan.lossy!.counts;
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += counts[name];
    seconds.push(Math.round(end.t / 1000));
  }
  t.comment(`${JSON.stringify(sums)}; ${Math.min(...seconds)} to ${Math.max(...seconds)} s of the telephone's time`);
  const all = sums.carried - sums.duplicated + sums.lost + sums.flipped;
  const share = (count: number, wanted: number): boolean => t.ok(Math.abs(count / all - wanted) < wanted * 0.4 + 0.001,
    `${count} of ${all} is about ${wanted}`);
  share(sums.lost, 0.05);
  share(sums.duplicated, 0.02);
  share(sums.reordered, 0.05);
  t.ok(sums.flipped > 0);
  t.end();
});

t.test("two runs of a seed are equal in transcript, events and capture; another seed is another run", (t) => {
  const [first, second, other] = [run(7), run(7), run(8)];
  t.equal(second.transcript, first.transcript);
  t.same(second.events, first.events);
  t.same(second.capture, first.capture);
  t.ok(first.capture.frameCount > 100);
  t.not(other.capture.digest, first.capture.digest);
  t.end();
});
