// Flash: one NOR chip. Erase and program are started, then asked for; only `flash_poll` says how they ended.

/**
 * Writes seven u32: total bytes, sector, 32 KiB block, 64 KiB block (0 where the part has none), page, write unit, flags
 * (1 ECC, 2 multi-write). Returns the bytes written.
 */
@external("hal", "flash_geometry")
export declare function halFlashGeometry(ptr: usize, capacity: i32): i32;

/**
 * Reads bytes. Returns 0, 1 when bits were corrected, Busy during an erase or program, OutOfRange.
 * EccFatal leaves the buffer undefined and the chip unchanged; it may be retried.
 */
@external("hal", "flash_read")
export declare function halFlashRead(offset: i32, ptr: usize, bytes: i32): i32;

/**
 * Starts to set one erase unit to 0xff; `bytes` is one of the chip's erase sizes and `offset` a multiple of it.
 * NotAligned, Protected, Busy and OutOfRange change nothing.
 * Power loss leaves this unit undefined and unstable, and it may read as 0xff; others are untouched.
 */
@external("hal", "flash_erase_start")
export declare function halFlashEraseStart(offset: i32, bytes: i32): i32;

/**
 * Starts to program whole units inside one page. The bytes are copied before the call returns.
 * NotErased (a unit programmed since its erase), NotAligned, Protected, Busy and OutOfRange change nothing.
 * Power loss leaves each unit of this span undefined and unstable, and reading it may fault; others are unchanged.
 */
@external("hal", "flash_program_start")
export declare function halFlashProgramStart(offset: i32, ptr: usize, bytes: i32): i32;

/**
 * Returns 0 when the chip is idle, or how many microseconds until it is worth asking again.
 * ProgramFailed and EraseFailed are reported once: the target is undefined and must be erased.
 */
@external("hal", "flash_poll")
export declare function halFlashPoll(): i32;

/** Protects whole sectors against erase and program, or frees them. Returns Ok or NotAligned. Volatile: cleared by reset. */
@external("hal", "flash_protect")
export declare function halFlashProtect(offset: i32, bytes: i32, on: i32): i32;
