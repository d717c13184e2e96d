// Points of P-256 (FIPS 186-4 §D.1.2.3, y^2 = x^3 - 3x + b): doubling, adding, tables of multiples.
//
// One point is under work, in Jacobian coordinates: x = X / Z^2, y = Y / Z^3. The formulas fail for some pairs of points, and who
// makes a signature can choose such pairs, so every addition looks for them. Formulas: the Explicit-Formulas Database,
// "dbl-2001-b" and "add-1998-cmo-2". Nothing is constant in time.

import { bytesFill } from "../base/bytes";
import { euclidInvert } from "./euclid";
import {
  FIELD_BYTES, fieldAdd, fieldCombine, fieldCopy, fieldFromBytes, fieldIsReduced, fieldIsZero, fieldMultiply, fieldSquare,
  fieldSubtract, fieldToBytes,
} from "./field-p256";
import { SCALAR_BYTES } from "./scalar-digits";

/** A table's entry: x, y for points with Z = 1, and X, Y, Z, Z^2, Z^3 for others. */
export const AFFINE_BYTES: usize = 2 * FIELD_BYTES;
export const JACOBIAN_BYTES: usize = 5 * FIELD_BYTES;

/** p, b and the base point as numbers of 32 bytes and eight zeros. */
const PRIME = memory.data<u64>([0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001, 0]);
const B_NUMBER = memory.data<u64>([0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7, 0]);
const BASE_X = memory.data<u64>([0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247, 0]);
const BASE_Y = memory.data<u64>([0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b, 0]);

const X = memory.data(36, 4);
const Y = memory.data(36, 4);
const Z = memory.data(36, 4);
const B = memory.data(36, 4);
const ONE = memory.data(36, 4);
const TWICE = memory.data(180, 4);
const NUMBER = memory.data(40, 8);
// What one operation needs on the way.
const T = memory.data(36, 4);
const U = memory.data(36, 4);
const V = memory.data(36, 4);
const W = memory.data(36, 4);
const U1 = memory.data(36, 4);
const S1 = memory.data(36, 4);
const H = memory.data(36, 4);
const R = memory.data(36, 4);

/** The point under work is the neutral one, which has no coordinates. */
let neutral: bool = true;

/** Makes the curve's constants; needed once, before all else. */
export function curveInit(): void {
  fieldFromBytes(B, B_NUMBER);
  bytesFill(NUMBER, 0, SCALAR_BYTES);
  store<u8>(NUMBER, 1);
  fieldFromBytes(ONE, NUMBER);
}

/** Takes the base point under work. */
export function curveSetBase(): void {
  curveSet(BASE_X, BASE_Y);
}

/** Takes the point with these two numbers under work. False when they are not the coordinates of one. */
export function curveSetPoint(x: usize, y: usize): bool {
  if (!fieldIsReduced(x) || !fieldIsReduced(y)) return false;
  curveSet(x, y);
  fieldSquare(T, X);
  fieldMultiply(T, T, X); // x^3
  fieldCombine(U, 1, T, 3, X);
  fieldSquare(T, Y);
  fieldSubtract(T, T, U);
  fieldSubtract(T, T, B);
  return fieldIsZero(T);
}

export function curveSetNeutral(): void {
  neutral = true;
}

export function curveIsNeutral(): bool {
  return neutral;
}

/** True when the point's x is this number mod p. The point is not the neutral one. */
export function curveHasX(x: usize): bool {
  assert(!neutral);
  fieldFromBytes(T, x);
  fieldSquare(U, Z);
  fieldMultiply(T, T, U);
  fieldSubtract(T, T, X);
  return fieldIsZero(T);
}

/** Doubles the point under work: 4 products, 4 squares. No point of this curve has order 2. */
export function curveDouble(): void {
  if (neutral) return;
  fieldSquare(U, Z);
  fieldSquare(V, Y);
  fieldMultiply(W, X, V);
  fieldSubtract(T, X, U);
  fieldCombine(U, 3, X, -3, U);
  fieldMultiply(U, U, T);
  fieldAdd(T, Y, Y);
  fieldMultiply(Z, Z, T);
  fieldSquare(T, U);
  fieldCombine(X, 1, T, 8, W);
  fieldCombine(T, 4, W, 1, X);
  fieldMultiply(T, T, U);
  fieldSquare(V, V);
  fieldCombine(Y, 1, T, 8, V);
}

