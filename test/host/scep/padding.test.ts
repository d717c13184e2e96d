// Goal: padding, keys, certificates of a CA and names are refused when they are nearly right. Method: blocks that are made by hand, one
// thing wrong with each.

import t from "tap";
import { AES_128, decrypt, digestOf, DIGESTS, encrypt, readCipher, SHA_256 } from "../../../host/scep/algorithms.js";
import { narrowedTo, readAuthority } from "../../../host/scep/authority.js";
import { derSigned, issueCertificate, readCertificate, sameKey } from "../../../host/scep/certificate.js";
import { derCertificates } from "../../../host/scep/cms.js";
import { der, MalformedError, parseDer, TAG } from "../../../host/scep/der.js";
import { bytesOf, derOid, hexBytes, numberOf } from "../../../host/scep/der-values.js";
import { modPow } from "../../../host/scep/modular.js";
import { derName, readName } from "../../../host/scep/name.js";
import { isProbablePrime } from "../../../host/scep/primes.js";
import { decryptKey, derPublicKey, generateKey, readPublicKey, sign, verify } from "../../../host/scep/rsa.js";
import { AUTHORITY_KEY, REGISTRAR_KEY } from "../../../host/site/scep/keys.js";
import { replaced } from "../../support/replaced.js";
import { fill } from "../../support/scep.js";

const key = generateKey(1024, fill(21), isProbablePrime);
const SHA_512 = DIGESTS.find(({ name }) => name === "sha-512")!;

t.test("the padding of an encrypted key: type 2, and eight bytes at least", (t) => {
  const opened = (start: readonly number[], random: number): number | undefined => {
    const block = new Uint8Array(128).fill(7);
    block.set(start);
    block[2 + random] = 0;
    return decryptKey(key, bytesOf(modPow(numberOf(block), key.e, key.n), 128))?.length;
  };
  t.equal(opened([0, 2], 8), 117);
  t.equal(opened([0, 2], 7), undefined);
  t.equal(opened([0, 2], 0), undefined);
  t.equal(opened([0, 1], 8), undefined);
  t.equal(opened([0, 2], 126), undefined, "no end");
  t.equal(decryptKey(key, bytesOf(key.n, 128)), undefined, "not below the modulus");
  t.end();
});

t.test("a signature is one number below the modulus", (t) => {
  const messages = Array.from({ length: 40 }, (_, index) => Uint8Array.of(index));
  const limit = 1n << 1024n;
  const message = messages.find((each) => numberOf(sign(key, SHA_256, each)) + key.n < limit)!;
  const signature = sign(key, SHA_256, message);
  t.ok(verify(key, SHA_256, message, signature));
  t.notOk(verify(key, SHA_256, message, bytesOf(numberOf(signature) + key.n, 128)));
  t.notOk(verify(key, SHA_256, message, Uint8Array.of(0, ...signature)));
  const small = generateKey(512, fill(22), isProbablePrime);
  t.notOk(verify(small, SHA_512, message, new Uint8Array(64)), "a digest that is longer than the key");
  t.end();
});

t.test("keys of a size that is used", (t) => {
  const read = (n: bigint, e: bigint): boolean => {
    try {
      return sameKey(readPublicKey(parseDer(derPublicKey({ n, e }))), { n, e });
    } catch (error) {
      if (error instanceof MalformedError) return false;
      throw error;
    }
  };
  const of = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
  t.same([511, 512, 8192, 8193].map((bits) => read(of(bits), 3n)), [false, true, true, false]);
  t.same([1n, 2n, 3n, of(64), of(65)].map((e) => read(key.n, e)), [false, false, true, true, false]);
  t.equal(read(key.n - 1n, 3n), false);
  t.equal(sameKey(key, { n: key.n, e: 3n }), false, "the same modulus is not the same key");
  t.end();
});

