// What the secure element keeps, in a file beside the chip's (`boot --flash FILE` keeps it in FILE.secure).
//
// In: a path. Out: the certificates that were stored, and the file again whenever they change. Only its owner may read and write it; it
// is written beside the old one and then renamed, so that one of them is always whole.

import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { certificatesOfPem } from "../x509/pem.js";
import { certificatePem } from "../x509/make.js";

const OWNER_ONLY = 0o600;
/** More than the certificates that a telephone trusts can need. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

interface Contents {
  /** PEM of each certificate. */
  readonly trusted: readonly string[];
}

export class SecureFile {
  readonly #path: string;
  /** DER of what was stored. */
  readonly trusted: readonly Uint8Array[];

  /** Opens the file where there is one. Throws an Error in words for one that cannot be used. */
  constructor(path: string) {
    this.#path = path;
    this.trusted = existsSync(path) ? readContents(path).trusted.flatMap((pem) => certificatesOfPem(Buffer.from(pem))) : [];
  }

  saveTrusted(set: readonly Uint8Array[]): void {
    const contents: Contents = { trusted: set.map(certificatePem) };
    const whole = `${this.#path}.new`;
    writeFileSync(whole, `${JSON.stringify(contents, null, 1)}\n`, { mode: OWNER_ONLY });
    chmodSync(whole, OWNER_ONLY); // A file of that name may have been there before.
    renameSync(whole, this.#path);
  }
}

function readContents(path: string): Contents {
  if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it has more than ${FILE_BYTES_MAX} bytes; it is no file of a secure element`);
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  const trusted = typeof value === "object" && value !== null && "trusted" in value ? value.trusted : undefined;
  if (!Array.isArray(trusted) || !trusted.every((pem) => typeof pem === "string")) throw new Error("it is no file of a secure element");
  return { trusted };
}
