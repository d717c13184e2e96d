// Goal: what a chip's failure leaves of a record never comes back over the set that was saved, or acted on, after it.
// Method: each program of a save fails, or the one of writing a record again; then the set before is saved, and a reset reads.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { all } from "../../../host/faults/cut-models.js";
import { FailingFlash } from "../../../host/faults/failing-flash.js";
import { PowerCut } from "../../../host/faults/power-cut.js";
import type { NorFlash } from "../../../host/peripherals/nor-flash.js";
import type { NorPart } from "../../../host/peripherals/nor-parts.js";
import { type Clock, dirtyChip, FlashCore, smallPart } from "../../support/flash-core.js";
import { expectOk, keptText, openSettings, save, settingsFile } from "../../support/kept-settings.js";

const KIB = 1024;
/** An area is a sector that its two places share, or each place has sectors of its own. */
const SHARED = smallPart({ totalBytes: 80 * KIB, block32Bytes: 0, block64Bytes: 0, unitBytes: 8 });
const OWN = smallPart({ totalBytes: 4096 * KIB, unitBytes: 8 });
const OLD = "Stored SIPSIGNAL=1 | Stored PROCSTAT=1";

/** A chip whose record in force is the second. */
function afterTwo(part: NorPart): { chip: NorFlash; clock: Clock; core: FlashCore } {
  const clock = { nowUs: 0 };
  const chip = dirtyChip(part, clock);
  const core = new FlashCore(chip, clock);
  openSettings(core);
  for (const signal of ["3", "1"]) {
    settingsFile(core, { SIPSIGNAL: signal, PROCSTAT: "1" });
    expectOk(save(core), "save");
  }
  return { chip, clock, core };
}

t.test("after a save that failed the set before is written again when it is saved", async (t) => {
  for (const part of [SHARED, OWN]) {
    for (let after = 0; after < 3; after++) {
      const { chip, clock, core } = afterTwo(part);
      core.reset(new FailingFlash(chip, { kind: "program", after }), clock);
      settingsFile(core, { SIPSIGNAL: "2" });
      t.ok(save(core) < 0, "the new set is not stored, and that is said");
      settingsFile(core, { SIPSIGNAL: "1", PROCSTAT: "1" });
      t.equal(keptText(core), OLD, "the user has the old one again");
      t.equal(save(core), Status.Ok);
      core.reset(chip, clock);
      t.same([openSettings(core), keptText(core)], [Status.Ok, OLD], `program ${after} failed: what was saved last counts`);
    }
  }
});

t.test("a record that could not be written again does not come back over the one that was acted on", async (t) => {
  for (const part of [SHARED, OWN]) {
    const { chip, clock, core } = afterTwo(part);
    settingsFile(core, { PROCSTAT: "0" });
    core.reset(new PowerCut(chip, (part === SHARED ? 1 : 2) + 1, all), clock);
    t.throws(() => save(core), "its seal was not begun");
    chip.powerOn();
    core.reset(new FailingFlash(chip, { kind: "program", after: 0 }), clock);
    t.same([openSettings(core), keptText(core)], [Status.Ok, OLD], "given up for the one before");
    t.equal(save(core), Status.Ok, "what was acted on is saved, as each start does");
    core.reset(chip, clock);
    t.same([openSettings(core), keptText(core)], [Status.Ok, OLD]);
  }
});
