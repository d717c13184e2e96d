// Goal: the arithmetic mod 2^255 - 19 is right for every operand it may meet.
// Method: BigInt as judge, over edge values and seeded ones; results compared as field elements, so each also tests the canonical form.

import t from "tap";
import { P, fromBytes, inverse, modulo, toBytes } from "../../support/edwards.js";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto-parts", () => ({}));
const [LEFT, RIGHT, RESULT, EXPECTED, BYTES] = [0x80000, 0x80040, 0x80080, 0x800c0, 0x80100] as const;

const EDGES = [0n, 1n, 2n, 19n, 2n ** 26n - 1n, 2n ** 51n, 2n ** 128n, 2n ** 230n - 1n, P - 19n, P - 1n, P, P + 1n, 2n ** 255n - 1n];
const VALUES = [...EDGES, ...Array.from({ length: 60 }, (_, i) => fromBytes(seededBytes(`field ${i}`, 32)) & (2n ** 255n - 1n))];

function put(at: number, value: bigint): void {
  core.write(BYTES, toBytes(value));
  core.call("field_from_bytes", at, BYTES);
}

/** True when the result and this number are the same mod p. */
function isResult(value: bigint): boolean {
  put(EXPECTED, modulo(value, P));
  core.call("field_subtract", RESULT, RESULT, EXPECTED);
  return core.call("field_is_zero", RESULT) === 1;
}

t.test("products, squares and products of differences", (t) => {
  let wrong = 0;
  for (const left of VALUES) {
    put(LEFT, left);
    core.call("field_square", RESULT, LEFT);
    if (!isResult(left * left)) wrong++;
    for (const right of VALUES) {
      put(LEFT, left);
      put(RIGHT, right);
      core.call("field_multiply", RESULT, LEFT, RIGHT);
      if (!isResult(left * right)) wrong++;
      core.call("field_subtract", LEFT, LEFT, RIGHT);
      core.call("field_multiply", RESULT, LEFT, LEFT);
      if (!isResult((left - right) ** 2n)) wrong++;
    }
  }
  t.equal(wrong, 0);
  t.end();
});

t.test("limbs at their bound", (t) => {
  // Sixteen products' limbs in all: 4 against 4, each limb of one sign, at the largest that a product leaves.
  for (const [leftSign, rightSign] of [[1, 1], [1, -1], [-1, -1]] as const) {
    const values = [leftSign, rightSign].map((sign, index) => {
      const limbs = Int32Array.from({ length: 10 }, (_, limb) => sign * 4 * (2 ** (26 - (limb & 1)) + (limb === 1 ? 2 ** 17 : 0)));
      core.write(index === 0 ? LEFT : RIGHT, new Uint8Array(limbs.buffer));
      return limbs.reduce((sum, limb, place) => sum + BigInt(limb) * 2n ** BigInt(Math.ceil(25.5 * place)), 0n);
    });
    core.call("field_multiply", RESULT, LEFT, RIGHT);
    t.ok(isResult(values[0]! * values[1]!), `signs ${leftSign} and ${rightSign}`);
    core.call("field_square", RESULT, LEFT);
    t.ok(isResult(values[0]! ** 2n), `square, sign ${leftSign}`);
  }
  t.end();
});

t.test("inverses, parity and zero", (t) => {
  for (const value of VALUES) {
    put(LEFT, value);
    core.call("field_invert", RESULT, LEFT);
    t.ok(isResult(inverse(value)), `inverse of ${value}`);
    t.equal(core.call("field_is_odd", LEFT), Number(modulo(value, P) & 1n), `parity of ${value}`);
    t.equal(core.call("field_is_zero", LEFT), modulo(value, P) === 0n ? 1 : 0, `zero of ${value}`);
  }
  t.end();
});
