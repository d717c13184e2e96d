// Goal: Montgomery products and inverses are right for every size in use and every operand they may meet.
// Method: BigInt as judge, over edge values and seeded ones, moduli of 1 to 96 limbs.

import t from "tap";
import { fromBytes, toBytes } from "../../support/edwards.js";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto-parts", () => ({}));
const [MODULUS, LEFT, RIGHT, RESULT] = [0x80000, 0x80200, 0x80400, 0x80600] as const;
const LIMBS = [1, 2, 8, 64, 96] as const;
/** The orders and primes of both curves are primes that `euclid_invert` meets. */
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function moduli(limbs: number): bigint[] {
  const top = 2n ** BigInt(32 * limbs);
  const seeded = Array.from({ length: 3 }, (_, index) => fromBytes(seededBytes(`modulus ${limbs} ${index}`, limbs * 4)) | (top / 2n) | 1n);
  return [top - 1n, top / 2n + 1n, ...seeded];
}

function operands(modulus: bigint, limbs: number): bigint[] {
  const seeded = Array.from({ length: 4 }, (_, index) => fromBytes(seededBytes(`operand ${limbs} ${index}`, limbs * 4)) % modulus);
  return [0n, 1n, modulus - 1n, ...seeded];
}

t.test("products of every size", (t) => {
  for (const limbs of LIMBS) {
    let wrong = 0;
    for (const modulus of moduli(limbs)) {
      core.write(MODULUS, toBytes(modulus, limbs * 4));
      t.equal(core.call("bignum_init", MODULUS, limbs), 1);
      for (const left of operands(modulus, limbs)) {
        for (const right of operands(modulus, limbs)) {
          core.write(LEFT, toBytes(left, limbs * 4));
          core.write(RIGHT, toBytes(right, limbs * 4));
          core.call("bignum_enter", LEFT, LEFT);
          core.call("bignum_multiply", RESULT, LEFT, RIGHT);
          if (fromBytes(core.read(RESULT, limbs * 4)) !== (left * right) % modulus) wrong++;
          core.call("bignum_leave", LEFT, LEFT);
          if (fromBytes(core.read(LEFT, limbs * 4)) !== left) wrong++;
        }
      }
      core.write(LEFT, toBytes(2n ** BigInt(32 * limbs) - 1n, limbs * 4));
      core.call("bignum_enter", LEFT, LEFT);
      core.call("bignum_leave", LEFT, LEFT);
      if (fromBytes(core.read(LEFT, limbs * 4)) !== (2n ** BigInt(32 * limbs) - 1n) % modulus) wrong++;
      for (const beside of [-1n, 0n]) {
        core.write(LEFT, toBytes(modulus + beside, limbs * 4));
        if (core.call("bignum_is_below", LEFT) !== Number(beside < 0n)) wrong++;
      }
    }
    t.equal(wrong, 0, `${limbs} limbs`);
  }
  t.end();
});

t.test("what is no modulus is refused", (t) => {
  for (const [name, modulus] of [["even", 2n ** 64n - 2n], ["short", 2n ** 63n - 1n], ["zero", 0n]] as const) {
    core.write(MODULUS, toBytes(modulus, 8));
    t.equal(core.call("bignum_init", MODULUS, 2), 0, name);
  }
  t.throws(() => core.call("bignum_init", MODULUS, 0), /assertion in core\/crypto\/bignum/);
  t.throws(() => core.call("bignum_init", MODULUS, 97), /assertion in core\/crypto\/bignum/);
  t.end();
});

t.test("inverses", (t) => {
  let wrong = 0;
  for (const modulus of [P256, P256_ORDER]) {
    const edges = [1n, 2n, 3n, modulus - 1n, modulus - 2n, (modulus + 1n) / 2n, 2n ** 128n, 2n ** 255n];
    const seeded = Array.from({ length: 300 }, (_, index) => (fromBytes(seededBytes(`inverse ${index}`, 32)) >> BigInt(index % 250)) + 1n);
    core.write(MODULUS, toBytes(modulus));
    for (const value of [...edges, ...seeded].map((number) => number % modulus)) {
      core.write(LEFT, toBytes(value));
      core.call("euclid_invert", RESULT, LEFT, MODULUS);
      const inverse = fromBytes(core.read(RESULT, 32));
      if (inverse >= modulus || (inverse * value) % modulus !== 1n) wrong++;
    }
  }
  t.equal(wrong, 0);
  t.end();
});
