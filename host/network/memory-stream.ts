// One stream of the memory binding: the telephone's end and the service's end, joined by two lines of fixed rate.
//
// In: bytes from either side. Out: the same bytes later, in order, within a window of 64 KiB in each direction.
// It knows no packets, no loss and no retransmission; the wire has those.

import { Status } from "../../hal/abi.js";
import type { Scheduler } from "../scheduler.js";
import type { Endpoint, StreamHandler, StreamPeer, StreamService } from "../site/service.js";
import { WINDOW_BYTES } from "./network.js";

/** Telephone time: 12 MB/s is a 100 Mbit/s port less its framing. */
const BYTES_PER_US = 12;
/** One way; a round trip over one switch takes 0.2 ms. */
const LATENCY_US = 100;
/** The largest piece that arrives as one event: one read of the core, a quarter of what a poll may move. */
const SEGMENT_BYTES = 4096;

/** One direction of the cable: what departs later arrives later. */
export class Line {
  readonly #scheduler: Scheduler;
  #freeUs = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  carry(bytes: number, arrive: () => void): void {
    this.#freeUs = Math.max(this.#freeUs, this.#scheduler.nowUs) + Math.ceil(bytes / BYTES_PER_US);
    this.#scheduler.at(this.#freeUs + LATENCY_US, arrive);
  }
}

export class MemoryStream implements StreamPeer {
  readonly from: Endpoint;
  status: number = Status.Pending;
  reason = "";
  readonly #up: Line;
  readonly #down: Line;
  #handler: StreamHandler | undefined;

  /** Towards the telephone: queued at the service, on the line, and waiting to be read. */
  #queue: Uint8Array[] = [];
  #travelling = 0;
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #serviceClosed = false;
  #endSent = false;
  #ended = false;

  /** Towards the service. */
  #upTravelling = 0;
  #telephoneClosed = false;

  constructor(from: Endpoint, up: Line, down: Line) {
    this.from = from;
    this.#up = up;
    this.#down = down;
  }

  // ---- The telephone's side.

  /** The service's answer to the connection: open, or refused with a reason. */
  connect(service: StreamService | undefined, where: string): void {
    if (this.status !== Status.Pending) return;
    if (service === undefined || service.refuses?.() === true) {
      this.fail(Status.Refused, `${where} refused the connection`);
      return;
    }
    this.status = Status.Ok;
    this.#handler = service.connect(this);
  }

  fail(status: number, reason: string): void {
    this.status = status;
    this.reason = reason;
    this.#queue = [];
    this.#inbox = [];
    this.#inboxBytes = 0;
  }

  write(data: Uint8Array): number {
    if (this.status < 0) return this.status === Status.Pending ? 0 : Status.Reset;
    if (this.#ended) return Status.Closed;
    const bytes = Math.min(data.length, WINDOW_BYTES - this.#upTravelling);
    if (bytes === 0) return 0;
    const copy = data.slice(0, bytes);
    this.#upTravelling += bytes;
    this.#up.carry(bytes, () => {
      this.#upTravelling -= bytes;
      if (!this.#serviceClosed) this.#handler?.data(copy);
    });
    return bytes;
  }

  read(target: Uint8Array): number {
    if (this.status < 0) return this.status === Status.Pending ? 0 : Status.Reset;
    let count = 0;
    while (count < target.length && this.#inbox.length > 0) {
      const piece = this.#inbox[0]!;
      const bytes = Math.min(piece.length, target.length - count);
      target.set(piece.subarray(0, bytes), count);
      count += bytes;
      if (bytes === piece.length) this.#inbox.shift();
      else this.#inbox[0] = piece.subarray(bytes);
    }
    this.#inboxBytes -= count;
    if (count > 0) this.#pump();
    return count === 0 && this.#ended && target.length > 0 ? Status.Closed : count;
  }

  /** The telephone is done with the stream; the service hears of it after the bytes that are under way. */
  hangUp(how: "end" | "reset"): void {
    if (this.#telephoneClosed) return;
    this.#telephoneClosed = true;
    this.fail(Status.Reset, "closed by the telephone");
    this.#up.carry(0, () => {
      if (!this.#serviceClosed) this.#handler?.closed(how);
    });
  }

  // ---- The service's side.

  send(data: Uint8Array): void {
    if (this.#serviceClosed || this.#telephoneClosed || data.length === 0) return;
    this.#queue.push(data);
    this.#pump();
  }

  close(): void {
    this.#serviceClosed = true;
    this.#pump();
  }

  reset(): void {
    if (this.#serviceClosed && this.#endSent) return;
    this.#serviceClosed = true;
    this.#endSent = true;
    this.#queue = [];
    this.#down.carry(0, () => {
      if (!this.#telephoneClosed) this.fail(Status.Reset, "connection reset by the other side");
    });
  }

  /** Sends what the window has room for: whole segments, or all that is left. */
  #pump(): void {
    if (this.#telephoneClosed) return;
    for (;;) {
      const piece = this.#queue[0];
      if (piece === undefined) break;
      const bytes = Math.min(piece.length, SEGMENT_BYTES);
      if (this.#travelling + this.#inboxBytes + bytes > WINDOW_BYTES) return;
      if (bytes === piece.length) this.#queue.shift();
      else this.#queue[0] = piece.subarray(bytes);
      this.#travelling += bytes;
      this.#down.carry(bytes, () => this.#arrive(piece.subarray(0, bytes)));
    }
    if (this.#serviceClosed && !this.#endSent) {
      this.#endSent = true;
      this.#down.carry(0, () => {
        this.#ended = true;
      });
    }
  }

  #arrive(piece: Uint8Array): void {
    this.#travelling -= piece.length;
    if (this.status !== Status.Ok) return;
    this.#inbox.push(piece);
    this.#inboxBytes += piece.length;
    if (this.#queue.length === 0 && !this.#serviceClosed) this.#handler?.drained?.();
  }
}
