// The screen's twelve rows, the softkeys among them, and the progress bar: what is to be seen, and what changed.
//
// Everybody writes text here; only `screenFlush`, once a poll, hands changed rows to the display. It knows no states.

import { DisplayItem, Row, ROW_BYTES_MAX } from "../../hal/abi";
import { bytesCopy, bytesEqual } from "../base/bytes";
import { lineBytes, linePtr } from "../base/line";
import { textBytes, textPtr } from "../base/texts";
import { displayRow, displaySet } from "./display";

export const SOFTKEY_COUNT: i32 = 4;
/** The progress bar's value that hides it. */
export const PROGRESS_OFF: i32 = -1;

const ROWS = memory.data(12 * 256, 8); // Per row: u8 bytes, then the text.

let changedRows: u32 = 0;
let progress: i32 = PROGRESS_OFF;
let progressChanged: bool = false;

/** Blanks everything. A display is blank after a reset, so nothing is sent. */
export function screenInit(): void {
  for (let row: i32 = 0; row < Row.Count; row++) store<u8>(screenRow(row), 0);
  changedRows = 0;
  progress = PROGRESS_OFF;
  progressChanged = false;
}

/** Shows a text of the packed table on a row. */
export function screenSetText(row: i32, text: i32): void {
  screenSetBytes(row, textPtr(text), textBytes(text));
}

/** Shows what the line builder holds. */
export function screenSetLine(row: i32): void {
  screenSetBytes(row, linePtr(), lineBytes());
}

export function screenClear(row: i32): void {
  screenSetBytes(row, 0, 0);
}

/** Shows bytes on a row, cut to what a row holds. */
export function screenSetBytes(row: i32, ptr: usize, bytes: i32): void {
  assert(row >= 0 && row < Row.Count);
  if (bytes > ROW_BYTES_MAX) bytes = ROW_BYTES_MAX;
  const target = screenRow(row);
  if (<i32>load<u8>(target) == bytes && bytesEqual(target + 1, ptr, bytes)) return;
  store<u8>(target, bytes);
  bytesCopy(target + 1, ptr, bytes);
  changedRows |= 1 << row;
}

/** Labels one softkey; 0 blanks it. */
export function screenSetSoftkey(index: i32, text: i32): void {
  assert(index >= 0 && index < SOFTKEY_COUNT);
  if (text == 0) screenClear(Row.Softkey + index);
  else screenSetText(Row.Softkey + index, text);
}

/** True when the softkey carries this label now. */
export function screenSoftkeyIs(index: i32, text: i32): bool {
  const row = screenRow(Row.Softkey + index);
  return <i32>load<u8>(row) == textBytes(text) && bytesEqual(row + 1, textPtr(text), textBytes(text));
}

/** Sets the progress bar in permille, or hides it. */
export function screenSetProgress(permille: i32): void {
  assert(permille >= PROGRESS_OFF && permille <= 1000);
  if (permille == progress) return;
  progress = permille;
  progressChanged = true;
}

/** The error tone: a key that means nothing here. */
export function screenBeep(): void {
  displaySet(DisplayItem.Tone, 1);
}

/** Hands what changed to the display. */
export function screenFlush(): void {
  for (let row: i32 = 0; changedRows != 0; row++, changedRows >>>= 1) {
    if ((changedRows & 1) == 0) continue;
    const source = screenRow(row);
    displayRow(row, source + 1, load<u8>(source));
  }
  if (!progressChanged) return;
  displaySet(DisplayItem.Progress, progress);
  progressChanged = false;
}

function screenRow(row: i32): usize {
  return ROWS + <usize>(row << 8);
}
