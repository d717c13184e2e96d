// Writes docs/VERDICTS.md, every verdict that a scenario comes to, from the goldens of whole start-ups.
//
// `node build/js/tools/verdicts.js`; with `--check` it fails when the file is stale. In: test/golden/FOLDER/NAME.txt. Out: for each code
// the scenarios that end with it, and each text that differs in more than its numbers. A code without a scenario is an error.

import { readdirSync, readFileSync } from "node:fs";
import { CODES, WARNING_CODES } from "../host/verdict-codes.js";
import { isMain, writeGenerated } from "./generate.js";

const GOLDEN = "test/golden";
const END = /^@\d+ +end +(\S+) (\S+)$/m;

export interface Verdict {
  /** FOLDER/NAME. */
  readonly scenario: string;
  readonly code: string;
  readonly state: string;
  /** `why`, `do`, or of a warning `note`. */
  readonly words: readonly string[];
  readonly exit: string;
}

/** Every verdict of the goldens, in their order; of a folder `verdicts` also the warning that a golden is named after. */
export function verdictsOf(golden = GOLDEN): Verdict[] {
  const folders = readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  const files = folders.flatMap((folder) => readdirSync(`${golden}/${folder}`).sort().map((file) => `${folder}/${file}`));
  const names = files.map((file) => file.replace(/\.txt$/, ""));
  return names.flatMap((name) => verdictIn(name, `${golden}/${name}.txt`));
}

function verdictIn(scenario: string, path: string): Verdict[] {
  const text = readFileSync(path, "utf8");
  const [, state = "", code = ""] = END.exec(text) ?? [];
  if (state === "") return [];
  const lines = text.trimEnd().split("\n");
  const exit = /^exit (\d+)$/.exec(lines.at(-1) ?? "")?.[1] ?? "";
  const own = scenario.replace(/^verdicts\//, "");
  const isWarning = (WARNING_CODES as readonly string[]).includes(own);
  const words = lines.filter((line) => (isWarning ? /^note / : /^(?:why|do) /).test(line));
  return [{ scenario, code: isWarning ? own : code, state, words, exit }];
}

/** The page. Throws an Error that names the codes without a scenario. */
export function page(verdicts: readonly Verdict[]): string {
  const codes = [...new Set([...CODES, ...WARNING_CODES])];
  const of = (code: string): Verdict[] => verdicts.filter((verdict) => verdict.code === code);
  const missing = codes.filter((code) => of(code).length === 0);
  if (missing.length > 0) throw new Error(`no golden ends with ${missing.join(", ")}: add a scenario to test/scenario/verdicts.test.ts`);
  const strange = [...new Set(verdicts.map(({ code }) => code))].filter((code) => !(codes as string[]).includes(code));
  if (strange.length > 0) throw new Error(`goldens end with ${strange.join(", ")}, which host/verdict-codes.ts does not have`);
  const linked = (code: string): string => (code === "reached" ? `\`${code}\`` : `[\`${code}\`](#${code})`);
  const rows = codes.map((code) => `| ${linked(code)} | ${of(code).length} | \`${of(code)[0]!.scenario}\` |`);
  return `${[
    "# Every verdict", "",
    "What each code looks like, from the goldens of whole start-ups (`test/golden`; `npm run generate` writes this page). What a code",
    "means is in [CLI.md](CLI.md#the-end-event). Of texts that differ in numbers alone the first stands here.", "",
    "| code | scenarios | the first |", "|---|--:|---|", ...rows, "",
    ...codes.filter((code) => code !== "reached").flatMap((code) => [`## ${code}`, "", ...texts(of(code)), ""]),
  ].join("\n").trimEnd()}\n`;
}

function texts(verdicts: readonly Verdict[]): string[] {
  const distinct = new Map(verdicts.toReversed().map((verdict) => [verdict.words.join("\n").replaceAll(/\d+/g, "0"), verdict]));
  return [...distinct.values()].reverse().flatMap(({ scenario, state, words, exit }, index) => [
    ...(index === 0 ? [] : [""]), `\`${scenario}\`, in state \`${state}\`, exit ${exit}:`, "", "```", ...words, "```",
  ]);
}

if (isMain(import.meta.url)) writeGenerated("docs/VERDICTS.md", page(verdictsOf()));
