// The events of a run from a file of `offhook boot --json`.
//
// In: text, one JSON object a line. Out: events, or a `RunFileError` that names the line. Whoever wrote the file is not trusted: each line
// must be an event with its number and time, and one line is the most that is read at a time.

import type { OffhookEvent } from "../event-types.js";

export class RunFileError extends Error {}

export const RUN_FILE_BYTES_MAX = 64 * 1024 * 1024;

export function readEvents(text: string, name: string): OffhookEvent[] {
  const events: OffhookEvent[] = [];
  for (const [index, line] of text.split("\n").entries()) if (line.trim() !== "") events.push(eventOf(line, `${name}:${index + 1}`));
  if (!events.some((event) => event.event === "end")) {
    throw new RunFileError(`${name} has no \`end\` event: it is no whole run; offhook boot --json > ${name} writes one`);
  }
  return events;
}

function eventOf(line: string, at: string): OffhookEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RunFileError(`${at} is not JSON; each line is an event of \`offhook boot --json\``);
  }
  const { n, t, event } = members(value);
  const isEvent = typeof n === "number" && typeof t === "number" && typeof event === "string";
  if (!isEvent || !isWhole(members(value))) {
    throw new RunFileError(`${at} is no event of \`offhook boot --json\``);
  }
  return value as OffhookEvent;
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
}

/** The members that are compared are there and of their type. */
function isWhole({ event, parameters, state, url }: Readonly<Record<string, unknown>>): boolean {
  switch (event) {
    case "end": return isTable(parameters);
    case "state": return isText(state);
    case "http": return url === undefined || isText(url);
    default: return true;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === "object" && entry !== null);
}
