// Goal: no frame makes the stack throw, grow or stop: 200,000 frames (or `OFFHOOK_FRAMES`), mutated from good ones and made of chance.
// Method: a seeded run (`OFFHOOK_SEED`, default 1) against a stack with services, a resolver and open connections; good frames
// come from a real exchange. Half of the mutants have their checksums made good again, so that they get past the first
// door. Bounds are checked all along, and at the end the stack must still serve a good client.

import t from "tap";
import { DnsServer } from "../../../host/network/stack/dns-server.js";
import { Stack } from "../../../host/network/stack/stack.js";
import { CONNECTION_COUNT_MAX } from "../../../host/network/stack/tcp-table.js";
import { Random } from "../../../host/random.js";
import { Scheduler } from "../../../host/scheduler.js";
import { random } from "../../support/random.js";
import { reseal } from "../../support/reseal.js";
import { FAR, MAC_FAR, MAC_NEAR, MASK_24, NEAR, cable, makeStack, runUntil } from "../../support/wire.js";

const FRAME_COUNT = Number(process.env["OFFHOOK_FRAMES"] ?? 200_000);
const SEED = Number(process.env["OFFHOOK_SEED"] ?? 1);
const below = random(SEED);

/** Frames of a good exchange, from the side of the one that is attacked: ARP, DNS, TCP with data, a closed port. */
function corpus(): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const scheduler = new Scheduler();
  const [one, other] = cable((frame) => void frames.push(frame));
  const near = makeStack({ link: one, scheduler, mac: MAC_NEAR, address: NEAR });
  serve(makeStack({ link: other, scheduler, mac: MAC_FAR, address: FAR }));
  near.resolve("a.example", [FAR]);
  const connection = near.connect({ address: FAR, port: 80 })!;
  connection.write(new Uint8Array(3000));
  runUntil(scheduler, 3_000_000);
  connection.close("read");
  near.udp.send(9, { address: FAR, port: 9 }, new Uint8Array(8));
  near.probe(FAR);
  runUntil(scheduler, 6_000_000);
  return frames;
}

function serve(stack: Stack): void {
  stack.listenStream(80, { connect: (peer) => ({ data: (bytes) => peer.send(bytes), closed: () => undefined }) });
  stack.listenDatagram(53, new DnsServer((name) => (name === "a.example" ? [1] : undefined)));
}

function mutate(frame: Uint8Array): Uint8Array {
  const bytes = below(8) === 0 ? frame.slice(0, below(frame.length + 1)) : frame.slice();
  for (let count = 1 + below(4); count > 0 && bytes.length > 0; count--) bytes[below(Math.min(bytes.length, 80))] = below(256);
  if (below(2) === 0) reseal(bytes);
  return bytes;
}

t.test(`${FRAME_COUNT} bad frames, seed ${SEED}`, (t) => {
  const good = corpus();
  t.ok(good.length > 20, `${good.length} good frames`);
  const scheduler = new Scheduler();
  const [one, other] = cable();
  const far = makeStack({ link: other, scheduler, mac: MAC_FAR, address: FAR, seed: SEED });
  serve(far);
  let connectionMax = 0;
  let neighbourMax = 0;
  for (let count = 0; count < FRAME_COUNT; count++) {
    const frame = good[below(good.length)]!;
    const bytes = below(20) === 0 ? Uint8Array.from({ length: below(1600) }, () => below(256)) : below(10) === 0 ? frame : mutate(frame);
    try {
      one.send(bytes);
      if (count % 1000 === 0) far.resolve("a.example", [NEAR]);
      scheduler.nowUs += below(2000);
      scheduler.runDue();
    } catch (error) {
      throw new Error(`frame ${count} of seed ${SEED}: ${Buffer.from(bytes).toString("hex")}`, { cause: error });
    }
    connectionMax = Math.max(connectionMax, far.tcp.count);
    neighbourMax = Math.max(neighbourMax, far.neighbourCount);
  }
  t.ok(connectionMax > 0 && connectionMax <= CONNECTION_COUNT_MAX, `${connectionMax} connections`);
  t.ok(neighbourMax > 0 && neighbourMax <= 64 + 16, `${neighbourMax} neighbours`);
  const reasons = far.tally.entries().map(([name]) => name);
  for (const name of ["arp-malformed", "frame-malformed", "ip-checksum", "ip-fragment", "ip-options", "tcp-checksum",
    "tcp-options", "tcp-refused"]) {
    t.ok(reasons.includes(name), `the frames reached the check "${name}"`);
  }
  t.ok(reasons.length < 40, "reasons are words of the program");
  const near = new Stack({ mac: MAC_NEAR, random: new Random(99) });
  near.onFrame((frame) => one.send(frame));
  one.onReceive((frame) => near.receiveFrame(frame));
  near.configure({ address: NEAR, mask: MASK_24, routers: [], mtu: 1500 });
  const connection = near.connect({ address: FAR, port: 80 })!;
  connection.write(Uint8Array.of(1, 2, 3));
  for (let count = 0; count < 100; count++) {
    runUntil(scheduler, scheduler.nowUs + 100_000);
    near.poll(scheduler.nowUs);
  }
  t.equal(connection.readableBytes, 3, "a good client is served");
  t.end();
});
