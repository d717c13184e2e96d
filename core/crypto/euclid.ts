// Euclid's algorithm on numbers of 256 bits, little-endian: what inverses and half-length factors are made of.
//
// Two rows hold a remainder and the size of its factor each; the factors' signs always differ. A quotient is taken in powers of
// two: shifts and subtractions only. One run at a time. Not constant in time: nothing here is secret.

import { bytesCopy, bytesFill } from "../base/bytes";

const NUMBER_BYTES: i32 = 32;
const REMAINDER_A = memory.data(32, 8);
const REMAINDER_B = memory.data(32, 8);
const FACTOR_A = memory.data(32, 8);
const FACTOR_B = memory.data(32, 8);

let remainder: usize = 0;
let factor: usize = 0;
/** The second row, which the first is divided by. */
let divisor: usize = 0;
let divisorFactor: usize = 0;
/** Of `divisorFactor`. */
let negative: bool = false;

/** target = 1 / source mod modulus. The modulus is prime, the source is below it and not 0. */
export function euclidInvert(target: usize, source: usize, modulus: usize): void {
  euclidInit(modulus, source);
  while (!isOne(divisor)) euclidTurn();
  if (negative) {
    bytesCopy(target, modulus, NUMBER_BYTES);
    addShifted(target, divisorFactor, 0, true);
  } else {
    bytesCopy(target, divisorFactor, NUMBER_BYTES);
  }
}

/** Starts with the rows modulus = 0 * source and source = 1 * source, mod modulus. */
export function euclidInit(modulus: usize, source: usize): void {
  remainder = REMAINDER_A;
  divisor = REMAINDER_B;
  factor = FACTOR_A;
  divisorFactor = FACTOR_B;
  negative = false;
  bytesCopy(remainder, modulus, NUMBER_BYTES);
  bytesCopy(divisor, source, NUMBER_BYTES);
  bytesFill(factor, 0, NUMBER_BYTES);
  bytesFill(divisorFactor, 0, NUMBER_BYTES);
  store<u64>(divisorFactor, 1);
}

/** Takes the divisor from the remainder until that is below, then the rows change places. */
export function euclidTurn(): void {
  while (!euclidIsBelow(remainder, divisor)) euclidStep();
  const swapped = remainder;
  remainder = divisor;
  divisor = swapped;
  const swappedFactor = factor;
  factor = divisorFactor;
  divisorFactor = swappedFactor;
  negative = !negative;
}

/** Takes the largest multiple 2^shift of the divisor from the remainder, and notes it in the factor. */
export function euclidStep(): void {
  let shift = bitCount(remainder) - bitCount(divisor);
  if (shift > 0 && leadingBits(divisor) >= leadingBits(remainder)) shift--;
  addShifted(remainder, divisor, shift, true);
  addShifted(factor, divisorFactor, shift, false);
}

export function euclidRemainder(): usize {
  return remainder;
}

export function euclidFactor(): usize {
  return factor;
}

export function euclidDivisor(): usize {
  return divisor;
}

export function euclidDivisorFactor(): usize {
  return divisorFactor;
}

/** True when the divisor's factor is negative, and the remainder's is not. */
export function euclidNegative(): bool {
  return negative;
}

export function euclidIsBelow(left: usize, right: usize): bool {
  for (let i: i32 = 24; i >= 0; i -= 8) {
    const word = load<u64>(left + <usize>i);
    const limit = load<u64>(right + <usize>i);
    if (word != limit) return word < limit;
  }
  return false;
}

function isOne(ptr: usize): bool {
  return load<u64>(ptr) == 1 && (load<u64>(ptr, 8) | load<u64>(ptr, 16) | load<u64>(ptr, 24)) == 0;
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
