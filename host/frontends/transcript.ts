// The golden transcript: what a person sees and what the hardware feels, one line a change, the telephone's milliseconds first.
//
// In: events, and the keys that were pressed. Out: text that is equal, byte for byte, in two runs of one seed. Texts stand between
// bars, so that blanks show. The progress bar is written at every tenth, flash by its counts; what only the wire saw is left out.

import type { OffhookEvent } from "../event-types.js";
import { printable } from "../event-text.js";

const STAMP_COLUMNS = 10;
const NAME_COLUMNS = 9;
const TENTH_PERMILLE = 100;

export interface TranscriptOptions {
  readonly showSecrets?: boolean;
  /** When there are more, the older half goes, and its place is said. Default: all are kept. */
  readonly linesMax?: number;
}

export class Transcript {
  readonly #head: string;
  #lines: string[] = [];
  #goneCount = 0;
  #tenth = -1;
  readonly #showSecrets: boolean;
  readonly #linesMax: number;
  /** The Prompt Line asks for a password: what is typed is a secret. */
  #isSecret = false;
  #isCode = false;

  constructor(scenario: string, seed: number, { showSecrets = false, linesMax = Number.POSITIVE_INFINITY }: TranscriptOptions = {}) {
    this.#showSecrets = showSecrets;
    this.#linesMax = linesMax;
    this.#head = `scenario  ${scenario}   seed ${seed}\n`;
  }

  /** Everything so far that is kept. */
  get text(): string {
    const gone = this.#goneCount === 0 ? "" : `(${this.#goneCount} earlier lines are not kept)\n`;
    return this.#head + gone + this.#lines.join("");
  }

  /** A key was pressed: `keyName` of host/key-press.ts. The digits behind Mute are a password, and so are those of a login. */
  key(timeMs: number, name: string): void {
    const isDigit = /^\d$/.test(name);
    this.#isCode = name === "Mute" || (isDigit && this.#isCode);
    const isHidden = isDigit && !this.#showSecrets && (this.#isCode || this.#isSecret);
    this.#line(timeMs, "key", isHidden ? "digit" : name);
  }

  /** The plug was pulled or put back. */
  power(timeMs: number, on: boolean): void {
    this.#line(timeMs, "power", on ? "on" : "off");
  }

  event(event: OffhookEvent): void {
    if (event.event === "display" && event.row === "prompt") this.#isSecret = /password/i.test(event.text);
    switch (event.event) {
      case "display": return this.#line(event.t, "display", `${event.row} |${event.text}|`);
      case "softkeys": return this.#line(event.t, "softkeys", `|${event.labels.join("|")}|`);
      case "progress": return this.#progress(event.t, event.permille);
      case "beep": return this.#line(event.t, "beep", "");
      case "flash": return this.#line(event.t, "flash", flashText(event));
      case "reset": return this.#line(event.t, "reset", event.reason ?? "");
      case "end": return this.#line(event.t, "end", `${event.state} ${event.code}`);
      default: return;
    }
  }

  #progress(timeMs: number, permille: number | null): void {
    const tenth = permille === null ? -1 : Math.floor(permille / TENTH_PERMILLE);
    if (tenth === this.#tenth) return;
    this.#tenth = tenth;
    this.#line(timeMs, "progress", permille === null ? "off" : String(tenth * TENTH_PERMILLE));
  }

  #line(timeMs: number, name: string, text: string): void {
    this.#lines.push(`${`@${timeMs}`.padEnd(STAMP_COLUMNS)}${`${name.padEnd(NAME_COLUMNS)} ${printable(text)}`.trimEnd()}\n`);
    if (this.#lines.length > this.#linesMax) this.#goneCount += this.#lines.splice(0, Math.ceil(this.#lines.length / 2)).length;
  }
}

function flashText(event: Extract<OffhookEvent, { event: "flash" }>): string {
  const counts: string[] = [event.operation];
  if (event.erases !== undefined) counts.push(`${event.erases} erases`, `${event.erasedBytes ?? 0} bytes erased`);
  if (event.programs !== undefined) counts.push(`${event.programs} programs`, `${event.programmedBytes ?? 0} bytes programmed`);
  return [...counts, `${event.milliseconds} ms`].join("  ");
}
