// `--why NAME`: every statement on a name, taken or skipped, and what decided.
//
// In: a run, and the same files read line by line by the core's lexer. Out: one entry a statement, in the order of the files. A statement
// was skipped by the jump that passed over its line, or because the script had ended or gone over to another file by then.

import { Mode } from "../../hal/abi.js";
import { ScriptEffect, ScriptWhy } from "../../hal/events.js";
import { isGetResult } from "./explain.js";
import { runScript, type ScriptInput, type ScriptRun, type Step } from "./script-run.js";
import { SourceLines } from "./source-lines.js";
import { whyText } from "./why-text.js";

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface Statement extends Place {
  readonly taken: boolean;
  /** Why it had no effect although it was read. */
  readonly why?: string;
  /** What decided: the IF or GOTO that led here or past it, the GET that never returns, or the IFs that would have led here. */
  readonly decided: readonly (Place & { readonly how: string })[];
}

interface FileView {
  readonly name: string;
  readonly lines: SourceLines;
  readonly lexed: readonly Step[];
  readonly steps: readonly Step[];
}

type Decided = Statement["decided"][number];

/** Every statement on NAME in the files of a run. */
export function statementsOn(core: WebAssembly.Module, name: string, run: ScriptRun): Statement[] {
  const wanted = name.replace(/^\$/, "").toUpperCase();
  return [...new Set(run.steps.map((step) => step.file))].flatMap((file) => {
    const bytes = run.files.get(file) ?? new Uint8Array(0);
    const input: ScriptInput = { name: file, bytes, source: { read: () => undefined } };
    const lexed = runScript(core, Mode.Lex, input, { model: "", serial: "", mac: new Uint8Array(6) }).steps;
    const view = { name: file, lines: new SourceLines(bytes), lexed, steps: run.steps.filter((step) => step.file === file) };
    return lexed.filter((step) => step.name === wanted && step.effect !== ScriptEffect.End).map((step) => statementOf(view, step));
  });
}

function statementOf(view: FileView, { line }: Step): Statement {
  const index = view.steps.findLastIndex((step) => step.line === line && step.effect !== ScriptEffect.End);
  const step = view.steps[index];
  const led = step === undefined ? skippedBy(view, line) : ledBy(view, index);
  return {
    ...placeOf(view, line),
    taken: step !== undefined && step.effect !== ScriptEffect.Ignored,
    ...(step === undefined || step.why === ScriptWhy.None ? {} : { why: whyText(step) }),
    decided: led,
  };
}

/** The jump that a statement stands behind, if any. */
function ledBy(view: FileView, index: number): Decided[] {
  const jump = view.steps.slice(0, index).findLast((step) => step.effect === ScriptEffect.Taken);
  return jump === undefined ? [] : [{ ...placeOf(view, jump.line), how: "taken" }];
}

/** What passed over a line, then the conditions that would have led to it. */
function skippedBy(view: FileView, line: number): Decided[] {
  const passed = view.steps.find((step, index) => passes(step, view.steps[index + 1], line));
  const decided: Decided[] = passed === undefined ? [] : [{ ...placeOf(view, passed.line), how: howOf(passed) }];
  const tag = view.lexed.findLast((step) => step.line < line && isTag(step));
  if (tag === undefined) return decided;
  const ifs = view.lexed.filter((step) => step.tag.toUpperCase() === tag.value.toUpperCase() && step.tag !== "");
  return [...decided, ...ifs.flatMap((step) => notTaken(view, step.line))];
}

function passes(step: Step, next: Step | undefined, line: number): boolean {
  if (step.effect === ScriptEffect.End) return step.line <= line;
  if (isGetResult(step) && step.why === ScriptWhy.FileFollowed) return step.line < line;
  return step.effect === ScriptEffect.Taken && step.line < line && next !== undefined && next.line > line;
}

function howOf({ effect, why }: Step): string {
  if (effect === ScriptEffect.Get) return "obtained: a file that was obtained does not return";
  if (why === ScriptWhy.TagNotFound) return "no such tag: the rest of the file is ignored";
  return effect === ScriptEffect.End ? "the file ended" : "taken";
}

function notTaken(view: FileView, line: number): Decided[] {
  const step = view.steps.findLast((candidate) => candidate.line === line);
  if (step === undefined) return [{ ...placeOf(view, line), how: "not reached" }];
  if (step.effect === ScriptEffect.NotTaken) return [{ ...placeOf(view, line), how: "not taken" }];
  return step.effect === ScriptEffect.Ignored ? [{ ...placeOf(view, line), how: whyText(step) }] : [];
}

/** The lexer reports a tag with its word alone; a comment has none. */
export function isTag({ effect, why, name, value }: Step): boolean {
  return effect === ScriptEffect.Ignored && why === ScriptWhy.None && name === "" && value !== "";
}

function placeOf(view: FileView, line: number): Place {
  return { file: view.name, line, text: view.lines.text(line) };
}
