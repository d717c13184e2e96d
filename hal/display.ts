// Display: twelve rows of text, a progress bar, a lamp and a tone.

/**
 * Replaces a whole row: 0 title, 1 prompt, 2 to 7 application, 8 to 11 softkeys. Latin-1, at most 255 bytes.
 * Returns Ok. After power loss the display is blank.
 */
@external("hal", "display_row")
export declare function halDisplayRow(row: i32, ptr: usize, bytes: i32): i32;

/** Sets an item of `DisplayItem`: 0 progress in permille (-1 off), 1 lamp, 2 tone. Returns Ok. */
@external("hal", "display_set")
export declare function halDisplaySet(item: i32, value: i32): i32;
