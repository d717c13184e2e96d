// Arithmetic modulo one large odd number, in Montgomery form, for RSA and for P-256's scalars.
//
// Numbers are limbs of 32 bits, little-endian, as many as the modulus has. x is kept as x * 2^(32 * limbs) mod modulus. The modulus
// has its highest bit set. One modulus at a time; its numbers are the caller's. Small rather than fast, and not constant in time.

/** RSA-3072. */
export const BIGNUM_LIMB_COUNT_MAX: i32 = 96;

/** A product under way, and two limbs for what goes beyond. */
const PRODUCT = memory.data(4 * 98, 8);
/** 2^(64 * limbs) mod modulus: brings a number into Montgomery form. */
const SQUARE = memory.data(4 * 96, 8);
const ONE = memory.data(4 * 96, 8);

let modulus: usize = 0;
let numberBytes: usize = 0;
/** -1 / modulus mod 2^32. */
let inverse: u32 = 0;

/** Takes a modulus; its limbs must stay where they are. False when it is even or its highest bit is not set. */
export function bignumInit(modulusPtr: usize, limbCount: i32): bool {
  assert(limbCount > 0 && limbCount <= BIGNUM_LIMB_COUNT_MAX);
  modulus = modulusPtr;
  numberBytes = <usize>limbCount * 4;
  const low = load<u32>(modulus);
  if ((low & 1) == 0 || load<i32>(modulus + numberBytes - 4) >= 0) return false;
  // Newton's iteration doubles the bits that are right; an odd number is its own inverse mod 8.
  inverse = low;
  for (let bits = 3; bits < 32; bits *= 2) inverse *= 2 - low * inverse;
  inverse = -inverse;
  bignumInitSquare();
  return true;
}

/** target = left * right / 2^(32 * limbs), below 2^(32 * limbs); target may be either. Below the modulus if one of them was. */
export function bignumMultiply(target: usize, left: usize, right: usize): void {
  for (let i: usize = 0; i < numberBytes + 8; i += 4) store<u32>(PRODUCT + i, 0);
  for (let i: usize = 0; i < numberBytes; i += 4) bignumMultiplyLimb(<u64>load<u32>(left + i), right);
  for (let i: usize = 0; i < numberBytes; i += 4) store<u32>(target + i, load<u32>(PRODUCT + i));
  if (load<u32>(PRODUCT + numberBytes) != 0 || !bignumIsBelowModulus(target)) bignumSubtractModulus(target);
}

/** target = source in Montgomery form. */
export function bignumEnter(target: usize, source: usize): void {
  bignumMultiply(target, source, SQUARE);
}

/** target = source out of Montgomery form. */
export function bignumLeave(target: usize, source: usize): void {
  bignumMultiply(target, source, ONE);
}

/** True when the number is below the modulus. */
export function bignumIsBelowModulus(number: usize): bool {
  for (let i = numberBytes; i > 0; ) {
    i -= 4;
    const limb = load<u32>(number + i);
    const limit = load<u32>(modulus + i);
    if (limb != limit) return limb < limit;
  }
  return false;
}

/**
 * 2^(32 * limbs) less the modulus is 1 in Montgomery form. Doubled once a limb it is 2^limbs in that form, and squared five times
 * 2^(32 * limbs).
 */
function bignumInitSquare(): void {
  for (let i: usize = 0; i < numberBytes; i += 4) {
    store<u32>(SQUARE + i, 0);
    store<u32>(ONE + i, 0);
  }
  store<u32>(ONE, 1);
  bignumSubtractModulus(SQUARE);
  for (let i: usize = 0; i < numberBytes; i += 4) {
    if (bignumDouble(SQUARE) || !bignumIsBelowModulus(SQUARE)) bignumSubtractModulus(SQUARE);
  }
  for (let i = 0; i < 5; i++) bignumMultiply(SQUARE, SQUARE, SQUARE);
}

/** Adds limb * right to the product and the multiple of the modulus that clears its lowest limb, then drops that. */
function bignumMultiplyLimb(limb: u64, right: usize): void {
  const low = limb * <u64>load<u32>(right) + <u64>load<u32>(PRODUCT);
  const multiple = <u64>(<u32>low * inverse);
  let carry = low >>> 32;
  let clearing = (multiple * <u64>load<u32>(modulus) + (low & 0xffffffff)) >>> 32;
  let at = PRODUCT;
  for (let i: usize = 4; i < numberBytes; i += 4, at += 4) {
    carry += limb * <u64>load<u32>(right + i) + <u64>load<u32>(at, 4);
    clearing += multiple * <u64>load<u32>(modulus + i) + (carry & 0xffffffff);
    store<u32>(at, <u32>clearing);
    carry >>>= 32;
    clearing >>>= 32;
  }
  carry += clearing + <u64>load<u32>(at, 4);
  store<u32>(at, <u32>carry);
  store<u32>(at, <u32>(carry >>> 32), 4);
}

/** Doubles the number. True when a bit went out of the top. */
function bignumDouble(number: usize): bool {
  let carry: u32 = 0;
  for (let i: usize = 0; i < numberBytes; i += 4) {
    const limb = load<u32>(number + i);
    store<u32>(number + i, (limb << 1) | carry);
    carry = limb >>> 31;
  }
  return carry != 0;
}

function bignumSubtractModulus(number: usize): void {
  let borrow: i64 = 0;
  for (let i: usize = 0; i < numberBytes; i += 4) {
    borrow += <i64>load<u32>(number + i) - <i64>load<u32>(modulus + i);
    store<u32>(number + i, <u32>borrow);
    borrow >>= 32;
  }
}
