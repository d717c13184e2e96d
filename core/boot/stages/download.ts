// State `download`: the application or boot file comes into staging and is judged. Nothing is erased before the verdict.

import { Info, Kind, Mode, Option, ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, ImageVerdict, Notice } from "../../../hal/events";
import { bytesCopy } from "../../base/bytes";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { systemInfo, systemOption } from "../../base/system";
import {
  CHECKSUM_ERROR, FILE_REJECTED, FLASH_FAILED, KB_RECEIVED, REASON_COUNTER, REASON_FORMAT, REASON_KIND, REASON_MODEL, REASON_SIGNATURE,
  REASON_SIZE, REASON_UNSUPPORTED,
} from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { FILE_NAME_BYTES_MAX, MESSAGE_RESET_US, MESSAGE_US, NO_SOFTWARE_RESETS_MAX, PROGRESS_US } from "../../config";
import { journalCounter } from "../../flash/journal";
import { layoutSlotBytes } from "../../flash/layout";
import { stagingSize } from "../../image/staging";
import { validatorPolicy, validatorReport, validatorVerdict } from "../../image/validator";
import { screenClear, screenSetBytes, screenSetLine, screenSetText } from "../../ui/screen";
import { Fetch, fetchBytes, fetchPoll, fetchStart } from "../fetch";
import { modeGet } from "../mode";
import { programOffer, programPressed, programWithdraw } from "../program";
import { handOffCanStore } from "./hand-off";
import { restartFor } from "./restart";
import { retainedInARow } from "../retained";
import { softwareIsStored } from "../software";
import { APP_NOT_OBTAINED, APP_NOT_STORED, statusNotice, statusSetApp } from "../status";
import { Target, transferVerifyPoll, transferVerifyStaged } from "../transfer";

/** What a download is doing. */
enum Part {
  Receive,
  Verify,
  /** A message is shown; start-up then goes on. */
  Message,
  /** A message is shown; a reset follows. */
  Reset,
  /** A message is shown until somebody comes. */
  Wait,
}

const KILOBYTE: u32 = 1024;
const NAME = memory.data(128, 8);
const MODEL = memory.data(32, 8);

let nameBytes: i32 = 0;
let part: Part = Part.Receive;
let shownUs: u64 = 0;
let shownKilobytes: i32 = -1;
let messageUs: u64 = 0;

/** Names the file that the state `download` will fetch. */
export function downloadStart(ptr: usize, bytes: i32): void {
  assert(bytes > 0 && bytes <= FILE_NAME_BYTES_MAX);
  bytesCopy(NAME, ptr, bytes);
  nameBytes = bytes;
}

export function downloadNamePtr(): usize {
  return NAME;
}

export function downloadNameBytes(): i32 {
  return nameBytes;
}

export function downloadEnter(): void {
  part = Part.Receive;
  shownKilobytes = -1;
  shownUs = 0;
  downloadPolicy();
  fetchStart(NAME, nameBytes, Target.Image, <u32>stagingSize());
}

/** The verifying mode judges the file alone: any model, kind, counter and size. */
function downloadPolicy(): void {
  const telephone = modeGet() == Mode.Telephone;
  const modelBytes = telephone ? systemInfo(Info.Model, MODEL, 32) : 0;
  validatorPolicy(
    MODEL, modelBytes, telephone ? journalCounter(Kind.Boot) : 0, telephone ? journalCounter(Kind.Application) : 0,
    telephone ? layoutSlotBytes(Kind.Boot) : 0, telephone ? layoutSlotBytes(Kind.Application) : 0, systemOption(Option.Unsigned), telephone,
  );
}

export function downloadPoll(): BootState {
  if (part == Part.Receive) return downloadReceive();
  if (part == Part.Verify) return downloadVerify();
  return downloadMessage();
}

function downloadReceive(): BootState {
  const how = fetchPoll();
  downloadShow(how == Fetch.Obtained);
  if (how == Fetch.Pending) return BootState.Download;
  if (how == Fetch.Obtained) {
    part = Part.Verify;
    transferVerifyStaged();
    timeWakeNow();
    return BootState.Download;
  }
  if (how == Fetch.Refused && validatorVerdict() != ImageVerdict.None) return downloadRejected();
  statusSetApp(APP_NOT_OBTAINED);
  if (how == Fetch.Refused) statusNotice(Notice.NoRoom);
  return downloadGoOn();
}

