// Goal: a chip that fails, and power that goes at the worst moment, never cost the telephone its software.
// Method: an update from app1.bin to app2.bin on a small chip whose n-th erase or program fails, or with power lost while one is under way;
// afterwards the same chip, mended, must finish the update by an ordinary start-up.

import { FailingFlash, type FlashFailure } from "../../host/faults/failing-flash.js";
import { WatchedFlash } from "../../host/faults/watched-flash.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import type { Flash } from "../../host/peripherals/flash.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, SMALL_PART, software, type Scenario } from "../support/scenario.js";

const next = software("app2.bin", { counter: 2, bytes: 300_000 });
const update: Scenario = {
  name: "", stored: [software("app1.bin", { counter: 1 })], files: { "96xxupgrade.txt": "SET APPNAME app2.bin\n", "app2.bin": next.bytes },
};

/** Erases and programs of an update without a fault; the journal's are counted with them, as `FailingFlash` counts. */
const whole = { erase: [] as boolean[], program: [] as boolean[] };
const isJournal = (offset: number): boolean => offset < 2 * SMALL_PART.sectorBytes;
play({
  ...update, name: "whole",
  wrap: (flash) => new WatchedFlash(flash, { begun: ({ kind, offset }) => whole[kind].push(isJournal(offset)) }),
});
const failing = (failure: FlashFailure) => (flash: Flash) => new FailingFlash(flash, failure);

/** The same chip on the next day, without its fault: the update is finished by an ordinary start-up. */
const finishes: NonNullable<Row["check"]> = (t, { board, end, events }) => {
  t.equal(end.appname, "app1.bin", "what was stored before still runs");
  t.ok(events.some((event) => event.event === "slot" && event.state === "failed"), "the slot is marked as failed");
  const later = play({ ...update, contents: board.flash.contents() });
  t.same([later.violations, later.end.ok, later.end.appname], [[], true, "app2.bin"], "a later start-up finishes the update");
};

const failed = (name: string, failure: FlashFailure): Row => ({
  ...update, name, wrap: failing(failure), ends: ["login", "flash-failed", 1], texts: ["Flash failed", "Enter username"], check: finishes,
});

/** On a chip of 64 units: two reserved, seven a boot slot, 24 an application slot (core/flash/layout.ts). */
const APP_B_OFFSET = (2 + 2 * 7 + 24) * 0x10000;
const ROTS_AFTER = 1100;
/** The journal's own programs before the first page of the file. */
const JOURNAL_PROGRAMS = whole.program.indexOf(false);

const failures: Row[] = [
  failed("first-erase-fails", { kind: "erase", after: 0 }),
  failed("last-erase-fails", { kind: "erase", after: whole.erase.lastIndexOf(false) }),
  failed("sector-cannot-be-erased", { kind: "erase", after: 1, lasting: true }),
  failed("first-page-fails", { kind: "program", after: JOURNAL_PROGRAMS }),
  failed("page-in-the-middle-fails", { kind: "program", after: 600 }),
  failed("page-cannot-be-programmed", { kind: "program", after: 700, lasting: true }),
];

/** Power comes back after two seconds, and the start-up that follows ends the update. */
const cut = (name: string, operation: "erase" | "program", after: number): Row => ({
  ...update, name, cut: { operation, after }, ends: ["login", "reached", 0],
  check: (t, { end }) => t.equal(end.appname, "app2.bin"),
});

/** A page in the middle of the file loses a bit after it was compared, while the last pages are still written. */
class RottingFlash extends FlashWrapper {
  #programCount = 0;

  override programStart(offset: number, source: Uint8Array): number {
    this.#programCount += 1;
    return this.inner.programStart(offset, source);
  }

  override read(offset: number, target: Uint8Array): number {
    const status = this.inner.read(offset, target);
    const at = APP_B_OFFSET + next.bytes.length / 2 - offset;
    if (this.#programCount > ROTS_AFTER && at >= 0 && at < target.length) target[Math.floor(at)]! ^= 1;
    return status;
  }
}

const rotten: Row = {
  ...update, name: "page-rots-before-the-verdict", wrap: (flash) => new RottingFlash(flash), ends: ["login", "flash-failed", 1],
  texts: ["100%, 0 secs", "Flash failed"],
  check: (t, played) => {
    t.match(played.end.cause, /does not hold what was written/, "what the chip holds counts, not what was sent");
    finishes(t, played);
  },
};

const mended: Row[] = [0, 6, JOURNAL_PROGRAMS - 1].map((after): Row => ({
  ...update, name: `journal-program-${after}-fails`, wrap: failing({ kind: "program", after }), ends: ["login", "reached", 0],
  check: (t, { end }) => t.equal(end.appname, "app2.bin", "the journal goes on in its other sector"),
}));

const cuts: Row[] = [
  cut("power-lost-in-the-first-erase", "erase", 0),
  cut("power-lost-in-the-last-erase", "erase", whole.erase.filter((journal) => !journal).length - 1),
  cut("power-lost-in-the-first-page", "program", 0),
  cut("power-lost-in-the-middle", "program", 600),
  cut("power-lost-in-the-info-area", "program", Math.ceil(next.bytes.length / 256)),
];

playTable("wrong-flash", [...failures, rotten, ...mended, ...cuts]);
