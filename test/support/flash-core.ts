// The flash side of the core on an emulated chip: polls until a job ends, in virtual time, and reads back what the core says.
//
// One instance is one run of a telephone between two resets; after a cut a test makes a new one, or resets the one it has.

import { Status } from "../../hal/abi.js";
import type { Flash } from "../../host/peripherals/flash.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { W25Q128JV, type NorPart } from "../../host/peripherals/nor-parts.js";
import { type Harness, loadHarness } from "./harness.js";
import { random } from "./random.js";

/** The chip ended before the job did: a power cut. */
export class PowerGone extends Error {}

/** More polls than any job of these tests takes. */
const POLL_COUNT_MAX = 100_000;

export interface Clock {
  nowUs: number;
}

/** A small part with the default part's times. */
export function smallPart(changes: Partial<NorPart>): NorPart {
  return { ...W25Q128JV, name: "small", ...changes };
}

/** A chip that starts full of noise. */
export function dirtyChip(part: NorPart, clock: Clock, seed = 1): NorFlash {
  const next = random(seed);
  return new NorFlash({ part, clock, timing: "typical", random: () => next(0x1000000) / 0x1000000, dirty: true });
}

export class FlashCore {
  readonly harness: Harness;
  flash: Flash;
  clock: Clock;
  readonly #buffer: number;
  /** HAL calls of the poll that made most. */
  callsMax = 0;
  #calls = 0;

  constructor(flash: Flash, clock: Clock) {
    this.flash = flash;
    this.clock = clock;
    this.harness = loadHarness("flash", (memory) => this.#hal(memory));
    this.#buffer = this.harness.call("buffer_pointer");
    this.call("time_push", clock.nowUs >>> 0);
  }

  /**
   * A reset, perhaps on another chip. Memory is left as it was: undefined, as the contract says. A new instance takes the
   * engine 0.5 ms, which a sweep of thousands of cuts cannot spend.
   */
  reset(flash: Flash, clock: Clock): this {
    this.flash = flash;
    this.clock = clock;
    return this;
  }

  call(name: string, ...values: number[]): number {
    return this.harness.call(name, ...values);
  }

  /** Puts bytes where the core can see them; the address. */
  give(bytes: Uint8Array, at = 0): number {
    this.harness.write(this.#buffer + at, bytes);
    return this.#buffer + at;
  }

  /** Reads the geometry and opens the journal. */
  open(): number {
    const status = this.call("layout_init");
    if (status < 0) return status;
    this.call("journal_open");
    return this.finish("journal_poll");
  }

  /** Polls a job until it says something else than Pending; time passes as the core wishes. */
  finish(poll: string): number {
    for (let count = 0; count < POLL_COUNT_MAX; count++) {
      const status = this.poll(poll);
      if (status !== Status.Pending) return status;
      this.wait();
    }
    throw new Error(`${poll} does not end`);
  }

  poll(name: string, ...values: number[]): number {
    this.call("time_push", this.clock.nowUs >>> 0);
    this.#calls = 0;
    const status = this.call(name, ...values);
    this.callsMax = Math.max(this.callsMax, this.#calls);
    if ("isCut" in this.flash && this.flash.isCut === true) throw new PowerGone();
    return status;
  }

  wait(): void {
    this.clock.nowUs += this.call("time_wait");
  }

  /** Marks a slot and waits for the mark. `digest` fills the whole digest. */
  mark(kind: number, slot: number, state: number, attempts = 0, digest = 0, counter = 0): number {
    const status = this.call("journal_mark", kind, slot, state, attempts, this.give(new Uint8Array(16).fill(digest)), counter);
    return status < 0 ? status : this.finish("journal_poll");
  }

  /** All that the journal says, in one line. */
  said(): string {
    return [1, 2].map((kind) => {
      const slots = [0, 1].map((slot) => {
        const digest = this.harness.read(this.call("journal_digest", kind, slot), 16);
        const state = this.call("journal_state", kind, slot);
        return `${state}/${this.call("journal_attempts", kind, slot)}/${Buffer.from(digest).toString("hex")}`;
      });
      return `${slots.join(" ")} floor ${this.call("journal_counter", kind)} first ${this.call("journal_preferred", kind)}`;
    }).join(" | ");
  }

  /** Writes a file whole: erase, pages of at most `spanBytes`, end. The first negative status, or Ok. */
  write(kind: number, slot: number, file: Uint8Array, spanBytes = 4096): number {
    let status = this.call("writer_start", kind, slot, file.length);
    if (status === Status.Ok) status = this.finish("writer_erase_poll");
    for (let done = 0; done < file.length && status >= 0;) {
      const span = file.subarray(done, done + spanBytes);
      status = this.poll("writer_push", this.give(span), span.length);
      if (status === 0) this.wait();
      done += Math.max(0, status);
    }
    if (status < 0) return status;
    this.call("writer_finish");
    return this.finish("writer_poll");
  }

  slotBytes(kind: number, slot: number, bytes: number): Uint8Array {
    const offset = this.call("layout_slot_offset", kind, slot);
    return this.flash.contents().slice(offset, offset + bytes);
  }

  #hal(memory: () => WebAssembly.Memory): Record<string, (...values: number[]) => number> {
    const view = (ptr: number, bytes: number): Uint8Array => new Uint8Array(memory().buffer, ptr, bytes);
    const counted = (call: (...values: number[]) => number) => (...values: number[]): number => {
      this.#calls += 1;
      return call(...values);
    };
    return {
      flash_geometry: counted((ptr, capacity) => {
        const { totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags } = this.flash.geometry;
        const words = [totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags];
        const record = new Uint8Array(Uint32Array.from(words).buffer);
        view(ptr!, capacity!).set(record);
        return record.length;
      }),
      flash_read: counted((offset, ptr, bytes) => this.flash.read(offset!, view(ptr!, bytes!))),
      flash_erase_start: counted((offset, bytes) => this.flash.eraseStart(offset!, bytes!)),
      flash_program_start: counted((offset, ptr, bytes) => this.flash.programStart(offset!, view(ptr!, bytes!))),
      flash_poll: counted(() => this.flash.poll()),
      flash_protect: counted((offset, bytes, on) => this.flash.protect(offset!, bytes!, on !== 0)),
    };
  }
}
