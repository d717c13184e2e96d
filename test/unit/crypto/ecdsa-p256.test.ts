// Goal: exactly the ECDSA signatures over P-256 verify that are right and in the one DER form.
// Method: Wycheproof's vectors, in place; seeded messages signed by node:crypto and altered, with node:crypto as judge (its nonces
// are random, so a failure prints the signature); every bit of one; DER's other forms; keys that are no points; edge numbers.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { loadHarness } from "../../support/harness.js";
import { P256_PREFIX_BYTES, differentialCount, nodeVerifies, p256Pair, signMessage } from "../../support/signing-keys.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto", () => ({}));
const [KEY, SIGNATURE, DIGEST] = [0x80000, 0x80040, 0x80400] as const;
const VECTORS = "../shared/samples/vectors/ecdsa_secp256r1_sha256_test.json";
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function verifies(spki: Buffer, message: Uint8Array, signature: Uint8Array): boolean {
  core.write(KEY, spki.subarray(P256_PREFIX_BYTES));
  core.write(SIGNATURE, signature);
  core.write(DIGEST, createHash("sha256").update(message).digest());
  return core.call("ecdsa_verify", KEY, SIGNATURE, signature.length, DIGEST) === 1;
}

function integer(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, "hex");
  return element(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

function element(tag: number, contents: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, contents.length), contents]);
}

const signatureOf = (r: bigint, s: bigint): Buffer => element(0x30, Buffer.concat([integer(r), integer(s)]));

/** R and S of a signature. */
function numbersOf(signature: Buffer): [bigint, bigint] {
  const rBytes = signature[3]!;
  return [BigInt(`0x${signature.subarray(4, 4 + rBytes).toString("hex")}`), BigInt(`0x${signature.subarray(6 + rBytes).toString("hex")}`)];
}

t.test("Wycheproof's vectors", { skip: existsSync(VECTORS) ? false : `${VECTORS} is absent` }, (t) => {
  interface Vectors {
    numberOfTests: number;
    testGroups: { publicKeyDer: string; tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[] }[];
  }
  const vectors = JSON.parse(readFileSync(VECTORS, "utf8")) as Vectors;
  let count = 0;
  for (const group of vectors.testGroups) {
    for (const test of group.tests) {
      const valid = verifies(Buffer.from(group.publicKeyDer, "hex"), Buffer.from(test.msg, "hex"), Buffer.from(test.sig, "hex"));
      t.equal(valid, test.result === "valid", `${test.tcId}: ${test.comment}`);
      count++;
    }
  }
  t.equal(count, vectors.numberOfTests);
  t.end();
});

t.test("seeded messages: signed ones verify, altered ones do as node:crypto says", (t) => {
  const wrong = [];
  const pairs = Array.from({ length: 50 }, (_, index) => p256Pair(`p256 key ${index}`));
  for (let index = 0; index < differentialCount(300); index++) {
    const pair = pairs[index % pairs.length]!;
    const message = seededBytes(`p256 message ${index}`, index % 300);
    const signature = signMessage(pair, message);
    if (!verifies(pair.spki, message, signature)) wrong.push([index, "signed", signature.toString("hex")]);
    const altered = [Buffer.from(pair.spki), Buffer.concat([message, Buffer.of(0)]), Buffer.from(signature)] as const;
    const part = index % 3 === 0 ? altered[0].subarray(P256_PREFIX_BYTES) : altered[index % 3]!;
    part[(index * 7) % part.length]! ^= 1 << (index % 8);
    if (verifies(...altered) !== nodeVerifies(...altered)) wrong.push([index, "altered", altered[2].toString("hex")]);
  }
  t.same(wrong, []);
  t.end();
});

t.test("every bit of one signature, and what follows it", (t) => {
  const pair = p256Pair("bits");
  const message = Buffer.from("message");
  const signature = signMessage(pair, message);
  for (let bit = 0; bit < signature.length * 8; bit++) {
    const altered = Buffer.from(signature);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    if (verifies(pair.spki, message, altered)) t.fail(`bit ${bit} of ${signature.toString("hex")}`);
  }
  for (let bytes = 0; bytes < signature.length; bytes++) t.notOk(verifies(pair.spki, message, signature.subarray(0, bytes)));
  t.notOk(verifies(pair.spki, message, Buffer.concat([signature, Buffer.of(0)])), "a byte behind it");
  t.ok(verifies(pair.spki, message, signature));
  t.end();
});

