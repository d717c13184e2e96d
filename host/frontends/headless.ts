// Headless: every event as one JSON object a line (NDJSON), for programs.
//
// In: events. Out: lines through `write`. The keys stand in the contract's order: n, t, event, then the fields; nothing is left out.

import type { OffhookEvent } from "../event-types.js";

export class HeadlessFrontend {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  event(event: OffhookEvent): void {
    this.#write(`${JSON.stringify(event)}\n`);
  }
}
