// Goal: whatever the slots hold, the telephone ends on a verified image, never in an endless round.
// Method: one chip through several start-ups: updates that follow one another, power-ups that use attempts up, and damage at rest.

import t from "tap";
import { Kind, ResetCause, Status } from "../../hal/abi.js";
import { Board } from "../../host/board.js";
import type { SlotEvent } from "../../host/event-types.js";
import { half } from "../../host/faults/cut-models.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import type { Flash } from "../../host/peripherals/flash.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { runVirtual } from "../../host/run-loop.js";
import { demoSite } from "../../host/site/demo.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { core } from "../support/core.js";
import { testKey } from "../support/image-craft.js";
import { displayed } from "../support/scenario-table.js";
import { IDENTITY, play, SMALL_PART, software, type Played, type Scenario } from "../support/scenario.js";

const one = software("app1.bin", { counter: 1, bytes: 100_000 });
const two = software("app2.bin", { counter: 2, bytes: 120_000 });
/** On a chip of 64 units: two reserved, seven a boot slot, 24 an application slot (core/flash/layout.ts). */
const BOOT_A_OFFSET = 2 * 0x10000;
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

/** A telephone with that chip and no file to read: it ends at the login prompt. */
function boardOnTrial(): Board {
  return new Board({
    core, identity: IDENTITY, trust: [testKey.spki],
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler, source: new MemoryFiles({}) }) }),
    flash: (clock) => {
      const chip = new NorFlash({ part: SMALL_PART, clock, timing: "typical" });
      chip.load(onTrial());
      return chip;
    },
  });
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

/** What the telephone said of its application slots: state, attempts, floor and why. */
const said = (played: Played): string[] => slots(played).filter((event) => event.kind === "application")
  .map((event) => `${event.slot} ${event.state} ${event.attempts} floor ${event.counter} ${event.why ?? ""}`.trim());
const files = (script: string, software: Uint8Array = new Uint8Array(0)) =>
  ({ "96xxupgrade.txt": script, "46xxsettings.txt": "SET SIG 2\n", "app1.bin": software, "app2.bin": software, "app3.bin": software });

t.test("what used its attempts up is recorded as rejected, once", (t) => {
  let contents = onTrial();
  const told: string[][] = [];
  for (let start = 0; start < 5; start++) {
    const played = again(contents, { ...alone, until: "link" });
    told.push(said(played));
    contents = played.board.flash.contents();
  }
  t.strictSame(told, [
    ["B trial 2 floor 1 chosen"], ["B trial 1 floor 1 chosen"], ["B trial 0 floor 1 chosen"],
    ["A updated 0 floor 1 chosen", "B rejected 0 floor 1 attempts-exhausted"], ["A updated 0 floor 1 chosen"],
  ]);
  t.end();
});

const CONTACT = 'SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.3\n';

t.test("an application is confirmed when a call server was contacted, else at the login prompt", (t) => {
  for (const [script, state] of [[CONTACT, "call-server"], ['SET SIPPROXYSRVR ""\n', "login"]] as const) {
    const played = again(onTrial(), { name: "confirmed", files: files(script) });
    t.strictSame(played.violations, []);
    const confirmed = slots(played).find((event) => event.why === "confirmed");
    t.match(confirmed, { slot: "B", state: "updated", counter: 2 });
    const states = played.events.filter((event) => event.event === "state" && event.n < confirmed!.n);
    t.match(states.at(-1), { state });
  }
  t.end();
});

t.test("what is typed while the application is confirmed is not lost: the prompt stands by then", (t) => {
  const board = boardOnTrial();
  board.log.listen((event) => {
    if (event.event === "display" && event.text === "Enter username") "42".split("").forEach((key) => board.press(key.charCodeAt(0)));
  });
  const { events } = board.log;
  const shown = (text: string): number => events.findIndex((event) => event.event === "display" && event.text === text);
  board.powerOn();
  runVirtual(board, () => shown("42") >= 0 || board.scheduler.nowUs > 300_000_000);
  const confirmed = events.findIndex((event) => event.event === "slot" && event.why === "confirmed");
  t.ok(shown("Enter username") < confirmed && confirmed < shown("4"), "after the prompt, before its keys are taken");
  t.end();
});

t.test("the counter floor rises when an image is confirmed, not before; then nothing older is taken", (t) => {
  const older = software("app3.bin", { counter: 1, bytes: 50_000 }).bytes;
  const trial = onTrial();
  const before = again(trial, { name: "before", files: files("SET APPNAME app3.bin\n", older), until: "restart" });
  t.match(before.events.find((event) => event.event === "image"), { verdict: "accepted" }, "while it is on trial");
  const confirmed = again(trial).board.flash.contents();
  const later = again(confirmed, { name: "later", files: files("SET APPNAME app3.bin\n", older), strict: false });
  t.match(later.events.find((event) => event.event === "image"), { verdict: "old-counter" }, "once it is confirmed");
  t.equal(later.end.appname, "app2.bin");
  t.equal(again(damaged(confirmed, APP_B_OFFSET + 5000)).end.appname, "app1.bin", "what is stored may be older, and still runs");
  t.end();
});

