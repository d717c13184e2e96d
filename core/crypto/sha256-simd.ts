// The rounds of SHA-256 (FIPS 180-4 §6.2.2) with vectors: the message schedule four words at a time, between scalar rounds.
//
// In: the state and one block. Out: the state. The rounds wait for one another and the schedule for nothing near, so the processor
// does both at once. Rotates of vectors are two shifts; where only two words matter, each stands twice in 64 bits and one shift
// rotates it.

import { shaChoice, shaMajority } from "./sha-block";
import { sha256Add, spreadA, spreadE } from "./sha256-spread";

/** A schedule word and its round's constant, added: 64 rounds. */
const SUMS = memory.data(256, 16);
const SUMS_LAST = SUMS + 192;

/** Takes one block into the state. `constants` are the 64 of 32 bits. */
export function sha256BlockSimd(state: usize, ptr: usize, constants: usize): void {
  let w0 = sha256Swap(v128.load(ptr));
  let w1 = sha256Swap(v128.load(ptr, 16));
  let w2 = sha256Swap(v128.load(ptr, 32));
  let w3 = sha256Swap(v128.load(ptr, 48));
  v128.store(SUMS, i32x4.add(w0, v128.load(constants)));
  v128.store(SUMS, i32x4.add(w1, v128.load(constants, 16)), 16);
  v128.store(SUMS, i32x4.add(w2, v128.load(constants, 32)), 32);
  v128.store(SUMS, i32x4.add(w3, v128.load(constants, 48)), 48);
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let sums = SUMS; sums < SUMS_LAST; sums += 32, constants += 32) {
    w0 = schedule(w0, w1, w2, w3);
    v128.store(sums, i32x4.add(w0, v128.load(constants, 64)), 64);
    h = h + load<u32>(sums) + shaChoice(e, f, g) + spreadE(e);
    d += h;
    h = h + shaMajority(a, b, c) + spreadA(a);
    g = g + load<u32>(sums, 4) + shaChoice(d, e, f) + spreadE(d);
    c += g;
    g = g + shaMajority(h, a, b) + spreadA(h);
    f = f + load<u32>(sums, 8) + shaChoice(c, d, e) + spreadE(c);
    b += f;
    f = f + shaMajority(g, h, a) + spreadA(g);
    e = e + load<u32>(sums, 12) + shaChoice(b, c, d) + spreadE(b);
    a += e;
    e = e + shaMajority(f, g, h) + spreadA(f);
    w1 = schedule(w1, w2, w3, w0);
    v128.store(sums, i32x4.add(w1, v128.load(constants, 80)), 80);
    d = d + load<u32>(sums, 16) + shaChoice(a, b, c) + spreadE(a);
    h += d;
    d = d + shaMajority(e, f, g) + spreadA(e);
    c = c + load<u32>(sums, 20) + shaChoice(h, a, b) + spreadE(h);
    g += c;
    c = c + shaMajority(d, e, f) + spreadA(d);
    b = b + load<u32>(sums, 24) + shaChoice(g, h, a) + spreadE(g);
    f += b;
    b = b + shaMajority(c, d, e) + spreadA(c);
    a = a + load<u32>(sums, 28) + shaChoice(f, g, h) + spreadE(f);
    e += a;
    a = a + shaMajority(b, c, d) + spreadA(b);
    const oldest = w0;
    const second = w1;
    w0 = w2;
    w1 = w3;
    w2 = oldest;
    w3 = second;
  }
  roundsLast(state, a, b, c, d, e, f, g, h);
}

/** The last sixteen rounds need no further words. Then the variables are added to the state. */
function roundsLast(state: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32): void {
  for (let sums = SUMS_LAST; sums < SUMS_LAST + 64; sums += 32) {
    h = h + load<u32>(sums) + shaChoice(e, f, g) + spreadE(e);
    d += h;
    h = h + shaMajority(a, b, c) + spreadA(a);
    g = g + load<u32>(sums, 4) + shaChoice(d, e, f) + spreadE(d);
    c += g;
    g = g + shaMajority(h, a, b) + spreadA(h);
    f = f + load<u32>(sums, 8) + shaChoice(c, d, e) + spreadE(c);
    b += f;
    f = f + shaMajority(g, h, a) + spreadA(g);
    e = e + load<u32>(sums, 12) + shaChoice(b, c, d) + spreadE(b);
    a += e;
    e = e + shaMajority(f, g, h) + spreadA(f);
    d = d + load<u32>(sums, 16) + shaChoice(a, b, c) + spreadE(a);
    h += d;
    d = d + shaMajority(e, f, g) + spreadA(e);
    c = c + load<u32>(sums, 20) + shaChoice(h, a, b) + spreadE(h);
    g += c;
    c = c + shaMajority(d, e, f) + spreadA(d);
    b = b + load<u32>(sums, 24) + shaChoice(g, h, a) + spreadE(g);
    f += b;
    b = b + shaMajority(c, d, e) + spreadA(c);
    a = a + load<u32>(sums, 28) + shaChoice(f, g, h) + spreadE(f);
    e += a;
    a = a + shaMajority(b, c, d) + spreadA(b);
  }
  sha256Add(state, a, b, c, d, e, f, g, h);
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
