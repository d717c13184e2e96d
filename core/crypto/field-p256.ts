// Arithmetic mod p = 2^256 - 2^224 + 2^192 + 2^96 - 1, for P-256 (FIPS 186-4 §D.1.2.3), in Montgomery form.
//
// A number x is kept as x * 2^261 mod p in nine signed limbs of 29 bits, 36 bytes in memory. Since p is -1 modulo 2^96, the
// multiple of p that clears a limb is the limb itself, and adding it takes four shifts and no multiplication. Numbers are not
// reduced fully: they stay within a few p of zero. Not constant in time: it verifies, nothing here is secret.

/** Bytes of a field element in memory. */
export const FIELD_BYTES: usize = 36;
const LIMB_COUNT: usize = 9;
const LIMB_BITS: i32 = 29;
/** Of the highest limb, bits below 2^256. */
const TOP_BITS: i32 = 24;
const MASK: i64 = (1 << 29) - 1;

/** p, limb by limb. */
const PRIME = memory.data<i32>([0x1fffffff, 0x1fffffff, 0x1fffffff, 0x1ff, 0, 0, 0x40000, 0x1fe00000, 0xffffff]);
/** 2^522 mod p: brings a number into Montgomery form. */
const SQUARE = memory.data<i32>([0xc00, 0x0, 0x1fff0000, 0x1fdfffff, 0x1fbfffff, 0x1fffffff, 0x1fffffff, 0x1ffffffe, 0x13]);
const UNIT = memory.data<i32>([1, 0, 0, 0, 0, 0, 0, 0, 0]);
const FROZEN = memory.data(36, 4);

/** Takes a number of 32 bytes, little-endian; eight zero bytes follow it (`SCALAR_BYTES`). */
export function fieldFromBytes(target: usize, ptr: usize): void {
  fieldUnpack(target, ptr);
  fieldMultiply(target, target, SQUARE);
}

/** True when the number is below p. */
export function fieldIsReduced(ptr: usize): bool {
  fieldUnpack(FROZEN, ptr);
  return fieldFreezeAdd(-1) < 0;
}

export function fieldCopy(target: usize, source: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(target + i, load<i32>(source + i));
}

/** target = left + right, not carried: counts as two where products take sums (see `fieldMultiply`). */
export function fieldAdd(target: usize, left: usize, right: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(target + i, load<i32>(left + i) + load<i32>(right + i));
}

/** target = left - right, not carried: of two numbers that count as one, the difference counts as one. */
export function fieldSubtract(target: usize, left: usize, right: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(target + i, load<i32>(left + i) - load<i32>(right + i));
}

/** target = timesLeft * left - timesRight * right, carried and within a little of 0 .. p, so it counts as one. Factors are below 16. */
export function fieldCombine(target: usize, timesLeft: i64, left: usize, timesRight: i64, right: usize): void {
  let carry: i64 = 0;
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) {
    carry += timesLeft * <i64>load<i32>(left + i) - timesRight * <i64>load<i32>(right + i);
    store<i32>(target + i, <i32>(carry & MASK));
    carry >>= LIMB_BITS;
  }
  // What stands from 2^256 on times p is taken away; p is 2^256 less 2^224 - 2^192 - 2^96 + 1.
  const top = load<i32>(target, 32) | (<i32>carry << LIMB_BITS);
  const multiple = top >> TOP_BITS;
  store<i32>(target, load<i32>(target) + multiple);
  store<i32>(target, load<i32>(target, 12) - (multiple << 9), 12);
  store<i32>(target, load<i32>(target, 24) - (multiple << 18), 24);
  store<i32>(target, load<i32>(target, 28) + (multiple << 21), 28);
  store<i32>(target, top - (multiple << TOP_BITS), 32);
}

/**
 * target = left * right / 2^261; target may be either. Limbs below the top are up to 2^29 in size; where sums are multiplied that
 * were not carried, the counts of both sides may have a product of three: a column is then below 3 * 8 * 2^58 + 2^57 < 2^63.
 */
