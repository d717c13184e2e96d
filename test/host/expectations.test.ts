// Goal: what a run is expected to show is checked, and a failure says what was wanted, what was found, from where, and what to do.
// Method: one hand-made run, a table of expectations each met and not met; files of expectations; the XML read back by its own rules.

import t from "tap";
import { checkRun, type Expectation } from "../../host/checks/expectation.js";
import { readExpectFile } from "../../host/checks/expect-file.js";
import { causeOf, judgedBody } from "../../host/checks/judge.js";
import { expectGetValue, expectTextValue, expectValue } from "../../host/cli/expect-values.js";
import type { EndEvent } from "../../host/event-types.js";
import { junitOf } from "../../host/frontends/junit.js";
import { verdictOf, type EndBody } from "../../host/verdict.js";
import { renderVerdict } from "../../host/verdict-text.js";
import { bound, type Run } from "../support/runs.js";

const URL = "http://10.0.8.2/phones/46xxsettings.txt";

function story(): Run {
  return bound().http({ try: 1, server: "10.0.8.2", method: "GET", url: URL, status: 200, accepted: true })
    .http({ try: 2, server: "10.0.8.2", method: "GET", url: "http://10.0.8.2/phones/app.bin", status: 500, accepted: false })
    .http({ try: 2, server: "10.0.8.2", method: "GET", url: "http://10.0.8.2/phones/app.bin", status: 404, accepted: false, why: "status" })
    .http({ try: 3, server: "10.0.8.2", method: "GET", url: "http://10.0.8.2/settings.php?mac=1", status: 200, accepted: true })
    .state("script").script({ file: "46xxsettings.txt", line: 7, statement: "SET SIPDOMAIN example.com", effect: "set", name: "SIPDOMAIN" })
    .parameter("SIPDOMAIN", "example.com", "settings").parameter("PROCPSWD", "***", "settings").parameter("GROUP", "5", "command-line")
    .parameter("L2Q", "0", "default").parameter("MYCERTURL", "http://***@ca/scep", "dhcp")
    .display("prompt", "Enter username").state("login").display("title", "");
}

function bodyOf({ events, facts }: Run): EndBody {
  return verdictOf(events, facts, { ended: "reached", wanted: "login", strict: false, lenient: false });
}

const check = (run: Run, ...expectations: Expectation[]) => checkRun(expectations, run.events, bodyOf(run));

t.test("each kind of expectation, met and not met", (t) => {
  const run = story();
  const cases: readonly [Expectation, boolean, RegExp, RegExp][] = [
    [expectValue("SIPDOMAIN=example.com"), true, /"example\.com" \(46xxsettings\.txt:7\)/, /./],
    [expectValue("sipdomain=example.org"), false, /"example\.com" \(46xxsettings\.txt:7\)/, /correct line 7 of 46xxsettings\.txt/],
    [expectValue("SIPDOMAIN~^example\\."), true, /./, /./],
    [expectValue("SIPDOMAIN~^x"), false, /example\.com/, /or the expectation/],
    [expectValue("GROUP=5"), true, /"5" \(command-line\)/, /./],
    [expectValue("GROUP=6"), false, /"5" \(command-line\)/, /where it comes from \(command-line\)/],
    [expectValue("L2Q=1"), false, /"0" \(default\)/, /^let the settings file SET L2Q, or correct the expectation$/],
    [expectValue("MYCERTURL=http://ca/scep"), false, /a secret, which is hidden/, /--show-secrets/],
    [expectValue("MYCERTURL~ca/scep$"), true, /\*\*\*@ca/, /./],
    [expectGetValue("settings.php?mac=1=200"), true, /settings\.php\?mac=1: 200/, /^$/],
    [expectGetValue("settings.php?mac=2"), false, /only/, /let the script/],
    [expectGetValue("settings.php"), true, /200/, /^$/],
    [expectValue("SIPDOMIAN=example.com"), false, /no parameter SIPDOMIAN/, /did you mean SIPDOMAIN\?/],
    [expectValue("toString=x"), false, /no parameter TOSTRING/, /lists the names/],
    [expectValue("PROCPSWD=12345"), false, /a secret, which is hidden/, /--show-secrets/],
    [expectGetValue("46xxsettings.txt"), true, /200/, /^$/],
    [expectGetValue("/phones/46xxsettings.txt=200"), true, /200/, /^$/],
    [expectGetValue(URL), true, /200/, /^$/],
    [expectGetValue("app.bin=503"), false, /app\.bin: 404/, /that event/],
    [expectGetValue("b/app.bin"), false, /only \/phones\/46xxsettings\.txt, \/phones\/app\.bin, \/settings\.php$/, /let the script/],
    [expectGetValue("settings.txt"), false, /only 46xxsettings\.txt, app\.bin, settings\.php/, /let the script/],
    [expectGetValue("app.bin"), false, /app\.bin: 404, not accepted \(status\)/, /that event/],
    [expectGetValue("app.bin=404"), true, /404/, /^$/],
    [expectTextValue("Enter user"), true, /"Enter username"/, /^$/],
    [expectTextValue("no text of this kind"), false, /^last "Enter username"$/, /texts are exact/],
    [expectTextValue("Enter Username"), false, /nearest "Enter username"/, /texts are exact/],
  ];
  for (const [expectation, ok, found, advice] of cases) {
    const [result] = check(run, expectation);
    t.equal(result!.ok, ok, expectation.text);
    t.match(result!.found, found, expectation.text);
    t.match(result!.advice, advice, expectation.text);
  }
  t.end();
});

