// State `write`: the file goes into the slot under the progress bar, is judged again from the chip, and is activated.
//
// From staging it is pushed whole. Without staging, or with a block file, it is still arriving (boot/direct), and its verdict follows the
// write. A boot file of unknown kind first waits in an application slot, and is copied from there like a file from staging.

import { Kind, ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, ImageVerdict, SlotState, SlotWhy } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { PERCENT, SAVING, SECS } from "../../base/texts";
import { timeNow, timeWakeNow } from "../../base/time";
import { FLASH_UNIT_BYTES_MAX, PROGRESS_US, TRIAL_ATTEMPTS } from "../../config";
import { blockTableBytes, blockTableHead, blockTablePoll, blockTableWrite } from "../../flash/block-table";
import { infoPoll, infoWriteStart } from "../../flash/info-area";
import { journalMark, journalPoll } from "../../flash/journal";
import { layoutSlotBytes } from "../../flash/layout";
import { patchErase, patchPoll } from "../../flash/patch";
import { writerFinish, writerPoll, writerProgrammedBytes } from "../../flash/writer";
import { blocksCount, blocksFrame } from "../../image/blocks";
import {
  validatorCounter, validatorCrc32, validatorDigestPtr, validatorImageBytes, validatorKind, validatorRefuse, validatorReport,
  validatorVerdict,
} from "../../image/validator";
import { PROGRESS_OFF, screenClear, screenSetLine, screenSetProgress, screenSetText } from "../../ui/screen";
import { directDoneBytes, directFileBytes, directIsComplete, directWork } from "../direct";
import { Fetch, fetchAbort, fetchEtagBytes, fetchEtagPtr, fetchHold, fetchPoll } from "../fetch";
import { flashFailedPoll, flashFailedStart } from "../flash-failed";
import { heldVerifyPoll, heldVerifyStart } from "../held";
import { refusalPoll, refusalStart } from "../refusal";
import { slotReport } from "../slot-event";
import {
  transferCopyStart, transferVerifyPoll, transferVerifyReceived, transferVerifySlot, transferWritePoll, transferWriteStart,
} from "../transfer";
import {
  downloadFetch, downloadIsAsked, downloadIsChanged, downloadIsDirect, downloadMissed, downloadNameBytes, downloadNamePtr, downloadStaged,
} from "./download";
import { eraseKind, eraseSlot } from "./erase";
import { restartFor } from "./restart";

/** The steps of a write, in their order. */
enum Step {
  /** From staging; or as it arrives. */
  Push,
  Receive,
  Flush,
  /** The verdict on what was received, where there was none before. */
  Judge,
  /** The info area is erased, takes the table, and all blocks are compared with it. */
  Clear,
  Table,
  Blocks,
  Verify,
  Name,
  Activate,
  /** It is a boot file: it waits where it is to be copied. */
  Candidate,
  Failed,
  Refused,
}

const SECOND_US: u64 = 1000000;
const SLOT_NONE: i32 = -1;

let step: Step = Step.Push;
let startUs: u64 = 0;
let shownUs: u64 = 0;
let shownWhole: bool = false;
let fileBytes: u32 = 0;
let kind: i32 = Kind.Application;
let slot: i32 = 0;
let waitingSlot: i32 = SLOT_NONE;
let fetching: bool = false;
let reported: bool = false;

export function writeEnter(): void {
  const direct = downloadIsDirect();
  step = direct ? Step.Receive : Step.Push;
  startUs = timeNow();
  shownUs = startUs;
  shownWhole = false;
  kind = eraseKind();
  slot = eraseSlot();
  fileBytes = direct ? directFileBytes() : validatorImageBytes();
  fetching = downloadIsAsked();
  if (!direct && waitingSlot != SLOT_NONE) transferCopyStart(Kind.Application, waitingSlot, fileBytes);
  else if (!direct) transferWriteStart(fileBytes);
  waitingSlot = SLOT_NONE; // Also one whose copy was not begun.
  screenSetText(Row.Title, SAVING);
  writeShow();
}

