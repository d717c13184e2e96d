// The one place where the two builds of the core differ: `core.simd.wasm` may use vectors of 128 bits, `core.wasm` may not.
//
// Only the inner loops of CRC-32 and SHA-256 ask. The compiler decides at once and leaves the other side out, so neither build
// carries a switch; both give the same results, and every test runs on both.

/** True in the build with vectors. */
export const SIMD: bool = ASC_FEATURE_SIMD;
