// Goal: core records become the events of the command line's contract, and a hostile record becomes nothing at all.
// Method: records built by hand, one field type and one naming rule at a time; each cut and each damaged byte of a good record.

import t from "tap";
import {
  BootState, EventKind, Field, FieldType, HttpError, HttpWhy, ImageVerdict, Notice, OptionEffect, ScriptEffect, SlotName,
  SlotState, Source, ValueWhy,
} from "../../hal/events.js";
import { Kind, ResetCause, Row } from "../../hal/abi.js";
import { decodeRecord, kebabCase, textOf } from "../../host/event-record.js";
import { EventLog } from "../../host/events.js";
import { record } from "../support/records.js";

const HTTP = record(
  EventKind.Http,
  [Field.Status, FieldType.Number, 404], [Field.Try, FieldType.Number, 2], [Field.Server, FieldType.Address, 0xc0000201],
  [Field.Url, FieldType.Text, "http://192.0.2.1/96xxupgrade.txt"], [Field.Accepted, FieldType.Flag, 0],
  [Field.HttpWhy, FieldType.Code, HttpWhy.StatusNotUsable], [Field.HttpError, FieldType.Code, HttpError.None],
);

t.test("names are the members' names in kebab case", (t) => {
  t.strictSame(["NotAContainer", "PowerUp", "EcdsaP256", "Rsa2048", "Option242", "CommandLine", "Sha256", "Http"].map(kebabCase),
    ["not-a-container", "power-up", "ecdsa-p256", "rsa2048", "option242", "command-line", "sha256", "http"]);
  t.end();
});

t.test("fields are printed in the contract's order, whatever order they came in", (t) => {
  const decoded = decodeRecord(HTTP);
  t.equal(decoded?.kind, EventKind.Http);
  t.equal(JSON.stringify(decoded?.fields), '{"try":2,"server":"192.0.2.1","url":"http://192.0.2.1/96xxupgrade.txt",' +
    '"status":404,"accepted":false,"why":"status-not-usable"}');
  t.end();
});

t.test("long field names are printed as the short ones of the contract", (t) => {
  const cases: readonly [Uint8Array, object][] = [
    [record(EventKind.Option, [Field.OptionEffect, FieldType.Code, OptionEffect.NotFromDhcp],
      [Field.OptionWhy, FieldType.Code, ValueWhy.WrongSource]), { effect: "not-from-dhcp", why: "wrong-source" }],
    [record(EventKind.Script, [Field.ScriptEffect, FieldType.Code, ScriptEffect.NotTaken]), { effect: "not-taken" }],
    [record(EventKind.Slot, [Field.SlotState, FieldType.Code, SlotState.Trial], [Field.Slot, FieldType.Code, SlotName.B],
      [Field.Kind, FieldType.Code, Kind.Application]), { kind: "application", slot: "B", state: "trial" }],
    [record(EventKind.Reset, [Field.Reason, FieldType.Code, ResetCause.NoSoftware]), { reason: "no-software" }],
    [record(EventKind.Image, [Field.Verdict, FieldType.Code, ImageVerdict.NotAContainer],
      [Field.Digest, FieldType.Hex, Uint8Array.of(0, 171, 255)]), { verdict: "not-a-container", digest: "00abff" }],
    [record(EventKind.Slot, [Field.Counter, FieldType.Signed, -5]), { counter: -5 }],
    [record(EventKind.Slot, [Field.Counter, FieldType.Number, 0xffffffff]), { counter: 4294967295 }],
  ];
  for (const [bytes, expected] of cases) t.same(decodeRecord(bytes)?.fields, expected);
  t.end();
});

t.test("text is UTF-8 where it is UTF-8 and Latin-1 where it is not", (t) => {
  t.equal(textOf(Uint8Array.of(0xc3, 0xa9)), "é");
  t.equal(textOf(Uint8Array.of(0xe9, 0x20, 0x85)), "é \u0085");
  t.equal(textOf(new Uint8Array(0)), "");
  t.end();
});