export function fieldMultiply(target: usize, left: usize, right: usize): void {
  const a0 = <i64>load<i32>(left);
  const a1 = <i64>load<i32>(left, 4);
  const a2 = <i64>load<i32>(left, 8);
  const a3 = <i64>load<i32>(left, 12);
  const a4 = <i64>load<i32>(left, 16);
  const a5 = <i64>load<i32>(left, 20);
  const a6 = <i64>load<i32>(left, 24);
  const a7 = <i64>load<i32>(left, 28);
  const a8 = <i64>load<i32>(left, 32);
  const b0 = <i64>load<i32>(right);
  const b1 = <i64>load<i32>(right, 4);
  const b2 = <i64>load<i32>(right, 8);
  const b3 = <i64>load<i32>(right, 12);
  const b4 = <i64>load<i32>(right, 16);
  const b5 = <i64>load<i32>(right, 20);
  const b6 = <i64>load<i32>(right, 24);
  const b7 = <i64>load<i32>(right, 28);
  const b8 = <i64>load<i32>(right, 32);
  fieldReduce(target,
    a0 * b0,
    a0 * b1 + a1 * b0,
    a0 * b2 + a1 * b1 + a2 * b0,
    a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0,
    a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0,
    a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0,
    a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0,
    a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0,
    a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0,
    a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1,
    a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2,
    a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3,
    a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4,
    a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5,
    a6 * b8 + a7 * b7 + a8 * b6,
    a7 * b8 + a8 * b7,
    a8 * b8);
}

/** target = source * source / 2^261, with 45 multiplications. The source counts as one. */
export function fieldSquare(target: usize, source: usize): void {
  const a0 = <i64>load<i32>(source);
  const a1 = <i64>load<i32>(source, 4);
  const a2 = <i64>load<i32>(source, 8);
  const a3 = <i64>load<i32>(source, 12);
  const a4 = <i64>load<i32>(source, 16);
  const a5 = <i64>load<i32>(source, 20);
  const a6 = <i64>load<i32>(source, 24);
  const a7 = <i64>load<i32>(source, 28);
  const a8 = <i64>load<i32>(source, 32);
  fieldReduce(target,
    a0 * a0,
    2 * a0 * a1,
    2 * a0 * a2 + a1 * a1,
    2 * (a0 * a3 + a1 * a2),
    2 * (a0 * a4 + a1 * a3) + a2 * a2,
    2 * (a0 * a5 + a1 * a4 + a2 * a3),
    2 * (a0 * a6 + a1 * a5 + a2 * a4) + a3 * a3,
    2 * (a0 * a7 + a1 * a6 + a2 * a5 + a3 * a4),
    2 * (a0 * a8 + a1 * a7 + a2 * a6 + a3 * a5) + a4 * a4,
    2 * (a1 * a8 + a2 * a7 + a3 * a6 + a4 * a5),
    2 * (a2 * a8 + a3 * a7 + a4 * a6) + a5 * a5,
    2 * (a3 * a8 + a4 * a7 + a5 * a6),
    2 * (a4 * a8 + a5 * a7) + a6 * a6,
    2 * (a5 * a8 + a6 * a7),
    2 * a6 * a8 + a7 * a7,
    2 * a7 * a8,
    a8 * a8);
}

/**
 * Divides seventeen columns by 2^261 mod p, clearing nine limbs from the lowest, then carries and stores the others. A limb m is
 * cleared by adding m * p: its own place loses m, and p's other bits put m at 2^96, 2^192 and 2^256 and take it at 2^224.
 */
// @ts-ignore: decorator
@inline
function fieldReduce(
  target: usize, t0: i64, t1: i64, t2: i64, t3: i64, t4: i64, t5: i64, t6: i64, t7: i64, t8: i64, t9: i64, t10: i64, t11: i64,
  t12: i64, t13: i64, t14: i64, t15: i64, t16: i64,
): void {
  let m = t0 & MASK;
  t1 += t0 >> LIMB_BITS;
  t3 += m << 9;
  t6 += m << 18;
  t7 -= m << 21;
  t8 += m << 24;
  m = t1 & MASK;
  t2 += t1 >> LIMB_BITS;
  t4 += m << 9;
  t7 += m << 18;
  t8 -= m << 21;
  t9 += m << 24;
  m = t2 & MASK;
  t3 += t2 >> LIMB_BITS;
  t5 += m << 9;
  t8 += m << 18;
  t9 -= m << 21;
  t10 += m << 24;
  m = t3 & MASK;
  t4 += t3 >> LIMB_BITS;
  t6 += m << 9;
  t9 += m << 18;
  t10 -= m << 21;
  t11 += m << 24;
  m = t4 & MASK;
  t5 += t4 >> LIMB_BITS;
  t7 += m << 9;
  t10 += m << 18;
  t11 -= m << 21;
  t12 += m << 24;
  m = t5 & MASK;
  t6 += t5 >> LIMB_BITS;
  t8 += m << 9;
  t11 += m << 18;
  t12 -= m << 21;
  t13 += m << 24;
  m = t6 & MASK;
  t7 += t6 >> LIMB_BITS;
  t9 += m << 9;
  t12 += m << 18;
  t13 -= m << 21;
  t14 += m << 24;
  m = t7 & MASK;
  t8 += t7 >> LIMB_BITS;
  t10 += m << 9;
  t13 += m << 18;
  t14 -= m << 21;
  t15 += m << 24;
  m = t8 & MASK;
  t9 += t8 >> LIMB_BITS;
  t11 += m << 9;
  t14 += m << 18;
  t15 -= m << 21;
  t16 += m << 24;
  fieldStore(target, t9, t10, t11, t12, t13, t14, t15, t16);
}

