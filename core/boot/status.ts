// The standing facts of a start-up: what became of the upgrade script and of the application file (docs/STARTUP.md).

import { EventKind, Field, Notice } from "../../hal/events";
import { eventBegin, eventCode, eventNumber, eventSend } from "../base/events";

/** UPGRADESTAT: the script was obtained and interpreted; obtained only; not obtained. */
export const UPGRADE_INTERPRETED: i32 = 0;
export const UPGRADE_NOT_INTERPRETED: i32 = 1;
export const UPGRADE_NOT_OBTAINED: i32 = 2;
/** APPSTAT: nothing failed; the file was obtained but not stored; it was not obtained. */
export const APP_OK: i32 = 0;
export const APP_NOT_STORED: i32 = 1;
export const APP_NOT_OBTAINED: i32 = 2;

let upgradestat: i32 = UPGRADE_NOT_OBTAINED;
let appstat: i32 = APP_OK;

export function statusInit(): void {
  upgradestat = UPGRADE_NOT_OBTAINED;
  appstat = APP_OK;
}

export function statusSetUpgrade(value: i32): void {
  upgradestat = value;
  statusSend();
}

export function statusSetApp(value: i32): void {
  appstat = value;
  statusSend();
}

/** Tells the host what a verdict may rest on. */
export function statusNotice(notice: Notice): void {
  eventBegin(EventKind.Notice);
  eventCode(Field.Notice, notice);
  eventSend();
}

function statusSend(): void {
  eventBegin(EventKind.Status);
  eventNumber(Field.Upgradestat, upgradestat);
  eventNumber(Field.Appstat, appstat);
  eventSend();
}
