// System: who this telephone is, what survives a reset, how it restarts, what it reports.

/**
 * Copies one item of `Info`. Returns its bytes, or NotFound.
 * An item longer than the capacity is cut; the result is then the capacity.
 */
@external("hal", "sys_info")
export declare function halSysInfo(item: i32, ptr: usize, capacity: i32): i32;

/**
 * Reads (write = 0) or writes (write = 1) up to 128 bytes that survive a reset. Returns Ok.
 * Zero after power-up. A write is not atomic: the core adds its own check value.
 */
@external("hal", "sys_retained")
export declare function halSysRetained(write: i32, ptr: usize, bytes: i32): i32;

/**
 * Hands over one event record of at most 1024 bytes. Returns Ok and never blocks.
 * A record that the host has no room for is dropped and counted by the host.
 * Record: u8 kind, then fields of u8 id, u8 type, u16 bytes (little endian), data (`hal/events.ts`).
 */
@external("hal", "sys_event")
export declare function halSysEvent(ptr: usize, bytes: i32): i32;

/** Asks for a reset. Returns Ok; it takes effect when `poll` returns. */
@external("hal", "sys_reset")
export declare function halSysReset(cause: i32): i32;

/**
 * Starts verified software of one kind at an offset in flash.
 * Returns 0 where this same module carries on (it is the ROM and slots hold data); elsewhere it never returns.
 */
@external("hal", "sys_handover")
export declare function halSysHandover(kind: i32, offset: i32, bytes: i32): i32;

/**
 * Records a broken assumption: code, line, and the source file's name in UTF-16.
 * Returns; the core then executes `unreachable`, the host catches the trap of `poll` and makes a new instance.
 */
@external("hal", "sys_panic")
export declare function halSysPanic(code: i32, line: i32, filePtr: usize, fileBytes: i32): i32;
