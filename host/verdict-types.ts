// What the parts of the verdict share: one start-up, and one thing that went wrong in it.

import type { Code, Evidence, Facts, NoticeFact, OffhookEvent } from "./event-types.js";

export interface Problem {
  /** The number of the event at which it was certain. */
  readonly n: number;
  readonly code: Code;
  readonly cause: string;
  readonly evidence: readonly Evidence[];
  readonly advice: string;
  /** False: worth a warning, and a failure only where nothing else explains one. */
  readonly serious: boolean;
}

/** One start-up. */
export interface StartUp {
  readonly events: readonly OffhookEvent[];
  readonly notices: readonly NoticeFact[];
  readonly facts: Facts;
  /** The last state that was entered. */
  readonly state: string;
}
