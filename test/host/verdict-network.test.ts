// Goal: what goes wrong on the line has its code, and its text names the address, the routers or the VLANs and a next step.
// Method: hand-made runs, a failing and a mended one for each code, judged as `--server` would (strict).

import t from "tap";
import type { Code, VlanEvent } from "../../host/event-types.js";
import { verdictOf, type EndBody, type RunOutcome } from "../../host/verdict.js";
import { run, type Run } from "../support/runs.js";

const judge = (story: Run, outcome: Partial<RunOutcome> = {}): EndBody =>
  verdictOf(story.events, story.facts, { ended: "reached", wanted: "login", strict: true, lenient: false, ...outcome });
const TIMEOUT = { ended: "timeout" } as const;
const LOOP = { ended: "reset-loop" } as const;

/** Bound by DHCP; the ACK is event 6. */
const leased = (): Run => run().state("link", "dhcp").dhcp({ message: "discover" })
  .dhcp({ message: "ack", address: "10.0.8.50", server: "10.0.8.1", lease: 600 }).parameter("IPADD", "10.0.8.50", "dhcp").state("conflict");
const move = (from: number, to: number, reason: string, changed = true): Omit<VlanEvent, "n" | "t"> =>
  ({ event: "vlan", tagging: true, vid: to, from, to, reason, changed });
const ROUTER = { address: "10.0.8.50", mask: "255.255.255.0", router: "10.0.9.1,10.0.9.2" };

interface Case {
  readonly name: string;
  readonly code: Code;
  readonly story: Run;
  readonly outcome?: Partial<RunOutcome>;
  readonly cause: RegExp;
  readonly advice: RegExp;
  readonly evidence: object;
}

const CASES: readonly Case[] = [
  {
    name: "no DHCP server for ever", code: "no-offer", outcome: TIMEOUT,
    story: run().state("link", "dhcp").dhcp({ message: "discover" }).notice("no-offer"),
    cause: /No DHCP server answered 1 DISCOVER\./, advice: /on the telephone's VLAN/, evidence: [{ event: 5 }],
  },
  {
    name: "no DHCP server on a VLAN that may still be given up", code: "no-offer", outcome: TIMEOUT,
    story: run().parameter("VLANTEST", "60", "default").state("dhcp").dhcp({ message: "discover", vlan: 99 })
      .dhcp({ message: "discover", vlan: 99 }),
    cause: /^No DHCP server answered 2 DISCOVERs on VLAN 99\.$/, advice: /on the telephone's VLAN/, evidence: [{ event: 4 }, { event: 5 }],
  },
  {
    name: "an address of DHCP that is taken", code: "address-conflict", outcome: TIMEOUT,
    story: leased().notice("address-conflict").dhcp({ message: "decline", address: "10.0.8.50" }),
    cause: /Somebody else answered ARP for the telephone's address 10\.0\.8\.50\.$/, advice: /take it out of the DHCP pool/,
    evidence: [{ event: 6 }],
  },
  {
    name: "declined again and again", code: "address-conflict", outcome: TIMEOUT,
    story: leased().notice("address-conflict").state("dhcp", "conflict").notice("address-conflict"),
    cause: /It was declined 2 times\.$/, advice: /10\.0\.8\.50/, evidence: [{ event: 6 }],
  },
  {
    name: "an address entered locally that is taken", code: "address-conflict", outcome: TIMEOUT,
    story: run().parameter("IPADD", "10.0.8.60", "command-line").state("link", "dhcp", "conflict").notice("address-conflict"),
    cause: /10\.0\.8\.60/, advice: /give the telephone another address/, evidence: [{ parameter: "IPADD", source: "command-line" }],
  },
  {
    name: "silent routers", code: "router-silent", outcome: LOOP,
    story: leased().state("router").notice("router-silent", ROUTER).state("restart").reset("router-silent"),
    cause: /^10\.0\.9\.1,10\.0\.9\.2 did not answer ARP in 3 rounds\.$/, advice: /option 3 \(router\) of this scope/,
    evidence: [{ event: 6 }],
  },
  {
    name: "silent router entered locally", code: "router-silent", outcome: TIMEOUT,
    story: run().state("link", "dhcp", "conflict", "router").parameter("ROUTER", "10.0.9.1", "craft").notice("router-silent", ROUTER),
    cause: /3 rounds/, advice: /entered locally/, evidence: [{ event: 6 }, { parameter: "ROUTER", source: "craft" }],
  },
  {
    name: "a router entered locally that is elsewhere", code: "router-subnet", outcome: LOOP,
    story: run().state("link", "router").notice("router-subnet", ROUTER).state("restart").reset("router-subnet").state("power-up"),
    cause: /on the subnet/, advice: /^correct ROUTER \(entered locally\) or NETMASK$/, evidence: [{ event: 4 }],
  },
  {
    name: "an address entered locally that is nobody's", code: "router-subnet", outcome: LOOP,
    story: run().state("link", "router").notice("bad-address", ROUTER).reset("bad-address").state("power-up"),
    cause: /cannot be used/, advice: /^correct IPADD and NETMASK \(entered locally\)$/, evidence: [{ event: 4 }],
  },
  {
    name: "routers elsewhere", code: "router-subnet", outcome: LOOP,
    story: leased().state("router").notice("router-subnet", ROUTER).reset("router-subnet"),
    cause: /No router of 10\.0\.9\.1,10\.0\.9\.2 is on the subnet of 10\.0\.8\.50 with mask 255\.255\.255\.0/, advice: /mask \(option 1\)/,
    evidence: [{ event: 6 }],
  },
  {
    name: "an address that is nobody's", code: "router-subnet", outcome: LOOP,
    story: leased().state("router").notice("bad-address", { ...ROUTER, address: "240.0.0.5" }).reset("bad-address"),
    cause: /address 240\.0\.0\.5 with mask 255\.255\.255\.0 cannot be used: no host has/,
    advice: /pool and option 1/, evidence: [{ event: 6 }],
  },
  {
    name: "VLANTEST ran out", code: "vlan-fallback",
    story: run().parameter("L2QVLAN", "232", "option242").state("link", "dhcp").add(move(232, 0, "vlantest")).state("login"),
    cause: /on VLAN 232 for .*VLANTEST/, advice: /carry VLAN 232 tagged/,
    evidence: [{ event: 5 }, { parameter: "L2QVLAN", source: "option242" }],
  },
  {
    name: "VLANTEST ran out before the last restart", code: "vlan-fallback",
    story: run().state("link", "dhcp").add(move(232, 0, "vlantest")).reset("vlan").state("power-up", "call-server")
      .add(move(7, 232, "recheck", false)).add(move(7, 232, "failed-list", false)).state("login"),
    cause: /on VLAN 232 for .*VLANTEST/, advice: /correct L2QVLAN/, evidence: [{ event: 10 }],
  },
  {
    name: "two servers that send it to one another", code: "vlan-loop", outcome: LOOP,
    story: [[0, 231], [231, 232], [232, 231]].reduce(
      (story, [from, to]) => story.add(move(from!, to!, "option242")).reset("vlan").state("power-up"), run().state("link", "dhcp"),
    ),
    cause: /VLAN 0 to VLAN 231 \(option242\), VLAN 231 to VLAN 232 \(option242\), VLAN 232 to VLAN 231 \(option242\)\.$/,
    advice: /the same L2QVLAN/, evidence: [{ event: 5 }, { event: 8 }, { event: 11 }],
  },
];

