// Keypad: a queue of 32 keys.

/** Takes the oldest key. Returns its code, 0 when there is none. A key that finds the queue full is dropped. */
@external("hal", "keypad_read")
export declare function halKeypadRead(): i32;