t.test("one form of DER, one form of each number", (t) => {
  const pair = p256Pair("der");
  const message = Buffer.from("message");
  const [r, s] = numbersOf(signMessage(pair, message));
  t.ok(verifies(pair.spki, message, signatureOf(r, s)));
  t.ok(verifies(pair.spki, message, signatureOf(r, ORDER - s)), "ECDSA takes both signs of S; so does node:crypto");
  const [rDer, sDer] = [integer(r), integer(s)];
  const body = Buffer.concat([rDer, sDer]);
  const padded = element(0x02, Buffer.concat([Buffer.of(0), rDer.subarray(2)]));
  const refused: Readonly<Record<string, Buffer>> = {
    "length in two bytes": Buffer.concat([Buffer.of(0x30, 0x81, body.length), body]),
    "length in three bytes": Buffer.concat([Buffer.of(0x30, 0x82, 0, body.length), body]),
    "indefinite length": Buffer.concat([Buffer.of(0x30, 0x80), body, Buffer.of(0, 0)]),
    "number padded": element(0x30, Buffer.concat([padded, sDer])),
    "a third number": element(0x30, Buffer.concat([body, integer(1n)])),
    "one number": element(0x30, rDer),
    "a set": element(0x31, body),
    "R an octet string": element(0x30, Buffer.concat([element(0x04, rDer.subarray(2)), sDer])),
    "R empty": element(0x30, Buffer.concat([Buffer.of(2, 0), sDer])),
    "R negative": element(0x30, Buffer.concat([element(0x02, Buffer.of(0x80)), sDer])),
    "R + order": signatureOf(r + ORDER, s),
    "S + order": signatureOf(r, s + ORDER),
    "R of 40 bytes": signatureOf(r + (1n << 312n), s),
    empty: Buffer.alloc(0),
  };
  for (const [name, signature] of Object.entries(refused)) t.notOk(verifies(pair.spki, message, signature), name);
  for (const edge of [0n, 1n, ORDER - 1n, ORDER]) {
    for (const signature of [signatureOf(edge, s), signatureOf(r, edge), signatureOf(edge, edge)]) {
      t.equal(verifies(pair.spki, message, signature), nodeVerifies(pair.spki, message, signature));
    }
  }
  t.end();
});

t.test("keys that are no points, and points that the sum meets", (t) => {
  const pair = p256Pair("points");
  const message = Buffer.from("message");
  const signature = signMessage(pair, message);
  const keyOf = (x: string, y: string): Buffer => Buffer.concat([pair.spki.subarray(0, P256_PREFIX_BYTES), Buffer.from(x + y, "hex")]);
  const prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
  const [x, y] = [pair.spki.subarray(27, 59).toString("hex"), pair.spki.subarray(59).toString("hex")];
  t.ok(verifies(keyOf(x, y), message, signature));
  for (const [badX, badY] of [[y, x], ["00".repeat(32), "00".repeat(32)], [prime, y], [x, prime], ["ff".repeat(32), y], [x, x]] as const) {
    t.notOk(verifies(keyOf(badX, badY), message, signature));
  }
  // The key 1 is the base point itself and -1 its negative: additions of equal points, and of opposite ones.
  const base = ["6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"] as const;
  const negative = (BigInt(`0x${prime}`) - BigInt(`0x${base[1]}`)).toString(16).padStart(64, "0");
  const digest = BigInt(`0x${createHash("sha256").update(message).digest("hex")}`);
  const r = BigInt(`0x${base[0]}`) % ORDER;
  // S = digest + R gives (digest + R) / S = 1 with the key 1: the sum is the base point, whose x is R.
  t.ok(verifies(keyOf(...base), message, signatureOf(r, (digest + r) % ORDER)));
  t.ok(verifies(keyOf(base[0], negative), message, signatureOf(r, (((digest - r) % ORDER) + ORDER) % ORDER)));
  // With R = digest the key -1 cancels the base point: the sum is neutral and has no x.
  for (const s of [1n, 2n, 12345n]) t.notOk(verifies(keyOf(base[0], negative), message, signatureOf(digest % ORDER, s)));
  for (const s of [1n, 2n, 12345n]) {
    const [key, twice] = [keyOf(...base), signatureOf(digest % ORDER, s)];
    t.equal(verifies(key, message, twice), nodeVerifies(key, message, twice), "equal factors");
  }
  t.end();
});
