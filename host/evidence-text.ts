// Evidence in a line for people: events with what they say, lines with their text, parameters, then the numbers of frames.

import { describeEvent } from "./event-text.js";
import type { Evidence, OffhookEvent } from "./event-types.js";

type Parameter = Extract<Evidence, { parameter: string }>;

/** `parameterText` decides whether a parameter's value is shown. */
export function evidenceText(
  evidence: readonly Evidence[], events: readonly OffhookEvent[], parameterText: (item: Parameter) => string,
): string {
  const items = evidence.flatMap((item) => {
    if ("frame" in item) return [];
    if ("parameter" in item) return [parameterText(item)];
    return ["file" in item ? `${item.file}:${item.line} (${item.text.trim()})` : eventText(item.event, events)];
  });
  const frames = evidence.flatMap((item) => ("frame" in item ? [item.frame] : []));
  return [...items, ...framesText(frames)].join(", ");
}

function eventText(n: number, events: readonly OffhookEvent[]): string {
  const event = events[n - (events[0]?.n ?? 1)];
  return event === undefined ? `event ${n}` : `event ${n} (${event.event} ${describeEvent(event)})`;
}

function framesText(frames: readonly number[]): string[] {
  if (frames.length === 0) return [];
  return [frames.length === 1 ? `frame ${frames[0]}` : `frames ${frames.slice(0, -1).join(", ")} and ${frames.at(-1)}`];
}
