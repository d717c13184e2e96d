// Goal: lint never contradicts explain, whatever the file; and no bytes bring the core down.
// Method: random scripts from the language's own words, and random bytes; each is judged by lint and run for telephones of three groups.
//
// Contradictions, exactly. For no telephone may explain show a statement as taken on a line that lint says does nothing (`bad-value`,
// `value-on-next-line`, `curly-quote` on a SET, `not-a-statement` but for an open quote) or is never reached (`unreachable`); end well
// behind a jump that `goto-missing-tag` names; find a file that `get-missing` says is not there; find a statement in a file that lint says
// is none. And the other way round: what explain ignored for reasons of the file itself has a finding on its line.

import t from "tap";
import { ScriptEffect, ScriptWhy } from "../../hal/events.js";
import { explainFile, type Explained } from "../../host/explain/explain.js";
import type { ScriptInput, Step } from "../../host/explain/script-run.js";
import type { Finding, RuleName } from "../../host/lint/finding.js";
import { lintFile } from "../../host/lint/lint.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { core } from "../support/core.js";
import { random } from "../support/random.js";

const WORDS = [
  "GOTO a\n", "IF $GROUP SEQ 0 GOTO b\n", "GET there.txt\n", "GET gone.txt\n", "SET L2QVLAN x\n", "SET SIPDOMAIN\n", "some text\n",
  "SET ", "SET ", "SET ", "IF ", "GOTO ", "GOTO ", "GET ", "ADD ", "# ", "# ", "## ", "$GROUP", " SEQ ", "SIG", "L2QVLAN", "SIPDOMAIN",
  "COUNTRY", "GROUP", "SIPPROXYSVR", " ", " ", "\t", "\n", "\n", "\n", "\n", "\r\n", '"', ",", "A", "a", "B", "0", "1", "2", "4095",
  "70", "there.txt", "gone.txt", "\xe2\x80\x9c", "\x93", "\xfc", "x".repeat(260), "<", "\0", "IF $GROUP SEQ 1 GOTO A\n", "SET SIG 2\n",
  "GOTO B\n", "# A\n", "# B\n",
];
const SOURCE = new MemoryFiles({ "there.txt": "SET SIG 0\n" });
const DOES_NOTHING: ReadonlySet<RuleName> = new Set(["bad-value", "value-on-next-line", "unreachable"]);
/** What depends on the telephone, or on a name that has findings of its own. */
const NOT_OF_THE_FILE: ReadonlySet<ScriptWhy> = new Set([
  ScriptWhy.LowerRank, ScriptWhy.UndefinedName, ScriptWhy.DepthLimit, ScriptWhy.TagLimit,
]);

function isTaken({ effect }: Step): boolean {
  return effect === ScriptEffect.Set || effect === ScriptEffect.Taken || effect === ScriptEffect.Get;
}

/** The contradictions between the findings of a file and one run of it. */
function contradictions(findings: readonly Finding[], { explanation, run }: Explained, name: string): string[] {
  const steps = run.steps.filter(({ file }) => file === name);
  const end = steps.findLast(({ effect }) => effect === ScriptEffect.End);
  const rulesOf = (line: number): RuleName[] => findings.filter((finding) => finding.line === line).map(({ rule }) => rule);
  const none = findings.some(({ rule, message }) => rule === "not-a-settings-file" || (rule === "encoding" && message.includes("UTF-16")));
  const taken = steps.filter(isTaken).flatMap((step) => rulesOf(step.line)
    .filter((rule) => DOES_NOTHING.has(rule) || (rule === "curly-quote" && step.effect === ScriptEffect.Set))
    .map((rule) => `line ${step.line} is taken, and lint says ${rule}`));
  const ignored = none ? [] : steps.filter(({ effect, why }) => effect === ScriptEffect.Ignored && !NOT_OF_THE_FILE.has(why))
    .filter(({ line }) => rulesOf(line).length === 0 && !rulesOf(line - 1).includes("value-on-next-line"))
    .map(({ line, why }) => `line ${line} is ignored (${ScriptWhy[why]}), and lint says nothing`);
  const missing = end?.why === ScriptWhy.TagNotFound && !rulesOf(end.line).includes("goto-missing-tag");
  const jumped = steps.some((step, index) => step.effect === ScriptEffect.Taken && rulesOf(step.line).includes("goto-missing-tag")
    && steps[index + 1]?.why !== ScriptWhy.TagNotFound);
  const found = explanation.get.filter(({ found: is }) => is).flatMap(({ file }) => findings
    .filter(({ rule, message }) => rule === "get-missing" && message.includes(` ${file} `)).map(() => `${file} was found`));
  return [
    ...taken, ...ignored, ...found, ...(missing ? ["a tag is missing, and lint does not say so"] : []),
    ...(jumped ? ["lint says that a tag is missing, and the jump was made"] : []),
    ...(none === (end?.why === ScriptWhy.NotAScript) ? [] : [`lint says ${none ? "" : "not "}that it is no script`]),
  ];
}

function judge(name: string, bytes: Uint8Array): string[] {
  const input: ScriptInput = { name, bytes, source: SOURCE };
  const findings = lintFile(core, name, input);
  return ["0", "1", "2"].flatMap((group) => {
    const identity = { model: "9640D01A", serial: "S1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3), presets: [`GROUP=${group}`] };
    return contradictions(findings, explainFile(core, input, { identity }), name);
  });
}

t.test("random scripts", (t) => {
  const next = random(606);
  for (let round = 0; round < 100; round++) {
    const text = `${next(8) === 0 ? "" : "SET SIG 1\n"}${Array.from({ length: next(60) }, () => WORDS[next(WORDS.length)]!).join("")}`;
    const found = judge("a.txt", Buffer.from(text, "latin1"));
    if (found.length > 0) t.fail(`round ${round}: ${found[0]}`, { script: text });
  }
  t.pass("100 scripts, three telephones each");
  t.end();
});

t.test("random bytes", (t) => {
  const next = random(607);
  for (let round = 0; round < 100; round++) {
    const bytes = Uint8Array.from({ length: next(2000) }, () => (next(8) === 0 ? 10 : next(256)));
    const found = judge("a.txt", bytes);
    if (found.length > 0) t.fail(`round ${round}: ${found[0]}`, { bytes: Buffer.from(bytes).toString("hex") });
  }
  t.pass("100 files, three telephones each");
  t.end();
});

t.test("a contradiction is seen", (t) => {
  const input: ScriptInput = { name: "a.txt", bytes: Buffer.from("SET SIG 2\nSET L2QVLAN x\nGOTO A\n"), source: SOURCE };
  const explained = explainFile(core, input, { identity: { model: "9640D01A", serial: "S", mac: new Uint8Array(6) } });
  const finding = (line: number, rule: RuleName): Finding => ({ file: "a.txt", line, severity: "error", rule, message: "" });
  const honest = lintFile(core, "a.txt", input);
  t.strictSame(contradictions(honest, explained, "a.txt"), []);
  t.strictSame(contradictions([...honest, finding(1, "bad-value")], explained, "a.txt"), ["line 1 is taken, and lint says bad-value"]);
  t.strictSame(contradictions([], explained, "a.txt"), [
    "line 2 is ignored (BadValue), and lint says nothing", "a tag is missing, and lint does not say so",
  ]);
  t.match(contradictions([...honest, finding(1, "not-a-settings-file")], explained, "a.txt"), ["lint says that it is no script"]);
  t.end();
});