t.test("the padding of the content", (t) => {
  const [secret, iv] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
  const opened = (padded: Uint8Array): number => {
    const encrypted = encrypt(AES_128, secret, iv, padded).subarray(0, padded.length);
    try {
      return decrypt(AES_128, secret, iv, encrypted).length;
    } catch (error) {
      if (error instanceof MalformedError) return -1;
      throw error;
    }
  };
  const ending = (...end: readonly number[]): Uint8Array => Uint8Array.of(...new Uint8Array(16 - end.length).fill(9), ...end);
  t.same([ending(1), ending(2, 2), new Uint8Array(16).fill(16)].map(opened), [15, 14, 0]);
  t.same([ending(0), ending(3, 2), ending(2, 3, 3), new Uint8Array(32).fill(17), new Uint8Array(16).fill(255)].map(opened),
    [-1, -1, -1, -1, -1]);
  const cipher = (bytes: number): unknown =>
    readCipher(parseDer(der(TAG.sequence, derOid(AES_128.oid), der(TAG.octetString, new Uint8Array(bytes))))).cipher;
  t.equal(cipher(16), AES_128);
  for (const bytes of [0, 8, 15, 17]) t.throws(() => cipher(bytes), MalformedError);
  t.end();
});

const plan = { serial: 1n, notBefore: 0, notAfter: 1e9 };
const [ONE, TWO, RA] = ["one", "two", "ra"].map((name) => derName("", name)) as [Uint8Array, Uint8Array, Uint8Array];
const one = issueCertificate({ ...plan, issuer: ONE, subject: ONE, key: AUTHORITY_KEY, isAuthority: true }, SHA_256, AUTHORITY_KEY);
const two = issueCertificate({ ...plan, issuer: TWO, subject: TWO, key: REGISTRAR_KEY, isAuthority: true }, SHA_256, REGISTRAR_KEY);

/** A registration authority of the second CA with these bits of key usage. */
function registrar(usage: string): Uint8Array {
  const issued = issueCertificate({ ...plan, serial: 2n, issuer: TWO, subject: RA, key }, SHA_256, REGISTRAR_KEY);
  const extension = der(TAG.sequence, hexBytes("0603551d0f"), der(TAG.octetString, hexBytes(usage)));
  const body = replaced(parseDer(issued).parts[0]!, [7], () => [der(0xa3, der(TAG.sequence, extension))])[0]!;
  return derSigned(body, SHA_256, REGISTRAR_KEY);
}

t.test("a registration authority does what its key usage lets it, and for its own CA", (t) => {
  const names = (usage: string): readonly [number, boolean] => {
    const { signers, recipient } = readAuthority(derCertificates([registrar(usage), two]));
    return [signers.length, recipient.serial === 2n];
  };
  t.same(["030205a0", "03020520", "03020780"].map(names), [[2, true], [1, true], [2, false]]);
  const both = readAuthority(derCertificates([registrar("030205a0"), two, one]));
  t.same([both.issuers.length, both.recipient.serial], [2, 2n]);
  const narrow = narrowedTo(both, digestOf(SHA_256, one))!;
  t.same([narrow.issuers, narrow.signers, [narrow.recipient]].map((list) => list.map(({ der: bytes }) => bytes)), [[one], [one], [one]]);
  t.equal(narrowedTo(both, digestOf(SHA_256, two))?.recipient.serial, 2n);
  t.end();
});

t.test("a certificate has one signature algorithm; a name has an end", (t) => {
  const other = replaced(parseDer(one), [0, 2, 0], () => [derOid(SHA_512.withRsa)])[0]!;
  t.throws(() => readCertificate(other), /two signature algorithms/);
  const part = parseDer(ONE).parts[0]!.whole;
  const name = (count: number): unknown => readName(parseDer(der(TAG.sequence, ...Array.from({ length: count }, () => part))));
  t.ok(name(32));
  t.throws(() => name(33), MalformedError);
  t.end();
});
