// The records that an engine must be able to replay: small ones of each kind, kept as JSON in test/conformance.

import { readdirSync } from "node:fs";
import { cutPlans, LEX, startUpPlans, TRAP, type Plan } from "./recorded-runs.js";

export const FOLDER = "test/conformance";

/** The files that are there. */
export function conformanceFiles(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(".json")).sort().map((name) => `${FOLDER}/${name}`);
}

/** What each file is recorded from, by its name. */
export function conformancePlans(): ReadonlyMap<string, readonly Plan[]> {
  const named = (...names: readonly string[]): Plan[] => {
    const plans = startUpPlans().filter(({ name }) => names.includes(name));
    if (plans.length !== names.length) throw new Error(`not all of ${names.join(", ")} are recorded`);
    return plans;
  };
  return new Map([
    ["modes", [...named("mode Interpret, a.txt", "mode Lex, missing"), LEX, TRAP]],
    ["images", named("signed with P-256", "a flipped bit", "truncated", "not a container", "another model")],
    ["flash", named("update", "flash erase 0 fails", "flash program 3 fails", "no staging")],
    ["power-cuts", cutPlans(48)],
  ]);
}
