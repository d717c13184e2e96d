// State `power-up`: power is there, or a reset has happened. The screen says which.

import { Mode, Row } from "../../../hal/abi";
import { BootState } from "../../../hal/events";
import { RESTARTING, STARTING } from "../../base/texts";
import { screenSetText } from "../../ui/screen";
import { modeGet } from "../mode";
import { retainedIsReset } from "../retained";

export function powerUpEnter(): void {
  if (modeGet() == Mode.Telephone) screenSetText(Row.Title, retainedIsReset() ? RESTARTING : STARTING);
}

export function powerUpPoll(): BootState {
  return BootState.Hardware;
}