t.test("a record that is cut or damaged never throws, and is dropped whole", (t) => {
  const whole = new Set([0, ...fieldEnds(HTTP)]);
  for (let bytes = 0; bytes < HTTP.length; bytes++) {
    const decoded = decodeRecord(HTTP.subarray(0, bytes));
    t.equal(decoded !== null, bytes > 0 && whole.has(bytes), `first ${bytes} bytes`);
  }
  for (let at = 0; at < HTTP.length; at++) {
    for (const bit of [1, 16, 128]) {
      const damaged = Uint8Array.from(HTTP);
      damaged[at] = (damaged[at] ?? 0) ^ bit;
      t.doesNotThrow(() => decodeRecord(damaged));
    }
  }
  const bad: readonly [string, Uint8Array][] = [
    ["empty", new Uint8Array(0)],
    ["unknown kind", Uint8Array.of(250)],
    ["unknown field", record(EventKind.State, [250 as Field, FieldType.Number, 1])],
    ["unknown type", record(EventKind.State, [Field.Line, 7 as FieldType, 1])],
    ["unknown code", record(EventKind.State, [Field.State, FieldType.Code, 99])],
    ["a code for a field without words", record(EventKind.State, [Field.Line, FieldType.Code, 1])],
    ["number of three bytes", record(EventKind.State, [Field.Line, FieldType.Number, Uint8Array.of(1, 2, 3)])],
    ["flag of two", record(EventKind.SelfTest, [Field.Ok, FieldType.Flag, 2])],
    ["field said twice", record(EventKind.State, [Field.Line, FieldType.Number, 1], [Field.Line, FieldType.Number, 1])],
  ];
  for (const [name, bytes] of bad) t.equal(decodeRecord(bytes), null, name);
  t.end();
});

t.test("events are numbered and stamped, and dropped records are counted", (t) => {
  const clock = { nowUs: 1_999_999 };
  const log = new EventLog(clock);
  const heard: string[] = [];
  const stop = log.listen((event) => heard.push(JSON.stringify(event)));
  log.record(record(EventKind.State, [Field.State, FieldType.Code, BootState.FileServer]));
  log.record(Uint8Array.of(250));
  clock.nowUs = 2_000_000;
  log.displayRow(Row.Title, Uint8Array.of(0x48, 0xe9));
  log.displayRow(Row.Application + 5, Uint8Array.of(0x41));
  log.progress(1000);
  log.progress(-1);
  log.beep();
  stop();
  log.beep();
  t.strictSame(heard, [
    '{"n":1,"t":1999,"event":"state","state":"file-server"}',
    '{"n":2,"t":2000,"event":"display","row":"title","text":"Hé"}',
    '{"n":3,"t":2000,"event":"display","row":"5","text":"A"}',
    '{"n":4,"t":2000,"event":"progress","permille":1000}',
    '{"n":5,"t":2000,"event":"progress","permille":null}',
    '{"n":6,"t":2000,"event":"beep"}',
  ]);
  t.equal(log.droppedCount, 1);
  t.equal(log.events.length, 7);
  t.end();
});

t.test("softkeys that change at one instant are one event, told before what follows it", (t) => {
  const clock = { nowUs: 0 };
  const log = new EventLog(clock);
  log.displayRow(Row.Softkey + 2, new TextEncoder().encode("Login"));
  log.displayRow(Row.Softkey, new TextEncoder().encode("Program"));
  log.displayRow(Row.Softkey, new TextEncoder().encode("Program"));
  clock.nowUs = 5000;
  log.beep();
  log.displayRow(Row.Softkey, new Uint8Array(0));
  log.displayRow(Row.Softkey + 2, new Uint8Array(0));
  log.settle();
  log.settle();
  t.strictSame(log.events.map((event) => [event.t, event.event, event.event === "softkeys" ? event.labels : null]), [
    [0, "softkeys", ["Program", "", "Login"]], [5, "beep", null], [5, "softkeys", []],
  ]);
  t.end();
});

