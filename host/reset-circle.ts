// Whether a telephone goes round in a circle: three resets in a row for one cause, or a file that is stored for the third time.
//
// In: the events of a run. Out: `isClosed`. Nothing here says why; that is the verdict's.

import type { OffhookEvent } from "./event-types.js";

/** Resets in a row for one cause that are a circle; and how often a file may be stored. */
const RESET_COUNT_MAX = 3;
const CAUSES_OF_PROGRESS: ReadonlySet<string> = new Set(["upgraded", "local-procedures"]);

export class ResetCircle {
  #resets: string[] = [];
  /** Files accepted since the last reset, and how often each was stored. */
  #accepted = new Set<string>();
  readonly #stored = new Map<string, number>();
  #isClosed = false;

  /** True from the reset on that closed it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Something is different from now on: what was is counted no more. */
  leave(): void {
    this.#resets = [];
    this.#accepted.clear();
    this.#stored.clear();
    this.#isClosed = false;
  }

  event(event: OffhookEvent): void {
    // A VLAN that was given up is never gone back to: what follows is another way, not the same one again.
    if (event.event === "vlan" && event.reason === "vlantest") this.#resets = [];
    if (event.event === "image" && event.verdict === "accepted") this.#accepted.add(event.file ?? "");
    if (event.event === "reset") this.#reset(event.reason ?? "");
  }

  /** An upgrade is progress, but not to a file that was stored twice before: two scripts or files send the telephone in a circle. */
  #reset(cause: string): void {
    const files = cause === "upgraded" ? [...this.#accepted] : [];
    this.#accepted.clear();
    for (const file of files) this.#stored.set(file, (this.#stored.get(file) ?? 0) + 1);
    this.#resets = CAUSES_OF_PROGRESS.has(cause) || this.#resets[0] !== cause ? [cause] : [...this.#resets, cause];
    const again = files.some((file) => this.#stored.get(file) === RESET_COUNT_MAX);
    if (again || (this.#resets.length === RESET_COUNT_MAX && !CAUSES_OF_PROGRESS.has(cause))) this.#isClosed = true;
  }
}
