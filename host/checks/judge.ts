// What failed expectations make of a verdict.
//
// In: the body of the `end` event and the checks. Out: the body with the first failure as its cause where the run got there, the others as
// warnings; where it did not, all of them are warnings and the verdict stands.

import type { Warning } from "../event-types.js";
import type { EndBody } from "../verdict.js";
import type { Check } from "./expectation.js";

/** A run that reached its state and did not show what was expected. */
export const EXIT_EXPECTATION = 4;

export function judgedBody(body: EndBody, checks: readonly Check[]): EndBody {
  const failed = checks.filter(({ ok }) => !ok);
  const [first, ...others] = failed;
  if (first === undefined) return body;
  const warnings = [...body.warnings, ...(body.ok ? others : failed).map(warningOf)];
  if (!body.ok) return { ...body, warnings };
  const evidence = first.evidence.length > 0 ? first.evidence : body.evidence;
  return { ...body, ok: false, code: "expectation", cause: causeOf(first), evidence, advice: first.advice, warnings };
}

/** `--expect X=1 failed: wanted X "1", found "2" (46xxsettings.txt:3).` */
export function causeOf({ expectation, wanted, found }: Check): string {
  return `${expectation} failed: wanted ${wanted}; found ${found}.`;
}

function warningOf(check: Check): Warning {
  return { ...(check.evidence[0] ?? { event: 1 }), code: "expectation", cause: causeOf(check), advice: check.advice };
}
