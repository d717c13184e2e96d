// Ed25519 keys in a browser as well as in Node: PEM in and out, and a signer for the packer.
//
// In: a 32-byte seed or a PEM. Out: DER SubjectPublicKeyInfo, PKCS#8, signatures. A public PEM may be of any algorithm: its DER
// is handed on as it is and the core judges it. Private keys of other algorithms need Node's crypto (host/cli/image-keys.ts).

import forge from "node-forge";
import type { Signer } from "./pack.js";

/** What stands before the key's 32 bytes, RFC 8410 §4 and §7. */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20);
const KEY_BYTES = 32;
const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/;

export interface Ed25519Key extends Signer {
  readonly algorithm: "ed25519";
  readonly privatePem: string;
  readonly publicPem: string;
}

/** The key of a seed; its private PEM holds the seed. */
export function ed25519Key(seed: Uint8Array): Ed25519Key {
  if (seed.length !== KEY_BYTES) throw new RangeError(`an Ed25519 seed has ${KEY_BYTES} bytes, not ${seed.length}`);
  const { publicKey, privateKey } = forge.pki.ed25519.generateKeyPair({ seed });
  const spki = Uint8Array.of(...SPKI_PREFIX, ...publicKey);
  return {
    algorithm: "ed25519",
    spki,
    privatePem: toPem("PRIVATE KEY", Uint8Array.of(...PKCS8_PREFIX, ...seed)),
    publicPem: toPem("PUBLIC KEY", spki),
    sign: (message) => Uint8Array.from(forge.pki.ed25519.sign({ message, privateKey })),
  };
}

/** The Ed25519 key of a private PEM, undefined when the PEM holds something else. */
export function ed25519FromPem(pem: string): Ed25519Key | undefined {
  const { label, der } = fromPem(pem);
  if (label !== "PRIVATE KEY" || der.length < PKCS8_PREFIX.length + KEY_BYTES) return undefined;
  if (!PKCS8_PREFIX.every((byte, index) => der[index] === byte)) return undefined;
  return ed25519Key(der.slice(PKCS8_PREFIX.length, PKCS8_PREFIX.length + KEY_BYTES));
}

/** DER SubjectPublicKeyInfo of a public PEM, or of the public half of a private Ed25519 PEM. Throws with the way out. */
export function publicKeyFromPem(pem: string): Uint8Array {
  const { label, der } = fromPem(pem);
  if (label === "PUBLIC KEY") return der;
  const key = ed25519FromPem(pem);
  if (key) return key.spki;
  throw new Error(`a PEM "${label}" is no public key: make one with \`openssl pkey -in KEY.pem -pubout\``);
}

export function toPem(label: string, der: Uint8Array): string {
  const lines = forge.util.encode64(binary(der), 64).replaceAll("\r\n", "\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

export function fromPem(pem: string): { label: string; der: Uint8Array } {
  const match = PEM.exec(pem);
  if (!match) throw new Error("not a PEM file: it has no -----BEGIN …----- block");
  const text = forge.util.decode64(match[2]!.replace(/\s/g, ""));
  return { label: match[1]!, der: Uint8Array.from(text, (character) => character.charCodeAt(0)) };
}

function binary(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
