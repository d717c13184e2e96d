// Secure element and key store: keys that the core may use and never owns.

/** Copies the DER SubjectPublicKeyInfo of an image key, from index 0. Returns its bytes, or NotFound after the last. */
@external("hal", "trust_key")
export declare function halTrustKey(index: i32, ptr: usize, capacity: i32): i32;
