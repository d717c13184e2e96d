// Goal: numbers modulo L, their halves and their digits are right, for those too that no hash gives by chance.
// Method: BigInt as judge over edge values and seeded ones; digits are added up again.

import t from "tap";
import { L, fromBytes, modulo, toBytes } from "../../support/edwards.js";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto-parts", () => ({}));
const [LEFT, RIGHT, RESULT, OTHER, DIGITS] = [0x80000, 0x80040, 0x80080, 0x800c0, 0x80200] as const;
const DIGITS_BYTES = 264;

const SMALL = [0n, 1n, 2n, 3n, 8n, 2n ** 64n, 2n ** 126n + 1n];
const EDGES = [...SMALL, 2n ** 128n - 1n, 2n ** 128n, 2n ** 129n + 2n, L / 2n, L / 3n, L / 8n, L - 2n, L - 1n];
const SEEDED = Array.from({ length: 2000 }, (_, i) => modulo(fromBytes(seededBytes(`scalar ${i}`, 64)), L));

function put(at: number, value: bigint, bytes = 32): void {
  core.write(at, Buffer.concat([toBytes(value, bytes), Buffer.alloc(8)]));
}

const get = (at: number): bigint => fromBytes(core.read(at, 40));

t.test("below L or not", (t) => {
  for (const value of [0n, L - 1n, L, L + 1n, 2n ** 252n, 2n * L - 1n, 2n ** 256n - 1n]) {
    put(LEFT, value);
    t.equal(core.call("scalar_is_reduced", LEFT), value < L ? 1 : 0, `${value}`);
  }
  t.end();
});

t.test("64 bytes mod L, and products", (t) => {
  const wide = [0n, L - 1n, L, L * L, 2n ** 512n - 1n, 2n ** 512n - 2n ** 256n, L << 259n, (L << 259n) - 1n, L << 224n, (L << 32n) - 1n];
  for (let i = 0; i < 2000; i++) wide.push(fromBytes(seededBytes(`wide ${i}`, 64)));
  const wrong = [];
  for (const value of wide) {
    put(LEFT, value, 64);
    core.call("scalar_reduce", RESULT, LEFT);
    if (get(RESULT) !== value % L) wrong.push(value);
  }
  for (const [index, left] of [...EDGES, ...SEEDED].entries()) {
    const right = SEEDED[(index * 7) % SEEDED.length]!;
    put(LEFT, left);
    put(RIGHT, right);
    core.call("scalar_multiply", RESULT, LEFT, RIGHT);
    if (get(RESULT) !== (left * right) % L) wrong.push(left);
  }
  t.same(wrong, []);
  t.end();
});

t.test("halves: u = v h mod 8 L, v odd, short", (t) => {
  const wrong = [];
  let negativeCount = 0;
  let longest = 0;
  for (const h of [...EDGES, ...SEEDED]) {
    put(LEFT, h);
    const negative = core.call("scalar_halve", RESULT, OTHER, LEFT) === 1;
    const [u, v] = [get(RESULT), get(OTHER)];
    if (modulo((negative ? -v : v) * h - u, 8n * L) !== 0n || (v & 1n) === 0n || v >= 2n ** 192n) wrong.push(h);
    negativeCount += Number(negative);
    if (SEEDED.includes(h)) longest = Math.max(longest, u.toString(2).length, v.toString(2).length);
  }
  t.same(wrong, []);
  t.ok(negativeCount > 500 && negativeCount < 1500, `both signs occur (${negativeCount} negative)`);
  t.ok(longest <= 140, `short by a hash's chance: at most ${longest} bits`);
  t.end();
});

t.test("a factor that would be long falls back to v = 1", (t) => {
  // 8 L = 2^60 h + (8 L mod 2^60): the first remainder is tiny already and has an even factor, so the one before it must
  // serve, which takes a factor of 195 bits to become short.
  const h = (8n * L) >> 60n;
  put(LEFT, h);
  t.equal(core.call("scalar_halve", RESULT, OTHER, LEFT), 0);
  t.equal(get(RESULT), h);
  t.equal(get(OTHER), 1n);
  t.end();
});

t.test("digits add up, are odd and stand apart", (t) => {
  const wrong = [];
  for (const value of [...EDGES, ...SEEDED.slice(0, 300), 2n ** 256n - 1n, 2n ** 255n]) {
    for (const width of [2, 4, 7]) {
      put(LEFT, value);
      const count = core.call("scalar_digits", DIGITS, LEFT, width);
      const digits = new Int8Array(core.read(DIGITS, DIGITS_BYTES).buffer);
      let sum = 0n;
      let last = -width;
      digits.forEach((digit, index) => {
        if (digit === 0) return;
        if (digit % 2 === 0 || Math.abs(digit) >= 2 ** (width - 1) || index - last < width) wrong.push([value, width, index]);
        sum += BigInt(digit) << BigInt(index);
        last = index;
      });
      if (sum !== value || count !== (value === 0n ? 0 : last + 1)) wrong.push([value, width]);
    }
  }
  t.same(wrong, []);
  t.end();
});
