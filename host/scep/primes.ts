// Numbers that may be primes, and the test of Miller and Rabin for those that no small prime divides (FIPS 186-5 §B.3).
//
// The test's bases are fixed: a prime is found at the same place whether this test or the machine's own says so.

import { modPow } from "./modular.js";

const SMALL_PRIMES = smallPrimes(2000);
/** For a random number of 512 bits and more, each base leaves less than one chance in 2^50 (Damgård, Landrock, Pomerance). */
const BASE_COUNT = 12;
/** How far from its first candidate a search goes before it draws a new one. */
const SPAN = 4096;

function smallPrimes(below: number): number[] {
  const composite = new Uint8Array(below);
  const primes: number[] = [];
  for (let number = 3; number < below; number += 2) {
    if (composite[number] === 1) continue;
    primes.push(number);
    for (let multiple = number * number; multiple < below; multiple += number) composite[multiple] = 1;
  }
  return primes;
}

/** Odd numbers from an odd one on, without those that a small prime divides. */
export function* sieved(first: bigint): Generator<bigint> {
  const composite = new Uint8Array(SPAN);
  for (const prime of SMALL_PRIMES) {
    // Index i stands for first + 2 i.
    const rest = Number(first % BigInt(prime));
    const start = (((prime - rest) % prime) * ((prime + 1) / 2)) % prime;
    for (let index = start; index < SPAN; index += prime) composite[index] = 1;
  }
  for (let index = 0; index < SPAN; index++) if (composite[index] === 0) yield first + 2n * BigInt(index);
}

export function isProbablePrime(candidate: bigint): boolean {
  const even = candidate - 1n;
  let odd = even;
  let halvings = 0;
  for (; (odd & 1n) === 0n; halvings++) odd >>= 1n;
  return [2, ...SMALL_PRIMES].slice(0, BASE_COUNT).every((base) => {
    let power = modPow(BigInt(base), odd, candidate);
    if (power === 1n || power === even) return true;
    for (let index = 1; index < halvings; index++) {
      power = (power * power) % candidate;
      if (power === even) return true;
    }
    return false;
  });
}
