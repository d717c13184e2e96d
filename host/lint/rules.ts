// The rules that look at lines: each is a function from a file to remarks, under the name that the contract gives it.

import { ScriptEffect, ScriptWhy } from "../../hal/events.js";
import { setterOf, wanted } from "../explain/why-text.js";
import { nearest } from "../nearest.js";
import { cleanPath } from "../site/file-server.js";
import { badBytes } from "./characters.js";
import type { Remark, RuleName } from "./finding.js";
import { reachedLines, unreachableRuns } from "./flow.js";
import { isKept, tagFinder, type Line, type LintFile } from "./lint-file.js";
import { isOurs, nameRemark } from "./names.js";
import { isHidden, isSecret, MASK, maskStatement, maskUrl } from "../secrets.js";

type Rule = (file: LintFile) => Remark[];

const KEYWORDS = ["set", "if", "goto", "get"];
/** `# SET …` and its like: one `#`, one blank, a keyword. */
const LIKE_A_STATEMENT = /^# (SET|IF|GOTO|GET|ADD)(?=\s|$)/i;

const BEHIND = 'what stands behind the statement is ignored: put a comment on a line of its own, after "##"';

/** Remarks on lines that break a rule. A line with wrong characters is judged by them alone (lint.ts). */
export const LINE_RULES: readonly (readonly [RuleName, Rule])[] = [
  ["goto-missing-tag", gotoMissingTag],
  ["value-on-next-line", valueOnNextLine],
  ["bad-value", badValue],
  ["curly-quote", (file) => characters(file, "curly")],
  ["encoding", (file) => characters(file, "foreign")],
  ["not-a-statement", notAStatement],
  ["inline-comment", inlineComment],
  ["tag-looks-like-statement", tagLooksLikeStatement],
  ["duplicate-set", duplicateSet],
  ["secret-in-file", secretInFile],
  ["unreachable", unreachable],
  ["unknown-parameter", (file) => [...names(file, "unknown-parameter"), ...notFromFile(file)]],
  ["too-new", (file) => names(file, "too-new")],
  ["get-missing", getMissing],
  ["vlantest-zero", vlantestZero],
  ["known-elsewhere", (file) => names(file, "known-elsewhere")],
];

function gotoMissingTag({ lines }: LintFile): Remark[] {
  const find = tagFinder(lines);
  return lines.filter(({ kind, tag }) => (kind === "goto" || kind === "if") && find(tag) === undefined)
    .map(({ line, tag }) => ({ line, message: `there is no tag ${tag}, and the rest of the file is ignored: add a line "# ${tag}"` }));
}

function valueOnNextLine(file: LintFile): Remark[] {
  return file.lines.filter((line) => hasValueBelow(file, line)).map(({ line, name }) => {
    const value = file.text.text(line + 1).trim();
    return { line, message: `the value must stand on the same line: SET ${name} ${isHidden(name) ? MASK : quotedWhereNeeded(value)}` };
  });
}

/** `SET NAME` alone, and below it what is no statement: its value. */
export function hasValueBelow({ lines }: LintFile, { line, why }: Line): boolean {
  return why === ScriptWhy.MissingValue && lines[line]?.why === ScriptWhy.NotAStatement;
}

function quotedWhereNeeded(value: string): string {
  return /\s/.test(value) && !value.startsWith('"') ? `"${value}"` : value;
}

/** A report is read by many. */
function shownValue({ name, value }: Pick<Line, "name" | "value">): string {
  return isHidden(name) ? MASK : JSON.stringify(value);
}

function badValue(file: LintFile): Remark[] {
  return file.lines.flatMap((line): Remark[] => {
    if (line.why === ScriptWhy.MissingValue && !hasValueBelow(file, line)) {
      const name = maskStatement(line.name);
      return [{ line: line.line, message: `the value is missing: SET ${name} VALUE, or SET ${name} "" to empty it` }];
    }
    if (line.judged?.effect !== ScriptEffect.Ignored || line.judged.why !== ScriptWhy.BadValue) return [];
    if (line.kind === "get") return [{ line: line.line, message: "a file name of at most 127 characters of printable ASCII is needed" }];
    const value = shownValue(line);
    return [{ line: line.line, message: `SET ${line.name} ${value} is ignored: ${wanted(line.name) ?? "another value is needed"}` }];
  });
}

function characters({ lines, text }: LintFile, which: "curly" | "foreign"): Remark[] {
  return lines.flatMap((line): Remark[] => {
    const bad = badBytes(line, text);
    if (bad?.kind !== which) return [];
    const message = which === "curly" ? `${bad.shown} is no quote for a telephone: type the plain double quote "`
      : `${bad.shown} is not ASCII, and the statement does nothing with it: write it without`;
    return [{ line: line.line, message }];
  });
}

function notAStatement(file: LintFile): Remark[] {
  const belongsAbove = new Set(file.lines.filter((line) => hasValueBelow(file, line)).map(({ line }) => line + 1));
  return file.lines.flatMap(({ line, why }): Remark[] => {
    if (belongsAbove.has(line)) return [];
    const message = statementMessage(why, () => file.text.text(line));
    return message === undefined ? [] : [{ line, message }];
  });
}

function statementMessage(why: ScriptWhy, text: () => string): string | undefined {
  switch (why) {
    case ScriptWhy.NotAStatement: return `the line does nothing: ${statementAdvice(text())}`;
    case ScriptWhy.MissingName:
      return /^get/i.test(text()) ? "the file is missing: GET FILE" : "name and value are missing: SET NAME VALUE";
    case ScriptWhy.MissingTag: return "the tag is missing: GOTO TAG";
    case ScriptWhy.BadCondition: return "the condition is not written as it must be: IF $NAME SEQ VALUE GOTO TAG";
    case ScriptWhy.NotSupported: return "ADD is of later releases and does nothing here: SET NAME with the whole list";
    case ScriptWhy.LineTooLong: return "the line is longer than 4096 bytes and is ignored: make it shorter";
    case ScriptWhy.QuoteNotClosed: return 'the quote is not closed, and the value runs to the end of the line: end it with "';
    default: return undefined;
  }
}

