// Goal: every rule of the language and of lint is shown by a case that keeps it and one that breaks it.
// Method: the table rule → cases is made from the files of cases; a rule without both, and a case without a rule, fails by its name.

import t from "tap";
import { RULES } from "../../../host/lint/finding.js";
import { readCases, type Case } from "../../support/cases.js";

/** The rules of docs/STARTUP.md, The script language. */
const LANGUAGE_RULES = [
  "comment", "statement", "keyword", "blanks", "line-end", "last-line", "utf8-mark", "set-form", "empty-value", "bare-value",
  "quoted-value", "list", "value", "name", "last-set", "add", "macro", "goto", "missing-tag", "tag-choice", "tag-form", "if", "fixed-name",
  "undefined-name", "condition", "get", "get-name", "depth", "markup", "one-statement", "utf16",
];
const KINDS = ["good", "bad"];

/** Rules with the names of the cases that show them, by kind. */
function tableOf(cases: readonly Case[]): Map<string, Map<string, string[]>> {
  const table = new Map<string, Map<string, string[]>>();
  for (const { name, rules } of cases) {
    for (const [rule, kind] of rules) {
      const kinds = table.get(rule) ?? new Map<string, string[]>();
      table.set(rule, kinds.set(kind, [...(kinds.get(kind) ?? []), name]));
    }
  }
  return table;
}

/** What is missing or too much; an empty list when each rule has both kinds. */
function gaps(cases: readonly Case[], rules: readonly string[]): string[] {
  const table = tableOf(cases);
  return [
    ...cases.filter((test) => test.rules.length === 0).map(({ name }) => `${name}: shows no rule`),
    ...rules.flatMap((rule) => KINDS.filter((kind) => !table.get(rule)?.has(kind)).map((kind) => `${rule}: no ${kind} case`)),
    ...[...table].flatMap(([rule, kinds]) => [
      ...(rules.includes(rule) ? [] : [`${rule}: no such rule`]),
      ...[...kinds.keys()].filter((kind) => !KINDS.includes(kind)).map((kind) => `${rule}: ${kind} is neither good nor bad`),
    ]),
  ];
}

const script = readCases("test/cases/script.md");
const lint = readCases("test/cases/lint.md");

t.test("every rule has a good and a bad case", (t) => {
  t.strictSame(gaps(script, LANGUAGE_RULES), []);
  t.strictSame(gaps(lint, Object.keys(RULES)), []);
  t.ok(script.length + lint.length >= 120, `${script.length} and ${lint.length} cases`);
  const names = [...script, ...lint].map(({ name }) => name);
  t.equal(new Set(names).size, names.length, "no two cases have one name");
  for (const [rule, kinds] of [...tableOf(script), ...tableOf(lint)]) {
    t.comment(`${rule}: ${[...kinds].map(([kind, cases]) => `${cases.length} ${kind}`).join(", ")}`);
  }
  t.end();
});

t.test("a bad case breaks its rule and a good one keeps it", (t) => {
  for (const { name, rules, blocks } of lint) {
    const findings = blocks.find(({ kind }) => kind === "findings")?.text ?? "";
    for (const [rule, kind] of rules) t.equal(findings.includes(` ${rule} | `), kind === "bad", `${name}: ${rule}`);
  }
  t.end();
});

t.test("a gap is named", (t) => {
  const cases: Case[] = [{ name: "a", rules: [["x", "good"], ["z", "fine"]], blocks: [] }, { name: "b", rules: [], blocks: [] }];
  t.strictSame(gaps(cases, ["x", "y"]), [
    "b: shows no rule", "x: no bad case", "y: no good case", "y: no bad case", "z: no such rule", "z: fine is neither good nor bad",
  ]);
  t.end();
});
