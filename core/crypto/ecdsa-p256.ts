// ECDSA signatures over P-256 and a SHA-256 digest (FIPS 186-4 §6.4): verifies, never signs.
//
// In: a public point, a signature in DER, a digest. Out: yes or no. Strict: the one DER form of two positive numbers and nothing
// behind it, both below the order; a point on the curve and not the neutral one (which has no coordinates to be given).

import { bytesFill } from "../base/bytes";
import { bignumEnter, bignumInit, bignumIsBelowModulus, bignumMultiply } from "./bignum";
import {
  AFFINE_BYTES, JACOBIAN_BYTES, curveAdd, curveDouble, curveHasX, curveInit, curveIsNeutral, curveSetBase, curveSetNeutral,
  curveSetPoint, curveTable,
} from "./curve-p256";
import { DER_SEQUENCE, derEnter, derLeft, derNumber, derNumberPtr, derStart } from "./der";
import { euclidInvert, euclidIsBelow } from "./euclid";
import { DIGITS_BYTES, SCALAR_BYTES, scalarDigits } from "./scalar-digits";

/** Digits of 7 bits for the base point, whose table is made once; of 5 bits for the key, whose table is made each time. */
const BASE_DIGIT_BITS: i32 = 7;
const BASE_ENTRY_COUNT: i32 = 32;
const KEY_DIGIT_BITS: i32 = 5;
const KEY_ENTRY_COUNT: i32 = 8;

const NUMBER_BYTES: i32 = 32;
const ORDER = memory.data<u64>([0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000, 0]);
/** p less the order. */
const PRIME_LESS_ORDER = memory.data<u64>([0x0c46353d039cdaae, 0x4319055358e8617b, 0x0000000000000000, 0x0000000000000000, 0]);

// Odd multiples of the base point and of the key, and signed digits of their factors.
const BASE_TABLE = memory.data(32 * 72, 4);
const KEY_TABLE = memory.data(8 * 180, 4);
const BASE_DIGITS = memory.data(264, 8);
const KEY_DIGITS = memory.data(264, 8);
// Numbers of 32 bytes, little-endian, and eight zeros.
const KEY_X = memory.data(40, 8);
const KEY_Y = memory.data(40, 8);
const NUMBER_R = memory.data(40, 8);
const NUMBER_S = memory.data(40, 8);
const FACTOR = memory.data(40, 8);

let baseReady: bool = false;

/** True when the signature fits the digest. `publicPtr` is x and y, 32 bytes each. */
export function ecdsaVerify(publicPtr: usize, signaturePtr: usize, signatureBytes: i32, digestPtr: usize): bool {
  assert(signatureBytes >= 0);
  if (!baseReady) baseInit();
  const inOrder = bignumInit(ORDER, NUMBER_BYTES / 4);
  assert(inOrder);
  if (!readSignature(signaturePtr, signatureBytes)) return false;
  readNumber(KEY_X, publicPtr, NUMBER_BYTES);
  readNumber(KEY_Y, publicPtr + 32, NUMBER_BYTES);
  if (!curveSetPoint(KEY_X, KEY_Y)) return false;
  curveTable(KEY_TABLE, KEY_ENTRY_COUNT, false);
  // 1 / S in Montgomery form times a plain number gives a plain number.
  euclidInvert(NUMBER_S, NUMBER_S, ORDER);
  bignumEnter(NUMBER_S, NUMBER_S);
  readNumber(FACTOR, digestPtr, NUMBER_BYTES);
  bignumMultiply(FACTOR, FACTOR, NUMBER_S);
  let count = scalarDigits(BASE_DIGITS, FACTOR, BASE_DIGIT_BITS);
  bignumMultiply(FACTOR, NUMBER_R, NUMBER_S);
  count = max(count, scalarDigits(KEY_DIGITS, FACTOR, KEY_DIGIT_BITS));
  assert(count <= DIGITS_BYTES);
  sumPoints(count);
  return !curveIsNeutral() && sumHasR();
}

/** R and S. */
function readSignature(ptr: usize, bytes: i32): bool {
  derStart(ptr, bytes);
  return derEnter(DER_SEQUENCE) && readScalar(NUMBER_R) && readScalar(NUMBER_S) && derLeft() == 0;
}

/** A number from 1 to below the order. */
function readScalar(target: usize): bool {
  const bytes = derNumber();
  if (bytes <= 0 || bytes > NUMBER_BYTES) return false;
  readNumber(target, derNumberPtr(), bytes);
  return bignumIsBelowModulus(target);
}

/** Turns big-endian bytes into a number. */
function readNumber(target: usize, ptr: usize, bytes: i32): void {
  bytesFill(target, 0, SCALAR_BYTES);
  for (let i = 0; i < bytes; i++) store<u8>(target + <usize>(bytes - 1 - i), load<u8>(ptr + <usize>i));
}

/** The sum of both products, by one walk over all digits from the top: a doubling each, an addition where one is not zero. */
function sumPoints(count: i32): void {
  curveSetNeutral();
  for (let index = <usize>count; index-- > 0; ) {
    curveDouble();
    const base = <i32>load<i8>(BASE_DIGITS + index);
    if (base != 0) curveAdd(BASE_TABLE + <usize>(abs(base) >> 1) * AFFINE_BYTES, true, base < 0);
    const key = <i32>load<i8>(KEY_DIGITS + index);
    if (key != 0) curveAdd(KEY_TABLE + <usize>(abs(key) >> 1) * JACOBIAN_BYTES, false, key < 0);
  }
}

/** R is the sum's x mod the order, so x is R, or R + order where that is still below p. No inversion: R is brought to x. */
function sumHasR(): bool {
  if (curveHasX(NUMBER_R)) return true;
  if (!euclidIsBelow(NUMBER_R, PRIME_LESS_ORDER)) return false;
  let carry: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    carry += <u64>load<u32>(NUMBER_R + i) + <u64>load<u32>(ORDER + i);
    store<u32>(NUMBER_R + i, <u32>carry);
    carry >>>= 32;
  }
  return curveHasX(NUMBER_R);
}

/** Makes the table of the base point: about three verifications' time, and 2 KiB less of module. */
function baseInit(): void {
  curveInit();
  curveSetBase();
  curveTable(BASE_TABLE, BASE_ENTRY_COUNT, true);
  baseReady = true;
}
