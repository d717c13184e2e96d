// The verdict so far, for somebody who watches: whether the start-up is under way, has got there, or has stopped and why.
//
// In: the run's events and the facts of its frames. Out: sentences and evidence, each frame by itself so that it can be looked at. The
// judging is `verdictOf`'s.

import type { EventLog } from "../../events.js";
import type { Evidence } from "../../event-types.js";
import { evidenceText } from "../../evidence-text.js";
import type { FrameFact } from "../../network/frame-log.js";
import { verdictOf, type EndBody } from "../../verdict.js";
import { withFrames } from "../../verdict-frames.js";
import type { VerdictNews } from "./messages.js";

/** Where a start-up may end well. */
const GOALS: readonly string[] = ["login", "registered"];

export function verdictNews(log: EventLog, frames: readonly FrameFact[]): VerdictNews {
  const { events, facts } = log;
  const last = events.findLast((event) => event.event === "state");
  const state = last?.event === "state" ? last.state : "off";
  const arrived = GOALS.includes(state);
  const ended = arrived ? "reached" : "interrupted";
  const judged = verdictOf(events, facts, { ended, wanted: state, strict: true, lenient: false });
  const body = withFrames(judged, events, frames);
  // Without a problem, a run that has not ended is one that goes on.
  const isOpen = !body.ok && body.code === "timeout";
  return {
    standing: body.ok ? "reached" : isOpen ? "under way" : "stopped",
    state,
    cause: isOpen ? "" : body.cause,
    advice: isOpen ? "" : body.advice,
    evidence: isOpen ? [] : body.evidence.map((item) => evidenceOf(item, log, body)),
    warnings: body.warnings.map(({ cause, advice }) => ({ cause, advice })),
    bootname: facts.bootname,
    appname: facts.appname,
  };
}

function evidenceOf(item: Evidence, log: EventLog, body: EndBody): VerdictNews["evidence"][number] {
  const value = (name: string): string => body.parameters[name]?.value ?? "";
  const text = evidenceText([item], log.events, ({ parameter, source }) => `${parameter}=${value(parameter)} from ${source}`);
  return "frame" in item ? { text, frame: item.frame } : { text };
}
