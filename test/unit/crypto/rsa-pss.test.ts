// Goal: exactly the RSA-PSS signatures verify that RFC 8017 allows with SHA-256, MGF1 with SHA-256, and 32 bytes of salt.
// Method: Wycheproof's vectors, in place; seeded messages signed by node:crypto and altered, with node:crypto as judge (salts are
// random, so a failure prints the signature); every byte of one; padded messages with one thing wrong, raised with the private key.

import { constants, createHash, privateDecrypt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { loadHarness } from "../../support/harness.js";
import { differentialCount, nodeVerifies, rsaPair, signMessage, type Pair } from "../../support/signing-keys.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto", () => ({}));
const [KEY, SIGNATURE, DIGEST] = [0x80000, 0x80400, 0x80800] as const;
const SIZES = [2048, 3072] as const;
const sha256 = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();

function verifiesDigest(spki: Buffer, digest: Uint8Array, signature: Uint8Array): boolean {
  core.write(KEY, spki);
  core.write(SIGNATURE, signature);
  core.write(DIGEST, digest);
  return core.call("rsa_pss_verify", KEY, spki.length, SIGNATURE, signature.length, DIGEST) === 1;
}

const verifies = (spki: Buffer, message: Uint8Array, signature: Uint8Array): boolean => verifiesDigest(spki, sha256(message), signature);

for (const size of SIZES) {
  const path = `../shared/samples/vectors/rsa_pss_${size}_sha256_mgf1_32_test.json`;
  t.test(`Wycheproof's vectors, ${size} bits`, { skip: existsSync(path) ? false : `${path} is absent` }, (t) => {
    interface Vectors {
      numberOfTests: number;
      testGroups: { publicKeyDer: string; tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[] }[];
    }
    const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors;
    let count = 0;
    for (const group of vectors.testGroups) {
      for (const test of group.tests) {
        const signature = Buffer.from(test.sig, "hex");
        // A signature of another length never reaches the core's verification: the container has a length for it.
        const fits = signature.length === size / 8;
        const valid = fits && verifies(Buffer.from(group.publicKeyDer, "hex"), Buffer.from(test.msg, "hex"), signature);
        t.equal(valid, test.result === "valid", `${test.tcId}: ${test.comment}`);
        count++;
      }
    }
    t.equal(count, vectors.numberOfTests);
    t.end();
  });

  t.test(`seeded messages, ${size} bits: signed ones verify, altered ones do as node:crypto says`, (t) => {
    const wrong = [];
    const pair = rsaPair(size);
    for (let index = 0; index < differentialCount(100); index++) {
      const message = seededBytes(`rsa message ${index}`, index % 300);
      const signature = signMessage(pair, message);
      if (!verifies(pair.spki, message, signature)) wrong.push([index, "signed", signature.toString("hex")]);
      const altered = [Buffer.from(pair.spki), Buffer.concat([message, Buffer.of(0)]), Buffer.from(signature)] as const;
      // Of the key only the modulus is altered, and neither its size nor whether it is odd.
      const part = index % 3 === 0 ? altered[0].subarray(40, 40 + size / 8 - 20) : altered[index % 3]!;
      part[(index * 7) % part.length]! ^= 1 << (index % 8);
      if (verifies(...altered) !== nodeVerifies(...altered)) wrong.push([index, "altered", altered[2].toString("hex")]);
    }
    t.same(wrong, []);
    t.end();
  });
}

t.test("every byte of one signature", (t) => {
  for (const size of SIZES) {
    const pair = rsaPair(size);
    const message = Buffer.from("message");
    const signature = signMessage(pair, message);
    t.ok(verifies(pair.spki, message, signature));
    for (let index = 0; index < signature.length; index++) {
      const altered = Buffer.from(signature);
      altered[index]! ^= 1 << (index & 7);
      if (verifies(pair.spki, message, altered)) t.fail(`byte ${index} of ${signature.toString("hex")}`);
    }
  }
  t.end();
});

/** Raises a message to the private exponent: a signature whose padding is the test's own. */
function raise(pair: Pair, message: Buffer): Buffer {
  return privateDecrypt({ key: pair.privateKey, padding: constants.RSA_NO_PADDING }, message);
}

