// Arithmetic mod p = 2^255 - 19, for Ed25519 (RFC 8032 §5.1).
//
// A number is ten signed 32-bit limbs of 26 and 25 bits in turn (limb i has weight 2^ceil(25.5 i)), 40 bytes in memory.
// Results of products have limbs of their own size; sums and differences are not carried, and a product takes
// operands of a few of them (bound at `fieldMultiply`). Not constant in time: it verifies, nothing here is secret.

import { bytesCopy } from "../base/bytes";

/** Bytes of a field element in memory. */
export const FIELD_BYTES: usize = 40;
const LIMB_COUNT: usize = 10;
const MASK_26: i64 = (1 << 26) - 1;
const MASK_25: i64 = (1 << 25) - 1;

// What `fieldPower` and `fieldInvert` need on the way.
const POWER_A = memory.data(40, 8);
const POWER_B = memory.data(40, 8);
const POWER_C = memory.data(40, 8);
const POWER_D = memory.data(40, 8);

export function fieldCopy(target: usize, source: usize): void {
  bytesCopy(target, source, <i32>FIELD_BYTES);
}

/** A small number. */
export function fieldSet(target: usize, value: i32): void {
  for (let i: usize = 4; i < FIELD_BYTES; i += 4) store<i32>(target + i, 0);
  store<i32>(target, value);
}

/** Takes 32 bytes, little-endian; bit 255 is left out. */
export function fieldFromBytes(target: usize, ptr: usize): void {
  for (let i: usize = 0; i < LIMB_COUNT; i++) {
    const bit = (i * 51 + 1) >> 1;
    const limb = load<u32>(ptr + (bit >> 3)) >>> (<u32>bit & 7);
    store<u32>(target + i * 4, limb & (i & 1 ? <u32>MASK_25 : <u32>MASK_26));
  }
}

export function fieldAdd(target: usize, left: usize, right: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(target + i, load<i32>(left + i) + load<i32>(right + i));
}

export function fieldSubtract(target: usize, left: usize, right: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(target + i, load<i32>(left + i) - load<i32>(right + i));
}

export function fieldNegate(target: usize, source: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(target + i, -load<i32>(source + i));
}

/**
 * target = left * right; target may be either. An operand may have limbs of up to n products' limbs added or subtracted; n of the
 * left times n of the right may be 16: a column is then below 16 * 2^59.
 *
 * Even and odd limbs are two polynomials in 2^51. Karatsuba makes three products of 5 x 5 limbs out of four: 75
 * multiplications for 100, and 4 % of a verification's time.
 */
export function fieldMultiply(target: usize, left: usize, right: usize): void {
  const a0 = <i64>load<i32>(left);
  const a1 = <i64>load<i32>(left, 8);
  const a2 = <i64>load<i32>(left, 16);
  const a3 = <i64>load<i32>(left, 24);
  const a4 = <i64>load<i32>(left, 32);
  const b0 = <i64>load<i32>(left, 4);
  const b1 = <i64>load<i32>(left, 12);
  const b2 = <i64>load<i32>(left, 20);
  const b3 = <i64>load<i32>(left, 28);
  const b4 = <i64>load<i32>(left, 36);
  const c0 = <i64>load<i32>(right);
  const c1 = <i64>load<i32>(right, 8);
  const c2 = <i64>load<i32>(right, 16);
  const c3 = <i64>load<i32>(right, 24);
  const c4 = <i64>load<i32>(right, 32);
  const d0 = <i64>load<i32>(right, 4);
  const d1 = <i64>load<i32>(right, 12);
  const d2 = <i64>load<i32>(right, 20);
  const d3 = <i64>load<i32>(right, 28);
  const d4 = <i64>load<i32>(right, 36);
  const even0 = a0 * c0 + 19 * (a1 * c4 + a2 * c3 + a3 * c2 + a4 * c1);
  const even1 = a0 * c1 + a1 * c0 + 19 * (a2 * c4 + a3 * c3 + a4 * c2);
  const even2 = a0 * c2 + a1 * c1 + a2 * c0 + 19 * (a3 * c4 + a4 * c3);
  const even3 = a0 * c3 + a1 * c2 + a2 * c1 + a3 * c0 + 19 * (a4 * c4);
  const even4 = a0 * c4 + a1 * c3 + a2 * c2 + a3 * c1 + a4 * c0;
  const odd0 = b0 * d0 + 19 * (b1 * d4 + b2 * d3 + b3 * d2 + b4 * d1);
  const odd1 = b0 * d1 + b1 * d0 + 19 * (b2 * d4 + b3 * d3 + b4 * d2);
  const odd2 = b0 * d2 + b1 * d1 + b2 * d0 + 19 * (b3 * d4 + b4 * d3);
  const odd3 = b0 * d3 + b1 * d2 + b2 * d1 + b3 * d0 + 19 * (b4 * d4);
  const odd4 = b0 * d4 + b1 * d3 + b2 * d2 + b3 * d1 + b4 * d0;
  const s0 = a0 + b0;
  const s1 = a1 + b1;
  const s2 = a2 + b2;
  const s3 = a3 + b3;
  const s4 = a4 + b4;
  const t0 = c0 + d0;
  const t1 = c1 + d1;
  const t2 = c2 + d2;
  const t3 = c3 + d3;
  const t4 = c4 + d4;
  const mixed0 = s0 * t0 + 19 * (s1 * t4 + s2 * t3 + s3 * t2 + s4 * t1);
  const mixed1 = s0 * t1 + s1 * t0 + 19 * (s2 * t4 + s3 * t3 + s4 * t2);
  const mixed2 = s0 * t2 + s1 * t1 + s2 * t0 + 19 * (s3 * t4 + s4 * t3);
  const mixed3 = s0 * t3 + s1 * t2 + s2 * t1 + s3 * t0 + 19 * (s4 * t4);
  const mixed4 = s0 * t4 + s1 * t3 + s2 * t2 + s3 * t1 + s4 * t0;
  // Radix 2^51 in both halves; an odd half times an odd half is one unit of that and a bit: 2 * 2^51.
  fieldCarry(target, even0 + 38 * odd4, mixed0 - even0 - odd0, even1 + 2 * odd0, mixed1 - even1 - odd1,
    even2 + 2 * odd1, mixed2 - even2 - odd2, even3 + 2 * odd2, mixed3 - even3 - odd3, even4 + 2 * odd3, mixed4 - even4 - odd4);
}

