// What the parts of the verdict share: one start-up, one thing that went wrong in it, and its evidence.
//
// Types and two ways to point at evidence. Nothing here judges.

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

/** A parameter's value as evidence: the line that set it where there is one. */
export function parameterEvidence(run: StartUp, name: string): Evidence[] {
  const parameter = run.facts.parameters.get(name);
  return parameter === undefined ? [] : [{ parameter: name, source: parameter.source }];
}

/** The first and the last of a list: enough for evidence. */
export function ends<T>(list: readonly T[]): T[] {
  return list.length <= 2 ? [...list] : [list[0] as T, list[list.length - 1] as T];
}
