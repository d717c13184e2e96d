// State `login`: the login prompt, where a start-up without credentials ends.

import { Kind, Row, Status } from "../../../hal/abi";
import { BootState } from "../../../hal/events";
import { ENTER_USERNAME, LOGIN } from "../../base/texts";
import { timeWakeIn } from "../../base/time";
import { IDLE_US } from "../../config";
import { screenClear, screenSetSoftkey, screenSetText } from "../../ui/screen";
import { codePoll } from "../code-entry";
import { confirmPoll } from "../confirm";

let confirmed: bool = false;

export function loginEnter(): void {
  confirmed = false;
  screenClear(Row.Title);
  screenSetText(Row.Prompt, ENTER_USERNAME);
  screenSetSoftkey(0, LOGIN);
}

/** An application that came this far is confirmed. */
export function loginPoll(): BootState {
  if (!confirmed) confirmed = confirmPoll(Kind.Application) != Status.Pending;
  if (!confirmed) return BootState.Login;
  timeWakeIn(IDLE_US);
  return codePoll() ? BootState.Craft : BootState.Login;
}
