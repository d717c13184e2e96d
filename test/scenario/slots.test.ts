// Goal: whatever the slots hold, the telephone ends on a verified image, never in an endless round.
// Method: one chip through several start-ups: updates that follow one another, power-ups that use attempts up, and damage at rest.

import t from "tap";
import type { SlotEvent } from "../../host/event-types.js";
import { displayed } from "../support/scenario-table.js";
import { play, software, type Played, type Scenario } from "../support/scenario.js";

const one = software("app1.bin", { counter: 1, bytes: 100_000 });
const two = software("app2.bin", { counter: 1, bytes: 120_000 });
/** On a chip of 64 units: two reserved, seven a boot slot, 24 an application slot (core/flash/layout.ts). */
const APP_BYTES = 24 * 0x10000;
const APP_A_OFFSET = (2 + 2 * 7) * 0x10000;
const APP_B_OFFSET = APP_A_OFFSET + APP_BYTES;
const INFO_BYTES = 0x10000;

const update: Scenario = { name: "update", stored: [one], files: { "96xxupgrade.txt": "SET APPNAME app2.bin\n", "app2.bin": two.bytes } };
/** The file server is gone: what is stored must do, and the application is confirmed at the login prompt. */
const alone: Scenario = { name: "alone", strict: false, handler: () => ({ status: 404, headers: [], body: new Uint8Array(0) }) };

const again = (contents: Uint8Array, scenario: Scenario = alone): Played => {
  const { stored: _stored, ...rest } = scenario;
  return play({ ...rest, contents });
};
const slots = (played: Played) => played.events.filter((event): event is SlotEvent => event.event === "slot");
const damaged = (contents: Uint8Array, offset: number): Uint8Array => {
  const copy = contents.slice();
  copy[offset]! ^= 0x10;
  return copy;
};

/** The chip after the update was written and before it was confirmed: the telephone stops at the file server. */
function onTrial(): Uint8Array {
  const played = play({ ...update, until: "restart" });
  return played.board.flash.contents();
}

t.test("an update that never got to prove itself gives way after three power-ups", (t) => {
  let contents = onTrial();
  const names: string[] = [];
  for (let start = 0; start < 5; start++) {
    const played = again(contents, { ...alone, until: "link" });
    t.strictSame(played.violations, []);
    names.push(played.end.appname);
    contents = played.board.flash.contents();
  }
  t.strictSame(names, ["app2.bin", "app2.bin", "app2.bin", "app1.bin", "app1.bin"]);
  t.end();
});

t.test("with the confirmed slot rotten, the one whose attempts are used up is all there is, and it runs", (t) => {
  let contents = onTrial();
  for (let start = 0; start < 4; start++) contents = again(contents, { ...alone, until: "link" }).board.flash.contents();
  const played = again(damaged(contents, APP_A_OFFSET + 5000));
  t.strictSame(played.violations, [], "no panic");
  t.equal(played.end.appname, "app2.bin");
  t.ok(slots(played).some((event) => event.slot === "A" && event.why === "not-valid"));
  t.end();
});

t.test("a rotten slot of either name gives way to the other", (t) => {
  const contents = play(update).board.flash.contents();
  t.equal(again(contents).end.appname, "app2.bin", "undamaged");
  t.equal(again(damaged(contents, APP_B_OFFSET + 5000)).end.appname, "app1.bin", "the new one rots");
  t.equal(again(damaged(contents, APP_A_OFFSET + 5000)).end.appname, "app2.bin", "the old one rots");
  const both = again(damaged(damaged(contents, APP_A_OFFSET + 5000), APP_B_OFFSET + 5000), { ...update, name: "both" });
  t.equal(both.end.appname, "app2.bin", "both rot: it is fetched again");
  t.end();
});

t.test("a second update before the first was confirmed ends on the second, and both are written once", (t) => {
  const files = { "96xxupgrade.txt": "SET APPNAME app1.bin\n", "app1.bin": one.bytes };
  const first = play({ ...update, stored: [], files, until: "restart" });
  const second = again(first.board.flash.contents(), update);
  t.strictSame(second.violations, []);
  t.equal(second.end.appname, "app2.bin");
  t.equal(displayed(second).filter((text) => text === "Saving to flash").length, 1);
  const third = again(second.board.flash.contents(), update);
  t.equal(third.end.appname, "app2.bin");
  t.notOk(displayed(third).includes("Saving to flash"), "nothing is written any more");
  t.end();
});

t.test("an info area of another image is not believed: the image runs, its name is unknown", (t) => {
  const contents = play(update).board.flash.contents();
  const copy = contents.slice();
  const infoA = APP_A_OFFSET + APP_BYTES - INFO_BYTES;
  copy.set(contents.subarray(infoA, infoA + INFO_BYTES), APP_B_OFFSET + APP_BYTES - INFO_BYTES);
  const played = again(copy);
  t.ok(slots(played).some((event) => event.slot === "B" && event.why === "name-unknown"), "slot B runs without a name");
  t.equal(played.end.appname, "");
  t.end();
});

t.test("with the journal lost, both slots are looked at", (t) => {
  const contents = play(update).board.flash.contents();
  contents.fill(0, 0, 0x10000);
  const played = again(contents);
  t.strictSame(played.violations, []);
  t.ok(["app1.bin", "app2.bin"].includes(played.end.appname), `a verified image runs: ${played.end.appname}`);
  t.end();
});
