// SHA-256 (FIPS 180-4 §6.2) of one stream.
//
// In: spans of any length at any alignment. Out: 32 bytes of digest. Whole blocks are hashed where they lie, without a copy.
// Rotates are shifts and an or: V8's first tier runs `rotr` about five times slower, its second makes one instruction of both.
// The message schedule is made between the rounds: they wait for one another, so its work is almost free (+10 %).

import { be32, be32Store, bytesCopy, bytesFill } from "../base/bytes";
import { shaBlockFill, shaBlockLength, shaBlockMark, shaChoice, shaMajority } from "./sha-block";
import { shaRounds, shaStart } from "./sha-constants";

const BLOCK_BYTES: i32 = 64;
const ROUND_COUNT: usize = 64;
/** One round's constant and its message word, side by side: one address serves both. */
const PAIR_BYTES: usize = 8;
const STATE = memory.data(32, 8);
const BLOCK = memory.data(64, 8);
const PAIRS = memory.data(512, 8);
const LAST_PAIRS = PAIRS + (ROUND_COUNT - 16) * PAIR_BYTES;

let totalBytes: u64 = 0;

/** Starts a new message; one that was under way is forgotten. */
export function sha256Init(): void {
  totalBytes = 0;
  for (let i: usize = 0; i < 8; i++) store<u32>(STATE + i * 4, load<u32>(shaStart() + i * 8, 4));
  for (let i: usize = 0; i < ROUND_COUNT * PAIR_BYTES; i += 8) store<u32>(PAIRS + i, load<u32>(shaRounds() + i, 4));
}

export function sha256Push(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  const end = ptr + <usize>bytes;
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  totalBytes += bytes;
  if (heldBytes != 0) {
    const takenBytes = shaBlockFill(BLOCK, BLOCK_BYTES, heldBytes, ptr, bytes);
    if (heldBytes + takenBytes < BLOCK_BYTES) return;
    sha256Block(BLOCK);
    ptr += <usize>takenBytes;
  }
  for (; ptr + BLOCK_BYTES <= end; ptr += BLOCK_BYTES) sha256Block(ptr);
  bytesCopy(BLOCK, ptr, <i32>(end - ptr));
}

/** Writes the digest of all that was pushed. The stream must be started anew before the next push. */
export function sha256Finish(targetPtr: usize): void {
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  if (!shaBlockMark(BLOCK, BLOCK_BYTES, heldBytes)) {
    sha256Block(BLOCK);
    bytesFill(BLOCK, 0, BLOCK_BYTES);
  }
  shaBlockLength(BLOCK, BLOCK_BYTES, totalBytes);
  sha256Block(BLOCK);
  for (let i: usize = 0; i < 32; i += 4) be32Store(targetPtr + i, load<u32>(STATE + i));
}

/** Takes one block into the state. */
function sha256Block(ptr: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(PAIRS + i * 2, be32(ptr + i), 4);
  sha256Rounds();
}

/** The first 48 rounds, eight at a time, so that the variables change places without moves. Each also makes the word 16 rounds on. */
function sha256Rounds(): void {
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  let f = load<u32>(STATE, 20);
  let g = load<u32>(STATE, 24);
  let h = load<u32>(STATE, 28);
  for (let pair = PAIRS; pair < LAST_PAIRS; pair += 8 * PAIR_BYTES) {
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
  sha256RoundsLast(a, b, c, d, e, f, g, h);
}

/** The last sixteen rounds need no further words. Then the variables are added to the state. */
function sha256RoundsLast(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32): void {
  for (let pair = LAST_PAIRS; pair < PAIRS + ROUND_COUNT * PAIR_BYTES; pair += 8 * PAIR_BYTES) {
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
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}

/** Σ1. */
// @ts-ignore: decorator
@inline
function spreadE(e: u32): u32 {
  return ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
}

/** Σ0. */
// @ts-ignore: decorator
@inline
function spreadA(a: u32): u32 {
  return ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
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
