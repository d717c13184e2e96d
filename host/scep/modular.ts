// Powers and inverses of large numbers to a modulus.

const WINDOW_BITS = 4;

/** By hexadecimal digits of the exponent: four squarings and at most one multiplication each. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n];
  for (let index = 1; index < 1 << WINDOW_BITS; index++) powers.push((powers[index - 1]! * base) % modulus);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let index = 0; index < WINDOW_BITS; index++) result = (result * result) % modulus;
    if (digit !== "0") result = (result * powers[Number.parseInt(digit, 16)]!) % modulus;
  }
  return result;
}

/** By Euclid; the two have no common divisor. */
export function modInverse(value: bigint, modulus: bigint): bigint {
  let [before, rest, factorBefore, factor] = [value, modulus, 1n, 0n];
  while (rest !== 0n) {
    const quotient = before / rest;
    [before, rest] = [rest, before - quotient * rest];
    [factorBefore, factor] = [factor, factorBefore - quotient * factor];
  }
  return ((factorBefore % modulus) + modulus) % modulus;
}
