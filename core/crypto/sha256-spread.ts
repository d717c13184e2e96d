// What the rounds of SHA-256 (FIPS 180-4 §4.1.2, §6.2.2) need with vectors and without: Σ0, Σ1, and the end of a block.
//
// Rotates are shifts and an or: V8's first tier runs `rotr` about five times slower, its second makes one instruction of both.

/** Σ1. */
// @ts-ignore: decorator
@inline
export function spreadE(e: u32): u32 {
  return ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
}

/** Σ0. */
// @ts-ignore: decorator
@inline
export function spreadA(a: u32): u32 {
  return ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
}

/** Adds the variables to the state after the last round. */
// @ts-ignore: decorator
@inline
export function sha256Add(state: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32): void {
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}
