// The only file that touches the display.

import { DisplayItem } from "../../hal/abi";
import { halDisplayRow, halDisplaySet } from "../../hal/display";

/** Replaces a row. The display cannot refuse: a row and its bytes are in range by then. */
export function displayRow(row: i32, ptr: usize, bytes: i32): void {
  halDisplayRow(row, ptr, bytes);
}

export function displaySet(item: DisplayItem, value: i32): void {
  halDisplaySet(item, value);
}
