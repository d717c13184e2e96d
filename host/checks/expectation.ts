// What a run is expected to show, and whether it did.
//
// In: expectations, the events of a run and the body of its `end` event. Out: for each what was wanted, what was found, and where that
// came from. It reads no file and decides no exit code. Nothing here is secret: values that are hidden in the events are hidden here.

import { fileOf, isPath, pathOf, printable } from "../event-text.js";
import type { Evidence, HttpEvent, OffhookEvent } from "../event-types.js";
import { isHidden, MASK, maskUrl } from "../secrets.js";
import { nearest } from "../nearest.js";
import type { EndBody } from "../verdict.js";

/** One thing that is expected. `text` is how it was asked for, such as `--expect SIPDOMAIN=example.com`. */
export type Expectation =
  | { readonly kind: "parameter"; readonly text: string; readonly name: string; readonly how: "equals" | "matches"; readonly value: string }
  | { readonly kind: "get"; readonly text: string; readonly path: string; readonly status?: number }
  | { readonly kind: "screen"; readonly text: string; readonly shows: string }
  | { readonly kind: "verdict"; readonly text: string; readonly member: "state" | "code"; readonly value: string };

export interface Check {
  readonly expectation: string;
  readonly ok: boolean;
  /** Both in words. */
  readonly wanted: string;
  readonly found: string;
  readonly evidence: readonly Evidence[];
  readonly advice: string;
}

type Finding = Omit<Check, "expectation">;

const SHOWN_MAX = 5;

/** Looks at each expectation, in the order in which they were given. */
export function checkRun(expectations: readonly Expectation[], events: readonly OffhookEvent[], end: EndBody): Check[] {
  return expectations.map((expectation) => ({ expectation: shownText(expectation, end), ...findingOf(expectation, events, end) }));
}

/** What was typed, without the secret in it where secrets are hidden. */
function shownText(expectation: Expectation, end: EndBody): string {
  const { text } = expectation;
  const isSecret = expectation.kind === "parameter" && isHidden(expectation.name) && isHiddenHere(expectation.name, end);
  return isSecret ? text.replace(/([=~]).*$/s, `$1${MASK}`) : maskUrl(text);
}

function findingOf(expectation: Expectation, events: readonly OffhookEvent[], end: EndBody): Finding {
  switch (expectation.kind) {
    case "parameter": return parameterFinding(expectation, events, end);
    case "get": return getFinding(expectation, events);
    case "screen": return screenFinding(expectation.shows, events);
    case "verdict": return verdictFinding(expectation, end);
  }
}

type Wanted<Kind extends Expectation["kind"]> = Extract<Expectation, { kind: Kind }>;

function parameterFinding({ name, how, value }: Wanted<"parameter">, events: readonly OffhookEvent[], end: EndBody): Finding {
  const isSecret = isHidden(name) && isHiddenHere(name, end);
  const wanted = `${name} ${isSecret ? MASK : how === "equals" ? quoted(maskUrl(value)) : `like /${maskUrl(value)}/`}`;
  const known = valueOf(name, events, end);
  if (known === undefined && Object.keys(end.parameters).length === 0) {
    return { ok: false, wanted, found: "no parameters: the run ended in a reset", evidence: [], advice: "see why the start-up stopped" };
  }
  if (known === undefined) {
    const near = nearest(name, Object.keys(end.parameters).map((known) => known.toLowerCase()));
    const instead = near === undefined ? "`offhook explain` lists the names" : `did you mean ${near.toUpperCase()}?`;
    return { ok: false, wanted, found: `no parameter ${name}`, evidence: [], advice: `correct the name in the expectation; ${instead}` };
  }
  if (isHiddenHere(name, end) && (how === "equals" || isSecret)) {
    const advice = "add --show-secrets to compare it, and keep the output to yourself";
    return { ok: false, wanted, found: "a secret, which is hidden", evidence: known.evidence, advice };
  }
  const ok = how === "equals" ? known.value === value : new RegExp(value, "u").test(known.value);
  const found = `${quoted(known.value)}${known.from}`;
  return { ok, wanted, found, evidence: known.evidence, advice: known.advice };
}

interface Known {
  readonly value: string;
  /** Where it came from, in brackets. */
  readonly from: string;
  readonly evidence: readonly Evidence[];
  readonly advice: string;
}

