// State `restart`: every reset that start-up asks for. It says so, then resets.

import { ResetCause, Row } from "../../../hal/abi";
import { BootState, EventKind, Field } from "../../../hal/events";
import { eventBegin, eventCode, eventSend } from "../../base/events";
import { systemReset } from "../../base/system";
import { RESTARTING } from "../../base/texts";
import { timeNow, timeWakeAt } from "../../base/time";
import { trace, Trace } from "../../base/trace";
import { RESTART_US } from "../../config";
import { screenClear, screenSetText } from "../../ui/screen";

let cause: ResetCause = ResetCause.Upgraded;
let resetUs: u64 = 0;
let asked: bool = false;

/** Says why the state `restart` is about to be entered. */
export function restartFor(why: ResetCause): void {
  cause = why;
}

export function restartEnter(): void {
  asked = false;
  resetUs = timeNow() + RESTART_US;
  screenSetText(Row.Title, RESTARTING);
  screenClear(Row.Prompt);
}

export function restartPoll(): BootState {
  timeWakeAt(resetUs);
  if (asked || timeNow() < resetUs) return BootState.Restart;
  asked = true;
  trace(Trace.Reset, cause);
  eventBegin(EventKind.Reset);
  eventCode(Field.Reason, cause);
  eventSend();
  systemReset(cause);
  return BootState.Restart;
}
