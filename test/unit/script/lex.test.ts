// Goal: in lex mode each physical line gives one event and nothing is executed; then one event for the end.
// Method: a script with every kind of line, its exact events, whole and cut at every place.

import t from "tap";
import { ScriptMachine } from "../../support/script-machine.js";

const SCRIPT = [
  "## comment", "# TAG", "", "SET SIG 2", "SET COUNTRY USA", "GOTO NOWHERE", "IF $SIG SEQ 0 GOTO TAG now", "GET a.txt", "ADD A b",
  " SET SIG 1", "SET SIG", "IF $SIG", "SET A \"b", "x".repeat(5000), "last",
].join("\r\n");

/** What is left of a record for a statement: 1024 - 256 in reserve - 1 kind - 13 file - 8 line - 10 codes - 4 of its own. */
const CUT_BYTES = 732;

const EVENTS = [
  "1 ignored | ## comment", "2 ignored TAG | # TAG", "3 ignored", "4 set SIG=2 | SET SIG 2", "5 set COUNTRY=USA | SET COUNTRY USA",
  "6 taken NOWHERE | GOTO NOWHERE", "7 taken SIG=0 [text-ignored] | IF $SIG SEQ 0 GOTO TAG now", "8 get a.txt | GET a.txt",
  "9 ignored A=b [not-supported] | ADD A b", "10 ignored [not-a-statement] |  SET SIG 1", "11 ignored SIG= [missing-value] | SET SIG",
  "12 ignored SIG= [bad-condition] | IF $SIG", '13 set A=b [quote-not-closed] | SET A "b',
  `14 ignored [line-too-long] | ${"x".repeat(CUT_BYTES)}`, "15 ignored [not-a-statement] | last", "15 end [end-of-file]",
];

const machine = new ScriptMachine();

function lex(script: string, pieces?: (offset: number) => number): string[] {
  machine.reset();
  machine.run(script, {}, { lex: true, ...(pieces && { pieces }) });
  return machine.lines();
}

t.test("one event a line, nothing executed", (t) => {
  t.same(lex(SCRIPT), EVENTS);
  t.equal(machine.value("SIG"), "0");
  t.same(machine.changes(), []);
  t.ok(machine.eventsPerPollMax <= 64, `${machine.eventsPerPollMax} events in a poll`);
  t.end();
});

t.test("cut at every place", (t) => {
  for (let cut = 1; cut < SCRIPT.length; cut++) {
    const lines = lex(SCRIPT, (offset) => (offset < cut ? cut - offset : SCRIPT.length));
    if (lines.join("\n") === EVENTS.join("\n")) continue;
    t.same(lines, EVENTS, `cut at ${cut}`);
    break;
  }
  t.pass("every cut up to the first that differs");
  t.end();
});

t.test("what is not a script is still read to its end", (t) => {
  t.same(lex("<html>\nSET SIG 2\n"), [
    "1 ignored [not-a-statement] | <html>", "2 set SIG=2 | SET SIG 2", "2 end [not-a-script]",
  ]);
  t.same(lex("text"), ["1 ignored [not-a-statement] | text", "1 end [not-a-script]"]);
  t.same(lex(""), ["0 end [not-a-script]"]);
  t.end();
});
