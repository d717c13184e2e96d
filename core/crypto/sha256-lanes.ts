// SHA-256 (FIPS 180-4 §6.2) of four messages at once, one in each 32-bit lane of a vector: for the blocks of a file.
//
// In: bytes. Out: a digest of each block of 4 KiB, the last may be shorter. Blocks that are not four, and all of them in the build
// without vectors, go through the one stream of sha256.ts. The schedule goes through memory, between the rounds, which
// wait for one another.

import { shaRounds, shaStart } from "./sha-constants";
import { sha256Finish, sha256Init, sha256Push } from "./sha256";
import { sha256Swap } from "./sha256-simd";
import { SIMD } from "./simd";

export const SHA_BLOCK_BYTES: i32 = 4096;
const DIGEST_BYTES: usize = 32;
const LANE_COUNT: usize = 4;
const GROUP_BYTES: usize = 4 * 4096;
const LANE_BYTES: usize = 4096;

/** Four lanes of each word of the state, of the schedule, and of the schedule with the rounds' constants added. */
const STATE = memory.data(128, 16);
const WORDS = memory.data(1024, 16);
const SUMS = memory.data(1024, 16);
const SUMS_LAST = SUMS + 768;
/** What follows a message of 4096 bytes: the end mark and its length in bits, FIPS 180-4 §5.1.1. */
const PADDING_LENGTH: i32 = 4096 * 8;

/** Writes a digest of 32 bytes for every 4 KiB and for a shorter rest. Takes the SHA-256 stream. Returns the digests. */
export function sha256Blocks(ptr: usize, bytes: i32, target: usize): i32 {
  assert(bytes >= 0);
  const end = ptr + <usize>bytes;
  const first = target;
  if (SIMD) {
    for (; end - ptr >= GROUP_BYTES; ptr += GROUP_BYTES, target += LANE_COUNT * DIGEST_BYTES) lanesBlocks(ptr, target);
  }
  for (; ptr < end; ptr += LANE_BYTES, target += DIGEST_BYTES) {
    sha256Init();
    sha256Push(ptr, <i32>min(end - ptr, LANE_BYTES));
    sha256Finish(target);
  }
  return <i32>((target - first) / DIGEST_BYTES);
}

/** Four blocks of 4 KiB that follow one another. */
function lanesBlocks(ptr: usize, target: usize): void {
  for (let i: usize = 0; i < 8; i++) v128.store(STATE + i * 16, i32x4.splat(load<i32>(shaStart() + i * 8, 4)));
  for (let at = ptr; at < ptr + LANE_BYTES; at += 64) {
    for (let i: usize = 0; i < 64; i += 16) lanesWords(at + i, WORDS + i * 4);
    lanesRounds();
  }
  for (let i: usize = 0; i < 16; i++) v128.store(WORDS + i * 16, i32x4.splat(0));
  v128.store(WORDS, i32x4.splat(0x80000000));
  v128.store(WORDS, i32x4.splat(PADDING_LENGTH), 240);
  lanesRounds();
  for (let lane: usize = 0; lane < LANE_COUNT; lane++) {
    for (let i: usize = 0; i < 8; i++) store<u32>(target + lane * DIGEST_BYTES + i * 4, bswap<u32>(load<u32>(STATE + i * 16 + lane * 4)));
  }
}

/** Turns four words of each lane into four vectors of one word of all lanes. */
function lanesWords(ptr: usize, target: usize): void {
  const a = v128.load(ptr);
  const b = v128.load(ptr, 4096);
  const c = v128.load(ptr, 8192);
  const d = v128.load(ptr, 12288);
  const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  v128.store(target, sha256Swap(v128.shuffle<u64>(ab, cd, 0, 2)));
  v128.store(target, sha256Swap(v128.shuffle<u64>(ab, cd, 1, 3)), 16);
  v128.store(target, sha256Swap(v128.shuffle<u64>(abHigh, cdHigh, 0, 2)), 32);
  v128.store(target, sha256Swap(v128.shuffle<u64>(abHigh, cdHigh, 1, 3)), 48);
}

