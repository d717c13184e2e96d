// A NOR flash chip as hal/flash.ts promises it, and stricter than hardware where that finds mistakes.
//
// Bits only fall; a unit takes one program per erase; a chip at work refuses everything until `poll` has said how the work
// ended. Time comes from the clock it is given, chance from the generator it is given. No I/O: contents go in and out as bytes.
// The cells change when an operation ends; what a cut leaves of one under way is the cut model's to say.

import { FlashFlag, POLL_WAIT_US_MAX, Status } from "../../hal/abi.js";
import type { CutModel, Flash, FlashCounters, FlashGeometry, TornOperation } from "./flash.js";
import { type CellOperation, NorCells } from "./nor-cells.js";
import type { NorPart } from "./nor-parts.js";
import { NorTiming, type Timing } from "./nor-timing.js";

export interface NorFlashOptions {
  readonly part: NorPart;
  readonly clock: { readonly nowUs: number };
  readonly timing: Timing;
  /** Seeded, 0 ≤ x < 1; wanted for drawn timing and for a dirty start. */
  readonly random?: () => number;
  /** Starts full of noise with every unit programmed, so that a missing erase shows. Default: erased. */
  readonly dirty?: boolean;
  /** Cells of an earlier run, which this chip goes on with; `dirty` then counts for nothing. */
  readonly cells?: NorCells;
  /** Erases that every sector has behind it. */
  readonly erasesBefore?: number;
}

/** An accepted erase or program. A failure is decided while it is under way, and told once. */
interface Operation extends CellOperation {
  readonly startUs: number;
  readonly endUs: number;
  failure: CutModel | undefined;
}

export class NorFlash implements Flash {
  readonly geometry: FlashGeometry;
  readonly counters: FlashCounters = {
    erases: 0, erasedBytes: 0, programs: 0, programmedBytes: 0, reads: 0, readBytes: 0, refusals: 0, eraseUs: 0, programUs: 0, commandUs: 0,
  };
  readonly #clock: { readonly nowUs: number };
  readonly #timing: NorTiming;
  readonly #cells: NorCells;
  readonly #sectorErases: Uint32Array;
  readonly #protected: Uint8Array;
  #operation: Operation | undefined;
  #powered = true;

  constructor(options: NorFlashOptions) {
    const { part, clock, timing, random, dirty = false, cells, erasesBefore = 0 } = options;
    if (random === undefined && (dirty || timing === "drawn")) throw new TypeError("a dirty start and drawn timing need `random`");
    this.geometry = part;
    this.#clock = clock;
    this.#timing = new NorTiming(part, timing, random ?? (() => 0));
    this.#cells = cells ?? new NorCells(part, dirty ? Math.floor(random!() * 0x100000000) : undefined);
    const sectorCount = part.totalBytes / part.sectorBytes;
    this.#sectorErases = new Uint32Array(sectorCount).fill(erasesBefore);
    this.#protected = new Uint8Array(sectorCount);
  }

  read(offset: number, target: Uint8Array): number {
    const refusal = this.#refusal(offset, target.length);
    if (refusal !== Status.Ok) return this.#refuse(refusal);
    this.counters.reads += 1;
    this.counters.readBytes += target.length;
    return this.#cells.read(offset, target) ? Status.Ok : Status.EccFatal;
  }