/** Carries eight columns and stores them as nine limbs. */
// @ts-ignore: decorator
@inline
function fieldStore(target: usize, h0: i64, h1: i64, h2: i64, h3: i64, h4: i64, h5: i64, h6: i64, h7: i64): void {
  store<i32>(target, <i32>(h0 & MASK));
  h1 += h0 >> LIMB_BITS;
  store<i32>(target, <i32>(h1 & MASK), 4);
  h2 += h1 >> LIMB_BITS;
  store<i32>(target, <i32>(h2 & MASK), 8);
  h3 += h2 >> LIMB_BITS;
  store<i32>(target, <i32>(h3 & MASK), 12);
  h4 += h3 >> LIMB_BITS;
  store<i32>(target, <i32>(h4 & MASK), 16);
  h5 += h4 >> LIMB_BITS;
  store<i32>(target, <i32>(h5 & MASK), 20);
  h6 += h5 >> LIMB_BITS;
  store<i32>(target, <i32>(h6 & MASK), 24);
  h7 += h6 >> LIMB_BITS;
  store<i32>(target, <i32>(h7 & MASK), 28);
  store<i32>(target, <i32>(h7 >> LIMB_BITS), 32);
}

/** Writes the number itself, out of Montgomery form, as 32 bytes, little-endian. */
export function fieldToBytes(target: usize, element: usize): void {
  fieldMultiply(FROZEN, element, UNIT);
  fieldFreeze();
  let bits: u64 = 0;
  let bitCount: i32 = 0;
  let at = target;
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) {
    bits |= <u64>load<u32>(FROZEN + i) << bitCount;
    bitCount += LIMB_BITS;
    if (bitCount < 32) continue;
    store<u32>(at, <u32>bits);
    at += 4;
    bits >>>= 32;
    bitCount -= 32;
  }
}

/** True when the number is 0 mod p. Multiples of p within sixteen p of zero show in the lowest limb, so few are looked at. */
export function fieldIsZero(element: usize): bool {
  if (((load<i32>(element) + 16) & <i32>MASK) > 32) return false;
  fieldCopy(FROZEN, element);
  fieldFreeze();
  let bits: i32 = 0;
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) bits |= load<i32>(FROZEN + i);
  return bits == 0;
}

/** Brings FROZEN from within sixteen p of zero into 0 <= number < p. */
function fieldFreeze(): void {
  let top = fieldFreezeAdd(0);
  while (top < 0) top = fieldFreezeAdd(1);
  while (top >= 0) top = fieldFreezeAdd(-1);
  fieldFreezeAdd(1);
}

/** Adds p so many times and carries. Returns the highest limb, which has the number's sign. */
function fieldFreezeAdd(times: i32): i32 {
  let carry: i32 = 0;
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) {
    const limb = load<i32>(FROZEN + i) + times * load<i32>(PRIME + i) + carry;
    carry = limb >> LIMB_BITS;
    store<i32>(FROZEN + i, i < FIELD_BYTES - 4 ? limb & <i32>MASK : limb);
  }
  return load<i32>(FROZEN, 32);
}

/** Nine limbs of a number of 32 bytes. */
function fieldUnpack(target: usize, ptr: usize): void {
  for (let i: usize = 0; i < LIMB_COUNT; i++) {
    const bit = <u32>i * LIMB_BITS;
    store<u32>(target + i * 4, <u32>(load<u64>(ptr + (bit >> 3)) >>> (bit & 7)) & <u32>MASK);
  }
}
