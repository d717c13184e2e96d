// Goal: each rule of lint finds exactly what test/cases/lint.md says, and nothing else.
// Method: every case through the core; its files are in memory.

import t from "tap";
import { lintFile } from "../../host/lint/lint.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { blockOf, readCases } from "../support/cases.js";
import { core } from "../support/core.js";

t.test("a line of more than 4096 bytes", (t) => {
  const bytes = Buffer.from(`SET SIG 2\nSET SIPDOMAIN ${"a".repeat(4100)}\n`);
  const findings = lintFile(core, "first.txt", { name: "first.txt", bytes, source: new MemoryFiles({}) });
  t.match(findings, [{ line: 2, rule: "not-a-statement", message: /longer than 4096 bytes/ }]);
  t.equal(findings.length, 1);
  t.end();
});

for (const test of readCases("test/cases/lint.md")) {
  t.test(test.name, (t) => {
    const files = test.blocks.filter(({ kind }) => kind === "file").map(({ words, text }) => [words[0], text]);
    const bytes = Buffer.from(blockOf(test, "script").text, "latin1");
    const findings = lintFile(core, "first.txt", { name: "first.txt", bytes, source: new MemoryFiles(Object.fromEntries(files)) });
    const lines = findings.map(({ line, severity, rule, message }) => `${line} ${severity} ${rule} | ${message}`);
    t.strictSame(lines, blockOf(test, "findings").text.split("\n").slice(0, -1));
    t.end();
  });
}
