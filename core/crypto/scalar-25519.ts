// Numbers modulo L, the order of the base point of edwards25519 (RFC 8032 §5.1), and their digits for multiplication.
//
// A number has 32 bytes, little-endian, in a buffer of `SCALAR_BYTES`: eight zero bytes follow, so that its digits can
// be read past its end. Nothing here is secret and nothing is constant in time.

import { bytesCopy, bytesFill } from "../base/bytes";

/** 32 bytes of number and 8 of zeros. */
export const SCALAR_BYTES: i32 = 40;
/** One signed digit for each bit, and one for the carry out of the top, rounded up. */
export const DIGITS_BYTES: i32 = 264;

/** L = 2^252 + 27742317777372353535851937790883648493, and 8 L. */
const ORDER = memory.data<u32>([0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000]);
const ORDER_8 = memory.data<u64>([0xc09318d2e7ae9f68, 0xa6f7cef517bce6b2, 0, 0x8000000000000000]);

/** A product or a digest of 64 bytes under reduction, and one limb of zeros above. */
const WIDE = memory.data(68, 8);
// The two rows of Euclid's algorithm: a remainder and its factor each, 32 bytes.
const REMAINDER_A = memory.data(32, 8);
const REMAINDER_B = memory.data(32, 8);
const FACTOR_A = memory.data(32, 8);
const FACTOR_B = memory.data(32, 8);

/** True when the 32 bytes are below L (RFC 8032 §5.1.7: else the signature could be altered). */
export function scalarIsReduced(ptr: usize): bool {
  for (let i: i32 = 28; i >= 0; i -= 4) {
    const limb = load<u32>(ptr + <usize>i);
    const limit = load<u32>(ORDER + <usize>i);
    if (limb != limit) return limb < limit;
  }
  return false;
}

/** target = the 64 bytes at `source`, mod L. */
export function scalarReduce(target: usize, source: usize): void {
  bytesCopy(WIDE, source, 64);
  scalarReduceWide(target);
}

/** target = left * right mod L; neither needs to be below L. */
export function scalarMultiply(target: usize, left: usize, right: usize): void {
  bytesFill(WIDE, 0, 64);
  for (let i: usize = 0; i < 32; i += 4) {
    let carry: u64 = 0;
    for (let j: usize = 0; j < 32; j += 4) {
      carry += <u64>load<u32>(left + i) * <u64>load<u32>(right + j) + <u64>load<u32>(WIDE + i + j);
      store<u32>(WIDE + i + j, <u32>carry);
      carry >>>= 32;
    }
    store<u32>(WIDE + i + 32, <u32>carry);
  }
  scalarReduceWide(target);
}

/** Long division of WIDE by L, 32 bits a step. */
function scalarReduceWide(target: usize): void {
  store<u32>(WIDE, 0, 64);
  for (let at = WIDE + 32; at >= WIDE; at -= 4) {
    // The bits from 2^252 on: the quotient, or one too many, since L is a little above 2^252.
    const quotient = (<u64>load<u32>(at, 32) << 4) | (load<u32>(at, 28) >>> 28);
    if (scalarSubtractOrders(at, quotient)) scalarAddOrder(at);
  }
  bytesFill(target + 32, 0, SCALAR_BYTES - 32);
  bytesCopy(target, WIDE, 32);
}

/** Subtracts `quotient` times L from nine limbs. True when that went below zero. */
function scalarSubtractOrders(at: usize, quotient: u64): bool {
  let product: u64 = 0;
  let borrow: i64 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    if (i < 32) product += quotient * <u64>load<u32>(ORDER + i); // Below 2^64: limbs of L are below 2^31.4, quotients 2^32.1.
    borrow += <i64>load<u32>(at + i) - <i64>(product & 0xffffffff);
    store<u32>(at + i, <u32>borrow);
    borrow >>= 32;
    product >>>= 32;
  }
  return borrow != 0;
}

function scalarAddOrder(at: usize): void {
  let carry: u64 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    carry += <u64>load<u32>(at + i) + (i < 32 ? <u64>load<u32>(ORDER + i) : 0);
    store<u32>(at + i, <u32>carry);
    carry >>>= 32;
  }
}

/**
 * Finds u and an odd v with u = v * source mod 8 L, both about half as long as the source, so that an equation with two
 * long factors becomes one with four short ones (Pornin, "Optimized lattice basis reduction in dimension 2", 2020).
 * Writes u >= 0 and |v|; returns true when v is negative.
 *
 * Modulo 8 L and with v odd, so that nothing of a point's part of small order is lost: the shorter equation holds
 * exactly when the long one does.
 */
