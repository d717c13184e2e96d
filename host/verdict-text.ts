// The verdict for people: always the last lines of a run that is not printed as JSON.
//
// In: the `end` event and the events its evidence points to. Out: lines of text, with colours only when asked for.
// The first word of each line is its label in nine columns, so that a script can pick a line by it.

import type { EndEvent, HttpEvent, OffhookEvent } from "./event-types.js";
import { bytesText, clockText, countText, printable } from "./event-text.js";
import { evidenceText } from "./evidence-text.js";
import { isStored } from "./verdict-image.js";

const LABEL_COLUMNS = 9;
const RED = "\x1b[1;31m";
const GREEN = "\x1b[1;32m";
const YELLOW = "\x1b[33m";
const DIM = "\x1b[2m";
const PLAIN = "\x1b[0m";

/** Three things to do next, for somebody who has just seen the first start-up. */
const TO_TRY: readonly string[] = [
  "npx offhook boot --fast --json                    every event as JSON",
  "npx offhook serve                                 this site, on sockets",
  "npx offhook boot --server http://127.0.0.1:8080/  your own file server",
];

/** The last lines of a run: `STOPPED` (`FAILED`: it got there otherwise), `why`, `evidence`, `do`; or `REACHED` and what was done. */
export function renderVerdict(end: EndEvent, events: readonly OffhookEvent[], colour: boolean): string[] {
  const notes = end.warnings.map((warning) => line("note", `${warning.cause} ${sentence(warning.advice)}`, colour ? YELLOW : ""));
  const head = end.code === "expectation" ? "FAILED" : "STOPPED";
  if (!end.ok) {
    return [
      ...notes,
      line(head, `${end.state}, ${clockText(end.t)} after power-up${promptText(events, end.state)}`, colour ? RED : ""),
      line("why", end.cause, ""),
      line("evidence", evidenceText(end.evidence, events, (item) => parameterText(item, end)), ""),
      line("do", end.advice, ""),
    ];
  }
  return [
    line("REACHED", `${end.state}, ${clockText(end.t)} after power-up`, colour ? GREEN : ""),
    line("did", doneText(events), ""),
    line("runs", `BOOTNAME ${named(end.bootname)}, APPNAME ${named(end.appname)}`, ""),
    ...notes,
  ];
}

/** The three commands to try, shown under the verdict of a run on a terminal that went well. */
export function commandsToTry(colour: boolean): string[] {
  return TO_TRY.map((command, index) => {
    const text = (index === 0 ? "try" : "").padEnd(LABEL_COLUMNS) + command;
    return colour ? `${DIM}${text}${PLAIN}` : text;
  });
}

function line(label: string, text: string, colour: string): string {
  const head = label.padEnd(LABEL_COLUMNS);
  return colour === "" ? head + printable(text) : colour + head + PLAIN + printable(text);
}

/** What stands there; of a start-up that ended in a reset, which clears the screen, the last text in its state. */
function promptText(events: readonly OffhookEvent[], state: string): string {
  const entered = events.findLastIndex((event) => event.event === "state" && event.state === state);
  const reset = events.findIndex((event, index) => index > entered && event.event === "reset");
  const shown = reset < 0 ? events : events.slice(entered, reset).filter((event) => event.event !== "display" || event.text !== "");
  const prompt = shown.findLast((event) => event.event === "display" && event.row === "prompt");
  return prompt?.event === "display" && prompt.text !== "" ? `    (Prompt Line: ${prompt.text})` : "";
}

/** A value that is nothing is shown as that. */
function parameterText({ parameter, source }: { readonly parameter: string; readonly source: string }, end: EndEvent): string {
  const value = end.parameters[parameter]?.value ?? "";
  return `${parameter}=${value === "" ? '""' : value} from ${source}`;
}

/** What the run did, counted. */
function doneText(events: readonly OffhookEvent[]): string {
  const gets = events.filter((event) => event.event === "http" && isFile(event)).length;
  const stored = events.filter((event) => event.event === "image" && isStored(event)).length;
  const restarts = events.filter((event) => event.event === "reset").length;
  let written = 0;
  for (const event of events) if (event.event === "flash" && event.operation === "program") written += event.programmedBytes ?? 0;
  const parts = [`${countText(gets, "file")} fetched`, stored === 0 ? "nothing to store" : `${countText(stored, "file")} stored`];
  if (written > 0) parts.push(`${bytesText(written)} of flash written`);
  return [...parts, countText(restarts, "restart")].join(", ");
}

/** A whole file came: neither a part of one nor a redirect that was followed. */
function isFile({ accepted, from, status = 200 }: HttpEvent): boolean {
  return accepted === true && from === undefined && status < 300;
}

function named(name: string): string {
  return name === "" ? "(none)" : name;
}

function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
