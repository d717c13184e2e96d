// Goal: connections open, carry bytes and end as RFC 9293 and RFC 5961 say, segment by segment.
// Method: one stack against a puppet that sends what the case says; every segment that comes back is looked at. Each case
// is named after the section that it checks.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { Flag, Puppet } from "../../support/puppet.js";
import { Ear, ISS, at, expect, opened, served, summary, text } from "../../support/tcp-cases.js";
import { FAR } from "../../support/wire.js";

const { Fin, Syn, Rst, Psh, Ack } = Flag;

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
  t.strictSame({ ...summary(answer!), rest: rest.length }, { flags: Ack | Psh | Fin, sequence: una >>> 0,
    acknowledgment: at(10), bytes: 6, rest: 0 });
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
