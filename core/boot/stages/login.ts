// State `login`: registration with the credentials that are known, and the prompt for those that are not or were refused.
//
// Without credentials the prompt is where a start-up ends. What worked is stored before the state is left.

import { Kind, Row, Status } from "../../../hal/abi";
import { BootState, Notice } from "../../../hal/events";
import {
  EMPTY_PROXY_LIST, ENTER_PASSWORD, ENTER_USERNAME, KEY_BACKSPACE, KEY_CLEAR, LOGGING_IN, LOGIN, LOGIN_DOMAIN, LOGIN_FAILED,
  LOGIN_RETRYING, LOGIN_UNKNOWN, LOGIN_WRONG, PASSWORD_LABEL, REGISTERING,
} from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn, timeWakeNow } from "../../base/time";
import { IDLE_US } from "../../config";
import { screenBeep, screenClear, screenSetSoftkey, screenSetText, SOFTKEY_COUNT } from "../../ui/screen";
import { typedBack, typedBytes, typedInit, typedKey, typedPtr, typedShow } from "../../ui/typed-line";
import { codePoll } from "../code-entry";
import { confirmPoll } from "../confirm";
import {
  credentialsAreKnown, credentialsForget, credentialsKeep, credentialsLoad, credentialsSetPassword, credentialsSetUser,
} from "../credentials";
import { inputsHold, inputsKey, inputsSoftkey } from "../inputs";
import { keepPoll } from "../keep";
import {
  Registration, registrationInit, registrationIsAnswered, registrationPoll, registrationRetrySeconds, registrationStart, registrationStop,
} from "../registration";
import { statusNotice } from "../status";

enum Step {
  Confirm,
  Username,
  Password,
  Register,
  /** Until the next attempt. */
  Pause,
  Keep,
}

const HASH: i32 = 0x23;
/** What is typed; the row above may name the VLAN. */
const TYPED_ROW: i32 = Row.Application + 1;

let step: Step = Step.Confirm;
let againUs: u64 = 0;
/** Why the prompt is shown again; 0 for no reason. */
let message: i32 = 0;

export function loginEnter(): void {
  step = Step.Confirm;
  screenClear(Row.Title);
  credentialsLoad();
  if (message == 0 && credentialsAreKnown()) screenSetText(Row.Prompt, LOGGING_IN);
  else loginPrompt(Step.Username);
  step = Step.Confirm;
  inputsHold(true);
}

/** The registration that was in force is refused now: the prompt says why. */
export function loginFor(how: Registration): void {
  message = loginMessage(how);
}

/**
 * An application that came this far is confirmed; what is typed meanwhile waits. Whoever knows the code of the local procedures ends
 * what is under way.
 */
export function loginPoll(): BootState {
  if (step != Step.Confirm && step != Step.Keep && codePoll()) {
    registrationStop();
    return BootState.Craft;
  }
  switch (step) {
    case Step.Confirm: return loginConfirm();
    case Step.Register: return loginRegister();
    case Step.Pause: return loginPause();
    case Step.Keep: return keepPoll() == Status.Pending ? BootState.Login : BootState.Registered;
    default: return loginType();
  }
}

function loginConfirm(): BootState {
  if (confirmPoll(Kind.Application) == Status.Pending) return BootState.Login;
  inputsHold(false);
  if (message == 0 && credentialsAreKnown()) {
    loginStart();
    return BootState.Login;
  }
  message = 0;
  step = Step.Username;
  timeWakeIn(IDLE_US);
  return BootState.Login;
}

/** The first attempt with these credentials. */
function loginStart(): void {
  for (let index: i32 = 0; index < SOFTKEY_COUNT; index++) screenSetSoftkey(index, 0);
  screenClear(TYPED_ROW);
  screenSetText(Row.Prompt, LOGGING_IN);
  registrationInit();
  loginAgain();
}

function loginAgain(): void {
  step = Step.Register;
  registrationStart();
}

function loginRegister(): BootState {
  const how = registrationPoll();
  if (how == Registration.Pending) {
    if (registrationIsAnswered()) screenSetText(Row.Prompt, REGISTERING);
    return BootState.Login;
  }
  timeWakeNow();
  if (how == Registration.Registered) {
    credentialsKeep();
    step = Step.Keep;
  } else if (how == Registration.Retry) {
    loginLater();
  } else {
    statusNotice(how == Registration.NoServer ? Notice.NoCallServer : Notice.RegisterRefused);
    message = loginMessage(how);
    loginPrompt(Step.Username);
    message = 0;
  }
  return BootState.Login;
}

/** No server could say anything: the same credentials again in a while. */
function loginLater(): void {
  statusNotice(Notice.RegisterSilent);
  screenSetText(Row.Prompt, LOGIN_RETRYING);
  screenSetSoftkey(0, KEY_CLEAR);
  againUs = timeNow() + <u64>registrationRetrySeconds() * 1000000;
  step = Step.Pause;
}

/** Whoever does not want to wait may enter others. */
function loginPause(): BootState {
  timeWakeAt(againUs);
  if (inputsSoftkey(KEY_CLEAR)) {
    loginPrompt(Step.Username);
  } else if (timeNow() >= againUs) {
    screenSetSoftkey(0, 0);
    screenSetText(Row.Prompt, LOGGING_IN);
    loginAgain();
  }
  return BootState.Login;
}

function loginMessage(how: Registration): i32 {
  switch (how) {
    case Registration.WrongCredentials: return LOGIN_WRONG;
    case Registration.UserNotFound: return LOGIN_UNKNOWN;
    case Registration.InvalidDomain: return LOGIN_DOMAIN;
    case Registration.NoServer: return EMPTY_PROXY_LIST;
    default: return LOGIN_FAILED;
  }
}

/** Asks for the extension, or for the password. */
function loginPrompt(next: Step): void {
  step = next;
  typedInit();
  if (next == Step.Username) {
    credentialsForget();
    if (message != 0) screenSetText(Row.Title, message);
  }
  screenSetText(Row.Prompt, next == Step.Username ? ENTER_USERNAME : ENTER_PASSWORD);
  screenSetSoftkey(0, LOGIN);
  loginShow();
  timeWakeIn(IDLE_US);
}

/** What was typed, and the softkeys that change it while there is something to change. */
function loginShow(): void {
  const hidden = step == Step.Password;
  typedShow(TYPED_ROW, hidden ? PASSWORD_LABEL : 0, hidden);
  screenSetSoftkey(1, typedBytes() > 0 ? KEY_CLEAR : 0);
  screenSetSoftkey(2, typedBytes() > 0 ? KEY_BACKSPACE : 0);
}

function loginType(): BootState {
  timeWakeIn(IDLE_US);
  const key = inputsKey();
  if (key == 0) return BootState.Login;
  if (key == HASH || inputsSoftkey(LOGIN)) {
    loginEntered();
    return BootState.Login;
  }
  if (inputsSoftkey(KEY_CLEAR)) typedInit();
  else if (inputsSoftkey(KEY_BACKSPACE)) typedBack();
  else if (typedKey(key)) screenClear(Row.Title);
  else screenBeep();
  loginShow();
  return BootState.Login;
}

/** An extension leads to the password, and that to the registration; a password may be empty. */
function loginEntered(): void {
  if (step == Step.Password) {
    credentialsSetPassword(typedPtr(), typedBytes());
    return loginStart();
  }
  if (typedBytes() == 0) return screenBeep();
  credentialsSetUser(typedPtr(), typedBytes());
  loginPrompt(Step.Password);
}
