// The secure element: an input, operations on it, and the answer to the last one (hal/secure.ts).
//
// In: bytes and operations of the core. Out: statuses, reports, messages; never a private key. Work takes telephone time, as on a chip:
// a key of 1,024 bits a second, of 2,048 bits four, everything else a tenth.

import { SECURE_INPUT_BYTES_MAX, SECURE_PARAMETER_BYTES_MAX, SecureOperation, Status } from "../../hal/abi.js";
import type { SecureResult, SecureScep } from "./secure-element-scep.js";

const OPERATION_US = 100_000;
const KEY_US_PER_SQUARE_KILOBIT = 1_000_000;

export interface SecureElementOptions {
  readonly clock: { readonly nowUs: number };
  readonly scep: SecureScep;
}

export class SecureElement {
  readonly #clock: { readonly nowUs: number };
  readonly #scep: SecureScep;
  readonly #input = new Uint8Array(SECURE_INPUT_BYTES_MAX);
  #inputBytes = 0;
  #result: SecureResult | undefined;
  #doneUs = 0;

  constructor(options: SecureElementOptions) {
    this.#clock = options.clock;
    this.#scep = options.scep;
  }

  start(operation: number, parameters: Uint8Array): number {
    if (this.#busy) return Status.Busy;
    if (parameters.length > SECURE_PARAMETER_BYTES_MAX) return Status.Invalid;
    const result = this.#scep.run(operation, parameters, this.#input.slice(0, this.#inputBytes));
    if (result.status === Status.Unsupported) return result.status;
    this.#result = result;
    this.#doneUs = this.#clock.nowUs + durationUs(operation, parameters);
    return Status.Ok;
  }

  poll(): number {
    if (this.#busy) return Status.Pending;
    if (this.#result === undefined) return Status.Invalid;
    const { status, output } = this.#result;
    return status < 0 ? status : output.length;
  }

  write(offset: number, bytes: Uint8Array): number {
    if (offset + bytes.length > SECURE_INPUT_BYTES_MAX) return Status.OutOfRange;
    if (offset > this.#inputBytes) return Status.Invalid; // A gap would hold what an earlier operation left.
    this.#input.set(bytes, offset);
    this.#inputBytes = offset + bytes.length;
    return Status.Ok;
  }

  read(offset: number, target: Uint8Array): number {
    if (this.#busy || this.#result === undefined) return 0;
    const part = this.#result.output.subarray(offset, offset + target.length);
    target.set(part);
    return part.length;
  }

  /** The telephone was reset or lost power. */
  reset(): void {
    this.#inputBytes = 0;
    this.#result = undefined;
    this.#doneUs = 0;
    this.#scep.reset();
  }

  get #busy(): boolean {
    return this.#clock.nowUs < this.#doneUs;
  }
}

function durationUs(operation: number, parameters: Uint8Array): number {
  if (operation !== SecureOperation.Key || parameters.length !== 2) return OPERATION_US;
  const kilobits = (parameters[0]! | (parameters[1]! << 8)) / 1024;
  return Math.round(kilobits * kilobits * KEY_US_PER_SQUARE_KILOBIT);
}
