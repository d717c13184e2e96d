// The telephone as a terminal shows it: Title Line, Prompt Line, six rows, progress bar and softkeys in a frame.
//
// In: events and the telephone's time. Out: lines of pieces, always the same number and width. The screen shows 32 characters of a
// row; a longer one scrolls, in the telephone's time, so that two runs of one seed show the same.

import type { OffhookEvent } from "../event-types.js";
import { SCREEN_COLUMNS, scrolled } from "./scrolled-text.js";
import { cell, cellCentred, cellRight, piece, type Piece, type Style } from "./style.js";

/** The frame's outer width: the screen, a blank and a border at each side. */
export const TELEPHONE_COLUMNS = SCREEN_COLUMNS + 4;
const APPLICATION_ROWS = ["0", "1", "2", "3", "4", "5"];
/** The widths of the four softkeys: with three borders between them they fill the frame. */
const SOFTKEY_COLUMNS = [8, 8, 8, 7];
const PERCENT_COLUMNS = 5;

interface RowText {
  readonly text: string;
  readonly sinceMs: number;
}

export class TelephoneView {
  readonly #rows = new Map<string, RowText>();
  #softkeys: readonly string[] = [];
  #permille: number | null = null;
  #powered = true;

  /** The softkeys' labels, from the left. */
  get softkeys(): readonly string[] {
    return this.#softkeys;
  }

  event(event: OffhookEvent): void {
    if (event.event === "display") this.#rows.set(event.row, { text: event.text, sinceMs: event.t });
    else if (event.event === "softkeys") this.#softkeys = event.labels;
    else if (event.event === "progress") this.#permille = event.permille;
  }

  /** Without power the screen is dark, and what it showed is gone. */
  power(on: boolean): void {
    this.#powered = on;
    this.#rows.clear();
    this.#softkeys = [];
    this.#permille = null;
  }

  /** The frame at an instant of the telephone's time. */
  lines(timeMs: number): Piece[][] {
    const inner = SCREEN_COLUMNS + 2;
    return [
      [piece(`╭${"─".repeat(inner)}╮`, "dim")],
      this.#row("title", timeMs, "title"),
      this.#row("prompt", timeMs, "screen"),
      [piece(`├${"─".repeat(inner)}┤`, "dim")],
      ...APPLICATION_ROWS.map((row) => this.#row(row, timeMs, "screen")),
      this.#bar(),
      [piece(`├${SOFTKEY_COLUMNS.map((columns) => "─".repeat(columns)).join("┬")}┤`, "dim")],
      this.#softkeyRow(),
      [piece(`╰${SOFTKEY_COLUMNS.map(keyUnder).join("┴")}╯`, "dim")],
    ];
  }

  #row(row: string, timeMs: number, style: Style): Piece[] {
    const { text, sinceMs } = this.#rows.get(row) ?? { text: "", sinceMs: 0 };
    return this.#framed([cell(scrolled(text, timeMs - sinceMs), SCREEN_COLUMNS, style)], style);
  }

  /** Between the borders; dark when there is no power. */
  #framed(pieces: readonly Piece[], style: Style): Piece[] {
    const border = piece("│", "dim");
    if (!this.#powered) return [border, cell("", SCREEN_COLUMNS + 2), border];
    return [border, piece(" ", style), ...pieces, piece(" ", style), border];
  }

  #bar(): Piece[] {
    if (this.#permille === null) return this.#framed([cell("", SCREEN_COLUMNS, "screen")], "screen");
    const columns = SCREEN_COLUMNS - PERCENT_COLUMNS;
    const filled = Math.floor((this.#permille * columns) / 1000);
    return this.#framed([
      piece("█".repeat(filled), "bar"), piece("░".repeat(columns - filled), "bar"),
      cellRight(`${Math.floor(this.#permille / 10)}%`, PERCENT_COLUMNS, "screen"),
    ], "screen");
  }

  #softkeyRow(): Piece[] {
    const border = piece("│", "dim");
    return SOFTKEY_COLUMNS.flatMap((columns, index) => {
      const label = this.#softkeys[index] ?? "";
      return [border, cellCentred(label, columns, label === "" ? "plain" : "softkey")];
    }).concat(border);
  }
}

/** The function key that presses a softkey, in the border below it. */
function keyUnder(columns: number, index: number): string {
  return `F${index + 1}`.padStart(Math.floor(columns / 2) + 1, "─").padEnd(columns, "─");
}
