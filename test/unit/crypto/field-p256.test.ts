// Goal: the arithmetic mod p of P-256 is right for every operand it may meet, carried or not.
// Method: BigInt as judge, over edge values and seeded ones; results are read in their one canonical form.

import t from "tap";
import { fromBytes, modulo, toBytes } from "../../support/edwards.js";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto-parts", () => ({}));
const [LEFT, RIGHT, RESULT, BYTES] = [0x80000, 0x80040, 0x80080, 0x800c0] as const;
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
/** Montgomery form: numbers are kept times this. */
const R = 2n ** 261n;

const EDGES = [0n, 1n, 2n, 2n ** 29n - 1n, 2n ** 96n, 2n ** 224n - 1n, P - 2n ** 96n, P - 1n, P, P + 1n, 2n ** 256n - 1n];
const VALUES = [...EDGES, ...Array.from({ length: 60 }, (_, index) => fromBytes(seededBytes(`p256 ${index}`, 32)))];

function put(at: number, value: bigint): void {
  core.write(BYTES, toBytes(value, 40));
  core.call("p256_from_bytes", at, BYTES);
}

function get(at: number): bigint {
  core.call("p256_to_bytes", BYTES, at);
  return fromBytes(core.read(BYTES, 32));
}

/** Writes limbs as they are: a number that nothing carried. Returns its value out of Montgomery form. */
function putLimbs(at: number, limbs: readonly number[]): bigint {
  core.write(at, new Uint8Array(Int32Array.from(limbs).buffer));
  const value = limbs.reduce((sum, limb, place) => sum + BigInt(limb) * 2n ** BigInt(29 * place), 0n);
  return modulo(value * inverseOfR, P);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n, square = (square * square) % P) {
    if (exponent & 1n) result = (result * square) % P;
  }
  return result;
}
const inverseOfR = power(R % P, P - 2n);

t.test("numbers go in and come out, and those of p or more are known", (t) => {
  for (const value of VALUES) {
    put(LEFT, value);
    t.equal(get(LEFT), value % P);
    t.equal(core.call("p256_is_zero", LEFT), Number(value % P === 0n));
    core.write(BYTES, toBytes(value, 40));
    t.equal(core.call("p256_is_reduced", BYTES), Number(value < P));
  }
  t.end();
});

t.test("products, squares and combinations", (t) => {
  let wrong = 0;
  for (const left of VALUES) {
    put(LEFT, left);
    core.call("p256_square", RESULT, LEFT);
    if (get(RESULT) !== (left * left) % P) wrong++;
    for (const right of VALUES) {
      put(RIGHT, right);
      core.call("p256_multiply", RESULT, LEFT, RIGHT);
      if (get(RESULT) !== (left * right) % P) wrong++;
      for (const [a, b] of [[1, 1], [3, -3], [1, 8], [4, 1], [-1, 0], [-15, 15]] as const) {
        core.call("p256_combine", RESULT, a, LEFT, b, RIGHT);
        if (get(RESULT) !== modulo(BigInt(a) * left - BigInt(b) * right, P)) wrong++;
        core.call("p256_square", RESULT, RESULT);
        if (get(RESULT) !== modulo((BigInt(a) * left - BigInt(b) * right) ** 2n, P)) wrong++;
      }
    }
  }
  t.equal(wrong, 0);
  t.end();
});

t.test("limbs at their bound: three against one, each of one sign", (t) => {
  for (const [left, right] of [[3, 1], [3, -1], [-3, -1], [1, 3]] as const) {
    const limbs = (sign: number): number[] => [...new Array<number>(8).fill(sign * 2 ** 29), sign * 2 ** 25];
    const values = [putLimbs(LEFT, limbs(left)), putLimbs(RIGHT, limbs(right))] as const;
    core.call("p256_multiply", RESULT, LEFT, RIGHT);
    t.equal(get(RESULT), modulo(values[0] * values[1], P), `${left} ${right}`);
  }
  const value = putLimbs(LEFT, [...new Array<number>(8).fill(-(2 ** 29)), -(2 ** 25)]);
  core.call("p256_square", RESULT, LEFT);
  t.equal(get(RESULT), modulo(value * value, P), "square");
  t.end();
});

t.test("zero in all of its forms, and its neighbours", (t) => {
  for (let times = -15n; times <= 15n; times++) {
    for (const beside of [-1n, 0n, 1n, 2n ** 29n, -(2n ** 200n)]) {
      const value = times * P + beside;
      const limbs = Array.from({ length: 8 }, (_, place) => Number((value >> BigInt(29 * place)) & (2n ** 29n - 1n)));
      putLimbs(LEFT, [...limbs, Number(value >> 232n)]);
      if (core.call("p256_is_zero", LEFT) !== Number(beside === 0n)) t.fail(`${times} p + ${beside}`);
    }
  }
  t.end();
});
