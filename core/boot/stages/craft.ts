// State `craft`: the local procedures (docs/STARTUP.md, craft). Start-up has ended, and only a restart leads on.
//
// A screen is its rows and softkeys; a key that means nothing there gives the error tone. Nothing is stored but by `Save` or `Yes`.

import { Key, ResetCause, Row, Status } from "../../../hal/abi";
import { BootState } from "../../../hal/events";
import { lineAddByte, lineAddText, lineStart } from "../../base/line";
import {
  ADMIN, CLEARING, ENTER_COMMAND, FLASH_FAILED, INTERRUPTED, KEY_BACK, KEY_BACKSPACE, KEY_CANCEL, KEY_CHANGE, KEY_CLEAR, KEY_ENTER,
  KEY_EXIT, KEY_SAVE, KEY_START, CHOICE_NO, CHOICE_YES, RESTART, SELECT, UNSAVED,
} from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn } from "../../base/time";
import { IDLE_US, RESTART_US } from "../../config";
import { settingsLogOpen, settingsLogPoll } from "../../flash/settings-log";
import { dhcpClientRelease } from "../../net/dhcp-client";
import { keptFileStart, keptInit } from "../../settings/kept";
import { parameterBytes } from "../../settings/parameters";
import { resetValues } from "../../settings/reset-values";
import { Parameter } from "../../settings/table";
import { screenBeep, screenClear, screenSetLine, screenSetSoftkey, screenSetText, SOFTKEY_COUNT } from "../../ui/screen";
import { certificatesClear, certificatesClearPoll } from "../certificates-clear";
import { codeBegin, codeCount, codeDigit, codeEnd, codeIsOpen, codeIsRight, HASH } from "../code-entry";
import {
  fieldsApply, fieldsAreChanged, fieldsBackspace, fieldsChange, fieldsClear, fieldsIsChoice, fieldsKey, fieldsLoad, fieldsShow,
  fieldsWrong,
} from "../craft-fields";
import {
  Act, Form, PROCEDURE_COUNT, procedureFirst, procedureForm, procedureName, procedureSecond, procedureTitle,
} from "../craft-table";
import { viewShow, VIEW_COUNT } from "../craft-view";
import { inputsHold, inputsKey, inputsSoftkey } from "../inputs";
import { keepIsGood, keepPoll } from "../keep";
import { programAllowed } from "../program";
import { retainedForgetStart } from "../retained";
import { restartFor } from "./restart";

enum Screen {
  /** The code is asked for. */
  Access,
  Menu,
  /** The three forms of a procedure. */
  Fields,
  Confirm,
  View,
  /** The chip is at work: keys wait. */
  Storing,
  /** CLEAR: the secure element is. */
  Clearing,
  /** Something failed: what the chip holds is read again. */
  Reading,
}

const ROW_COUNT: i32 = 6;

let screen: Screen = Screen.Access;
let procedure: i32 = 0;
/** The list on the application rows: its lines, the one that is chosen, and the one that stands first. */
let lineCount: i32 = 0;
let chosen: i32 = 0;
let top: i32 = 0;
let warned: bool = false;
/** The restart follows what is being stored. */
let leaving: bool = false;
/** Until then `Clearing values...` is to be read. */
let readUs: u64 = 0;

export function craftEnter(): void {
  keptFileStart(); // A file that found no room is no concern of what is entered now.
  leaving = false;
  procedure = menuFirst();
  if (codeIsRight()) menuEnter(SELECT);
  else accessEnter();
}

export function craftPoll(): BootState {
  timeWakeIn(IDLE_US);
  if (isWorking()) craftWork();
  else if (inputsKey() != Key.None && !craftKey()) screenBeep();
  return leaving && !isWorking() ? craftLeave() : BootState.Craft;
}

function isWorking(): bool {
  return screen >= Screen.Storing;
}

function craftWork(): void {
  if (screen == Screen.Storing) craftStored();
  else if (screen == Screen.Clearing) craftCleared();
  else craftRead();
}

/** False for a key that means nothing. */
function craftKey(): bool {
  switch (screen) {
    case Screen.Access: return accessKey();
    case Screen.Menu: return listKey() || menuKey();
    case Screen.Fields: return listKey() || formKey();
    case Screen.View: return listKey() || viewKey();
    default: return confirmKey();
  }
}

