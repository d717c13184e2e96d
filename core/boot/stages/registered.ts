// State `registered`: start-up has ended well. The registration is renewed before its time is over.

import { Row } from "../../../hal/abi";
import { BootState, Notice } from "../../../hal/events";
import { SERVER_LINK_DOWN } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn } from "../../base/time";
import { IDLE_US, SIP_RENEW_SECONDS } from "../../config";
import { screenClear, screenSetBytes, screenSetSoftkey, screenSetText, SOFTKEY_COUNT } from "../../ui/screen";
import { codePoll } from "../code-entry";
import { credentialsUserBytes, credentialsUserPtr } from "../credentials";
import {
  Registration, registrationPoll, registrationRetrySeconds, registrationSeconds, registrationStart, registrationStop,
} from "../registration";
import { statusNotice } from "../status";
import { loginFor } from "./login";

let renewing: bool = false;
let renewUs: u64 = 0;

export function registeredEnter(): void {
  renewing = false;
  renewUs = timeNow() + registeredPause();
  screenSetBytes(Row.Title, credentialsUserPtr(), credentialsUserBytes());
  screenClear(Row.Prompt);
  for (let index: i32 = 0; index < SOFTKEY_COUNT; index++) screenSetSoftkey(index, 0);
}

export function registeredPoll(): BootState {
  timeWakeIn(IDLE_US);
  if (codePoll()) {
    registrationStop();
    return BootState.Craft;
  }
  if (!renewing) return registeredWait();
  const how = registrationPoll();
  if (how == Registration.Pending) return BootState.Registered;
  renewing = false;
  if (how == Registration.Registered) {
    renewUs = timeNow() + registeredPause();
    screenClear(Row.Prompt);
  } else if (how == Registration.Retry) {
    statusNotice(Notice.RegisterSilent);
    renewUs = timeNow() + <u64>registrationRetrySeconds() * 1000000;
    screenSetText(Row.Prompt, SERVER_LINK_DOWN);
  } else {
    statusNotice(Notice.RegisterRefused);
    loginFor(how);
    return BootState.Login;
  }
  return BootState.Registered;
}

function registeredWait(): BootState {
  timeWakeAt(renewUs);
  if (timeNow() < renewUs) return BootState.Registered;
  renewing = true;
  registrationStart();
  return BootState.Registered;
}

/** Microseconds until it is renewed: ten minutes before its end, or half of a shorter time. */
function registeredPause(): u64 {
  const seconds = <u64>registrationSeconds();
  return (seconds > 2 * SIP_RENEW_SECONDS ? seconds - SIP_RENEW_SECONDS : (seconds + 1) / 2) * 1000000;
}
