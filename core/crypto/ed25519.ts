// Ed25519 signatures (RFC 8032 §5.1.7): verifies, never signs.
//
// In: a public key, a signature, and the message in spans. Out: yes or no. Strict: S below L, canonical encodings, no points
// of small order, and the equation without the cofactor: S B = R + h A. While a message runs, the one SHA-512 stream is taken.
//
// What is computed is v S B - u A - v R with u = v h mod 8 L and half-length u and v (`scalarHalve`): 128 doublings in
// place of 253. R must then be decoded, which costs what encoding the sum would have cost.

import { bytesCopy } from "../base/bytes";
import {
  ENTRY_BYTES, curveAdd, curveDecode, curveDouble, curveInit, curveIsNeutral, curveIsStrict, curveSet, curveSetNeutral, curveTable,
} from "./curve-25519";
import { scalarHalve, scalarIsReduced, scalarMultiply, scalarReduce } from "./scalar-25519";
import { DIGITS_BYTES, scalarDigits } from "./scalar-digits";
import { sha512Finish, sha512Init, sha512Push } from "./sha512";

/** Digits of 7 bits for the base point, whose tables are made once; of 4 bits for A and R, whose tables are made each time. */
const BASE_DIGIT_BITS: i32 = 7;
const BASE_ENTRY_COUNT: i32 = 32;
const POINT_DIGIT_BITS: i32 = 4;
const POINT_ENTRY_COUNT: i32 = 4;

// Odd multiples of B, of 2^128 B, of A and of R.
const BASE_LOW = memory.data(32 * 160, 8);
const BASE_HIGH = memory.data(32 * 160, 8);
const POINT_A = memory.data(4 * 160, 8);
const POINT_R = memory.data(4 * 160, 8);
// Signed digits of their factors.
const DIGITS_LOW = memory.data(264, 8);
const DIGITS_HIGH = memory.data(264, 8);
const DIGITS_A = memory.data(264, 8);
const DIGITS_R = memory.data(264, 8);

const DIGEST = memory.data(64, 8);
const SCALAR_S = memory.data(40, 8);
const SCALAR_H = memory.data(40, 8);
const SCALAR_U = memory.data(40, 8);
const SCALAR_V = memory.data(40, 8);
const SCALAR_LOW = memory.data(40, 8);
const SCALAR_HIGH = memory.data(40, 8);
// x and y of A and R, 40 bytes each.
const A = memory.data(80, 8);
const R = memory.data(80, 8);

let baseReady: bool = false;
let acceptable: bool = false;

/** Starts a message. False when no message can fit this key and signature; the bytes at both are not needed after this call. */
export function ed25519Start(publicPtr: usize, signaturePtr: usize): bool {
  if (!baseReady) baseInit();
  acceptable = false;
  if (!scalarIsReduced(signaturePtr + 32) || !curveIsStrict(publicPtr) || !curveIsStrict(signaturePtr)) return false;
  if (!curveDecode(A, publicPtr) || !curveDecode(R, signaturePtr)) return false;
  bytesCopy(SCALAR_S, signaturePtr + 32, 32);
  sha512Init();
  sha512Push(signaturePtr, 32);
  sha512Push(publicPtr, 32);
  acceptable = true;
  return true;
}

/** Takes a span of the message. */
export function ed25519Push(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  if (acceptable) sha512Push(ptr, bytes);
}

/** True when the signature fits the message. False also when `ed25519Start` was. */
export function ed25519Finish(): bool {
  if (!acceptable) return false;
  acceptable = false;
  sha512Finish(DIGEST);
  scalarReduce(SCALAR_H, DIGEST);
  const negative = scalarHalve(SCALAR_U, SCALAR_V, SCALAR_H);
  scalarMultiply(SCALAR_LOW, SCALAR_V, SCALAR_S);
  bytesCopy(SCALAR_HIGH, SCALAR_LOW + 16, 16);
  store<u64>(SCALAR_LOW, 0, 16);
  store<u64>(SCALAR_LOW, 0, 24);
  curveSet(A);
  curveTable(POINT_A, POINT_ENTRY_COUNT);
  curveSet(R);
  curveTable(POINT_R, POINT_ENTRY_COUNT);
  // With a negative v all signs are turned: v S B + u A - v R, with |v| for v.
  sumPoints(!negative);
  return curveIsNeutral();
}

/** All at once, for a message in memory. */
export function ed25519Verify(publicPtr: usize, signaturePtr: usize, messagePtr: usize, messageBytes: i32): bool {
  if (!ed25519Start(publicPtr, signaturePtr)) return false;
  ed25519Push(messagePtr, messageBytes);
  return ed25519Finish();
}

/** The sum of the four products, by one walk over all digits from the top: a doubling each, an addition where one is not zero. */
function sumPoints(subtractA: bool): void {
  let count = scalarDigits(DIGITS_LOW, SCALAR_LOW, BASE_DIGIT_BITS);
  count = max(count, scalarDigits(DIGITS_HIGH, SCALAR_HIGH, BASE_DIGIT_BITS));
  count = max(count, scalarDigits(DIGITS_A, SCALAR_U, POINT_DIGIT_BITS));
  count = max(count, scalarDigits(DIGITS_R, SCALAR_V, POINT_DIGIT_BITS));
  assert(count <= DIGITS_BYTES);
  curveSetNeutral();
  for (let index = <usize>count; index-- > 0; ) {
    curveDouble();
    sumDigit(load<i8>(DIGITS_LOW + index), BASE_LOW, false);
    sumDigit(load<i8>(DIGITS_HIGH + index), BASE_HIGH, false);
    sumDigit(load<i8>(DIGITS_A + index), POINT_A, subtractA);
    sumDigit(load<i8>(DIGITS_R + index), POINT_R, true);
  }
}

function sumDigit(digit: i32, table: usize, subtract: bool): void {
  if (digit > 0) curveAdd(table + <usize>(digit >> 1) * ENTRY_BYTES, subtract);
  if (digit < 0) curveAdd(table + <usize>(-digit >> 1) * ENTRY_BYTES, !subtract);
}

/** Makes the tables of the base point, y = 4 / 5 with an even x: about one verification's time, and 10 KiB less of module. */
function baseInit(): void {
  curveInit();
  for (let i: usize = 0; i < 32; i++) store<u8>(DIGEST + i, i == 0 ? 0x58 : 0x66);
  const decoded = curveDecode(A, DIGEST);
  assert(decoded);
  curveSet(A);
  curveTable(BASE_LOW, BASE_ENTRY_COUNT);
  curveSet(A);
  for (let i = 0; i < 128; i++) curveDouble();
  curveTable(BASE_HIGH, BASE_ENTRY_COUNT);
  baseReady = true;
}