function craftLeave(): BootState {
  craftShow(Screen.Access, 0, 0, 0, 0);
  restartFor(ResetCause.LocalProcedures);
  return BootState.Restart;
}

/** Another screen: its two lines and the first softkeys; everything else is blank. */
function craftShow(next: Screen, title: i32, prompt: i32, first: i32, second: i32): void {
  screen = next;
  warned = false;
  for (let row: i32 = Row.Application; row < Row.Softkey + SOFTKEY_COUNT; row++) screenClear(row);
  screenSetText(Row.Title, title);
  screenSetText(Row.Prompt, prompt);
  screenSetSoftkey(0, first);
  screenSetSoftkey(1, second);
}

function accessEnter(): void {
  craftShow(Screen.Access, INTERRUPTED, ENTER_COMMAND, RESTART, 0);
  if (parameterBytes(Parameter.PROCPSWD) == 0) codeBegin(); // No password: nothing has to be typed.
  accessShow();
}

function accessShow(): void {
  lineStart();
  for (let index: i32 = 0; codeIsOpen() && index < codeCount(); index++) lineAddByte(0x2a);
  screenSetLine(Row.Application);
  screenSetSoftkey(1, codeIsOpen() ? KEY_ENTER : 0);
}

function accessKey(): bool {
  leaving = inputsSoftkey(RESTART);
  if (leaving) return true;
  const done = accessCode();
  if (screen == Screen.Access) accessShow();
  return done;
}

function accessCode(): bool {
  if (inputsKey() == Key.Mute) return codeBegin();
  if (!codeIsOpen()) return false;
  if (inputsKey() != HASH && !inputsSoftkey(KEY_ENTER)) return codeDigit(inputsKey());
  if (!codeEnd()) return false;
  menuEnter(SELECT);
  return true;
}

/** Where the local procedures are closed, VIEW, the last one, is all there is. */
function menuFirst(): i32 {
  return programAllowed() ? 0 : PROCEDURE_COUNT - 1;
}

function menuEnter(prompt: i32): void {
  craftShow(Screen.Menu, ADMIN, prompt, KEY_START, KEY_EXIT);
  listBegin(PROCEDURE_COUNT - menuFirst());
  listChoose(procedure - menuFirst()); // The one that was left.
}

function menuKey(): bool {
  leaving = inputsSoftkey(KEY_EXIT);
  if (leaving) return true;
  if (!inputsSoftkey(KEY_START)) return false;
  procedure = menuFirst() + chosen;
  const title = procedureTitle(procedure);
  switch (procedureForm(procedure)) {
    case Form.Confirm:
      craftShow(Screen.Confirm, title, procedureFirst(procedure), CHOICE_YES, CHOICE_NO);
      return true;
    case Form.View:
      craftShow(Screen.View, title, 0, KEY_BACK, 0);
      listBegin(VIEW_COUNT);
      return true;
    default:
      craftShow(Screen.Fields, title, 0, 0, KEY_SAVE);
      screenSetSoftkey(2, KEY_CANCEL);
      screenSetSoftkey(3, KEY_CLEAR);
      fieldsLoad(procedureFirst(procedure), procedureSecond(procedure));
      listBegin(procedureSecond(procedure));
      return true;
  }
}

function viewKey(): bool {
  if (!inputsSoftkey(KEY_BACK)) return false;
  menuEnter(SELECT);
  return true;
}

function confirmKey(): bool {
  if (inputsSoftkey(CHOICE_NO)) menuEnter(SELECT);
  else if (inputsSoftkey(CHOICE_YES)) confirmAct(procedureSecond(procedure));
  else return false;
  return true;
}

/** All three end in a restart; what was stored to be forgotten must have been. */
function confirmAct(act: i32): void {
  leaving = true;
  if (act == Act.Restart) return;
  if (act == Act.Clear) {
    screenSetText(Row.Prompt, CLEARING);
    keptInit();
    readUs = timeNow() + RESTART_US;
  } else resetValues();
  craftStore();
}

