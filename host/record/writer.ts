// Writes a record file: equal steps and equal spans are kept once, whichever run they come from.
//
// In: steps as they were taken, one run after another or several at a time. Out: the file's bytes (format.ts).
// Runs that differ in their last moments, such as cuts of one update, cost little more than one.

import { crc32 } from "../crc32.js";
import { ByteSink } from "./byte-sink.js";
import { type CallKind, FORMAT_VERSION, HEADER_AT, HEADER_BYTES, MAGIC, MODULE_HASH_BYTES, NAME_BYTES_MAX, RUN_NAME_BYTES_MAX }
  from "./format.js";

/** Byte strings, each kept once, by number. */
export class Pool {
  readonly #found: Uint8Array[] = [];
  readonly #byCrc = new Map<number, number[]>();

  get items(): readonly Uint8Array[] {
    return this.#found;
  }

  /** The number of these bytes; they are copied when they are new. */
  intern(bytes: Uint8Array): number {
    const crc = crc32(bytes);
    const candidates = this.#byCrc.get(crc);
    const known = candidates?.find((index) => isEqual(this.#found[index]!, bytes));
    if (known !== undefined) return known;
    const index = this.#found.push(bytes.slice()) - 1;
    if (candidates === undefined) this.#byCrc.set(crc, [index]);
    else candidates.push(index);
    return index;
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

/** What one instance did; its times wrap as the core's clock does. */
export class StartWriter {
  readonly mode: number;
  readonly cause: number;
  readonly init: number;
  readonly #polls = new ByteSink();
  #pollCount = 0;
  #lastUs = 0;

  constructor(mode: number, cause: number, init: number) {
    this.mode = mode;
    this.cause = cause;
    this.init = init;
  }

  poll(nowUs: number, step: number): void {
    this.#pollCount += 1;
    this.#polls.number(nowUs - this.#lastUs);
    this.#polls.number(step);
    this.#lastUs = nowUs;
  }

  write(sink: ByteSink): void {
    sink.signed(this.mode);
    sink.signed(this.cause);
    sink.number(this.init);
    sink.number(this.#pollCount);
    sink.bytes(this.#polls.take());
  }
}

export class RunWriter {
  readonly name: string;
  readonly #starts: StartWriter[] = [];

  constructor(name: string) {
    this.name = name;
  }

  start(mode: number, cause: number, init: number): StartWriter {
    const start = new StartWriter(mode, cause, init);
    this.#starts.push(start);
    return start;
  }

  write(sink: ByteSink): void {
    sink.block(new TextEncoder().encode(this.name));
    sink.number(this.#starts.length);
    for (const start of this.#starts) start.write(sink);
  }
}

export class RecordWriter {
  readonly spans = new Pool();
  readonly steps = new Pool();
  readonly #runs: RunWriter[] = [];
  readonly #kinds: readonly CallKind[];
  readonly #moduleHash: Uint8Array;
  readonly #abiVersion: number;

  constructor(kinds: readonly CallKind[], moduleHash: Uint8Array, abiVersion: number) {
    if (moduleHash.length !== MODULE_HASH_BYTES) throw new TypeError(`a module's hash has ${MODULE_HASH_BYTES} bytes`);
    this.#kinds = kinds;
    this.#moduleHash = moduleHash;
    this.#abiVersion = abiVersion;
  }

  run(name: string): RunWriter {
    const bytes = new TextEncoder().encode(name).length;
    if (bytes > RUN_NAME_BYTES_MAX) throw new TypeError(`the name of a run has ${bytes} bytes, at most ${RUN_NAME_BYTES_MAX}`);
    const run = new RunWriter(name);
    this.#runs.push(run);
    return run;
  }

  /** The file with everything so far. */
  file(): Uint8Array {
    const sink = new ByteSink();
    sink.bytes(new Uint8Array(HEADER_BYTES));
    this.#writeKinds(sink);
    for (const pool of [this.spans, this.steps]) {
      sink.number(pool.items.length);
      for (const item of pool.items) sink.block(item);
    }
    sink.number(this.#runs.length);
    for (const run of this.#runs) run.write(sink);
    const file = sink.take();
    file.set(this.#header(file));
    return file;
  }

  #writeKinds(sink: ByteSink): void {
    sink.number(this.#kinds.length);
    for (const kind of this.#kinds) {
      writeName(sink, kind.name);
      sink.number(kind.arguments.length);
      for (const { name, isPointer } of kind.arguments) {
        sink.byte(isPointer ? 1 : 0);
        writeName(sink, name);
      }
    }
  }

  #header(file: Uint8Array): Uint8Array {
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    header.set(MAGIC);
    view.setUint16(HEADER_AT.version, FORMAT_VERSION, true);
    view.setUint16(HEADER_AT.abi, this.#abiVersion, true);
    view.setUint32(HEADER_AT.bytes, file.length, true);
    header.set(this.#moduleHash, HEADER_AT.module);
    const before = crc32(header.subarray(0, HEADER_AT.crc)); // The header's own bytes are vouched for too.
    view.setUint32(HEADER_AT.crc, crc32(file.subarray(HEADER_BYTES), before), true);
    return header;
  }
}

function writeName(sink: ByteSink, name: string): void {
  if (name.length === 0 || name.length > NAME_BYTES_MAX) throw new TypeError(`"${name}" has not 1 to ${NAME_BYTES_MAX} characters`);
  sink.block(new TextEncoder().encode(name));
}