  eraseStart(offset: number, bytes: number): number {
    const { sectorBytes, block32Bytes, block64Bytes } = this.geometry;
    const refusal = this.#refusal(offset, bytes);
    if (refusal !== Status.Ok) return this.#refuse(refusal);
    const isEraseSize = bytes > 0 && [sectorBytes, block32Bytes, block64Bytes].includes(bytes);
    if (!isEraseSize || offset % bytes !== 0) return this.#refuse(Status.NotAligned);
    if (this.#sectors(this.#protected, offset, bytes).includes(1)) return this.#refuse(Status.Protected);
    const erases = this.#sectors(this.#sectorErases, offset, bytes);
    const coreUs = this.#timing.eraseUs(bytes, Math.max(...erases));
    erases.forEach((count, index) => (erases[index] = count + 1));
    this.counters.erases += 1;
    this.counters.erasedBytes += bytes;
    this.counters.eraseUs += coreUs;
    this.#start("erase", offset, bytes, undefined, coreUs, 0);
    return Status.Ok;
  }

  programStart(offset: number, source: Uint8Array): number {
    const { pageBytes, unitBytes, flags } = this.geometry;
    const bytes = source.length;
    const refusal = this.#refusal(offset, bytes);
    if (refusal !== Status.Ok) return this.#refuse(refusal);
    if (bytes === 0 || offset % unitBytes !== 0 || bytes % unitBytes !== 0) return this.#refuse(Status.NotAligned);
    if ((offset % pageBytes) + bytes > pageBytes) return this.#refuse(Status.NotAligned);
    if (this.#sectors(this.#protected, offset, 1).includes(1)) return this.#refuse(Status.Protected);
    const multiWrite = (flags & FlashFlag.MultiWrite) !== 0;
    if (!multiWrite && !this.#cells.isErased(offset, bytes)) return this.#refuse(Status.NotErased);
    const coreUs = this.#timing.programUs(bytes, this.sectorErases(offset));
    this.counters.programs += 1;
    this.counters.programmedBytes += bytes;
    this.counters.programUs += coreUs;
    this.#start("program", offset, bytes, source.slice(), coreUs, bytes);
    return Status.Ok;
  }

  poll(): number {
    if (!this.#powered) return Status.PowerLost;
    const operation = this.#operation;
    if (operation === undefined) return Status.Ok;
    const leftUs = operation.endUs - this.#clock.nowUs;
    if (leftUs > 0) return Math.min(Math.ceil(leftUs), POLL_WAIT_US_MAX);
    this.#operation = undefined;
    if (operation.failure !== undefined) {
      this.#cells.tear(operation, operation.failure, 1);
      return operation.kind === "erase" ? Status.EraseFailed : Status.ProgramFailed;
    }
    if (operation.source === undefined) this.#cells.erase(operation.offset, operation.bytes);
    else this.#cells.program(operation.offset, operation.source);
    return Status.Ok;
  }

  protect(offset: number, bytes: number, on: boolean): number {
    if (!this.#powered) return Status.PowerLost;
    if (!this.#inside(offset, bytes)) return this.#refuse(Status.OutOfRange);
    const { sectorBytes } = this.geometry;
    if (offset % sectorBytes !== 0 || bytes % sectorBytes !== 0) return this.#refuse(Status.NotAligned);
    this.#sectors(this.#protected, offset, bytes).fill(on ? 1 : 0);
    return Status.Ok;
  }

  reset(): void {
    this.#protected.fill(0);
  }

  /** Power goes. An operation whose time had passed had ended, asked for or not. */
  powerOff(model: CutModel = tornByPhase): void {
    this.#protected.fill(0);
    if (!this.#powered || this.poll() <= 0) {
      this.#powered = false;
      return;
    }
    const { startUs, endUs } = this.#operation!;
    this.#cells.tear(this.#operation!, model, (this.#clock.nowUs - startUs) / (endUs - startUs));
    this.#operation = undefined;
    this.#powered = false;
  }

  powerOn(): void {
    this.#powered = true;
  }

  failOperation(model: CutModel): void {
    if (this.#operation !== undefined) this.#operation.failure = model;
  }

  contents(): Uint8Array {
    return this.#cells.contents();
  }

  load(bytes: Uint8Array): void {
    this.#operation = undefined;
    this.#cells.load(bytes);
  }

  /** True when every sector of the span is protected. */
  isProtected(offset: number, bytes: number): boolean {
    return !this.#sectors(this.#protected, offset, bytes).includes(0);
  }

  /** Erases that the sector at this offset has behind it. */
  sectorErases(offset: number): number {
    return this.#sectorErases[Math.floor(offset / this.geometry.sectorBytes)]!;
  }

  #start(kind: Operation["kind"], offset: number, bytes: number, source: Uint8Array | undefined, coreUs: number, dataBytes: number): void {
    const commandUs = this.#timing.commandUs(dataBytes);
    this.counters.commandUs += commandUs;
    const startUs = this.#clock.nowUs;
    this.#operation = { kind, offset, bytes, source, startUs, endUs: startUs + commandUs + coreUs, failure: undefined };
  }

  /** What stands against any operation on this range. */
  #refusal(offset: number, bytes: number): Status {
    if (!this.#powered) return Status.PowerLost;
    if (this.#operation !== undefined) return Status.Busy;
    return this.#inside(offset, bytes) ? Status.Ok : Status.OutOfRange;
  }

  #refuse(status: Status): Status {
    if (status !== Status.PowerLost) this.counters.refusals += 1;
    return status;
  }

  #inside(offset: number, bytes: number): boolean {
    return offset >= 0 && bytes >= 0 && bytes <= this.geometry.totalBytes && offset <= this.geometry.totalBytes - bytes;
  }

  #sectors<Table extends Uint8Array | Uint32Array>(table: Table, offset: number, bytes: number): Table {
    const { sectorBytes } = this.geometry;
    return table.subarray(Math.floor(offset / sectorBytes), Math.ceil((offset + bytes) / sectorBytes)) as Table;
  }
}

/**
 * What a cut leaves by the phase it strikes in. Program: the units whose time had come are done. Erase: 30 % of the time
 * programs everything to zero, 60 % raises the cells, 10 % settles them.
 */
function tornByPhase({ kind, unitBytes, elapsed, before, after }: TornOperation): Uint8Array {
  const units = before.length / unitBytes;
  const mixed = (done: Uint8Array, rest: Uint8Array, share: number): Uint8Array => {
    const border = Math.floor(units * share) * unitBytes;
    return rest.map((byte, index) => (index < border ? done[index]! : byte));
  };
  if (kind === "program") return mixed(after, before, elapsed);
  const zeros = new Uint8Array(before.length);
  if (elapsed < 0.3) return mixed(zeros, before, elapsed / 0.3);
  return mixed(after, zeros, Math.min(1, (elapsed - 0.3) / 0.6));
}
