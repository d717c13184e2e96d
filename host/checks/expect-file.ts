// Expectations as a file: read and checked before the telephone has power.
//
// In: the text of a file and how to name it. Out: expectations, or an `ExpectFileError` that names every fault by its JSON path. It opens
// no file; `expect-schema.ts` has the bounds.

import { readJson } from "../json-text.js";
import { schemaFindings } from "../site/json-schema.js";
import type { Expectation } from "./expectation.js";
import { EXPECT_SCHEMA } from "./expect-schema.js";
import { regexFault } from "./regex.js";

export class ExpectFileError extends Error {}

interface ExpectFile {
  readonly state?: string;
  readonly code?: string;
  readonly parameters?: Readonly<Record<string, string | number | { readonly matches: string }>>;
  readonly gets?: readonly { readonly path: string; readonly status?: number }[];
  readonly texts?: readonly string[];
}

/** Reads a file's text. `name` is shown with each expectation, as `expect.json#/parameters/SIPDOMAIN`. */
export function readExpectFile(text: string, name: string): Expectation[] {
  const file = checked(text, name);
  const at = (path: string): string => `${name}#/${path}`;
  const { state, code, parameters = {}, gets = [], texts = [] } = file;
  const expectations = [
    ...verdicts({ state, code }, at),
    ...Object.entries(parameters).map(([parameter, value]): Expectation => {
      const matches = typeof value === "object";
      const wanted = matches ? value.matches : String(value);
      const fault = matches ? regexFault(parameter, wanted) : undefined;
      const path = `parameters/${parameter}`;
      if (fault !== undefined) throw new ExpectFileError(`${at(path)}: ${fault}`);
      return { kind: "parameter", text: at(path), name: parameter.toUpperCase(), how: matches ? "matches" : "equals", value: wanted };
    }),
    ...gets.map((get, index): Expectation => ({ kind: "get", text: at(`gets/${index}`), ...get })),
    ...texts.map((shows, index): Expectation => ({ kind: "screen", text: at(`texts/${index}`), shows })),
  ];
  if (expectations.length > 0) return expectations;
  throw new ExpectFileError(`${name} expects nothing, and every run would pass: give it state, code, parameters, gets or texts`);
}

function verdicts(wanted: { state: string | undefined; code: string | undefined }, at: (path: string) => string): Expectation[] {
  return (["state", "code"] as const).flatMap((member): Expectation[] => {
    const value = wanted[member];
    return value === undefined ? [] : [{ kind: "verdict", text: at(member), member, value }];
  });
}

function checked(text: string, name: string): ExpectFile {
  const value = parsed(text, name);
  const findings = schemaFindings(EXPECT_SCHEMA, value);
  if (findings.length === 0) return value as ExpectFile;
  throw new ExpectFileError(findings.map(({ path, message }) => `${name}#${path}: ${message}`).join("\n"));
}

function parsed(text: string, name: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw new ExpectFileError(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
