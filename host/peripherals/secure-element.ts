// The secure element: an input, operations on it, and the answer to the last one (hal/secure.ts).
//
// In: bytes and operations of the core. Out: counts and statuses; what it keeps is with whoever made it. Operations on trusted
// certificates are done within the call that starts them.

import { SECURE_INPUT_BYTES_MAX, SecureOperation, Status } from "../../hal/abi.js";
import { TrustStore } from "./trust-store.js";

export class SecureElement {
  readonly #trust: TrustStore;
  readonly #input = new Uint8Array(SECURE_INPUT_BYTES_MAX);
  #inputBytes = 0;
  #answer: number = Status.Invalid;

  constructor(trust: TrustStore = new TrustStore()) {
    this.#trust = trust;
  }

  start(operation: SecureOperation): number {
    switch (operation) {
      case SecureOperation.TrustBegin:
        this.#answer = this.#trust.begin();
        return Status.Ok;
      case SecureOperation.TrustAdd:
        this.#answer = this.#trust.add(this.#input.slice(0, this.#inputBytes));
        return Status.Ok;
      case SecureOperation.TrustStore:
        this.#answer = this.#trust.store();
        return Status.Ok;
      default:
        return Status.Unsupported;
    }
  }

  poll(): number {
    return this.#answer;
  }

  write(offset: number, bytes: Uint8Array): number {
    if (offset + bytes.length > SECURE_INPUT_BYTES_MAX) return Status.OutOfRange;
    if (offset > this.#inputBytes) return Status.Invalid; // A gap would hold what an earlier operation left.
    this.#input.set(bytes, offset);
    this.#inputBytes = offset + bytes.length;
    return Status.Ok;
  }

  /** The telephone was reset or lost power. */
  reset(): void {
    this.#inputBytes = 0;
    this.#answer = Status.Invalid;
    this.#trust.reset();
  }
}