/** What somebody may have meant by a line that is none. */
function statementAdvice(text: string): string {
  const [, blanks, word = "", rest = ""] = /^(\s*)(\S*)\s*(.*)$/s.exec(text) ?? [];
  if (blanks !== "" && KEYWORDS.includes(word.toLowerCase())) return `begin it with ${word.toUpperCase()}, without blanks before`;
  if (/^(\/\/|;|--|\/\*|!|rem\b|')/i.test(word)) return 'begin a comment with "##"';
  const assigned = /^([A-Za-z][A-Za-z0-9_]*)=(.*)$/.exec(text.trim());
  if (assigned !== null) return maskStatement(`type SET ${assigned[1]!.toUpperCase()} ${assigned[2]}`);
  if (isOurs(word.toUpperCase()) && rest !== "") return maskStatement(`type SET ${text.trim()}`);
  const near = nearest(word, KEYWORDS);
  if (near !== undefined && near !== word.toLowerCase()) return `did you mean ${near.toUpperCase()}?`;
  return 'begin it with SET, IF, GOTO or GET, or with "##" if it is a comment';
}

function inlineComment({ lines, text }: LintFile): Remark[] {
  return lines.filter(({ why }) => why === ScriptWhy.TextIgnored).map(({ line, kind, name, value }) => {
    const comment = /\s(#|\/\/|;)/.test(text.text(line));
    if (comment || kind !== "set") return { line, message: BEHIND };
    return { line, message: `only ${shownValue({ name, value })} is taken: SET ${name} "…" with the whole value in double quotes` };
  });
}

function tagLooksLikeStatement({ lines, text }: LintFile): Remark[] {
  return lines.flatMap(({ line, kind }): Remark[] => {
    if (kind !== "tag" && kind !== "comment") return [];
    const [, word] = LIKE_A_STATEMENT.exec(text.text(line)) ?? [];
    if (word === undefined) return [];
    const is = kind === "tag" ? `a tag of the name ${word}` : "a comment written like a tag";
    return [{ line, message: `this is ${is}: begin with "##" to keep it out, or drop "# " to have it done` }];
  });
}

/** A SET that another one follows before anything can leave the way between them. */
function duplicateSet({ lines }: LintFile): Remark[] {
  const seen = new Map<string, number>();
  const reached = reachedLines(lines);
  return lines.flatMap((line): Remark[] => {
    if (line.kind === "goto" || line.kind === "if" || line.kind === "get") seen.clear();
    if (line.kind !== "set" || !reached.has(line.line) || (isOurs(line.name) && !isKept(line))) return [];
    const before = seen.get(line.name);
    seen.set(line.name, line.line);
    const message = `line ${before} sets ${line.name} too, and the last one counts: keep one of them`;
    return before === undefined ? [] : [{ line: line.line, message }];
  });
}

function secretInFile({ lines }: LintFile): Remark[] {
  return lines.filter(({ kind, name, value }) => kind === "set" && value !== "" && isSecret(name)).map(({ line, name }) => ({
    line, message: `${name} is a secret, and whoever can reach the file server can read this file: set it another way`,
  }));
}

function unreachable({ lines }: LintFile): Remark[] {
  return unreachableRuns(lines).map(({ first, last }) => {
    const which = first === last ? "the line is" : `lines ${first} to ${last} are`;
    return { line: first, message: `${which} never reached: give a tag before, and a GOTO to it, or drop what is not used` };
  });
}

function names({ lines }: LintFile, rule: RuleName): Remark[] {
  return lines.flatMap(({ line, kind, name }): Remark[] => {
    const remark = kind === "set" ? nameRemark(name) : undefined;
    return remark?.rule === rule ? [{ line, message: remark.message }] : [];
  });
}

/** A parameter of the telephone that is not a file's to set. */
function notFromFile({ lines }: LintFile): Remark[] {
  return lines.filter(({ judged }) => judged?.why === ScriptWhy.WrongSource).map(({ line, name }) => ({
    line, message: `${name} is not taken from a file: ${setterOf(name) ?? "drop the line"}`,
  }));
}

function getMissing({ lines, source }: LintFile): Remark[] {
  const asked = lines.filter(({ kind, value, judged }) => kind === "get" && !value.includes("$") && judged?.why !== ScriptWhy.BadValue);
  return asked.flatMap(({ line, value }): Remark[] => {
    const path = cleanPath(`/${value}`);
    if (path !== undefined && source.read(path) !== undefined) return [];
    const message = path === undefined ? `${value} is no file of this folder: name one without "..", "\\" and ":"`
      : `there is no ${maskUrl(value)} in this file's folder: put it there, or the next line follows`;
    return [{ line, message }];
  });
}

function vlantestZero({ lines }: LintFile): Remark[] {
  return lines.filter((line) => line.name === "VLANTEST" && line.kind === "set" && isKept(line) && Number(line.value) === 0)
    .map(({ line }) => ({ line, message: vlantestMessage("SET VLANTEST 60") }));
}

/** What VLANTEST 0 does to a telephone whose VLAN is wrong. */
export function vlantestMessage(instead: string): string {
  return `with 0 a telephone on a VLAN without DHCP tries there for ever: ${instead}`;
}
