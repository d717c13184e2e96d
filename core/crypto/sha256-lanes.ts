// SHA-256 (FIPS 180-4 §6.2) of four messages at once, one in each 32-bit lane of a vector: for the blocks of a file.
//
// In: bytes. Out: a digest of each block of 4 KiB, the last may be shorter. Blocks that are not four, and all of them in the build
// without vectors, go through the one stream of sha256.ts. The schedule is written to memory before the rounds: in between them it
// took their registers.

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

/** The rounds over the sixteen words in WORDS. */
function lanesRounds(): void {
  lanesSchedule();
  let a = v128.load(STATE);
  let b = v128.load(STATE, 16);
  let c = v128.load(STATE, 32);
  let d = v128.load(STATE, 48);
  let e = v128.load(STATE, 64);
  let f = v128.load(STATE, 80);
  let g = v128.load(STATE, 96);
  let h = v128.load(STATE, 112);
  for (let word = SUMS; word < SUMS + 1024; word += 128) {
    h = i32x4.add(i32x4.add(h, v128.load(word)), i32x4.add(choice(e, f, g), spreadE(e)));
    d = i32x4.add(d, h);
    h = i32x4.add(h, i32x4.add(majority(a, b, c), spreadA(a)));
    g = i32x4.add(i32x4.add(g, v128.load(word, 16)), i32x4.add(choice(d, e, f), spreadE(d)));
    c = i32x4.add(c, g);
    g = i32x4.add(g, i32x4.add(majority(h, a, b), spreadA(h)));
    f = i32x4.add(i32x4.add(f, v128.load(word, 32)), i32x4.add(choice(c, d, e), spreadE(c)));
    b = i32x4.add(b, f);
    f = i32x4.add(f, i32x4.add(majority(g, h, a), spreadA(g)));
    e = i32x4.add(i32x4.add(e, v128.load(word, 48)), i32x4.add(choice(b, c, d), spreadE(b)));
    a = i32x4.add(a, e);
    e = i32x4.add(e, i32x4.add(majority(f, g, h), spreadA(f)));
    d = i32x4.add(i32x4.add(d, v128.load(word, 64)), i32x4.add(choice(a, b, c), spreadE(a)));
    h = i32x4.add(h, d);
    d = i32x4.add(d, i32x4.add(majority(e, f, g), spreadA(e)));
    c = i32x4.add(i32x4.add(c, v128.load(word, 80)), i32x4.add(choice(h, a, b), spreadE(h)));
    g = i32x4.add(g, c);
    c = i32x4.add(c, i32x4.add(majority(d, e, f), spreadA(d)));
    b = i32x4.add(i32x4.add(b, v128.load(word, 96)), i32x4.add(choice(g, h, a), spreadE(g)));
    f = i32x4.add(f, b);
    b = i32x4.add(b, i32x4.add(majority(c, d, e), spreadA(c)));
    a = i32x4.add(i32x4.add(a, v128.load(word, 112)), i32x4.add(choice(f, g, h), spreadE(f)));
    e = i32x4.add(e, a);
    a = i32x4.add(a, i32x4.add(majority(b, c, d), spreadA(b)));
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

/** All 64 words, and the same with the rounds' constants added. */
function lanesSchedule(): void {
  const constants = shaRounds() + 4;
  for (let i: usize = 0; i < 16; i++) {
    v128.store(SUMS + i * 16, i32x4.add(v128.load(WORDS + i * 16), v128.load32_splat(constants + i * 8)));
  }
  let constant = constants + 128;
  for (let at = WORDS; at < WORDS + 768; at += 16, constant += 8) {
    const low = i32x4.add(v128.load(at), expandLow(v128.load(at, 16)));
    const word = i32x4.add(i32x4.add(low, v128.load(at, 144)), expandHigh(v128.load(at, 224)));
    v128.store(at, word, 256);
    v128.store(at + (SUMS - WORDS), i32x4.add(word, v128.load32_splat(constant)), 256);
  }
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
