// Goal: the TCP state machine does what RFC 9293, RFC 5961, RFC 6298 and RFC 5681 say, segment by segment.
// Method: one stack against a puppet that sends what the case says; every segment that comes back is looked at. Each case
// is named after the section that it checks. Numbers near 2^32 make every case a case of wrapping sequence numbers.

import t, { type Test } from "tap";
import { Status } from "../../../hal/abi.js";
import type { StreamHandler, StreamPeer } from "../../../host/site/service.js";
import { BACKLOG_COUNT_MAX, CONNECTION_COUNT_MAX } from "../../../host/network/stack/tcp-table.js";
import type { Segment } from "../../../host/network/stack/tcp-segment.js";
import type { TcpConnection } from "../../../host/network/stack/tcp.js";
import { Flag, Puppet } from "../../support/puppet.js";
import { FAR } from "../../support/wire.js";

const { Fin, Syn, Rst, Psh, Ack } = Flag;
/** The puppet's first sequence number: six bytes before the wrap. */
const ISS = 0xfffffffa;
const at = (count: number): number => (ISS + count) >>> 0;
const text = (data: string): Uint8Array => new TextEncoder().encode(data);

/** A service that keeps what it hears. */
class Ear {
  heard = "";
  ends: string[] = [];
  peer: StreamPeer | undefined;
  connect(peer: StreamPeer): StreamHandler {
    this.peer = peer;
    return { data: (bytes) => void (this.heard += new TextDecoder().decode(bytes)), closed: (how) => void this.ends.push(how) };
  }
}

/** The puppet opens a connection to a service; returns our first sequence number plus one. */
function served(mss?: number): { puppet: Puppet; ear: Ear; una: number } {
  const puppet = new Puppet();
  const ear = new Ear();
  puppet.stack.listenStream(80, ear);
  puppet.send(Syn, ISS, 0, { mss });
  const { sequence } = puppet.next();
  puppet.send(Ack, at(1), sequence + 1);
  return { puppet, ear, una: (sequence + 1) >>> 0 };
}

/** We open a connection to the puppet. */
function opened(window = 65535, mss = 1460): { puppet: Puppet; connection: TcpConnection; una: number } {
  const puppet = new Puppet();
  const connection = puppet.stack.connect({ address: FAR, port: puppet.port })!;
  puppet.targetPort = connection.localPort;
  puppet.idle(0);
  const { sequence } = puppet.next();
  puppet.send(Syn | Ack, ISS, sequence + 1, { window, mss });
  puppet.next();
  return { puppet, connection, una: (sequence + 1) >>> 0 };
}

const summary = (segment: Segment): object => {
  const { flags, sequence, acknowledgment } = segment;
  return { flags, sequence, acknowledgment, bytes: segment.data.length };
};

function expect(t: Test, puppet: Puppet, wanted: readonly object[], message: string): void {
  t.strictSame(puppet.segments.splice(0).map(summary), wanted, message);
}

t.test("RFC 9293 §3.5: a handshake from either side, with the MSS option", (t) => {
  const { puppet, connection, una } = opened();
  t.equal(connection.state, "established");
  t.equal(connection.status, Status.Ok);
  const passive = new Puppet();
  passive.stack.listenStream(80, new Ear());
  passive.send(Syn, ISS, 0, { mss: 1400 });
  const answer = passive.next();
  t.equal(answer.flags, Syn | Ack);
  t.equal(answer.acknowledgment, at(1));
  t.equal(answer.mss, 1460);
  connection.write(text("hello"));
  puppet.idle(0);
  expect(t, puppet, [{ flags: Ack | Psh, sequence: una, acknowledgment: at(1), bytes: 5 }], "data follows");
  t.end();
});

t.test("RFC 9293 §3.7.1: no segment is longer than the other side's MSS, 536 without the option, never below 64", (t) => {
  for (const [mss, bytes] of [[undefined, 536], [1000, 1000], [9000, 1460], [1, 64]] as const) {
    const { puppet, ear } = served(mss);
    ear.peer!.send(new Uint8Array(2000));
    puppet.idle(0);
    t.equal(puppet.next().data.length, bytes, `MSS ${mss}`);
  }
  t.end();
});

t.test("RFC 9293 §3.5, figure 8: both open at the same time", (t) => {
  const puppet = new Puppet();
  const connection = puppet.stack.connect({ address: FAR, port: puppet.port })!;
  puppet.targetPort = connection.localPort;
  puppet.idle(0);
  const { sequence } = puppet.next();
  puppet.send(Syn, ISS, 0);
  t.equal(connection.state, "syn-received");
  expect(t, puppet, [{ flags: Syn | Ack, sequence, acknowledgment: at(1), bytes: 0 }], "our SYN again, now with ACK");
  puppet.send(Syn | Ack, ISS, sequence + 1);
  t.equal(connection.state, "established");
  t.end();
});

