// Goal: the pages about explain and lint show what the commands say, and the table of the real script is what the script says.
// Method: the examples of docs/LINT.md and docs/EXPLAIN.md through the core; the table is computed again where the scripts are at hand.

import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { explainFile } from "../../host/explain/explain.js";
import { statementsOn } from "../../host/explain/statements.js";
import { explanationText, statementsText } from "../../host/explain/text.js";
import { RULES } from "../../host/lint/finding.js";
import { lintFile } from "../../host/lint/lint.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { blockOf, readCases } from "../support/cases.js";
import { core } from "../support/core.js";

const FOLDER = "../shared/samples/settings";
const skip = existsSync(FOLDER) ? false : `${FOLDER} is not here`;
const EXPLAIN_PAGE = readFileSync("docs/EXPLAIN.md", "utf8");

function input(name: string, text: string) {
  return { name, bytes: Buffer.from(text, "latin1"), source: new MemoryFiles({}) };
}

t.test("LINT.md: a section for each rule; its bad example says what stands there, its cure says nothing of the rule", (t) => {
  const sections = readCases("docs/LINT.md");
  t.strictSame(sections.map(({ name }) => name), Object.keys(RULES));
  for (const section of sections) {
    const said = lintFile(core, "a.txt", input("a.txt", blockOf(section, "script").text))
      .map(({ line, severity, rule, message }) => `${line} ${severity} ${rule} | ${message}\n`).join("");
    t.equal(said, blockOf(section, "findings").text, section.name);
    t.match(said, ` ${section.name} | `);
    const cured = lintFile(core, "a.txt", input("a.txt", blockOf(section, "cure").text));
    t.strictSame(cured.filter(({ rule, severity }) => rule === section.name || severity === "error"), [], `${section.name}: the cure`);
  }
  t.end();
});

t.test("EXPLAIN.md: the example and its why", (t) => {
  const block = (kind: string): string => new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\`$`, "m").exec(EXPLAIN_PAGE)?.[1] ?? "";
  const identity = { model: "9640D01A", serial: "S1", mac: Uint8Array.of(0x00, 0x04, 0x0d, 0x12, 0x34, 0x56), presets: ["GROUP=7"] };
  const { explanation, run } = explainFile(core, input("46xxsettings.txt", block("script")), { identity });
  const text = explanationText(explanation, { bootname: "", appname: "" });
  t.equal(block("explained"), `46xxsettings.txt for a 9640D01A, group 7\n\n${text}`);
  t.equal(block("why"), statementsText("L2QVLAN", statementsOn(core, "L2QVLAN", run)));
  t.end();
});

t.test("EXPLAIN.md: the table of the real upgrade script", { skip }, (t) => {
  const rows = EXPLAIN_PAGE.split("\n").filter((line) => /^\| \d{4}/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  t.equal(rows.length, 12, "four models in three conditions");
  const script = readFileSync(`${FOLDER}/96xxupgrade.txt`);
  for (const [model = "", condition, boot = "", application = "", appname, line, fate] of rows) {
    const stored = { bootname: boot, appname: application === "-" ? "" : application };
    const identity = { model, serial: "S1", mac: new Uint8Array(6), bootName: stored.bootname, appName: stored.appname };
    const { explanation } = explainFile(core, { name: "96xxupgrade.txt", bytes: script, source: new MemoryFiles({}) }, { identity });
    const { value, line: setBy } = explanation.parameters["APPNAME"]!;
    t.strictSame([explanation.appname, value, String(setBy)], [appname, appname, line], `${model}, ${condition}`);
    const known = explanation.appname === stored.appname || explanation.appname === stored.bootname;
    t.equal(known ? "stored already" : "fetched", fate);
    t.match(explanationText(explanation, stored), known ? "stored already" : "would be fetched");
    t.strictSame(explanation.get, [{ file: "46xxsettings.txt", found: false }]);
    t.equal(explanation.ended, "end-of-file");
  }
  t.end();
});

t.test("the other public files: no error, and no application", { skip }, (t) => {
  for (const name of ["96x1Supgrade.txt", "J100Supgrade.txt", "46xxsettings-9641.txt", "46xxsettings-proxy.txt", "96xxupgrade.txt"]) {
    const file = { name, bytes: readFileSync(`${FOLDER}/${name}`), source: new MemoryFiles({}) };
    t.strictSame(lintFile(core, name, file).filter(({ severity }) => severity === "error"), [], name);
    const { explanation } = explainFile(core, file, { identity: { model: "9640D01A", serial: "S1", mac: new Uint8Array(6) } });
    t.equal(explanation.appname !== "", name === "96xxupgrade.txt", name);
    t.equal(explanation.ended, "end-of-file", name);
  }
  t.end();
});
