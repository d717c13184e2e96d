// Goal: explain says what the telephone would do with a file, in the shape that docs/CLI.md promises.
// Method: files in memory through the core; each field of the answer, then why, against and phones.

import t from "tap";
import { differencesOf, groupResults } from "../../host/explain/compare.js";
import { explainFile, type Explained, type Reader } from "../../host/explain/explain.js";
import { statementsOn } from "../../host/explain/statements.js";
import { subjectOf } from "../../host/explain/subjects.js";
import { differencesText, explanationText, phonesText, shown, statementsText } from "../../host/explain/text.js";
import { PARAMETERS } from "../../host/parameter-table.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { core } from "../support/core.js";

const MAC = Uint8Array.of(0x00, 0x04, 0x0d, 0xab, 0xcd, 0xef);
const STORED = { bootname: "", appname: "" };

interface Telephone {
  readonly presets?: readonly string[];
  readonly option242?: string;
  readonly model?: string;
  readonly mac?: Uint8Array;
  readonly bootName?: string;
}

function reader({ option242, ...identity }: Telephone = {}): Reader {
  return { identity: { model: "9640D01A", serial: "S1", mac: MAC, ...identity }, ...(option242 === undefined ? {} : { option242 }) };
}

function explain(script: string | undefined, telephone: Telephone = {}, files: Readonly<Record<string, string>> = {}): Explained {
  const source = new MemoryFiles(files);
  const file = script === undefined ? undefined : { name: "a.txt", bytes: Buffer.from(script, "latin1"), source };
  return explainFile(core, file, reader(telephone));
}

t.test("parameters with the line that set each, through a chain of files", (t) => {
  const { explanation } = explain("SET APPNAME app.bin\nSET SIG 1\nGET missing.txt\nGET b.txt\nSET SIG 0\n", {}, {
    "b.txt": "SET VLANTEST 5\nSET HTTPDIR $MACADDR\nSET SIG 2\n",
  });
  t.strictSame(explanation, {
    parameters: {
      APPNAME: { value: "app.bin", file: "a.txt", line: 1 },
      HTTPDIR: { value: "00040dabcdef", file: "b.txt", line: 2 },
      SIG: { value: "2", file: "b.txt", line: 3 },
      VLANTEST: { value: "5", file: "b.txt", line: 1 },
    },
    appname: "app.bin",
    get: [{ file: "missing.txt", found: false }, { file: "b.txt", found: true }],
    ended: "end-of-file",
    ignored: [],
  });
  t.end();
});

t.test("a file's own file servers are shown and not followed", (t) => {
  const { explanation } = explain("SET HTTPSRVR 192.0.2.1\nSET HTTPDIR phones\nSET HTTPPORT 8080\nSET TLSSRVR 192.0.2.2\nGET b.txt\n", {
    option242: "HTTPSRVR=192.0.2.9,HTTPPORT=81,HTTPDIR=x",
  }, { "b.txt": "SET SIG 2\n" });
  t.strictSame(explanation.get, [{ file: "b.txt", found: true }]);
  t.strictSame(explanation.parameters["HTTPSRVR"], { value: "192.0.2.1", file: "a.txt", line: 1 });
  t.strictSame(explanation.parameters["HTTPPORT"], { value: "8080", file: "a.txt", line: 3 });
  t.end();
});

t.test("what was ignored, whole lines, and why", (t) => {
  const lines = ["  SET SIG 1", "SET L2QVLAN 4095", "SET COUNTRY USA", "SET GROUP 7", "SET SIG 2 ## text", 'SET SIPDOMAIN "a',
    "IF $HWVERS SEQ 1 GOTO X", "ADD SIG 1", "SET SIG"];
  const { explanation } = explain(`${lines.join("\r\n")}\r\n`);
  t.strictSame(explanation.ignored.map(({ line, text }) => [line, text]), lines.map((text, index) => [index + 1, text]));
  t.strictSame(explanation.ignored.map(({ why }) => why), [
    "not a statement", "bad value: a whole number from 0 to 4094 is needed", "unknown parameter",
    "wrong source: it is set in the local procedures (GROUP)", "text ignored: text behind the statement",
    "quote not closed: the value runs to the end of the line", "undefined name: $HWVERS is not defined in this release",
    "not supported: ADD is of later releases", "missing value",
  ]);
  t.strictSame(explanation.parameters, {
    SIG: { value: "2", file: "a.txt", line: 5 }, SIPDOMAIN: { value: "a", file: "a.txt", line: 6 },
  });
  t.end();
});