export function writePoll(): BootState {
  if (step == Step.Failed) return flashFailedPoll() ? BootState.CallServer : BootState.Write;
  if (step == Step.Refused) return writeRefused();
  const status = step == Step.Receive ? directWork() : writeStep();
  writeShow();
  if (status == Status.Pending) {
    fetchHold();
    return BootState.Write;
  }
  if (status < 0) {
    writeFail(writeWhy(status));
    return BootState.Write;
  }
  if (step == Step.Receive && (fetching || !directIsComplete())) return writeReceive();
  timeWakeNow();
  return step == Step.Activate ? writeDone() : step == Step.Candidate ? writeCopy() : writeNext();
}

/** Works on the step at hand: Ok when it is done. */
function writeStep(): i32 {
  switch (step) {
    case Step.Push: return transferWritePoll();
    case Step.Flush: return writerPoll();
    case Step.Judge:
    case Step.Verify: return transferVerifyPoll();
    case Step.Clear: return patchPoll();
    case Step.Table: return blockTablePoll();
    case Step.Blocks: return heldVerifyPoll();
    case Step.Name: return infoPoll();
    default: return journalPoll();
  }
}

function writeWhy(status: i32): SlotWhy {
  if (status == Status.EccFatal) return SlotWhy.DigestDiffers;
  return status == Status.EraseFailed ? SlotWhy.EraseFailed : SlotWhy.ProgramFailed;
}

/** Nothing is in hand: the server is asked, until no answer brings more. */
function writeReceive(): BootState {
  if (!fetching) {
    timeWakeNow();
    if (blocksCount() == 0) return writeNext(); // Its end came early; the verdict will say so.
    downloadFetch();
    fetching = true;
    return BootState.Write;
  }
  const how = fetchPoll();
  if (how == Fetch.Pending) {
    if (!directIsComplete()) return BootState.Write;
    fetchAbort(); // It was about to ask for nothing.
  }
  fetching = false;
  timeWakeNow();
  if (how == Fetch.Pending || how == Fetch.Obtained) return BootState.Write;
  if (how == Fetch.Refused && validatorVerdict() != ImageVerdict.None) return writeRefuse();
  writeProgressOff();
  return downloadIsChanged(how) ? BootState.Download : downloadMissed(how);
}

/** Starts the step after the one that is done. */
function writeNext(): BootState {
  let status: i32 = Status.Ok;
  switch (step) {
    case Step.Push: {
      step = Step.Flush;
      status = writerFinish();
      break;
    }
    case Step.Receive: {
      if (blocksCount() > 0) return writeClear();
      step = Step.Judge;
      transferVerifyReceived();
      break;
    }
    case Step.Judge: {
      if (validatorVerdict() != ImageVerdict.Accepted) return writeRefuse();
      validatorReport(downloadNamePtr(), downloadNameBytes());
      fileBytes = validatorImageBytes();
      return writeClear();
    }
    case Step.Clear: {
      if (blocksCount() == 0) return writeVerify();
      step = Step.Table;
      status = writeTable();
      break;
    }
    case Step.Table: {
      step = Step.Blocks;
      heldVerifyStart();
      break;
    }
    case Step.Verify: return writeVerified();
    case Step.Name: {
      step = Step.Activate;
      status = journalMark(kind, slot, SlotState.Trial, TRIAL_ATTEMPTS, validatorDigestPtr(), validatorCounter());
      break;
    }
    default: return writeVerify();
  }
  return writeStarted(status);
}

function writeStarted(status: i32): BootState {
  if (status < 0 && status != Status.Pending) writeFail(SlotWhy.ProgramFailed);
  return BootState.Write;
}

function writeClear(): BootState {
  step = Step.Clear;
  patchErase(layoutSlotBytes(kind), blockTableBytes(blocksCount()));
  return BootState.Write;
}

