// A file as lint sees it: what the core's lexer says of each line, and what the core makes of every SET and GET by itself.
//
// In: the file. Out: both readings, and a way through the file. The second reading is a run of the same file with every other line
// blanked, so that no jump keeps a value from being judged; its line numbers are the file's own.

import { Mode } from "../../hal/abi.js";
import { ScriptEffect, ScriptWhy } from "../../hal/events.js";
import { runScript, type ScriptInput, type Step } from "../explain/script-run.js";
import { SourceLines } from "../explain/source-lines.js";
import { isTag } from "../explain/statements.js";
import type { Identity } from "../peripherals/system.js";
import type { FileSource } from "../site/file-server.js";

export type Kind = "set" | "get" | "if" | "goto" | "tag" | "comment" | "other";

export interface Line {
  readonly line: number;
  readonly kind: Kind;
  readonly why: ScriptWhy;
  readonly name: string;
  readonly value: string;
  /** Of a tag, a GOTO or an IF. */
  readonly tag: string;
  /** What the core makes of this SET or GET when nothing else is in the file. */
  readonly judged: Step | undefined;
}

export interface LintFile {
  readonly path: string;
  readonly text: SourceLines;
  readonly bytes: Uint8Array;
  readonly source: FileSource;
  readonly lines: readonly Line[];
  /** How the lexer left the file; undefined where it was too large to be read. */
  readonly ended: ScriptWhy | undefined;
}

/** Any telephone: a value's macros need an address and a serial number. */
const ANYBODY: Identity = { model: "9640D01A", serial: "07N540100001", mac: Uint8Array.of(0, 4, 13, 18, 52, 86) };
const NOBODY: FileSource = { read: () => undefined };
const NEWLINE = 10;
const BLANK = 32;

/** Has the core read a file twice. */
export function readLintFile(core: WebAssembly.Module, path: string, input: ScriptInput): LintFile {
  const steps = runScript(core, Mode.Lex, input, ANYBODY).steps;
  const ended = steps.findLast((step) => step.effect === ScriptEffect.End)?.why;
  const lexed = steps.filter((step) => step.effect !== ScriptEffect.End);
  const judged = judgedLines(core, input, lexed);
  const { bytes, source } = input;
  return { path, text: new SourceLines(bytes), bytes, source, lines: lexed.map((step) => lineOf(step, judged.get(step.line))), ended };
}

function lineOf(step: Step, judged: Step | undefined): Line {
  const { line, why, name, value } = step;
  const kind = kindOf(step);
  const tag = kind === "if" ? step.tag : kind === "goto" || kind === "tag" ? value : "";
  return { line, kind, why, name, value, tag, judged };
}

function kindOf(step: Step): Kind {
  switch (step.effect) {
    case ScriptEffect.Set: return "set";
    case ScriptEffect.Get: return "get";
    case ScriptEffect.Taken: return step.name === "" ? "goto" : "if";
    default:
      if (step.why !== ScriptWhy.None) return "other";
      return isTag(step) ? "tag" : "comment";
  }
}

/** Runs the file with everything blanked that is neither SET nor GET. */
function judgedLines(core: WebAssembly.Module, input: ScriptInput, lexed: readonly Step[]): ReadonlyMap<number, Step> {
  const bytes = Uint8Array.from(input.bytes); // Not `slice`: a Buffer's would be the same memory.
  let at = 0;
  for (const { line, effect } of lexed) {
    let end = bytes.indexOf(NEWLINE, at);
    if (end < 0) end = bytes.length;
    // A byte order mark belongs to the first line, which is blanked with it or keeps it.
    if (effect !== ScriptEffect.Set && effect !== ScriptEffect.Get) bytes.fill(BLANK, at, end);
    at = end + 1;
    if (at > bytes.length && line < lexed.length) break;
  }
  const steps = runScript(core, Mode.Interpret, { ...input, bytes, source: NOBODY }, ANYBODY).steps;
  return new Map(steps.filter((step) => step.effect !== ScriptEffect.End).map((step) => [step.line, step]));
}

/** True when the core keeps the value of this SET. */
export function isKept({ judged }: Line): boolean {
  return judged?.effect === ScriptEffect.Set;
}

/** The line of the tag that a jump goes to: as written first, then in any case; the first in the file wins. */
export function tagFinder(lines: readonly Line[]): (tag: string) => number | undefined {
  const exact = new Map<string, number>();
  const anyCase = new Map<string, number>();
  for (const { kind, tag, line } of lines) {
    if (kind !== "tag") continue;
    if (!exact.has(tag)) exact.set(tag, line);
    if (!anyCase.has(upperAscii(tag))) anyCase.set(upperAscii(tag), line);
  }
  return (tag) => exact.get(tag) ?? anyCase.get(upperAscii(tag));
}

/** As the core does: letters of ASCII alone have a case. */
function upperAscii(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}
