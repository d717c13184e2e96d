// Two runs beside each other: what differs in their states, requests, headers, parameters and verdicts.
//
// In: the events of each. Out: differences, the earliest of run B first. Times, event numbers and hosts are not compared: the same
// files from another server are no difference.

import type { EndEvent, HttpEvent, OffhookEvent } from "../event-types.js";
import { aligned } from "./align.js";

export type Kind = "state" | "request" | "header" | "parameter" | "verdict";

export interface Difference {
  readonly kind: Kind;
  /** What it is of: `GET /46xxsettings.txt`, `ETag of GET /46xxsettings.txt`, a parameter's name. */
  readonly what: string;
  /** Absent: that run has none. */
  readonly a?: string;
  readonly b?: string;
  /** Numbers of the events in A and B. */
  readonly eventA?: number;
  readonly eventB?: number;
}

/** Headers and what came of an answer, as the `http` event has them. */
const HEADERS: readonly (readonly [name: string, read: (event: HttpEvent) => unknown])[] = [
  ["HTTP version", (event) => event.version], ["ETag", (event) => event.etag || undefined], ["Content-Length", (event) => event.expected],
];
const ANSWERS: readonly (readonly [name: string, read: (event: HttpEvent) => unknown])[] = [
  ["status", (event) => event.status ?? event.error], ["bytes", (event) => event.bytes], ["accepted", (event) => event.accepted],
  ["why", (event) => event.why],
];

export function runDifferences(a: readonly OffhookEvent[], b: readonly OffhookEvent[]): Difference[] {
  const found = [...stateDifferences(a, b), ...requestDifferences(a, b), ...parameterDifferences(a, b), ...verdictDifferences(a, b)];
  return found.sort((left, right) => timeOf(left, a, b) - timeOf(right, a, b));
}

/** Differences at the end come last. */
function timeOf({ eventA, eventB }: Difference, a: readonly OffhookEvent[], b: readonly OffhookEvent[]): number {
  const event = eventB === undefined ? a.find(({ n }) => n === eventA) : b.find(({ n }) => n === eventB);
  return event?.t ?? Number.POSITIVE_INFINITY;
}

function stateDifferences(a: readonly OffhookEvent[], b: readonly OffhookEvent[]): Difference[] {
  const states = (events: readonly OffhookEvent[]) => events.filter((event) => event.event === "state");
  return aligned(states(a), states(b), (event) => event.state).flatMap(([left, right]): Difference[] => {
    const what = (left ?? right!).state;
    return left !== undefined && right !== undefined ? [] : [{ kind: "state", what, ...side(left, right, "entered") }];
  });
}

function requestDifferences(a: readonly OffhookEvent[], b: readonly OffhookEvent[]): Difference[] {
  const gets = (events: readonly OffhookEvent[]) => events.filter((event) => event.event === "http");
  return aligned(gets(a), gets(b), requestText).flatMap(([left, right]): Difference[] => {
    if (left === undefined || right === undefined) {
      return [{ kind: "request", what: requestText(left ?? right!), ...side(left, right, "sent") }];
    }
    return [...fields("request", ANSWERS, left, right), ...fields("header", HEADERS, left, right)];
  });
}

function fields(kind: Kind, wanted: typeof HEADERS, left: HttpEvent, right: HttpEvent): Difference[] {
  return wanted.flatMap(([name, read]): Difference[] => {
    const [a, b] = [read(left), read(right)].map((value) => (value === undefined ? undefined : String(value)));
    if (a === b) return [];
    return [{ kind, what: `${name} of ${requestText(right)}`, ...values(a, b), eventA: left.n, eventB: right.n }];
  });
}

function values(a: string | undefined, b: string | undefined): Pick<Difference, "a" | "b"> {
  return { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
}

/** Where only one run has something. */
function side(left: OffhookEvent | undefined, right: OffhookEvent | undefined, done: string): Omit<Difference, "kind" | "what"> {
  return { ...(left === undefined ? {} : { a: done, eventA: left.n }), ...(right === undefined ? {} : { b: done, eventB: right.n }) };
}

function requestText({ method, url }: HttpEvent): string {
  const path = /^[a-z]+:\/\/[^/]*(\/.*)$/i.exec(url ?? "")?.[1] ?? url ?? "";
  return `${method ?? "GET"} ${path}`;
}

function parameterDifferences(a: readonly OffhookEvent[], b: readonly OffhookEvent[]): Difference[] {
  const [left, right] = [endOf(a)?.parameters ?? {}, endOf(b)?.parameters ?? {}];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.flatMap((name): Difference[] => {
    const [before, after] = [left, right].map((all) => (Object.hasOwn(all, name) ? parameterText(all[name]!) : undefined));
    return before === after ? [] : [{ kind: "parameter", what: name, ...values(before, after) }];
  });
}

/** Another line of the same file is no difference. */
function parameterText({ value, source, file }: EndEvent["parameters"][string]): string {
  return `${JSON.stringify(value)} (${file ?? source})`;
}

function verdictDifferences(a: readonly OffhookEvent[], b: readonly OffhookEvent[]): Difference[] {
  const [left, right] = [endOf(a), endOf(b)];
  return (["code", "state", "upgradestat", "appstat", "bootname", "appname"] as const).flatMap((name): Difference[] => {
    const [before, after] = [left?.[name], right?.[name]].map((value) => (value === undefined ? undefined : String(value)));
    return before === after ? [] : [{ kind: "verdict", what: name, ...values(before, after) }];
  });
}

function endOf(events: readonly OffhookEvent[]): EndEvent | undefined {
  return events.findLast((event) => event.event === "end");
}
