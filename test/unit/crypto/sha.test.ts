// Goal: SHA-256 and SHA-512 give the standard's digests, however the bytes arrive.
// Method: NIST's examples; every two-piece cut over all paddings of two blocks, in three-block messages; byte by byte; seeded messages
// of all lengths and alignments against node:crypto.

import { createHash } from "node:crypto";
import t from "tap";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto", () => ({}));
const AT = 0x80000;
const DIGEST_AT = 0x7ff00;

interface Hash {
  readonly name: "sha256" | "sha512";
  readonly bytes: number;
  readonly blockBytes: number;
  /** Digests of "", "abc" and a million times "a" (FIPS 180-4 examples of NIST). */
  readonly examples: readonly [string, string, string];
}

const HASHES: readonly Hash[] = [
  {
    name: "sha256", bytes: 32, blockBytes: 64,
    examples: [
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    ],
  },
  {
    name: "sha512", bytes: 64, blockBytes: 128,
    examples: [
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    ],
  },
];

function stream(hash: Hash, at: number, pieces: readonly number[]): string {
  core.call(`${hash.name}_init`);
  for (const piece of pieces) {
    core.call(`${hash.name}_push`, at, piece);
    at += piece;
  }
  core.call(`${hash.name}_finish`, DIGEST_AT);
  return Buffer.from(core.read(DIGEST_AT, hash.bytes)).toString("hex");
}

const judge = (hash: Hash, message: Uint8Array): string => createHash(hash.name).update(message).digest("hex");

for (const hash of HASHES) {
  t.test(`${hash.name}: NIST's examples`, (t) => {
    core.write(AT, Buffer.from("abc"));
    t.equal(stream(hash, AT, [0]), hash.examples[0]);
    t.equal(stream(hash, AT, [3]), hash.examples[1]);
    core.call(`${hash.name}_init`);
    core.write(AT, new Uint8Array(10_000).fill(0x61));
    for (let i = 0; i < 100; i++) core.call(`${hash.name}_push`, AT, 10_000);
    core.call(`${hash.name}_finish`, DIGEST_AT);
    t.equal(Buffer.from(core.read(DIGEST_AT, hash.bytes)).toString("hex"), hash.examples[2]);
    t.end();
  });

  t.test(`${hash.name}: every two-piece cut`, (t) => {
    const message = seededBytes("sha cuts", 3 * hash.blockBytes + 1);
    core.write(AT, message);
    const wrong = [];
    for (let bytes = hash.blockBytes; bytes <= message.length; bytes++) {
      const whole = judge(hash, message.subarray(0, bytes));
      for (let cut = 0; cut <= bytes; cut++) if (stream(hash, AT, [cut, bytes - cut]) !== whole) wrong.push([bytes, cut]);
    }
    t.same(wrong, []);
    t.equal(stream(hash, AT, new Array<number>(message.length).fill(1)), judge(hash, message), "byte by byte");
    t.end();
  });

  t.test(`${hash.name}: seeded messages agree with node:crypto`, (t) => {
    const wrong = [];
    for (let bytes = 0; bytes < 1500; bytes++) {
      const message = seededBytes(`${hash.name} ${bytes}`, bytes);
      const at = AT + (bytes % 8);
      core.write(at, message);
      if (stream(hash, at, [bytes]) !== judge(hash, message)) wrong.push(bytes);
    }
    t.same(wrong, []);
    t.throws(() => core.call(`${hash.name}_push`, AT, -1), new RegExp(`assertion in core/crypto/${hash.name}`));
    t.end();
  });
}
