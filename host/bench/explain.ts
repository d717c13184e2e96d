// Row 14: a settings file of a megabyte and 15,000 lines explained: the first time in a process, and later.
//
// In: the shipped module. Out: milliseconds of CPU time of both, and the exponent over six sizes.

import { explainFile, type Reader } from "../explain/explain.js";
import { MemoryFiles } from "../site/file-server.js";
import type { Rates } from "./digests.js";
import { cpuUs, fittedExponent, median } from "./method.js";

const LINES = 15_000;
const LINE_CHARACTERS = 66;
const SIZES = [500, 1000, 2000, 4000, 8000, LINES];
const LATER_COUNT = 21;
export const EXPLAIN_MS_MAX = 50;
export const EXPLAIN_EXPONENT_MAX = 1.05;

export function explainRates(core: WebAssembly.Module): Rates {
  const us = (lines: number): number => {
    const bytes = fileOf(lines);
    const startUs = cpuUs();
    explainFile(core, { name: "46xxsettings.txt", bytes, source: new MemoryFiles({}) }, READER);
    return cpuUs() - startUs;
  };
  const [firstUs, laterUs] = [us(LINES), medianOf(() => us(LINES))];
  const points = SIZES.map((lines) => ({ bytes: lines * LINE_CHARACTERS, us: medianOf(() => us(lines)) }));
  return { bytes: fileOf(LINES).length, lines: LINES, firstMs: firstUs / 1000, laterMs: laterUs / 1000, exponent: fittedExponent(points) };
}

const READER: Reader = { identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) } };

function fileOf(lines: number): Uint8Array {
  const text = Array.from({ length: lines }, (_, index) => `SET L2QVLAN ${index % 4000}`.padEnd(LINE_CHARACTERS, " ")).join("\n");
  return new TextEncoder().encode(text);
}

function medianOf(us: () => number): number {
  return median(Array.from({ length: LATER_COUNT }, us));
}