t.test("a long line is whole, and bytes outside ASCII are letters", (t) => {
  const long = `SET SIPDOMAIN ${"a".repeat(3000)}`;
  t.strictSame(explain(long).explanation.ignored.map(({ text }) => text), [long]);
  t.equal(explain("SET SIG 2\nz\xc3\xbcrich").explanation.ignored[0]?.text, "zürich", "UTF-8");
  t.equal(explain("SET SIG 2\nz\xfcrich").explanation.ignored[0]?.text, "zürich", "a code page");
  t.end();
});

t.test("how a file ends", (t) => {
  const loop = "# A\nSET SIG 1\nGOTO A\n";
  t.equal(explain("SET SIG 1\nGOTO NOWHERE\nSET SIG 2\n").explanation.ended, "goto-missing");
  t.equal(explain(loop).explanation.ended, "step-limit", "100,000 statements");
  t.equal(explain("GET a.txt\n", {}, { "a.txt": "" }).explanation.ended, "step-limit", "it follows itself until the depth is used");
  const large = explain(`SET SIG 2\n${"#".repeat(4 * 1024 * 1024)}`).explanation;
  t.match(large, { ended: "step-limit", parameters: {}, ignored: [{ line: 1, text: "SET SIG 2", why: /^too large/ }] });
  t.end();
});

t.test("a file that is no script", (t) => {
  for (const file of ["<html>\n<p>SET SIG 2\n", "## nothing\n# END\n", "", "\xff\xfeS\0E\0T\0"]) {
    const { parameters, ended, ignored, get } = explain(file).explanation;
    t.strictSame({ parameters, ended, get }, { parameters: {}, ended: "end-of-file", get: [] }, JSON.stringify(file));
    t.strictSame(ignored.map(({ why, line }) => [why, line]), [["not a script", 1]]);
  }
  t.equal(explain("<html>\n").explanation.ignored[0]?.text, "<html>");
  t.end();
});

t.test("option 242: with a file at its rank, and alone", (t) => {
  const option242 = "HTTPSRVR=192.0.2.9,L2QVLAN=4095,SIPDOMAIN=x,SIG=1,NOBODY=2";
  const { parameters, ignored } = explain("SET SIG 2\n", { option242 }).explanation;
  t.strictSame(parameters, {
    HTTPSRVR: { value: "192.0.2.9", file: "option242", line: 1 }, SIG: { value: "2", file: "a.txt", line: 1 },
  });
  t.strictSame(ignored.map(({ text, why }) => `${text}: ${why}`), [
    "L2QVLAN=4095: out of range: a whole number from 0 to 4094 is needed", "SIPDOMAIN=x: wrong source: SIPDOMAIN is not taken from DHCP",
    "NOBODY=2: unknown parameter",
  ]);
  const alone = explain(undefined, { option242: "L2QVLAN=70" }).explanation;
  const parameter = { value: "70", file: "option242", line: 1 };
  t.strictSame(alone, { parameters: { L2QVLAN: parameter }, appname: "", get: [], ended: "end-of-file", ignored: [] });
  t.end();
});

t.test("what was entered locally beats the file, and IF sees it", (t) => {
  const script = "IF $GROUP SEQ 7 GOTO A\nSET SIPDOMAIN other.example\nGOTO B\n# A\nSET SIPDOMAIN seven.example\n# B\nSET SIG 2\n";
  const { parameters, ignored } = explain(script, { presets: ["GROUP=7", "SIG=1"] }).explanation;
  t.strictSame(parameters, { SIPDOMAIN: { value: "seven.example", file: "a.txt", line: 5 } });
  t.strictSame(ignored, [{ file: "a.txt", line: 7, text: "SET SIG 2", why: "lower rank: what was entered locally beats a file" }]);
  t.end();
});