interface Padding {
  readonly saltBytes?: number;
  readonly mark?: number;
  readonly trailer?: number;
  readonly prefix?: number;
  readonly topBit?: boolean;
}

/** A padded message (RFC 8017 §9.1.1) with the parts that the test asks for. */
function padded(bytes: number, digest: Buffer, { saltBytes = 32, mark = 1, trailer = 0xbc, prefix = 0, topBit = false }: Padding): Buffer {
  const salt = seededBytes("salt", saltBytes);
  const hash = sha256(Buffer.alloc(8), digest, salt);
  const block = Buffer.alloc(bytes - 33);
  block[0] = prefix;
  block[block.length - saltBytes - 1] = mark;
  salt.copy(block, block.length - saltBytes);
  for (let index = 0; index < block.length; index++) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(index >> 5);
    block[index]! ^= sha256(hash, counter)[index & 31]!;
  }
  block[0] = topBit ? block[0]! | 0x80 : block[0]! & 0x7f;
  return Buffer.concat([block, hash, Buffer.of(trailer)]);
}

t.test("a padding with one thing wrong", (t) => {
  for (const size of SIZES) {
    const pair = rsaPair(size);
    const digest = sha256(Buffer.from("message"));
    const judged = (padding: Padding): boolean => verifiesDigest(pair.spki, digest, raise(pair, padded(size / 8, digest, padding)));
    t.ok(judged({}), "as it should be");
    t.notOk(judged({ saltBytes: 31 }));
    t.notOk(judged({ saltBytes: 33 }));
    t.notOk(judged({ saltBytes: 0 }));
    t.notOk(judged({ mark: 0 }));
    t.notOk(judged({ mark: 3 }));
    t.notOk(judged({ trailer: 0xcc }));
    t.notOk(judged({ prefix: 1 }));
    t.notOk(verifiesDigest(pair.spki, sha256(), raise(pair, padded(size / 8, digest, {}))), "another digest");
    // The modulus may be below a message with its top bit set; then there is no such signature.
    const high = padded(size / 8, digest, { topBit: true });
    if (high.compare(pair.spki, 33, 33 + size / 8) < 0) t.notOk(verifiesDigest(pair.spki, digest, raise(pair, high)), "top bit");
  }
  t.end();
});

t.test("numbers and keys that are refused", (t) => {
  const pair = rsaPair(2048);
  const message = Buffer.from("message");
  const signature = signMessage(pair, message);
  const changed = (change: (spki: Buffer) => void): Buffer => {
    const spki = Buffer.from(pair.spki);
    change(spki);
    return spki;
  };
  const modulus = BigInt(`0x${pair.spki.subarray(33, 289).toString("hex")}`);
  const beyond = BigInt(`0x${signature.toString("hex")}`) + modulus;
  // A modulus far below 2^2048 leaves room for the signature and once the modulus.
  if (beyond < 2n ** 2048n) t.notOk(verifies(pair.spki, message, Buffer.from(beyond.toString(16), "hex")), "plus the modulus");
  t.notOk(verifies(pair.spki, message, pair.spki.subarray(33, 289)), "the modulus itself");
  t.notOk(verifies(rsaPair(3072).spki, message, signature), "a key of another size");
  t.notOk(verifies(pair.spki.subarray(0, 293), message, signature), "cut");
  t.notOk(verifies(Buffer.concat([pair.spki, Buffer.of(0)]), message, signature), "longer");
  t.notOk(verifies(changed((spki) => (spki[288]! &= 0xfe)), message, signature), "even");
  t.notOk(verifies(changed((spki) => (spki[293] = 0)), message, signature), "an even exponent");
  t.notOk(verifies(changed((spki) => (spki[14] = 0x0a)), message, signature), "another algorithm");
  for (let index = 0; index < 33; index++) {
    t.notOk(verifies(changed((spki) => (spki[index]! ^= 0x40)), message, signature), `byte ${index} of the key`);
  }
  t.notOk(verifies(Buffer.alloc(0), message, signature));
  t.end();
});
