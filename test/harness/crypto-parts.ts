// Harness: the arithmetic below Ed25519, one operation at a time.

import "../../core/base/panic"; // Stands in for `abort`.
import {
  fieldFromBytes, fieldInvert, fieldIsOdd, fieldIsZero, fieldMultiply, fieldSquare, fieldSubtract,
} from "../../core/crypto/field-25519";
import { scalarDigits, scalarHalve, scalarIsReduced, scalarMultiply, scalarReduce } from "../../core/crypto/scalar-25519";

export { fieldFromBytes as field_from_bytes, fieldMultiply as field_multiply, fieldSquare as field_square };
export { fieldInvert as field_invert, fieldSubtract as field_subtract, fieldIsZero as field_is_zero, fieldIsOdd as field_is_odd };
export { scalarReduce as scalar_reduce, scalarMultiply as scalar_multiply, scalarHalve as scalar_halve };
export { scalarDigits as scalar_digits, scalarIsReduced as scalar_is_reduced };
