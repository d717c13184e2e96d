// MD5 (RFC 1321) of one stream: what the digest authentication of SIP and HTTP is made of. As a signature it is broken, and
// nothing here uses it as one.
//
// In: spans of any length at any alignment. Out: 16 bytes of digest. Some hundred bytes a login: it is kept small, not fast.

import { bytesFill } from "../base/bytes";

const BLOCK_BYTES: i32 = 64;
const STATE = memory.data(16, 8);
const BLOCK = memory.data(64, 8);
/** The integer part of 2^32 times |sin(i + 1)|, i in radians. */
const SINES = memory.data<u32>([
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
], 4);
/** Rotations: four a round, used by turns. */
const TURNS = memory.data<u8>([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]);

let totalBytes: u64 = 0;

/** Starts a new message; one that was under way is forgotten. */
export function md5Init(): void {
  totalBytes = 0;
  store<u32>(STATE, 0x67452301);
  store<u32>(STATE, 0xefcdab89, 4);
  store<u32>(STATE, 0x98badcfe, 8);
  store<u32>(STATE, 0x10325476, 12);
}

export function md5Push(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  for (let i: usize = 0; i < <usize>bytes; i++) md5Byte(load<u8>(ptr + i));
}

/** Writes the digest of all that was pushed. The stream must be started anew before the next push. */
export function md5Finish(targetPtr: usize): void {
  const bits = totalBytes << 3;
  md5Byte(0x80);
  const heldBytes = <i32>totalBytes & (BLOCK_BYTES - 1);
  if (heldBytes > BLOCK_BYTES - 8) {
    bytesFill(BLOCK + <usize>heldBytes, 0, BLOCK_BYTES - heldBytes);
    md5Block();
    bytesFill(BLOCK, 0, BLOCK_BYTES - 8);
  } else {
    bytesFill(BLOCK + <usize>heldBytes, 0, BLOCK_BYTES - 8 - heldBytes);
  }
  store<u64>(BLOCK, bits, 56);
  md5Block();
  store<u64>(targetPtr, load<u64>(STATE));
  store<u64>(targetPtr, load<u64>(STATE, 8), 8);
}

function md5Byte(byte: u8): void {
  const at = <i32>totalBytes & (BLOCK_BYTES - 1);
  store<u8>(BLOCK + <usize>at, byte);
  totalBytes++;
  if (at == BLOCK_BYTES - 1) md5Block();
}

/** RFC 1321 §3.4: four rounds of sixteen steps, each with its own function and its own order of the words. */
function md5Block(): void {
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  for (let step: i32 = 0; step < 64; step++) {
    const round = step >> 4;
    const sum = a + md5Mix(round, b, c, d) + load<u32>(BLOCK + <usize>(md5Word(round, step) << 2)) + load<u32>(SINES + <usize>(step << 2));
    a = d;
    d = c;
    c = b;
    b = b + rotl<u32>(sum, load<u8>(TURNS + <usize>((round << 2) | (step & 3))));
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
}

function md5Mix(round: i32, b: u32, c: u32, d: u32): u32 {
  if (round == 0) return (b & c) | (~b & d);
  if (round == 1) return (b & d) | (c & ~d);
  return round == 2 ? b ^ c ^ d : c ^ (b | ~d);
}

function md5Word(round: i32, step: i32): i32 {
  if (round == 0) return step;
  if (round == 1) return (5 * step + 1) & 15;
  return (round == 2 ? 3 * step + 5 : 7 * step) & 15;
}
