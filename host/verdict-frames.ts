// The frames behind a verdict: those that carried the events of its evidence, and those that were never answered.
//
// In: the judgement, the run's events and the facts of its frames. Out: `{frame}` items behind the other evidence, numbered as in a capture
// (`--pcap`). A network without frames has none. Nothing is judged here.

import type { Evidence, HttpEvent, OffhookEvent, SipEvent } from "./event-types.js";
import type { FrameFact, FrameKind } from "./network/frame-log.js";
import type { EndBody } from "./verdict.js";

/** More would be a list that nobody reads. */
const FRAMES_MAX = 6;
/** In a cause: by the time of the verdict a reset may have taken them from the parameters. */
const ADDRESSES = /\d+\.\d+\.\d+\.\d+/g;

export function withFrames(body: EndBody, events: readonly OffhookEvent[], facts: readonly FrameFact[]): EndBody {
  if (body.ok || facts.length === 0) return body;
  const carried = body.evidence.flatMap((item) => ("event" in item ? framesOf(events[item.event - 1], facts) : []));
  const frames = [...new Set([...carried, ...unanswered(body, events, facts)])].sort((a, b) => a - b).slice(0, FRAMES_MAX);
  const cause = body.code === "address-conflict" ? `${body.cause}${ownerText(frames, facts)}` : body.cause;
  return { ...body, cause, evidence: [...body.evidence, ...frames.map((frame): Evidence => ({ frame }))] };
}

/** Who has the address, to be looked for in the switch. */
function ownerText(frames: readonly number[], facts: readonly FrameFact[]): string {
  const reply = facts.find(({ frame, mac, direction }) => frames.includes(frame) && mac !== undefined && direction === "in");
  return reply === undefined ? "" : ` The answer came from ${reply.mac}.`;
}

/** The frames of an event: of a request both ways. An event comes after its frames, in the same instant at the soonest. */
function framesOf(event: OffhookEvent | undefined, facts: readonly FrameFact[]): number[] {
  if (event === undefined) return [];
  const before = facts.filter(({ ms }) => ms <= event.t);
  switch (event.event) {
    case "dhcp": return last(before, `dhcp-${event.message ?? ""}` as FrameKind);
    case "vlan": return event.reason === "lldp" ? last(before, "lldp") : event.reason === "option242" ? last(before, "dhcp-ack") : [];
    case "option": return last(before, "dhcp-ack");
    case "http": return exchange(event, before, "http-request", "http-answer");
    case "sip": return exchange(event, before, "sip-request", "sip-answer");
    default: return [];
  }
}

/** Request and answer; without an answer how far it came: the last that was tried of a request, a connection or an ARP. */
function exchange(event: HttpEvent | SipEvent, before: readonly FrameFact[], request: FrameKind, answer: FrameKind): number[] {
  const server = typeof event.server === "string" ? event.server : "";
  const ours = before.filter(({ address }) => address === server);
  const asked = event.status === undefined ? undefined : before.findLast(({ kind }) => kind === request);
  if (asked !== undefined) return [asked.frame, ...next(before, asked, answer)];
  const tried = ours.findLast(({ direction, kind }) => direction === "out" && [request, "connect", "arp-request"].includes(kind));
  return tried === undefined ? [] : [tried.frame, ...next(ours, tried, "reset")];
}

/** The first of a kind behind another. */
function next(facts: readonly FrameFact[], after: FrameFact, wanted: FrameKind): number[] {
  return facts.filter(({ frame, kind }) => frame > after.frame && kind === wanted).slice(0, 1).map(({ frame }) => frame);
}

/** What was sent in vain, or came from somebody else, in the start-up that is judged: its first and its last frame. */
function unanswered(body: EndBody, events: readonly OffhookEvent[], facts: readonly FrameFact[]): number[] {
  const inside = factsOfStart(body, events, facts);
  const of = (kind: FrameKind, direction: FrameFact["direction"], addresses?: readonly string[]): number[] => {
    const frames = inside.filter((fact) => fact.kind === kind && fact.direction === direction &&
      (addresses === undefined || addresses.includes(fact.address))).map(({ frame }) => frame);
    return [...frames.slice(0, 1), ...frames.slice(-1)];
  };
  if (body.code === "no-offer") return of("dhcp-discover", "out");
  if (body.code === "router-silent") return of("arp-request", "out", body.cause.match(ADDRESSES) ?? []);
  return body.code === "address-conflict" ? of("arp-reply", "in").slice(-1) : [];
}

/** Which start-up it is, the first event of the evidence says. */
function factsOfStart(body: EndBody, events: readonly OffhookEvent[], facts: readonly FrameFact[]): readonly FrameFact[] {
  const n = body.evidence.flatMap((item) => ("event" in item ? [item.event] : []))[0] ?? events.length;
  const starts = events.flatMap((event) => (event.event === "state" && event.state === "power-up" ? [event] : []));
  const from = starts.findLast((start) => start.n <= n)?.t ?? 0;
  const to = starts.find((start) => start.n > n)?.t ?? Number.POSITIVE_INFINITY;
  return facts.filter(({ ms }) => ms >= from && ms <= to);
}

function last(facts: readonly FrameFact[], kind: FrameKind): number[] {
  const fact = facts.findLast((known) => known.kind === kind);
  return fact === undefined ? [] : [fact.frame];
}
