// What went wrong on the line: address conflicts, routers, VLANs. Like verdict-problems, for the part below the file server.

import type { DhcpEvent, Evidence, OffhookEvent, VlanEvent, Warning } from "./event-types.js";
import type { Problem, StartUp } from "./verdict-types.js";

/** Where DHCP servers cut option 242 without a word: the limit that the manuals warn of, and what one option can hold. */
const CUT_BYTES: readonly (number | undefined)[] = [247, 255];

/** Conflicts, routers and a VLAN that was given up, of one start-up. */
export function networkProblems(run: StartUp): Problem[] {
  return [...conflictProblems(run), ...routerProblems(run), ...fallbackProblems(run)];
}

function conflictProblems(run: StartUp): Problem[] {
  const notices = run.notices.filter((fact) => fact.notice === "address-conflict");
  const last = notices[notices.length - 1];
  if (last === undefined || passed(run, "router", last.after)) return [];
  const ack = run.events.findLast((event) => event.event === "dhcp" && event.message === "ack" && event.n <= last.after);
  // An address that was lost is no parameter any more.
  const address = ack?.event === "dhcp" && ack.address !== undefined ? ack.address : ownAddress(run);
  const times = notices.length === 1 ? "" : ` It was declined ${notices.length} times.`;
  return [{
    n: last.after, code: "address-conflict", serious: true,
    cause: `Somebody else answered ARP for the telephone's address ${address}.${times}`,
    evidence: ack === undefined ? parameter(run, "IPADD") : [{ event: ack.n }],
    advice: ack === undefined ? "give the telephone another address, or find who uses this one"
      : `find who uses ${address}, or take it out of the DHCP pool`,
  }];
}

function routerProblems(run: StartUp): Problem[] {
  const notice = run.notices.find((fact) => ["router-silent", "router-subnet", "bad-address"].includes(fact.notice));
  if (notice === undefined) return [];
  const ack = run.events.findLast((event) => event.event === "dhcp" && event.message === "ack");
  const evidence: Evidence[] = [{ event: ack?.n ?? notice.after }, ...parameter(run, "ROUTER")];
  const [routers, address, mask] = ["router", "address", "mask"].map((name) => String(notice[name] ?? ""));
  const scope = ack === undefined ? "ROUTER (entered locally)" : "option 3 (router) of this scope";
  const maskName = ack === undefined ? "NETMASK" : "the mask (option 1)";
  if (notice.notice === "router-subnet") {
    return [{
      n: notice.after, code: "router-subnet", serious: true, evidence,
      cause: `No router of ${routers} is on the subnet of ${address} with mask ${mask}.`,
      advice: `correct ${scope} or ${maskName}`,
    }];
  }
  if (notice.notice === "bad-address") {
    return [{
      n: notice.after, code: "router-subnet", serious: true, evidence: [...evidence, ...parameter(run, "NETMASK")],
      cause: `The telephone's address ${address} with mask ${mask} cannot be used: ${addressFault(address, mask)}.`,
      advice: `correct ${ack === undefined ? "IPADD and NETMASK (entered locally)" : "the pool and option 1 (mask) of this scope"}`,
    }];
  }
  return [{
    n: notice.after, code: "router-silent", serious: true, evidence,
    cause: `${routers} did not answer ARP in 3 rounds.`,
    advice: `start the router, or correct ${scope}`,
  }];
}

/** Which of the rules it breaks (RFC 1122 §3.2.1.3). */
function addressFault(address: string, mask: string): string {
  const [own = 0, net = 0] = [address, mask].map((text) => text.split(".").reduce((value, part) => value * 256 + Number(part), 0));
  const host = 2 ** 32 - 1 - net;
  if ((host & (host + 1)) !== 0 || host < 3) return "the mask is none, or leaves no room for two hosts";
  const part = own % (host + 1);
  if (own >= 0xe0000000 || own < 0x01000000 || own >>> 24 === 127) return "no host has an address of this range";
  if (part === 0) return "it is the network's own address";
  return part === host ? "it is the network's broadcast address" : "it is no host's address";
}

