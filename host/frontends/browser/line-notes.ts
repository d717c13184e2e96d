// A settings file line by line: what the telephone makes of each, and what lint would rather see there.
//
// In: a file, the files beside it, and the telephone that reads it. Out: one note for each line that does something, or fails to. The core
// reads the file; here its steps are only put beside their lines.

import { ScriptEffect, ScriptWhy } from "../../../hal/events.js";
import { explainFile, isGetResult, type Explanation } from "../../explain/explain.js";
import type { ScriptInput, Step } from "../../explain/script-run.js";
import { whyText } from "../../explain/why-text.js";
import type { Finding } from "../../lint/finding.js";
import { readLintFile, type Line } from "../../lint/lint-file.js";
import { lintFile } from "../../lint/lint.js";
import type { Identity } from "../../peripherals/system.js";
import type { FileNotes, LineNote, NoteKind } from "./messages.js";

const ENDED: Readonly<Record<Explanation["ended"], string>> = {
  "end-of-file": "read to its end",
  "goto-missing": "ended at a GOTO whose tag is not in the file",
  "step-limit": "ended at a limit of the language",
};

export function notesOf(core: WebAssembly.Module, input: ScriptInput, identity: Identity): FileNotes {
  const { explanation, run } = explainFile(core, input, { identity });
  const steps = new Map(run.steps.flatMap((step) =>
    (step.file === input.name && step.effect !== ScriptEffect.End ? [[step.line, step] as const] : []))); // Of a line the last.
  const findings = new Map<number, Finding[]>();
  for (const finding of lintFile(core, input.name, input)) {
    const own = findings.get(finding.line);
    if (own === undefined) findings.set(finding.line, [finding]);
    else own.push(finding);
  }
  const notes = readLintFile(core, input.name, input).lines.flatMap((line) => {
    const note = noteOf(line, steps.get(line.line), explanation);
    const own = findings.get(line.line) ?? [];
    return note === undefined && own.length === 0 ? [] : [withFindings(line.line, note, own)];
  });
  const inForce = Object.values(explanation.parameters).filter(({ file }) => file === input.name).length;
  return { file: input.name, notes, inForce, ended: ENDED[explanation.ended] };
}

type Note = Pick<LineNote, "kind" | "text">;

/** A finding is worse news than what became of the line. */
function withFindings(line: number, note: Note | undefined, findings: readonly Finding[]): LineNote {
  const worst = ["error", "warning", "info"].find((severity) => findings.some((finding) => finding.severity === severity));
  const kind: NoteKind = worst === "error" ? "error" : worst === "warning" ? "warning" : note?.kind ?? "quiet";
  const remarks = findings.map(({ message }) => message);
  // Lint says the same as the core, with what to type instead.
  const own = note === undefined || (note.kind === "ignored" && remarks.length > 0) ? [] : [note.text];
  return { line, kind, text: [...own, ...remarks].join(" · ") };
}

function noteOf({ kind }: Line, step: Step | undefined, explanation: Explanation): Note | undefined {
  if (kind === "comment") return undefined;
  if (kind === "tag") return { kind: "quiet", text: "a place to jump to" };
  if (step === undefined) return { kind: "skipped", text: "not reached" };
  switch (step.effect) {
    case ScriptEffect.Set: return setNote(step, explanation);
    case ScriptEffect.Get: return getNote(step);
    case ScriptEffect.Taken: return step.why === ScriptWhy.TagNotFound
      ? { kind: "ignored", text: "no such tag: the rest of the file is ignored" } : { kind: "jump", text: jumpText(step) };
    case ScriptEffect.NotTaken: return { kind: "quiet", text: "not true here: the next line follows" };
    default: return { kind: "ignored", text: whyText(step) };
  }
}

function setNote(step: Step, { parameters, appname }: Explanation): Note {
  const { name, value, line, file } = step;
  const shown = value === "" ? "empty" : value;
  const held = parameters[name];
  const later = held !== undefined && (held.line !== line || held.file !== file);
  if (later) return { kind: "skipped", text: `set again in line ${held.line}` };
  if (name === "APPNAME" && appname === value) return { kind: "set", text: `APPNAME is ${shown}: the software to run` };
  const rest = step.why === ScriptWhy.None ? "" : ` (${whyText(step)})`;
  return { kind: "set", text: `${name} is ${shown}${rest}` };
}

function getNote(step: Step): Note {
  if (!isGetResult(step)) return { kind: "jump", text: whyText(step) };
  if (step.why === ScriptWhy.FileFollowed) return { kind: "jump", text: `goes on in ${step.value}` };
  return { kind: "ignored", text: `${step.value} is not there: the next line follows` };
}

function jumpText({ name, value }: Step): string {
  return name === "" ? `jumps to ${value}` : `true here: ${name} is as asked, jumps`;
}