/** target = source * source, with 45 multiplications. */
export function fieldSquare(target: usize, source: usize): void {
  const a0 = <i64>load<i32>(source);
  const a1 = <i64>load<i32>(source, 8);
  const a2 = <i64>load<i32>(source, 16);
  const a3 = <i64>load<i32>(source, 24);
  const a4 = <i64>load<i32>(source, 32);
  const b0 = <i64>load<i32>(source, 4);
  const b1 = <i64>load<i32>(source, 12);
  const b2 = <i64>load<i32>(source, 20);
  const b3 = <i64>load<i32>(source, 28);
  const b4 = <i64>load<i32>(source, 36);
  const even0 = a0 * a0 + 19 * (2 * (a1 * a4 + a2 * a3));
  const even1 = 2 * a0 * a1 + 19 * (a3 * a3 + 2 * a2 * a4);
  const even2 = a1 * a1 + 2 * a0 * a2 + 19 * (2 * a3 * a4);
  const even3 = 2 * (a0 * a3 + a1 * a2) + 19 * (a4 * a4);
  const even4 = a2 * a2 + 2 * (a0 * a4 + a1 * a3);
  const odd0 = b0 * b0 + 19 * (2 * (b1 * b4 + b2 * b3));
  const odd1 = 2 * b0 * b1 + 19 * (b3 * b3 + 2 * b2 * b4);
  const odd2 = b1 * b1 + 2 * b0 * b2 + 19 * (2 * b3 * b4);
  const odd3 = 2 * (b0 * b3 + b1 * b2) + 19 * (b4 * b4);
  const odd4 = b2 * b2 + 2 * (b0 * b4 + b1 * b3);
  const s0 = a0 + b0;
  const s1 = a1 + b1;
  const s2 = a2 + b2;
  const s3 = a3 + b3;
  const s4 = a4 + b4;
  const mixed0 = s0 * s0 + 19 * (2 * (s1 * s4 + s2 * s3));
  const mixed1 = 2 * s0 * s1 + 19 * (s3 * s3 + 2 * s2 * s4);
  const mixed2 = s1 * s1 + 2 * s0 * s2 + 19 * (2 * s3 * s4);
  const mixed3 = 2 * (s0 * s3 + s1 * s2) + 19 * (s4 * s4);
  const mixed4 = s2 * s2 + 2 * (s0 * s4 + s1 * s3);
  // Radix 2^51 in both halves; an odd half times an odd half is one unit of that and a bit: 2 * 2^51.
  fieldCarry(target, even0 + 38 * odd4, mixed0 - even0 - odd0, even1 + 2 * odd0, mixed1 - even1 - odd1,
    even2 + 2 * odd1, mixed2 - even2 - odd2, even3 + 2 * odd2, mixed3 - even3 - odd3, even4 + 2 * odd3, mixed4 - even4 - odd4);
}

