// State `erase`: the slot that does not run is erased, its seconds counted on the screen. A file that is still arriving needs only
// its first blocks erased here; the state `write` erases the others in turn.

import { Row, Status } from "../../../hal/abi";
import { BootState, SlotState, SlotWhy } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { FILE_OBTAINED, SECS } from "../../base/texts";
import { timeNow, timeWakeAt } from "../../base/time";
import { journalMark, journalPoll } from "../../flash/journal";
import { patchPoll } from "../../flash/patch";
import { writerErasePoll, writerStart } from "../../flash/writer";
import { blocksCount } from "../../image/blocks";
import { validatorDigestPtr, validatorImageBytes, validatorKind } from "../../image/validator";
import { screenSetLine, screenSetText } from "../../ui/screen";
import { directClaim, directKind, directMarkPtr } from "../direct";
import { flashFailedPoll, flashFailedStart } from "../flash-failed";
import { heldOwnCount, heldThereCount } from "../held";
import { slotReport } from "../slot-event";
import { softwareSlot } from "../software";
import { downloadIsDirect } from "./download";

const SECOND_US: u64 = 1000000;

let startUs: u64 = 0;
let marking: bool = false;
let failed: bool = false;
let direct: bool = false;
let kind: i32 = 0;
let slot: i32 = 0;

/** The slot that the file goes to: the one that does not run. */
export function eraseSlot(): i32 {
  return slot;
}

export function eraseKind(): i32 {
  return kind;
}

export function eraseEnter(): void {
  direct = downloadIsDirect();
  kind = direct ? directKind() : validatorKind();
  slot = softwareSlot(kind) == 0 ? 1 : 0;
  startUs = timeNow();
  marking = true;
  failed = false;
  screenSetText(Row.Title, FILE_OBTAINED);
  if (direct) journalMark(kind, slot, SlotState.Writing, 0, directMarkPtr(), 0);
  else writerStart(kind, slot, validatorImageBytes(), validatorDigestPtr());
  eraseShow();
}

export function erasePoll(): BootState {
  if (failed) return flashFailedPoll() ? BootState.CallServer : BootState.Erase;
  eraseShow();
  const status = marking ? eraseMark() : direct ? patchPoll() : writerErasePoll();
  if (status == Status.Pending) return BootState.Erase;
  if (status == Status.Ok) return BootState.Write;
  failed = true;
  flashFailedStart(kind, slot, SlotWhy.EraseFailed);
  return BootState.Erase;
}

/** The journal says `writing` before the first sector goes, so that a cut leaves no doubt about the slot. */
function eraseMark(): i32 {
  const status = journalPoll();
  if (status != Status.Ok) return status;
  marking = false;
  if (direct) {
    slotReport(kind, slot, SlotWhy.None, blocksCount(), heldOwnCount(), heldThereCount());
    directClaim();
    return patchPoll();
  }
  slotReport(kind, slot, SlotWhy.None);
  return writerErasePoll();
}

/** `s secs` starts at 0 and grows by one a second for as long as the erase lasts. */
function eraseShow(): void {
  const seconds = (timeNow() - startUs) / SECOND_US;
  lineStart();
  lineAddNumber(<u32>seconds);
  lineAddText(SECS);
  screenSetLine(Row.Prompt);
  timeWakeAt(startUs + (seconds + 1) * SECOND_US);
}
