// Records what passes between a core and its host: it stands between the two while an instance is made.
//
// In: `new Board({ …, instantiate: recorder.run("a name") })`, as many boards as there are runs. Out: a record file with the poll
// times, every call with arguments, result and bytes both ways, and the trace. It changes nothing: a run with a recorder is the run
// without it.

import { ABI_VERSION } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import { instantiateCore, type Core } from "../core-loader.js";
import { ByteSink } from "./byte-sink.js";
import { ARGUMENT_COUNT_MAX, StepEnd } from "./format.js";
import { SHAPES, type Shape, type TargetRange } from "./shapes.js";
import { TraceReader } from "./trace-reader.js";
import { RecordWriter, type RunWriter, type StartWriter } from "./writer.js";

type Instantiate = (module: WebAssembly.Module, imports: HalImports) => Core;
type Call = (...args: readonly number[]) => number;

const KINDS = Object.values(SHAPES);

export class Recorder {
  readonly #writer: RecordWriter;

  /** The hash is the SHA-256 of the module that will run: whoever replays is told when it is another. */
  constructor(moduleHash: Uint8Array) {
    this.#writer = new RecordWriter(KINDS, moduleHash, ABI_VERSION);
  }

  /** Begins a run. What it returns makes the instances of one board. */
  run(name: string): Instantiate {
    const run = this.#writer.run(name);
    return (module, imports) => new RecordedInstance(this.#writer, run, module, imports).core;
  }

  /** The file with all runs so far. */
  file(): Uint8Array {
    return this.#writer.file();
  }
}

class RecordedInstance {
  readonly core: Core;
  readonly #writer: RecordWriter;
  readonly #run: RunWriter;
  readonly #inner: Core;
  readonly #trace: TraceReader;
  readonly #memory: Uint8Array;
  readonly #calls = new ByteSink();
  #callCount = 0;
  #start: StartWriter | undefined;

  constructor(writer: RecordWriter, run: RunWriter, module: WebAssembly.Module, imports: HalImports) {
    this.#writer = writer;
    this.#run = run;
    this.#inner = instantiateCore(module, this.#listening(imports));
    this.#trace = new TraceReader(this.#inner);
    this.#memory = new Uint8Array(this.#inner.memory.buffer);
    this.core = {
      ...this.#inner,
      init: (mode, cause) => {
        this.#step(() => this.#inner.init(mode, cause), (step) => (this.#start = this.#run.start(mode, cause, step)));
      },
      poll: (nowUs) => this.#step(() => this.#inner.poll(nowUs), (step) => this.#start?.poll(nowUs, step)) ?? 0,
    };
  }

  /** The step is written also when it traps, and then thrown on. */
  #step<Result extends number | void>(work: () => Result, keep: (step: number) => void): Result {
    this.#calls.clear();
    this.#callCount = 0;
    let end = StepEnd.Trapped;
    let result: Result | undefined;
    try {
      result = work();
      end = StepEnd.Returned;
      return result;
    } finally {
      keep(this.#intern(end, result ?? 0));
    }
  }

  #intern(end: StepEnd, result: number): number {
    const trace = this.#trace.take();
    const sink = new ByteSink();
    sink.number(this.#callCount);
    sink.bytes(this.#calls.take());
    sink.byte(end);
    if (end === StepEnd.Returned) sink.signed(result);
    sink.number(trace.count);
    if (trace.count > 0) sink.u32(trace.crc);
    return this.#writer.steps.intern(sink.take());
  }

  #listening(imports: HalImports): HalImports {
    const calls = Object.entries(imports) as [keyof HalImports, Call][];
    const listening = calls.map(([name, call]) => {
      const shape = SHAPES[name];
      const number = KINDS.indexOf(shape);
      // asc's imports are called with all of their arguments, so a fixed count spares an array of unknown length.
      const heard: Call = (a, b, c, d, e, f) => this.#heard(number, shape, call, [a!, b!, c!, d!, e!, f!]);
      return [name, heard];
    });
    return Object.fromEntries(listening) as HalImports;
  }

  #heard(number: number, shape: Shape, call: Call, all: readonly number[]): number {
    const args = all.slice(0, Math.min(shape.arguments.length, ARGUMENT_COUNT_MAX));
    const sources = shape.sources.map((range) => ({ argument: range.pointer, bytes: this.#span(args, range.pointer, range.bytes(args)) }));
    const before = shape.targets.map((range) => this.#span(args, range.pointer, range.bytes(args)));
    const result = call(...args);
    const targets = shape.targets.map((range, index) => ({
      argument: range.pointer, bytes: this.#written(range, args, result, before[index]!),
    }));
    const kept = { sources: sources.filter(hasBytes), targets: targets.filter(hasBytes) };
    this.#callCount += 1;
    this.#calls.number(number);
    for (const value of args) this.#calls.signed(value);
    this.#calls.signed(result);
    this.#calls.byte(kept.sources.length | (kept.targets.length << 4));
    for (const { argument, bytes } of [...kept.sources, ...kept.targets]) {
      this.#calls.number(argument);
      this.#calls.number(this.#writer.spans.intern(bytes));
    }
    return result;
  }

  /** A copy of a range; nothing of one that is not inside memory. */
  #span(args: readonly number[], pointer: number, bytes: number): Uint8Array {
    const start = args[pointer]! >>> 0;
    return bytes < 0 || start + bytes > this.#memory.length ? new Uint8Array(0) : this.#memory.slice(start, start + bytes);
  }

  /** What the host wrote into a range. A call that failed and wrote all the same has written all of it. */
  #written(range: TargetRange, args: readonly number[], result: number, before: Uint8Array): Uint8Array {
    const count = Math.min(range.written(args, result), before.length);
    if (count > 0) return this.#span(args, range.pointer, count);
    const after = this.#span(args, range.pointer, before.length);
    return after.some((byte, index) => byte !== before[index]) ? after : new Uint8Array(0);
  }
}

function hasBytes({ bytes }: { readonly bytes: Uint8Array }): boolean {
  return bytes.length > 0;
}
