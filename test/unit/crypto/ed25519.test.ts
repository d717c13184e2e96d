// Goal: exactly the signatures of the strict rule verify (docs/FORMAT.md): RFC 8032 without the cofactor, canonical, no small orders.
// Method: the RFC's vectors; Wycheproof's, in place; seeded messages signed by node:crypto and altered; points of small and of mixed
// order, made with BigInt, judged by the equation itself and by node:crypto.

import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { BASE, L, P, add, decode, encode, fromBytes, multiply, toBytes } from "../../support/edwards.js";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";
import { differentialCount } from "../../support/signing-keys.js";

const core = loadHarness("crypto", () => ({}));
const [KEY, SIGNATURE, MESSAGE] = [0x80000, 0x80020, 0x80060] as const;
const VECTORS = "../shared/samples/vectors/ed25519_test.json";

function put(key: Uint8Array, signature: Uint8Array, message: Uint8Array): void {
  core.write(KEY, key);
  core.write(SIGNATURE, signature);
  core.write(MESSAGE, message);
}

function verifies(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  put(key, signature, message);
  return core.call("ed25519_verify", KEY, SIGNATURE, MESSAGE, message.length) === 1;
}

const starts = (): boolean => core.call("ed25519_start", KEY, SIGNATURE) === 1;

interface Pair {
  readonly signer: KeyObject;
  readonly key: Buffer;
  /** The factor of the base point that makes the key. */
  readonly factor: bigint;
}

function pair(seed: string): Pair {
  const secret = seededBytes(seed, 32);
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), secret]);
  const signer = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const digest = createHash("sha512").update(secret).digest();
  digest[0]! &= 248;
  digest[31] = (digest[31]! & 127) | 64;
  const key = createPublicKey(signer).export({ format: "der", type: "spki" }).subarray(12);
  return { signer, key, factor: fromBytes(digest.subarray(0, 32)) % L };
}

function nodeVerifies(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
  return verify(null, message, createPublicKey({ key: spki, format: "der", type: "spki" }), signature);
}