t.test("parameters, standing facts and notices are kept, not printed, and a restart renews them", (t) => {
  const log = new EventLog({ nowUs: 0 });
  const group = record(EventKind.Parameter, [Field.Name, FieldType.Text, "GROUP"], [Field.Value, FieldType.Text, "7"],
    [Field.Source, FieldType.Code, Source.Settings]);
  log.record(group);
  log.record(record(EventKind.Status, [Field.Upgradestat, FieldType.Number, 0], [Field.Bootname, FieldType.Text, "b.bin"]));
  log.record(record(EventKind.Notice, [Field.Notice, FieldType.Code, Notice.NoCallServer]));
  t.equal(log.events.length, 0);
  t.same(log.facts.parameters.get("GROUP"), { value: "7", source: "settings" });
  t.match(log.facts, { upgradestat: 0, bootname: "b.bin", appname: "", notices: [{ after: 0, notice: "no-call-server" }] });
  t.equal(log.facts.appstat, undefined);
  log.record(record(EventKind.Reset, [Field.Reason, FieldType.Code, ResetCause.Upgraded]));
  t.equal(log.facts.parameters.size, 1, "a run that ends here still has them");
  log.record(record(EventKind.State, [Field.State, FieldType.Code, BootState.PowerUp]));
  t.equal(log.facts.parameters.size, 0);
  t.equal(log.facts.bootname, "");
  t.end();
});

t.test("a secret's value is not shown unless that is asked for", (t) => {
  const set = (text: string, name: string, value: string): Uint8Array => record(EventKind.Script,
    [Field.Statement, FieldType.Text, text], [Field.Name, FieldType.Text, name], [Field.Value, FieldType.Text, value]);
  const shown = (showSecrets: boolean): string => {
    const log = new EventLog({ nowUs: 0 }, { showSecrets });
    log.record(set('SET PROCPSWD "27 238"', "PROCPSWD", "27 238"));
    log.record(set("SET GROUP 27", "GROUP", "27"));
    log.record(set("IF $procpswd SEQ 27238 GOTO X", "procpswd", "27238"));
    log.record(record(EventKind.Dhcp, [Field.Option242, FieldType.Text, "HTTPSRVR=192.0.2.1,PROCPSWD=27238,L2Q=1"]));
    return JSON.stringify(log.events);
  };
  t.notMatch(shown(false), /27.?238/);
  t.match(shown(false), /SET PROCPSWD \*\*\*/);
  t.match(shown(false), /SEQ \*\*\* GOTO X/);
  t.match(shown(false), /HTTPSRVR=192\.0\.2\.1,PROCPSWD=\*\*\*,L2Q=1/);
  t.match(shown(false), /"name":"GROUP","value":"27"/);
  t.match(shown(true), /PROCPSWD=27238/);
  t.end();
});

/** Where each field of a record ends: a record cut there is whole, only shorter. */
function fieldEnds(bytes: Uint8Array): number[] {
  const ends = [1];
  for (let at = 1; at < bytes.length; ends.push(at)) at += 4 + (bytes[at + 2] ?? 0) + 256 * (bytes[at + 3] ?? 0);
  return ends;
}

t.test("a log with a bound drops its older half, whole start-ups where there are any; numbers go on, notices of what is gone go", (t) => {
  const bounded = new EventLog({ nowUs: 0 }, { eventsMax: 10 });
  const heard: number[] = [];
  bounded.listen(({ n }) => heard.push(n));
  const numbers = (): number[] => bounded.events.map(({ n }) => n);
  for (let count = 0; count < 4; count++) {
    bounded.record(record(EventKind.State, [Field.State, FieldType.Code, BootState.PowerUp]));
    bounded.record(record(EventKind.Notice, [Field.Notice, FieldType.Code, Notice.NoOffer]));
    bounded.record(record(EventKind.State, [Field.State, FieldType.Code, BootState.Link]));
    bounded.beep();
  }
  t.same([numbers(), bounded.count], [[7, 8, 9, 10, 11, 12], 12]);
  t.match(bounded.events[0], { event: "state", state: "power-up" });
  t.same(bounded.facts.notices.map(({ after }) => after), [7, 10]);
  for (let count = 0; count < 10; count++) bounded.beep();
  t.same(numbers(), [13, 14, 15, 16, 17, 18, 19, 20, 21, 22], "in the middle of a start-up that is too long");
  t.same(heard, Array.from({ length: 22 }, (_, index) => index + 1), "who listens misses none");
  t.end();
});
