// SHA-512 (FIPS 180-4 §6.4) of one stream: the hash inside Ed25519.
//
// In: spans of any length at any alignment. Out: 64 bytes of digest. Whole blocks are hashed where they lie, without a copy.
// Rotates are `rotr` here and not shifts: V8 11 makes one instruction of 32-bit shifts and an or, but not of 64-bit ones
// (0.9 against 0.6 of hash-wasm). It hashes two blocks a signature, so it is kept small rather than unrolled.

import { bytesCopy, bytesFill } from "../base/bytes";
import { shaBlockFill, shaBlockLength, shaBlockMark, shaChoice, shaMajority } from "./sha-block";
import { shaRounds, shaStart } from "./sha-constants";

const BLOCK_BYTES: i32 = 128;
const ROUND_COUNT: usize = 80;
const STATE = memory.data(64, 8);
const BLOCK = memory.data(128, 8);
/** The message schedule: one word a round. */
const WORDS = memory.data(640, 8);

let totalBytes: u64 = 0;

/** Starts a new message; one that was under way is forgotten. */
export function sha512Init(): void {
  totalBytes = 0;
  bytesCopy(STATE, shaStart(), 64);
}

export function sha512Push(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  const end = ptr + <usize>bytes;
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  totalBytes += bytes;
  if (heldBytes != 0) {
    const takenBytes = shaBlockFill(BLOCK, BLOCK_BYTES, heldBytes, ptr, bytes);
    if (heldBytes + takenBytes < BLOCK_BYTES) return;
    sha512Block(BLOCK);
    ptr += <usize>takenBytes;
  }
  for (; ptr + BLOCK_BYTES <= end; ptr += BLOCK_BYTES) sha512Block(ptr);
  bytesCopy(BLOCK, ptr, <i32>(end - ptr));
}

/** Writes the digest of all that was pushed. The stream must be started anew before the next push. */
export function sha512Finish(targetPtr: usize): void {
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  if (!shaBlockMark(BLOCK, BLOCK_BYTES, heldBytes)) {
    sha512Block(BLOCK);
    bytesFill(BLOCK, 0, BLOCK_BYTES);
  }
  shaBlockLength(BLOCK, BLOCK_BYTES, totalBytes);
  sha512Block(BLOCK);
  for (let i: usize = 0; i < 64; i += 8) store<u64>(targetPtr + i, bswap<u64>(load<u64>(STATE + i)));
}

/** Takes one block: sixteen words as they are, the others made of earlier ones, then the rounds. */
function sha512Block(ptr: usize): void {
  for (let i: usize = 0; i < 128; i += 8) store<u64>(WORDS + i, bswap<u64>(load<u64>(ptr + i)));
  for (let at = WORDS; at < WORDS + (ROUND_COUNT - 16) * 8; at += 8) {
    const early = load<u64>(at, 8);
    const late = load<u64>(at, 112);
    const low = rotr<u64>(early, 1) ^ rotr<u64>(early, 8) ^ (early >>> 7);
    const high = rotr<u64>(late, 19) ^ rotr<u64>(late, 61) ^ (late >>> 6);
    store<u64>(at, load<u64>(at) + low + load<u64>(at, 72) + high, 128);
  }
  sha512Rounds();
}

/** The rounds, eight at a time, so that the variables change places without moves. */
function sha512Rounds(): void {
  let a = load<u64>(STATE);
  let b = load<u64>(STATE, 8);
  let c = load<u64>(STATE, 16);
  let d = load<u64>(STATE, 24);
  let e = load<u64>(STATE, 32);
  let f = load<u64>(STATE, 40);
  let g = load<u64>(STATE, 48);
  let h = load<u64>(STATE, 56);
  let round = shaRounds();
  for (let word = WORDS; word < WORDS + ROUND_COUNT * 8; word += 64, round += 64) {
    h = h + (load<u64>(word) + load<u64>(round)) + shaChoice(e, f, g) + spreadE(e);
    d += h;
    h = h + shaMajority(a, b, c) + spreadA(a);
    g = g + (load<u64>(word, 8) + load<u64>(round, 8)) + shaChoice(d, e, f) + spreadE(d);
    c += g;
    g = g + shaMajority(h, a, b) + spreadA(h);
    f = f + (load<u64>(word, 16) + load<u64>(round, 16)) + shaChoice(c, d, e) + spreadE(c);
    b += f;
    f = f + shaMajority(g, h, a) + spreadA(g);
    e = e + (load<u64>(word, 24) + load<u64>(round, 24)) + shaChoice(b, c, d) + spreadE(b);
    a += e;
    e = e + shaMajority(f, g, h) + spreadA(f);
    d = d + (load<u64>(word, 32) + load<u64>(round, 32)) + shaChoice(a, b, c) + spreadE(a);
    h += d;
    d = d + shaMajority(e, f, g) + spreadA(e);
    c = c + (load<u64>(word, 40) + load<u64>(round, 40)) + shaChoice(h, a, b) + spreadE(h);
    g += c;
    c = c + shaMajority(d, e, f) + spreadA(d);
    b = b + (load<u64>(word, 48) + load<u64>(round, 48)) + shaChoice(g, h, a) + spreadE(g);
    f += b;
    b = b + shaMajority(c, d, e) + spreadA(c);
    a = a + (load<u64>(word, 56) + load<u64>(round, 56)) + shaChoice(f, g, h) + spreadE(f);
    e += a;
    a = a + shaMajority(b, c, d) + spreadA(b);
  }
  store<u64>(STATE, load<u64>(STATE) + a);
  store<u64>(STATE, load<u64>(STATE, 8) + b, 8);
  store<u64>(STATE, load<u64>(STATE, 16) + c, 16);
  store<u64>(STATE, load<u64>(STATE, 24) + d, 24);
  store<u64>(STATE, load<u64>(STATE, 32) + e, 32);
  store<u64>(STATE, load<u64>(STATE, 40) + f, 40);
  store<u64>(STATE, load<u64>(STATE, 48) + g, 48);
  store<u64>(STATE, load<u64>(STATE, 56) + h, 56);
}

/** Σ1. */
// @ts-ignore: decorator
@inline
function spreadE(e: u64): u64 {
  return rotr<u64>(e, 14) ^ rotr<u64>(e, 18) ^ rotr<u64>(e, 41);
}

/** Σ0. */
// @ts-ignore: decorator
@inline
function spreadA(a: u64): u64 {
  return rotr<u64>(a, 28) ^ rotr<u64>(a, 34) ^ rotr<u64>(a, 39);
}
