// Keys on disk for `offhook image` and `--trust`: made, read, and turned into signers.
//
// In: PEM files. Out: new key pairs, a signer for the packer, public halves as DER SubjectPublicKeyInfo. Ed25519 is signed by the
// same code as in a browser; P-256 and RSA-2048 by Node's crypto. Every failure names the file and what to do.

import {
  constants, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject,
} from "node:crypto";
import { ed25519FromPem, ed25519Key } from "../image/keys.js";
import type { Signer } from "../image/pack.js";
import { UsageError } from "./usage.js";

export interface KeyPem {
  readonly privatePem: string;
  readonly publicPem: string;
}

/** Makes a key pair, or returns undefined for a type that does not exist here. */
export function newKey(type: string): KeyPem | undefined {
  const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;
  const publicKeyEncoding = { type: "spki", format: "pem" } as const;
  if (type === "ed25519") return ed25519Key(randomBytes(32));
  if (type === "p256") {
    const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1", privateKeyEncoding, publicKeyEncoding });
    return { privatePem: pair.privateKey, publicPem: pair.publicKey };
  }
  if (type === "rsa2048") {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding, publicKeyEncoding });
    return { privatePem: pair.privateKey, publicPem: pair.publicKey };
  }
  return undefined;
}

/** The signer of a private PEM. */
export function signerFromPem(pem: string, path: string): Signer {
  const key = privateKey(pem, path);
  const spki = spkiOf(key);
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === "ed25519") {
    const signer = ed25519FromPem(key.export({ type: "pkcs8", format: "pem" }) as string);
    if (signer) return signer;
  }
  if (key.asymmetricKeyType === "ec" && details?.namedCurve === "prime256v1") {
    return { algorithm: "p256", spki, sign: (message) => sign("sha256", message, key) };
  }
  if (key.asymmetricKeyType === "rsa" && details?.modulusLength === 2048) {
    const named = createPublicKey(key).export({ type: "pkcs1", format: "der" });
    const padding = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    return { algorithm: "rsa2048", spki, named, sign: (message) => sign("sha256", message, padding) };
  }
  throw new UsageError(`${path}: ${keyName(key)} cannot sign images; make a key with \`offhook image keygen KEY.pem\``);
}

/** DER SubjectPublicKeyInfo of a public PEM, or of a private PEM's public half; any algorithm. */
export function trustFromPem(pem: string, path: string): Uint8Array {
  try {
    return spkiOf(createPublicKey(pem));
  } catch {
    throw new UsageError(`${path}: not a PEM file with a key that can be read; --trust takes KEY.pub.pem or an unencrypted KEY.pem`);
  }
}

function privateKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new UsageError(`${path}: not a PEM file with an unencrypted private key; make one with \`offhook image keygen KEY.pem\``);
  }
}

function spkiOf(key: KeyObject): Uint8Array {
  const publicKey = key.type === "public" ? key : createPublicKey(key);
  return new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
}

function keyName(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  return [`a key of type ${key.asymmetricKeyType}`, namedCurve, modulusLength].filter((part) => part !== undefined).join(" ");
}
