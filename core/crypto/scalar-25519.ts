// Numbers modulo L, the order of the base point of edwards25519 (RFC 8032 §5.1).
//
// A number has 32 bytes, little-endian, in a buffer of `SCALAR_BYTES`: eight zero bytes follow, so that its digits can
// be read past its end. Nothing here is secret and nothing is constant in time.

import { bytesCopy, bytesFill } from "../base/bytes";
import {
  euclidDivisor, euclidDivisorFactor, euclidFactor, euclidInit, euclidNegative, euclidRemainder, euclidStep, euclidTurn,
} from "./euclid";
import { SCALAR_BYTES } from "./scalar-digits";

/** L = 2^252 + 27742317777372353535851937790883648493, and 8 L. */
const ORDER = memory.data<u32>([0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000]);
const ORDER_8 = memory.data<u64>([0xc09318d2e7ae9f68, 0xa6f7cef517bce6b2, 0, 0x8000000000000000]);

/** A product or a digest of 64 bytes under reduction, and one limb of zeros above. */
const WIDE = memory.data(68, 8);

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
  euclidInit(ORDER_8, source);
  while (isLong(euclidDivisor())) euclidTurn();
  if (load<u8>(euclidDivisorFactor()) & 1) {
    return scalarHalveResult(u, v, source, euclidDivisor(), euclidDivisorFactor(), euclidNegative());
  }
  // Of two neighbours one factor is odd. It stays odd while even multiples are added.
  while (isLong(euclidRemainder())) euclidStep();
  return scalarHalveResult(u, v, source, euclidRemainder(), euclidFactor(), !euclidNegative());
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