t.test("RFC 9293 §3.10.7.3: in SYN-SENT a wrong acknowledgment is reset, a right reset refuses, a wrong one is nothing", (t) => {
  const puppet = new Puppet();
  const connection = puppet.stack.connect({ address: FAR, port: puppet.port })!;
  puppet.targetPort = connection.localPort;
  puppet.idle(0);
  const { sequence } = puppet.next();
  puppet.send(Syn | Ack, ISS, sequence + 7);
  expect(t, puppet, [{ flags: Rst, sequence: (sequence + 7) >>> 0, acknowledgment: 0, bytes: 0 }], "reset with their number");
  puppet.send(Rst | Ack, 0, sequence);
  puppet.send(Rst, 0, 0);
  t.equal(connection.state, "syn-sent");
  puppet.send(Rst | Ack, 0, sequence + 1);
  t.equal(connection.status, Status.Refused);
  t.equal(puppet.stack.tcp.count, 0);
  t.end();
});

t.test("RFC 9293 §3.10.7.1: a segment for nobody is reset, a reset for nobody is not", (t) => {
  const puppet = new Puppet();
  puppet.send(Syn, ISS, 0);
  expect(t, puppet, [{ flags: Rst | Ack, sequence: 0, acknowledgment: at(1), bytes: 0 }], "SYN to a closed port");
  puppet.send(Ack, ISS, 77, { data: text("abc") });
  expect(t, puppet, [{ flags: Rst, sequence: 77, acknowledgment: 0, bytes: 0 }], "ACK to a closed port");
  puppet.send(Rst, ISS, 0);
  expect(t, puppet, [], "silence");
  t.end();
});

t.test("a service that refuses, and a port that listens twice", (t) => {
  const puppet = new Puppet();
  t.ok(puppet.stack.listenStream(80, { refuses: () => true, connect: () => t.fail("connected") as never }));
  t.notOk(puppet.stack.listenStream(80, new Ear()));
  puppet.send(Syn, ISS, 0);
  t.equal(puppet.next().flags, Rst | Ack);
  t.end();
});

t.test("RFC 9293 §3.10.7.4: data early, twice and overlapping is delivered once, across the wrap", (t) => {
  const { puppet, ear, una } = served();
  puppet.send(Ack | Psh, at(5), una, { data: text("efgh") });
  expect(t, puppet, [{ flags: Ack, sequence: una, acknowledgment: at(1), bytes: 0 }], "a gap is answered at once");
  puppet.send(Ack | Psh, at(1), una, { data: text("abcdef") });
  t.equal(ear.heard, "abcdefgh");
  puppet.send(Ack | Psh, at(3), una, { data: text("cd") });
  t.equal(ear.heard, "abcdefgh");
  t.equal(puppet.segments.pop()!.acknowledgment, at(9));
  t.end();
});

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

t.test("RFC 5961 §3: a reset must hit the exact number; inside the window it is challenged, outside it is nothing", (t) => {
  const { puppet, ear, una } = served();
  puppet.send(Rst, at(2), 0);
  expect(t, puppet, [{ flags: Ack, sequence: una, acknowledgment: at(1), bytes: 0 }], "challenge");
  puppet.send(Rst, at(1) - 1, 0);
  puppet.send(Rst, at(70000), 0);
  expect(t, puppet, [], "silence");
  t.same(ear.ends, []);
  puppet.send(Rst, at(1), 0);
  t.same(ear.ends, ["reset"]);
  t.equal(puppet.stack.tcp.count, 0);
  t.end();
});

t.test("RFC 5961 §4 and §5: a SYN or an impossible acknowledgment is challenged, ten times in a second and no more", (t) => {
  const { puppet, ear, una } = served();
  puppet.send(Syn, at(50), 0);
  puppet.send(Ack, at(1), una + 1000, { data: text("x") });
  puppet.send(Ack, at(1), una - 70000, { data: text("x") });
  const challenge = { flags: Ack, sequence: una, acknowledgment: at(1), bytes: 0 };
  expect(t, puppet, [challenge, challenge, challenge], "challenges");
  for (let count = 0; count < 50; count++) puppet.send(Syn, at(50), 0);
  t.equal(puppet.segments.splice(0).length, 7);
  puppet.idle(1_000_000);
  puppet.send(Syn, at(50), 0);
  t.equal(puppet.segments.length, 1, "a second later there is one again");
  t.equal(ear.heard, "");
  t.end();
});

