// The chip as a map: how full each sector is, and what is being done to it.
//
// In: operations as they begin, end and are torn. Out: the sectors that changed since the last look. A page counts as full once something
// was programmed into it. A sector that power failed in is torn until it is erased again, or is written to its end.

import { FlashWrapper } from "../../faults/flash-wrapper.js";
import { Status } from "../../../hal/abi.js";
import type { CutModel, Flash, FlashGeometry } from "../../peripherals/flash.js";

export enum SectorState {
  Rest = 0,
  Erasing = 1,
  Writing = 2,
  Torn = 3,
}

export interface SectorChange {
  readonly sector: number;
  /** 0 erased to 255 full. */
  readonly fill: number;
  readonly state: SectorState;
}

interface Operation {
  readonly kind: "erase" | "program";
  readonly offset: number;
  readonly bytes: number;
}

const ERASED = 0xff;
const FULL = 255;

export class SectorMap {
  readonly #geometry: FlashGeometry;
  readonly #pages: Uint8Array;
  readonly #counts: Uint16Array;
  readonly #states: Uint8Array;
  readonly #changed = new Set<number>();
  #operation: Operation | undefined;

  /** `contents`: the chip as it is, for what it holds already. */
  constructor(geometry: FlashGeometry, contents: Uint8Array) {
    this.#geometry = geometry;
    this.#pages = new Uint8Array(geometry.totalBytes / geometry.pageBytes);
    this.#counts = new Uint16Array(geometry.totalBytes / geometry.sectorBytes);
    this.#states = new Uint8Array(this.#counts.length);
    for (let page = 0; page < this.#pages.length; page++) {
      const at = page * geometry.pageBytes;
      if (contents.subarray(at, at + geometry.pageBytes).some((byte) => byte !== ERASED)) this.#fillPage(page);
    }
    for (let sector = 0; sector < this.#counts.length; sector++) this.#changed.add(sector);
  }

  begin(operation: Operation): void {
    this.#operation = operation;
    this.#mark(operation.kind === "erase" ? SectorState.Erasing : SectorState.Writing);
  }

  end(): void {
    const operation = this.#operation;
    if (operation === undefined) return;
    const { pageBytes, sectorBytes } = this.#geometry;
    const [first, last] = [operation.offset / pageBytes, (operation.offset + operation.bytes) / pageBytes];
    if (operation.kind === "erase") {
      this.#pages.fill(0, first, last);
      this.#counts.fill(0, operation.offset / sectorBytes, (operation.offset + operation.bytes) / sectorBytes);
    } else {
      for (let page = Math.floor(first); page < last; page++) this.#fillPage(page);
    }
    this.#mark(SectorState.Rest);
    this.#operation = undefined;
  }

  /** Power failed: what was under way is torn. */
  tear(): void {
    if (this.#operation !== undefined) this.#mark(SectorState.Torn);
    this.#operation = undefined;
  }

  /** What changed since the last time. */
  take(): SectorChange[] {
    const changes = [...this.#changed].map((sector) => this.#change(sector));
    this.#changed.clear();
    return changes;
  }

  #change(sector: number): SectorChange {
    const { sectorBytes, pageBytes } = this.#geometry;
    const fill = Math.ceil((this.#counts[sector]! * FULL) / (sectorBytes / pageBytes));
    return { sector, fill, state: this.#states[sector]! };
  }

  #mark(state: SectorState): void {
    const { offset, bytes } = this.#operation!;
    const { sectorBytes } = this.#geometry;
    for (let sector = Math.floor(offset / sectorBytes); sector * sectorBytes < offset + bytes; sector++) {
      this.#states[sector] = state;
      this.#changed.add(sector);
    }
  }

  #fillPage(page: number): void {
    if (this.#pages[page] === 1) return;
    this.#pages[page] = 1;
    this.#counts[Math.floor((page * this.#geometry.pageBytes) / this.#geometry.sectorBytes)]! += 1;
  }
}

/** A chip that draws its map. It changes nothing. */
export class MappedFlash extends FlashWrapper {
  readonly map: SectorMap;
  #isBusy = false;

  constructor(inner: Flash, contents: Uint8Array) {
    super(inner);
    this.map = new SectorMap(inner.geometry, contents);
  }

  override eraseStart(offset: number, bytes: number): number {
    return this.#begun({ kind: "erase", offset, bytes }, this.inner.eraseStart(offset, bytes));
  }

  override programStart(offset: number, source: Uint8Array): number {
    return this.#begun({ kind: "program", offset, bytes: source.length }, this.inner.programStart(offset, source));
  }

  override poll(): number {
    const left = this.inner.poll();
    if (left <= 0) this.#ended();
    return left;
  }

  /** What had run its time by now had ended, whether it was asked for or not. */
  override powerOff(model?: CutModel): void {
    if (this.#isBusy && this.inner.poll() <= 0) this.#ended();
    this.inner.powerOff(model);
    this.map.tear();
    this.#isBusy = false;
  }

  #begun(operation: Operation, status: Status): number {
    if (status !== Status.Ok) return status;
    this.#isBusy = true;
    this.map.begin(operation);
    return status;
  }

  #ended(): void {
    if (!this.#isBusy) return;
    this.#isBusy = false;
    this.map.end();
  }
}
