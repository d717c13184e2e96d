// RSA with PKCS#1 v1.5 (RFC 8017 §7.2, §8.2): keys from a generator of random bytes, signatures, encryption.
//
// In: keys, digests, bytes, a source of random bytes and a test for primes. Out: the same for the same random bytes on every machine.
// Node refuses decryption with v1.5 padding, so all of it is here; numbers are BigInt. It is not written against an observer of its timing.

import { der, Fields, joined, MalformedError, parseDer, sameBytes, TAG, type Element } from "./der.js";
import { bytesOf, derBitString, derInteger, numberOf, readBitString, readInteger } from "./der-values.js";
import { derAlgorithm, type Digest, digestOf, readAlgorithm, RSA_ENCRYPTION } from "./algorithms.js";
import { modInverse, modPow } from "./modular.js";
import { sieved } from "./primes.js";

export interface RsaPublicKey {
  readonly n: bigint;
  readonly e: bigint;
}

export interface RsaPrivateKey extends RsaPublicKey {
  readonly p: bigint;
  readonly q: bigint;
}

/** Fills a buffer with random bytes. */
export type FillRandom = (target: Uint8Array) => void;
/** Whether a number, which no small prime divides, is a prime. */
export type IsPrime = (candidate: bigint) => boolean;

const EXPONENT = 65537n;
/** What the telephone takes from others; its own keys have 1,024 or 2,048 bits. */
const MODULUS_BITS_MIN = 512;
const MODULUS_BITS_MAX = 8192;
const EXPONENT_BITS_MAX = 64;
const PADDING_BYTES_MIN = 8;

export function modulusBits({ n }: RsaPublicKey): number {
  return n.toString(2).length;
}

function modulusBytes(key: RsaPublicKey): number {
  return Math.ceil(modulusBits(key) / 8);
}

/** A key of exactly so many bits. */
export function generateKey(bits: number, random: FillRandom, isPrime: IsPrime): RsaPrivateKey {
  const half = Math.ceil(bits / 2);
  for (;;) {
    const p = generatePrime(half, random, isPrime);
    const q = generatePrime(bits - half, random, isPrime);
    if (p !== q) return privateKey(p > q ? p : q, p > q ? q : p);
  }
}

/** The key of two primes with the usual exponent. */
export function privateKey(p: bigint, q: bigint): RsaPrivateKey {
  return { n: p * q, e: EXPONENT, p, q };
}

/** The two highest bits are set, so that two primes give a modulus of full length. */
function generatePrime(bits: number, random: FillRandom, isPrime: IsPrime): bigint {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  for (;;) {
    random(bytes);
    const drawn = numberOf(bytes) >> BigInt(8 * bytes.length - bits);
    for (const candidate of sieved(drawn | (3n << BigInt(bits - 2)) | 1n)) {
      if ((candidate - 1n) % EXPONENT !== 0n && candidate >> BigInt(bits) === 0n && isPrime(candidate)) return candidate;
    }
  }
}

/** With the Chinese remainder theorem: two exponents of half the length. */
function privatePower(key: RsaPrivateKey, value: bigint): bigint {
  const { p, q, e } = key;
  const atP = modPow(value % p, modInverse(e, p - 1n), p);
  const atQ = modPow(value % q, modInverse(e, q - 1n), q);
  const factor = (((atP - atQ) % p) + p) * modInverse(q % p, p) % p;
  return atQ + factor * q;
}

function digestInfo(digest: Digest, value: Uint8Array, withNull: boolean): Uint8Array {
  const algorithm = derAlgorithm(digest.oid);
  const shorter = der(TAG.sequence, parseDer(algorithm).parts[0]!.whole);
  return der(TAG.sequence, withNull ? algorithm : shorter, der(TAG.octetString, value));
}

function signatureBlock(bytes: number, info: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(0, 1), new Uint8Array(bytes - info.length - 3).fill(0xff), Uint8Array.of(0), info);
}

export function sign(key: RsaPrivateKey, digest: Digest, message: Uint8Array): Uint8Array {
  const bytes = modulusBytes(key);
  const block = signatureBlock(bytes, digestInfo(digest, digestOf(digest, message), true));
  return bytesOf(privatePower(key, numberOf(block)), bytes);
}

