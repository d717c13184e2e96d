// The algorithms of SCEP by object identifier: digests, and ciphers in CBC mode (RFC 8894 §2.9, RFC 3370, RFC 3565).
//
// In: bytes, keys. Out: digests, plain or encrypted bytes. node-forge does the work; it knows single DES, which Node refuses. What is
// weak is still read, because CAs in the field answer with it, and whoever reports it says so.

import forge from "node-forge";
import { sha256 } from "../image/digest.js";
import { der, type Element, Fields, MalformedError, TAG } from "./der.js";
import { asciiBytes, asciiText, derOid, readOctets, readOid } from "./der-values.js";

const { md: hashes } = forge;

export const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";

export interface Digest {
  readonly name: "sha-1" | "sha-256" | "sha-384" | "sha-512";
  readonly oid: string;
  /** The signature algorithm that goes with it. */
  readonly withRsa: string;
  readonly weak: boolean;
}

export interface Cipher {
  readonly name: "des" | "3des" | "aes-128" | "aes-192" | "aes-256";
  readonly oid: string;
  readonly keyBytes: number;
  readonly blockBytes: number;
  readonly weak: boolean;
}

const withRsa = (number: number): string => `1.2.840.113549.1.1.${number}`;

export const SHA_1: Digest = { name: "sha-1", oid: "1.3.14.3.2.26", withRsa: withRsa(5), weak: true };
export const SHA_256: Digest = { name: "sha-256", oid: "2.16.840.1.101.3.4.2.1", withRsa: withRsa(11), weak: false };
export const DIGESTS: readonly Digest[] = [
  SHA_1,
  SHA_256,
  { name: "sha-384", oid: "2.16.840.1.101.3.4.2.2", withRsa: withRsa(12), weak: false },
  { name: "sha-512", oid: "2.16.840.1.101.3.4.2.3", withRsa: withRsa(13), weak: false },
];

const aes = (bits: 128 | 192 | 256, number: number): Cipher => (
  { name: `aes-${bits}`, oid: `2.16.840.1.101.3.4.1.${number}`, keyBytes: bits / 8, blockBytes: 16, weak: false }
);

export const DES: Cipher = { name: "des", oid: "1.3.14.3.2.7", keyBytes: 8, blockBytes: 8, weak: true };
export const TRIPLE_DES: Cipher = { name: "3des", oid: "1.2.840.113549.3.7", keyBytes: 24, blockBytes: 8, weak: false };
export const AES_128: Cipher = aes(128, 2);
export const CIPHERS: readonly Cipher[] = [DES, TRIPLE_DES, AES_128, aes(192, 22), aes(256, 42)];

export function digestOf(digest: Digest, bytes: Uint8Array): Uint8Array {
  if (digest === SHA_256) return sha256(bytes);
  const { sha1, sha384, sha512 } = hashes;
  const makers = { "sha-1": sha1, "sha-384": sha384, "sha-512": sha512 };
  const state = makers[digest.name as keyof typeof makers].create();
  state.update(asciiText(bytes));
  return asciiBytes(state.digest().getBytes());
}

/** Encrypts with PKCS#7 padding (RFC 5652 §6.3). */
export function encrypt(cipher: Cipher, key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const work = forge.cipher.createCipher(forgeName(cipher), asciiText(key));
  work.start({ iv: asciiText(iv) });
  work.update(forge.util.createBuffer(asciiText(plain)));
  work.finish();
  return asciiBytes(work.output.getBytes());
}

/** Decrypts and takes the padding off. Throws when it is not what encryption leaves. */
export function decrypt(cipher: Cipher, key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Uint8Array {
  if (encrypted.length === 0 || encrypted.length % cipher.blockBytes !== 0) throw new MalformedError("no whole blocks");
  const work = forge.cipher.createDecipher(forgeName(cipher), asciiText(key));
  work.start({ iv: asciiText(iv) });
  work.update(forge.util.createBuffer(asciiText(encrypted)));
  // The padding is looked at below; the types do not know that this function may be given.
  (work.finish as (unpad: () => boolean) => boolean).call(work, () => true);
  const padded = asciiBytes(work.output.getBytes());
  const padding = padded.at(-1)!;
  const plain = padded.subarray(0, padded.length - padding);
  if (padding === 0 || padding > cipher.blockBytes || !padded.subarray(plain.length).every((byte) => byte === padding)) {
    throw new MalformedError("the padding of the content is wrong");
  }
  return plain;
}

function forgeName({ name }: Cipher): forge.cipher.Algorithm {
  return name === "des" ? "DES-CBC" : name === "3des" ? "3DES-CBC" : "AES-CBC";
}

/** AlgorithmIdentifier with NULL parameters, as RSA and the digests have them. */
export function derAlgorithm(oid: string): Uint8Array {
  return der(TAG.sequence, derOid(oid), der(TAG.null));
}

export function derCipher(cipher: Cipher, iv: Uint8Array): Uint8Array {
  return der(TAG.sequence, derOid(cipher.oid), der(TAG.octetString, iv));
}

/** The identifier of an AlgorithmIdentifier whose parameters are absent or NULL. */
export function readAlgorithm(element: Element): string {
  const fields = new Fields(element);
  const oid = readOid(fields.next());
  fields.optional(TAG.null);
  fields.end();
  return oid;
}

export function readDigest(element: Element): Digest {
  const oid = readAlgorithm(element);
  const digest = DIGESTS.find((each) => each.oid === oid);
  if (digest === undefined) throw new MalformedError(`a digest that is not known: ${oid}`);
  return digest;
}

export function readCipher(element: Element): { cipher: Cipher; iv: Uint8Array } {
  const fields = new Fields(element);
  const oid = readOid(fields.next());
  const cipher = CIPHERS.find((each) => each.oid === oid);
  const iv = readOctets(fields.next(TAG.octetString));
  fields.end();
  if (cipher === undefined || iv.length !== cipher.blockBytes) throw new MalformedError(`a cipher that is not known: ${oid}`);
  return { cipher, iv };
}
