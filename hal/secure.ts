// Secure element and key store: keys that the core may use and never owns, and the certificates that TLS trusts.

/** Copies the DER SubjectPublicKeyInfo of an image key, from index 0. Returns its bytes, or NotFound after the last. */
@external("hal", "trust_key")
export declare function halTrustKey(index: i32, ptr: usize, capacity: i32): i32;

/**
 * Starts an operation of the secure element on its input; `ptr` and `bytes` are its parameters, 0 where it has none (`SecureOperation`).
 * Returns Ok, Busy while another runs, or Unsupported. After power loss what it keeps is as it was, or as the operation makes it, never
 * a mix.
 */
@external("hal", "se_start")
export declare function halSeStart(operation: i32, ptr: usize, bytes: i32): i32;

/** Asks for the operation's end. Returns Pending, how many bytes or things came out, or why it failed: Malformed, NoSpace, Failed. */
@external("hal", "se_poll")
export declare function halSePoll(): i32;

/** Puts bytes into the input, which ends behind them; offset 0 begins a new one. Returns Ok, or OutOfRange above 64 KiB. */
@external("hal", "se_write")
export declare function halSeWrite(offset: i32, ptr: usize, bytes: i32): i32;

/** Copies the output of the last operation, also of one that failed. Returns the bytes copied, 0 past its end. Never key material. */
@external("hal", "se_read")
export declare function halSeRead(offset: i32, ptr: usize, capacity: i32): i32;
