// The verdict so far, for somebody who watches: whether the start-up is under way, has got there, or has stopped and why.
//
// In: the run's events and the facts of its frames. Out: sentences and evidence, each frame by itself so that it can be looked at. The
// judging is `verdictOf`'s.

import type { EventLog } from "../../events.js";
import type { Evidence, Facts, OffhookEvent } from "../../event-types.js";
import { evidenceText } from "../../evidence-text.js";
import type { FrameFact } from "../../network/frame-log.js";
import { verdictOf, type EndBody } from "../../verdict.js";
import { withFrames } from "../../verdict-frames.js";
import type { VerdictNews } from "./messages.js";

/** Where a start-up may end well. */
export const GOALS: readonly string[] = ["login", "registered"];

/** Looked at: this one and those before it, of which a cause may be told. */
const START_UPS = 4;

/** `goesRound`: it resets again and again, and why is to be said although it goes on. */
export function verdictNews(log: EventLog, frames: readonly FrameFact[], goesRound: boolean): VerdictNews {
  const { events, facts, gone } = recent(log);
  const last = events.findLast((event) => event.event === "state");
  const state = last?.event === "state" ? last.state : "off";
  const arrived = GOALS.includes(state);
  const ended = arrived ? "reached" : goesRound ? "reset-loop" : "interrupted";
  const judged = verdictOf(events, facts, { ended, wanted: state, strict: true, lenient: false });
  const body = withFrames(judged, events, frames);
  // Without a problem, a run that has not ended is one that goes on.
  const isOpen = !body.ok && body.code === "timeout";
  return {
    standing: body.ok ? "reached" : isOpen ? "under way" : ended === "reset-loop" ? "going round" : "stopped",
    state,
    cause: isOpen ? "" : body.cause,
    advice: isOpen ? "" : body.advice,
    evidence: isOpen ? [] : body.evidence.map((item) => evidenceOf("event" in item ? { event: item.event + gone } : item, log, body)),
    warnings: body.warnings.map(({ cause, advice }) => ({ cause, advice })),
    bootname: facts.bootname,
    appname: facts.appname,
  };
}

/** The last few start-ups, numbered from 1, and the number of the event before them. The verdict of one under way looks at no more. */
function recent({ events, facts }: EventLog): { events: readonly OffhookEvent[]; facts: Facts; gone: number } {
  let [begin, starts] = [events.length, 0];
  while (begin > 0 && starts < START_UPS) {
    const event = events[--begin]!;
    if (event.event === "state" && event.state === "power-up") starts++;
  }
  const gone = (events[begin]?.n ?? 1) - 1;
  if (gone === 0) return { events, facts, gone };
  const notices = facts.notices.flatMap((notice) => (notice.after > gone ? [{ ...notice, after: notice.after - gone }] : []));
  return { events: events.slice(begin).map((event) => ({ ...event, n: event.n - gone })), facts: { ...facts, notices }, gone };
}

function evidenceOf(item: Evidence, log: EventLog, body: EndBody): VerdictNews["evidence"][number] {
  const value = (name: string): string => body.parameters[name]?.value ?? "";
  const text = evidenceText([item], log.events, ({ parameter, source }) => `${parameter}=${value(parameter)} from ${source}`);
  return "frame" in item ? { text, frame: item.frame } : { text };
}
