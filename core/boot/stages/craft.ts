// The entry to the local procedures: start-up has ended, and only a restart leads on.

import { ResetCause, Row } from "../../../hal/abi";
import { BootState } from "../../../hal/events";
import { ENTER_COMMAND, INTERRUPTED, RESTART } from "../../base/texts";
import { timeWakeIn } from "../../base/time";
import { IDLE_US } from "../../config";
import { screenBeep, screenSetSoftkey, screenSetText } from "../../ui/screen";
import { inputsKey, inputsSoftkey } from "../inputs";
import { restartFor } from "./restart";

export function craftEnter(): void {
  screenSetText(Row.Title, INTERRUPTED);
  screenSetText(Row.Prompt, ENTER_COMMAND);
  screenSetSoftkey(0, RESTART);
}

export function craftPoll(): BootState {
  timeWakeIn(IDLE_US);
  if (inputsSoftkey(RESTART)) {
    screenSetSoftkey(0, 0);
    restartFor(ResetCause.LocalProcedures);
    return BootState.Restart;
  }
  if (inputsKey() != 0) screenBeep();
  return BootState.Craft;
}
