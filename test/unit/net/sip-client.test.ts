// Goal: a request is sent again when RFC 3261 says so, ends in time, and only an answer to it counts, whatever else arrives.
// Method: the client against a network that the test plays, in time that moves only as the client asks.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { Transport } from "../../../hal/events.js";
import { SipNetwork } from "../../support/sip-network.js";

const { Udp, Tcp } = Transport;
const seconds = (network: SipNetwork): number[] => network.sent.map(({ us }) => us / 1_000_000);

t.test("datagrams: timers E and F", (t) => {
  const network = new SipNetwork(Udp);
  network.start();
  t.equal(network.run().status, Status.TimedOut);
  t.equal(network.nowUs, 32_000_000, "64 times T1");
  t.same(seconds(network), [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], "T1, doubled up to T2");
  t.equal(new Set(network.sent.map(({ text }) => text)).size, 1, "always the same request");
  t.equal(network.core.call("client_send_count"), 11);
  t.end();
});

t.test("datagrams: a provisional answer makes it patient, a final one ends it", (t) => {
  const network = new SipNetwork(Udp);
  network.start();
  network.inbox.push(network.answer(100));
  t.equal(network.run().status, Status.TimedOut);
  t.same(seconds(network).slice(0, 4), [0, 4, 8, 12], "every T2 from then on");
  const answered = new SipNetwork(Udp);
  answered.start();
  answered.inbox.push(answered.answer(401));
  t.same(answered.run(), { status: Status.Ok, answer: 401 });
  t.end();
});

t.test("datagrams: what is not the answer is left alone", (t) => {
  const network = new SipNetwork(Udp);
  network.start();
  const right = network.answer(200);
  const text = Buffer.from(right).toString("latin1");
  const wrong = [
    text.replace(/branch=\S+/, "branch=z9hG4bK0"), text.replace(/Call-ID: ./, "Call-ID: x"), text.replace("CSeq: 1", "CSeq: 2"),
    text.replace("1 REGISTER", "1 OPTIONS"), "noise", "", text.slice(0, -4), `Via: x\r\n${text}`,
  ];
  for (const each of wrong) network.inbox.push(Buffer.from(each, "latin1"));
  t.equal(network.run().status, Status.TimedOut, "none of them counts");
  network.start();
  t.not(network.request, network.sent[0]!.text, "a new transaction");
  network.inbox.push(right);
  t.equal(network.run().status, Status.TimedOut, "an answer to the one before does not count");
  t.end();
});

t.test("each request has its own branch and number, in one dialogue", (t) => {
  const network = new SipNetwork(Tcp);
  const field = (name: string): string => new RegExp(`${name}([^;>\\r]*)`).exec(network.request)?.[1] ?? "";
  network.start();
  const before = ["branch=", "Call-ID: ", "tag=", "CSeq: "].map(field);
  network.start();
  const after = ["branch=", "Call-ID: ", "tag=", "CSeq: "].map(field);
  t.match(before[0], /^z9hG4bK[0-9a-f]{16}$/);
  t.not(before[0], after[0]);
  t.same(before.slice(1, 3), after.slice(1, 3));
  t.same([before[3], after[3]], ["1 REGISTER", "2 REGISTER"]);
  t.end();
});

t.test("a stream: answers in one segment, in pieces, behind other messages", (t) => {
  const network = new SipNetwork(Tcp);
  network.start();
  const other = Buffer.from("NOTIFY sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc", "latin1");
  const all = Buffer.concat([other, network.answer(100), network.answer(200), other.subarray(0, 20)]);
  network.inbox.push(all.subarray(0, 30), all.subarray(30));
  t.same(network.run(), { status: Status.Ok, answer: 200 });
  t.equal(network.sent.length, 1, "nothing is sent twice over a stream");
  network.core.call("client_keep");
  network.start();
  network.inbox.push(other.subarray(20), network.answer(404));
  t.same(network.run(), { status: Status.Ok, answer: 404 }, "what was left of the last read begins the next message");
  t.equal(network.openCount, 1, "over the same connection");
  t.end();
});

t.test("a stream that ends, or that is no SIP", (t) => {
  for (const [what, status] of [[Status.Closed, Status.Closed], [Status.Reset, Status.Reset],
    [Buffer.from("garbage\r\n"), Status.Invalid]] as const) {
    const network = new SipNetwork(Tcp);
    network.start();
    network.inbox.push(what);
    t.equal(network.run().status, status);
    t.equal(network.openCount, 1, "a new connection is not tried");
  }
  const silent = new SipNetwork(Tcp);
  silent.start();
  t.equal(silent.run().status, Status.TimedOut);
  t.equal(silent.nowUs, 32_000_000);
  t.end();
});

t.test("a connection that was used before and is closed by now is made anew, once", (t) => {
  const network = new SipNetwork(Tcp);
  network.start();
  network.inbox.push(network.answer(401));
  network.run();
  network.core.call("client_keep");
  network.start();
  network.inbox.push(Status.Closed, network.answer(200));
  t.same(network.run(), { status: Status.Ok, answer: 200 });
  t.same([network.openCount, network.sent.length], [2, 3]);
  network.core.call("client_keep");
  network.start();
  network.inbox.push(Status.Reset, Status.Reset);
  t.equal(network.run().status, Status.Reset);
  t.equal(network.openCount, 3);
  t.end();
});

t.test("a peer that never stops sending does not keep the client", (t) => {
  const network = new SipNetwork(Tcp);
  network.start();
  for (let count = 0; count < 400; count++) network.inbox.push(Buffer.alloc(4096, "\r\n"));
  t.equal(network.run().status, Status.TimedOut);
  t.end();
});

t.test("of two challenges SHA-256 is answered, whichever comes first; a nonce counts on until there is another", (t) => {
  const challenge = (algorithm: string, nonce: string): string =>
    `WWW-Authenticate: Digest realm="a", nonce="${nonce}", qop="auth", algorithm=${algorithm}\r\n`;
  const [md5, sha256] = ["MD5", "SHA-256"].map((name) => challenge(name, "one")) as [string, string];
  for (const both of [md5 + sha256, sha256 + md5]) {
    const network = new SipNetwork(Tcp);
    const next = (headers: string): string | undefined => {
      network.start();
      network.inbox.push(network.answer(401, headers));
      network.run();
      network.core.call("request_answer", 0);
      network.core.call("client_keep");
      network.start();
      const [, nonce, algorithm, count] = /nonce="(.*?)".*algorithm=([\w-]+).*nc=(\w+)/.exec(network.request) ?? [];
      return `${nonce} ${algorithm} ${count}`;
    };
    t.equal(next(both), "one SHA-256 00000001");
    t.equal(next(both), "one SHA-256 00000003", "the same nonce, and it was sent once more");
    t.equal(next(challenge("SHA-256", "other")), "other SHA-256 00000001");
  }
  t.end();
});