/** Carries wide limbs and stores them. What wraps around the top, times 19, is still wide, so the lowest limb is carried twice. */
// @ts-ignore: decorator
@inline
function fieldCarry(target: usize, h0: i64, h1: i64, h2: i64, h3: i64, h4: i64, h5: i64, h6: i64, h7: i64, h8: i64, h9: i64): void {
  h1 += h0 >> 26;
  h2 += h1 >> 25;
  h3 += h2 >> 26;
  h4 += h3 >> 25;
  h5 += h4 >> 26;
  h6 += h5 >> 25;
  h7 += h6 >> 26;
  h8 += h7 >> 25;
  h9 += h8 >> 26;
  const low = (h0 & MASK_26) + 19 * (h9 >> 25);
  store<i32>(target, <i32>(low & MASK_26));
  store<i32>(target, <i32>((h1 & MASK_25) + (low >> 26)), 4);
  store<i32>(target, <i32>(h2 & MASK_26), 8);
  store<i32>(target, <i32>(h3 & MASK_25), 12);
  store<i32>(target, <i32>(h4 & MASK_26), 16);
  store<i32>(target, <i32>(h5 & MASK_25), 20);
  store<i32>(target, <i32>(h6 & MASK_26), 24);
  store<i32>(target, <i32>(h7 & MASK_25), 28);
  store<i32>(target, <i32>(h8 & MASK_26), 32);
  store<i32>(target, <i32>(h9 & MASK_25), 36);
}
/** target = source squared, `count` times over. */
export function fieldSquareTimes(target: usize, source: usize, count: i32): void {
  assert(count > 0);
  fieldSquare(target, source);
  for (; count > 1; count--) fieldSquare(target, target);
}

/** target = source^(2^252 - 3), which serves square roots (RFC 8032 §5.1.3) and inverses. 252 squarings, 11 products. */
export function fieldPower(target: usize, source: usize): void {
  fieldSquare(POWER_A, source); // 2
  fieldSquareTimes(POWER_B, POWER_A, 2); // 8
  fieldMultiply(POWER_B, POWER_B, source); // 9
  fieldMultiply(POWER_A, POWER_A, POWER_B); // 11
  fieldSquare(POWER_A, POWER_A); // 22
  fieldMultiply(POWER_A, POWER_A, POWER_B); // 2^5 - 1
  fieldPowerStep(POWER_B, POWER_A, POWER_A, 5); // 2^10 - 1
  fieldPowerStep(POWER_C, POWER_B, POWER_B, 10); // 2^20 - 1
  fieldPowerStep(POWER_C, POWER_C, POWER_C, 20); // 2^40 - 1
  fieldPowerStep(POWER_B, POWER_C, POWER_B, 10); // 2^50 - 1
  fieldPowerStep(POWER_C, POWER_B, POWER_B, 50); // 2^100 - 1
  fieldPowerStep(POWER_C, POWER_C, POWER_C, 100); // 2^200 - 1
  fieldPowerStep(POWER_B, POWER_C, POWER_B, 50); // 2^250 - 1
  fieldPowerStep(target, POWER_B, source, 2); // 2^252 - 3
}

/** target = source^(2^count) * factor: appends bits to an exponent. */
function fieldPowerStep(target: usize, source: usize, factor: usize, count: i32): void {
  fieldSquareTimes(POWER_D, source, count);
  fieldMultiply(target, POWER_D, factor);
}

/** target = 1 / source, as source^(p - 2) = (source^(2^252 - 3))^8 * source^3. Zero stays zero. */
export function fieldInvert(target: usize, source: usize): void {
  fieldPower(POWER_A, source);
  fieldSquareTimes(POWER_A, POWER_A, 3);
  fieldMultiply(POWER_A, POWER_A, source);
  fieldSquare(POWER_B, source);
  fieldMultiply(target, POWER_A, POWER_B);
}

/** True when the number is 0 mod p. Leaves it in its one canonical form. */
export function fieldIsZero(element: usize): bool {
  fieldFreeze(element);
  let bits: i32 = 0;
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) bits |= load<i32>(element + i);
  return bits == 0;
}

/** The lowest bit of the canonical form: the "sign" of RFC 8032 §5.1.2. */
export function fieldIsOdd(element: usize): bool {
  fieldFreeze(element);
  return (load<i32>(element) & 1) != 0;
}

/** Brings any limbs into the canonical form, 0 <= number < p. */
function fieldFreeze(element: usize): void {
  let carry: i32 = 0;
  for (let i = 0; i < 4; i++) carry = fieldFreezeCarry(element, 19 * carry);
  // Four rounds leave 0 <= number < 2^255. Adding 19 overflows exactly when the number is p or more, and then leaves number - p.
  if (fieldFreezeCarry(element, 19) == 0) fieldFreezeCarry(element, -19);
}

/** Adds a small number and carries through all limbs. Returns what goes beyond 2^255. */
function fieldFreezeCarry(element: usize, carry: i32): i32 {
  for (let i: usize = 0; i < LIMB_COUNT; i++) {
    const limb = load<i32>(element + i * 4) + carry;
    const bits = 26 - (<i32>i & 1);
    carry = limb >> bits;
    store<i32>(element + i * 4, limb - (carry << bits));
  }
  return carry;
}
