// Follows the core's trace ring (core/base/trace.ts) from outside: a rolling CRC-32 over the entries in their order.
//
// In: the core's memory between two calls. Out: how many entries are new, and the CRC-32 of all since the instance began. Of a step
// that writes more than the ring holds only the last ones are seen, on every engine the same.

import { crc32 } from "../crc32.js";
import type { Core } from "../core-loader.js";

/** The ring begins with the count of entries ever written and a zero. */
const HEADER_BYTES = 8;
const ENTRY_BYTES = 8;

export class TraceReader {
  readonly #ring: Uint8Array;
  readonly #view: DataView;
  readonly #capacity: number;
  #seenCount = 0;
  #crc = 0;

  constructor(core: Pick<Core, "memory" | "trace_pointer" | "trace_bytes">) {
    const [pointer, bytes] = [core.trace_pointer(), core.trace_bytes()];
    this.#ring = new Uint8Array(core.memory.buffer, pointer, bytes);
    this.#view = new DataView(core.memory.buffer, pointer, bytes);
    this.#capacity = (bytes - HEADER_BYTES) / ENTRY_BYTES;
  }

  /** Takes what was written since the last time. */
  take(): { readonly count: number; readonly crc: number } {
    const written = this.#view.getUint32(0, true);
    const count = (written - this.#seenCount) >>> 0;
    this.#seenCount = written;
    for (let left = Math.min(count, this.#capacity); left > 0; left--) {
      const at = HEADER_BYTES + ((written - left) % this.#capacity) * ENTRY_BYTES;
      this.#crc = crc32(this.#ring.subarray(at, at + ENTRY_BYTES), this.#crc);
    }
    return { count, crc: this.#crc };
  }
}