/** A parameter, or one of the three facts that are none. */
function valueOf(name: string, events: readonly OffhookEvent[], end: EndBody): Known | undefined {
  if (Object.hasOwn(end.parameters, name)) {
    const { value, source, file, line } = end.parameters[name]!;
    if (file === undefined || line === undefined) {
      const advice = source === "default" ? `let the settings file SET ${name}, or correct the expectation`
        : `correct ${name} where it comes from (${source}), or the expectation`;
      return { value, from: ` (${source})`, evidence: [{ parameter: name, source }], advice };
    }
    const set = events.findLast((event) => event.event === "script" && event.file === file && event.line === line);
    const evidence = [{ file, line, text: set?.event === "script" ? set.statement ?? "" : "" }];
    return { value, from: ` (${file}:${line})`, evidence, advice: `correct line ${line} of ${file}, or the expectation` };
  }
  const facts: Readonly<Record<string, number | undefined>> = { UPGRADESTAT: end.upgradestat, APPSTAT: end.appstat };
  if (!Object.hasOwn(facts, name)) return undefined;
  return { value: String(facts[name] ?? ""), from: "", evidence: [], advice: "look at the http and image events, or the expectation" };
}

/** Also where no telephone has it: what was typed is still a secret. Of a URL a part may be hidden. */
function isHiddenHere(name: string, end: EndBody): boolean {
  return (end.parameters[name]?.value ?? MASK).includes(MASK);
}

function getFinding({ path: asked, status }: Wanted<"get">, events: readonly OffhookEvent[]): Finding {
  const path = events.some((event) => event.event === "http" && isPath(event.url ?? "", asked)) ? asked : maskUrl(asked);
  const wanted = `GET of ${maskUrl(path)} ${status === undefined ? "accepted" : `answered with ${status}`}`;
  const gets = events.filter((event) => event.event === "http");
  const own = gets.filter((event) => isPath(event.url ?? "", path));
  const met = own.find((event) => (status === undefined ? event.accepted === true : event.status === status));
  if (met !== undefined) return { ok: true, wanted, found: answerText(met), evidence: [{ event: met.n }], advice: "" };
  const last = own.at(-1);
  if (last !== undefined) {
    const advice = "see why in that event, and in the server's log";
    return { ok: false, wanted, found: answerText(last), evidence: [{ event: last.n }], advice };
  }
  const shownOf = asked.includes("/") ? pathOf : fileOf;
  const files = [...new Set(gets.map((event) => shownOf(event.url ?? "")))];
  const shown = files.length === 0 ? "no GET at all" : `only ${listText(files)}`;
  return { ok: false, wanted, found: shown, evidence: [], advice: "let the script or settings file name it, or correct the expectation" };
}

function answerText({ url, status, error, accepted, why }: HttpEvent): string {
  const answer = status === undefined ? error ?? "no answer" : String(status);
  return `${url ?? ""}: ${answer}${accepted === true ? "" : `, not accepted${why === undefined ? "" : ` (${why})`}`}`;
}

function screenFinding(shows: string, events: readonly OffhookEvent[]): Finding {
  const wanted = `${quoted(shows)} on the screen`;
  const texts = events.filter((event) => event.event === "display" && event.text !== "");
  const met = texts.find((event) => event.event === "display" && event.text.includes(shows));
  if (met?.event === "display") return { ok: true, wanted, found: quoted(met.text), evidence: [{ event: met.n }], advice: "" };
  const all = [...new Set(texts.map((event) => (event.event === "display" ? event.text : "")))];
  const near = nearest(shows, all);
  const found = near === undefined ? `last ${quoted(all.at(-1) ?? "")}` : `nearest ${quoted(near)}`;
  const last = texts.at(-1);
  const advice = "texts are exact, blanks and dots too: --transcript FILE lists what was shown";
  return { ok: false, wanted, found, evidence: last === undefined ? [] : [{ event: last.n }], advice };
}

function verdictFinding({ member, value }: Wanted<"verdict">, end: EndBody): Finding {
  const found = end[member];
  return { ok: found === value, wanted: `${member} ${value}`, found, evidence: end.evidence, advice: end.advice };
}

function quoted(text: string): string {
  return JSON.stringify(printable(text));
}

function listText(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_MAX).map(printable).join(", ");
  return names.length > SHOWN_MAX ? `${shown} and ${names.length - SHOWN_MAX} more` : shown;
}