t.test("GET reads nothing outside the folder, and a file of any name can be explained", (t) => {
  const script = "GET ../b.txt\nGET /b.txt\nGET %2e%2e/b.txt\nGET sub/../b.txt\n";
  const { get } = explain(script, {}, { "b.txt": "SET SIG 2\n", "../b.txt": "SET SIG 1\n" }).explanation;
  t.ok(get.every(({ found }) => !found), JSON.stringify(get));
  const odd = { name: "Kopie von 46xx (2).txt", bytes: Buffer.from("SET SIG 2\n"), source: new MemoryFiles({}) };
  t.strictSame(explainFile(core, odd, reader()).explanation.parameters, { SIG: { value: "2", file: odd.name, line: 1 } });
  t.end();
});

t.test("values are shown as they are", (t) => {
  t.equal(explain("SET PROCPSWD 1357\n").explanation.parameters["PROCPSWD"]?.value, "1357");
  t.end();
});

t.test("why: every statement on a name, taken or skipped, and what decided", (t) => {
  const script = [
    "SET L2QVLAN 1", "IF $GROUP SEQ 7 GOTO SEVEN", "SET L2QVLAN 2", "GOTO END", "# SEVEN", "SET L2QVLAN 7", "SET L2QVLAN 4095", "# END",
    "GET b.txt", "SET L2QVLAN 9", "",
  ].join("\n");
  const why = (presets: readonly string[]): string => {
    const { run } = explain(script, { presets }, { "b.txt": "SET SIG 2\nset l2qvlan 3\n" });
    return statementsText("l2qvlan", statementsOn(core, "l2qvlan", run));
  };
  const passed = ["           a.txt:4  GOTO END  taken", "           a.txt:2  IF $GROUP SEQ 7 GOTO SEVEN  not taken"];
  t.equal(why([]), [
    "taken    a.txt:1  SET L2QVLAN 1",
    "taken    a.txt:3  SET L2QVLAN 2",
    "skipped  a.txt:6  SET L2QVLAN 7", ...passed,
    "skipped  a.txt:7  SET L2QVLAN 4095", ...passed,
    "skipped  a.txt:10  SET L2QVLAN 9", "           a.txt:9  GET b.txt  obtained: a file that was obtained does not return",
    "taken    b.txt:2  set l2qvlan 3", "",
  ].join("\n"));
  t.match(why(["GROUP=7"]), [
    "skipped  a.txt:3  SET L2QVLAN 2", "           a.txt:2  IF $GROUP SEQ 7 GOTO SEVEN  taken",
    "skipped", "",
  ].slice(0, 2).join("\n"));
  t.match(why(["GROUP=7"]), "taken    a.txt:6  SET L2QVLAN 7\n           a.txt:2  IF $GROUP SEQ 7 GOTO SEVEN  taken\n");
  t.match(why(["GROUP=7"]), "ignored  a.txt:7  SET L2QVLAN 4095\n           bad value: a whole number from 0 to 4094 is needed\n");
  t.equal(statementsText("X", []), "No statement on X.\n");
  t.end();
});

t.test("why: what a missing tag cut off", (t) => {
  const { run } = explain("SET SIG 1\nGOTO NOWHERE\nSET SIG 2\n");
  const [first, second] = statementsOn(core, "$SIG", run);
  t.match(first, { taken: true, line: 1 });
  t.match(second, { taken: false, line: 3, decided: [{ line: 2, text: "GOTO NOWHERE", how: /no such tag|taken/ }] });
  t.end();
});

t.test("against: effective differences alone", (t) => {
  const old = explain("SET SIG 1\nSET VLANTEST 5\nSET SIPDOMAIN a\n").explanation;
  const now = explain("## moved\nSET SIPDOMAIN a\nSET SIG 2\nSET L2QVLAN 70\n").explanation;
  const differences = differencesOf(old, now);
  t.strictSame(differences, [
    { name: "L2QVLAN", old: null, new: { value: "70", file: "a.txt", line: 4 } },
    { name: "SIG", old: { value: "1", file: "a.txt", line: 1 }, new: { value: "2", file: "a.txt", line: 3 } },
    { name: "VLANTEST", old: { value: "5", file: "a.txt", line: 2 }, new: null },
  ]);
  t.match(differencesText(differences), "SIG\n  old  1  a.txt:1\n  new  2  a.txt:3\n");
  t.equal(differencesText([]), "No effective difference.\n");
  t.end();
});

