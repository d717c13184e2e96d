// The one door for keys: read once a poll, kept until the poll ends. The link is asked through net/link in the same way.

import { Key } from "../../hal/abi";
import { halKeypadRead } from "../../hal/keypad";
import { timeWakeNow } from "../base/time";
import { screenSoftkeyIs, SOFTKEY_COUNT } from "../ui/screen";

let key: i32 = Key.None;
let held: bool = false;

/** Takes at most one key; a stage that does not look at it drops it. */
export function inputsPoll(): void {
  key = held ? Key.None : halKeypadRead();
  if (key != Key.None) timeWakeNow(); // There may be more.
}

/** Keys wait in the keypad from now on, or are taken again. */
export function inputsHold(on: bool): void {
  held = on;
  if (!on) timeWakeNow();
}

/** The key of this poll, None when there is none or it was taken. */
export function inputsKey(): i32 {
  return key;
}

/** The key means nothing here any more. */
export function inputsTaken(): void {
  key = Key.None;
}

/** True when the key is the softkey that carries this label now. */
export function inputsSoftkey(text: i32): bool {
  return key >= Key.Soft1 && key < Key.Soft1 + SOFTKEY_COUNT && screenSoftkeyIs(key - Key.Soft1, text);
}
