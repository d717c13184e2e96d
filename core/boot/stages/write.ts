// State `write`: the file goes into the slot under the progress bar, is judged again from the chip, and is activated.

import { Kind, ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, ImageVerdict, SlotState, SlotWhy } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { PERCENT, SAVING, SECS } from "../../base/texts";
import { timeNow, timeWakeNow } from "../../base/time";
import { PROGRESS_US, TRIAL_ATTEMPTS } from "../../config";
import { infoPoll, infoWriteStart } from "../../flash/info-area";
import { journalMark, journalPoll } from "../../flash/journal";
import { writerFinish, writerPoll, writerProgrammedBytes } from "../../flash/writer";
import {
  validatorCounter, validatorCrc32, validatorDigestPtr, validatorImageBytes, validatorKind, validatorVerdict,
} from "../../image/validator";
import { PROGRESS_OFF, screenClear, screenSetLine, screenSetProgress, screenSetText } from "../../ui/screen";
import { fetchEtagBytes, fetchEtagPtr } from "../fetch";
import { flashFailedPoll, flashFailedStart } from "../flash-failed";
import { slotReport } from "../slot-event";
import { transferVerifyPoll, transferVerifySlot, transferWritePoll, transferWriteStart } from "../transfer";
import { downloadNameBytes, downloadNamePtr } from "./download";
import { eraseSlot } from "./erase";
import { restartFor } from "./restart";

/** The steps of a write, in their order. */
enum Step {
  Push,
  Flush,
  Verify,
  Name,
  Activate,
  Failed,
}

const SECOND_US: u64 = 1000000;

let step: Step = Step.Push;
let startUs: u64 = 0;
let shownUs: u64 = 0;
let shownWhole: bool = false;
let fileBytes: u32 = 0;
let kind: i32 = Kind.Application;

export function writeEnter(): void {
  step = Step.Push;
  startUs = timeNow();
  shownUs = startUs;
  shownWhole = false;
  kind = validatorKind();
  fileBytes = validatorImageBytes();
  transferWriteStart(fileBytes);
  screenSetText(Row.Title, SAVING);
  writeShow();
}

export function writePoll(): BootState {
  if (step == Step.Failed) return flashFailedPoll() ? BootState.CallServer : BootState.Write;
  const status = writeStep();
  writeShow();
  if (status == Status.Pending) return BootState.Write;
  if (status < 0) {
    writeFail(status == Status.EccFatal ? SlotWhy.DigestDiffers : SlotWhy.ProgramFailed);
    return BootState.Write;
  }
  timeWakeNow();
  return writeNext();
}

/** Works on the step at hand: Ok when it is done. */
function writeStep(): i32 {
  switch (step) {
    case Step.Push: return transferWritePoll();
    case Step.Flush: return writerPoll();
    case Step.Verify: return transferVerifyPoll();
    case Step.Name: return infoPoll();
    default: return journalPoll();
  }
}

/** Starts the step after the one that is done. */
function writeNext(): BootState {
  let status: i32 = Status.Ok;
  if (step == Step.Push) {
    step = Step.Flush;
    status = writerFinish();
  } else if (step == Step.Flush) {
    step = Step.Verify; // What the chip holds counts, not what was sent.
    transferVerifySlot(kind, eraseSlot(), fileBytes);
  } else if (step == Step.Verify) {
    if (validatorVerdict() != ImageVerdict.Accepted) {
      writeFail(SlotWhy.DigestDiffers);
      return BootState.Write;
    }
    step = Step.Name;
    status = infoWriteStart(
      kind, eraseSlot(), downloadNamePtr(), downloadNameBytes(), fileBytes, validatorDigestPtr(), validatorCrc32(), fetchEtagPtr(),
      fetchEtagBytes(),
    );
  } else if (step == Step.Name) {
    step = Step.Activate;
    status = journalMark(kind, eraseSlot(), SlotState.Trial, TRIAL_ATTEMPTS, validatorDigestPtr(), validatorCounter());
  } else {
    return writeDone();
  }
  if (status < 0 && status != Status.Pending) writeFail(SlotWhy.ProgramFailed);
  return BootState.Write;
}

function writeDone(): BootState {
  slotReport(kind, eraseSlot(), SlotWhy.None);
  screenSetProgress(PROGRESS_OFF);
  screenClear(Row.Prompt);
  restartFor(ResetCause.Upgraded);
  return BootState.Restart;
}

function writeFail(why: SlotWhy): void {
  step = Step.Failed;
  screenSetProgress(PROGRESS_OFF);
  flashFailedStart(kind, eraseSlot(), why);
}

/** `n%, x secs` under the bar; both count bytes programmed and compared, so they never fall. At most every 100 ms, and at the end. */
function writeShow(): void {
  const whole = step > Step.Flush;
  if (step == Step.Failed || (whole && shownWhole) || (!whole && timeNow() < shownUs)) return;
  shownUs = timeNow() + PROGRESS_US;
  shownWhole = whole;
  const doneBytes = writerProgrammedBytes();
  const seconds = (timeNow() - startUs) / SECOND_US;
  const permille = whole ? 1000 : <i32>((<u64>doneBytes * 1000) / fileBytes);
  screenSetProgress(permille);
  lineStart();
  lineAddNumber(permille / 10);
  lineAddText(PERCENT);
  lineAddNumber(<u32>seconds);
  lineAddText(SECS);
  screenSetLine(Row.Prompt);
}
