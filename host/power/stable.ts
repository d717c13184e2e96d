// Whole-machine snapshots: one instance of the core that is put back to where a start-up first looks at the chip.
//
// From `init` to the first flash call a start-up depends on nothing but the reset's cause, what the telephone retained, the chip's
// geometry, the size of its staging, and its identity, which is fixed here but for local entries (they are read later): self-test,
// parameters, screen. So that part is run once for each of these, its HAL calls are written down, and from then on the calls are made
// again without the core, and the core's memory and globals are put in place. Time is given to the core relative to its instance's
// beginning, so that an instance after a reset is the same whenever the reset was.
//
// In: the module and, for each instance, the board's calls. Out: what the board takes for a core. A test compares runs with and without it.

import { EventKind } from "../../hal/events.js";
import { GEOMETRY_BYTES, Mode, RETAINED_BYTES } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import { instantiateCore, type Core } from "../core-loader.js";
import { GLOBAL_PREFIX } from "./globals.js";

type Call = (...values: number[]) => number;

interface Recorded {
  readonly name: keyof HalImports;
  readonly values: readonly number[];
  /** What stood at its pointer, for the calls that hand memory over. */
  readonly bytes: Uint8Array | undefined;
}

interface Step {
  readonly nowUs: number;
  readonly calls: Recorded[];
  waitUs: number;
}

interface Snapshot {
  readonly memory: Uint8Array;
  readonly globals: readonly (number | bigint)[];
}

interface Prefix {
  /** `init`, then polls. */
  readonly steps: readonly Step[];
  readonly snapshot: Snapshot;
}

/** Calls that change nothing on the host's side, or whose result the snapshot holds already. */
const PURE: ReadonlySet<string> = new Set(["sys_info", "eth_link", "stage_size", "flash_geometry", "trust_key", "keypad_read"]);
/** Arguments that are a source in memory: pointer and bytes. */
const SOURCES: Readonly<Record<string, readonly [ptr: number, bytes: number]>> = {
  sys_event: [0, 1], sys_retained: [1, 2], display_row: [1, 2],
};
/** The first of these ends what is the same for every chip. */
const ENDS = /^(?:flash_(?!geometry)|udp_|tcp_|arp_|dns_|eth_(?:send|receive)|se_)/;
/** A place below the core's own data, for calls made on its behalf. */
const SCRATCH = 1024;

export class Stable {
  readonly #core: Core;
  readonly #memory: Uint8Array;
  readonly #globals: readonly WebAssembly.Global[];
  readonly #fresh: Snapshot;
  readonly #prefixes = new Map<string, Prefix>();
  #imports: Record<string, Call> = {};
  #recording: Recording | undefined;

