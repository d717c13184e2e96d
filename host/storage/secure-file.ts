// What the secure element keeps, in a file beside the chip's (`boot --flash FILE` keeps it in FILE.secure).
//
// In: a path. Out: the trusted certificates that were stored, the telephone's own certificate with its key, and the file again whenever
// one of them changes. Only its owner may read and write it; it is written beside the old one and then renamed, so that one of them is
// always whole.

import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { fromPem, toPem } from "../image/keys.js";
import { readJson } from "../json-text.js";
import type { ScepSecrets } from "../peripherals/secure-element-scep.js";
import { readCertificate, sameKey } from "../scep/certificate.js";
import { readPrivateKey } from "../scep/rsa.js";
import { certificatesOfPem } from "../x509/pem.js";
import { certificatePem } from "../x509/make.js";

const OWNER_ONLY = 0o600;
/** More than the certificates that a telephone trusts can need. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

interface Contents {
  /** PEM of each certificate. */
  readonly trusted: readonly string[];
  /** Of the telephone itself: PEM of its key and certificate, and the server that it is from. */
  readonly own?: { readonly [Name in keyof ScepSecrets]?: string };
}

/** What stands in PEM's lines. */
const LABELS = { key: "RSA PRIVATE KEY", certificate: "CERTIFICATE", candidate: "RSA PRIVATE KEY" } as const;

export class SecureFile {
  readonly #path: string;
  /** DER of what was stored. */
  readonly trusted: readonly Uint8Array[];
  readonly own: ScepSecrets;
  #contents: Contents;

  /** Opens the file where there is one. Throws an Error in words for one that cannot be used. */
  constructor(path: string) {
    this.#path = path;
    this.#contents = existsSync(path) ? readContents(path) : { trusted: [] };
    this.trusted = this.#contents.trusted.flatMap((pem) => certificatesOfPem(Buffer.from(pem)));
    this.own = secretsOf(this.#contents.own ?? {});
  }

  saveTrusted(set: readonly Uint8Array[]): void {
    this.#save({ ...this.#contents, trusted: set.map(certificatePem) });
  }

  saveOwn({ label, ...secrets }: ScepSecrets): void {
    const pems = Object.entries(secrets).map(([name, der]) => [name, toPem(LABELS[name as keyof typeof LABELS], der)]);
    this.#save({ ...this.#contents, own: { ...Object.fromEntries(pems) as Contents["own"], ...(label === undefined ? {} : { label }) } });
  }

  #save(contents: Contents): void {
    this.#contents = contents;
    const whole = `${this.#path}.new`;
    writeFileSync(whole, `${JSON.stringify(contents, null, 1)}\n`, { mode: OWNER_ONLY });
    chmodSync(whole, OWNER_ONLY); // A file of that name may have been there before.
    renameSync(whole, this.#path);
  }
}

/** Throws for a key or certificate that cannot be read: it is found out before the telephone has power. */
function secretsOf({ label, ...pems }: NonNullable<Contents["own"]>): ScepSecrets {
  const ders = Object.entries(pems).map(([name, pem]) => [name, derOf(name as keyof typeof LABELS, pem)]);
  const secrets = Object.fromEntries(ders) as ScepSecrets;
  checkPair(secrets);
  return { ...secrets, ...(label === undefined ? {} : { label }) };
}

/** Neither is of use without the other: the next change of the file would lose it. */
function checkPair({ key, certificate }: ScepSecrets): void {
  if ((key === undefined) !== (certificate === undefined)) throw new Error("its key and its certificate are not both there");
  if (key === undefined || certificate === undefined) return;
  if (!sameKey(readPrivateKey(key), readCertificate(certificate).key)) throw new Error("its certificate is for another key");
}

function derOf(name: keyof typeof LABELS, pem: string): Uint8Array {
  const { label, der } = fromPem(pem);
  if (label !== LABELS[name]) throw new Error(`its ${name} is no PEM of "${LABELS[name]}"`);
  try {
    if (name === "certificate") readCertificate(der);
    else readPrivateKey(der);
  } catch (error) {
    throw new Error(`its ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return der;
}

function readContents(path: string): Contents {
  if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it has more than ${FILE_BYTES_MAX} bytes; it is no file of a secure element`);
  const value = readJson(readFileSync(path, "utf8"));
  const trusted = typeof value === "object" && value !== null && "trusted" in value ? value.trusted : undefined;
  const own = typeof value === "object" && value !== null && "own" in value ? value.own : {};
  const isOwn = typeof own === "object" && own !== null && Object.entries(own).every(([name, text]) => isOwnPart(name, text));
  if (!Array.isArray(trusted) || !trusted.every((pem) => typeof pem === "string") || !isOwn) {
    throw new Error("it is no file of a secure element");
  }
  return { trusted, own };
}

function isOwnPart(name: string, value: unknown): boolean {
  return (name === "label" || Object.hasOwn(LABELS, name)) && typeof value === "string";
}
