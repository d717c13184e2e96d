// What a flash chip is to the board: the calls of hal/flash.ts, the supply, and counters.
//
// The emulated chip and every fault wrapper have this interface, so that a wrapper can stand wherever a chip stands.
// Results are those of the contract: zero or a count, or a negative Status.

export interface FlashGeometry {
  readonly totalBytes: number;
  readonly sectorBytes: number;
  /** 0 where the part has no such erase command. */
  readonly block32Bytes: number;
  readonly block64Bytes: number;
  readonly pageBytes: number;
  /** The smallest span that is programmed as one: 1 on plain NOR, 8 to 32 where words carry a code. */
  readonly unitBytes: number;
  /** Bits of `FlashFlag`. */
  readonly flags: number;
}

/** What the chip was made to do since it was made. Refused calls count only in `refusals`. */
export interface FlashCounters {
  erases: number;
  erasedBytes: number;
  programs: number;
  programmedBytes: number;
  reads: number;
  readBytes: number;
  refusals: number;
  /** Time inside the chip. */
  eraseUs: number;
  programUs: number;
  /** Time on the bus, for erase and program commands. Reads cost no telephone time. */
  commandUs: number;
}

/** An erase or program that did not end well, for a model to say what it left. */
export interface TornOperation {
  readonly kind: "erase" | "program";
  readonly offset: number;
  readonly unitBytes: number;
  /** Share of its time that had passed, 0 to 1. */
  readonly elapsed: number;
  /** The span's cells before, and as they would have become. Same length. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** A program's whole page as it was; an erase has none. */
  readonly page: Uint8Array;
}

/** What a torn operation left, where that is more than cells that read the same every time. */
export interface TornCells {
  /** Of the span's length. */
  readonly cells: Uint8Array;
  /** The whole page of a program that changed cells beside its span. */
  readonly page?: Uint8Array;
  /** Bits of the span that read wrong now and then, until they are erased. */
  readonly unstable?: Uint8Array;
  /** One byte a unit of the span: not 0, and reading it fails for want of a code that holds. */
  readonly faults?: Uint8Array;
  /** How often, in 256 reads, an unstable bit reads wrong and a fault is met. */
  readonly chance?: number;
  /** What these reads draw from. */
  readonly seed?: number;
}

/** Says what a torn operation left: cells of the span's length in a new array, or more than that. */
export type CutModel = (operation: TornOperation) => Uint8Array | TornCells;

export interface Flash {
  readonly geometry: FlashGeometry;
  readonly counters: FlashCounters;
  read(offset: number, target: Uint8Array): number;
  eraseStart(offset: number, bytes: number): number;
  programStart(offset: number, source: Uint8Array): number;
  poll(): number;
  protect(offset: number, bytes: number, on: boolean): number;
  /** The telephone is reset: protection is gone; the chip finishes what it is doing. */
  reset(): void;
  /** The supply goes: the operation under way is torn as the model says. Every later call answers PowerLost. */
  powerOff(model?: CutModel): void;
  powerOn(): void;
  /** The operation under way will end as a failure, and leave what the model says. For fault wrappers. */
  failOperation(model: CutModel): void;
  /** A copy of every cell, for a file or a comparison; behind the cells what they do not show (nor-image.ts), if there is any. */
  contents(): Uint8Array;
  /** Replaces every cell by what `contents` gave, or by cells alone, as if the chip had been written elsewhere. */
  load(bytes: Uint8Array): void;
}
