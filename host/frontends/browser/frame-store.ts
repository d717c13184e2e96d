// The frames of a run: a row for each as it passes, its bytes and its decode when somebody asks, and the capture of all.
//
// In: frames with their time and direction. Out: rows in order, numbered from 1 as in a capture. When it holds too much, the oldest go.

import { Capture, type Direction } from "../../network/capture.js";
import { decodeFrame } from "./frame-decode.js";
import type { FrameDetail, FrameRow } from "./messages.js";

const BYTES_MAX = 64 * 1024 * 1024;
/** What a frame takes beside its bytes, about: its row with five texts. */
const ROW_BYTES = 700;

interface Kept {
  readonly row: FrameRow;
  readonly us: number;
  readonly bytes: Uint8Array;
  readonly state: string;
}

export class FrameStore {
  readonly #bytesMax: number;
  #kept: Kept[] = [];
  #count = 0;
  #bytes = 0;
  #fresh: FrameRow[] = [];

  constructor(bytesMax = BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  take(us: number, direction: Direction, frame: Uint8Array, state: string): void {
    this.#count += 1;
    const bytes = frame.slice();
    const { protocol, source, target, summary } = decodeFrame(bytes);
    const row: FrameRow = { n: this.#count, ms: Math.floor(us / 1000), direction, protocol, source, target, summary, bytes: bytes.length };
    this.#kept.push({ row, us, bytes, state });
    this.#fresh.push(row);
    this.#bytes += bytes.length + ROW_BYTES;
    if (this.#bytes > this.#bytesMax) this.#drop();
  }

  /** Rows since the last time. */
  fresh(): FrameRow[] {
    const rows = this.#fresh;
    this.#fresh = [];
    return rows;
  }

  detail(n: number): FrameDetail | undefined {
    const kept = this.#kept[n - 1 - (this.#count - this.#kept.length)];
    return kept === undefined ? undefined : { row: kept.row, bytes: kept.bytes, layers: decodeFrame(kept.bytes).layers };
  }

  /** A pcapng file of all that is kept; `epochUs` is the date of telephone time 0. */
  capture(epochUs: number): Uint8Array {
    const blocks: Uint8Array[] = [];
    const capture = new Capture({
      write: (bytes) => void blocks.push(bytes), name: "telephone", application: "Offhook", epochUs, resolution: "us",
    });
    for (const { us, row, bytes, state } of this.#kept) capture.frame(us, row.direction, bytes, state);
    return joined(blocks);
  }

  /** Half of it at once, so that it is seldom. */
  #drop(): void {
    const count = Math.ceil(this.#kept.length / 2);
    for (const { bytes } of this.#kept.slice(0, count)) this.#bytes -= bytes.length + ROW_BYTES;
    this.#kept = this.#kept.slice(count);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
