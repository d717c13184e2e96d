// Confirms an image once it has proved itself (docs/FORMAT.md, Update): from then on it is the one to keep.

import { Status } from "../../hal/abi";
import { SlotState, SlotWhy } from "../../hal/events";
import { timeWakeNow } from "../base/time";
import { journalMark, journalPoll, journalState } from "../flash/journal";
import { slotReport } from "./slot-event";
import { softwareCounter, softwareDigest, softwareSlot, SLOT_NONE } from "./software";

let marking: bool = false;

/** Call until it is no longer Pending: Ok when there is nothing to confirm or it is written. */
export function confirmPoll(kind: i32): i32 {
  const slot = softwareSlot(kind);
  if (marking) {
    const status = journalPoll();
    if (status == Status.Pending) return status;
    marking = false;
    if (status == Status.Ok) slotReport(kind, slot, SlotWhy.Confirmed);
    return Status.Ok; // A journal that cannot be written leaves the image on trial; the next start-up tries again.
  }
  if (!confirmIsDue(kind)) return Status.Ok;
  marking = journalMark(kind, slot, SlotState.Updated, 0, softwareDigest(kind), softwareCounter(kind)) >= 0;
  if (!marking) return Status.Ok;
  timeWakeNow();
  return Status.Pending;
}

/** True when the image of this kind that runs has yet to prove itself: on trial, or the journal has lost what it knew of it. */
function confirmIsDue(kind: i32): bool {
  const slot = softwareSlot(kind);
  return slot != SLOT_NONE && journalState(kind, slot) != SlotState.Updated;
}
