// The display: twelve rows of Latin-1 text, a progress bar and a tone. It shows; whoever wants to see listens.

import { DisplayItem, Row, ROW_BYTES_MAX, Status } from "../../hal/abi.js";

export interface DisplayListener {
  row(row: number, bytes: Uint8Array): void;
  progress(permille: number): void;
  tone(): void;
}

const BLANK = new Uint8Array(0);

export class Display {
  readonly rows: Uint8Array[] = Array.from({ length: Row.Count }, () => BLANK);
  progress = -1;
  readonly #listener: DisplayListener;

  constructor(listener: DisplayListener) {
    this.#listener = listener;
  }

  setRow(row: number, bytes: Uint8Array): number {
    if (row < 0 || row >= Row.Count || bytes.length > ROW_BYTES_MAX) return Status.Invalid;
    this.rows[row] = bytes.slice();
    this.#listener.row(row, this.rows[row]);
    return Status.Ok;
  }

  setItem(item: number, value: number): number {
    if (item === DisplayItem.Progress) {
      if (value < -1 || value > 1000) return Status.Invalid;
      this.progress = value;
      this.#listener.progress(value);
    } else if (item === DisplayItem.Tone) {
      if (value !== 0) this.#listener.tone();
    } else if (item !== DisplayItem.Lamp) {
      return Status.Invalid;
    }
    return Status.Ok;
  }

  /** Goes dark: a reset or power loss blanks every row. */
  reset(): void {
    this.rows.forEach((bytes, row) => bytes.length > 0 && this.setRow(row, BLANK));
    if (this.progress >= 0) this.setItem(DisplayItem.Progress, -1);
  }
}
