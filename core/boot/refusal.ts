// What follows a file that was refused: the reason on the screen for a while, then start-up with the stored software. Without any there
// is nothing to go on with: a reset, and after some of them it waits for somebody.

import { ResetCause, Mode, Row } from "../../hal/abi";
import { BootState, ImageVerdict, Notice } from "../../hal/events";
import { lineAddText, lineStart } from "../base/line";
import {
  CHECKSUM_ERROR, FILE_REJECTED, REASON_COUNTER, REASON_FORMAT, REASON_KIND, REASON_MODEL, REASON_SIGNATURE, REASON_SIZE,
  REASON_UNSUPPORTED,
} from "../base/texts";
import { timeNow, timeWakeAt } from "../base/time";
import { MESSAGE_RESET_US, MESSAGE_US, NO_SOFTWARE_RESETS_MAX } from "../config";
import { validatorVerdict } from "../image/validator";
import { screenClear, screenSetBytes, screenSetLine, screenSetText } from "../ui/screen";
import { modeGet } from "./mode";
import { programOffer, programPressed, programWithdraw } from "./program";
import { retainedInARow } from "./retained";
import { softwareIsStored } from "./software";
import { restartFor } from "./stages/restart";
import { APP_NOT_STORED, statusNotice, statusSetApp } from "./status";

enum Then {
  /** Start-up goes on. */
  GoOn,
  Reset,
  /** The message stays until somebody comes. */
  Wait,
}

let then: Then = Then.GoOn;
let untilUs: u64 = 0;

/** Shows why the validator refused the file of this name. */
export function refusalStart(namePtr: usize, nameBytes: i32): void {
  statusSetApp(APP_NOT_STORED);
  screenSetBytes(Row.Title, namePtr, nameBytes);
  refusalReason(validatorVerdict());
  if (softwareIsStored()) return refusalShow(Then.GoOn, MESSAGE_US);
  if (retainedInARow(ResetCause.NoSoftware) < NO_SOFTWARE_RESETS_MAX - 1) return refusalShow(Then.Reset, MESSAGE_RESET_US);
  statusNotice(Notice.NoSoftware);
  programOffer();
  refusalShow(Then.Wait, MESSAGE_RESET_US);
}

/** Shows another message for a while; start-up then goes on. */
export function refusalMessage(text: i32): void {
  statusSetApp(APP_NOT_STORED);
  screenSetText(Row.Prompt, text);
  refusalShow(Then.GoOn, MESSAGE_US);
}

/** The state that follows, or `stay` while the message is shown. */
export function refusalPoll(stay: BootState): BootState {
  if (then == Then.Wait) return programPressed() ? BootState.Craft : stay;
  if (timeNow() < untilUs) {
    timeWakeAt(untilUs);
    return stay;
  }
  if (then == Then.GoOn) return refusalGoOn();
  restartFor(ResetCause.NoSoftware);
  return BootState.Restart;
}

/** Start-up goes on with what is stored. */
export function refusalGoOn(): BootState {
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  programWithdraw();
  screenClear(Row.Title);
  screenClear(Row.Prompt);
  return BootState.CallServer;
}

function refusalShow(next: Then, us: u32): void {
  then = next;
  untilUs = timeNow() + us;
  timeWakeAt(untilUs);
}

function refusalReason(verdict: ImageVerdict): void {
  if (verdict == ImageVerdict.DigestMismatch) return screenSetText(Row.Prompt, CHECKSUM_ERROR);
  lineStart();
  lineAddText(FILE_REJECTED);
  lineAddText(refusalText(verdict));
  screenSetLine(Row.Prompt);
}

function refusalText(verdict: ImageVerdict): i32 {
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