/**
 * The rounds over the sixteen words in WORDS, four at a time. The first 48 also make the word 16 rounds on. Sums are in the order in
 * which the fewest operations wait for one another, which is worth 14 %: a vector's sum takes two cycles on some processors. What a
 * round leaves is stored for no reader: without that V8 puts off half of each round to the end of the turn and runs out of registers.
 */
function lanesRounds(): void {
  let constant = shaRounds() + 4;
  for (let i: usize = 0; i < 16; i++) {
    v128.store(SUMS + i * 16, i32x4.add(v128.load(WORDS + i * 16), v128.load32_splat(constant + i * 8)));
  }
  constant += 128;
  let a = v128.load(STATE);
  let b = v128.load(STATE, 16);
  let c = v128.load(STATE, 32);
  let d = v128.load(STATE, 48);
  let e = v128.load(STATE, 64);
  let f = v128.load(STATE, 80);
  let g = v128.load(STATE, 96);
  let h = v128.load(STATE, 112);
  let u: v128;
  let s: v128;
  let w: v128;
  for (let word = SUMS; word < SUMS_LAST; word += 64, constant += 32) {
    const at = word - (SUMS - WORDS);
    w = lanesWord(v128.load(at), v128.load(at, 16), v128.load(at, 144), v128.load(at, 224));
    v128.store(at, w, 256);
    v128.store(word, i32x4.add(w, v128.load32_splat(constant)), 256);
    u = lanesStart(e, f, g, h, v128.load(word));
    s = spreadE(e);
    d = i32x4.add(i32x4.add(d, u), s);
    h = i32x4.add(i32x4.add(i32x4.add(u, s), majority(a, b, c)), spreadA(a));
    v128.store(word, h);
    w = lanesWord(v128.load(at, 16), v128.load(at, 32), v128.load(at, 160), v128.load(at, 240));
    v128.store(at, w, 272);
    v128.store(word, i32x4.add(w, v128.load32_splat(constant, 8)), 272);
    u = lanesStart(d, e, f, g, v128.load(word, 16));
    s = spreadE(d);
    c = i32x4.add(i32x4.add(c, u), s);
    g = i32x4.add(i32x4.add(i32x4.add(u, s), majority(h, a, b)), spreadA(h));
    v128.store(word, g, 16);
    w = lanesWord(v128.load(at, 32), v128.load(at, 48), v128.load(at, 176), v128.load(at, 256));
    v128.store(at, w, 288);
    v128.store(word, i32x4.add(w, v128.load32_splat(constant, 16)), 288);
    u = lanesStart(c, d, e, f, v128.load(word, 32));
    s = spreadE(c);
    b = i32x4.add(i32x4.add(b, u), s);
    f = i32x4.add(i32x4.add(i32x4.add(u, s), majority(g, h, a)), spreadA(g));
    v128.store(word, f, 32);
    w = lanesWord(v128.load(at, 48), v128.load(at, 64), v128.load(at, 192), v128.load(at, 272));
    v128.store(at, w, 304);
    v128.store(word, i32x4.add(w, v128.load32_splat(constant, 24)), 304);
    u = lanesStart(b, c, d, e, v128.load(word, 48));
    s = spreadE(b);
    a = i32x4.add(i32x4.add(a, u), s);
    e = i32x4.add(i32x4.add(i32x4.add(u, s), majority(f, g, h)), spreadA(f));
    v128.store(word, e, 48);
    u = a;
    a = e;
    e = u;
    u = b;
    b = f;
    f = u;
    u = c;
    c = g;
    g = u;
    u = d;
    d = h;
    h = u;
  }
  lanesLast(a, b, c, d, e, f, g, h);
}

