// The rounds of SHA-256 (FIPS 180-4 §6.2.2) without vectors.
//
// In: the state and one block. Out: the state. The message schedule is made between the rounds: they wait for one another, so its
// work is almost free (+10 %).

import { be32 } from "../base/bytes";
import { shaChoice, shaMajority } from "./sha-block";
import { sha256Add, spreadA, spreadE } from "./sha256-spread";

const ROUND_COUNT: usize = 64;
/** One round's constant and its message word, side by side: one address serves both. */
const PAIR_BYTES: usize = 8;

/** Takes one block into the state. `pairs` are 64 pairs of a round's constant and room for its message word. */
export function sha256BlockScalar(state: usize, ptr: usize, pairs: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(pairs + i * 2, be32(ptr + i), 4);
  rounds(state, pairs);
}

/** The first 48 rounds, eight at a time, so that the variables change places without moves. Each also makes the word 16 rounds on. */
function rounds(state: usize, pairs: usize): void {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  const last = pairs + (ROUND_COUNT - 16) * PAIR_BYTES;
  for (let pair = pairs; pair < last; pair += 8 * PAIR_BYTES) {
    h = h + (load<u32>(pair) + load<u32>(pair, 4)) + shaChoice(e, f, g) + spreadE(e);
    d += h;
    h = h + shaMajority(a, b, c) + spreadA(a);
    store<u32>(pair, load<u32>(pair, 4) + expandLow(load<u32>(pair, 12)) + load<u32>(pair, 76) + expandHigh(load<u32>(pair, 116)), 132);
    g = g + (load<u32>(pair, 8) + load<u32>(pair, 12)) + shaChoice(d, e, f) + spreadE(d);
    c += g;
    g = g + shaMajority(h, a, b) + spreadA(h);
    store<u32>(pair, load<u32>(pair, 12) + expandLow(load<u32>(pair, 20)) + load<u32>(pair, 84) + expandHigh(load<u32>(pair, 124)), 140);
    f = f + (load<u32>(pair, 16) + load<u32>(pair, 20)) + shaChoice(c, d, e) + spreadE(c);
    b += f;
    f = f + shaMajority(g, h, a) + spreadA(g);
    store<u32>(pair, load<u32>(pair, 20) + expandLow(load<u32>(pair, 28)) + load<u32>(pair, 92) + expandHigh(load<u32>(pair, 132)), 148);
    e = e + (load<u32>(pair, 24) + load<u32>(pair, 28)) + shaChoice(b, c, d) + spreadE(b);
    a += e;
    e = e + shaMajority(f, g, h) + spreadA(f);
    store<u32>(pair, load<u32>(pair, 28) + expandLow(load<u32>(pair, 36)) + load<u32>(pair, 100) + expandHigh(load<u32>(pair, 140)), 156);
    d = d + (load<u32>(pair, 32) + load<u32>(pair, 36)) + shaChoice(a, b, c) + spreadE(a);
    h += d;
    d = d + shaMajority(e, f, g) + spreadA(e);
    store<u32>(pair, load<u32>(pair, 36) + expandLow(load<u32>(pair, 44)) + load<u32>(pair, 108) + expandHigh(load<u32>(pair, 148)), 164);
    c = c + (load<u32>(pair, 40) + load<u32>(pair, 44)) + shaChoice(h, a, b) + spreadE(h);
    g += c;
    c = c + shaMajority(d, e, f) + spreadA(d);
    store<u32>(pair, load<u32>(pair, 44) + expandLow(load<u32>(pair, 52)) + load<u32>(pair, 116) + expandHigh(load<u32>(pair, 156)), 172);
    b = b + (load<u32>(pair, 48) + load<u32>(pair, 52)) + shaChoice(g, h, a) + spreadE(g);
    f += b;
    b = b + shaMajority(c, d, e) + spreadA(c);
    store<u32>(pair, load<u32>(pair, 52) + expandLow(load<u32>(pair, 60)) + load<u32>(pair, 124) + expandHigh(load<u32>(pair, 164)), 180);
    a = a + (load<u32>(pair, 56) + load<u32>(pair, 60)) + shaChoice(f, g, h) + spreadE(f);
    e += a;
    a = a + shaMajority(b, c, d) + spreadA(b);
    store<u32>(pair, load<u32>(pair, 60) + expandLow(load<u32>(pair, 68)) + load<u32>(pair, 132) + expandHigh(load<u32>(pair, 172)), 188);
  }
  roundsLast(state, last, a, b, c, d, e, f, g, h);
}

/** The last sixteen rounds need no further words. Then the variables are added to the state. */
function roundsLast(state: usize, pairs: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32): void {
  for (let pair = pairs; pair < pairs + 16 * PAIR_BYTES; pair += 8 * PAIR_BYTES) {
    h = h + (load<u32>(pair) + load<u32>(pair, 4)) + shaChoice(e, f, g) + spreadE(e);
    d += h;
    h = h + shaMajority(a, b, c) + spreadA(a);
    g = g + (load<u32>(pair, 8) + load<u32>(pair, 12)) + shaChoice(d, e, f) + spreadE(d);
    c += g;
    g = g + shaMajority(h, a, b) + spreadA(h);
    f = f + (load<u32>(pair, 16) + load<u32>(pair, 20)) + shaChoice(c, d, e) + spreadE(c);
    b += f;
    f = f + shaMajority(g, h, a) + spreadA(g);
    e = e + (load<u32>(pair, 24) + load<u32>(pair, 28)) + shaChoice(b, c, d) + spreadE(b);
    a += e;
    e = e + shaMajority(f, g, h) + spreadA(f);
    d = d + (load<u32>(pair, 32) + load<u32>(pair, 36)) + shaChoice(a, b, c) + spreadE(a);
    h += d;
    d = d + shaMajority(e, f, g) + spreadA(e);
    c = c + (load<u32>(pair, 40) + load<u32>(pair, 44)) + shaChoice(h, a, b) + spreadE(h);
    g += c;
    c = c + shaMajority(d, e, f) + spreadA(d);
    b = b + (load<u32>(pair, 48) + load<u32>(pair, 52)) + shaChoice(g, h, a) + spreadE(g);
    f += b;
    b = b + shaMajority(c, d, e) + spreadA(c);
    a = a + (load<u32>(pair, 56) + load<u32>(pair, 60)) + shaChoice(f, g, h) + spreadE(f);
    e += a;
    a = a + shaMajority(b, c, d) + spreadA(b);
  }
  sha256Add(state, a, b, c, d, e, f, g, h);
}

/** σ0. */
// @ts-ignore: decorator
@inline
function expandLow(x: u32): u32 {
  return ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
}

/** σ1. */
// @ts-ignore: decorator
@inline
function expandHigh(x: u32): u32 {
  return ((x >>> 17) | (x << 15)) ^ ((x >>> 19) | (x << 13)) ^ (x >>> 10);
}
