// Goal: a verdict's frames are those that carried its events, and those of its own start-up that nobody answered; a few, in order.
// Method: made-up facts of frames beside hand-made runs.

import t from "tap";
import type { Code, Evidence } from "../../host/event-types.js";
import type { FrameFact, FrameKind } from "../../host/network/frame-log.js";
import { verdictOf, type EndBody } from "../../host/verdict.js";
import { withFrames } from "../../host/verdict-frames.js";
import { run, type Run } from "../support/runs.js";

const OWN = "10.0.8.50";
const fact = (frame: number, ms: number, kind: FrameKind, address = "10.0.8.2", direction: FrameFact["direction"] = "out"): FrameFact =>
  ({ frame, ms, kind, address, direction });

function framesOf(story: Run, code: Code, evidence: readonly Evidence[], facts: readonly FrameFact[], cause = ""): number[] {
  const base: EndBody = verdictOf(story.events, story.facts, { ended: "timeout", wanted: "login", strict: true, lenient: false });
  const body = withFrames({ ...base, ok: false, code, cause, evidence }, story.events, facts);
  return body.evidence.flatMap((item) => ("frame" in item ? [item.frame] : []));
}

t.test("the request and the answer of an HTTP event, the last before it and none behind it", (t) => {
  const story = run().at(1000).http({ try: 1, server: "10.0.8.2", url: "http://10.0.8.2/a", status: 404 });
  const n = story.events.at(-1)!.n;
  const facts = [
    fact(1, 100, "http-answer"), fact(2, 500, "http-request"), fact(3, 600, "http-answer"), fact(4, 900, "http-request"),
    fact(5, 1000, "http-answer"), fact(6, 1001, "http-request"), fact(7, 1001, "http-answer"),
  ];
  t.same(framesOf(story, "http-status", [{ event: n }], facts), [4, 5]);
  t.same(framesOf(story, "http-status", [{ event: n }, { event: n }], facts), [4, 5], "each once");
  t.end();
});

t.test("without an answer, how far it came with this server", (t) => {
  const story = run().at(1000).http({ try: 0, server: "10.0.8.2", url: "http://10.0.8.2/a", error: "refused" });
  const event = { event: story.events.at(-1)!.n };
  const connected = [fact(1, 10, "arp-request"), fact(2, 20, "connect"), fact(3, 30, "connect", "10.0.8.9"),
    fact(4, 40, "reset", "10.0.8.9", "in"), fact(5, 50, "reset", "10.0.8.2", "in")];
  t.same(framesOf(story, "server-unreachable", [event], connected), [2, 5], "its own reset, not another server's");
  t.same(framesOf(story, "server-unreachable", [event], connected.slice(0, 1)), [1], "nobody answered ARP");
  t.same(framesOf(story, "server-unreachable", [event], [fact(1, 10, "http-request", "10.0.8.9")]), []);
  t.end();
});

t.test("what nobody answered is of the start-up that is judged", (t) => {
  const story = run().at(1000).dhcp({ message: "discover" }).at(2000).reset("vlan").state("power-up").at(5000).dhcp({ message: "discover" })
    .at(9000).state("power-up");
  const facts = [1000, 1500, 5000, 6000, 7000, 9500].map((ms, index) => fact(index + 1, ms, "dhcp-discover"));
  const second = { event: story.events.findLast(({ event }) => event === "dhcp")!.n };
  t.same(framesOf(story, "no-offer", [second], facts), [3, 5], "its first and its last, and no other start-up's");
  const asked = [fact(1, 5000, "arp-request", "10.0.8.1"), fact(2, 5100, "arp-request", "10.0.8.7"),
    fact(3, 5200, "arp-request", "10.0.8.1"), fact(4, 5300, "arp-request", "10.0.8.1", "in")];
  t.same(framesOf(story, "router-silent", [second], asked, "10.0.8.1 did not answer"), [1, 3], "of the routers alone");
  t.end();
});

t.test("who has the address is in the last reply, and there are never more than six", (t) => {
  const story = run().at(100).dhcp({ message: "ack" });
  const event = { event: story.events.at(-1)!.n };
  const replies = [fact(1, 50, "dhcp-ack", OWN, "in"), fact(2, 200, "arp-reply", OWN, "in"), fact(3, 300, "arp-reply", OWN, "in")];
  t.same(framesOf(story, "address-conflict", [event], replies), [1, 3]);
  const owned = replies.map((reply, index) => ({ ...reply, mac: `02:00:00:00:00:0${index}` }));
  const end = verdictOf(story.events, story.facts, { ended: "timeout", wanted: "login", strict: true, lenient: false });
  const told = (code: Code): string => withFrames({ ...end, code, cause: "Taken.", evidence: [event] }, story.events, owned.slice(1)).cause;
  t.equal(told("address-conflict"), "Taken. The answer came from 02:00:00:00:00:02.");
  t.equal(told("no-offer"), "Taken.");
  const many = run();
  for (let count = 0; count < 5; count++) many.at(1000 * count).http({ server: "10.0.8.2", url: "http://10.0.8.2/a", status: 404 });
  const facts = many.events.slice(-5).flatMap(({ t }, index) =>
    [fact(2 * index + 1, t, "http-request"), fact(2 * index + 2, t, "http-answer")]);
  const all = many.events.slice(-5).map(({ n }) => ({ event: n }));
  t.same(framesOf(many, "http-status", all, facts), [1, 2, 3, 4, 5, 6]);
  t.end();
});

t.test("none for a run that is ok, nor on a network without frames", (t) => {
  const story = run().at(100).dhcp({ message: "ack" }).state("login");
  const body = verdictOf(story.events, story.facts, { ended: "reached", wanted: "login", strict: true, lenient: false });
  t.equal(withFrames({ ...body, evidence: [{ event: 3 }] }, story.events, [fact(1, 0, "dhcp-ack")]).evidence.length, 1);
  t.same(framesOf(story, "no-offer", [{ event: 3 }], []), []);
  t.end();
});
