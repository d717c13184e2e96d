// The terminal: left the telephone, right what happens inside it, below the live keys.
//
// In: events, and ticks with wall time and the telephone's time. Out: escape sequences for a UTF-8 terminal through `Screen`: only
// lines that changed, at most 20 times a second. It draws on the alternate screen and leaves the last picture in the scrollback, so
// that nothing the terminal showed before is lost. It reads no keys and owns no clock.

import type { OffhookEvent } from "../event-types.js";
import type { FlashCounters } from "../events.js";
import { RunView } from "./run-view.js";
import { piece, render, widthOf, type Piece } from "./style.js";
import { TELEPHONE_COLUMNS, TelephoneView } from "./telephone-view.js";

/** A terminal, or a test. */
export interface Screen {
  write(text: string): void;
  columns(): number;
  rows(): number;
}

export interface TerminalOptions {
  /** MODEL, for the heading. */
  readonly model: string;
  /** False where NO_COLOR is set: no colours, the same picture. */
  readonly colour: boolean;
  readonly flash?: () => FlashCounters;
}

/** Twenty pictures a second are enough for the eye. */
const DRAW_INTERVAL_MS = 50;
/** Below this width there is room for the telephone alone. */
const TWO_PANES_COLUMNS_MIN = 80;
const RUN_COLUMNS_MAX = 72;
const GAP = "   ";
const HINTS = "p Program  m Mute  0-9 * # arrows  F1-F4 softkeys  x pulls the plug  q quits";
const HINTS_NARROW = ["p Program  m Mute  0-9 * #  F1-F4", "arrows  x plug  q quit"];
const HINT_WITHOUT_POWER = "The plug is pulled: x puts it back  q quits";

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l";

export class TerminalFrontend {
  readonly #screen: Screen;
  readonly #options: TerminalOptions;
  readonly #telephone = new TelephoneView();
  readonly #run: RunView;
  #shown: string[] = [];
  #size = "";
  #timeMs = 0;
  #drawnWallMs = Number.NEGATIVE_INFINITY;
  #powered = true;
  #active = false;

  constructor(screen: Screen, options: TerminalOptions) {
    this.#screen = screen;
    this.#options = options;
    this.#run = new RunView(options.flash);
  }

  /** The softkeys' labels at this moment, for `keyCodeOf`. */
  get softkeys(): readonly string[] {
    return this.#telephone.softkeys;
  }

  /** Takes the terminal over. */
  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#screen.write(ENTER);
    this.#draw();
  }

  event(event: OffhookEvent): void {
    this.#timeMs = Math.max(this.#timeMs, event.t);
    this.#telephone.event(event);
    this.#run.event(event);
  }

  /** The plug was pulled or put back. */
  power(on: boolean): void {
    this.#powered = on;
    this.#telephone.power(on);
  }

  /** Draws what changed, unless that was done less than 50 ms of wall time ago. */
  tick(wallMs: number, telephoneMs: number): void {
    this.#timeMs = Math.max(this.#timeMs, telephoneMs);
    if (!this.#active || wallMs - this.#drawnWallMs < DRAW_INTERVAL_MS) return;
    this.#drawnWallMs = wallMs;
    this.#draw();
  }

  /** Gives the terminal back as it was, with the last picture below what it showed. May be called at any time, and twice. */
  finish(): void {
    if (!this.#active) return;
    this.#active = false;
    const picture = this.#picture(false).map((pieces) => render(pieces, this.#screen.columns(), this.#options.colour));
    this.#screen.write(`${LEAVE}${picture.join("\n")}\n\n`);
  }

  #draw(): void {
    const [columns, rows] = [this.#screen.columns(), this.#screen.rows()];
    const size = `${columns}x${rows}`;
    let output = "";
    if (size !== this.#size) {
      // Another size: whatever the terminal made of the old picture is not to be built on.
      output += "\x1b[2J";
      this.#shown = [];
      this.#size = size;
    }
    const lines = this.#picture(true).slice(0, rows).map((pieces) => render(pieces, columns, this.#options.colour));
    for (let index = 0; index < Math.max(lines.length, this.#shown.length); index++) {
      const line = lines[index] ?? "";
      if (line !== this.#shown[index]) output += `\x1b[${index + 1};1H${line}\x1b[K`;
    }
    this.#shown = lines;
    if (output !== "") this.#screen.write(output);
  }

  /** The whole picture as lines; with the hints while keys do something. */
  #picture(hints: boolean): Piece[][] {
    const telephone = this.#telephone.lines(this.#timeMs);
    const heading = [piece("Offhook", "bold"), piece(` ${this.#options.model}`, "dim")];
    const columns = Math.min(RUN_COLUMNS_MAX, this.#screen.columns() - TELEPHONE_COLUMNS - GAP.length);
    const wide = this.#screen.columns() >= TWO_PANES_COLUMNS_MIN;
    if (!wide) return [heading, ...telephone, ...(hints ? this.#narrowHints() : [])];
    const run = this.#run.lines(this.#timeMs, columns, telephone.length + 1);
    const left = [heading, ...telephone];
    const lines = left.map((pieces, index) => [...pieces, gapAfter(pieces), ...(run[index] ?? [])]);
    return hints ? [...lines, [], [piece(this.#powered ? HINTS : HINT_WITHOUT_POWER, "dim")]] : lines;
  }

  #narrowHints(): Piece[][] {
    return (this.#powered ? HINTS_NARROW : [HINT_WITHOUT_POWER]).map((hint) => [piece(hint, "dim")]);
  }
}

/** Blanks up to the right pane. */
function gapAfter(pieces: readonly Piece[]): Piece {
  return piece(" ".repeat(Math.max(0, TELEPHONE_COLUMNS - widthOf(pieces))) + GAP);
}
