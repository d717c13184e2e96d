// Points of edwards25519 (RFC 8032 §5.1): decoding, doubling, adding, tables of multiples.
//
// One point is under work. It is kept as what the last operation left ("completed": x = CX / CZ, y = CY / CT) and folded
// into X, Y, Z, and T = XY / Z only when the next one needs that. Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards curves
// revisited", 2008, for a = -1; they have no exceptions on this curve. Nothing is constant in time.

import { bytesAre, bytesCopy } from "../base/bytes";
import {
  FIELD_BYTES, fieldAdd, fieldCopy, fieldFromBytes, fieldInvert, fieldIsOdd, fieldIsZero, fieldMultiply, fieldNegate,
  fieldPower, fieldSet, fieldSquare, fieldSubtract,
} from "./field-25519";

/** A table's entry: Y + X, Y - X, 2 d T, 2 Z. */
export const ENTRY_BYTES: usize = 4 * 40;
const POINT_BYTES: i32 = 4 * 40;

const X = memory.data(160, 8); // X, Y, Z, T.
const Y = X + FIELD_BYTES;
const Z = X + 2 * FIELD_BYTES;
const T = X + 3 * FIELD_BYTES;
const CX = memory.data(160, 8); // CX, CY, CZ, CT.
const CY = CX + FIELD_BYTES;
const CZ = CX + 2 * FIELD_BYTES;
const CT = CX + 3 * FIELD_BYTES;
const SAVED = memory.data(160, 8);
const TWICE = memory.data(160, 8);
const D = memory.data(40, 8);
const TWICE_D = memory.data(40, 8);
const ROOT = memory.data(40, 8); // A square root of -1.
const ONE = memory.data(40, 8);
const U = memory.data(40, 8);
const V = memory.data(40, 8);
const W = memory.data(40, 8);

/** Makes the curve's constants; needed once, before all else. */
export function curveInit(): void {
  fieldSet(ONE, 1);
  fieldSet(U, 121666);
  fieldInvert(V, U);
  fieldSet(U, -121665);
  fieldMultiply(D, U, V);
  fieldAdd(TWICE_D, D, D);
  // 2 is no square, so 2^((p - 1) / 4) = 2 * (2^(2^252 - 3))^2 is a root of -1.
  fieldSet(U, 2);
  fieldPower(V, U);
  fieldSquare(V, V);
  fieldAdd(ROOT, V, V);
}

/** True when the 32 bytes encode a y below p, and no point with it has an order of 1, 2, 4 or 8. */
export function curveIsStrict(ptr: usize): bool {
  const top = load<u8>(ptr, 31) & 0x7f;
  if (top == 0x7f && bytesAre(ptr + 1, 0xff, 30) && load<u8>(ptr) >= 0xed) return false;
  // Order 1 and 2: y^2 = 1. Order 4: y = 0. Order 8: twice the point has y = 0, so x^2 = -y^2 and d y^4 + 2 y^2 = 1.
  fieldFromBytes(W, ptr);
  fieldSquare(U, W);
  fieldMultiply(V, U, D);
  fieldAdd(V, V, ONE);
  fieldAdd(V, V, ONE);
  fieldMultiply(V, V, U);
  fieldSubtract(V, V, ONE);
  fieldSubtract(U, U, ONE);
  fieldMultiply(U, U, V);
  fieldMultiply(U, U, W);
  return !fieldIsZero(U);
}

/**
 * Decodes 32 bytes to x and y, the field elements at `target` (RFC 8032 §5.1.3). False when no point has this y.
 * The bytes are strict, so x is not 0 and has both signs.
 */
export function curveDecode(target: usize, ptr: usize): bool {
  const y = target + FIELD_BYTES;
  fieldFromBytes(y, ptr);
  fieldSquare(W, y);
  fieldSubtract(U, W, ONE);
  fieldMultiply(V, W, D);
  fieldAdd(V, V, ONE);
  curveRoot(target);
  fieldSquare(W, target);
  fieldMultiply(W, W, V);
  fieldSubtract(V, W, U);
  if (!fieldIsZero(V)) {
    fieldAdd(V, W, U);
    if (!fieldIsZero(V)) return false;
    fieldMultiply(target, target, ROOT);
  }
  if (fieldIsOdd(target) != (load<u8>(ptr, 31) >= 0x80)) fieldNegate(target, target);
  return true;
}

