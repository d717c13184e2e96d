// Staging: the telephone's working memory for files, outside the core's own. Undefined after a reset.

/** Returns its size in bytes; 0 where there is none. */
@external("hal", "stage_size")
export declare function halStageSize(): i32;

/** Writes bytes. Returns Ok or OutOfRange. */
@external("hal", "stage_write")
export declare function halStageWrite(offset: i32, ptr: usize, bytes: i32): i32;

/** Reads bytes. Returns Ok or OutOfRange. */
@external("hal", "stage_read")
export declare function halStageRead(offset: i32, ptr: usize, bytes: i32): i32;
