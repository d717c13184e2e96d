// Goal: keys are RSA keys of their size, the same for a seed whoever tests the primes; what we sign and decrypt others made, and back.
// Method: node:crypto as the other side, for 1,024 and 2,048 bits; signatures with one bit changed; padding that is wrong.

import {
  checkPrimeSync, constants, createPrivateKey, createPublicKey, privateDecrypt, publicEncrypt, sign as nodeSign, verify as nodeVerify,
} from "node:crypto";
import t from "tap";
import { DIGESTS, SHA_256 } from "../../../host/scep/algorithms.js";
import { parseDer } from "../../../host/scep/der.js";
import { isProbablePrime, sieved } from "../../../host/scep/primes.js";
import {
  decryptKey, derPrivateKey, derPublicKey, encryptKey, generateKey, modulusBits, readPrivateKey, readPublicKey, sign, verify,
} from "../../../host/scep/rsa.js";
import { fill } from "../../support/scep.js";

const MESSAGE = new TextEncoder().encode("to be signed");
const native = (candidate: bigint): boolean => checkPrimeSync(candidate);

t.test("a seed has one key, with this test for primes or the machine's", (t) => {
  const [own, other] = [isProbablePrime, native].map((isPrime) => generateKey(1024, fill(3), isPrime));
  t.same(own, other);
  t.not(generateKey(1024, fill(4), native).n, own!.n, "another seed, another key");
  t.equal(modulusBits(own!), 1024);
  for (const bits of [1025, 1500, 1999]) t.equal(modulusBits(generateKey(bits, fill(bits), native)), bits);
  t.ok([own!.p, own!.q].every((prime) => checkPrimeSync(prime, { checks: 64 })));
  t.end();
});

t.test("the sieve drops no prime", (t) => {
  const first = 1_000_003n;
  const kept = new Set(sieved(first));
  for (let number = first; number < first + 8192n; number += 2n) if (checkPrimeSync(number)) t.ok(kept.has(number), `${number}`);
  t.equal(kept.has(1_000_005n), false);
  t.end();
});

t.test("numbers that pass weaker tests are no primes", (t) => {
  // Carmichael numbers, and the least strong pseudoprime to the bases 2 to 31.
  for (const number of [561n, 1105n, 1729n, 8911n, 3_825_123_056_546_413_051n]) t.equal(isProbablePrime(number), false, `${number}`);
  for (const number of [2n ** 127n - 1n, 2n ** 521n - 1n]) t.equal(isProbablePrime(number), true);
  t.end();
});

for (const bits of [1024, 2048]) {
  t.test(`${bits} bits with node:crypto as the other side`, (t) => {
    const key = generateKey(bits, fill(bits), native);
    const publicKey = createPublicKey({ key: Buffer.from(derPublicKey(key)), format: "der", type: "spki" });
    const privateKey = createPrivateKey({ key: Buffer.from(derPrivateKey(key)), format: "der", type: "pkcs1" });
    t.equal(publicKey.asymmetricKeyDetails?.modulusLength, bits);
    t.same(readPrivateKey(derPrivateKey(key)), key);
    t.same(readPublicKey(parseDer(derPublicKey(key))), { n: key.n, e: key.e });
    for (const digest of DIGESTS) {
      const name = digest.name.replace("-", "");
      const signature = sign(key, digest, MESSAGE);
      t.ok(nodeVerify(name, MESSAGE, publicKey, signature));
      t.same(signature, new Uint8Array(nodeSign(name, MESSAGE, privateKey)));
      t.ok(verify(key, digest, MESSAGE, signature));
    }
    const secret = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    t.same(decryptKey(key, publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, secret)), secret);
    t.same(decryptKey(key, encryptKey(key, secret, fill(1))), secret);
    const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encryptKey(key, secret, fill(2)));
    t.equal(block.subarray(0, 2).toString("hex"), "0002");
    t.end();
  });
}

t.test("what is not right is refused", (t) => {
  const key = generateKey(1024, fill(9), native);
  const signature = sign(key, SHA_256, MESSAGE);
  for (let index = 0; index < signature.length; index++) {
    t.equal(verify(key, SHA_256, MESSAGE, signature.map((byte, at) => (at === index ? byte ^ 1 : byte))), false);
  }
  t.equal(verify(key, SHA_256, Uint8Array.of(1), signature), false);
  t.equal(verify(key, SHA_256, MESSAGE, signature.subarray(1)), false);
  t.equal(decryptKey(key, signature), undefined, "no padding of an encryption");
  t.equal(decryptKey(key, new Uint8Array(128).fill(0xff)), undefined, "not below the modulus");
  t.equal(decryptKey(key, new Uint8Array(127)), undefined);
  t.throws(() => readPrivateKey(derPublicKey(key)));
  t.end();
});
