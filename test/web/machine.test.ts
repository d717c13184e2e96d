// Goal: what a person does on the page happens to the telephone: plug, cable, port VLAN, keys, edits, steps; and what is shown is so.
// Method: the machine without its page, in virtual time. (Every moment to pull the plug at is `offhook power`'s.)

import t, { type Test } from "tap";
import type { Machine } from "../../host/frontends/browser/machine.js";
import { SiteFiles } from "../../host/frontends/browser/machine.js";
import { type SectorChange, SectorState } from "../../host/frontends/browser/sector-map.js";
import { verdictNews } from "../../host/frontends/browser/verdict-news.js";
import { EventLog } from "../../host/events.js";
import { Key } from "../../hal/abi.js";
import { BootState, EventKind, Field, FieldType } from "../../hal/events.js";
import { record } from "../support/records.js";
import { machineOn, runTo } from "../support/page-machine.js";

const stateOf = ({ board }: Machine): string => {
  const last = board.log.events.findLast((event) => event.event === "state");
  return last?.event === "state" ? last.state : "off";
};
const screen = ({ board }: Machine): string => board.display.rows.map((row) => String.fromCharCode(...row)).join("|");
const seconds = ({ board }: Machine): number => board.scheduler.nowUs / 1_000_000;
const at = (machine: Machine, state: string): void => runTo(machine, () => stateOf(machine) === state);

/** For so many seconds of telephone time. */
function wait(machine: Machine, count: number): void {
  const end = seconds(machine) + count;
  runTo(machine, () => seconds(machine) >= end);
}

function press(machine: Machine, ...codes: readonly number[]): void {
  for (const code of codes) {
    wait(machine, 0.1);
    machine.press(code);
  }
}

const digits = (text: string): number[] => [...text].map((digit) => digit.charCodeAt(0));

t.test("the demonstration ends at its prompt, and with a login registered", (t) => {
  const machine = machineOn("demo");
  machine.power(true);
  runTo(machine, () => screen(machine).includes("Enter username"));
  const ready = machine.tick(false);
  t.match(ready.verdict, {
    standing: "reached", state: "login", bootname: "hb96xxdemo.bin", appname: "SIP96xxdemo.bin", evidence: [{}],
  });
  press(machine, ...digits("4001"), Key.Soft1, ...digits("246810"), Key.Soft1);
  at(machine, "registered");
  const { verdict, events, sectors } = machine.tick(true);
  t.equal(verdict?.standing, "reached");
  isAsDrawn(t, machine, [...ready.sectors, ...sectors]);
  t.ok(events.length > 3);
  t.equal(machine.tick(false).verdict, undefined, "nothing new, nothing said");
  const text = machine.transcript;
  t.match(text, "power     on");
  t.notMatch(text.slice(text.indexOf("Password:")), /key {7}\d$/m, "digits of a password are not written down");
  t.end();
});

t.test("power lost anywhere in an erase and a write: the next start-up finishes the update", (t) => {
  const cuts: readonly [string, number][] = [["erase", 0.3], ["write", 0.2], ["restart", 0.01]];
  for (const [state, delay] of cuts) {
    const machine = machineOn("demo");
    machine.power(true);
    at(machine, state);
    wait(machine, delay);
    machine.power(false);
    const { powered, sectors, powerCuts, verdict } = machine.tick(false);
    t.same([powered, powerCuts.length, verdict === undefined], [false, 1, false], `${state} ${delay}`);
    if (state === "erase") t.ok(sectors.some((sector) => sector.state === SectorState.Torn), "the sectors under way are torn");
    machine.power(true);
    runTo(machine, () => screen(machine).includes("Enter username"));
    t.match(machine.tick(false).verdict, { standing: "reached", bootname: "hb96xxdemo.bin", appname: "SIP96xxdemo.bin" });
  }
  t.end();
});

/** A sector is drawn blank where it is. */
function isAsDrawn(t: Test, { board }: Machine, sectors: readonly SectorChange[]): void {
  const fills = new Map(sectors.map(({ sector, fill }) => [sector, fill]));
  const cells = board.flash.contents();
  const wrong = [...fills].filter(([sector, fill]) => {
    const isBlank = cells.subarray(sector * 4096, sector * 4096 + 4096).every((byte) => byte === 0xff);
    return isBlank !== (fill === 0);
  });
  t.same([fills.size, wrong], [4096, []]);
}

t.test("local procedures by keys", (t) => {
  const machine = machineOn("demo");
  machine.power(true);
  runTo(machine, () => screen(machine).includes("Program"));
  press(machine, Key.Soft1);
  runTo(machine, () => screen(machine).includes("Enter command"));
  press(machine, Key.Mute, ...digits("27238#"));
  runTo(machine, () => screen(machine).includes("Admin Procedures"));
  t.match(machine.tick(false).verdict, { standing: "under way", state: "craft", cause: "" });
  t.end();
});

t.test("a cable that is out, a port in another VLAN", (t) => {
  const out = machineOn("demo");
  out.cable(false);
  out.power(true);
  wait(out, 20);
  t.equal(stateOf(out), "link");
  out.cable(true);
  at(out, "script");
  const moved = machineOn("demo");
  t.throws(() => moved.portVlan(0), RangeError);
  t.throws(() => moved.portVlan(4095), RangeError);
  moved.portVlan(99);
  moved.power(true);
  wait(moved, 60);
  t.equal(moved.tick(false).portVlan, 99);
  t.equal(stateOf(moved), "dhcp");
  moved.portVlan(1);
  at(moved, "script");
  t.end();
});

