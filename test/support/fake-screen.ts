// A terminal for tests: it carries out the few escape sequences that the terminal frontend uses, and throws at any other.
//
// Its lines are text without colours; `writes` keeps what was sent, and the modes say whether the terminal was given back.

import type { Screen } from "../../host/frontends/terminal.js";

const SEQUENCE = /\x1b\[(\?)?([0-9;]*)([A-Za-z])|[\s\S]/gu;

export class FakeScreen implements Screen {
  readonly writes: string[] = [];
  cursorShown = true;
  alternate = false;
  styled = false;
  #columns: number;
  readonly #rows: number;
  #normal: string[] = [""];
  #picture: string[][] = [];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  columns(): number {
    return this.#columns;
  }

  rows(): number {
    return this.#rows;
  }

  resize(columns: number): void {
    this.#columns = columns;
  }

  /** The lines of the alternate screen, without blanks at their ends and without empty lines at the bottom. */
  get lines(): string[] {
    const lines = this.#picture.map((cells) => Array.from(cells, (character) => character ?? " ").join("").trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  /** What stands on the normal screen. */
  get scrollback(): string[] {
    return this.#normal.map((line) => line.trimEnd());
  }

  write(text: string): void {
    this.writes.push(text);
    for (const [whole, question, values = "", name] of text.matchAll(SEQUENCE)) {
      if (name === undefined) this.#put(whole);
      else this.#control(question === "?", values, name);
    }
  }

  #put(character: string): void {
    if (!this.alternate) {
      if (character === "\n") this.#normal.push("");
      else this.#normal[this.#normal.length - 1] += character;
      return;
    }
    if (/[\x00-\x1f]/.test(character)) throw new Error(`control character ${JSON.stringify(character)} inside the picture`);
    if (this.#column >= this.#columns) throw new Error(`line ${this.#row} is wider than ${this.#columns} columns`);
    const cells = (this.#picture[this.#row] ??= []);
    cells[this.#column++] = character;
  }

  #control(question: boolean, values: string, name: string): void {
    if (question && values === "1049") this.alternate = name === "h";
    else if (question && values === "25") this.cursorShown = name === "h";
    else if (name === "m") this.styled = values !== "0" && values !== "";
    else if (name === "K") this.#picture[this.#row]?.splice(this.#column);
    else if (name === "J" && values === "2") this.#picture = [];
    else if (name === "H") this.#move(values);
    else throw new Error(`an escape sequence that nobody expects: ${values}${name}`);
  }

  #move(values: string): void {
    const [row = 1, column = 1] = values.split(";").map(Number);
    if (row > this.#rows) throw new Error(`row ${row} of ${this.#rows}`);
    this.#row = row - 1;
    this.#column = column - 1;
    while (this.#picture.length < row) this.#picture.push([]);
  }
}
