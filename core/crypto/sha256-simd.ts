// The rounds of SHA-256 (FIPS 180-4 §6.2.2) with vectors: the message schedule four words at a time, between scalar rounds.
//
// In: the state and one block. Out: the state. The rounds wait for one another and the schedule for nothing near, so the processor
// does both at once. Rotates of vectors are two shifts; where only two words matter, each stands twice in 64 bits and one shift
// rotates it.

import { shaChoice, shaMajority } from "./sha-block";
import { sha256Add } from "./sha256-spread";

/** Bytes of the 64 constants; as many follow for their sums with the words of the schedule. */
const CONSTANTS_BYTES: usize = 256;
const LAST_BYTES: usize = 192;

/**
 * Takes one block into the state. `rounds` are the 64 constants of 32 bits and room for as many sums, so that one address serves
 * both. What a round leaves is stored for no reader: without that V8 puts off half of each round and runs out of registers.
 */
export function sha256BlockSimd(state: usize, ptr: usize, rounds: usize): void {
  let w0 = sha256Swap(v128.load(ptr));
  let w1 = sha256Swap(v128.load(ptr, 16));
  let w2 = sha256Swap(v128.load(ptr, 32));
  let w3 = sha256Swap(v128.load(ptr, 48));
  sumsFirst(rounds, w0, w1, w2, w3);
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  let u: u32, s: u32;
  const last = rounds + LAST_BYTES;
  for (let at = rounds; at < last; at += 32) {
    w0 = schedule(w0, w1, w2, w3);
    v128.store(at, i32x4.add(w0, v128.load(at, 64)), 320);
    u = h + load<u32>(at, 256) + shaChoice(e, f, g);
    s = spreadE(e);
    d = d + u + s;
    h = u + s + shaMajority(a, b, c) + spreadA(a);
    store<u32>(at, h, 256);
    u = g + load<u32>(at, 260) + shaChoice(d, e, f);
    s = spreadE(d);
    c = c + u + s;
    g = u + s + shaMajority(h, a, b) + spreadA(h);
    store<u32>(at, g, 260);
    u = f + load<u32>(at, 264) + shaChoice(c, d, e);
    s = spreadE(c);
    b = b + u + s;
    f = u + s + shaMajority(g, h, a) + spreadA(g);
    store<u32>(at, f, 264);
    u = e + load<u32>(at, 268) + shaChoice(b, c, d);
    s = spreadE(b);
    a = a + u + s;
    e = u + s + shaMajority(f, g, h) + spreadA(f);
    store<u32>(at, e, 268);
    w1 = schedule(w1, w2, w3, w0);
    v128.store(at, i32x4.add(w1, v128.load(at, 80)), 336);
    u = d + load<u32>(at, 272) + shaChoice(a, b, c);
    s = spreadE(a);
    h = h + u + s;
    d = u + s + shaMajority(e, f, g) + spreadA(e);
    store<u32>(at, d, 272);
    u = c + load<u32>(at, 276) + shaChoice(h, a, b);
    s = spreadE(h);
    g = g + u + s;
    c = u + s + shaMajority(d, e, f) + spreadA(d);
    store<u32>(at, c, 276);
    u = b + load<u32>(at, 280) + shaChoice(g, h, a);
    s = spreadE(g);
    f = f + u + s;
    b = u + s + shaMajority(c, d, e) + spreadA(c);
    store<u32>(at, b, 280);
    u = a + load<u32>(at, 284) + shaChoice(f, g, h);
    s = spreadE(f);
    e = e + u + s;
    a = u + s + shaMajority(b, c, d) + spreadA(b);
    store<u32>(at, a, 284);
    const oldest = w0;
    const second = w1;
    w0 = w2;
    w1 = w3;
    w2 = oldest;
    w3 = second;
  }
  roundsLast(state, last, a, b, c, d, e, f, g, h);
}

/** The sums of the block's own sixteen words. */
// @ts-ignore: decorator
@inline
function sumsFirst(rounds: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
  v128.store(rounds, i32x4.add(w0, v128.load(rounds)), CONSTANTS_BYTES);
  v128.store(rounds, i32x4.add(w1, v128.load(rounds, 16)), CONSTANTS_BYTES + 16);
  v128.store(rounds, i32x4.add(w2, v128.load(rounds, 32)), CONSTANTS_BYTES + 32);
  v128.store(rounds, i32x4.add(w3, v128.load(rounds, 48)), CONSTANTS_BYTES + 48);
}

