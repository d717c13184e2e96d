// edwards25519 with BigInt, slow and plain (RFC 8032 §5.1): the second implementation that judges the core's, and the maker of
// points that no honest signer makes.

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = modulo(base, P); exponent > 0n; exponent >>= 1n, square = (square * square) % P) {
    if (exponent & 1n) result = (result * square) % P;
  }
  return result;
}

export const inverse = (value: bigint): bigint => power(value, P - 2n);
const D = modulo(-121665n * inverse(121666n), P);

export function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}

export function toBytes(value: bigint, bytes = 32): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex").reverse();
}

export function add(left: Point, right: Point): Point {
  const product = modulo(D * left.x * right.x * left.y * right.y, P);
  return {
    x: modulo((left.x * right.y + right.x * left.y) * inverse(1n + product), P),
    y: modulo((left.y * right.y + left.x * right.x) * inverse(1n - product), P),
  };
}

export function multiply(factor: bigint, point: Point): Point {
  let result: Point = { x: 0n, y: 1n };
  for (let twice = point; factor > 0n; factor >>= 1n, twice = add(twice, twice)) if (factor & 1n) result = add(result, twice);
  return result;
}

export function encode(point: Point): Buffer {
  return toBytes(point.y | ((point.x & 1n) << 255n));
}

/** The point of an encoding that is known to be one. */
export function decode(bytes: Uint8Array): Point {
  const value = fromBytes(bytes);
  const y = value & (2n ** 255n - 1n);
  const square = modulo((y * y - 1n) * inverse(D * y * y + 1n), P);
  const root = power(square, (P + 3n) / 8n);
  const x = (root * root) % P === square ? root : modulo(root * power(2n, (P - 1n) / 4n), P);
  if ((x * x) % P !== square) throw new RangeError("this y has no point");
  return { x: (x & 1n) === value >> 255n ? x : modulo(-x, P), y };
}

export const BASE = decode(Buffer.from(`58${"66".repeat(31)}`, "hex"));
