// Goal: time-outs, windows and bounds are those of RFC 9293, RFC 6298, RFC 5681 and RFC 6582, and a flood stays bounded.
// Method: one stack against a puppet that sends what the case says, in telephone time; segments and their times are looked at.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { RoundTrip } from "../../../host/network/stack/tcp-rtt.js";
import { BACKLOG_COUNT_MAX, CONNECTION_COUNT_MAX } from "../../../host/network/stack/tcp-table.js";
import { Flag, Puppet } from "../../support/puppet.js";
import { Ear, ISS, at, expect, opened, served, summary, text } from "../../support/tcp-cases.js";
import { FAR } from "../../support/wire.js";

const { Fin, Syn, Psh, Ack } = Flag;

t.test("RFC 9293 §3.8.6.3: an acknowledgment is delayed by at most 40 ms, and every second segment has one at once", (t) => {
  const { puppet, una } = served();
  puppet.send(Ack | Psh, at(1), una, { data: text("a") });
  expect(t, puppet, [], "not yet");
  puppet.idle(39_999);
  expect(t, puppet, [], "still not");
  puppet.idle(1);
  t.equal(puppet.next().acknowledgment, at(2));
  puppet.send(Ack | Psh, at(2), una, { data: text("b") });
  puppet.send(Ack | Psh, at(3), una, { data: text("c") });
  t.equal(puppet.next().acknowledgment, at(4));
  t.end();
});

t.test("RFC 6298: time-outs double from one second, and silence for 100 s is the end; a SYN gives up after 60 s", (t) => {
  const { puppet, connection } = opened();
  connection.write(text("?"));
  const times: number[] = [];
  const startUs = puppet.scheduler.nowUs;
  while (connection.state !== "closed") {
    puppet.scheduler.nowUs = Math.max(puppet.scheduler.nextUs()!, puppet.scheduler.nowUs);
    puppet.scheduler.runDue();
    for (const _ of puppet.segments.splice(0)) times.push(Math.round((puppet.scheduler.nowUs - startUs) / 1e5) / 10);
  }
  // The handshake took no time at all, so the first time-out is the least: 200 ms.
  t.strictSame(times.slice(0, 6), [0, 0.2, 0.6, 1.4, 3, 6.2]);
  t.equal(connection.status, Status.TimedOut);
  const silent = new Puppet();
  const lost = silent.stack.connect({ address: FAR, port: 81 })!;
  silent.idle(150_000_000);
  t.equal(lost.status, Status.TimedOut);
  t.ok(silent.segments.length >= 5 && silent.segments.every((segment) => segment.flags === Syn), `${silent.segments.length} SYNs`);
  t.end();
});

t.test("RFC 6298 §2: the time-out of a first and of a second measurement, its bounds and its doubling", (t) => {
  const trip = new RoundTrip();
  t.equal(trip.rtoUs, 1_000_000);
  trip.sample(1_000_000);
  t.equal(trip.rtoUs, 3_000_000, "SRTT 1 s and four times half of it");
  trip.sample(2_000_000);
  t.equal(trip.rtoUs, 3_625_000, "RTTVAR 0.75 x 0.5 + 0.25 x 1, SRTT 0.875 x 1 + 0.125 x 2");
  trip.backOff();
  t.equal(trip.rtoUs, 7_250_000);
  for (let count = 0; count < 9; count++) trip.backOff();
  t.equal(trip.rtoUs, 60_000_000);
  for (let count = 0; count < 99; count++) trip.sample(10);
  t.equal(trip.rtoUs, 200_000);
  t.end();
});

t.test("RFC 6298 §5 and Karn: the acknowledgment of a segment that was sent twice is not measured", (t) => {
  const { puppet, connection, una } = opened();
  connection.write(text("a"));
  puppet.idle(250_000);
  t.equal(puppet.segments.splice(0).length, 2, "sent, and sent again after 200 ms");
  puppet.send(Ack, at(1), una + 1);
  connection.write(text("b"));
  puppet.idle(399_999);
  t.equal(puppet.segments.splice(0).length, 1, "the doubled time-out of 400 ms stays");
  puppet.idle(1);
  t.equal(puppet.segments.splice(0).length, 1);
  t.end();
});

t.test("RFC 5681 §3.2: three duplicates send the missing segment at once, two do not", (t) => {
  const { puppet, connection, una } = opened();
  connection.write(new Uint8Array(4000));
  puppet.idle(0);
  puppet.segments.length = 0;
  puppet.send(Ack, at(1), una);
  puppet.send(Ack, at(1), una);
  expect(t, puppet, [], "two are a new order");
  puppet.send(Ack, at(1), una);
  t.strictSame(summary(puppet.next()), { flags: Ack, sequence: una, acknowledgment: at(1), bytes: 1460 });
  t.end();
});