/** VLANTEST ran out on a tagged VLAN, now or before the last restart: the start-up went on without it, which is not what was asked for. */
function fallbackProblems(run: StartUp): Problem[] {
  const reasons: readonly (string | undefined)[] = ["vlantest", "failed-list"];
  const given = run.events.find((event): event is VlanEvent => event.event === "vlan" && reasons.includes(event.reason));
  if (given === undefined) return [];
  const vlan = (given.reason === "vlantest" ? given.from : given.to) ?? 0;
  const test = run.facts.parameters.get("VLANTEST")?.value;
  const seconds = test === undefined ? "the seconds of VLANTEST" : `${test} s (VLANTEST)`;
  return [{
    n: given.n, code: "vlan-fallback", serious: true,
    evidence: [{ event: given.n }, ...parameter(run, "L2QVLAN"), ...parameter(run, "VLANTEST")],
    cause: `No DHCP server answered on VLAN ${vlan} for ${seconds}; the telephone went on without that VLAN.`,
    advice: `let the switch carry VLAN ${vlan} tagged to this port and a DHCP server answer on it, or correct L2QVLAN`,
  }];
}

/** Two servers, each of which sends the telephone to the other's VLAN. */
export function vlanLoop(events: readonly OffhookEvent[]): Problem | undefined {
  const reset = events.findLast((event) => event.event === "reset");
  if (reset?.event !== "reset" || reset.reason !== "vlan") return undefined;
  const moves = events.filter((event): event is VlanEvent => event.event === "vlan" && event.changed === true);
  const way = moves.map((move) => `VLAN ${move.from ?? 0} to VLAN ${move.to ?? 0} (${move.reason ?? "unknown"})`);
  return {
    n: moves[0]?.n ?? reset.n, code: "vlan-loop", serious: true,
    cause: `The telephone is sent from one VLAN to the next and back without end: ${way.join(", ")}.`,
    evidence: moves.slice(-3).map((move) => ({ event: move.n })),
    advice: "let the DHCP scope of the VLAN that telephones should stay on say the same L2QVLAN as the others, or none",
  };
}

/**
 * An option 242 that ends where servers cut it, in the middle of an item as far as anybody can see: half a value is a value too.
 * Of every start-up, since the half may be the reason for a restart; each string once.
 */
export function cutWarnings(events: readonly OffhookEvent[]): Warning[] {
  const isCut = (event: OffhookEvent): event is DhcpEvent => event.event === "dhcp" && event.message === "ack" &&
    CUT_BYTES.includes(event.bytes) && event.option242?.endsWith(",") === false;
  const cut = new Map(events.filter(isCut).map((event) => [event.option242 ?? "", event]));
  return [...cut].map(([text, { n, bytes, server = "the DHCP server" }]) => ({
    event: n, code: "option-242-cut" as const,
    cause: `Option 242 of ${server} has ${bytes} bytes, where DHCP servers cut it; its last item "${lastItem(text)}" may be half of one.`,
    advice: "compare it with what the server was told to say, and shorten it: what is cut off is lost, and half a value may count",
  }));
}

/** With the pieces that continue it. */
function lastItem(text: string): string {
  const items = text.split(",");
  return items.slice(Math.max(0, items.findLastIndex((item) => item.includes("=")))).join(",").trim();
}

function passed(run: StartUp, state: string, after: number): boolean {
  return run.events.some((event) => event.event === "state" && event.state === state && event.n > after);
}

function ownAddress(run: StartUp): string {
  return run.facts.parameters.get("IPADD")?.value ?? "";
}

function parameter(run: StartUp, name: string): Evidence[] {
  const value = run.facts.parameters.get(name);
  return value === undefined ? [] : [{ parameter: name, source: value.source }];
}
