// The golden transcript with what the wire brought: every `vlan`, `dhcp`, `option`, `sip` and `scep` event stands between the lines of the
// screen, at the place in time where it was. The seconds that DHCP counts, when one follows the other, are one line.

import type { OffhookEvent } from "../../host/event-types.js";
import { describeEvent, printable } from "../../host/event-text.js";
import { Transcript } from "../../host/frontends/transcript.js";

const STAMP_COLUMNS = 10;
const NAME_COLUMNS = 9;

export class WireTranscript extends Transcript {
  /** Lines and where in the plain transcript each belongs. */
  readonly #notes: (readonly [at: number, line: string])[] = [];

  override get text(): string {
    const plain = super.text;
    let [text, from] = ["", 0];
    for (const [at, line] of this.#notes) {
      text += plain.slice(from, at) + line;
      from = at;
    }
    return folded(text + plain.slice(from));
  }

  override event(event: OffhookEvent): void {
    super.event(event);
    const words = wireWords(event);
    if (words === undefined) return;
    this.note(event.t, event.event, words);
  }

  /** Something else that happened. */
  note(timeMs: number, name: string, words: string): void {
    this.#notes.push([super.text.length, `${`@${timeMs}`.padEnd(STAMP_COLUMNS)}${name.padEnd(NAME_COLUMNS)} ${printable(words)}\n`]);
  }
}

const SECONDS = /^@(\d+) +display +title \|DHCP: (\d+) secs\|$/;

/** Leaves out what lies between the first and the last of seconds that came one by one, a second apart. */
function folded(text: string): string {
  const lines = text.split("\n").map((line) => ({ line, count: SECONDS.exec(line)?.slice(1).map(Number) }));
  const follows = (index: number): boolean => {
    const [before, now] = [lines[index - 1]?.count, lines[index]?.count];
    return before !== undefined && now !== undefined && now[0]! - before[0]! === 1000 && now[1]! - before[1]! === 1;
  };
  return lines.filter((_, index) => !(follows(index) && follows(index + 1))).map(({ line }) => line).join("\n");
}

/** An event of the wire with all of its fields, or undefined for any other event. */
function wireWords(event: OffhookEvent): string | undefined {
  switch (event.event) {
    case "vlan": {
      const wanted = event.tagging === true ? `tagged ${event.vid ?? 0}` : "untagged";
      return `${event.from ?? 0} -> ${wanted} ${event.reason ?? ""}${event.changed === true ? " changed" : ""}`;
    }
    case "dhcp": {
      const option = event.option242 === undefined ? "" : ` |${event.option242}|`;
      return `vlan ${event.vlan ?? 0} ${describeEvent(event)}${option}`;
    }
    case "option": return `${event.offset ?? 0} ${describeEvent(event)}`;
    case "scep": return event.step === "skipped" ? undefined : describeEvent(event);
    case "sip": return `${event.server ?? ""} ${event.result ?? ""}`;
    default: return undefined;
  }
}