function writeTable(): i32 {
  const headPtr = blockTableHead(blocksCount());
  return blockTableWrite(kind, slot, blocksFrame(headPtr, <i32>FLASH_UNIT_BYTES_MAX), blocksCount());
}

/** What the chip holds counts, not what was sent. */
function writeVerify(): BootState {
  step = Step.Verify;
  transferVerifySlot(kind, slot, fileBytes);
  return BootState.Write;
}

function writeVerified(): BootState {
  const tabled = downloadIsDirect() && blocksCount() > 0;
  const accepted = validatorVerdict() == ImageVerdict.Accepted;
  if (tabled && accepted && validatorKind() != kind) validatorRefuse(ImageVerdict.WrongKind);
  if (tabled && validatorVerdict() != ImageVerdict.Accepted) return writeRefuse(); // Every block is right: it is the file's own fault.
  if (!accepted) {
    writeFail(SlotWhy.DigestDiffers);
    return BootState.Write;
  }
  if (validatorKind() != kind) {
    step = Step.Candidate;
    return writeStarted(journalMark(kind, slot, SlotState.Candidate, 0, validatorDigestPtr(), 0));
  }
  if (tabled) validatorReport(downloadNamePtr(), downloadNameBytes());
  step = Step.Name;
  return writeStarted(infoWriteStart(
    kind, slot, downloadNamePtr(), downloadNameBytes(), fileBytes, validatorDigestPtr(), validatorCrc32(), fetchEtagPtr(), fetchEtagBytes(),
  ));
}

/** The slots of its own kind are erased and written next. */
function writeCopy(): BootState {
  slotReport(kind, slot, SlotWhy.None);
  waitingSlot = slot;
  downloadStaged();
  writeProgressOff();
  return BootState.Erase;
}

function writeDone(): BootState {
  const blocks = downloadIsDirect() ? blocksCount() : 0;
  slotReport(kind, slot, SlotWhy.None, blocks);
  writeProgressOff();
  restartFor(ResetCause.Upgraded);
  return BootState.Restart;
}

function writeProgressOff(): void {
  screenSetProgress(PROGRESS_OFF);
  screenClear(Row.Prompt);
}

function writeFail(why: SlotWhy): void {
  step = Step.Failed;
  fetchAbort();
  screenSetProgress(PROGRESS_OFF);
  flashFailedStart(kind, slot, why);
}

/** The slot holds the file, and it is none to start. */
function writeRefuse(): BootState {
  step = Step.Refused;
  reported = false;
  screenSetProgress(PROGRESS_OFF);
  validatorReport(downloadNamePtr(), downloadNameBytes());
  journalMark(kind, slot, SlotState.Rejected, 0, 0, 0);
  refusalStart(downloadNamePtr(), downloadNameBytes());
  return BootState.Write;
}

function writeRefused(): BootState {
  if (journalPoll() == Status.Pending) return BootState.Write;
  if (!reported) slotReport(kind, slot, SlotWhy.None);
  reported = true;
  return refusalPoll(BootState.Write);
}

/** `n%, x secs` under the bar; both count bytes programmed and compared, so they never fall. At most every 100 ms, and at the end. */
function writeShow(): void {
  const whole = step > Step.Flush;
  if (step >= Step.Failed || (whole && shownWhole) || (!whole && timeNow() < shownUs)) return;
  shownUs = timeNow() + PROGRESS_US;
  shownWhole = whole;
  const seconds = (timeNow() - startUs) / SECOND_US;
  const permille = whole ? 1000 : <i32>((<u64>min(writeBytes(), fileBytes) * 1000) / fileBytes);
  screenSetProgress(permille);
  lineStart();
  lineAddNumber(permille / 10);
  lineAddText(PERCENT);
  lineAddNumber(<u32>seconds);
  lineAddText(SECS);
  screenSetLine(Row.Prompt);
}

function writeBytes(): u32 {
  return step == Step.Receive ? directDoneBytes() : writerProgrammedBytes();
}
