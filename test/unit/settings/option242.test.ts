// Goal: option 242 sets what its items say, and each item and continuation is reported with its place.
// Method: a table of strings with the exact events; then random strings that must neither trap nor break a rule.

import t from "tap";
import { Source } from "../../../hal/events.js";
import { ScriptMachine } from "../../support/script-machine.js";
import { random } from "../../support/random.js";

const ROWS: readonly (readonly [name: string, option: string, events: readonly string[]])[] = [
  ["one item", "HTTPSRVR=10.0.8.2", ["0 set HTTPSRVR=10.0.8.2"]],
  ["several items", "L2QVLAN=70,HTTPDIR=phones,SIG=2", ["0 set L2QVLAN=70", "11 set HTTPDIR=phones", "26 set SIG=2"]],
  ["names in any case", "httpSrvr=a,sig=1", ["0 set HTTPSRVR=a", "11 set SIG=1"]],
  ["a segment without = continues a list", "HTTPSRVR=a,b,c,SIG=2", [
    "0 set HTTPSRVR=a,b,c", "11 continued HTTPSRVR=b", "13 continued HTTPSRVR=c", "15 set SIG=2",
  ]],
  ["blanks around a segment do not count", "HTTPSRVR=a, b ,\t SIG=2 ", ["0 set HTTPSRVR=a,b", "12 continued HTTPSRVR=b", "17 set SIG=2"]],
  ["quotes protect commas and =", 'HTTPSRVR="a,b=c",SIG=2', ["0 set HTTPSRVR=a,b=c", "17 set SIG=2"]],
  ["quotes inside", 'HTTPSRVR=a","b,SIG=2', ["0 set HTTPSRVR=a,b", "15 set SIG=2"]],
  ["a quoted continuation", 'HTTPSRVR=a,"x=y"', ["0 set HTTPSRVR=a,x=y", "11 continued HTTPSRVR=x=y"]],
  ["a quote that is not closed", 'HTTPSRVR="a,SIG=2', ["0 set HTTPSRVR=a,SIG=2 [quote-not-closed]"]],
  ["a quote that is not closed in a continuation", 'HTTPSRVR=a,"b', [
    "0 set HTTPSRVR=a,b [quote-not-closed]", "11 continued HTTPSRVR=b",
  ]],
  ["a value may hold =", "HTTPSRVR=a=b", ["0 set HTTPSRVR=a=b"]],
  ["empty segments are nothing", ",SIG=2,,HTTPDIR=a,", ["1 set SIG=2", "8 set HTTPDIR=a"]],
  ["an empty value empties", "HTTPSRVR=a,HTTPSRVR=", ["0 set HTTPSRVR=a", "11 set HTTPSRVR="]],
  ["unknown", "TFTPSRVR=10.0.0.1,x", ["0 unknown TFTPSRVR=10.0.0.1,x [unknown-parameter]", "18 continued TFTPSRVR=x"]],
  ["known, but not from DHCP", "SIPDOMAIN=a,APPNAME=b,GROUP=1", [
    "0 not-from-dhcp SIPDOMAIN=a [wrong-source]", "12 not-from-dhcp APPNAME=b [wrong-source]", "22 not-from-dhcp GROUP=1 [wrong-source]",
  ]],
  ["an invalid value discards its item alone", "L2QVLAN=4095,SIG=2,L2QVLAN=x", [
    "0 invalid L2QVLAN=4095 [out-of-range]", "13 set SIG=2", "19 invalid L2QVLAN=x [not-a-number]",
  ]],
  ["a number does not continue", "SIG=1,2", ["0 invalid SIG=1,2 [not-a-number]", "6 continued SIG=2"]],
  ["nothing to continue", "10.0.0.1,SIG=2", ["0 invalid 10.0.0.1= [no-equals-sign]", "9 set SIG=2"]],
  ["no name", "=a", ["0 unknown =a [unknown-parameter]"]],
  ["zero bytes at the end", "SIG=2\0\0", ["0 set SIG=2"]],
  ["nothing", "", []],
  ["a macro", "HTTPDIR=$MACADDR", ["0 set HTTPDIR=$MACADDR"]],
  ["255 bytes are taken", `HTTPSRVR=${"a".repeat(255)}`, [`0 set HTTPSRVR=${"a".repeat(255)}`]],
  ["256 are too long, and shown cut", `HTTPSRVR=${"a".repeat(300)}`, [`0 invalid HTTPSRVR=${"a".repeat(256)} [too-long]`]],
];

for (const [name, option, events] of ROWS) {
  t.test(name, (t) => {
    const machine = new ScriptMachine();
    machine.call("option242_apply", ...machine.give(option));
    t.same(machine.options(), events);
    t.end();
  });
}

t.test("a long list that grows by continuations stays within its buffer", (t) => {
  const machine = new ScriptMachine();
  machine.call("option242_apply", ...machine.give(`HTTPSRVR=${"abc,".repeat(2000)}SIG=2`));
  t.equal(machine.options()[0], `0 invalid HTTPSRVR=${"abc,".repeat(64)} [too-long]`);
  t.equal(machine.options().length, 18, "the item, the first 16 of 1999 continuations, and the next item");
  t.equal(machine.value("HTTPSRVR"), "");
  t.equal(machine.value("SIG"), "2");
  t.end();
});

t.test("what was entered locally stays", (t) => {
  const machine = new ScriptMachine();
  machine.set("HTTPSRVR", "10.0.0.9", Source.CommandLine);
  machine.call("option242_apply", ...machine.give("HTTPSRVR=10.0.8.2"));
  t.same(machine.options(), ["0 invalid HTTPSRVR=10.0.8.2 [lower-rank]"]);
  t.equal(machine.value("HTTPSRVR"), "10.0.0.9");
  t.end();
});

t.test("random options: offsets rise or repeat nothing, and only names from DHCP change", (t) => {
  const next = random(242);
  const words = ["HTTPSRVR", "SIG", "SIPDOMAIN", "=", "=", ",", ",", '"', " ", "70", "10.0.0.1", "\0", "\xff", "x".repeat(90)];
  for (let round = 0; round < 400; round++) {
    const machine = new ScriptMachine();
    const option = Array.from({ length: next(40) }, () => words[next(words.length)]!).join("");
    machine.call("option242_apply", ...machine.give(option));
    const offsets = machine.events.filter(({ fields }) => "Offset" in fields).map(({ fields }) => Number(fields["Offset"]));
    const sorted = offsets.every((offset, index) => offset < option.length && (index === 0 || offset > offsets[index - 1]!));
    if (!sorted || machine.value("SIPDOMAIN") !== "") t.fail(`round ${round}: ${JSON.stringify(option)}`);
  }
  t.pass("no trap");
  t.end();
});
