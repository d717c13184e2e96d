// The code that opens the local procedures: Mute, its digits, `#` (docs/STARTUP.md, craft).
//
// In: keys. Out: whether the digits are PROCPSWD. A wrong code is followed by a pause that doubles with each try.

import { Key } from "../../hal/abi";
import { asciiIsDigit } from "../base/ascii";
import { bytesEqual } from "../base/bytes";
import { timeNow } from "../base/time";
import { CODE_KEY_US, CODE_WAIT_SECONDS_MAX } from "../config";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { screenBeep } from "../ui/screen";
import { inputsKey, inputsTaken } from "./inputs";

export const HASH: i32 = 0x23;
/** PROCPSWD has at most seven. */
const DIGITS_MAX: i32 = 7;
const DIGITS = memory.data(7, 1);

let open: bool = false;
let right: bool = false;
/** Mute came too early: what follows is dropped, so that no code ends up on the screen. */
let barred: bool = false;
let count: i32 = 0;
let waitSeconds: i32 = 0;
let againUs: u64 = 0;
let lastUs: u64 = 0;

export function codeInit(): void {
  open = false;
  right = false;
  barred = false;
  waitSeconds = 0;
  againUs = 0;
}

/** Begins a code. False while a wrong one has to be waited for. */
export function codeBegin(): bool {
  if (timeNow() < againUs) return false;
  open = true;
  count = 0;
  lastUs = timeNow();
  return true;
}

export function codeIsOpen(): bool {
  return open;
}

/** Digits typed so far. */
export function codeCount(): i32 {
  return count;
}

/** Takes a digit; false for any other key, and for a digit too many. */
export function codeDigit(key: i32): bool {
  if (!asciiIsDigit(key) || count == DIGITS_MAX) return false;
  store<u8>(DIGITS + <usize>count, key);
  count++;
  lastUs = timeNow();
  return true;
}

/** Ends the code; true when it is the right one. */
export function codeEnd(): bool {
  open = false;
  right = count == parameterBytes(Parameter.PROCPSWD) && bytesEqual(DIGITS, parameterPtr(Parameter.PROCPSWD), count);
  if (right) return true;
  waitSeconds = waitSeconds == 0 ? 1 : min(waitSeconds * 2, CODE_WAIT_SECONDS_MAX);
  againUs = timeNow() + <u64>waitSeconds * 1000000;
  return false;
}

/** True when somebody was let in since the start. */
export function codeIsRight(): bool {
  return right;
}

/** For a state in which the code may be typed unseen: takes the keys that belong to it. True when it lets somebody in. */
export function codePoll(): bool {
  const key = inputsKey();
  if (key == Key.None) return false;
  if (timeNow() > lastUs + CODE_KEY_US) {
    open = false;
    barred = false;
  }
  if (key == Key.Mute) {
    barred = !codeBegin();
    lastUs = timeNow();
    return codeTake(!barred);
  }
  if (barred) return codeDrop(key);
  if (!open) return false;
  if (asciiIsDigit(key)) return codeTake(codeDigit(key));
  open = false; // Any other key ends it, and means what it means here.
  if (key != HASH) return false;
  codeTake(codeEnd());
  return right;
}

/** Digits up to `#`; any other key means what it means here. */
function codeDrop(key: i32): bool {
  barred = asciiIsDigit(key);
  lastUs = timeNow();
  if (barred || key == HASH) inputsTaken();
  return false;
}

/** The key was the code's. */
function codeTake(meant: bool): bool {
  inputsTaken();
  if (!meant) screenBeep();
  return false;
}
