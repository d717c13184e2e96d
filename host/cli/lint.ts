// `offhook lint`: what is wrong with settings files and upgrade scripts, and what to type instead.
//
// In: files, and the string of option 242. Out: findings on stdout, as text or as one JSON object; exit 1 when there are any at or above
// the level.

import { lintFile } from "../lint/lint.js";
import { isAtLeast, type Finding, type Severity } from "../lint/finding.js";
import { lintOption242 } from "../lint/option242.js";
import { shown } from "../explain/text.js";
import { readArguments, type OptionTable } from "./arguments.js";
import { readCore } from "./core-file.js";
import { fileInput } from "./explain.js";
import { LINT_HELP } from "./help.js";
import type { Output } from "./image.js";
import { option242Value } from "./option-values.js";
import { UsageError } from "./usage.js";

const OPTIONS: OptionTable = {
  "option242": { type: "string" }, "fail-on": { type: "string" }, "json": { type: "boolean" }, "help": { type: "boolean", short: "h" },
};
const LEVELS: readonly string[] = ["error", "warning", "info"];

/** Runs `offhook lint ARGS`. Returns the exit code; throws UsageError. */
export async function lintCommand(args: readonly string[], output: Output = process): Promise<number> {
  const { values, positionals } = readArguments("lint", args, OPTIONS);
  if (values["help"] === true) {
    output.stdout.write(LINT_HELP);
    return 0;
  }
  const level = levelOf(values["fail-on"] as string | undefined);
  const option242 = values["option242"] as string | undefined;
  if (positionals.length === 0 && option242 === undefined) {
    throw new UsageError("lint needs a file: offhook lint 46xxsettings.txt, or --option242 STRING");
  }
  const inputs = positionals.map((path) => ({ path, input: fileInput(path) }));
  const core = readCore();
  const findings = [
    ...(option242 === undefined ? [] : lintOption242(core, option242Value(option242))),
    ...inputs.flatMap(({ path, input }) => lintFile(core, path, input)),
  ];
  output.stdout.write(values["json"] === true ? `${JSON.stringify({ findings })}\n` : findingsText(findings));
  return findings.some(({ severity }) => isAtLeast(severity, level)) ? 1 : 0;
}

function levelOf(text: string | undefined): Severity {
  if (text === undefined) return "error";
  if (LEVELS.includes(text)) return text as Severity;
  throw new UsageError(`--fail-on ${JSON.stringify(text)}: error, warning or info is needed`);
}

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map(({ file, line, severity, rule, message }) => `${file}:${line}  ${severity}  ${rule}  ${shown(message)}\n`);
  const counts = LEVELS.map((level) => countText(findings.filter(({ severity }) => severity === level).length, level));
  return `${lines.join("")}${findings.length === 0 ? "" : "\n"}${counts.join(", ")}\n`;
}

function countText(count: number, level: string): string {
  return `${count} ${level}${count === 1 || level === "info" ? "" : "s"}`;
}
