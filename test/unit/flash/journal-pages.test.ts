// Goal: no journal record that counts shares its page, where a sector has pages enough, and a start leaves out a page that may be torn.
// Method: marks on chips with pages of several sizes; where their records came to stand.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { SlotState } from "../../../hal/events.js";
import type { NorFlash } from "../../../host/peripherals/nor-flash.js";
import { dirtyChip, FlashCore, smallPart } from "../../support/flash-core.js";

const KIB = 1024;

t.test("a record that counts has its page to itself, where a sector has eight pages", async (t) => {
  for (const [pageBytes, places] of [[128, 1], [256, 2], [512, 4], [1024, 1]] as const) {
    const clock = { nowUs: 0 };
    const sizes = { totalBytes: 80 * KIB, sectorBytes: 4 * KIB, block32Bytes: 0, block64Bytes: 0 };
    const part = smallPart({ ...sizes, unitBytes: 8, pageBytes });
    const chip = dirtyChip(part, clock);
    const core = new FlashCore(chip, clock);
    core.open();
    const shownBefore = shownPlaces(chip);
    for (const state of [SlotState.Writing, SlotState.Trial]) t.equal(core.mark(Kind.Application, 0, state, 3, 1, 0), Status.Ok);
    const added = shownPlaces(chip).filter((place) => !shownBefore.includes(place));
    t.equal(added.length, 2);
    for (const place of added) t.equal(place % places, 0, `pages of ${pageBytes}: place ${place} begins one`);
    const again = new FlashCore(chip, clock);
    again.open();
    const mended = shownPlaces(chip).filter((place) => !shownBefore.includes(place) && !added.includes(place));
    t.equal(mended[0]! - added[1]!, 2 * places, "one is left out after a reset: it may be torn and read as blank");
    t.equal(chip.counters.refusals, 0);
  }
});

/** Places of both journal sectors that show a record. */
function shownPlaces(chip: NorFlash): number[] {
  const cells = chip.contents().subarray(0, 8 * KIB);
  return [...Array(64).keys()].filter((place) => cells.subarray(place * 128, place * 128 + 64).some((byte) => byte !== 0xff));
}
