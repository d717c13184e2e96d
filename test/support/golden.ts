// Compares a text with its golden file, whole: test/golden/NAME.txt.
//
// A difference prints both lines and the number of the line, which begins with the telephone's time. A missing golden fails.
// One is written only with OFFHOOK_GOLDEN=write (`npm run golden`), and never where CI is set.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import type { Test } from "tap";

const FOLDER = "test/golden";

/** Fails the test unless the text is the golden's, byte for byte. */
export function golden(t: Test, name: string, text: string): void {
  const path = `${FOLDER}/${name}.txt`;
  if (process.env["OFFHOOK_GOLDEN"] === "write") {
    if (process.env["CI"] !== undefined) return void t.fail("goldens are not written in CI: they are what CI compares with");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return void t.pass(`${path} written`);
  }
  if (!existsSync(path)) return void t.fail(`${path} is missing; \`npm run golden\` writes it, and its text is then to be reviewed`);
  const difference = firstDifference(readFileSync(path, "utf8"), text);
  if (difference === undefined) t.pass(path);
  else t.fail(`${path} ${difference}; \`npm run golden\` rewrites it, and the difference is then to be reviewed`);
}

/** Fails when a folder holds a golden that no test of the given names has. */
export function goldensAre(t: Test, folder: string, names: readonly string[]): void {
  const files = existsSync(`${FOLDER}/${folder}`) ? readdirSync(`${FOLDER}/${folder}`) : [];
  t.same(files.sort(), names.map((name) => `${name}.txt`).sort(), `${FOLDER}/${folder} holds the goldens of this test and no others`);
}

/** Undefined when both are the same, else where they part. */
export function firstDifference(wanted: string, found: string): string | undefined {
  if (wanted === found) return undefined;
  const [wantedLines, foundLines] = [wanted.split("\n"), found.split("\n")];
  const line = wantedLines.findIndex((text, index) => text !== foundLines[index]);
  const at = line < 0 ? wantedLines.length : line;
  return `differs at line ${at + 1}\n  golden  ${wantedLines[at] ?? "(ends)"}\n  now     ${foundLines[at] ?? "(ends)"}\n`;
}
