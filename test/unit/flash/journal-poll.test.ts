// Goal: "Pending" means that there is work left: whoever waits for the journal may go away when it is idle, and must not before.
// Method: a chip that is never busy, on which so many programs fail that a poll ends at its limit of steps wherever it can.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { FlashWrapper } from "../../../host/faults/flash-wrapper.js";
import { dirtyChip, FlashCore, smallPart } from "../../support/flash-core.js";

const SECTOR_BYTES = 4096;
const PART = smallPart({ totalBytes: 20 * SECTOR_BYTES, sectorBytes: SECTOR_BYTES, block32Bytes: 0, block64Bytes: 0, unitBytes: 8 });

t.test("a poll that says Pending has work left, however much one poll does", async (t) => {
  for (let failures = 0; failures < 14; failures++) {
    const clock = { nowUs: 0 };
    const chip = dirtyChip(PART, clock);
    /** A chip that is done at once, some of whose programs fail: so one poll takes any number of steps. */
    class Instant extends FlashWrapper {
      left = 0;
      #fails = false;

      override programStart(offset: number, source: Uint8Array): number {
        const status = this.inner.programStart(offset, source);
        this.#fails = status === Status.Ok && this.left > 0;
        if (this.#fails) this.left -= 1;
        return status;
      }

      override poll(): number {
        clock.nowUs += 10_000_000;
        const status = this.inner.poll();
        const said = this.#fails ? Status.ProgramFailed : status;
        this.#fails = false;
        return said;
      }
    }
    const instant = new Instant(chip);
    const core = new FlashCore(instant, clock);
    t.equal(core.open(), Status.Ok);
    instant.left = failures;
    core.call("journal_mark", Kind.Application, 0, 4, 3, core.give(new Uint8Array(16)), 0);
    let status: number;
    do {
      status = core.poll("journal_poll");
      t.equal(status === Status.Pending, core.call("journal_is_busy") === 1, `${failures} programs failed`);
    } while (status === Status.Pending);
    t.equal(status, Status.Ok);
  }
});
