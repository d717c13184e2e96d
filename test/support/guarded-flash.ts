// A chip that watches what is done to it: which erases and programs begin, and whether they were allowed.
//
// The journal may always be written, everything else only after a file was accepted in this start-up. It also says where an
// operation begins that a test wants to lose power in.

import { Status } from "../../hal/abi.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import type { Flash } from "../../host/peripherals/flash.js";

/** The journal is in the first two sectors (core/flash/layout.ts). */
const JOURNAL_SECTORS = 2;

export type FlashOperation = "erase" | "program";

export class GuardedFlash extends FlashWrapper {
  /** Operations outside the journal, by kind. */
  readonly counts: Record<FlashOperation, number> = { erase: 0, program: 0 };
  /** All operations, those in the journal too. */
  beganCount = 0;
  /** Offsets that were touched although nothing had been accepted. */
  readonly trespasses: number[] = [];
  /** Set by the run: an `image` event of this start-up said accepted. */
  allowed = false;
  #atJournal = 0;

  constructor(inner: Flash) {
    super(inner);
    this.#atJournal = JOURNAL_SECTORS * inner.geometry.sectorBytes;
  }

  override eraseStart(offset: number, bytes: number): number {
    return this.#begun("erase", offset, this.inner.eraseStart(offset, bytes));
  }

  override programStart(offset: number, source: Uint8Array): number {
    return this.#begun("program", offset, this.inner.programStart(offset, source));
  }

  #begun(kind: FlashOperation, offset: number, status: number): number {
    if (status === Status.Ok) this.beganCount += 1;
    if (status !== Status.Ok || offset < this.#atJournal) return status;
    this.counts[kind] += 1;
    if (!this.allowed) this.trespasses.push(offset);
    return status;
  }
}