t.test("a secret that was typed is not shown, whether a telephone has the parameter or not", (t) => {
  const urls = ["MYCERTURL=http://me:12345@ca/scep", "HTTPSRVR~me:12345@"];
  for (const text of ["PROCPSWD=12345", "PROCPSWD~12345", "SCEPPASSWORD=12345", ...urls]) {
    t.notMatch(JSON.stringify(check(story(), expectValue(text))), /12345/, text);
  }
  t.notMatch(JSON.stringify(check(story(), expectGetValue("x.php?password=12345"))), /12345/);
  t.throws(() => expectValue("PROCPSWD~(12345"), { message: /^--expect PROCPSWD~…: what follows is no regular expression$/ });
  t.throws(() => expectValue("PROCPSWD 12345"), { message: /^--expect "PROCPSWD \*\*\*"/ });
  t.end();
});

t.test("a run that ended in a reset has no parameters, which is no fault of the name", (t) => {
  const [result] = checkRun([expectValue("SIPDOMAIN=x")], [], { ...bodyOf(story()), parameters: {} });
  t.match(result, { ok: false, found: /ended in a reset/, advice: /why the start-up stopped/ });
  t.end();
});

t.test("the evidence of a parameter is its line as it stands in the file", (t) => {
  const run = story().script({ file: "b.txt", line: 2, statement: 'Set  sipdomain "x"', effect: "set", name: "SIPDOMAIN" });
  const [result] = check(run, expectValue("SIPDOMAIN=y"));
  t.same(result!.evidence, [{ file: "b.txt", line: 2, text: 'Set  sipdomain "x"' }]);
  t.end();
});

t.test("the first failure is the cause of a run that got there; of one that did not all are warnings", (t) => {
  const run = story();
  const failing = [expectValue("GROUP=6"), expectValue("SIPDOMAIN=x"), expectTextValue("Enter")];
  const reached = judgedBody(bodyOf(run), check(run, ...failing));
  t.match(reached, { ok: false, code: "expectation", cause: /^--expect GROUP=6 failed: wanted GROUP "6"; found "5"/,
    evidence: [{ parameter: "GROUP", source: "command-line" }] });
  t.same(reached.warnings.filter(({ code }) => code === "expectation").map(({ cause }) => cause), [causeOf(check(run, failing[1]!)[0]!)]);
  const stopped = { ...bodyOf(run), ok: false, code: "no-offer" } as const;
  const judged = judgedBody(stopped, check(run, ...failing));
  t.match(judged, { ok: false, code: "no-offer", cause: stopped.cause });
  t.equal(judged.warnings.filter(({ code }) => code === "expectation").length, 2);
  const met = judgedBody(bodyOf(run), check(run, failing[2]!));
  t.same(met, bodyOf(run), "expectations that are met change nothing");
  const end: EndEvent = { n: 99, t: 5000, event: "end", ...reached };
  t.match(renderVerdict(end, run.events, false).join("\n"), /^FAILED {3}login, 0:05 after power-up/m);
  t.end();
});

