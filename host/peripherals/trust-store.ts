// The certificates that the telephone trusts for TLS: those that TRUSTCERTS stored, or else those it was given (`--ca`).
//
// In: PEM files, one after the other, between `begin` and `store`. Out: DER of the set in use. The set changes as a whole, when it is
// stored; until then the one before is in use. Whoever makes the board keeps it in a file, if in any.

import { Status } from "../../hal/abi.js";
import { certificatesOfPem } from "../x509/pem.js";

/** More than any telephone has room for. */
const CERTIFICATES_MAX = 32;

export interface TrustStoreOptions {
  /** DER that an earlier run stored. */
  readonly stored?: readonly Uint8Array[];
  /** DER that counts as stored until TRUSTCERTS stores others. */
  readonly given?: readonly Uint8Array[];
  /** Keeps the set; called when it has changed. */
  readonly save?: (set: readonly Uint8Array[]) => void;
}

export class TrustStore {
  readonly #save: (set: readonly Uint8Array[]) => void;
  #stored: readonly Uint8Array[];
  #given: readonly Uint8Array[];
  #begun: Uint8Array[] | undefined;

  constructor({ stored = [], given = [], save = () => undefined }: TrustStoreOptions = {}) {
    this.#stored = stored;
    this.#given = given;
    this.#save = save;
  }

  /** DER of each certificate that is trusted now. */
  get trusted(): readonly Uint8Array[] {
    return [...this.#stored, ...this.#given];
  }

  /** The telephone was reset or lost power: a set that was begun is gone. */
  reset(): void {
    this.#begun = undefined;
  }

  begin(): number {
    this.#begun = [];
    return Status.Ok;
  }

  /** Certificates of one PEM file. Returns how many, Malformed or NoSpace; what was added before stays. */
  add(file: Uint8Array): number {
    if (this.#begun === undefined) return Status.Invalid;
    let found: Uint8Array[];
    try {
      found = certificatesOfPem(file);
    } catch {
      return Status.Malformed;
    }
    const fresh = found.filter((der) => !this.#begun!.some((known) => equal(known, der)));
    if (this.#begun.length + fresh.length > CERTIFICATES_MAX) return Status.NoSpace;
    this.#begun.push(...fresh);
    return found.length;
  }

  /** Puts the set that was begun in place of the one in use. Returns how many certificates it has, or Failed where it cannot be kept. */
  store(): number {
    const set = this.#begun;
    if (set === undefined) return Status.Invalid;
    try {
      if (!same(set, this.#stored)) this.#save(set);
    } catch {
      return Status.Failed;
    }
    this.#begun = undefined;
    this.#stored = set;
    this.#given = [];
    return set.length;
  }
}

function same(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((der, index) => equal(der, other[index]!));
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
