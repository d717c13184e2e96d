// A chip's contents as bytes that go into a file: the cells, then what cells do not show.
//
// That is: units that a torn operation left blank to the eye, and pages with flaws. A chip without any is its cells alone, so that
// a file of another programmer is taken as it is. In and out: bytes; it knows no chip.

import type { Flaw } from "./nor-flaws.js";

export interface NorExtra {
  /** First unit and count of each run of units that read as blank and may not be programmed. */
  readonly programmed: readonly (readonly [unit: number, count: number])[];
  readonly flaws: ReadonlyMap<number, Flaw>;
}

const MAGIC = "offhook chip 1\n";

interface FlawText {
  readonly page: number;
  readonly unstable: string;
  readonly faults: string;
  readonly chance: number;
  readonly seed: number;
  readonly reads: number;
}

/** Cells and what is behind them. */
export function encodeImage(cells: Uint8Array, extra: NorExtra): Uint8Array {
  if (extra.programmed.length === 0 && extra.flaws.size === 0) return cells;
  const flaws = [...extra.flaws].map(([page, flaw]): FlawText => ({
    page, ...flaw, unstable: hexOf(flaw.unstable), faults: hexOf(flaw.faults),
  }));
  const text = new TextEncoder().encode(MAGIC + JSON.stringify({ programmed: extra.programmed, flaws }));
  const all = new Uint8Array(cells.length + text.length);
  all.set(cells);
  all.set(text, cells.length);
  return all;
}

/** What stands behind the cells. Throws a RangeError when the length is wrong or it is nothing of ours. */
export function decodeExtra(contents: Uint8Array, totalBytes: number): NorExtra {
  if (contents.length === totalBytes) return { programmed: [], flaws: new Map() };
  const text = new TextDecoder().decode(contents.subarray(totalBytes));
  if (contents.length < totalBytes || !text.startsWith(MAGIC)) {
    throw new RangeError(`contents of ${contents.length} bytes for a chip of ${totalBytes}`);
  }
  const { programmed, flaws } = JSON.parse(text.slice(MAGIC.length)) as { programmed: [number, number][]; flaws: FlawText[] };
  const pages = flaws.map(({ page, ...flaw }): [number, Flaw] =>
    [page, { ...flaw, unstable: bytesOf(flaw.unstable), faults: bytesOf(flaw.faults) }]);
  return { programmed, flaws: new Map(pages) };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
