// Pieces of text with a style, cut and padded to columns: what the terminal frontend's lines are made of.
//
// In: plain text (untrusted) and style names. Out: one string of known width, with escape sequences only where colours are wanted.
// Every character left in takes one column: others become a dot, so that a file's text cannot break the frame.

import { printable } from "../event-text.js";

/** Colours by meaning. The screen's are dark on light blue, as on the telephone. */
const STYLES = {
  plain: "", dim: "2", bold: "1", good: "32", now: "1;36", bad: "1;31",
  screen: "38;5;16;48;5;153", title: "1;38;5;16;48;5;153", bar: "38;5;25;48;5;153", softkey: "38;5;231;48;5;25",
} as const;

export type Style = keyof typeof STYLES;

/** Text in one style. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** Latin-1, the box and block characters that the frame itself uses, and nothing wider or narrower than a column. */
const NOT_ONE_COLUMN = /[^ -~\u00a1-\u00ff\u2500-\u259f\u2026\u25b8\u2713\u00b7]/gu;

export function piece(text: string, style: Style = "plain"): Piece {
  return { text: printable(text).replace(NOT_ONE_COLUMN, "·"), style };
}

/** Text in exactly so many columns: cut, or padded on the right. */
export function cell(text: string, columns: number, style: Style = "plain"): Piece {
  const safe = piece(text, style).text;
  return { text: safe.length > columns ? cut(safe, columns) : safe.padEnd(columns), style };
}

/** The same, padded on the left. */
export function cellRight(text: string, columns: number, style: Style = "plain"): Piece {
  const safe = piece(text, style).text;
  return { text: safe.length > columns ? cut(safe, columns) : safe.padStart(columns), style };
}

/** The same, in the middle. */
export function cellCentred(text: string, columns: number, style: Style = "plain"): Piece {
  const safe = piece(text, style).text;
  if (safe.length >= columns) return { text: cut(safe, columns), style };
  return { text: safe.padStart(safe.length + Math.floor((columns - safe.length) / 2)).padEnd(columns), style };
}

export function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((columns, { text }) => columns + text.length, 0);
}

/** One line, no wider than `columns`. */
export function render(pieces: readonly Piece[], columns: number, colour: boolean): string {
  let room = columns;
  let line = "";
  for (const { text, style } of pieces) {
    const shown = text.slice(0, room);
    room -= shown.length;
    if (shown === "") continue;
    line += colour && STYLES[style] !== "" ? `\x1b[${STYLES[style]}m${shown}\x1b[0m` : shown;
  }
  return colour ? line : line.trimEnd();
}

function cut(text: string, columns: number): string {
  return columns < 1 ? "" : `${text.slice(0, columns - 1)}…`;
}