t.test("RFC 9293 §3.6: we close first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT for a minute", (t) => {
  const { puppet, connection, una } = opened();
  connection.write(text("bye"));
  connection.close("read");
  connection.write(text("too late"));
  puppet.idle(0);
  expect(t, puppet, [{ flags: Ack | Psh | Fin, sequence: una, acknowledgment: at(1), bytes: 3 }], "the last bytes and the FIN");
  puppet.send(Ack, at(1), una + 4);
  t.equal(connection.state, "fin-wait-2");
  puppet.send(Ack | Psh, at(1), una + 4, { data: text("still here") });
  const target = new Uint8Array(20);
  t.equal(connection.read(target), 10, "half-close: their half goes on");
  puppet.send(Ack | Fin, at(11), una + 4);
  t.equal(connection.state, "time-wait");
  t.ok(connection.ended);
  puppet.segments.length = 0;
  puppet.send(Ack | Fin, at(11), una + 4);
  expect(t, puppet, [{ flags: Ack, sequence: (una + 4) >>> 0, acknowledgment: at(12), bytes: 0 }], "their FIN again is answered again");
  puppet.idle(59_999_999);
  t.equal(puppet.stack.tcp.count, 1);
  puppet.idle(1);
  t.equal(puppet.stack.tcp.count, 0);
  t.end();
});

t.test("RFC 9293 §3.6: they close first: CLOSE-WAIT, LAST-ACK, gone; the service's last bytes still leave", (t) => {
  const puppet = new Puppet();
  puppet.stack.listenStream(80, {
    connect: (peer) => ({ data: () => peer.send(text("answer")), closed: (how) => void t.equal(how, "end") }),
  });
  puppet.send(Syn, ISS, 0);
  const una = puppet.next().sequence + 1;
  puppet.send(Ack | Fin, at(1), una, { data: text("question") });
  const [answer, ...rest] = puppet.segments.splice(0);
  t.strictSame({ ...summary(answer!), rest: rest.length }, { flags: Ack | Psh | Fin, sequence: una >>> 0, acknowledgment: at(10), bytes: 6, rest: 0 });
  puppet.send(Ack, at(10), una + 7);
  t.equal(puppet.stack.tcp.count, 0);
  t.end();
});

t.test("RFC 9293 §3.6, figure 13: both close at the same time: CLOSING, TIME-WAIT", (t) => {
  const { puppet, connection, una } = opened();
  connection.close("read");
  puppet.idle(0);
  puppet.send(Ack | Fin, at(1), una);
  t.equal(connection.state, "closing");
  puppet.send(Ack, at(2), una + 1);
  t.equal(connection.state, "time-wait");
  t.end();
});

t.test("RFC 9293 §3.10.4: bytes that nobody will read end the connection with a reset, before and after the close", (t) => {
  const before = opened();
  before.puppet.send(Ack | Psh, at(1), before.una, { data: text("unread") });
  before.connection.close("reset");
  t.equal(before.puppet.segments.pop()!.flags, Rst | Ack);
  const after = opened();
  after.connection.close("reset");
  after.puppet.idle(0);
  after.puppet.segments.length = 0;
  after.puppet.send(Ack | Psh, at(1), after.una + 1, { data: text("unread") });
  t.equal(after.puppet.next().flags, Rst | Ack);
  t.equal(after.puppet.stack.tcp.count, 0);
  t.end();
});

t.test("a peer that never closes its half is forgotten after a minute once nobody reads", (t) => {
  const { puppet, connection, una } = opened();
  connection.close("reset");
  puppet.idle(0);
  puppet.send(Ack, at(1), una + 1);
  t.equal(connection.state, "fin-wait-2");
  puppet.idle(60_000_000);
  t.equal(puppet.stack.tcp.count, 0);
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
  t.strictSame({ ...summary(puppet.segments[0]!), window: puppet.next().window }, { flags: Ack, sequence: una, acknowledgment: at(1 + sent), bytes: 0, window: 0 });
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

t.test("RFC 9293 §3.6.1: a later SYN opens anew in the place of a connection in TIME-WAIT", (t) => {
  const { puppet, ear, una } = served();
  ear.peer!.close();
  puppet.idle(0);
  puppet.send(Ack | Fin, at(1), una + 1);
  puppet.segments.length = 0;
  puppet.send(Syn, at(100_000), 0);
  t.equal(puppet.next().flags, Syn | Ack);
  t.end();
});

t.test("abort resets at once, and from SYN-SENT silently", (t) => {
  const { puppet, connection, una } = opened();
  connection.abort();
  expect(t, puppet, [{ flags: Rst | Ack, sequence: una, acknowledgment: at(1), bytes: 0 }], "a reset");
  const early = puppet.stack.connect({ address: FAR, port: 7 })!;
  puppet.idle(0);
  puppet.segments.length = 0;
  early.abort();
  puppet.idle(10_000_000);
  expect(t, puppet, [], "nothing");
  t.end();
});
