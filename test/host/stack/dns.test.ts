// Goal: names are resolved as RFC 1035, 1123, 2308 and 5452 say, and no message can hang or mislead the resolver.
// Method: our client against our server over two stacks, against a hand-made server for what ours never says, and the
// message parser against every cut and every changed byte of an answer with compression.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { addressOf } from "../../../host/network/address.js";
import type { DnsClient } from "../../../host/network/stack/dns-client.js";
import { emitAnswer, emitQuestion, parseDns } from "../../../host/network/stack/dns-message.js";
import { DnsServer } from "../../../host/network/stack/dns-server.js";
import type { Stack } from "../../../host/network/stack/stack.js";
import { Scheduler } from "../../../host/scheduler.js";
import { FAR, MAC_FAR, MAC_NEAR, NEAR, cable, idle, makeStack } from "../../support/wire.js";

const NAMES: Readonly<Record<string, number[]>> = {
  "files.example.com": [addressOf("10.0.8.9"), addressOf("10.0.8.10")],
  "empty.example.com": [],
  files: [addressOf("10.0.8.11")],
};

interface Lab {
  readonly scheduler: Scheduler;
  readonly near: Stack;
  readonly far: Stack;
  ask(name: string, servers?: number[], domain?: string): DnsClient;
}

function lab(): Lab {
  const scheduler = new Scheduler();
  const [one, other] = cable();
  const near = makeStack({ link: one, scheduler, mac: MAC_NEAR, address: NEAR });
  const far = makeStack({ link: other, scheduler, mac: MAC_FAR, address: FAR, seed: 2 });
  const ask = (name: string, servers = [FAR], domain = ""): DnsClient => {
    const question = near.resolve(name, servers, domain);
    idle(scheduler, 0);
    return question;
  };
  return { scheduler, near, far, ask };
}

const withServer = (): Lab => {
  const made = lab();
  made.far.listenDatagram(53, new DnsServer((name) => NAMES[name]));
  return made;
};

/** A message with one question and records given as hex. */
function message(id: number, flags: string, question: string, records: readonly string[]): Uint8Array {
  const counts = `${(1).toString(16).padStart(4, "0")}${records.length.toString(16).padStart(4, "0")}00000000`;
  return Uint8Array.from(Buffer.from(id.toString(16).padStart(4, "0") + flags + counts + question + records.join(""), "hex"));
}
const FILES_EXAMPLE = "0566696c6573076578616d706c6503636f6d0000010001";
const A_RECORD = (name: string, address: string): string => `${name}000100010000003c0004${address}`;

t.test("addresses, a missing name, a name without addresses, any case", (t) => {
  const { ask } = withServer();
  t.same(ask("files.example.com").answer, NAMES["files.example.com"]);
  t.same(ask("FILES.Example.COM.").answer, NAMES["files.example.com"]);
  t.equal(ask("missing.example.com").answer, Status.NoName);
  t.equal(ask("empty.example.com").answer, Status.NoName);
  for (const name of ["", "a..b", `${"x".repeat(64)}.com`, Array.from({ length: 130 }, () => "a").join(".")]) {
    t.equal(ask(name).answer, Status.NoName, `cannot be asked: "${name.slice(0, 20)}"`);
  }
  t.end();
});

t.test("RFC 1123 §6.1.4.3: the search domain, before a name without a dot and after one with a dot", (t) => {
  const { ask } = withServer();
  t.same(ask("files", [FAR], "example.com").answer, NAMES["files.example.com"]);
  t.same(ask("files", [FAR], "example.org").answer, NAMES["files"], "then the name alone");
  t.same(ask("files.example", [FAR], "com").answer, NAMES["files.example.com"]);
  t.equal(ask("files.example.", [FAR], "com").answer, Status.NoName, "a last dot ends the search");
  t.end();
});

t.test("servers: one that is not there costs nothing, a silent one five seconds and three questions, all silent is TimedOut", (t) => {
  const closed = lab();
  const answered = closed.ask("files.example.com", [FAR, FAR, FAR]);
  idle(closed.scheduler, 1000);
  t.equal(answered.answer, Status.TimedOut, "three closed ports");
  const { scheduler, near, far, ask } = withServer();
  let questionCount = 0;
  far.udp.close(53);
  far.listenDatagram(53, { receive: () => void (questionCount += 1) });
  const silent = ask("files.example.com", [FAR]);
  idle(scheduler, 4_999_999);
  t.equal(silent.answer, Status.Pending);
  idle(scheduler, 1);
  t.equal(silent.answer, Status.TimedOut);
  t.equal(questionCount, 3);
  const none = ask("files.example.com", []);
  t.equal(none.answer, Status.TimedOut);
  const second = ask("files.example.com", [addressOf("10.0.8.200"), FAR]);
  idle(scheduler, 5_000_000);
  far.udp.close(53);
  far.listenDatagram(53, new DnsServer((name) => NAMES[name]));
  idle(scheduler, 1_000_000);
  t.same(second.answer, NAMES["files.example.com"]);
  const given = ask("files.example.com", [addressOf("10.0.8.201")]);
  given.cancel();
  idle(scheduler, 60_000_000);
  t.equal(near.pollAtUs(), undefined, "nothing is left to do");
  t.end();
});

