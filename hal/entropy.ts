// Entropy: the only source of chance.

/** Fills up to 256 bytes. Returns Ok, or Failed with nothing written. */
@external("hal", "entropy_fill")
export declare function halEntropyFill(ptr: usize, bytes: i32): i32;
