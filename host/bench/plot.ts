// The rows as a picture: how far each candidate is ahead of each peer, on a logarithmic scale, with the floor as a mark.
//
// In: the machine and the rows. Out: an SVG that stands alone, dated, light enough for a README.

import type { Machine } from "./machine.js";
import type { Row } from "./rows.js";

const WIDTH = 760;
const LABEL_WIDTH = 330;
const BAR_HEIGHT = 16;
const STEP = 22;
const TOP = 64;
/** From an eighth to 32 times. */
const POWER_MIN = -3;
const POWER_MAX = 5;

export function plot(machine: Machine, rows: readonly Row[]): string {
  const bars = rows.filter(({ row }) => row <= 8).flatMap(({ row, candidate, ratios, floors }) =>
    Object.entries(ratios).map(([peer, ratio]) => ({ label: `${row}  ${candidate} / ${peer}`, ratio, floor: floors[peer]! })));
  const height = TOP + bars.length * STEP + 30;
  const subtitle = `${machine.cpu}, node ${machine.node}, SHA extensions ${machine.shaNi ? "yes" : "no"}, ${machine.date}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="16" fill="#222">How many times as fast as …</text>`,
    `<text x="16" y="42" fill="#666">${escaped(subtitle)}; a tick marks the floor</text>`,
    ...gridLines(height),
    ...bars.flatMap((bar, index) => barLines(bar, TOP + index * STEP)),
    "</svg>",
    "",
  ].join("\n");
}

function x(ratio: number): number {
  const power = Math.min(POWER_MAX, Math.max(POWER_MIN, Math.log2(ratio)));
  return Math.round(LABEL_WIDTH + ((power - POWER_MIN) / (POWER_MAX - POWER_MIN)) * (WIDTH - LABEL_WIDTH - 60));
}

function gridLines(height: number): string[] {
  return Array.from({ length: POWER_MAX - POWER_MIN + 1 }, (_, index) => 2 ** (index + POWER_MIN)).flatMap((ratio) => [
    `<line x1="${x(ratio)}" x2="${x(ratio)}" y1="${TOP - 8}" y2="${height - 26}" stroke="${ratio === 1 ? "#888" : "#e4e4e4"}"/>`,
    `<text x="${x(ratio)}" y="${height - 10}" text-anchor="middle" fill="#666">${ratio < 1 ? `1/${1 / ratio}` : ratio}</text>`,
  ]);
}

function barLines({ label, ratio, floor }: { label: string; ratio: number; floor: number }, y: number): string[] {
  const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))];
  const color = ratio >= floor ? "#2a7f62" : "#b3432b";
  return [
    `<text x="${LABEL_WIDTH - 10}" y="${y + 12}" text-anchor="end" fill="#222">${escaped(label)}</text>`,
    `<rect x="${from}" y="${y}" width="${Math.max(1, to - from)}" height="${BAR_HEIGHT}" fill="${color}"/>`,
    `<line x1="${x(floor)}" x2="${x(floor)}" y1="${y - 1}" y2="${y + BAR_HEIGHT + 1}" stroke="#222" stroke-width="2"/>`,
    `<text x="${to + 6}" y="${y + 12}" fill="#222">${ratio}</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
