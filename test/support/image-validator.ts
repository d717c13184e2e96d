// Runs the core's validator over a file and says what it answered: verdict, facts and the `image` event.
//
// In: keys to trust, a policy, a file and where it is cut into spans. Out: plain values. The second pass of a pure signature is made
// as the telephone makes it.

import { Kind, Status } from "../../hal/abi.js";
import { ImageVerdict, Signature } from "../../hal/events.js";
import { decodeRecord, kebabCase, type FieldValue } from "../../host/event-record.js";
import { loadHarness, type Harness } from "./harness.js";

export interface Policy {
  readonly model?: string;
  readonly bootFloor?: number;
  readonly appFloor?: number;
  readonly bootSlotBytes?: number;
  readonly appSlotBytes?: number;
  readonly unsigned?: boolean;
  readonly storing?: boolean;
}

export interface Judged {
  readonly verdict: string;
  /** Bytes pushed when the verdict stood, or -1 when it took the last byte. */
  readonly early: number;
  readonly rescanned: boolean;
}

const INPUT_BYTES = 65536;

export class ImageValidator {
  readonly core: Harness;
  readonly #events: Uint8Array[] = [];
  readonly #staging = new Uint8Array(64);

  constructor(keys: readonly Uint8Array[]) {
    this.core = loadHarness("image", () => ({
      trust_key: (index, ptr, capacity) => {
        const key = keys[index!];
        if (!key) return Status.NotFound;
        this.core.write(ptr!, key.subarray(0, capacity));
        return key.length;
      },
      sys_event: (ptr, bytes) => {
        this.#events.push(this.core.read(ptr!, bytes!));
        return Status.Ok;
      },
      stage_size: () => this.#staging.length,
      stage_write: (offset, ptr, bytes) => {
        if (offset! + bytes! > this.#staging.length) return Status.OutOfRange;
        this.#staging.set(this.core.read(ptr!, bytes!), offset);
        return Status.Ok;
      },
      stage_read: (offset, ptr, bytes) => {
        if (offset! + bytes! > this.#staging.length) return Status.OutOfRange;
        this.core.write(ptr!, this.#staging.subarray(offset, offset! + bytes!));
        return Status.Ok;
      },
    }));
    this.policy({});
  }

  policy(policy: Policy): this {
    const { model = "", bootFloor = 0, appFloor = 0, bootSlotBytes = 0, appSlotBytes = 0, unsigned = false, storing = true } = policy;
    const ptr = this.#input(new TextEncoder().encode(model));
    this.core.call("policy", ptr, model.length, bootFloor, appFloor, bootSlotBytes, appSlotBytes, Number(unsigned), Number(storing));
    return this;
  }

  /** Judges a file that arrives in spans ending at `cuts`. */
  judge(file: Uint8Array, cuts: readonly number[] = []): Judged {
    this.core.call("init");
    const early = this.#push(file, cuts);
    if (early >= 0) return { verdict: verdictName(this.core.call("verdict")), early, rescanned: false };
    let answer = this.core.call("finish");
    const rescanBytes = this.core.call("rescan_bytes");
    if (answer === ImageVerdict.None && rescanBytes > 0) {
      this.#push(file.subarray(0, rescanBytes), cuts);
      answer = this.core.call("finish");
    }
    return { verdict: verdictName(answer), early: -1, rescanned: rescanBytes > 0 };
  }

  verdict(file: Uint8Array, cuts: readonly number[] = []): string {
    return this.judge(file, cuts).verdict;
  }

  get signature(): string {
    return kebabCase(Signature[this.core.call("signature")]!);
  }

  get kind(): Kind {
    return this.core.call("kind");
  }

  /** The fields of the `image` event for the file that was judged last. */
  report(name: string): Readonly<Record<string, FieldValue>> {
    const bytes = new TextEncoder().encode(name);
    this.core.call("report", this.#input(bytes), bytes.length);
    const record = decodeRecord(this.#events.pop()!);
    if (!record) throw new Error("the core sent a record that is not well formed");
    return record.fields as Record<string, FieldValue>;
  }

  #input(bytes: Uint8Array): number {
    const ptr = this.core.call("input_ptr");
    this.core.write(ptr, bytes);
    return ptr;
  }

  /** Returns how many bytes were in when a verdict stood, -1 when none stands. */
  #push(file: Uint8Array, cuts: readonly number[]): number {
    let at = 0;
    for (const border of [...cuts, file.length]) {
      while (at < border && at < file.length) {
        const span = file.subarray(at, Math.min(border, at + INPUT_BYTES));
        const taken = this.core.call("push", this.#input(span), span.length);
        if (taken !== span.length) throw new Error(`the validator took ${taken} of ${span.length} bytes`);
        at += span.length;
        if (this.core.call("verdict") !== ImageVerdict.None) return at;
      }
    }
    return -1;
  }
}

function verdictName(verdict: number): string {
  return kebabCase(ImageVerdict[verdict] ?? `verdict ${verdict}`);
}