t.test("RFC 5681 §2: an acknowledgment with another window is news of the window, and no duplicate", (t) => {
  const { puppet, connection, una } = opened();
  connection.write(new Uint8Array(4000));
  puppet.idle(0);
  puppet.segments.length = 0;
  for (let count = 1; count <= 6; count++) puppet.send(Ack, at(1), una, { window: 65535 - count });
  expect(t, puppet, [], "nothing is sent again");
  t.end();
});

t.test("RFC 6582 §3.2 step 1: after a time-out, duplicates of what was sent before it begin no second recovery", (t) => {
  const { puppet, connection, una } = opened();
  connection.write(new Uint8Array(4000));
  puppet.idle(0);
  puppet.segments.length = 0;
  puppet.idle(200_000);
  t.equal(puppet.next().sequence, una, "the time-out sends the first again");
  puppet.segments.length = 0;
  for (let count = 0; count < 5; count++) puppet.send(Ack, at(1), una);
  expect(t, puppet, [], "and these are the answers to the copies");
  t.end();
});

t.test("RFC 9293 §3.8.6.2.1: half of the largest window that there ever was is worth a segment", (t) => {
  const { puppet, connection, una } = opened(200);
  connection.write(new Uint8Array(1000));
  puppet.idle(0);
  t.equal(puppet.next().data.length, 200, "all of a window smaller than a segment");
  puppet.send(Ack, at(1), una + 200, { window: 99 });
  expect(t, puppet, [], "less than half of it is not");
  puppet.send(Ack, at(1), una + 200, { window: 100 });
  t.equal(puppet.next().data.length, 100);
  t.end();
});

t.test("RFC 6582 §3.2: a partial acknowledgment sends the next missing segment at once", (t) => {
  const { puppet, connection, una } = opened();
  connection.write(new Uint8Array(4000));
  puppet.idle(0);
  puppet.segments.length = 0;
  for (let count = 0; count < 3; count++) puppet.send(Ack, at(1), una);
  puppet.segments.length = 0;
  puppet.send(Ack, at(1), una + 1460);
  t.equal(puppet.next().sequence, (una + 1460) >>> 0);
  t.end();
});

t.test("RFC 9293 §3.8.6.1: a closed window is probed, ever more slowly, for as long as it is answered, and then opens", (t) => {
  const { puppet, connection, una } = opened(0);
  connection.write(text("waiting"));
  puppet.idle(0);
  expect(t, puppet, [], "nothing leaves into a closed window");
  let count = 0;
  for (let seconds = 0; seconds < 600; seconds++) {
    puppet.idle(1_000_000);
    for (const probe of puppet.segments.splice(0)) {
      t.equal(probe.data.length, 1);
      puppet.send(Ack, at(1), una, { window: 0 });
      count += 1;
    }
  }
  t.ok(count >= 12 && count <= 20, `${count} probes in ten minutes`);
  t.equal(connection.state, "established");
  puppet.send(Ack, at(1), una, { window: 100 });
  t.strictSame(summary(puppet.next()), { flags: Ack | Psh, sequence: una, acknowledgment: at(1), bytes: 7 });
  t.end();
});

t.test("RFC 9293 §3.8.6: our window closes, a probe is answered and refused, and reading opens it", (t) => {
  const { puppet, connection, una } = opened();
  let sent = 0;
  for (; sent < 65535; sent += Math.min(1460, 65535 - sent)) {
    puppet.send(Ack, at(1 + sent), una, { data: new Uint8Array(Math.min(1460, 65535 - sent)) });
  }
  puppet.idle(50_000);
  t.equal(puppet.segments.pop()!.window, 0);
  puppet.segments.length = 0;
  puppet.send(Ack, at(1 + sent), una, { data: text("x") });
  t.strictSame({ ...summary(puppet.segments[0]!), window: puppet.next().window }, { flags: Ack, sequence: una,
    acknowledgment: at(1 + sent), bytes: 0, window: 0 });
  t.equal(connection.readableBytes, 65535);
  connection.read(new Uint8Array(100));
  puppet.idle(0);
  expect(t, puppet, [], "§3.8.6.2.2: no word about a few bytes");
  connection.read(new Uint8Array(30000));
  puppet.idle(0);
  t.equal(puppet.next().window, 30100);
  t.end();
});

t.test("RFC 9293 §3.8.6.2.1: a small part of a large window is not worth a segment", (t) => {
  const { puppet, connection, una } = opened(4000);
  connection.write(new Uint8Array(10_000));
  puppet.idle(0);
  t.strictSame(puppet.segments.splice(0).map((segment) => segment.data.length), [1460, 1460], "the rest of 1,080 bytes waits");
  puppet.send(Ack, at(1), una + 2920, { window: 4000 });
  t.equal(puppet.segments[0]!.data.length, 1460);
  t.end();
});

