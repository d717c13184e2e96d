// Writes docs/terminal.svg: what `npm start` shows while the demonstration's application is saved in flash.
//
// `node build/js/tools/picture.js`; with `--check` it fails when the file is stale. The events are those of a run of this build, the lines
// are the terminal's own, and each escape sequence that it uses becomes an attribute here.

import { spawnSync } from "node:child_process";
import { execPath } from "node:process";
import { readEvents } from "../host/diff/read-events.js";
import type { OffhookEvent } from "../host/event-types.js";
import { TerminalFrontend } from "../host/frontends/terminal.js";
import { isMain, writeGenerated } from "./generate.js";

const [COLUMNS, ROWS] = [96, 18];
const [CELL_WIDTH, LINE_HEIGHT, MARGIN] = [8.4, 19, 16];
const FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
/** The last file at this point of its way into flash. */
const PERMILLE = 600;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

interface Look {
  readonly ink: string;
  readonly paper?: string;
  readonly bold?: boolean;
}

/** SGR sequences of host/frontends/style.ts; on a dark ground. */
const LOOKS: Readonly<Record<string, Look>> = {
  "0": { ink: "#e6edf3" }, "2": { ink: "#9198a1" }, "1": { ink: "#ffffff", bold: true }, "32": { ink: "#3fb950" },
  "1;36": { ink: "#39c5cf", bold: true }, "1;31": { ink: "#ff7b72", bold: true }, "38;5;16;48;5;153": { ink: "#000000", paper: "#afd7ff" },
  "1;38;5;16;48;5;153": { ink: "#000000", paper: "#afd7ff", bold: true }, "38;5;25;48;5;153": { ink: "#005faf", paper: "#afd7ff" },
  "38;5;231;48;5;25": { ink: "#ffffff", paper: "#005faf" },
};

/** The demonstration's events up to the moment of the picture. */
function eventsUntil(): OffhookEvent[] {
  const command = ["build/js/host/cli/main.js", "boot", "--fast", "--json"];
  const { stdout } = spawnSync(execPath, command, { encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX });
  const events = readEvents(stdout, "the demonstration");
  const last = events.findLastIndex((event) => event.event === "state" && event.state === "write");
  const end = events.findIndex((event, index) => index > last && event.event === "progress" && (event.permille ?? 0) >= PERMILLE);
  return events.slice(0, end + 1);
}

/** The lines of the terminal, with their escape sequences. */
function linesOf(events: readonly OffhookEvent[]): string[] {
  let output = "";
  const screen = { write: (text: string) => void (output += text), columns: () => COLUMNS, rows: () => ROWS };
  const counters = { erases: 0, erasedBytes: 0, programs: 0, programmedBytes: 0, eraseUs: 0, programUs: 0 };
  const terminal = new TerminalFrontend(screen, { model: "9640D01A", colour: true, flash: () => counters });
  for (const event of events) {
    terminal.event(event);
    if (event.event !== "flash") continue;
    counters.erasedBytes += event.erasedBytes ?? 0;
    counters.erases += event.erases ?? 0;
    counters.programmedBytes += event.programmedBytes ?? 0;
  }
  terminal.start();
  const lines: string[] = [];
  for (const [, row, text] of output.matchAll(/\x1b\[(\d+);1H([^]*?)\x1b\[K/g)) lines[Number(row) - 1] = text ?? "";
  return Array.from(lines, (line) => line ?? "");
}

function svg(lines: readonly string[]): string {
  const [width, height] = [round(COLUMNS * CELL_WIDTH + 2 * MARGIN), lines.length * LINE_HEIGHT + 2 * MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="a telephone at work in a terminal">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    `<g font-family="${FONTS}" font-size="14" shape-rendering="crispEdges">`,
    ...lines.flatMap((line, row) => rowOf(line, MARGIN + row * LINE_HEIGHT)), "</g>", "</svg>", "",
  ].join("\n");
}

function rowOf(line: string, y: number): string[] {
  let column = 0;
  let look = LOOKS["0"]!;
  return line.split(/(\x1b\[[\d;]*m)/).flatMap((part) => {
    const sequence = /^\x1b\[([\d;]*)m$/.exec(part)?.[1];
    if (sequence === undefined) {
      const x = MARGIN + column * CELL_WIDTH;
      column += part.length;
      return pieceOf(part, x, y, look);
    }
    const known = LOOKS[sequence];
    if (known === undefined) throw new Error(`the terminal uses ${JSON.stringify(part)}, which has no look in the picture`);
    look = known;
    return [];
  });
}

function pieceOf(text: string, x: number, y: number, { ink, paper, bold }: Look): string[] {
  const width = round(text.length * CELL_WIDTH);
  const ground = paper === undefined ? [] : [`<rect x="${round(x)}" y="${y}" width="${width}" height="${LINE_HEIGHT}" fill="${paper}"/>`];
  if (text.trim() === "") return text === "" ? [] : ground;
  const weight = bold === true ? ' font-weight="bold"' : "";
  const shown = text.trim();
  const left = x + text.indexOf(shown) * CELL_WIDTH;
  const place = `x="${round(left)}" y="${y + LINE_HEIGHT - 5}" textLength="${round(shown.length * CELL_WIDTH)}"`;
  // Renderers differ in which blanks they keep; none drops these.
  const escaped = shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(" ", "\u00a0");
  return [...ground, `<text ${place} fill="${ink}"${weight}>${escaped}</text>`];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

if (isMain(import.meta.url)) writeGenerated("docs/terminal.svg", svg(linesOf(eventsUntil())));
