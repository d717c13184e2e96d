// Writes a record file: equal steps and equal spans are kept once, whichever run they come from.
//
// In: steps as they were taken, one run after another or several at a time. Out: the file's bytes (format.ts).
// Runs that differ in their last moments, such as cuts of one update, cost little more than one.

import { crc32 } from "../crc32.js";
import { ByteSink } from "./byte-sink.js";
import {
  FORMAT_VERSION, HEADER_AT, HEADER_BYTES, MAGIC, MODULE_HASH_BYTES, NAME_BYTES_MAX, type RecordedCall, type RecordFile,
  RUN_NAME_BYTES_MAX, type Step, StepEnd,
} from "./format.js";

/** Byte strings, each kept once, by number. */
class Pool {
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
  readonly #writer: RecordWriter;
  readonly #head = new ByteSink();
  readonly #polls = new ByteSink();
  #pollCount = 0;
  #lastUs = 0;

  constructor(writer: RecordWriter, mode: number, cause: number, init: Step) {
    this.#writer = writer;
    this.#head.signed(mode);
    this.#head.signed(cause);
    this.#head.number(writer.step(init));
  }

  poll(nowUs: number, step: Step): void {
    this.#pollCount += 1;
    this.#polls.number(nowUs - this.#lastUs);
    this.#polls.number(this.#writer.step(step));
    this.#lastUs = nowUs;
  }

  write(sink: ByteSink): void {
    sink.bytes(this.#head.take());
    sink.number(this.#pollCount);
    sink.bytes(this.#polls.take());
  }
}

export class RunWriter {
  readonly #writer: RecordWriter;
  readonly #name: Uint8Array;
  readonly #starts: StartWriter[] = [];

  constructor(writer: RecordWriter, name: string) {
    this.#writer = writer;
    this.#name = new TextEncoder().encode(name);
    if (this.#name.length > RUN_NAME_BYTES_MAX) throw new TypeError(`"${name}" has more than ${RUN_NAME_BYTES_MAX} bytes`);
  }

  start(mode: number, cause: number, init: Step): StartWriter {
    const start = new StartWriter(this.#writer, mode, cause, init);
    this.#starts.push(start);
    return start;
  }

  write(sink: ByteSink): void {
    sink.block(this.#name);
    sink.number(this.#starts.length);
    for (const start of this.#starts) start.write(sink);
  }
}

export class RecordWriter {
  readonly #spans = new Pool();
  readonly #steps = new Pool();
  readonly #runs: RunWriter[] = [];
  readonly #about: Omit<RecordFile, "runs">;

  constructor(about: Omit<RecordFile, "runs">) {
    if (about.moduleHash.length !== MODULE_HASH_BYTES) throw new TypeError(`a module's hash has ${MODULE_HASH_BYTES} bytes`);
    this.#about = about;
  }

  run(name: string): RunWriter {
    const run = new RunWriter(this, name);
    this.#runs.push(run);
    return run;
  }

  /** The number of a step; its calls are of the kinds that this writer was made with. */
  step({ calls, end, result, traceCount, traceCrc }: Step): number {
    const sink = new ByteSink();
    sink.number(calls.length);
    for (const call of calls) this.#writeCall(sink, call);
    sink.byte(end);
    if (end === StepEnd.Returned) sink.signed(result);
    sink.number(traceCount);
    if (traceCount > 0) sink.u32(traceCrc);
    return this.#steps.intern(sink.take());
  }

  #writeCall(sink: ByteSink, call: RecordedCall): void {
    sink.number(this.#about.kinds.indexOf(call.kind));
    for (const value of call.arguments) sink.signed(value);
    sink.signed(call.result);
    sink.byte(call.sources.length | (call.targets.length << 4));
    for (const { argument, bytes } of [...call.sources, ...call.targets]) {
      sink.number(argument);
      sink.number(this.#spans.intern(bytes));
    }
  }

  /** The file with everything so far. */
  file(): Uint8Array {
    const sink = new ByteSink();
    sink.bytes(new Uint8Array(HEADER_BYTES));
    this.#writeKinds(sink);
    for (const pool of [this.#spans, this.#steps]) {
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
    sink.number(this.#about.kinds.length);
    for (const kind of this.#about.kinds) {
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
    view.setUint16(HEADER_AT.abi, this.#about.abiVersion, true);
    view.setUint32(HEADER_AT.bytes, file.length, true);
    header.set(this.#about.moduleHash, HEADER_AT.module);
    const before = crc32(header.subarray(0, HEADER_AT.crc)); // The header's own bytes are vouched for too.
    view.setUint32(HEADER_AT.crc, crc32(file.subarray(HEADER_BYTES), before), true);
    return header;
  }
}

function writeName(sink: ByteSink, name: string): void {
  if (name.length === 0 || name.length > NAME_BYTES_MAX) throw new TypeError(`"${name}" has not 1 to ${NAME_BYTES_MAX} characters`);
  sink.block(new TextEncoder().encode(name));
}
