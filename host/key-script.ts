// Keys that are pressed at a moment: after so many seconds, on entering a state, or once a text stands on the screen.
//
// In: the script and the run's events. Out: keys into the board's keypad, in the script's order. A softkey that is not on the
// screen yet is waited for.

import type { Board } from "./board.js";
import { Row } from "../hal/abi.js";
import type { OffhookEvent } from "./event-types.js";
import { keyCodeOf, keyName, type KeyPress } from "./key-press.js";

export type KeyMoment = { readonly seconds: number } | { readonly state: string } | { readonly text: string };

export interface KeyScript {
  readonly when: KeyMoment;
  readonly keys: readonly KeyPress[];
  /** As the user wrote it. */
  readonly text?: string;
}

/** What a run ended without pressing, and why. */
export interface KeyMiss {
  readonly script: KeyScript;
  readonly why: string;
}

/** A person's finger: time between two keys, and from a text to the key. */
const PRESS_US = 50_000;
const SOFTKEY_COUNT = 4;

export class KeyPresser {
  readonly #board: Board;
  readonly #onPress: (name: string) => void;
  readonly #waiting: KeyScript[];
  #queue: { readonly press: KeyPress; readonly script: KeyScript }[] = [];
  #scheduled = false;

  constructor(board: Board, scripts: readonly KeyScript[], onPress: (name: string) => void) {
    this.#board = board;
    this.#onPress = onPress;
    this.#waiting = [...scripts];
    for (const script of scripts) {
      if ("seconds" in script.when) board.scheduler.at(script.when.seconds * 1_000_000, () => this.#take(script));
    }
    board.log.listen((event) => this.#event(event));
  }

  /** A key whose moment has come is about to be pressed. */
  get isPressing(): boolean {
    return this.#scheduled;
  }

  /** Keys whose moment did not come, and softkeys that were not on the screen. */
  get missed(): KeyMiss[] {
    const stuck = this.#queue.filter(({ script }, index) => this.#queue.findIndex((other) => other.script === script) === index);
    return [
      ...this.#waiting.map((script) => ({ script, why: "its moment did not come" })),
      ...stuck.map(({ press, script }, index) => ({ script, why: index > 0 ? "it waited for the keys before it" : missText(press) })),
    ];
  }

  #event(event: OffhookEvent): void {
    const due = this.#waiting.filter(({ when }) =>
      ("state" in when && event.event === "state" && event.state === when.state) ||
      ("text" in when && event.event === "display" && event.text.includes(when.text)));
    due.forEach((script) => this.#take(script));
    if (event.event === "softkeys") this.#schedule();
  }

  /** Each moment comes once. */
  #take(script: KeyScript): void {
    const index = this.#waiting.indexOf(script);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#queue.push(...script.keys.map((press) => ({ press, script })));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return;
    this.#scheduled = true;
    this.#board.scheduler.in(PRESS_US, () => {
      this.#scheduled = false;
      this.#press();
    });
  }

  #press(): void {
    const next = this.#queue[0];
    const code = next === undefined ? undefined : keyCodeOf(next.press, softkeyLabels(this.#board));
    if (code === undefined) return; // The next change of the softkeys asks again.
    this.#queue.shift();
    this.#onPress(keyName(code));
    this.#board.press(code);
    this.#schedule();
  }
}

function missText(press: KeyPress): string {
  return "softkey" in press ? `no softkey ${JSON.stringify(press.softkey)} was on the screen from then on` : "the run ended first";
}

/** The labels above the softkeys now, from the left. */
export function softkeyLabels(board: Board): string[] {
  return board.display.rows.slice(Row.Softkey, Row.Softkey + SOFTKEY_COUNT).map((bytes) => String.fromCharCode(...bytes));
}
