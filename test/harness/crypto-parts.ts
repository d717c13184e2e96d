// Harness: the arithmetic below the signatures, one operation at a time.

import "../../core/base/panic"; // Stands in for `abort`.
import { bignumEnter, bignumInit, bignumIsBelowModulus, bignumLeave, bignumMultiply } from "../../core/crypto/bignum";
import { euclidInvert } from "../../core/crypto/euclid";
import {
  fieldFromBytes, fieldInvert, fieldIsOdd, fieldIsZero, fieldMultiply, fieldSquare, fieldSubtract,
} from "../../core/crypto/field-25519";
import {
  fieldCombine, fieldFromBytes as p256FromBytes, fieldIsReduced, fieldIsZero as p256IsZero, fieldMultiply as p256Multiply,
  fieldSquare as p256Square, fieldToBytes,
} from "../../core/crypto/field-p256";
import { scalarHalve, scalarIsReduced, scalarMultiply, scalarReduce } from "../../core/crypto/scalar-25519";
import { scalarDigits } from "../../core/crypto/scalar-digits";

export { fieldFromBytes as field_from_bytes, fieldMultiply as field_multiply, fieldSquare as field_square };
export { fieldInvert as field_invert, fieldSubtract as field_subtract, fieldIsZero as field_is_zero, fieldIsOdd as field_is_odd };
export { scalarReduce as scalar_reduce, scalarMultiply as scalar_multiply, scalarHalve as scalar_halve };
export { scalarDigits as scalar_digits, scalarIsReduced as scalar_is_reduced };
export { p256FromBytes as p256_from_bytes, fieldToBytes as p256_to_bytes, fieldIsReduced as p256_is_reduced, p256IsZero as p256_is_zero };
export { p256Multiply as p256_multiply, p256Square as p256_square };
export { euclidInvert as euclid_invert };
export { bignumInit as bignum_init, bignumEnter as bignum_enter, bignumLeave as bignum_leave, bignumMultiply as bignum_multiply };
export { bignumIsBelowModulus as bignum_is_below };

/** The factors are 64 bits wide inside the core; a test needs small ones only. */
export function p256_combine(target: usize, timesLeft: i32, left: usize, timesRight: i32, right: usize): void {
  fieldCombine(target, timesLeft, left, timesRight, right);
}