/** Adds a table's entry, or subtracts it: 8 products and 3 squares, 12 and 3 where the entry has a Z. */
export function curveAdd(entry: usize, affine: bool, subtract: bool): void {
  if (neutral) {
    curveLoad(entry, affine, subtract);
    return;
  }
  let x = X;
  let y = Y;
  if (!affine) {
    fieldMultiply(U1, X, entry + 3 * FIELD_BYTES);
    fieldMultiply(S1, Y, entry + 4 * FIELD_BYTES);
    x = U1;
    y = S1;
  }
  fieldSquare(T, Z);
  fieldMultiply(H, T, entry);
  fieldSubtract(H, H, x);
  fieldMultiply(T, T, Z);
  fieldMultiply(R, T, entry + FIELD_BYTES);
  fieldCombine(R, subtract ? -1 : 1, R, 1, y);
  if (fieldIsZero(H)) {
    // The same x: the same point, or its negative.
    if (fieldIsZero(R)) curveDouble();
    else neutral = true;
    return;
  }
  fieldMultiply(Z, Z, H);
  if (!affine) fieldMultiply(Z, Z, entry + 2 * FIELD_BYTES);
  curveAddSum(x, y);
}

/** X = R^2 - H^3 - 2 x H^2 and Y = R (x H^2 - X) - y H^3. */
function curveAddSum(x: usize, y: usize): void {
  fieldSquare(T, H);
  fieldMultiply(V, T, x);
  fieldMultiply(W, T, H);
  fieldSquare(T, R);
  fieldSubtract(T, T, W);
  fieldMultiply(W, W, y);
  fieldCombine(X, 1, T, 2, V);
  fieldSubtract(T, V, X);
  fieldMultiply(T, T, R);
  fieldCombine(Y, 1, T, 1, W);
}

/** Fills a table with the odd multiples 1, 3, 5 ... of the point under work. The last of them is under work then. */
export function curveTable(table: usize, entryCount: i32, affine: bool): void {
  assert(entryCount > 0);
  curveStore(table, affine);
  curveDouble();
  curveStore(TWICE, affine);
  curveLoad(table, affine, false);
  for (; entryCount > 1; entryCount--) {
    table += affine ? AFFINE_BYTES : JACOBIAN_BYTES;
    curveAdd(TWICE, affine, false);
    curveStore(table, affine);
  }
}

function curveSet(x: usize, y: usize): void {
  neutral = false;
  fieldFromBytes(X, x);
  fieldFromBytes(Y, y);
  fieldCopy(Z, ONE);
}

function curveLoad(entry: usize, affine: bool, subtract: bool): void {
  neutral = false;
  fieldCopy(X, entry);
  fieldCombine(Y, subtract ? -1 : 1, entry + FIELD_BYTES, 0, entry);
  fieldCopy(Z, affine ? ONE : entry + 2 * FIELD_BYTES);
}

/** Writes the point under work as a table's entry; an affine one costs an inversion. */
function curveStore(entry: usize, affine: bool): void {
  assert(!neutral);
  if (affine) curveNormalize();
  fieldCopy(entry, X);
  fieldCopy(entry + FIELD_BYTES, Y);
  if (affine) return;
  fieldCopy(entry + 2 * FIELD_BYTES, Z);
  fieldSquare(entry + 3 * FIELD_BYTES, Z);
  fieldMultiply(entry + 4 * FIELD_BYTES, entry + 3 * FIELD_BYTES, Z);
}

function curveNormalize(): void {
  fieldToBytes(NUMBER, Z);
  euclidInvert(NUMBER, NUMBER, PRIME);
  fieldFromBytes(T, NUMBER);
  fieldSquare(U, T);
  fieldMultiply(X, X, U);
  fieldMultiply(U, U, T);
  fieldMultiply(Y, Y, U);
  fieldCopy(Z, ONE);
}
