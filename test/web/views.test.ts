// Goal: the parts of the page that only compute: the timeline of start-ups, the chip as a map, a file's lines with their notes.
// Method: events and operations by hand, compared whole; files that make each kind of note.

import t from "tap";
import { notesOf } from "../../host/frontends/browser/line-notes.js";
import { MappedFlash, SectorMap, SectorState } from "../../host/frontends/browser/sector-map.js";
import { doingText } from "../../host/frontends/browser/state-texts.js";
import { isWaiting, lengthMs, spanMs, Timeline } from "../../host/frontends/browser/timeline.js";
import type { OffhookEvent } from "../../host/event-types.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { W25Q128JV } from "../../host/peripherals/nor-parts.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { BootState } from "../../hal/events.js";
import { kebabCase } from "../../host/event-record.js";
import { core } from "../support/core.js";

const state = (name: string, ms: number): OffhookEvent => ({ n: 1, t: ms, event: "state", state: name });

t.test("start-ups and their spans", (t) => {
  const timeline = new Timeline();
  for (const event of [state("power-up", 0), state("link", 100), state("restart", 900)]) timeline.event(event);
  timeline.event({ n: 2, t: 1000, event: "reset", reason: "upgraded" });
  for (const event of [state("power-up", 1000), state("login", 1500), state("registered", 61_500)]) timeline.event(event);
  t.same(timeline.startUps[0], {
    number: 1, ended: "upgraded", spans: [
      { state: "power-up", beginMs: 0, endMs: 100 }, { state: "link", beginMs: 100, endMs: 900 },
      { state: "restart", beginMs: 900, endMs: 1000 },
    ],
  });
  const current = timeline.current!;
  t.equal(lengthMs(timeline.startUps[0]!, 5000), 1000);
  t.equal(lengthMs(current, 99_000), 500, "what a person took is not counted");
  t.same(current.spans.map((span) => [isWaiting(span), spanMs(span, 99_000)]), [[false, 500], [false, 0], [true, 0]]);
  timeline.powerLost(70_000);
  t.same([current.ended, current.spans.at(-1)?.endMs], ["power lost", 70_000]);
  t.equal(spanMs({ state: "restart", beginMs: 900, endMs: 900 }, 1000), 0, "some take no time");
  timeline.event(state("link", 75_000));
  t.same(current.spans.at(-2)?.endMs, 70_000, "what has ended has ended");
  for (let count = 0; count < 40; count++) timeline.event(state("power-up", 80_000 + count));
  t.same([timeline.startUps.length, timeline.current?.number], [12, 42], "a circle fills no page");
  t.end();
});

t.test("each state has a sentence", (t) => {
  const states = Object.values(BootState).filter((name) => typeof name === "string" && name !== "Ended") as string[];
  for (const name of states.map(kebabCase)) t.notMatch(doingText(name), /^In state/, name);
  t.equal(doingText("x"), "In state x.");
  t.end();
});

const SMALL = { ...W25Q128JV, totalBytes: 0x4_0000 };

t.test("sectors fill, erase and tear", (t) => {
  const cells = new Uint8Array(SMALL.totalBytes).fill(0xff);
  cells[0x1000] = 0;
  const map = new SectorMap(SMALL, cells);
  const first = map.take();
  t.equal(first.length, 64);
  t.same(first.filter(({ fill }) => fill > 0), [{ sector: 1, fill: 16, state: SectorState.Rest }]);
  map.begin({ kind: "erase", offset: 0, bytes: 0x2000 });
  t.same(map.take(), [{ sector: 0, fill: 0, state: SectorState.Erasing }, { sector: 1, fill: 16, state: SectorState.Erasing }]);
  map.end();
  map.begin({ kind: "program", offset: 0x1100, bytes: 256 });
  t.same(map.take(), [{ sector: 0, fill: 0, state: SectorState.Rest }, { sector: 1, fill: 0, state: SectorState.Writing }]);
  map.tear();
  map.tear();
  map.end();
  t.same(map.take(), [{ sector: 1, fill: 0, state: SectorState.Torn }]);
  map.begin({ kind: "program", offset: 0x2f00, bytes: 256 });
  map.end();
  map.begin({ kind: "erase", offset: 0x2000, bytes: 0x1000 });
  map.end();
  t.same(map.take(), [{ sector: 2, fill: 0, state: SectorState.Rest }]);
  t.end();
});

