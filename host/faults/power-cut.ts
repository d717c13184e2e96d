// Loses power at a chosen flash operation, which the model tears; every later call answers PowerLost until `powerOn`.
//
// Operations are the accepted erases and programs, counted from 0. With `Infinity` it only counts.

import { Status } from "../../hal/abi.js";
import type { CutModel, Flash } from "../peripherals/flash.js";
import { FlashWrapper } from "./flash-wrapper.js";

export class PowerCut extends FlashWrapper {
  /** Operations begun so far. */
  operationCount = 0;
  /** True from the cut on: the board stops, and makes a new instance when power is back. */
  isCut = false;
  readonly #cutOperation: number;
  readonly #model: CutModel;

  constructor(inner: Flash, cutOperation: number, model: CutModel) {
    super(inner);
    this.#cutOperation = cutOperation;
    this.#model = model;
  }

  override eraseStart(offset: number, bytes: number): number {
    return this.#begun(this.inner.eraseStart(offset, bytes));
  }

  override programStart(offset: number, source: Uint8Array): number {
    return this.#begun(this.inner.programStart(offset, source));
  }

  #begun(status: number): number {
    if (status !== Status.Ok) return status;
    if (this.operationCount === this.#cutOperation) {
      this.isCut = true;
      this.inner.powerOff(this.#model);
    }
    this.operationCount += 1;
    return status;
  }
}
