// What happens inside the telephone, beside its picture: states with durations, files with status, flash.
//
// In: events, the telephone's time, and flash counters as they stand. Out: lines of pieces in a given width and height.
// It shows the start-up under way; those before it are one number.

import type { HttpEvent, OffhookEvent } from "../event-types.js";
import type { FlashCounters } from "../events.js";
import { bytesText, clockText, countText, fileOf } from "../event-text.js";
import { cell, cellRight, piece, type Piece, type Style } from "./style.js";

/** A state's cell: mark, name and duration, and a blank to the next. Two fit beside the telephone in 80 columns. */
const STATE_COLUMNS = 21;
const STATE_NAME_COLUMNS = 11;
const DURATION_COLUMNS = 7;
const FILE_COUNT_MIN = 4;
/** Heading, blank line, heading of the files, and the line for flash. */
const FIXED_LINES = 4;
const SECTOR_BYTES = 4096;
const STATUS_COLUMNS = 4;
const SIZE_COLUMNS = 12;

interface StateSpan {
  readonly state: string;
  readonly beginMs: number;
  endMs: number | undefined;
}

export class RunView {
  #states: StateSpan[] = [];
  readonly #files: HttpEvent[] = [];
  #startUpCount = 0;
  #resetReason = "";
  readonly #flash: (() => FlashCounters) | undefined;

  constructor(flash?: () => FlashCounters) {
    this.#flash = flash;
  }

  event(event: OffhookEvent): void {
    if (event.event === "state") this.#enter(event.state, event.t);
    else if (event.event === "reset") this.#resetReason = event.reason ?? "";
    else if (event.event === "http" && (event.status !== undefined || event.error !== undefined)) this.#files.push(event);
  }

  lines(timeMs: number, columns: number, height: number): Piece[][] {
    const abreast = Math.max(1, Math.floor((columns + 1) / STATE_COLUMNS));
    const room = Math.max(1, height - FIXED_LINES - FILE_COUNT_MIN);
    const stateLines = this.#stateLines(timeMs, abreast, room);
    const fileCount = Math.max(0, height - FIXED_LINES - stateLines.length);
    const files = this.#files.slice(-fileCount).map((file) => fileLine(file, columns));
    const lines = [this.#heading(timeMs, columns), ...stateLines, [], [piece("FILES", "dim")], ...files];
    while (lines.length < height - 1) lines.push([]);
    return [...lines.slice(0, height - 1), this.#flashLine(columns)];
  }

  #enter(state: string, timeMs: number): void {
    const last = this.#states[this.#states.length - 1];
    if (last !== undefined) last.endMs = timeMs;
    if (state === "power-up") {
      this.#states = [];
      this.#startUpCount++;
    }
    this.#states.push({ state, beginMs: timeMs, endMs: undefined });
  }

  #heading(timeMs: number, columns: number): Piece[] {
    const time = clockText(timeMs);
    const why = this.#startUpCount > 1 && this.#resetReason !== "" ? `, after a reset: ${this.#resetReason}` : "";
    return [cell(`START-UP ${Math.max(1, this.#startUpCount)}${why}`, columns - time.length - 1, "dim"), piece(" "), piece(time, "bold")];
  }

  /** The states in columns, downwards first; when there are too many, the first ones make room. */
  #stateLines(timeMs: number, abreast: number, room: number): Piece[][] {
    const shown = this.#states.slice(-abreast * room);
    const height = Math.max(1, Math.min(room, shown.length));
    return Array.from({ length: height }, (_, line) =>
      Array.from({ length: abreast }, (_, column) => shown[column * height + line])
        .flatMap((span) => (span === undefined ? [] : stateCell(span, timeMs))));
  }

  #flashLine(columns: number): Piece[] {
    const counters = this.#flash?.();
    if (counters === undefined) return [];
    const sectors = countText(Math.floor(counters.erasedBytes / SECTOR_BYTES), "sector");
    return [piece("FLASH ", "dim"), cell(`erased ${sectors}, wrote ${bytesText(counters.programmedBytes)}`, columns - 6)];
  }
}

function stateCell(span: StateSpan, timeMs: number): Piece[] {
  const current = span.endMs === undefined;
  const style: Style = current ? "now" : "plain";
  const seconds = (Math.max(0, (span.endMs ?? timeMs) - span.beginMs) / 1000).toFixed(1);
  return [
    current ? piece("▸ ", "now") : piece("✓ ", "good"), cell(span.state, STATE_NAME_COLUMNS, style),
    cellRight(`${seconds} s`, DURATION_COLUMNS, current ? "now" : "dim"), piece(" "),
  ];
}

/** Status, name and size; where the status does not say what was wrong, that stands in the size's place. */
function fileLine(file: HttpEvent, columns: number): Piece[] {
  const good = file.accepted === true;
  const size = file.bytes === undefined ? "" : bytesText(file.bytes);
  const trouble = file.status === undefined || file.status < 400 ? file.why ?? file.error ?? "" : "";
  return [
    cell(file.status === undefined ? "--" : String(file.status), STATUS_COLUMNS, good ? "good" : "bad"),
    cell(fileOf(file.url ?? ""), columns - STATUS_COLUMNS - SIZE_COLUMNS),
    cellRight(good ? size : trouble, SIZE_COLUMNS, good ? "dim" : "bad"),
  ];
}
