// A factor of a point as signed digits (wNAF), so that a multiplication by it needs few additions.
//
// In: 32 bytes, little-endian, in a buffer of `SCALAR_BYTES`: eight zero bytes follow, so that digits can be read past the end.
// Out: one byte a digit, lowest first. Not constant in time: nothing here is secret.

import { bytesFill } from "../base/bytes";

/** 32 bytes of number and 8 of zeros. */
export const SCALAR_BYTES: i32 = 40;
/** One signed digit for each bit, and one for the carry out of the top, rounded up. */
export const DIGITS_BYTES: i32 = 264;

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
