// Goal: TCP carries every byte once and in order over a wire that loses, repeats, reorders and damages frames.
// Method: two of our stacks, a lossy link between them, one MiB in each direction at the same time, twenty seeds; SHA-256 of
// what was sent and of what arrived. The sequence numbers of some seeds wrap on the way.

import { createHash } from "node:crypto";
import t from "tap";
import { LossyLink, type LossyLinkOptions } from "../../../host/faults/lossy-link.js";
import type { StreamHandler, StreamService } from "../../../host/site/service.js";
import { Scheduler } from "../../../host/scheduler.js";
import { seededBytes } from "../../support/seeded.js";
import { FAR, MAC_FAR, MAC_NEAR, NEAR, cable, makeStack, run } from "../../support/wire.js";

const SEED_COUNT = 20;
const BYTES = 1 << 20;
const FAULTS = { loss: 0.05, duplicate: 0.02, reorder: 0.05, flip: 0.001, delayUs: 100, bandwidth: 100_000_000 };

const digest = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** Sends and receives at the same time, and closes when it has both done. */
function exchange(seed: number, faults: Partial<LossyLinkOptions>): { up: string; down: string; seconds: number; link: LossyLink } {
  const scheduler = new Scheduler();
  const [one, other] = cable();
  const link = new LossyLink(one, { scheduler, seed, ...faults });
  const near = makeStack({ link, scheduler, mac: MAC_NEAR, address: NEAR, seed });
  const far = makeStack({ link: other, scheduler, mac: MAC_FAR, address: FAR, seed: seed + 1000 });
  const up = createHash("sha256");
  let closed = "";
  const service: StreamService = {
    connect(peer): StreamHandler {
      peer.send(seededBytes(`down ${seed}`, BYTES));
      return { data: (bytes) => void up.update(bytes), closed: (how) => void (closed = how) };
    },
  };
  far.listenStream(80, service);
  const down = createHash("sha256");
  const target = new Uint8Array(4096);
  let left = BYTES;
  const connection = near.connect({ address: FAR, port: 80 }, () => {
    for (let bytes = connection.read(target); bytes > 0; bytes = connection.read(target)) {
      down.update(target.subarray(0, bytes));
      left -= bytes;
    }
  })!;
  connection.write(seededBytes(`up ${seed}`, BYTES));
  run(scheduler, () => left === 0);
  connection.close("reset");
  run(scheduler, () => closed !== "" && connection.state !== "fin-wait-1");
  if (closed !== "end") throw new Error(`the service heard "${closed}"`);
  return { up: up.digest("hex"), down: down.digest("hex"), seconds: scheduler.nowUs / 1e6, link };
}

t.test(`one MiB both ways, ${SEED_COUNT} seeds of a bad wire`, (t) => {
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { up, down, seconds, link } = exchange(seed, FAULTS);
    t.equal(up, digest(seededBytes(`up ${seed}`, BYTES)), `seed ${seed}: up`);
    t.equal(down, digest(seededBytes(`down ${seed}`, BYTES)), `seed ${seed}: down`);
    t.ok(link.counts.lost > 20 && link.counts.duplicated > 5 && link.counts.reordered > 20, `seed ${seed}: the wire was bad`);
    t.comment(`seed ${seed}: ${seconds.toFixed(1)} s, ${JSON.stringify(link.counts)}`);
  }
  t.end();
});

t.test("a good wire is filled", (t) => {
  const { up, seconds, link } = exchange(7, { delayUs: 100, bandwidth: 100_000_000 });
  t.equal(up, digest(seededBytes("up 7", BYTES)));
  // 2 MiB over one line of 12.5 MB/s in each direction take 0.09 s.
  t.ok(seconds < 0.2, `${seconds} s`);
  t.equal(link.counts.lost, 0);
  t.end();
});
