// Live keys: what a person types at the terminal while the telephone runs.
//
// In: characters as a terminal in raw mode sends them, escape sequences of F1 to F4 and the arrows included. Out: what each one asks for.
// A sequence that is cut between two reads is completed by the next; keys without a meaning are passed over.

import { Key } from "../../hal/abi.js";
import type { KeyPress } from "../key-press.js";

/** A key of the telephone, the plug, or the end of the run. */
export type LiveKey = KeyPress | { readonly action: "plug" | "quit" };

const LETTERS: ReadonlyMap<string, LiveKey> = new Map<string, LiveKey>([
  ["p", { softkey: "Program" }], ["m", { key: Key.Mute }], ["x", { action: "plug" }], ["q", { action: "quit" }],
  // Control-C and Control-D arrive as characters in raw mode.
  ["\x03", { action: "quit" }], ["\x04", { action: "quit" }],
]);

/** The arrows as xterm (CSI, SS3) and the Linux console send them. */
const ARROWS: ReadonlyMap<string, LiveKey> = new Map<string, LiveKey>([
  ["\x1b[A", { key: Key.Up }], ["\x1bOA", { key: Key.Up }], ["\x1b[B", { key: Key.Down }], ["\x1bOB", { key: Key.Down }],
]);

/** F1 to F4 as xterm (SS3), rxvt (CSI 11~) and the Linux console (CSI [A) send them. */
const FUNCTION_KEYS: ReadonlyMap<string, LiveKey> = new Map<string, LiveKey>([
  ["\x1bOP", { key: Key.Soft1 }], ["\x1bOQ", { key: Key.Soft2 }], ["\x1bOR", { key: Key.Soft3 }], ["\x1bOS", { key: Key.Soft4 }],
  ["\x1b[11~", { key: Key.Soft1 }], ["\x1b[12~", { key: Key.Soft2 }], ["\x1b[13~", { key: Key.Soft3 }], ["\x1b[14~", { key: Key.Soft4 }],
  ["\x1b[[A", { key: Key.Soft1 }], ["\x1b[[B", { key: Key.Soft2 }], ["\x1b[[C", { key: Key.Soft3 }], ["\x1b[[D", { key: Key.Soft4 }],
]);

const SEQUENCE = /^\x1b(?:O[A-Za-z]|\[\[[A-E]|\[[0-9;]*[A-Za-z~])/;
const SEQUENCE_BEGIN = /^\x1b(?:O|\[\[?[0-9;]*)?$/;
/** A longer escape sequence means nothing here, and must not be waited for. */
const SEQUENCE_CHARACTERS_MAX = 16;

export class LiveKeys {
  #rest = "";

  /** Takes what the terminal sent and answers what it means, in order. */
  push(characters: string): LiveKey[] {
    const keys: LiveKey[] = [];
    let text = this.#rest + characters;
    this.#rest = "";
    while (text !== "") {
      const sequence = SEQUENCE.exec(text)?.[0];
      if (sequence === undefined && SEQUENCE_BEGIN.test(text) && text.length < SEQUENCE_CHARACTERS_MAX) {
        this.#rest = text;
        break;
      }
      const taken = sequence ?? text.charAt(0);
      const key = FUNCTION_KEYS.get(taken) ?? ARROWS.get(taken) ?? keyOf(taken);
      if (key !== undefined) keys.push(key);
      text = text.slice(taken.length);
    }
    return keys;
  }
}

function keyOf(character: string): LiveKey | undefined {
  if (/^[0-9*#]$/.test(character)) return { key: character.charCodeAt(0) };
  return LETTERS.get(character.toLowerCase());
}
