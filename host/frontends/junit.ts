// A run as JUnit's XML: a case for each state that it entered and for each expectation.
//
// In: the events of a run and its checks. Out: text. The state in which the first cause of a failed verdict lies fails with it; a run
// without any state has a case for the verdict alone. Times are the telephone's, in seconds.

import { causeOf } from "../checks/judge.js";
import type { Check } from "../checks/expectation.js";
import type { EndEvent, Evidence, OffhookEvent } from "../event-types.js";
import { evidenceText } from "../evidence-text.js";

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly failure?: { readonly type: string; readonly message: string; readonly lines: readonly string[] };
}

/** XML 1.0 has no other control characters, and no surrogates by themselves. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function junitOf(events: readonly OffhookEvent[], end: EndEvent, checks: readonly Check[]): string {
  const notes = end.warnings.map(({ cause, advice }) => `${cause} To do: ${advice}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="offhook boot">',
    ...suite("start-up", stateCases(events, end), notes),
    ...(checks.length === 0 ? [] : suite("expectations", checks.map((check) => checkCase(check, events)), [])),
    "</testsuites>", "",
  ].join("\n");
}

function suite(name: string, cases: readonly Case[], notes: readonly string[]): string[] {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  const head = `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}">`;
  const output = notes.length === 0 ? [] : [`    <system-out>${escaped(notes.join("\n"))}</system-out>`];
  return [head, ...cases.flatMap((one) => caseLines(name, one)), ...output, "  </testsuite>"];
}

function caseLines(suiteName: string, { name, seconds, failure }: Case): string[] {
  const head = `    <testcase classname="offhook.${suiteName}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  if (failure === undefined) return [`${head}/>`];
  const body = escaped(failure.lines.join("\n"));
  const open = `      <failure type="${escaped(failure.type)}" message="${escaped(failure.message)}">`;
  return [`${head}>`, `${open}${body}</failure>`, "    </testcase>"];
}

function stateCases(events: readonly OffhookEvent[], end: EndEvent): Case[] {
  const states = events.filter((event) => event.event === "state");
  const failing = end.ok || end.code === "expectation" ? undefined : failingState(events, end);
  if (failing === 0) return [{ name: "verdict", seconds: 0, failure: failureOf(events, end) }];
  let pass = 0;
  const seen = new Map<string, number>();
  return states.map((event, index) => {
    if (event.state === "power-up") pass += 1;
    const seconds = ((states[index + 1]?.t ?? end.t) - event.t) / 1000;
    const own = pass > 1 ? `start ${pass}: ${event.state}` : event.state;
    const times = (seen.get(own) ?? 0) + 1;
    seen.set(own, times);
    const name = times > 1 ? `${own} (${times})` : own;
    return { name, seconds, ...(event.n === failing ? { failure: failureOf(events, end) } : {}) };
  });
}

function failureOf(events: readonly OffhookEvent[], end: EndEvent): NonNullable<Case["failure"]> {
  const evidence = lineOf(end.evidence, events);
  return { type: end.code, message: end.cause, lines: [`why      ${end.cause}`, `evidence ${evidence}`, `do       ${end.advice}`] };
}

/** The state in which the first evidence lies, else the last one. */
function failingState(events: readonly OffhookEvent[], end: EndEvent): number {
  const at = end.evidence.map((item) => numberOf(item, events)).find((n) => n !== undefined) ?? events.length;
  return events.findLast((event) => event.event === "state" && event.n <= at)?.n ?? events.find((event) => event.event === "state")?.n ?? 0;
}

function numberOf(item: Evidence, events: readonly OffhookEvent[]): number | undefined {
  if ("event" in item) return item.event;
  if (!("file" in item)) return undefined;
  return events.findLast((event) => event.event === "script" && event.file === item.file && event.line === item.line)?.n;
}

/** Without the value: a report is read by many. */
function lineOf(evidence: readonly Evidence[], events: readonly OffhookEvent[]): string {
  return evidenceText(evidence, events, ({ parameter, source }) => `${parameter} from ${source}`);
}

function checkCase(check: Check, events: readonly OffhookEvent[]): Case {
  const { expectation, ok, wanted, found, evidence, advice } = check;
  if (ok) return { name: expectation, seconds: 0 };
  const source = lineOf(evidence, events);
  const lines = [`wanted   ${wanted}`, `found    ${found}`, ...(source === "" ? [] : [`evidence ${source}`]), `do       ${advice}`];
  return { name: expectation, seconds: 0, failure: { type: "expectation", message: causeOf(check), lines } };
}

function escaped(text: string): string {
  return text.replace(NOT_XML, "\ufffd").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
