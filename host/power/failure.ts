// A cut that broke something, and the command that does the same again.

import type { Broken } from "./oracles.js";

export interface Failure {
  readonly scenario: string;
  readonly shape: string;
  readonly start: number;
  /** `OPERATION:MODEL:SEED`, one a power-up. */
  readonly faults: readonly string[];
  readonly broken: Broken;
}

/** The command that does the same again, watched. */
export function replayOf({ scenario, shape, start, faults }: Failure): string {
  const place = start === 1 ? scenario : `${scenario}.${start}`;
  return ["offhook boot --lan", `power-${place}`, "--part", `power-${shape}`, ...faults.map((fault) => `--fault power@${fault}`)].join(" ");
}
