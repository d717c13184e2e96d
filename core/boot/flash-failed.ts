// What the erase and write stages do when the chip refuses: mark the slot, say so, and go on with the stored software.

import { Row, Status } from "../../hal/abi";
import { Notice, SlotState, SlotWhy } from "../../hal/events";
import { FLASH_FAILED } from "../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../base/time";
import { MESSAGE_US } from "../config";
import { journalMark, journalPoll } from "../flash/journal";
import { validatorCounter, validatorDigestPtr } from "../image/validator";
import { screenClear, screenSetText } from "../ui/screen";
import { slotReport } from "./slot-event";
import { APP_NOT_STORED, statusNotice, statusSetApp } from "./status";

let untilUs: u64 = 0;
let failedKind: i32 = 0;
let failedSlot: i32 = 0;
let failedWhy: SlotWhy = SlotWhy.None;
let reported: bool = false;

/** Shows the message; the slot is marked as failed so that no start-up takes it for an image. */
export function flashFailedStart(kind: i32, slot: i32, why: SlotWhy): void {
  untilUs = timeNow() + MESSAGE_US;
  screenSetText(Row.Prompt, FLASH_FAILED);
  statusSetApp(APP_NOT_STORED);
  failedKind = kind;
  failedSlot = slot;
  failedWhy = why;
  reported = false;
  journalMark(kind, slot, SlotState.Failed, 0, validatorDigestPtr(), validatorCounter());
  statusNotice(Notice.FlashFailed);
  timeWakeNow();
}

/** True once start-up may go on. A journal that cannot be written either changes nothing: the slot was never activated. */
export function flashFailedPoll(): bool {
  const busy = journalPoll() == Status.Pending;
  timeWakeAt(untilUs);
  if (!busy && !reported) {
    reported = true;
    slotReport(failedKind, failedSlot, failedWhy);
  }
  if (busy || timeNow() < untilUs) return false;
  screenClear(Row.Title);
  screenClear(Row.Prompt);
  return true;
}