function formKey(): bool {
  if (inputsSoftkey(KEY_SAVE)) return formSave();
  if (inputsSoftkey(KEY_CANCEL)) return formCancel();
  if (!formEdit()) return false;
  formWarn(false);
  listShow();
  return true;
}

function formEdit(): bool {
  if (inputsSoftkey(KEY_CHANGE)) return fieldsChange(chosen);
  if (inputsSoftkey(KEY_BACKSPACE)) return fieldsBackspace(chosen);
  if (inputsSoftkey(KEY_CLEAR)) return fieldsClear(chosen);
  return fieldsKey(chosen, inputsKey());
}

/** A value that cannot be is not saved, nor is any other: its field is chosen. */
function formSave(): bool {
  const wrong = fieldsWrong();
  if (wrong >= 0) {
    listChoose(wrong);
    return false;
  }
  fieldsApply();
  craftStore();
  return true;
}

/** The first time there are changes it only warns. */
function formCancel(): bool {
  if (warned || !fieldsAreChanged()) menuEnter(SELECT);
  else formWarn(true);
  return true;
}

function formWarn(on: bool): void {
  warned = on;
  screenSetText(Row.Prompt, on ? UNSAVED : 0);
}

function craftStore(): void {
  screen = Screen.Storing;
  inputsHold(true);
  for (let index: i32 = 0; index < SOFTKEY_COUNT; index++) screenSetSoftkey(index, 0);
  craftStored();
}

function craftStored(): void {
  if (timeNow() < readUs) return timeWakeAt(readUs);
  if (keepPoll() == Status.Pending) return;
  if (!keepIsGood()) return craftFailed();
  if (craftIsClearing()) return craftClear();
  craftDone();
}

/** After the list: an AUTH that the chip would not give up needs its certificates. */
function craftClear(): void {
  screen = Screen.Clearing;
  certificatesClear();
}

function craftCleared(): void {
  const status = certificatesClearPoll();
  if (status == Status.Pending) return;
  if (status == Status.Ok) craftDone();
  else craftFailed();
}

function craftDone(): void {
  inputsHold(false);
  if (leaving) craftForgotten();
  else menuEnter(SELECT);
}

/** Nobody is sent away from what did not happen. A list that was to be forgotten is the chip's again: a later `Save` must not lose it. */
function craftFailed(): void {
  screen = Screen.Reading;
  if (leaving) settingsLogOpen();
  leaving = false;
}

function craftRead(): void {
  if (settingsLogPoll() == Status.Pending) return;
  inputsHold(false);
  screenBeep();
  menuEnter(FLASH_FAILED);
}

/** The VLAN of the last start is a value, too; CLEAR gives the address back. */
function craftForgotten(): void {
  screen = Screen.Confirm;
  retainedForgetStart();
  if (craftIsClearing()) dhcpClientRelease();
}

function craftIsClearing(): bool {
  return leaving && procedureSecond(procedure) == Act.Clear;
}

function listBegin(count: i32): void {
  lineCount = count;
  top = 0;
  listChoose(0);
}

function listKey(): bool {
  const key = inputsKey();
  if (key == Key.Up) listChoose(chosen == 0 ? lineCount - 1 : chosen - 1);
  else if (key == Key.Down || key == HASH) listChoose(chosen == lineCount - 1 ? 0 : chosen + 1);
  else return false;
  return true;
}

/** Marks a line, and moves the list so far that it is seen. */
function listChoose(line: i32): void {
  chosen = line;
  top = max(min(top, line), line - ROW_COUNT + 1);
  if (screen == Screen.Fields) screenSetSoftkey(0, fieldsIsChoice(chosen) ? KEY_CHANGE : KEY_BACKSPACE);
  listShow();
}

function listShow(): void {
  for (let row: i32 = 0; row < ROW_COUNT && top + row < lineCount; row++) {
    lineStart();
    lineAddByte(top + row == chosen ? 0x3e : 0x20);
    lineAddByte(0x20);
    listAdd(top + row);
    screenSetLine(Row.Application + row);
  }
}

function listAdd(line: i32): void {
  if (screen == Screen.Menu) lineAddText(procedureName(menuFirst() + line));
  else if (screen == Screen.View) viewShow(line);
  else fieldsShow(line);
}
