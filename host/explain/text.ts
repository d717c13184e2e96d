// Explanations as text that is read at a glance: what would be fetched, what is in force and from where, what was ignored and why.
//
// In: explanations and comparisons. Out: lines. What a file holds is printed without what could move a terminal's cursor.

import type { Difference, PhoneResult } from "./compare.js";
import type { Effective, Explanation } from "./explain.js";
import type { Statement } from "./statements.js";
import { SUBJECTS, subjectOf } from "./subjects.js";

/** What the telephone that reads the file has stored. */
export interface Stored {
  readonly bootname: string;
  readonly appname: string;
}

const LABEL_COLUMNS = 9;
const UNKNOWN = "unknown parameter";
const ENDED: Readonly<Record<Explanation["ended"], string>> = {
  "end-of-file": "at the end of the file",
  "goto-missing": "at a GOTO whose tag is not in the file: the rest was ignored",
  "step-limit": "at a limit of the language: the rest was ignored",
};

export function explanationText(explanation: Explanation, stored: Stored): string {
  return [
    labelled("APPNAME", [applicationText(explanation, stored)]),
    labelled("GET", explanation.get.map(({ file, found }) => `${shown(file)}  ${found ? "found" : "not found: the next line follows"}`)),
    labelled("ended", [ENDED[explanation.ended]]),
    parametersText(explanation),
    ignoredText(explanation),
  ].join("");
}

/** Which application file the telephone would fetch. */
function applicationText({ appname, parameters }: Explanation, { bootname, appname: application }: Stored): string {
  if (appname === "") return "not set: no application is fetched";
  const where = parameters["APPNAME"] === undefined ? "" : `  ${placeText(parameters["APPNAME"])}`;
  const isStored = appname === bootname || appname === application;
  return `${shown(appname)}${where}  ${isStored ? "stored already: nothing is fetched" : "would be fetched"}`;
}

function parametersText({ parameters }: Explanation): string {
  const names = Object.keys(parameters);
  if (names.length === 0) return "\nNo parameter is set.\n";
  const nameWidth = Math.max(...names.map((name) => name.length));
  const valueWidth = Math.min(40, Math.max(...names.map((name) => valueText(parameters[name]!.value).length)));
  const subjects = [...SUBJECTS.map(([subject]) => subject), "other"];
  return subjects.map((subject) => {
    const rows = names.filter((name) => subjectOf(name) === subject).map((name) => {
      const effective = parameters[name]!;
      return `  ${name.padEnd(nameWidth)}  ${valueText(effective.value).padEnd(valueWidth)}  ${placeText(effective)}\n`;
    });
    return rows.length === 0 ? "" : `\n${subject}\n${rows.join("")}`;
  }).join("");
}

/** Names that other telephones know fill a file; they are one line, all else has its own. */
function ignoredText({ ignored }: Explanation): string {
  if (ignored.length === 0) return "";
  const unknown = ignored.filter(({ why }) => why === UNKNOWN);
  const rows = ignored.filter(({ why }) => why !== UNKNOWN)
    .map((entry) => `  ${entry.file}:${entry.line}  ${shown(entry.text.trim())}\n      ${entry.why}\n`);
  const names = [...new Set(unknown.map(({ text }) => /^\s*\S+\s+(\S+)/.exec(text)?.[1]?.toUpperCase() ?? text))];
  const summary = unknown.length === 0 ? ""
    : `  ${unknown.length} of names that this telephone has no parameter for: ${shown(names.join(" "))}\n`;
  return `\nignored\n${rows.join("")}${summary}`;
}

export function statementsText(name: string, statements: readonly Statement[]): string {
  if (statements.length === 0) return `No statement on ${shown(name)}.\n`;
  return statements.map((statement) => {
    const { file, line, text, taken, why, decided } = statement;
    const state = taken ? "taken" : why === undefined ? "skipped" : "ignored";
    const by = decided.map((place) => `${place.file}:${place.line}  ${shown(place.text.trim())}  ${place.how}`);
    const reasons = [...(why === undefined ? [] : [why]), ...by];
    return `${state.padEnd(8)} ${file}:${line}  ${shown(text.trim())}\n${reasons.map((reason) => `           ${reason}\n`).join("")}`;
  }).join("");
}

export function differencesText(differences: readonly Difference[]): string {
  if (differences.length === 0) return "No effective difference.\n";
  const side = (effective: Effective | null): string =>
    effective === null ? "not set" : `${valueText(effective.value)}  ${placeText(effective)}`;
  return differences.map((difference) => `${difference.name}\n  old  ${side(difference.old)}\n  new  ${side(difference.new)}\n`).join("");
}

export function phonesText(results: readonly PhoneResult[], stored: Stored): string {
  return results.map(({ phones, explanation }, index) => {
    const who = phones.map(({ mac, model, group }) => `${mac} ${model} group ${group}`);
    return `${index === 0 ? "" : "\n"}== ${phones.length} of them: ${who.join(", ")}\n${explanationText(explanation, stored)}`;
  }).join("");
}

function labelled(label: string, lines: readonly string[]): string {
  return lines.map((line, index) => `${(index === 0 ? label : "").padEnd(LABEL_COLUMNS)}${line}\n`).join("");
}

function placeText({ file, line }: Effective): string {
  return `${shown(file)}:${line}`;
}

function valueText(value: string): string {
  return value === "" ? '""' : shown(value);
}

/** Control characters as `\xNN`. */
export function shown(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    (character === "\t" ? " " : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`));
}