  /** `module` has its globals exported. */
  constructor(module: WebAssembly.Module) {
    const calls: Record<string, Call> = {};
    for (const { name } of WebAssembly.Module.imports(module)) calls[name] = (...values) => this.#call(name as keyof HalImports, values);
    this.#core = instantiateCore(module, calls as unknown as HalImports);
    this.#memory = new Uint8Array(this.#core.memory.buffer);
    const exports = Object.entries(this.#core).filter(([name]) => name.startsWith(GLOBAL_PREFIX));
    this.#globals = exports.map(([, value]) => value as unknown as WebAssembly.Global);
    this.#fresh = this.#take();
  }

  /** What a board takes for a new instance. */
  instantiate(imports: HalImports, nowUs: () => number): Core {
    this.#imports = imports as unknown as Record<string, Call>;
    const startUs = nowUs();
    let prefix: Prefix | undefined;
    let step = 0;
    const { memory, core_start, abi_version, trace_pointer, trace_bytes } = this.#core;
    return {
      memory, core_start, abi_version, trace_pointer, trace_bytes,
      init: (mode, cause) => {
        prefix = mode === Mode.Telephone ? this.#prefixes.get(this.#key(cause)) : undefined;
        if (prefix !== undefined) return void this.#replay(prefix.steps[step++]!);
        const key = this.#key(cause);
        this.#put(this.#fresh);
        this.#recording = new Recording(key);
        this.#recording.begin(0, this.#fresh);
        this.#core.init(mode, cause);
        this.#recording.end(0);
      },
      poll: (us) => {
        const sinceUs = (us - startUs) | 0;
        if (prefix !== undefined && step < prefix.steps.length) return this.#replayPoll(prefix.steps[step++]!, sinceUs);
        if (prefix !== undefined && step === prefix.steps.length) {
          this.#put(prefix.snapshot);
          step += 1;
        }
        return this.#poll(sinceUs);
      },
    };
  }

  #poll(us: number): number {
    const recording = this.#recording;
    if (recording === undefined) return this.#core.poll(us);
    recording.begin(us, this.#take());
    const waitUs = this.#core.poll(us);
    if (recording.prefix === undefined) recording.end(waitUs);
    else {
      this.#prefixes.set(recording.key, recording.prefix);
      this.#recording = undefined;
    }
    return waitUs;
  }

  #call(name: keyof HalImports, values: readonly number[]): number {
    this.#recording?.call(name, values, this.#memory);
    return this.#imports[name]!(...values);
  }

  #replayPoll(step: Step, us: number): number {
    if (us !== step.nowUs) throw new Error(`a start-up is polled at ${us} us, and at ${step.nowUs} us when it was recorded`);
    this.#replay(step);
    return step.waitUs;
  }

  #replay({ calls }: Step): void {
    for (const { name, values, bytes } of calls) {
      if (bytes !== undefined) this.#memory.set(bytes, values[SOURCES[name]![0]]!);
      this.#imports[name]!(...values);
    }
  }

  /** All that the part before the first flash call depends on. */
  #key(cause: number): string {
    this.#imports["sys_retained"]!(0, SCRATCH, RETAINED_BYTES);
    this.#imports["flash_geometry"]!(SCRATCH + RETAINED_BYTES, GEOMETRY_BYTES);
    const stagingBytes = this.#imports["stage_size"]!();
    return `${cause} ${stagingBytes} ${this.#memory.slice(SCRATCH, SCRATCH + RETAINED_BYTES + GEOMETRY_BYTES).join()}`;
  }

  #take(): Snapshot {
    return { memory: this.#memory.slice(), globals: this.#globals.map((global) => global.value as number | bigint) };
  }

  #put({ memory, globals }: Snapshot): void {
    this.#memory.set(memory);
    globals.forEach((value, index) => (this.#globals[index]!.value = value));
  }
}

/** Writes down the part of a start-up before its first flash call. */
class Recording {
  readonly key: string;
  prefix: Prefix | undefined;
  readonly #steps: Step[] = [];
  #step: Step = { nowUs: 0, calls: [], waitUs: 0 };
  #before: Snapshot | undefined;

  constructor(key: string) {
    this.key = key;
  }

  begin(nowUs: number, before: Snapshot): void {
    this.#step = { nowUs, calls: [], waitUs: 0 };
    this.#before = before;
  }

  end(waitUs: number): void {
    this.#step.waitUs = waitUs;
    this.#steps.push(this.#step);
  }

  call(name: keyof HalImports, values: readonly number[], memory: Uint8Array): void {
    if (this.prefix !== undefined) return;
    if (ENDS.test(name)) {
      this.prefix = { steps: this.#steps, snapshot: this.#before! };
      return;
    }
    if (PURE.has(name) || (name === "sys_retained" && values[0] === 0)) return;
    const source = SOURCES[name];
    const bytes = source && memory.slice(values[source[0]]!, values[source[0]]! + values[source[1]]!);
    // Of the events only the states matter to a sweep.
    if (name !== "sys_event" || bytes![0] === EventKind.State) this.#step.calls.push({ name, values: [...values], bytes });
  }
}
