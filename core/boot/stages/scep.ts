// State `scep`: a certificate from the CA of MYCERTURL, with its texts; without MYCERTURL the step is entered and skipped.
//
// The Title Line counts the seconds while it works, the Prompt Line says what came of it. While the CA has not decided, start-up waits
// (MYCERTWAIT 1) and `Program` leads out, or it goes on and the CA is asked behind it (MYCERTWAIT 0). Failure never stops a start-up.

import { Row, ScepResult, ScepStep } from "../../../hal/abi";
import { BootState, Notice } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { SCEP_FAILED, SCEP_PENDING, SCEP_SECS, SCEP_SUCCESSFUL, SECS } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { SCEP_SHOWN_US } from "../../config";
import { sntpInit } from "../../net/sntp-client";
import { parameterBytes, parameterNumber } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenClear, screenSetLine, screenSetText } from "../../ui/screen";
import { Enrolment, enrolmentBehind, enrolmentPoll, enrolmentStart, enrolmentStop } from "../enrolment";
import { enrolmentEvent } from "../enrolment-event";
import { programOffer, programPressed, programWithdraw } from "../program";
import { statusNotice } from "../status";

const SECOND_US: u64 = 1000000;

let startUs: u64 = 0;
/** The outcome stays on the screen until then; 0 while there is none. */
let shownUs: u64 = 0;
let waiting: bool = false;
let skipped: bool = false;
/** Start-up went on, and the CA is asked now and then. */
let behind: bool = false;

/** The telephone starts: nothing is under way, and it has no date. */
export function scepInit(): void {
  behind = false;
  sntpInit();
}

export function scepEnter(): void {
  startUs = timeNow();
  shownUs = 0;
  waiting = false;
  behind = false;
  skipped = parameterBytes(Parameter.MYCERTURL) == 0;
  if (skipped) return enrolmentEvent(ScepStep.Skipped, ScepResult.None);
  screenClear(Row.Prompt);
  scepShow();
  enrolmentStart();
}

export function scepPoll(): BootState {
  if (skipped) return BootState.Login;
  if (shownUs > 0) {
    timeWakeAt(shownUs);
    return timeNow() < shownUs ? BootState.Scep : scepLeave();
  }
  if (waiting && programPressed()) {
    enrolmentEvent(ScepStep.Poll, ScepResult.Interrupted);
    scepStop();
    return BootState.Craft;
  }
  const how = enrolmentPoll();
  if (how == Enrolment.Held) return scepLeave();
  if (how == Enrolment.Pending) scepWait();
  else if (how == Enrolment.Working) scepShow();
  else scepSay(how == Enrolment.Obtained ? SCEP_SUCCESSFUL : SCEP_FAILED);
  if (how == Enrolment.Failed) statusNotice(Notice.ScepRefused);
  return BootState.Scep;
}

/** Gives up what is under way, behind the start-up too. */
export function scepStop(): void {
  enrolmentStop();
  behind = false;
}

/** In the states after this one: asks the CA when it is time. */
export function scepBehind(): void {
  if (!behind) return;
  const how = enrolmentPoll();
  if (how == Enrolment.Failed) statusNotice(Notice.ScepRefused);
  behind = how == Enrolment.Pending;
}

function scepShow(): void {
  const seconds = (timeNow() - startUs) / SECOND_US;
  lineStart();
  lineAddText(SCEP_SECS);
  lineAddNumber(<u32>seconds);
  lineAddText(SECS);
  screenSetLine(Row.Title);
  timeWakeAt(startUs + (seconds + 1) * SECOND_US);
}

/** The first answer that the CA has not decided. */
function scepWait(): void {
  if (waiting) return;
  waiting = true;
  statusNotice(Notice.ScepPending);
  screenClear(Row.Title);
  screenSetText(Row.Prompt, SCEP_PENDING);
  if (parameterNumber(Parameter.MYCERTWAIT) == 1) return programOffer();
  behind = true;
  enrolmentBehind();
  scepSay(SCEP_PENDING);
}

/** The last word, to be read. */
function scepSay(text: i32): void {
  programWithdraw();
  screenClear(Row.Title);
  screenSetText(Row.Prompt, text);
  shownUs = timeNow() + SCEP_SHOWN_US;
  timeWakeNow();
}

function scepLeave(): BootState {
  screenClear(Row.Title);
  screenClear(Row.Prompt);
  return BootState.Login;
}
