// A host that knows nothing but a record: it gives a module the recorded answers and says where the module does something else.
//
// In: a run of a record file and a compiled module, of this build or another. Out: the first difference in words, or nothing. Pointers
// are the module's own affair: they are compared only with the module that was recorded, the bytes behind them always.

import type { HalImports } from "../../hal/contract.js";
import { instantiateCore, type Core } from "../core-loader.js";
import { type RecordedCall, type Run, type Span, type Start, type Step, StepEnd } from "./format.js";
import { TraceReader } from "./trace-reader.js";

export interface ReplayOptions {
  readonly module: WebAssembly.Module;
  /** The module is the one that was recorded. */
  readonly isSame: boolean;
}

/** Unwinds the core from inside a call; the message is the difference. */
class Difference extends Error {}

/** The first difference between what the module does and the run, in a sentence; undefined when there is none. */
export function replayRun(run: Run, options: ReplayOptions): string | undefined {
  for (const [index, start] of run.starts.entries()) {
    const difference = new Instance(start, options).difference();
    if (difference !== undefined) return `${run.name}: start ${index + 1}, ${difference}`;
  }
  return undefined;
}

class Instance {
  readonly #start: Start;
  readonly #isSame: boolean;
  readonly #core: Core;
  readonly #memory: Uint8Array;
  readonly #trace: TraceReader;
  #traceCrc = 0;
  #step: Step | undefined;
  #callIndex = 0;
  /** Kept here too: nothing may hide it on its way through the module. */
  #found: string | undefined;

  constructor(start: Start, { module, isSame }: ReplayOptions) {
    this.#start = start;
    this.#isSame = isSame;
    const names = WebAssembly.Module.imports(module).map(({ name }) => name);
    const answers = names.map((name) => [name, (...args: readonly number[]) => this.#answer(name, args)]);
    this.#core = instantiateCore(module, Object.fromEntries(answers) as HalImports);
    this.#memory = new Uint8Array(this.#core.memory.buffer);
    this.#trace = new TraceReader(this.#core);
  }

  difference(): string | undefined {
    const { mode, cause, init, polls } = this.#start;
    const atInit = this.#compare(init, () => {
      this.#core.init(mode, cause);
      return 0;
    });
    if (atInit !== undefined) return `init, ${atInit}`;
    for (const [index, { nowUs, step }] of polls.entries()) {
      const found = this.#compare(step, () => this.#core.poll(nowUs | 0));
      if (found !== undefined) return `poll ${index + 1} at ${nowUs} us, ${found}`;
    }
    return undefined;
  }

  #compare(step: Step, work: () => number): string | undefined {
    this.#step = step;
    this.#callIndex = 0;
    const result = this.#attempt(work);
    if (this.#found !== undefined) return this.#found;
    const next = step.calls[this.#callIndex];
    if (next !== undefined) return `call ${this.#callIndex + 1}: wanted ${next.kind.name}, found the end`;
    if ((result === undefined) !== (step.end === StepEnd.Trapped)) {
      return `end: wanted ${step.end === StepEnd.Trapped ? "a trap" : "a return"}, found ${result === undefined ? "a trap" : "a return"}`;
    }
    if (result !== undefined && result !== step.result) return `result: wanted ${step.result}, found ${result}`;
    return this.#compareTrace(step);
  }

  /** The result, or undefined after a trap. */
  #attempt(work: () => number): number | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof Difference) return undefined;
      if (error instanceof WebAssembly.RuntimeError) return undefined;
      throw error;
    }
  }

  #compareTrace(step: Step): string | undefined {
    const { count, crc } = this.#trace.take();
    if (count !== step.traceCount) return `trace: wanted ${step.traceCount} new entries, found ${count}`;
    if (count > 0) this.#traceCrc = step.traceCrc;
    return crc === this.#traceCrc ? undefined : `trace: wanted CRC-32 ${hex(this.#traceCrc, 8)}, found ${hex(crc, 8)}`;
  }

  #answer(name: string, args: readonly number[]): number {
    const call = this.#step?.calls[this.#callIndex];
    const difference = call === undefined ? `wanted the end, found ${name}` : this.#differenceOf(call, name, args);
    if (difference !== undefined) {
      this.#found ??= `call ${this.#callIndex + 1}: ${difference}`;
      throw new Difference(this.#found);
    }
    for (const { argument, bytes } of call!.targets) this.#memory.set(bytes, args[argument]! >>> 0);
    this.#callIndex += 1;
    return call!.result;
  }

  #differenceOf(call: RecordedCall, name: string, args: readonly number[]): string | undefined {
    const { kind } = call;
    if (kind.name !== name) return `wanted ${kind.name}, found ${name}`;
    if (args.length !== kind.arguments.length) return `${name} has ${args.length} arguments, wanted ${kind.arguments.length}`;
    const wrong = kind.arguments.findIndex(({ isPointer }, index) =>
      args[index] !== call.arguments[index] && (this.#isSame || !isPointer));
    if (wrong >= 0) return `${name}: ${kind.arguments[wrong]!.name}: wanted ${call.arguments[wrong]}, found ${args[wrong]}`;
    const outside = [...call.sources, ...call.targets].find((span) => !this.#isInside(args[span.argument]! >>> 0, span.bytes));
    if (outside !== undefined) return `${name}: ${kind.arguments[outside.argument]!.name}: the range is not inside memory`;
    return call.sources.map((span) => this.#differenceAt(call, span, args)).find((difference) => difference !== undefined);
  }

  #isInside(start: number, bytes: Uint8Array): boolean {
    return start + bytes.length <= this.#memory.length;
  }

  #differenceAt({ kind }: RecordedCall, { argument, bytes }: Span, args: readonly number[]): string | undefined {
    const start = args[argument]! >>> 0;
    const at = bytes.findIndex((byte, index) => byte !== this.#memory[start + index]);
    if (at < 0) return undefined;
    const [wanted, found] = [hex(bytes[at]!, 2), hex(this.#memory[start + at]!, 2)];
    return `${kind.name}: byte ${at} behind ${kind.arguments[argument]!.name}: wanted ${wanted}, found ${found}`;
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
