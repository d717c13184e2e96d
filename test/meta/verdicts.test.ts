// Goal: each code of a verdict is shown by a whole start-up. Method: the goldens' own end lines against the list of
// codes; the page that is made of them; the generator's refusals, on folders of its own.

import { readFileSync } from "node:fs";
import t from "tap";
import { WARNING_CODES } from "../../host/verdict-codes.js";
import { page, verdictsOf, type Verdict } from "../../tools/verdicts.js";

const verdicts = verdictsOf();

t.test("every code has a scenario, and the page is what they say", (t) => {
  t.equal(readFileSync("docs/VERDICTS.md", "utf8"), page(verdicts), "`npm run generate` and review what changed");
  t.ok(verdicts.length > 300, `${verdicts.length} scenarios`);
  t.end();
});

t.test("whatever stopped says why and what to do", (t) => {
  const stopped = verdicts.filter(({ code }) => code !== "reached" && !(WARNING_CODES as readonly string[]).includes(code));
  for (const { scenario, words } of stopped) {
    t.match(words, [/^why .{20}/, /^do .{15}/], scenario);
    t.notMatch(words.join(" "), /undefined|NaN|\[object|  {2,}\S.*\?\?/, scenario);
  }
  t.end();
});

t.test("a code without a scenario, and a scenario with a code that is none", (t) => {
  const without = (code: string): Verdict[] => verdicts.filter((verdict) => verdict.code !== code);
  t.throws(() => page(without("router-silent")), /no golden ends with router-silent: add a scenario/);
  t.throws(() => page([...verdicts, { ...verdicts[0]!, code: "sunspots" }]), /goldens end with sunspots/);
  const folder = t.testdir({
    some: { "a.txt": "scenario a\n@5 end       login tls\nwhy  it | is\ndo   that\nexit 1\n", "b.txt": "no end\n" },
  });
  t.same(verdictsOf(folder), [{ scenario: "some/a", code: "tls", state: "login", words: ["why  it | is", "do   that"], exit: "1" }]);
  t.end();
});