/** The padded block is compared whole; only a missing NULL in it is let pass (RFC 8017 §9.2 note 1). */
export function verify(key: RsaPublicKey, digest: Digest, message: Uint8Array, signature: Uint8Array): boolean {
  const bytes = modulusBytes(key);
  const value = numberOf(signature);
  if (signature.length !== bytes || value >= key.n) return false;
  const block = bytesOf(modPow(value, key.e, key.n), bytes);
  const hashed = digestOf(digest, message);
  return [true, false].some((withNull) => {
    const info = digestInfo(digest, hashed, withNull);
    return info.length + 3 + PADDING_BYTES_MIN <= bytes && sameBytes(block, signatureBlock(bytes, info));
  });
}

export function encryptKey(key: RsaPublicKey, secret: Uint8Array, random: FillRandom): Uint8Array {
  const bytes = modulusBytes(key);
  const padding = new Uint8Array(bytes - secret.length - 3);
  if (padding.length < PADDING_BYTES_MIN) throw new RangeError("the key is too short for the secret");
  random(padding);
  const nonZero = padding.map((byte) => byte || 0xa5);
  const block = joined(Uint8Array.of(0, 2), nonZero, Uint8Array.of(0), secret);
  return bytesOf(modPow(numberOf(block), key.e, key.n), bytes);
}

/** The secret, or undefined when it was encrypted for another key. */
export function decryptKey(key: RsaPrivateKey, encrypted: Uint8Array): Uint8Array | undefined {
  const bytes = modulusBytes(key);
  const value = numberOf(encrypted);
  if (encrypted.length !== bytes || value >= key.n) return undefined;
  const block = bytesOf(privatePower(key, value), bytes);
  const end = block.indexOf(0, 2);
  return block[0] === 0 && block[1] === 2 && end >= 2 + PADDING_BYTES_MIN ? block.subarray(end + 1) : undefined;
}

/** DER SubjectPublicKeyInfo, RFC 3279 §2.3.1. */
export function derPublicKey({ n, e }: RsaPublicKey): Uint8Array {
  return der(TAG.sequence, derAlgorithm(RSA_ENCRYPTION), derBitString(der(TAG.sequence, derInteger(n), derInteger(e))));
}

export function readPublicKey(element: Element): RsaPublicKey {
  const fields = new Fields(element);
  if (readAlgorithm(fields.next()) !== RSA_ENCRYPTION) throw new MalformedError("a public key that is not RSA's");
  const numbers = new Fields(parseDer(readBitString(fields.next())));
  fields.end();
  const key = { n: readInteger(numbers.next()), e: readInteger(numbers.next()) };
  numbers.end();
  const bits = modulusBits(key);
  const usable = bits >= MODULUS_BITS_MIN && bits <= MODULUS_BITS_MAX && key.n % 2n === 1n && key.e % 2n === 1n && key.e > 1n;
  if (!usable || key.e >> BigInt(EXPONENT_BITS_MAX) !== 0n) throw new MalformedError("an RSA key of a size that is not used");
  return key;
}

/** PKCS#1 RSAPrivateKey, RFC 8017 §A.1.2. */
export function derPrivateKey({ n, e, p, q }: RsaPrivateKey): Uint8Array {
  const d = modInverse(e, ((p - 1n) * (q - 1n)));
  const numbers = [0n, n, e, d, p, q, d % (p - 1n), d % (q - 1n), modInverse(q % p, p)];
  return der(TAG.sequence, ...numbers.map(derInteger));
}

export function readPrivateKey(bytes: Uint8Array): RsaPrivateKey {
  const fields = new Fields(parseDer(bytes));
  const [version, n, e, d, p, q] = [0, 0, 0, 0, 0, 0].map(() => readInteger(fields.next())) as [
    bigint, bigint, bigint, bigint, bigint, bigint,
  ];
  const whole = version === 0n && p > 1n && q > 1n && p * q === n && (d * e) % (p - 1n) === 1n && (d * e) % (q - 1n) === 1n;
  if (!whole) throw new MalformedError("no RSA private key");
  return { n, e, p, q };
}
