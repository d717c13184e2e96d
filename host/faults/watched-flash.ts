// A chip that says of each erase and program that begins: for counting them, and for losing power while one is under way.
//
// Accepted operations are numbered from 0 since it was made. It changes nothing.

import { Status } from "../../hal/abi.js";
import type { Flash } from "../peripherals/flash.js";
import type { CellOperation } from "../peripherals/nor-cells.js";
import { FlashWrapper } from "./flash-wrapper.js";

/** Hears of an operation and its number, or of one that the chip refused. */
export interface Watcher {
  begun(operation: CellOperation, number: number): void;
  refused?(operation: CellOperation, status: Status): void;
  read?(offset: number, bytes: number): void;
}

export class WatchedFlash extends FlashWrapper {
  readonly #watcher: Watcher;
  #count = 0;

  constructor(inner: Flash, watcher: Watcher) {
    super(inner);
    this.#watcher = watcher;
  }

  override read(offset: number, target: Uint8Array): number {
    this.#watcher.read?.(offset, target.length);
    return this.inner.read(offset, target);
  }

  override eraseStart(offset: number, bytes: number): number {
    return this.#told({ kind: "erase", offset, bytes }, this.inner.eraseStart(offset, bytes));
  }

  override programStart(offset: number, source: Uint8Array): number {
    return this.#told({ kind: "program", offset, bytes: source.length, source }, this.inner.programStart(offset, source));
  }

  #told(operation: CellOperation, status: Status): number {
    if (status === Status.Ok) this.#watcher.begun(operation, this.#count++);
    else this.#watcher.refused?.(operation, status);
    return status;
  }
}