/** The last sixteen rounds need no further words. Then the variables are added to the state. */
function roundsLast(state: usize, last: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32): void {
  let u: u32, s: u32;
  for (let at = last; at < last + 64; at += 32) {
    u = h + load<u32>(at, 256) + shaChoice(e, f, g);
    s = spreadE(e);
    d = d + u + s;
    h = u + s + shaMajority(a, b, c) + spreadA(a);
    store<u32>(at, h, 256);
    u = g + load<u32>(at, 260) + shaChoice(d, e, f);
    s = spreadE(d);
    c = c + u + s;
    g = u + s + shaMajority(h, a, b) + spreadA(h);
    store<u32>(at, g, 260);
    u = f + load<u32>(at, 264) + shaChoice(c, d, e);
    s = spreadE(c);
    b = b + u + s;
    f = u + s + shaMajority(g, h, a) + spreadA(g);
    store<u32>(at, f, 264);
    u = e + load<u32>(at, 268) + shaChoice(b, c, d);
    s = spreadE(b);
    a = a + u + s;
    e = u + s + shaMajority(f, g, h) + spreadA(f);
    store<u32>(at, e, 268);
    u = d + load<u32>(at, 272) + shaChoice(a, b, c);
    s = spreadE(a);
    h = h + u + s;
    d = u + s + shaMajority(e, f, g) + spreadA(e);
    store<u32>(at, d, 272);
    u = c + load<u32>(at, 276) + shaChoice(h, a, b);
    s = spreadE(h);
    g = g + u + s;
    c = u + s + shaMajority(d, e, f) + spreadA(d);
    store<u32>(at, c, 276);
    u = b + load<u32>(at, 280) + shaChoice(g, h, a);
    s = spreadE(g);
    f = f + u + s;
    b = u + s + shaMajority(c, d, e) + spreadA(c);
    store<u32>(at, b, 280);
    u = a + load<u32>(at, 284) + shaChoice(f, g, h);
    s = spreadE(f);
    e = e + u + s;
    a = u + s + shaMajority(b, c, d) + spreadA(b);
    store<u32>(at, a, 284);
  }
  sha256Add(state, a, b, c, d, e, f, g, h);
}

/** Σ1, one rotate inside the other: two moves of registers fewer than side by side. */
// @ts-ignore: decorator
@inline
function spreadE(e: u32): u32 {
  return rotated(rotated(rotated(e, 14) ^ e, 5) ^ e, 6);
}

/** Σ0. */
// @ts-ignore: decorator
@inline
function spreadA(a: u32): u32 {
  return rotated(rotated(rotated(a, 9) ^ a, 11) ^ a, 2);
}

/** Shifts and an or: see sha256-spread. */
// @ts-ignore: decorator
@inline
function rotated(x: u32, bits: u32): u32 {
  return (x >>> bits) | (x << (32 - bits));
}

/** Four words from big-endian bytes. */
// @ts-ignore: decorator
@inline
export function sha256Swap(bytes: v128): v128 {
  return v128.shuffle<u8>(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** The next four words of sixteen. The upper two need σ1 of the lower two, so that is done in two halves. */
// @ts-ignore: decorator
@inline
function schedule(w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  const early = v128.shuffle<u32>(w0, w1, 1, 2, 3, 4);
  const near = i32x4.add(i32x4.add(w0, v128.shuffle<u32>(w2, w3, 1, 2, 3, 4)), expandLow(early));
  const lower = expandHigh(v128.shuffle<u32>(w3, w3, 2, 2, 3, 3));
  const half = i32x4.add(near, v128.shuffle<u32>(lower, i32x4.splat(0), 0, 2, 4, 4));
  const upper = expandHigh(v128.shuffle<u32>(half, half, 0, 0, 1, 1));
  return i32x4.add(half, v128.shuffle<u32>(upper, i32x4.splat(0), 4, 4, 0, 2));
}

/** σ0 of four words. */
// @ts-ignore: decorator
@inline
function expandLow(x: v128): v128 {
  const right = v128.xor(v128.xor(i32x4.shr_u(x, 7), i32x4.shr_u(x, 18)), i32x4.shr_u(x, 3));
  return v128.xor(right, v128.xor(i32x4.shl(x, 25), i32x4.shl(x, 14)));
}

/** σ1 of two words that stand twice in 64 bits each; the result stands in the lower half. */
// @ts-ignore: decorator
@inline
function expandHigh(x: v128): v128 {
  return v128.xor(v128.xor(i64x2.shr_u(x, 17), i64x2.shr_u(x, 19)), i32x4.shr_u(x, 10));
}
