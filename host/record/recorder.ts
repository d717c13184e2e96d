// Records what passes between a core and its host: it stands between the two while an instance is made.
//
// In: `new Board({ …, instantiate: recorder.run("a name") })`, as many boards as there are runs. Out: a record file with the poll
// times, every call with arguments, result and bytes both ways, and the trace. It changes nothing: a run with a recorder is the run
// without it.

import { ABI_VERSION } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import { instantiateCore, type Core } from "../core-loader.js";
import { type RecordedCall, type Span, type Step, StepEnd } from "./format.js";
import { type Range, SHAPES, type Shape, type TargetRange } from "./shapes.js";
import { TraceReader } from "./trace-reader.js";
import { RecordWriter, type RunWriter, type StartWriter } from "./writer.js";

type Instantiate = (module: WebAssembly.Module, imports: HalImports) => Core;
type Call = (...args: readonly number[]) => number;

export class Recorder {
  readonly #writer: RecordWriter;

  /** The hash is the SHA-256 of the module that will run: whoever replays is told when it is another. */
  constructor(moduleHash: Uint8Array) {
    this.#writer = new RecordWriter({ abiVersion: ABI_VERSION, moduleHash, kinds: Object.values(SHAPES) });
  }

  /** Begins a run. What it returns makes the instances of one board. */
  run(name: string): Instantiate {
    const run = this.#writer.run(name);
    return (module, imports) => new RecordedInstance(run, module, imports).core;
  }

  /** The file with all runs so far. */
  file(): Uint8Array {
    return this.#writer.file();
  }
}

class RecordedInstance {
  readonly core: Core;
  readonly #run: RunWriter;
  readonly #inner: Core;
  readonly #trace: TraceReader;
  readonly #memory: Uint8Array;
  #calls: RecordedCall[] = [];
  #start: StartWriter | undefined;

  constructor(run: RunWriter, module: WebAssembly.Module, imports: HalImports) {
    this.#run = run;
    this.#inner = instantiateCore(module, this.#listening(imports));
    this.#trace = new TraceReader(this.#inner);
    this.#memory = new Uint8Array(this.#inner.memory.buffer);
    this.core = {
      ...this.#inner,
      init: (mode, cause) => {
        this.#step(() => this.#inner.init(mode, cause), (step) => (this.#start = this.#run.start(mode, cause, step)));
      },
      poll: (nowUs) => this.#step(() => this.#inner.poll(nowUs), (step) => this.#start?.poll(nowUs, step)),
    };
  }

  /** The step is kept also when it traps, and the trap thrown on. */
  #step<Result extends number | void>(work: () => Result, keep: (step: Step) => void): Result {
    this.#calls = [];
    let end = StepEnd.Trapped;
    let result: Result | undefined;
    try {
      result = work();
      end = StepEnd.Returned;
      return result;
    } finally {
      const { count, crc } = this.#trace.take();
      keep({ calls: this.#calls, end, result: result ?? 0, traceCount: count, traceCrc: crc });
    }
  }

  #listening(imports: HalImports): HalImports {
    const calls = Object.entries(imports) as [keyof HalImports, Call][];
    const heard = calls.map(([name, call]) => [name, (...args: readonly number[]) => this.#heard(SHAPES[name], call, args)]);
    return Object.fromEntries(heard) as HalImports;
  }

  #heard(kind: Shape, call: Call, args: readonly number[]): number {
    const copy = ({ pointer, bytes }: Range): Span => ({ argument: pointer, bytes: this.#span(args, pointer, bytes(args)) });
    const sources = kind.sources.map(copy).filter(hasBytes);
    const before = kind.targets.map(copy);
    const result = call(...args);
    const targets = kind.targets.map((range, index) => this.#written(range, args, result, before[index]!)).filter(hasBytes);
    this.#calls.push({ kind, arguments: args, result, sources, targets });
    return result;
  }

  /** A copy of a range; nothing of one that is not inside memory. */
  #span(args: readonly number[], pointer: number, bytes: number): Uint8Array {
    const start = args[pointer]! >>> 0;
    return bytes < 0 || start + bytes > this.#memory.length ? new Uint8Array(0) : this.#memory.slice(start, start + bytes);
  }

  /** What the host wrote into a range. A call that should not have written, and did, has written all of it. */
  #written(range: TargetRange, args: readonly number[], result: number, { argument, bytes }: Span): Span {
    const count = Math.min(range.written(args, result), bytes.length);
    if (count > 0) return { argument, bytes: this.#span(args, argument, count) };
    const after = this.#span(args, argument, bytes.length);
    return { argument, bytes: after.some((byte, index) => byte !== bytes[index]) ? after : new Uint8Array(0) };
  }
}

function hasBytes({ bytes }: Span): boolean {
  return bytes.length > 0;
}
