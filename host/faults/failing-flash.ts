// A chip that fails: the n-th erase or program is accepted, takes its time and ends as a failure, its target half done.
//
// With `lasting` the sector has gone bad: whatever of the same kind touches it later fails too. Other sectors stay good.

import { Status } from "../../hal/abi.js";
import type { Flash } from "../peripherals/flash.js";
import { half } from "./cut-models.js";
import { FlashWrapper } from "./flash-wrapper.js";

export interface FlashFailure {
  readonly kind: "erase" | "program";
  /** Accepted operations of the kind before the one that fails. */
  readonly after: number;
  readonly lasting?: boolean;
}

export class FailingFlash extends FlashWrapper {
  readonly #failure: FlashFailure;
  #count = 0;
  #badSector = -1;

  constructor(inner: Flash, failure: FlashFailure) {
    super(inner);
    this.#failure = failure;
  }

  override eraseStart(offset: number, bytes: number): number {
    return this.#begun("erase", offset, bytes, this.inner.eraseStart(offset, bytes));
  }

  override programStart(offset: number, source: Uint8Array): number {
    return this.#begun("program", offset, source.length, this.inner.programStart(offset, source));
  }

  #begun(kind: FlashFailure["kind"], offset: number, bytes: number, status: number): number {
    if (status !== Status.Ok || kind !== this.#failure.kind) return status;
    const { sectorBytes } = this.geometry;
    const firstSector = Math.floor(offset / sectorBytes);
    const touchesBad = this.#badSector >= firstSector && this.#badSector * sectorBytes < offset + bytes;
    if (this.#count === this.#failure.after || touchesBad) this.inner.failOperation(half);
    if (this.#count === this.#failure.after && this.#failure.lasting === true) this.#badSector = firstSector;
    this.#count += 1;
    return status;
  }
}