for (const { name, code, story, outcome, cause, advice, evidence } of CASES) {
  t.test(name, (t) => {
    const end = judge(story, outcome);
    t.same([end.code, end.ok], [code, false]);
    t.match(end.cause, cause);
    t.match(end.advice, advice);
    t.strictSame(end.evidence, evidence);
    t.notMatch(end.cause + end.advice, /undefined|NaN|\[object/);
    t.end();
  });
}

t.test("why an address cannot be used", (t) => {
  const causeOf = (address: string, mask: string): string =>
    judge(leased().state("router").notice("bad-address", { address, mask }).reset("bad-address"), LOOP).cause.replace(/^.*: /, "");
  t.equal(causeOf("10.0.8.0", "255.255.255.0"), "it is the network's own address.");
  t.equal(causeOf("10.0.8.127", "255.255.255.128"), "it is the network's broadcast address.");
  for (const mask of ["255.255.0.255", "255.255.255.254", "255.255.255.255", "0.0.0.255"]) {
    t.match(causeOf("10.0.8.1", mask), /^the mask is none/, mask);
  }
  for (const address of ["0.0.0.5", "127.0.0.1", "224.0.0.1", "255.255.255.255"]) {
    t.match(causeOf(address, "255.0.0.0"), /^no host has an address of this range/, address);
  }
  t.end();
});

t.test("what was mended is no failure", (t) => {
  t.equal(judge(leased().notice("address-conflict").state("dhcp", "conflict", "router", "login")).code, "reached", "another address");
  t.equal(judge(run().state("link", "dhcp").notice("no-offer").dhcp({ message: "offer" }).state("login")).code, "reached",
    "a server that came late");
  const restarted = leased().state("router").notice("router-silent", ROUTER).reset("router-silent").state("power-up", "login");
  t.equal(judge(restarted).code, "reached", "a router that came after the restart");
  const moved = run().add(move(0, 232, "option242")).reset("vlan").state("power-up").add(move(232, 232, "recheck", false)).state("login");
  t.equal(judge(moved).code, "reached", "one restart to another VLAN");
  t.end();
});
