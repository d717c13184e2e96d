// A chip that watches what is done to it: which erases and programs begin, and whether they were allowed.
//
// Journal and settings log may always be written, the slots only after a file was accepted in this start-up. It also says where an
// operation begins that a test wants to lose power in.

import { Status } from "../../hal/abi.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import type { Flash, FlashGeometry } from "../../host/peripherals/flash.js";
import { isInside, layoutOf, type Span } from "../../host/power/layout.js";

/** Two units before the slots, or four sectors on chips that have sectors for units (core/flash/layout.ts). */
const UNIT_BYTES = 0x10000;
const UNIT_COUNT_MIN = 64;

function slotsOffset({ totalBytes, sectorBytes, block32Bytes, block64Bytes }: FlashGeometry): number {
  const uniform = block32Bytes === 0 && block64Bytes === 0;
  const inSectors = uniform || sectorBytes >= UNIT_BYTES || totalBytes / UNIT_BYTES < UNIT_COUNT_MIN;
  return inSectors ? 4 * sectorBytes : 2 * UNIT_BYTES;
}

export type FlashOperation = "erase" | "program";

export class GuardedFlash extends FlashWrapper {
  /** Operations in the slots, by kind. */
  readonly counts: Record<FlashOperation, number> = { erase: 0, program: 0 };
  /** Erases of the settings log. */
  settingsErases = 0;
  /** All operations, those in journal and settings too. */
  beganCount = 0;
  /** Offsets that were touched although nothing had been accepted. */
  readonly trespasses: number[] = [];
  /** Set by the run: an `image` event of this start-up said accepted. */
  allowed = false;
  readonly #slots: number;
  readonly #settings: Span;

  constructor(inner: Flash) {
    super(inner);
    this.#settings = layoutOf(inner.geometry).settings;
    this.#slots = slotsOffset(inner.geometry);
  }

  override eraseStart(offset: number, bytes: number): number {
    return this.#begun("erase", offset, this.inner.eraseStart(offset, bytes));
  }

  override programStart(offset: number, source: Uint8Array): number {
    return this.#begun("program", offset, this.inner.programStart(offset, source));
  }

  #begun(kind: FlashOperation, offset: number, status: number): number {
    if (status === Status.Ok) this.beganCount += 1;
    if (status === Status.Ok && kind === "erase" && isInside(this.#settings, offset)) this.settingsErases += 1;
    if (status !== Status.Ok || offset < this.#slots) return status;
    this.counts[kind] += 1;
    if (!this.allowed) this.trespasses.push(offset);
    return status;
  }
}