t.test("RFC 5452 §9: an answer with another number, question, port or server does not count; a failure asks the next", (t) => {
  const { scheduler, far, ask } = lab();
  let asked: { id: number; port: number } = { id: 0, port: 0 };
  far.udp.open(53, { receive: (data, from) => void (asked = { id: parseDns(data)!.id, port: from.port }) });
  far.udp.open(54, { receive: () => undefined });
  const question = ask("files.example.com", [FAR, FAR]);
  const say = (id: number, flags: string, name: string, records: readonly string[], port = 53): void => {
    far.udp.send(port, { address: NEAR, port: asked.port }, message(id & 0xffff, flags, name, records));
    idle(scheduler, 0);
  };
  const record = A_RECORD("c00c", "0a000809");
  say(asked.id + 1, "8180", FILES_EXAMPLE, [record]);
  say(asked.id, "0180", FILES_EXAMPLE, [record]);
  say(asked.id, "8180", FILES_EXAMPLE.replace("66696c", "46494d"), [record]);
  say(asked.id, "8180", FILES_EXAMPLE.replace(/0001(0001)$/, "001c$1"), [record]);
  say(asked.id, "8180", FILES_EXAMPLE, [record], 54);
  t.equal(question.answer, Status.Pending);
  const before = asked.id;
  say(asked.id, "8182", FILES_EXAMPLE, []);
  t.not(asked.id, before, "a server that failed: the next is asked, with another number");
  say(asked.id, "8180", FILES_EXAMPLE.replace("66696c", "46494c"), [record]);
  t.same(question.answer, [addressOf("10.0.8.9")], "the case of the question does not matter");
  t.end();
});

t.test("aliases are followed within an answer, a circle of them ends", (t) => {
  const { scheduler, far, ask } = lab();
  const alias = (name: string, target: string): string =>
    `${name}000500010000003c${(target.length / 2).toString(16).padStart(4, "0")}${target}`;
  const answers: Record<string, string[]> = {
    good: [alias("c00c", "0162c012"), A_RECORD("0162c012", "0a000809"), A_RECORD("0163c012", "0a00080a")],
    circle: [alias("c00c", "0162c012"), alias("0162c012", "c00c")],
  };
  let current: string[] = [];
  far.udp.open(53, {
    receive: (data, from) => void far.udp.send(53, from, message(parseDns(data)!.id, "8180", FILES_EXAMPLE, current)),
  });
  current = answers["good"]!;
  t.same(ask("files.example.com").answer, [addressOf("10.0.8.9")]);
  current = answers["circle"]!;
  t.equal(ask("files.example.com").answer, Status.NoName);
  idle(scheduler, 0);
  t.end();
});

t.test("RFC 1035 §4.1.4: a name that jumps to itself, forward or in circles is refused; so is every cut of an answer", (t) => {
  for (const [why, name] of [["itself", "c00c"], ["forward", "c010"], ["in a circle", "0161c00c"],
    ["out of the message", "c0ff"], ["a reserved label", "8061"]] as const) {
    t.equal(parseDns(message(1, "0100", `${name}00010001`, [])), undefined, why);
  }
  const long = `${`3f${"61".repeat(63)}`.repeat(4)}00`;
  t.equal(parseDns(message(1, "0100", `${long}00010001`, [])), undefined, "256 bytes of name");
  const answer = message(1, "8180", FILES_EXAMPLE, [A_RECORD("c00c", "0a000809"), A_RECORD("c012", "0a00080a")]);
  t.equal(parseDns(answer)!.answers.length, 2);
  for (let bytes = 0; bytes < answer.length; bytes++) t.equal(parseDns(answer.subarray(0, bytes)), undefined, `${bytes} bytes`);
  for (let offset = 0; offset < answer.length; offset++) {
    for (let value = 0; value < 256; value++) {
      const changed = answer.slice();
      changed[offset] = value;
      parseDns(changed);
    }
  }
  t.end();
});

t.test("the server: refusals, and an answer that does not fit", (t) => {
  const reply = (data: Uint8Array): Uint8Array | undefined => {
    let answer: Uint8Array | undefined;
    const addresses = Array.from({ length: 100 }, (_, index) => index);
    const server = new DnsServer((name) => (name === "many" ? addresses : undefined));
    server.receive(data, { address: NEAR, port: 5000 }, (bytes) => void (answer = bytes));
    return answer;
  };
  const many = reply(emitQuestion(7, "many")!)!;
  t.ok(many.length <= 512);
  t.match(parseDns(many), { id: 7, isTruncated: true, isAnswer: true, code: 0 });
  t.equal(parseDns(reply(emitQuestion(7, "none")!)!)!.code, 3);
  t.equal(parseDns(reply(message(7, "1000", FILES_EXAMPLE, []))!)!.code, 4, "another operation");
  t.equal(parseDns(reply(Uint8Array.from([0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]))!)!.code, 1, "no question");
  t.match(parseDns(reply(message(7, "0100", "046d616e790000100001", []))!), { code: 0, answers: [] }, "a TXT record");
  t.equal(reply(new Uint8Array(5)), undefined);
  t.equal(reply(many), undefined, "an answer is not answered");
  const asked = parseDns(emitQuestion(9, "b.example")!)!;
  t.match(parseDns(emitAnswer(asked, 0, [1])), { question: { name: "b.example" }, answers: [{ name: "b.example", address: 1 }] });
  t.end();
});
