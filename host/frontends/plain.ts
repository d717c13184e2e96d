// Plain lines: a run for people where stdout is no terminal, such as `0:03.214 display  title  DHCP: 0 secs`.
//
// In: events. Out: one line for each that is worth a person's time. A counter that only counts on is not said again, a progress
// bar is said at every quarter, and conditions that a script passes by are left to `--json`.

import type { OffhookEvent } from "../event-types.js";
import { describeEvent, printable, stampText } from "../event-text.js";

const STAMP_COLUMNS = 8;
const NAME_COLUMNS = 8;
const QUARTER_PERMILLE = 250;

export class PlainFrontend {
  readonly #write: (text: string) => void;
  /** The last text of each row with its digits hidden: `DHCP: 1 secs` after `DHCP: 0 secs` is the same news. */
  readonly #rows = new Map<string, string>();
  #quarter = -1;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  event(event: OffhookEvent): void {
    if (!this.#isNews(event)) return;
    const head = `${stampText(event.t).padStart(STAMP_COLUMNS)} ${event.event.padEnd(NAME_COLUMNS)}`;
    this.#write(`${head} ${printable(describeEvent(event))}`.trimEnd() + "\n");
  }

  #isNews(event: OffhookEvent): boolean {
    switch (event.event) {
      case "display": return this.#isNewText(event.row, event.text);
      case "progress": return this.#isNewQuarter(event.permille);
      case "softkeys": return event.labels.length > 0;
      case "script": return event.effect !== "taken" && event.effect !== "not-taken";
      case "self-test": return event.ok === false;
      // The verdict follows in its own words.
      case "end": return false;
      default: return true;
    }
  }

  #isNewText(row: string, text: string): boolean {
    const shape = text.replace(/\d+/g, "0");
    const known = this.#rows.get(row) === shape;
    this.#rows.set(row, shape);
    return !known && text !== "";
  }

  #isNewQuarter(permille: number | null): boolean {
    const quarter = permille === null ? -1 : Math.floor(permille / QUARTER_PERMILLE);
    const isNew = quarter !== this.#quarter && quarter >= 0;
    this.#quarter = quarter;
    return isNew;
  }
}