t.test("a boot image is confirmed by an interpreted script alone", (t) => {
  const boot = software("boot1.bin", { kind: Kind.Boot, counter: 3, bytes: 20_000 });
  const trial = play({ ...update, files: { "96xxupgrade.txt": "SET APPNAME boot1.bin\n", "boot1.bin": boot.bytes }, until: "restart" });
  const start = (text: string): (string | undefined)[] => slots(again(trial.board.flash.contents(), {
    name: "boot", files: { "96xxupgrade.txt": text }, strict: false,
  })).filter((event) => event.kind === "boot").map((event) => event.why);
  t.strictSame(start("<html></html>\n"), ["chosen"], "not a script");
  t.strictSame(start("SET SIG 2\n"), ["chosen", "confirmed"]);
  t.end();
});

/** A chip whose journal takes nothing any more. */
class NoJournal extends FlashWrapper {
  override programStart(offset: number, source: Uint8Array): number {
    const status = this.inner.programStart(offset, source);
    if (status === Status.Ok && offset < 2 * this.geometry.sectorBytes) this.inner.failOperation(half);
    return status;
  }
}

t.test("where an attempt cannot be recorded, the confirmed image runs; without one the new image does", (t) => {
  const wrap = (chip: Flash): Flash => new NoJournal(chip);
  const trial = onTrial();
  t.equal(again(trial, { ...alone, wrap }).end.appname, "app1.bin");
  const only = again(damaged(trial, APP_A_OFFSET + 5000), { ...alone, wrap });
  t.strictSame([only.violations, only.end.appname], [[], "app2.bin"]);
  t.end();
});

t.test("a lost journal is mended: what runs is confirmed again, its floor with it, and the next update spares it", (t) => {
  const contents = damaged(play(update).board.flash.contents(), APP_A_OFFSET + 5000);
  contents.fill(0, 0, 0x10000);
  const first = again(contents);
  t.equal(said(first).at(-1), "B updated 0 floor 2 confirmed");
  const mended = first.board.flash.contents();
  t.strictSame(said(again(mended)), ["B updated 0 floor 2 chosen"]);
  const next = software("app3.bin", { counter: 2, bytes: 50_000 }).bytes;
  const updated = again(mended, { name: "next", files: files("SET APPNAME app3.bin\n", next), until: "restart" });
  t.match(said(updated), ["B updated 0 floor 2 chosen", "A writing 0 floor 2", "A trial 3 floor 2"], "the only good slot is left alone");
  t.end();
});

t.test("with all slots of both kinds rotten, this same module fetches again", (t) => {
  const boot = software("boot1.bin", { kind: Kind.Boot, bytes: 20_000 });
  const contents = play({ ...update, stored: [boot, one] }).board.flash.contents();
  for (const offset of [BOOT_A_OFFSET, BOOT_A_OFFSET + 7 * 0x10000, APP_A_OFFSET, APP_B_OFFSET]) contents.fill(0, offset, offset + 0x1000);
  const played = again(contents, { ...update, name: "recovery" });
  t.strictSame([played.violations, played.end.appname, played.end.bootname], [[], "app2.bin", ""]);
  t.end();
});

t.test("an attempt is used by power, panic and watchdog, not by a reset that the core asked for", (t) => {
  const costs = (cause: ResetCause): number => {
    const board = boardOnTrial();
    const left = (): number[] =>
      board.log.events.flatMap((event) => (event.event === "slot" && event.why === "chosen" ? [event.attempts!] : []));
    board.powerOn();
    runVirtual(board, () => left().length === 1);
    board.system.resetCause = cause;
    runVirtual(board, () => left().length === 2);
    return left()[0]! - left()[1]!;
  };
  const causes = [ResetCause.PowerUp, ResetCause.Panic, ResetCause.Watchdog, ResetCause.Upgraded, ResetCause.Vlan, ResetCause.RouterSilent];
  t.strictSame(causes.map(costs), [1, 1, 1, 0, 0, 0]);
  t.end();
});

t.test("what cannot be read behind an image says nothing against it, where nothing says where the image ends", (t) => {
  const info = APP_A_OFFSET + APP_BYTES - INFO_BYTES;
  const torn = APP_A_OFFSET + 600_000;
  const noise = damaged(play({ name: "stored", stored: [one], strict: false, handler: alone.handler! }).board.flash.contents(), info);
  /** A page that an older, longer file left half written. */
  class Torn extends FlashWrapper {
    override read(offset: number, target: Uint8Array): number {
      return offset <= torn && offset + target.length > torn ? Status.EccFatal : this.inner.read(offset, target);
    }
  }
  const played = again(noise, { ...alone, wrap: (flash) => new Torn(flash) });
  t.same(played.violations, []);
  t.match(slots(played).find(({ kind }) => kind === "application"), { slot: "A", why: "name-unknown" });
  t.end();
});

t.test("what the journal vouches for as erased is not erased again by the start-up that goes on", (t) => {
  const whole = play(update);
  let spared = 0;
  for (let after = 0; after < whole.flash.beganCount; after++) {
    if (after > 40) break; // Behind the erase and its mark.
    const played = play({ ...update, cut: { operation: "any", after, model: half } });
    t.same([played.violations, played.end.appname], [[], "app2.bin"], `cut at ${after}`);
    if (played.events.some((event) => event.event === "slot" && event.why === "interrupted" && event.state === "erased")) {
      spared += 1;
      t.equal(played.flash.counts.erase, whole.flash.counts.erase, `cut at ${after}: each unit was erased once`);
    }
  }
  t.ok(spared > 0);
  t.end();
});
