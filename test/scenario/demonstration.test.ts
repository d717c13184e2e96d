// Goal: the demonstration goes the whole way, shows every text exactly and in order, and is the same in two runs.
// Method: the demonstration's own site and files in virtual time: old boot file → boot file → application → certificate → registered; its
// transcript against a golden, twice, and its exact counts (row 13 of the bench) against another.

import t from "tap";
import { startUpCounts } from "../../host/bench/start-up.js";
import { demoKey, demoOldBoot } from "../../host/image/demo.js";
import { W25Q128JV } from "../../host/peripherals/nor-parts.js";
import { DEMO_EXTENSION, DEMO_PASSWORD } from "../../host/site/demo.js";
import { core } from "../support/core.js";
import { golden } from "../support/golden.js";
import { play, type Scenario } from "../support/scenario.js";
import { displayed, requestsOf, transcriptOf } from "../support/scenario-table.js";

const DEMONSTRATION: Scenario = {
  name: "demonstration", part: W25Q128JV, trust: [demoKey().spki], stored: [demoOldBoot()], until: "registered",
  identity: { extension: DEMO_EXTENSION, password: DEMO_PASSWORD },
};

t.test("the demonstration", (t) => {
  const first = play(DEMONSTRATION);
  t.same(first.violations, [], "what every run keeps");
  t.same([first.end.state, first.end.code, first.end.ok, first.exitCode], ["registered", "reached", true, 0]);
  t.same([first.end.bootname, first.end.appname], ["hb96xxdemo.bin", "SIP96xxdemo.bin"]);
  t.same([first.end.upgradestat, first.end.appstat], [0, 0]);
  const second = play(DEMONSTRATION);
  t.equal(second.transcript, first.transcript, "byte for byte equal in two runs");
  t.same(second.events, first.events, "and so are the events");
  golden(t, "demonstration", transcriptOf(first));
  t.end();
});

t.test("what it asks the file server for, and the states on its way", (t) => {
  const played = play(DEMONSTRATION);
  t.same(requestsOf(played), [
    "200 /96xxupgrade.txt", "200 /46xxsettings.txt", "200 /hb96xxdemo.bin",
    "200 /96xxupgrade.txt", "200 /46xxsettings.txt", "200 /SIP96xxdemo.bin",
    "200 /96xxupgrade.txt", "200 /46xxsettings.txt", "200 /scep?operation=GetCACaps&message=CAIdentifier",
    "200 /scep?operation=GetCACert&message=CAIdentifier", "200 /scep?operation=PKIOperation",
  ]);
  const start = ["power-up", "hardware", "link", "dhcp", "conflict", "router", "file-server", "script"];
  const update = [...start, "download", "erase", "write", "restart"];
  const states = played.events.flatMap((event) => (event.event === "state" ? [event.state] : []));
  t.same(played.sip, ["OPTIONS 200", "REGISTER 401", "REGISTER 200"]);
  t.same(states, [...update, ...update, ...start, "call-server", "scep", "login", "registered"]);
  t.end();
});

t.test("every start proves the code that judges software, before it judges any and before the network's first sign of life", (t) => {
  const { events } = play(DEMONSTRATION);
  const order = events.flatMap((event) => {
    if (event.event === "self-test") return [`${event.part} ${event.ok}`];
    if (event.event === "slot" && event.why === "chosen" && event.kind === "boot") return ["chosen"];
    return event.event === "state" && ["hardware", "link"].includes(event.state) ? [event.state] : [];
  });
  const start = ["hardware", "crc32 true", "sha256 true", "ed25519 true", "chosen", "link"];
  t.same(order, [...start, ...start, ...start]);
  t.end();
});

t.test("counters on the screen count", (t) => {
  const shown = displayed(play(DEMONSTRATION));
  const counts = (pattern: RegExp): number[][] => shown.flatMap((text) => {
    const match = pattern.exec(text);
    return match === null ? [] : [match.slice(1).map(Number)];
  });
  const seconds = counts(/^(\d+) secs$/).map(([second]) => second);
  t.same(seconds, [0, 1, 0, 1, 2, 3, 4], "seconds of two erases, from 0, one by one");
  const kilobytes = counts(/^(\d+) KB received$/).map(([kilobyte]) => kilobyte!);
  t.ok(kilobytes.includes(512) && kilobytes.at(-1) === 2048, "both downloads counted to their end");
  const saved = counts(/^(\d+)%, (\d+) secs$/);
  t.same(saved[0], [0, 0]);
  t.equal(saved.filter(([percent]) => percent === 100).length, 2, "each write ends at 100 %");
  t.end();
});

t.test("row 13: the counts of a start-up with a 1 MiB download", (t) => {
  const { polls, halCalls, erases, programs, telephoneMs } = startUpCounts(core);
  const counts = { "polls": polls, "HAL calls": halCalls, erases, programs, "telephone ms": telephoneMs };
  golden(t, "start-up-counts", Object.entries(counts).map(([name, count]) => `${name} ${count}\n`).join(""));
  t.end();
});
