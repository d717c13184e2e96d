// What a file makes of a telephone: the parameters in force with the line that set each, what was ignored, and how it ended.
//
// In: a file and who the telephone is. Out: an `Explanation`, the object of `offhook explain --json`. The core ran the file; this only
// puts its steps together.

import { Mode } from "../../hal/abi.js";
import { ScriptEffect, ScriptWhy, Source } from "../../hal/events.js";
import type { OptionEvent } from "../event-types.js";
import type { Identity } from "../peripherals/system.js";
import { runScript, type ScriptInput, type ScriptRun, type Step } from "./script-run.js";
import { SourceLines } from "./source-lines.js";
import { optionWhyText, whyText } from "./why-text.js";

export interface Effective {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

export interface Ignored {
  readonly file: string;
  readonly line: number;
  /** The whole line. */
  readonly text: string;
  readonly why: string;
}

export interface Explanation {
  readonly parameters: Readonly<Record<string, Effective>>;
  readonly appname: string;
  readonly get: readonly { readonly file: string; readonly found: boolean }[];
  readonly ended: "end-of-file" | "goto-missing" | "step-limit";
  readonly ignored: readonly Ignored[];
}

export interface Explained {
  readonly explanation: Explanation;
  readonly run: ScriptRun;
}

/** Who reads the file, and what DHCP told it before. */
export interface Reader {
  readonly identity: Identity;
  readonly option242?: string;
}

/** The name under which option 242 stands where a file's name would. */
export const OPTION_242 = "option242";
const NO_FILE: ScriptInput = { name: "", bytes: new Uint8Array(0), source: { read: () => undefined } };
const ENDS: ReadonlyMap<ScriptWhy, Explanation["ended"]> = new Map([
  [ScriptWhy.TagNotFound, "goto-missing"], [ScriptWhy.StepLimit, "step-limit"], [ScriptWhy.DepthLimit, "step-limit"],
  [ScriptWhy.TooLarge, "step-limit"],
]);

/** Runs a file, or option 242 alone, for one telephone. */
export function explainFile(core: WebAssembly.Module, file: ScriptInput | undefined, reader: Reader): Explained {
  const { identity, option242 } = reader;
  const run = runScript(core, Mode.Interpret, file ?? NO_FILE, { ...identity, ...(option242 === undefined ? {} : { option242 }) });
  return { run, explanation: explanationOf(run, file) };
}

function explanationOf(run: ScriptRun, file: ScriptInput | undefined): Explanation {
  const end = run.steps.findLast((step) => step.effect === ScriptEffect.End);
  return {
    parameters: effectiveOf(run),
    appname: run.parameters.get("APPNAME")?.value ?? "",
    get: run.steps.filter(isGetResult).map((step) => ({ file: step.value, found: step.why === ScriptWhy.FileFollowed })),
    ended: file === undefined ? "end-of-file" : end === undefined ? "step-limit" : ENDS.get(end.why) ?? "end-of-file",
    ignored: [...run.options.flatMap(ignoredItem), ...(file === undefined ? [] : ignoredOf(run, file))],
  };
}

/** A GET has two events where text behind its name was ignored: the last says how it went. */
export function isGetResult(step: Step): boolean {
  return step.effect === ScriptEffect.Get && (step.why === ScriptWhy.FileFollowed || step.why === ScriptWhy.FileNotObtained);
}

/** Everything that is not a default: the last statement that set it, or option 242. */
function effectiveOf(run: ScriptRun): Record<string, Effective> {
  const lines = new Map<string, Step>();
  for (const step of run.steps) if (step.effect === ScriptEffect.Set) lines.set(step.name, step);
  const effective: Record<string, Effective> = {};
  for (const [name, { value, source }] of run.parameters) {
    const step = lines.get(name);
    if (source === Source.Option242) effective[name] = { value, file: OPTION_242, line: 1 };
    else if ((source === Source.Script || source === Source.Settings) && step !== undefined) {
      effective[name] = { value, file: step.file, line: step.line };
    }
  }
  return effective;
}

function ignoredItem({ name = "", value = "", effect, why }: OptionEvent): Ignored[] {
  if (effect === "continued" || (effect === "set" && why !== "quote-not-closed")) return [];
  const text = why === "no-equals-sign" ? name : `${name}=${value}`;
  return [{ file: OPTION_242, line: 1, text, why: optionWhyText(name, why ?? "") }];
}

/** Statements and lines without effect, and text behind a statement. A file that is no script is one entry, with its first line. */
function ignoredOf(run: ScriptRun, first: ScriptInput): Ignored[] {
  const texts = new Map<string, SourceLines>();
  const textOf = (file: string, line: number): string => {
    const lines = texts.get(file) ?? new SourceLines(run.files.get(file) ?? first.bytes);
    texts.set(file, lines);
    return lines.text(line);
  };
  const ignored = run.steps.flatMap((step): Ignored[] => {
    const { file, line } = step;
    if (step.effect === ScriptEffect.End && step.why === ScriptWhy.NotAScript) {
      return [{ file, line: 1, text: textOf(file, 1), why: whyText(step) }];
    }
    return isIgnored(step) ? [{ file, line, text: textOf(file, line), why: whyText(step) }] : [];
  });
  const begun = run.steps.length > 0;
  const tooLarge = { file: first.name, line: 1, text: textOf(first.name, 1), why: "too large: a script has at most 4 MiB" };
  return begun ? ignored : [tooLarge];
}

function isIgnored({ effect, why }: Step): boolean {
  if (effect === ScriptEffect.Ignored) return true;
  return why === ScriptWhy.TextIgnored || why === ScriptWhy.QuoteNotClosed;
}
