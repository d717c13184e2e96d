// Who knows a parameter's name: this telephone, a later release, other telephones, or nobody.
//
// In: a name. Out: the rule that it breaks and what to say, or nothing. A file is shared by many telephones, so a name that another one
// knows is a remark and no mistake.

import { nearest } from "../nearest.js";
import { PARAMETERS } from "../parameter-rules.js";
import type { RuleName } from "./finding.js";
import { KNOWN_NAMES } from "./known-names.js";

const RELEASE = "1.0";
/** Names of the telephone that no file and no server can set. */
const OWN_NAMES: ReadonlySet<string> = new Set(["BOOTNAME"]);
const OURS: ReadonlyMap<string, string> = new Map(PARAMETERS.map(({ name, from }) => [name, from]));
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries(KNOWN_NAMES).flatMap(([from, names]) => names.split(" ").map((name): [string, string] => [name, from])));
const ALL_LOWER: readonly string[] = [...OURS.keys(), ...ELSEWHERE.keys()].map((name) => name.toLowerCase());

export interface NameRemark {
  readonly rule: RuleName;
  readonly message: string;
}

/** True for a parameter that this telephone keeps. */
export function isOurs(name: string): boolean {
  return OURS.has(name) || OWN_NAMES.has(name);
}

/** What there is to say of a name in a SET, or in an item of option 242. */
export function nameRemark(name: string): NameRemark | undefined {
  const from = OURS.get(name);
  if (from !== undefined) return from === RELEASE || from === "ours" ? undefined : laterOwn(name, from);
  if (OWN_NAMES.has(name)) return undefined;
  const elsewhere = ELSEWHERE.get(name);
  if (elsewhere === undefined) return unknown(name);
  if (elsewhere !== "-" && elsewhere !== RELEASE) {
    const message = `${name} is of SIP release ${elsewhere}: release ${RELEASE} ignores it; update the software, or drop the line`;
    return { rule: "too-new", message };
  }
  const known = elsewhere === RELEASE ? "release 1.0 knows it" : "other telephones know it";
  return { rule: "known-elsewhere", message: `${name} is not used here: ${known}, and the line does no harm` };
}

function laterOwn(name: string, from: string): NameRemark {
  const message = `${name} is of SIP release ${from}: it is kept here, and a telephone of release ${RELEASE} ignores it`;
  return { rule: "too-new", message };
}

function unknown(name: string): NameRemark {
  const near = nearest(name, ALL_LOWER)?.toUpperCase();
  const instead = near === undefined ? "no telephone of the family has it; drop the line" : `did you mean ${near}?`;
  return { rule: "unknown-parameter", message: `${name} is no parameter that is known here: ${instead}` };
}
