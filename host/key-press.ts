// Keys of the telephone as people name them: a key of the pad, or a softkey by the label that stands above it.
//
// In: what was typed or scheduled, and the labels on the screen at that moment. Out: key codes for the keypad.
// A softkey that is not on the screen has no code: pressing it does nothing, as on the telephone.

import { Key } from "../hal/abi.js";

export type KeyPress = { readonly key: number } | { readonly softkey: string };

const SOFTKEY_COUNT = 4;

/** The key code of a press, given the softkeys' labels from the left; undefined when that label is not there. */
export function keyCodeOf(press: KeyPress, labels: readonly string[]): number | undefined {
  if ("key" in press) return press.key;
  const wanted = press.softkey.toLowerCase();
  const index = labels.slice(0, SOFTKEY_COUNT).findIndex((label) => label.toLowerCase() === wanted);
  return index < 0 ? undefined : Key.Soft1 + index;
}

/** Keys that go by a name. */
const NAMED: ReadonlyMap<string, Key> = new Map([["Mute", Key.Mute], ["Up", Key.Up], ["Down", Key.Down]]);

/** The key of a name in any case, `Mute`, `Up` or `Down`; undefined for another word. */
export function keyOfName(name: string): Key | undefined {
  return [...NAMED].find(([own]) => own.toLowerCase() === name.toLowerCase())?.[1];
}

/** The name of a key code, for transcripts: `Mute`, `F1`, `5`, `*`. */
export function keyName(code: number): string {
  const named = [...NAMED].find(([, key]) => key === code)?.[0];
  if (named !== undefined) return named;
  if (code >= Key.Soft1 && code <= Key.Soft4) return `F${code - Key.Soft1 + 1}`;
  return String.fromCharCode(code);
}
