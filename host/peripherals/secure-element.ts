// The secure element: an input, operations on it, and what came of the last one (hal/secure.ts).
//
// In: bytes and operations of the core. Out: counts, statuses, reports, messages; never a private key. Operations on trusted certificates
// are done within the call that starts them. Those on the telephone's own certificate take telephone time, as on a chip: a key of 1,024
// bits a second, of 2,048 bits four, everything else a tenth.

import { SECURE_INPUT_BYTES_MAX, SECURE_PARAMETER_BYTES_MAX, SecureOperation, Status } from "../../hal/abi.js";
import type { SecureResult, SecureScep } from "./secure-element-scep.js";
import { TrustStore } from "./trust-store.js";

const OPERATION_US = 100_000;
const KEY_US_PER_SQUARE_KILOBIT = 1_000_000;
const NOTHING: SecureResult = { status: Status.Invalid, output: new Uint8Array(0) };

export class SecureElement {
  readonly #trust: TrustStore;
  readonly #input = new Uint8Array(SECURE_INPUT_BYTES_MAX);
  #clock: { readonly nowUs: number } = { nowUs: 0 };
  #scep: SecureScep | undefined;
  #inputBytes = 0;
  #result = NOTHING;
  /** What `poll` answers: a count of things, or of the output's bytes. */
  #answer: number = Status.Invalid;
  #doneUs = 0;

  constructor(trust: TrustStore = new TrustStore()) {
    this.#trust = trust;
  }

  /** The board's clock, and its part for certificates; until then there is none. */
  join(clock: { readonly nowUs: number }, scep: SecureScep): void {
    this.#clock = clock;
    this.#scep = scep;
  }

  start(operation: SecureOperation, parameters: Uint8Array = new Uint8Array(0)): number {
    if (this.#busy) return Status.Busy;
    if (parameters.length > SECURE_PARAMETER_BYTES_MAX) return Status.Invalid;
    const input = this.#input.slice(0, this.#inputBytes);
    switch (operation) {
      case SecureOperation.TrustBegin: return this.#done(this.#trust.begin());
      case SecureOperation.TrustAdd: return this.#done(this.#trust.add(input));
      case SecureOperation.TrustStore: return this.#done(this.#trust.store());
      default: return this.#certificates(operation, parameters, input);
    }
  }

  #done(answer: number): number {
    this.#answer = answer;
    this.#result = NOTHING;
    return Status.Ok;
  }

  #certificates(operation: SecureOperation, parameters: Uint8Array, input: Uint8Array): number {
    const result = this.#scep?.run(operation, parameters, input);
    if (result === undefined || result.status === Status.Unsupported) return Status.Unsupported;
    this.#result = result;
    this.#answer = result.status < 0 ? result.status : result.output.length;
    this.#doneUs = this.#clock.nowUs + durationUs(operation, parameters);
    return Status.Ok;
  }

  poll(): number {
    return this.#busy ? Status.Pending : this.#answer;
  }

  write(offset: number, bytes: Uint8Array): number {
    if (offset + bytes.length > SECURE_INPUT_BYTES_MAX) return Status.OutOfRange;
    if (offset > this.#inputBytes) return Status.Invalid; // A gap would hold what an earlier operation left.
    this.#input.set(bytes, offset);
    this.#inputBytes = offset + bytes.length;
    return Status.Ok;
  }

  read(offset: number, target: Uint8Array): number {
    if (this.#busy) return 0;
    const part = this.#result.output.subarray(offset, offset + target.length);
    target.set(part);
    return part.length;
  }

  /** The telephone was reset or lost power. */
  reset(): void {
    this.#inputBytes = 0;
    this.#result = NOTHING;
    this.#answer = Status.Invalid;
    this.#doneUs = 0;
    this.#trust.reset();
    this.#scep?.reset();
  }

  get #busy(): boolean {
    return this.#clock.nowUs < this.#doneUs;
  }
}

function durationUs(operation: SecureOperation, parameters: Uint8Array): number {
  if (operation !== SecureOperation.Key || parameters.length !== 2) return OPERATION_US;
  const kilobits = (parameters[0]! | (parameters[1]! << 8)) / 1024;
  return Math.round(kilobits * kilobits * KEY_US_PER_SQUARE_KILOBIT);
}
