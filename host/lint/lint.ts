// Judges a file as a telephone would read it, and says what to type instead: the findings of `offhook lint`.
//
// In: a file. Out: findings in the order of its lines. The core lexes the file and judges every value; the rules only put into words
// what it said, and look at the way through the file.

import { ScriptWhy } from "../../hal/events.js";
import type { ScriptInput } from "../explain/script-run.js";
import { badBytes } from "./characters.js";
import { RULES, type Finding, type RuleName } from "./finding.js";
import { readLintFile, type LintFile } from "./lint-file.js";
import { LINE_RULES } from "./rules.js";

/** Where a statement's characters are wrong, what follows from that is not said too. */
const FOLLOWS_FROM_CHARACTERS: ReadonlySet<RuleName> = new Set([
  "bad-value", "not-a-statement", "value-on-next-line", "get-missing", "unknown-parameter",
]);

const TOO_LARGE = "the file is larger than 4 MiB, and no telephone reads it: is it the right one?";
const UTF16 = "the file is UTF-16, and a telephone reads none of it: save it as UTF-8 or plain text";
const NO_STATEMENT = "the file has no statement: SET NAME VALUE, IF, GOTO or GET";
const NO_SCRIPT = "HTML, or not one statement: a telephone ignores the whole file; save the settings file itself";

/** All findings of one file; `path` is its name in them. */
export function lintFile(core: WebAssembly.Module, path: string, input: ScriptInput): Finding[] {
  const file = readLintFile(core, path, input);
  const whole = wholeFile(file).map(([rule, message]) => findingOf(path, rule, 1, message));
  if (whole.length > 0 && !hasAttempts(file)) return whole;
  const wrong = new Set(file.lines.filter((line) => badBytes(line, file.text) !== undefined).map(({ line }) => line));
  const findings = LINE_RULES.flatMap(([rule, check]) => check(file)
    .filter(({ line }) => !(wrong.has(line) && FOLLOWS_FROM_CHARACTERS.has(rule)))
    .map(({ line, message }) => findingOf(path, rule, line, message)));
  return [...whole, ...findings].sort((a, b) => a.line - b.line);
}

/** What is wrong with a file as a whole: then nothing of it is read. */
function wholeFile({ ended, bytes, lines }: LintFile): (readonly [RuleName, string])[] {
  if (ended === undefined || ended === ScriptWhy.TooLarge) return [["not-a-settings-file", TOO_LARGE]];
  if (ended !== ScriptWhy.NotAScript) return [];
  if (isUtf16(bytes)) return [["encoding", UTF16]];
  return [["not-a-settings-file", lines.every(({ kind }) => kind === "comment" || kind === "tag") ? NO_STATEMENT : NO_SCRIPT]];
}

/** Nothing is whole, but somebody meant to write statements: then it helps to say what is wrong with each. */
function hasAttempts({ ended, bytes, lines, text }: LintFile): boolean {
  if (ended !== ScriptWhy.NotAScript || isUtf16(bytes)) return false;
  const first = lines.find(({ line }) => text.text(line).trim() !== "");
  if (first === undefined || text.text(first.line).trim().startsWith("<")) return false;
  return lines.some(({ kind, why }) => kind === "other" && why !== ScriptWhy.NotAStatement);
}

/** By its mark, or by zero bytes where text has none. */
function isUtf16(bytes: Uint8Array): boolean {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return marked || bytes.subarray(0, 64).includes(0);
}

function findingOf(file: string, rule: RuleName, line: number, message: string): Finding {
  return { file, line, severity: RULES[rule], rule, message };
}