export function scalarHalve(u: usize, v: usize, source: usize): bool {
  bytesCopy(REMAINDER_A, ORDER_8, 32);
  bytesCopy(REMAINDER_B, source, 32);
  bytesFill(FACTOR_A, 0, 32);
  bytesFill(FACTOR_B, 0, 32);
  store<u64>(FACTOR_B, 1);
  let remainder = REMAINDER_A;
  let divisor = REMAINDER_B;
  let factor = FACTOR_A;
  let divisorFactor = FACTOR_B;
  let negative = true; // Of `factor`: the two factors always differ in sign.
  while (isLong(divisor)) {
    while (!isBelow(remainder, divisor)) scalarHalveStep(remainder, divisor, factor, divisorFactor);
    const swappedRemainder = remainder;
    remainder = divisor;
    divisor = swappedRemainder;
    const swappedFactor = factor;
    factor = divisorFactor;
    divisorFactor = swappedFactor;
    negative = !negative;
  }
  if (load<u8>(divisorFactor) & 1) return scalarHalveResult(u, v, source, divisor, divisorFactor, !negative);
  // Of two neighbours one factor is odd. It stays odd while even multiples are added.
  while (isLong(remainder)) scalarHalveStep(remainder, divisor, factor, divisorFactor);
  return scalarHalveResult(u, v, source, remainder, factor, negative);
}

/** Takes the largest multiple 2^shift of the divisor from the remainder, and notes it in the factor. */
function scalarHalveStep(remainder: usize, divisor: usize, factor: usize, divisorFactor: usize): void {
  let shift = bitCount(remainder) - bitCount(divisor);
  if (shift > 0 && leadingBits(divisor) >= leadingBits(remainder)) shift--;
  addShifted(remainder, divisor, shift, true);
  addShifted(factor, divisorFactor, shift, false);
}

/** A factor of 192 bits or more might be a multiple of L; nobody meets one by chance, and the long equation serves. */
function scalarHalveResult(u: usize, v: usize, source: usize, remainder: usize, factor: usize, negative: bool): bool {
  bytesFill(u, 0, SCALAR_BYTES);
  bytesFill(v, 0, SCALAR_BYTES);
  if (load<u64>(factor, 24) != 0) {
    bytesCopy(u, source, 32);
    store<u64>(v, 1);
    return false;
  }
  bytesCopy(u, remainder, 32);
  bytesCopy(v, factor, 32);
  return negative;
}

/** True from 2^128 on. */
function isLong(ptr: usize): bool {
  return (load<u64>(ptr, 16) | load<u64>(ptr, 24)) != 0;
}

function isBelow(left: usize, right: usize): bool {
  for (let i: i32 = 24; i >= 0; i -= 8) {
    const word = load<u64>(left + <usize>i);
    const limit = load<u64>(right + <usize>i);
    if (word != limit) return word < limit;
  }
  return false;
}

function bitCount(ptr: usize): i32 {
  let at = ptr + 24;
  while (at > ptr && load<u64>(at) == 0) at -= 8;
  return 8 * <i32>(at - ptr) + 64 - <i32>clz<u64>(load<u64>(at));
}

/** The highest 64 bits from the first that is set, of a number above zero. */
function leadingBits(ptr: usize): u64 {
  let at = ptr + 24;
  while (at > ptr && load<u64>(at) == 0) at -= 8;
  const bits = clz<u64>(load<u64>(at));
  const below = at > ptr ? load<u64>(at - 8) : 0;
  return (load<u64>(at) << bits) | ((below >>> 1) >>> (63 - bits));
}

/** Adds the source, shifted left by `shift` bits, to the target, or subtracts it. */
// @ts-ignore: decorator
@inline
function addShifted(target: usize, source: usize, shift: i32, subtract: bool): void {
  const bits = <u64>(shift & 63);
  let previous: u64 = 0;
  let carry: u64 = 0;
  for (let offset = <usize>(shift >> 6) << 3; offset < 32; offset += 8) {
    const next = load<u64>(source);
    const change = (next << bits) | ((previous >>> 1) >>> (63 - bits));
    const word = load<u64>(target + offset);
    const partial = subtract ? word - change : word + change;
    const result = subtract ? partial - carry : partial + carry;
    store<u64>(target + offset, result);
    carry = subtract ? u64(partial > word) | u64(result > partial) : u64(partial < word) | u64(result < partial);
    previous = next;
    source += 8;
  }
}

/**
 * Writes the number as signed digits of `width` bits: each is zero or odd, below 2^(width - 1), and width - 1 zeros
 * follow it, so that few additions are needed. Returns the count of digits up to the highest that is not zero.
 */
export function scalarDigits(target: usize, ptr: usize, width: i32): i32 {
  assert(width >= 2 && width <= 8);
  bytesFill(target, 0, DIGITS_BYTES);
  let carry: i32 = 0;
  let count = 0;
  for (let index = 0; index <= 256; ) {
    const window = <i32>load<u32>(ptr + <usize>(index >> 3)) >>> (index & 7);
    if ((window & 1) == carry) {
      index++;
      continue;
    }
    const digit = (window & ((1 << width) - 1)) + carry;
    carry = digit >> (width - 1);
    store<i8>(target + <usize>index, <i8>(digit - (carry << width)));
    count = index + 1;
    index += width;
  }
  return count;
}