const hashFactor = (r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  fromBytes(createHash("sha512").update(r).update(key).update(message).digest()) % L;

/** RFC 8032 §7.1, tests 1 to 3: key, message, signature. */
const RFC: readonly (readonly [string, string, string])[] = [
  ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
  ["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
  ["fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"],
];

/** y of the points of order 1, 2, 4 and 8; each with either bit 255, though not each has two points. */
const SMALL_ORDER_Y = [
  1n, P - 1n, 0n,
  fromBytes(Buffer.from("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "hex")),
  fromBytes(Buffer.from("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "hex")),
];
const withSigns = (values: readonly bigint[]): Buffer[] => values.flatMap((y) => [toBytes(y), toBytes(y | (1n << 255n))]);

t.test("RFC 8032's vectors, every bit of one altered", (t) => {
  const vectors = RFC.map((texts) => texts.map((text) => Buffer.from(text, "hex")) as [Buffer, Buffer, Buffer]);
  for (const [key, message, signature] of vectors) t.ok(verifies(key, signature, message));
  const [key, message, signature] = vectors[2]!;
  const all = Buffer.concat([key, signature, message]);
  for (let bit = 0; bit < all.length * 8; bit++) {
    const altered = Buffer.from(all);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    t.notOk(verifies(altered.subarray(0, 32), altered.subarray(32, 96), altered.subarray(96)), `bit ${bit}`);
  }
  t.end();
});

t.test("Wycheproof's vectors", { skip: existsSync(VECTORS) ? false : `${VECTORS} is absent` }, (t) => {
  interface Vectors {
    numberOfTests: number;
    testGroups: { publicKey: { pk: string }; tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[] }[];
  }
  const vectors = JSON.parse(readFileSync(VECTORS, "utf8")) as Vectors;
  let count = 0;
  for (const group of vectors.testGroups) {
    for (const test of group.tests) {
      const signature = Buffer.from(test.sig, "hex");
      // A signature of another length never reaches the core's verification: the container has a length for it.
      const valid = signature.length === 64 && verifies(Buffer.from(group.publicKey.pk, "hex"), signature, Buffer.from(test.msg, "hex"));
      t.equal(valid, test.result === "valid", `${test.tcId}: ${test.comment}`);
      count++;
    }
  }
  t.equal(count, vectors.numberOfTests);
  t.end();
});

t.test("every cut of a message, and byte by byte", (t) => {
  const message = seededBytes("cut", 200);
  const { signer, key } = pair("cut");
  put(key, sign(null, message, signer), message);
  const wrong = [];
  for (let cut = 0; cut <= message.length; cut++) {
    t.ok(starts());
    core.call("ed25519_push", MESSAGE, cut);
    core.call("ed25519_push", MESSAGE + cut, message.length - cut);
    if (core.call("ed25519_finish") !== 1) wrong.push(cut);
  }
  t.same(wrong, []);
  t.ok(starts());
  for (let i = 0; i < message.length; i++) core.call("ed25519_push", MESSAGE + i, 1);
  t.equal(core.call("ed25519_finish"), 1, "byte by byte");
  t.equal(core.call("ed25519_finish"), 0, "a second finish knows no message");
  t.end();
});

t.test("seeded messages: signed ones verify, altered ones do not", (t) => {
  const wrong = [];
  const pairs = Array.from({ length: 50 }, (_, index) => pair(`key ${index}`));
  for (let i = 0; i < differentialCount(1500); i++) {
    const { signer, key } = pairs[i % pairs.length]!;
    const message = seededBytes(`message ${i}`, i % 300);
    const signature = sign(null, message, signer);
    if (!verifies(key, signature, message)) wrong.push([i, "signed"]);
    const altered = [Buffer.from(key), Buffer.from(signature), Buffer.concat([message, Buffer.from([0])])] as const;
    const part = altered[i % 3]!;
    part[(i * 7) % part.length]! ^= 1 << (i % 8);
    if (verifies(...altered) !== nodeVerifies(...altered)) wrong.push([i, "altered"]);
  }
  t.same(wrong, []);
  t.end();
});

t.test("S of L or more is refused, though the equation holds", (t) => {
  const { signer, key } = pair("malleable");
  const message = Buffer.from("message");
  const signature = sign(null, message, signer);
  const s = fromBytes(signature.subarray(32));
  for (let multiple = 1n; s + multiple * L < 2n ** 256n; multiple++) {
    put(key, Buffer.concat([signature.subarray(0, 32), toBytes(s + multiple * L)]), message);
    t.notOk(starts(), `S + ${multiple} L`);
  }
  t.end();
});

t.test("points of small order and encodings that are not canonical are refused at the start", (t) => {
  const { signer, key } = pair("strict");
  const message = Buffer.from("message");
  const signature = sign(null, message, signer);
  const tooLarge = Array.from({ length: 19 }, (_, index) => P + BigInt(index));
  for (const bytes of withSigns([...SMALL_ORDER_Y, ...tooLarge])) {
    put(bytes, signature, message);
    t.notOk(starts(), `key ${bytes.toString("hex")}`);
    put(key, Buffer.concat([bytes, signature.subarray(32)]), message);
    t.notOk(starts(), `R ${bytes.toString("hex")}`);
    core.call("ed25519_push", MESSAGE, message.length);
    t.equal(core.call("ed25519_finish"), 0, "a refused start stays refused");
  }
  // With the neutral point as key, anybody's R = r B and S = r satisfy the equation for every message.
  const forged = Buffer.concat([key, toBytes(pair("strict").factor)]);
  // The equation alone decides here: node:crypto follows it up to Node 22 and refuses such keys from Node 24 on.
  const left = encode(multiply(fromBytes(forged.subarray(32)), BASE));
  t.same(Buffer.from(left), forged.subarray(0, 32), "S B = R + k · 0: a loose verifier accepts the forgery");
  t.notOk(verifies(toBytes(1n), forged, message));
  t.end();
});

t.test("points with a part of small order: the equation without the cofactor decides", (t) => {
  const order8 = decode(toBytes(SMALL_ORDER_Y[3]!));
  const small = Array.from({ length: 8 }, (_, times) => multiply(BigInt(times), order8));
  const { factor: a } = pair("mixed key");
  const { factor: r } = pair("mixed R");
  const [keys, rs] = [a, r].map((factor) => multiply(factor, BASE)).map((point) => small.map((part) => encode(add(point, part))));
  const message = Buffer.from("message");
  let acceptedCount = 0;
  for (let times = 0; times < 64; times++) {
    const [inKey, inR] = [times & 7, times >> 3];
    const [key, rBytes] = [keys![inKey]!, rs![inR]!];
    const h = hashFactor(rBytes, key, message);
    const signature = Buffer.concat([rBytes, toBytes((r + h * a) % L)]);
    // What remains of S B = R + h A is the parts of small order: those in R and h times those in A, mod 8.
    const holds = (BigInt(inR) + h * BigInt(inKey)) % 8n === 0n;
    t.equal(verifies(key, signature, message), holds, `${inKey} in the key, ${inR} in R`);
    t.equal(nodeVerifies(key, signature, message), holds, "node:crypto says the same");
    acceptedCount += Number(holds);
  }
  t.ok(acceptedCount >= 2 && acceptedCount < 32, `${acceptedCount} of 64 hold`);
  t.end();
});