/** target = U V^3 (U V^7)^((p - 5) / 8): a root of U / V or of -U / V, if either has one. */
function curveRoot(target: usize): void {
  fieldSquare(W, V);
  fieldMultiply(W, W, V);
  fieldMultiply(target, W, U);
  fieldMultiply(W, W, target);
  fieldMultiply(W, W, V);
  fieldPower(W, W);
  fieldMultiply(target, target, W);
}

/** Takes the point with the x and y at `source` under work. */
export function curveSet(source: usize): void {
  bytesCopy(CX, source, 2 * <i32>FIELD_BYTES);
  fieldCopy(CZ, ONE);
  fieldCopy(CT, ONE);
}

/** Takes the neutral point (0, 1) under work. */
export function curveSetNeutral(): void {
  fieldSet(CX, 0);
  fieldSet(CY, 1);
  fieldSet(CZ, 1);
  fieldSet(CT, 1);
}

/** True when the point under work is the neutral one. */
export function curveIsNeutral(): bool {
  curveFold(false);
  fieldSubtract(Y, Y, Z);
  return fieldIsZero(X) && fieldIsZero(Y);
}

/** Doubles the point under work: with the fold 3 products and 4 squares. */
export function curveDouble(): void {
  curveFold(false);
  fieldAdd(T, X, Y);
  fieldSquare(T, T);
  fieldSquare(X, X);
  fieldSquare(Y, Y);
  fieldSquare(Z, Z);
  fieldAdd(CY, Y, X);
  fieldSubtract(CZ, Y, X);
  fieldSubtract(CX, T, CY);
  fieldAdd(CT, Z, Z);
  fieldSubtract(CT, CT, CZ);
}

/** Adds a table's entry, or subtracts it: with the fold 8 products. */
export function curveAdd(entry: usize, subtract: bool): void {
  curveFold(true);
  const swapped = subtract ? FIELD_BYTES : 0;
  fieldAdd(U, Y, X);
  fieldSubtract(V, Y, X);
  fieldMultiply(U, U, entry + swapped);
  fieldMultiply(V, V, entry + FIELD_BYTES - swapped);
  fieldMultiply(T, T, entry + 2 * FIELD_BYTES);
  fieldMultiply(Z, Z, entry + 3 * FIELD_BYTES);
  fieldSubtract(CX, U, V);
  fieldAdd(CY, U, V);
  fieldAdd(CZ + swapped, Z, T);
  fieldSubtract(CT - swapped, Z, T);
}

/** Fills a table with the odd multiples 1, 3, 5 ... of the point under work. The last of them is under work then. */
export function curveTable(table: usize, entryCount: i32): void {
  assert(entryCount > 0);
  bytesCopy(SAVED, CX, POINT_BYTES);
  curveDouble();
  curveEntry(TWICE);
  bytesCopy(CX, SAVED, POINT_BYTES);
  curveEntry(table);
  for (; entryCount > 1; entryCount--) {
    table += ENTRY_BYTES;
    curveAdd(TWICE, false);
    curveEntry(table);
  }
}

/** Writes the point under work as a table's entry. */
function curveEntry(entry: usize): void {
  curveFold(true);
  fieldAdd(entry, Y, X);
  fieldSubtract(entry + FIELD_BYTES, Y, X);
  fieldMultiply(entry + 2 * FIELD_BYTES, T, TWICE_D);
  fieldAdd(entry + 3 * FIELD_BYTES, Z, Z);
}

/** X, Y, Z of what the last operation left; only an addition needs T too. */
function curveFold(withT: bool): void {
  fieldMultiply(X, CX, CT);
  fieldMultiply(Y, CY, CZ);
  fieldMultiply(Z, CZ, CT);
  if (withT) fieldMultiply(T, CX, CY);
}
