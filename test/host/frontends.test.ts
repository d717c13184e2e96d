// Goal: the three frontends that are text: NDJSON for programs, plain lines for people, the transcript for goldens.
// Method: one hand-made run through each, compared whole.

import t from "tap";
import { HeadlessFrontend } from "../../host/frontends/headless.js";
import { PlainFrontend } from "../../host/frontends/plain.js";
import { Transcript } from "../../host/frontends/transcript.js";
import type { Run } from "../support/runs.js";
import { run } from "../support/runs.js";

function story(): Run {
  return run().display("title", "DHCP: 0 secs").add({ event: "softkeys", labels: ["Program"] }).at(1214).display("title", "DHCP: 1 secs")
    .dhcp({ message: "ack", address: "10.0.8.50", server: "10.0.8.1", lease: 600 })
    .http({ try: 1, url: "http://h/a.txt", status: 200, bytes: 900, accepted: true })
    .script({ file: "a.txt", line: 3, statement: "IF $GROUP SEQ 1 GOTO X", effect: "not-taken" })
    .script({ file: "a.txt", line: 4, statement: "SET L2Q 9", effect: "ignored", name: "L2Q", value: "9", why: "bad-value" })
    .script({ file: "a.txt", line: 5, statement: "SET X \x1b]0;evil\x07", effect: "set" })
    .add({ event: "self-test", part: "sha256", ok: true }).display("prompt", "")
    .add({ event: "progress", permille: 0 }).add({ event: "progress", permille: 40 }).add({ event: "progress", permille: 260 })
    .add({ event: "progress", permille: null }).add({ event: "softkeys", labels: [] }).add({ event: "beep" })
    .add({ event: "flash", operation: "erase", erases: 2, erasedBytes: 131072, milliseconds: 300 })
    .add({ event: "flash", operation: "program", programs: 8, programmedBytes: 2048, milliseconds: 4 }).reset("upgraded");
}

t.test("headless: one JSON object a line, keys in the contract's order", (t) => {
  const lines: string[] = [];
  const frontend = new HeadlessFrontend((text) => lines.push(text));
  for (const event of story().events) frontend.event(event);
  t.equal(lines[0], '{"n":1,"t":0,"event":"state","state":"power-up"}\n');
  t.equal(lines.length, story().events.length);
  t.same(lines.map((line) => JSON.parse(line)), story().events);
  t.ok(lines.every((line) => line.indexOf("\n") === line.length - 1));
  t.end();
});

t.test("plain: what is worth a person's time", (t) => {
  let text = "";
  const frontend = new PlainFrontend((part) => { text += part; });
  for (const event of story().events) frontend.event(event);
  t.strictSame(text.split("\n"), [
    "0:00.000 state    power-up",
    "0:00.100 state    hardware",
    "0:00.200 display  title  DHCP: 0 secs",
    "0:00.300 softkeys Program",
    "0:01.314 dhcp     ACK 10.0.8.50 from 10.0.8.1 lease 600",
    "0:01.414 http     GET http://h/a.txt 200 900 bytes",
    "0:01.614 script   a.txt:4 SET L2Q 9 -> ignored (bad-value)",
    "0:01.714 script   a.txt:5 SET X ·]0;evil·",
    "0:02.014 progress 0%",
    "0:02.214 progress 26%",
    "0:02.514 beep     error tone",
    "0:02.614 flash    erased 128 KiB in 2 operations, 300 ms",
    "0:02.714 flash    programmed 2 KiB in 8 pages, 4 ms",
    "0:02.814 reset    upgraded",
    "",
  ]);
  t.end();
});

t.test("transcript: with a bound the older half goes, and its place is said", (t) => {
  const transcript = new Transcript("plain", 7, { linesMax: 4 });
  for (let count = 1; count <= 6; count++) transcript.power(count, true);
  t.equal(transcript.text, [
    "scenario  plain   seed 7", "(3 earlier lines are not kept)", "@4        power     on", "@5        power     on",
    "@6        power     on", "",
  ].join("\n"));
  t.end();
});

t.test("transcript: what was seen and felt, byte for byte", (t) => {
  const written = (): string => {
    const transcript = new Transcript("plain", 7);
    for (const event of story().events) transcript.event(event);
    for (const name of ["2", "Mute", "2", "7", "#", "5"]) transcript.key(3000, name);
    transcript.power(4_000_000, false);
    return transcript.text;
  };
  t.equal(written(), [
    "scenario  plain   seed 7",
    "@200      display   title |DHCP: 0 secs|",
    "@300      softkeys  |Program|",
    "@1214     display   title |DHCP: 1 secs|",
    "@1914     display   prompt ||",
    "@2014     progress  0",
    "@2214     progress  200",
    "@2314     progress  off",
    "@2414     softkeys  ||",
    "@2514     beep",
    "@2614     flash     erase  2 erases  131072 bytes erased  300 ms",
    "@2714     flash     program  8 programs  2048 bytes programmed  4 ms",
    "@2814     reset     upgraded",
    ...["2", "Mute", "digit", "digit", "#", "5"].map((name) => `@3000     key       ${name}`),
    "@4000000  power     off",
    "",
  ].join("\n"));
  t.equal(written(), written());
  t.end();
});
