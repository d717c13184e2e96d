// What a record file is made of: recorded runs of a core, from which any engine can be given the same answers again.
//
// A file has runs; a run has starts (an instance each); a start has steps (`init`, then each `poll`); a step has calls. Equal
// steps and equal spans of bytes are kept once. docs/FORMAT.md draws it, byte by byte. All numbers are little endian.

/** `offhrec` and a byte that no text has. */
export const MAGIC = Uint8Array.of(0x6f, 0x66, 0x66, 0x68, 0x72, 0x65, 0x63, 0x1a);
export const FORMAT_VERSION = 1;
/** Magic, format version, contract version, file bytes, SHA-256 of the module, CRC-32 of all other bytes of the file. */
export const HEADER_BYTES = 52;
export const HEADER_AT = { version: 8, abi: 10, bytes: 12, module: 16, crc: 48 } as const;
export const MODULE_HASH_BYTES = 32;

/** No call has more arguments (host/hal-binding.ts). */
export const ARGUMENT_COUNT_MAX = 6;
/** No call has more ranges of memory: `dns_resolve` reads two and writes one. */
export const SPAN_COUNT_MAX = 3;
/** A name of a call or an argument, of a run. */
export const NAME_BYTES_MAX = 64;
export const RUN_NAME_BYTES_MAX = 255;

/** How a step ended. */
export enum StepEnd {
  Returned = 0,
  Trapped = 1,
}

/** One of the contract's calls: a file names those that it has, so that it does not depend on their order in a module. */
export interface CallKind {
  readonly name: string;
  readonly arguments: readonly { readonly name: string; readonly isPointer: boolean }[];
}

/** Bytes in the core's memory, at the address that an argument gives. */
export interface Span {
  readonly argument: number;
  readonly bytes: Uint8Array;
}

export interface RecordedCall {
  readonly kind: CallKind;
  readonly arguments: readonly number[];
  readonly result: number;
  /** What the core handed over. */
  readonly sources: readonly Span[];
  /** What the host wrote. */
  readonly targets: readonly Span[];
}

/** One `init` or `poll`. */
export interface Step {
  readonly calls: readonly RecordedCall[];
  readonly end: StepEnd;
  /** What `poll` returned; 0 for `init` and after a trap. */
  readonly result: number;
  /** Trace entries that the step wrote, and the CRC-32 of all entries since the start. */
  readonly traceCount: number;
  readonly traceCrc: number;
}

/** One instance, from `init` to its last `poll`. */
export interface Start {
  readonly mode: number;
  readonly cause: number;
  readonly init: Step;
  readonly polls: readonly { readonly nowUs: number; readonly step: Step }[];
}

export interface Run {
  readonly name: string;
  readonly starts: readonly Start[];
}

export interface RecordFile {
  readonly abiVersion: number;
  readonly moduleHash: Uint8Array;
  readonly kinds: readonly CallKind[];
  readonly runs: readonly Run[];
}

/** How much there is in a file, each step counted as often as it was taken. */
export interface RecordCounts {
  runs: number;
  starts: number;
  polls: number;
  calls: number;
  /** Bytes that passed the border, both ways. */
  bytes: number;
}
