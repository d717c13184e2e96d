// Goal: each rule of the script language does exactly what test/cases/script.md says, however the bytes arrive.
// Method: every case whole, then cut in two at every place, then byte by byte; all give the same events.

import t from "tap";
import { blockOf, readCases, type Case } from "../../support/cases.js";
import { ScriptMachine, type RunOptions } from "../../support/script-machine.js";

const cases = readCases("test/cases/script.md");

const machine = new ScriptMachine();

function runCase(test: Case, pieces?: (offset: number) => number): string[] {
  const script = blockOf(test, "script");
  const word = (key: string): string => script.words.find((text) => text.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const files = Object.fromEntries(test.blocks.filter(({ kind }) => kind === "file").map(({ words, text }) => [words[0], text]));
  machine.reset();
  const options: RunOptions = { boot: word("boot"), app: word("app"), ...(pieces && { pieces }) };
  machine.run(script.text, files, options);
  return machine.lines();
}

t.ok(cases.length >= 120, `${cases.length} cases were read`);

for (const test of cases) {
  t.test(test.name, (t) => {
    const expected = blockOf(test, "events").text.split("\n").slice(0, -1);
    t.ok(expected.length > 0, "a case expects something");
    t.same(runCase(test), expected);
    const bytes = blockOf(test, "script").text.length;
    for (let cut = 1; cut < bytes; cut++) {
      const lines = runCase(test, (offset) => (offset < cut ? cut - offset : bytes));
      if (lines.join("\n") === expected.join("\n")) continue;
      t.same(lines, expected, `cut at ${cut}`);
      break;
    }
    t.same(runCase(test, () => 1), expected, "byte by byte");
    t.end();
  });
}