/** `app_filename` over `n KB received`, from the first byte on, at most every 100 ms; a further try begins without it. */
function downloadShow(whole: bool): void {
  if (modeGet() != Mode.Telephone) return;
  if (fetchBytes() == 0) {
    if (shownKilobytes >= 0) screenClear(Row.Prompt);
    shownKilobytes = -1;
    return;
  }
  const kilobytes = <i32>(fetchBytes() / KILOBYTE);
  if (kilobytes == shownKilobytes) return;
  if (!whole && timeNow() < shownUs + PROGRESS_US) return timeWakeAt(shownUs + PROGRESS_US);
  shownUs = timeNow();
  shownKilobytes = kilobytes;
  screenSetBytes(Row.Title, NAME, nameBytes);
  lineStart();
  lineAddNumber(kilobytes);
  lineAddText(KB_RECEIVED);
  screenSetLine(Row.Prompt);
}

function downloadVerify(): BootState {
  if (transferVerifyPoll() == Status.Pending) return BootState.Download;
  if (validatorVerdict() != ImageVerdict.Accepted) return downloadRejected();
  validatorReport(NAME, nameBytes);
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  if (handOffCanStore()) return BootState.Erase;
  statusSetApp(APP_NOT_STORED);
  statusNotice(Notice.FlashFailed);
  screenSetText(Row.Prompt, FLASH_FAILED);
  return downloadShowFor(Part.Message, MESSAGE_US);
}

/** Says why; nothing was erased. Without any stored software there is nothing to go on with. */
function downloadRejected(): BootState {
  validatorReport(NAME, nameBytes);
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  statusSetApp(APP_NOT_STORED);
  screenSetBytes(Row.Title, NAME, nameBytes);
  downloadReason(validatorVerdict());
  if (softwareIsStored()) return downloadShowFor(Part.Message, MESSAGE_US);
  if (retainedInARow(ResetCause.NoSoftware) < NO_SOFTWARE_RESETS_MAX - 1) return downloadShowFor(Part.Reset, MESSAGE_RESET_US);
  statusNotice(Notice.NoSoftware);
  programOffer();
  return downloadShowFor(Part.Wait, MESSAGE_RESET_US);
}

function downloadShowFor(next: Part, us: u32): BootState {
  part = next;
  messageUs = timeNow() + us;
  timeWakeAt(messageUs);
  return BootState.Download;
}

function downloadReason(verdict: ImageVerdict): void {
  if (verdict == ImageVerdict.DigestMismatch) return screenSetText(Row.Prompt, CHECKSUM_ERROR);
  lineStart();
  lineAddText(FILE_REJECTED);
  lineAddText(downloadReasonText(verdict));
  screenSetLine(Row.Prompt);
}

function downloadReasonText(verdict: ImageVerdict): i32 {
  switch (verdict) {
    case ImageVerdict.NoSignature:
    case ImageVerdict.UnknownKey:
    case ImageVerdict.NoTrustedKey:
    case ImageVerdict.BadSignature: return REASON_SIGNATURE;
    case ImageVerdict.UnsupportedSignature:
    case ImageVerdict.UnsupportedDigest:
    case ImageVerdict.Encrypted:
    case ImageVerdict.Compressed: return REASON_UNSUPPORTED;
    case ImageVerdict.WrongKind: return REASON_KIND;
    case ImageVerdict.WrongModel: return REASON_MODEL;
    case ImageVerdict.OldCounter: return REASON_COUNTER;
    case ImageVerdict.TooLarge: return REASON_SIZE;
    default: return REASON_FORMAT;
  }
}

function downloadMessage(): BootState {
  if (part == Part.Wait && programPressed()) return BootState.Craft;
  if (part == Part.Wait) return BootState.Download;
  if (timeNow() < messageUs) {
    timeWakeAt(messageUs);
    return BootState.Download;
  }
  if (part == Part.Message) return downloadGoOn();
  restartFor(ResetCause.NoSoftware);
  return BootState.Restart;
}

function downloadGoOn(): BootState {
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  programWithdraw();
  screenClear(Row.Title);
  screenClear(Row.Prompt);
  return BootState.CallServer;
}