t.test("a flood of SYNs: half-open connections are bounded, and a client gets through at once", (t) => {
  const { puppet, ear } = { puppet: new Puppet(), ear: new Ear() };
  puppet.stack.listenStream(80, ear);
  let countMax = 0;
  for (let port = 1024; port < 3024; port++) {
    puppet.port = port;
    puppet.send(Syn, ISS, 0);
    countMax = Math.max(countMax, puppet.stack.tcp.count);
  }
  t.equal(countMax, BACKLOG_COUNT_MAX);
  puppet.segments.length = 0;
  puppet.port = 50000;
  puppet.send(Syn, ISS, 0);
  puppet.send(Ack, at(1), puppet.next().sequence + 1, { data: text("let me in") });
  t.equal(ear.heard, "let me in");
  puppet.idle(200_000_000);
  t.equal(puppet.stack.tcp.count, 1, "what stayed half open is forgotten");
  t.end();
});

t.test("open connections are bounded: the one that was silent longest gives way", (t) => {
  const puppet = new Puppet();
  const ears: Ear[] = [];
  puppet.stack.listenStream(80, { connect: (peer) => (ears.push(new Ear()), ears[ears.length - 1]!.connect(peer)) });
  for (let count = 0; count < CONNECTION_COUNT_MAX + 10; count++) {
    puppet.port = 2000 + count;
    puppet.segments.length = 0;
    puppet.send(Syn, ISS, 0);
    puppet.send(Ack, at(1), puppet.next().sequence + 1);
    puppet.idle(1000);
  }
  t.equal(puppet.stack.tcp.count, CONNECTION_COUNT_MAX);
  t.same(ears.map((ear) => ear.ends.length).slice(0, 11), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
  t.end();
});

t.test("RFC 1337: a reset does not end TIME-WAIT, a minute does", (t) => {
  const { puppet, connection, una } = opened();
  connection.close("read");
  puppet.idle(0);
  puppet.send(Ack, at(1), una + 1);
  puppet.send(Fin | Ack, at(1), una + 1);
  t.equal(connection.state, "time-wait");
  puppet.send(Flag.Rst, at(2), 0);
  t.equal(connection.state, "time-wait", "else an old segment could reach a new connection of the same ports");
  puppet.idle(60_000_000);
  t.equal(connection.state, "closed");
  t.end();
});

t.test("FIN-WAIT-2: a peer that does not close its half is given a minute, unless somebody still reads", (t) => {
  for (const [rest, state] of [["read", "fin-wait-2"], ["discard", "closed"], ["reset", "closed"]] as const) {
    const { puppet, connection, una } = opened();
    connection.close(rest);
    puppet.idle(0);
    puppet.send(Ack, at(1), una + 1);
    puppet.idle(59_000_000);
    t.equal(connection.state, "fin-wait-2", rest);
    puppet.idle(1_000_000);
    t.equal(connection.state, state, rest);
  }
  t.end();
});

t.test("RFC 9293 §3.10.7.4: an old segment's window does not count, a newer one's does", (t) => {
  const { puppet, connection, una } = opened(3000);
  puppet.send(Ack, at(2), una, { window: 5000 });
  puppet.send(Ack, at(1), una, { window: 0 });
  connection.write(new Uint8Array(100));
  puppet.idle(0);
  t.equal(puppet.segments.pop()!.data.length, 100);
  t.end();
});

t.test("a segment without bytes stands before the byte of a window probe, which was refused", (t) => {
  const { puppet, connection, una } = opened(0);
  connection.write(text("waiting"));
  puppet.idle(300_000);
  t.equal(puppet.segments.splice(0).length, 1, "the probe");
  puppet.send(Ack, at(1), una, { window: 0, data: text("x") });
  puppet.idle(50_000);
  t.equal(puppet.next().sequence, una);
  t.end();
});

t.test("a FIN just outside our window is refused with its place in it", (t) => {
  const { puppet, connection, una } = opened();
  for (let sent = 0; sent < 65535; sent += 1285) {
    const isLast = sent + 1285 === 65535;
    puppet.send(isLast ? Ack | Fin : Ack, at(1 + sent), una, { data: new Uint8Array(1285) });
  }
  t.equal(connection.readableBytes, 65535);
  t.equal(connection.state, "established");
  connection.read(new Uint8Array(65535));
  puppet.idle(0);
  puppet.send(Ack | Fin, at(65536), una);
  t.equal(connection.state, "close-wait");
  t.end();
});