t.test("a LAN with a fault stops with cause, advice and frames that can be looked at", (t) => {
  const machine = machineOn("bad-router");
  machine.power(true);
  wait(machine, 30);
  const { verdict, frames } = machine.tick(false);
  t.match(verdict, { standing: "stopped", cause: /10\.0\.8\.254 did not answer/, advice: /router/ });
  const numbers = verdict!.evidence.flatMap(({ frame }) => frame ?? []);
  t.ok(numbers.length > 0);
  for (const n of numbers) t.equal(machine.frame(n)?.row.n, n);
  t.equal(frames[0]?.n, 1);
  t.equal(machine.frame(frames.length + 1), undefined);
  t.throws(() => machineOn("nowhere"), RangeError);
  t.end();
});

t.test("an edit is what the next start-up reads", (t) => {
  const files = new SiteFiles();
  const machine = machineOn("demo", files);
  t.equal(machine.edit("46xxsettings.txt", "SET SIPDOMAIN example.org\n").notes[0]?.text, "SIPDOMAIN is example.org");
  t.throws(() => machine.edit("hb96xxdemo.bin", "x"), RangeError);
  machine.power(true);
  runTo(machine, () => screen(machine).includes("Enter username"));
  t.equal(machine.board.log.facts.parameters.get("SIPDOMAIN")?.value, "example.org");
  t.equal(machine.plugged().files.find(({ name }) => name === "46xxsettings.txt")?.text, "SET SIPDOMAIN example.org\n");
  t.end();
});

t.test("a step is one event; a capture has every frame", (t) => {
  const machine = machineOn("demo");
  machine.power(true);
  for (let count = 0; count < 40; count++) {
    const before = machine.board.log.events.length;
    machine.step();
    t.ok(machine.board.log.events.length > before);
  }
  at(machine, "file-server");
  const { frames } = machine.tick(true);
  const capture = machine.capture();
  t.same([...capture.subarray(0, 4)], [10, 13, 13, 10]);
  t.equal(packetsIn(capture), frames.length);
  t.equal(machine.events.trimEnd().split("\n").length, machine.board.log.events.length);
  machine.power(false);
  const us = machine.board.scheduler.nowUs;
  machine.step();
  t.ok(machine.board.scheduler.nowUs > us, "without power a step lets time pass");
  t.end();
});

function packetsIn(capture: Uint8Array): number {
  const view = new DataView(capture.buffer);
  let count = 0;
  for (let offset = 0; offset < capture.length; offset += view.getUint32(offset + 4, true)) {
    if (view.getUint32(offset, true) === 6) count += 1;
  }
  return count;
}

t.test("a telephone that goes round in a circle is told as one, why, and no longer once something is different", (t) => {
  const machine = machineOn("vlan-loop");
  machine.power(true);
  const { log } = machine.board;
  runTo(machine, () => log.events.filter(({ event }) => event === "reset").length === 2);
  t.equal(machine.tick(false).verdict?.standing, "under way");
  runTo(machine, () => log.events.filter(({ event }) => event === "reset").length === 3);
  const { verdict } = machine.tick(false);
  t.match(verdict, { standing: "going round", cause: /sent from one VLAN to the next and back/, evidence: [{}] });
  wait(machine, 100);
  t.same({ ...machine.tick(false).verdict, state: "" }, { ...verdict, state: "" }, "a hundred seconds later the same");
  const changes = [
    () => machine.portVlan(232), () => machine.cable(true), () => void machine.edit("46xxsettings.txt", ""), () => {
      machine.power(false);
      machine.power(true);
    },
  ];
  for (const change of changes) {
    change();
    at(machine, "link");
    t.equal(machine.tick(false).verdict?.standing, "under way");
    wait(machine, 60);
    t.equal(machine.tick(false).verdict?.standing, "going round", "it did not help");
  }
  t.end();
});

t.test("after hours the verdict is of the last start-ups, with the numbers that events have in the download", (t) => {
  const log = new EventLog({ nowUs: 0 }, { eventsMax: 60 });
  const url = "http://10.0.8.2/96xxupgrade.txt";
  const state = (value: BootState): void => log.record(record(EventKind.State, [Field.State, FieldType.Code, value]));
  for (let count = 1; count <= 100; count++) {
    for (const each of [BootState.PowerUp, BootState.Link, BootState.Dhcp, BootState.FileServer]) state(each);
    log.record(record(EventKind.Http, [Field.Try, FieldType.Number, 1], [Field.Url, FieldType.Text, url],
      [Field.Status, FieldType.Number, 503], [Field.Accepted, FieldType.Flag, 0]));
    const { evidence, cause } = verdictNews(log, [], false);
    t.same([cause, evidence[0]?.text.split(" (")[0]], [`10.0.8.2 answered 503 for ${url}.`, `event ${count * 5}`]);
  }
  t.ok(log.events.length <= 60);
  t.end();
});

t.test("a telephone that waits for hours in one state is told with its cause, also when its log no longer reaches back", (t) => {
  const machine = machineOn("no-dhcp");
  machine.power(true);
  const { log } = machine.board;
  wait(machine, 500);
  const { verdict } = machine.tick(false);
  t.match(verdict, { standing: "stopped", state: "dhcp", cause: /No DHCP server answered/ });
  while (log.events[0]!.n === 1) {
    wait(machine, 500);
    machine.tick(false);
  }
  wait(machine, 500);
  t.match(machine.tick(false).verdict, { standing: "stopped", state: "dhcp", cause: /No DHCP server answered \d{3} DISCOVERs/ });
  machine.power(false);
  machine.power(true);
  at(machine, "link");
  t.equal(machine.tick(false).verdict?.standing, "under way", "another state is looked at anew");
  t.end();
});