t.test("a chip that draws its map is the chip", (t) => {
  const clock = { nowUs: 0 };
  const chip = new MappedFlash(new NorFlash({ part: SMALL, clock, timing: "typical" }), new Uint8Array(SMALL.totalBytes).fill(0xff));
  chip.map.take();
  t.equal(chip.eraseStart(1, 4096), -10, "a refusal is passed on");
  t.same(chip.map.take(), [], "and not drawn");
  t.equal(chip.programStart(0, Uint8Array.of(1, 2)), 0);
  const left = chip.poll();
  t.ok(left > 1);
  clock.nowUs += left - 1;
  t.equal(chip.poll(), 1);
  t.match(chip.map.take(), [{ state: SectorState.Writing }], "to its last microsecond");
  clock.nowUs += 1;
  t.equal(chip.poll(), 0);
  t.same(chip.map.take(), [{ sector: 0, fill: 16, state: SectorState.Rest }]);
  chip.eraseStart(0, 4096);
  clock.nowUs += 1_000_000;
  chip.powerOff();
  t.same(chip.map.take(), [{ sector: 0, fill: 0, state: SectorState.Rest }], "its time had passed: it had ended");
  chip.powerOn();
  chip.eraseStart(4096, 4096);
  clock.nowUs += 1000;
  chip.powerOff();
  t.same(chip.map.take(), [{ sector: 1, fill: 0, state: SectorState.Torn }]);
  t.end();
});

t.test("what the telephone makes of each line", (t) => {
  const text = [
    "## a comment", "SET SIPDOMAIN a.example", "SET SIPDOMAIN b.example", "SET SIPSIGNAL 9", "SET NOSUCHNAME 1", "sett x",
    "IF $GROUP SEQ 7 GOTO SEVEN", "IF $MODEL4 SEQ 9640 GOTO ON", "SET LOGSRVR 10.0.0.1", "# SEVEN", "# ON", "SET APPNAME SIP1.bin",
    "GET gone.txt", "GET more.txt", "",
  ].join("\n");
  const files = new MemoryFiles({ "46xxsettings.txt": text, "more.txt": "SET SIPSIGNAL 2\n" });
  const input = { name: "46xxsettings.txt", bytes: files.read("46xxsettings.txt")!, source: files };
  const { notes, inForce, ended } = notesOf(core, input, { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) });
  const said = new Map(notes.map((note) => [note.line, `${note.kind}: ${note.text}`]));
  const wanted: readonly [number, RegExp][] = [
    [2, /^\w+: set again in line 3/], [3, /SIPDOMAIN is b\.example/], [4, /^error: .*SIPSIGNAL/], [5, /^warning: .*NOSUCHNAME/],
    [6, /^warning: .*SET/], [7, /^quiet: not true here/], [8, /^jump: true here: MODEL4/], [9, /not reached/], [10, /place to jump to/],
    [12, /APPNAME is SIP1\.bin/], [13, /^warning: there is no gone\.txt/], [14, /^jump: goes on in more\.txt/],
  ];
  for (const [line, pattern] of wanted) t.match(said.get(line), pattern, `line ${line}`);
  t.notOk(said.has(1), "a comment needs no note");
  t.same([inForce, ended], [2, "read to its end"]);
  t.end();
});

t.test("a last line without an end, and a line with two faults", (t) => {
  const noted = (text: string): string[] => {
    const files = new MemoryFiles({ "s.txt": text });
    const input = { name: "s.txt", bytes: files.read("s.txt")!, source: files };
    const { notes } = notesOf(core, input, { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) });
    return notes.map((note) => `${note.line} ${note.kind}: ${note.text}`);
  };
  t.same(noted("SET SIPDOMAIN a.example"), ["1 set: SIPDOMAIN is a.example"]);
  const twice = noted("SET SIPSIGNAL 9 ## x\nSET SIPSIGNAL 1\n");
  t.match(twice, [/^1 error: .*from 0 to 2 is needed · what stands behind/, "2 set: SIPSIGNAL is 1"]);
  t.end();
});
