// The key store: public keys that sign images, as DER SubjectPublicKeyInfo. Whoever makes the board provisions them.

import { Status } from "../../hal/abi.js";

export class KeyStore {
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly Uint8Array[]) {
    this.#keys = keys;
  }

  /** Copies one key. Returns its bytes; NotFound after the last, and for a key that the target cannot hold whole. */
  key(index: number, target: Uint8Array): number {
    const key = this.#keys[index];
    if (key === undefined || key.length > target.length) return Status.NotFound;
    target.set(key);
    return key.length;
  }
}