/** The last sixteen rounds need no further words. Then the variables are added to the state. */
function lanesLast(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
  let u: v128;
  let s: v128;
  for (let word = SUMS_LAST; word < SUMS_LAST + 256; word += 64) {
    u = lanesStart(e, f, g, h, v128.load(word));
    s = spreadE(e);
    d = i32x4.add(i32x4.add(d, u), s);
    h = i32x4.add(i32x4.add(i32x4.add(u, s), majority(a, b, c)), spreadA(a));
    v128.store(word, h);
    u = lanesStart(d, e, f, g, v128.load(word, 16));
    s = spreadE(d);
    c = i32x4.add(i32x4.add(c, u), s);
    g = i32x4.add(i32x4.add(i32x4.add(u, s), majority(h, a, b)), spreadA(h));
    v128.store(word, g, 16);
    u = lanesStart(c, d, e, f, v128.load(word, 32));
    s = spreadE(c);
    b = i32x4.add(i32x4.add(b, u), s);
    f = i32x4.add(i32x4.add(i32x4.add(u, s), majority(g, h, a)), spreadA(g));
    v128.store(word, f, 32);
    u = lanesStart(b, c, d, e, v128.load(word, 48));
    s = spreadE(b);
    a = i32x4.add(i32x4.add(a, u), s);
    e = i32x4.add(i32x4.add(i32x4.add(u, s), majority(f, g, h)), spreadA(f));
    v128.store(word, e, 48);
    u = a;
    a = e;
    e = u;
    u = b;
    b = f;
    f = u;
    u = c;
    c = g;
    g = u;
    u = d;
    d = h;
    h = u;
  }
  v128.store(STATE, i32x4.add(v128.load(STATE), a));
  v128.store(STATE, i32x4.add(v128.load(STATE, 16), b), 16);
  v128.store(STATE, i32x4.add(v128.load(STATE, 32), c), 32);
  v128.store(STATE, i32x4.add(v128.load(STATE, 48), d), 48);
  v128.store(STATE, i32x4.add(v128.load(STATE, 64), e), 64);
  v128.store(STATE, i32x4.add(v128.load(STATE, 80), f), 80);
  v128.store(STATE, i32x4.add(v128.load(STATE, 96), g), 96);
  v128.store(STATE, i32x4.add(v128.load(STATE, 112), h), 112);
}

/** The word 16 rounds on from those 16, 15, 7 and 2 before it. */
// @ts-ignore: decorator
@inline
function lanesWord(first: v128, second: v128, tenth: v128, fifteenth: v128): v128 {
  return i32x4.add(i32x4.add(i32x4.add(first, expandLow(second)), tenth), expandHigh(fifteenth));
}

/** h, the round's word and constant, and Ch. */
// @ts-ignore: decorator
@inline
function lanesStart(e: v128, f: v128, g: v128, h: v128, sum: v128): v128 {
  return i32x4.add(i32x4.add(h, sum), choice(e, f, g));
}

/** Ch. */
// @ts-ignore: decorator
@inline
function choice(e: v128, f: v128, g: v128): v128 {
  return v128.xor(g, v128.and(e, v128.xor(f, g)));
}

/** Maj. */
// @ts-ignore: decorator
@inline
function majority(a: v128, b: v128, c: v128): v128 {
  return v128.xor(v128.and(v128.xor(a, b), v128.xor(b, c)), b);
}

/** Σ1. */
// @ts-ignore: decorator
@inline
function spreadE(x: v128): v128 {
  const right = v128.xor(v128.xor(i32x4.shr_u(x, 6), i32x4.shr_u(x, 11)), i32x4.shr_u(x, 25));
  return v128.xor(right, v128.xor(v128.xor(i32x4.shl(x, 26), i32x4.shl(x, 21)), i32x4.shl(x, 7)));
}

/** Σ0. */
// @ts-ignore: decorator
@inline
function spreadA(x: v128): v128 {
  const right = v128.xor(v128.xor(i32x4.shr_u(x, 2), i32x4.shr_u(x, 13)), i32x4.shr_u(x, 22));
  return v128.xor(right, v128.xor(v128.xor(i32x4.shl(x, 30), i32x4.shl(x, 19)), i32x4.shl(x, 10)));
}

/** σ0. */
// @ts-ignore: decorator
@inline
function expandLow(x: v128): v128 {
  const right = v128.xor(v128.xor(i32x4.shr_u(x, 7), i32x4.shr_u(x, 18)), i32x4.shr_u(x, 3));
  return v128.xor(right, v128.xor(i32x4.shl(x, 25), i32x4.shl(x, 14)));
}

/** σ1. */
// @ts-ignore: decorator
@inline
function expandHigh(x: v128): v128 {
  const right = v128.xor(v128.xor(i32x4.shr_u(x, 17), i32x4.shr_u(x, 19)), i32x4.shr_u(x, 10));
  return v128.xor(right, v128.xor(i32x4.shl(x, 15), i32x4.shl(x, 13)));
}
