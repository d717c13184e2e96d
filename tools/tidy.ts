// The repository's lint: reads every file once and prints what breaks a rule, with file, line, rule and reason.
//
// `node build/js/tools/tidy.js` in the project's folder. Exit 1 when anything was found. It changes nothing.
// Rules are in tidy-rules.ts (a file by itself) and tidy-layers.ts (who imports whom); each has its own test.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { exit, stdout } from "node:process";
import { isMain } from "./generate.js";
import { functionsOf } from "./source.js";
import { layerRules } from "./tidy-layers.js";
import { type Rule, type SourceFile, textRules } from "./tidy-rules.js";

export const rules: readonly Rule[] = [...layerRules, ...textRules];

/** Every file below `folder` that .gitignore does not name. It knows the two forms used there: `folder/` and `*.ending`. */
export function readTree(folder: string): SourceFile[] {
  const ignored = [".git/", ...(existsSync(`${folder}/.gitignore`) ? readFileSync(`${folder}/.gitignore`, "utf8").split("\n") : [])];
  const files: SourceFile[] = [];
  const walk = (path: string): void => {
    for (const entry of readdirSync(path === "" ? folder : `${folder}/${path}`, { withFileTypes: true })) {
      const name = path === "" ? entry.name : `${path}/${entry.name}`;
      if (ignored.includes(entry.isDirectory() ? `${entry.name}/` : entry.name)) continue;
      if (ignored.some((pattern) => pattern.startsWith("*") && entry.name.endsWith(pattern.slice(1)))) continue;
      if (entry.isDirectory()) walk(name);
      else files.push(readSource(folder, name));
    }
  };
  walk("");
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** A file with a zero byte is data: its text is not looked at. */
function readSource(folder: string, path: string): SourceFile {
  const bytes = readFileSync(`${folder}/${path}`);
  return { path, text: bytes.includes(0) ? "" : bytes.toString("utf8"), bytes: bytes.length };
}

/** One line per finding: `file:line: rule: what is wrong (reason)`. */
export function findingLines(files: readonly SourceFile[], chosen: readonly Rule[] = rules): string[] {
  return chosen.flatMap((rule) =>
    rule.check(files).map(({ path, line, message }) => `${path}:${line}: ${rule.name}: ${message} (${rule.reason})`),
  );
}

/** Median and 90th percentile of function lengths: targets 12 and 40. */
function lengthFigures(files: readonly SourceFile[]): string {
  const code = files.filter(({ path, text }) => /^(?:core|hal|host|tools)\/.*\.ts$/.test(path) && !/^.*GENERATED/.test(text));
  const lengths = code.flatMap(({ text }) => functionsOf(text).map((span) => span.lines)).sort((left, right) => left - right);
  const at = (share: number): number => lengths[Math.floor(lengths.length * share)] ?? 0;
  const figures = `median ${at(0.5)} lines, 90th percentile ${at(0.9)}, longest ${lengths.at(-1) ?? 0}`;
  return `${lengths.length} functions in ${code.length} files: ${figures}`;
}

function main(): void {
  const files = readTree(".");
  const lines = findingLines(files);
  for (const line of lines) stdout.write(`${line}\n`);
  stdout.write(`tidy: ${files.length} files, ${lines.length} findings; ${lengthFigures(files)}\n`);
  if (lines.length > 0) exit(1);
}

if (isMain(import.meta.url)) main();
