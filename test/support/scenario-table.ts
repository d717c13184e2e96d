// A table of scenarios: each row is a start-up, what it must come to, and the texts that the screen must show on the way.
//
// Every row has a golden of its whole transcript with the verdict's words, and keeps what every run must keep (scenario.ts).

import t, { type Test } from "tap";
import { golden, goldensAre } from "./golden.js";
import { play, playSettled, type Played, type Scenario } from "./scenario.js";

export interface Row extends Scenario {
  /** State, code and exit code at the end. */
  readonly ends: readonly [state: string, code: string, exit: number];
  /** Texts of the screen, in their order; others may stand between them. */
  readonly texts?: readonly string[];
  /** Requests in their order: `200 /96xxupgrade.txt`. */
  readonly requests?: readonly string[];
  readonly check?: (t: Test, played: Played) => void;
}

/** Plays the rows and compares each with test/golden/FOLDER/NAME.txt. */
export function playTable(folder: string, rows: readonly Row[]): void {
  for (const row of rows) t.test(row.name, async (t) => {
    playRow(t, folder, row, row.tls === undefined ? play(row) : await playSettled(row));
  });
  t.test("no golden without a scenario", (t) => {
    goldensAre(t, folder, rows.map((row) => row.name));
    t.end();
  });
}

function playRow(t: Test, folder: string, row: Row, played: Played): void {
  const { end } = played;
  t.same(played.violations, [], "what every run keeps");
  t.same([end.state, end.code, played.exitCode], row.ends, "state, code, exit code");
  t.same(missing(row.texts ?? [], displayed(played)), [], "texts in their order");
  if (row.requests !== undefined) t.same(requestsOf(played), row.requests, "requests");
  t.same(end.advice === "", end.ok, "advice wherever it is not ok");
  row.check?.(t, played);
  golden(t, `${folder}/${row.name}`, transcriptOf(played));
}

/** The transcript and the verdict's words. */
export function transcriptOf({ transcript, end, exitCode }: Played): string {
  const words = end.ok ? [] : [`why  ${end.cause}`, `do   ${end.advice}`];
  const notes = end.warnings.map((warning) => `note ${warning.cause} ${warning.advice}`);
  return [transcript.trimEnd(), ...notes, ...words, `exit ${exitCode}`, ""].join("\n");
}

/** All texts that the screen showed, in their order. */
export function displayed(played: Played): string[] {
  return played.events.flatMap((event) => (event.event === "display" && event.text !== "" ? [event.text] : []));
}

/** What the file server was asked for: status and path. */
export function requestsOf(played: Played): string[] {
  return played.accesses.map((access) => `${access.status} ${access.target}`);
}

/** The first wanted text that does not follow the ones before it. */
function missing(wanted: readonly string[], shown: readonly string[]): string[] {
  let from = 0;
  for (const text of wanted) {
    const at = shown.indexOf(text, from);
    if (at < 0) return [text, `after: ${shown.slice(Math.max(0, from - 2)).join(" | ")}`];
    from = at + 1;
  }
  return [];
}