t.test("phones: one entry for each distinct result; a telephone's own address makes none", (t) => {
  const script = "SET HTTPDIR p/$MACADDR\nIF $GROUP SEQ 7 GOTO A\nGET $MACADDR.txt\n# A\nSET SIG 2\n";
  const phone = (last: number, model: string, group: string) => ({ mac: Uint8Array.of(0, 4, 13, 0, 0, last), model, group });
  const phones = [phone(1, "9640D01A", "0"), phone(2, "9630D01A", "7"), phone(3, "9640D01A", "0")];
  const results = groupResults(phones, ({ mac, model, group }) => explain(script, { mac, model, presets: [`GROUP=${group}`] }).explanation);
  t.strictSame(results.map(({ phones: who }) => who.map(({ mac }) => mac)), [["00040d000001", "00040d000003"], ["00040d000002"]]);
  t.equal(results[0]?.explanation.parameters["HTTPDIR"]?.value, "p/$MACADDR");
  t.strictSame(results[0]?.explanation.get, [{ file: "$MACADDR.txt", found: false }]);
  t.match(phonesText(results, STORED), "== 2 of them: 00040d000001 9640D01A group 0, 00040d000003 9640D01A group 0\n");
  t.end();
});

t.test("the text: what would be fetched, groups, places, what was ignored", (t) => {
  const { explanation } = explain("SET APPNAME app.bin\nSET L2QVLAN 70\nSET COUNTRY USA\nSET SIG 9\nSET SNTPSRVR \"\"\nGET b.txt\n");
  t.equal(explanationText(explanation, STORED), [
    "APPNAME  app.bin  a.txt:1  would be fetched",
    "GET      b.txt  not found: the next line follows",
    "ended    at the end of the file",
    "", "software", "  APPNAME   app.bin  a.txt:1",
    "", "network", '  SNTPSRVR  ""       a.txt:5',
    "", "VLAN and priority", "  L2QVLAN   70       a.txt:2",
    "", "ignored", "  a.txt:4  SET SIG 9", "      bad value: a whole number from 0 to 2 is needed",
    "  1 of names that this telephone has no parameter for: COUNTRY", "",
  ].join("\n"));
  t.match(explanationText(explanation, { bootname: "", appname: "app.bin" }), "app.bin  a.txt:1  stored already: nothing is fetched\n");
  t.match(explanationText(explain("SET SIG 9\n").explanation, STORED), "APPNAME  not set: no application is fetched\n");
  t.equal(shown("a\x1b[2J\u202e\tb"), "a\\x1b[2J\\x202e b", "nothing moves the cursor");
  t.end();
});

t.test("every parameter has a subject", (t) => {
  t.strictSame(PARAMETERS.filter(({ name }) => subjectOf(name) === "other"), []);
  t.end();
});

/** Lines of 66 characters: 15,000 of them are a megabyte. */
function fileOf(count: number): string {
  return Array.from({ length: count }, (_, index) => `SET L2QVLAN ${index % 4000}`.padEnd(66, " ")).join("\n");
}

t.test("work grows with the file alone: polls and calls for each byte, over six sizes", (t) => {
  const sizes = [500, 1000, 2000, 4000, 8000, 15_000];
  const points = sizes.map((count) => {
    const script = fileOf(count);
    const { run } = explain(script);
    t.equal(run.steps.length, count + 1, "one event a statement and one for the end");
    return { bytes: script.length, work: run.pollCount + run.callCount };
  });
  const logs = points.map(({ bytes, work }) => [Math.log(bytes), Math.log(work)] as const);
  const mean = (index: 0 | 1): number => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const square = logs.reduce((sum, [x]) => sum + (x - mean(0)) ** 2, 0);
  const slope = logs.reduce((sum, [x, y]) => sum + (x - mean(0)) * (y - mean(1)), 0) / square;
  t.ok(slope <= 1.05, `exponent ${slope.toFixed(3)}`);
  const file = fileOf(15_000);
  const startUs = process.cpuUsage();
  explain(file);
  const { user, system } = process.cpuUsage(startUs);
  t.comment(`${file.length} bytes, 15,000 lines: ${Math.round((user + system) / 1000)} ms of processor time; exponent ${slope.toFixed(3)}`);
  t.ok(points.every(({ bytes, work }) => work < 200 + bytes / 20), JSON.stringify(points));
  t.end();
});