t.test("a file of expectations: each member, and every fault by its path", (t) => {
  const file = {
    state: "login", code: "reached", parameters: { sipdomain: "example.com", GROUP: 5, APPNAME: { matches: "^x" } },
    gets: [{ path: "46xxsettings.txt" }, { path: "app.bin", status: 404 }], texts: ["Enter username"],
  };
  const results = check(story(), ...readExpectFile(JSON.stringify(file), "e.json"));
  t.same(results.map(({ expectation, ok }) => [expectation, ok]), [
    ["e.json#/state", true], ["e.json#/code", true], ["e.json#/parameters/sipdomain", true], ["e.json#/parameters/GROUP", true],
    ["e.json#/parameters/APPNAME", false], ["e.json#/gets/0", true], ["e.json#/gets/1", true], ["e.json#/texts/0", true],
  ]);
  t.equal(readExpectFile(`\ufeff${JSON.stringify(file)}`, "e.json").length, results.length, "with a byte order mark");
  const faults: readonly [string, RegExp][] = [
    ["{", /^e\.json is not JSON: line 1, column 2: the text ends/],
    ["[]", /^e\.json#: /], ['{"stat":"login"}', /"stat" is not known here; these are: .*state/],
    ['{"gets":[{"status":200}]}', /e\.json#\/gets\/0: "path" is missing/],
    ['{"gets":[{"path":"x","status":7}]}', /a status from 100 to 599/],
    ['{"parameters":{"GROUP":true}}', /#\/parameters\/GROUP: true is a boolean/], ['{"texts":[""]}', /0 characters; 1 to 1000/],
    ['{"parameters":{"GROUP":{"matches":"("}}}', /#\/parameters\/GROUP: "\(" is no regular expression/],
    ['{"parameters":{"GROUP":{}}}', /"matches" is missing/], ['{"gets":[],"texts":[]}', /^e\.json expects nothing/],
    ['{"parameters":{"PROCPSWD":{"matches":"(471"}}}', /^e\.json#\/parameters\/PROCPSWD: what follows is no regular expression$/],
  ];
  for (const [text, expected] of faults) t.throws(() => readExpectFile(text, "e.json"), { message: expected }, text);
  t.end();
});

t.test("what is no expectation is a usage error that says what to type", (t) => {
  t.throws(() => expectValue("SIPDOMAIN"), { name: "UsageError", message: /NAME=VALUE or NAME~REGEX is needed/ });
  t.throws(() => expectValue("GROUP~("), { name: "UsageError", message: /no regular expression/ });
  t.throws(() => expectGetValue("=200"), { name: "UsageError", message: /PATH or PATH=STATUS/ });
  t.throws(() => expectGetValue("a=20"), { name: "UsageError", message: /PATH or PATH=STATUS/ });
  t.throws(() => expectTextValue(""), { name: "UsageError", message: /on every screen/ });
  t.end();
});

t.test("JUnit: a case for each state and expectation; the state of the first evidence fails", (t) => {
  const run = story();
  const checks = check(run, expectValue("GROUP=5"), expectValue("SIPDOMAIN=<&\"\u0001>"));
  const good: EndEvent = { n: 99, t: 9000, event: "end", ...judgedBody(bodyOf(run), checks) };
  const text = junitOf(run.events, good, checks);
  t.notMatch(text, /[\u0001-\u0008]/, "no character that XML cannot have");
  t.match(text, /wanted {3}SIPDOMAIN &quot;&lt;&amp;/);
  t.equal(countOf(text, /<testcase /g), countOf(text, /<testcase [^>]*\/>/g) + countOf(text, /<failure /g));
  t.match(text, /<testsuite name="start-up" tests="\d+" failures="0"/);
  t.match(text, /<testsuite name="expectations" tests="2" failures="1"/);
  const n = run.events.find((event) => event.event === "http" && event.status === 404)!.n;
  const bad: EndEvent = { ...good, code: "http-status", cause: "no app.bin", evidence: [{ event: n }], advice: "put it there" };
  const failed = junitOf(run.events, bad, []);
  t.equal(countOf(failed, /<failure /g), 1);
  const inState = run.events.findLast((event) => event.event === "state" && event.n < n);
  t.match(failed, new RegExp(`name="${inState?.event === "state" ? inState.state : ""}" time="[^"]*">\\n *<failure type="http-status"`));
  const login = run.events.findLast((event) => event.event === "state")!;
  t.match(junitOf(run.events, { ...bad, evidence: [{ event: login.n }] }, []), /name="login" time="[^"]*">\n *<failure/, "a state itself");
  t.match(junitOf(run.events, { ...bad, t: login.t + 2500 }, []), /name="login" time="2\.500"\/>/, "the last state lasts until the end");
  const twice = junitOf(bound().state("conflict", "dhcp", "conflict").reset("x").state("power-up", "dhcp").events, good, []);
  const names = [...twice.matchAll(/ name="([^"]*)" time/g)].map(([, name]) => name);
  t.equal(new Set(names).size, names.length, "no two cases of one name");
  t.same(names.slice(-5), ["conflict", "dhcp (2)", "conflict (2)", "start 2: power-up", "start 2: dhcp"]);
  const bare = junitOf([], { ...bad, evidence: [] }, []);
  t.match(bare, /<testsuite name="start-up" tests="1" failures="1"[^]*name="verdict"/, "never a report without the failure");
  t.equal(countOf(junitOf(run.events, { ...bad, evidence: [{ event: 0 }] }, []), /<failure /g), 1);
  t.match(failed, /why {6}no app\.bin\nevidence event \d+ .*\ndo {7}put it there/);
  t.end();
});

function countOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}
