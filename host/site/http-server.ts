// An HTTP/1.1 server as a stream service: it reads requests, asks a handler, writes answers, and fails on demand.
//
// In: streams from whatever network carries them. Out: answers in the order of the requests, pipelined ones included.
// It has no sockets and no clock of its own; the scheduler is only asked by answers that are slow on purpose.

import type { Scheduler } from "../scheduler.js";
import { HttpFaultScript, planAnswer, type AnswerPlan, type HttpFaultRule } from "./http-faults.js";
import { encodeHead, statusResponse, type HttpHandler, type HttpRequest } from "./http-message.js";
import { RequestReader } from "./http-request.js";
import type { StreamHandler, StreamPeer, StreamService } from "./service.js";

/** A slow answer sends a piece this often. */
const SLOW_PIECE_US = 50_000;

/** One line of an access log. */
export interface HttpAccess {
  readonly method: string;
  readonly target: string;
  /** 0: no answer was sent. */
  readonly status: number;
  readonly bodyBytes: number;
}

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  readonly scheduler: Scheduler;
  readonly faults?: readonly HttpFaultRule[];
  readonly onAccess?: (access: HttpAccess) => void;
  /** How long the server thinks before each answer. */
  readonly thinkUs?: number;
}

export class HttpServer implements StreamService {
  readonly #options: HttpServerOptions;
  readonly #faults: HttpFaultScript;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#faults = new HttpFaultScript(options.faults ?? []);
  }

  refuses(): boolean {
    return this.#faults.take(undefined) !== undefined;
  }

  connect(peer: StreamPeer): StreamHandler {
    return new HttpConnection(peer, this.#options, (request) => this.#answer(request));
  }

  #answer(request: HttpRequest): AnswerPlan {
    const fault = this.#faults.take(request.target);
    const plan = planAnswer(request, this.#options.handler(request), keepsAlive(request), fault);
    const { method, target } = request;
    this.#options.onAccess?.({ method, target, status: plan.status, bodyBytes: plan.body.length });
    return plan;
  }
}

/** HTTP/1.1 stays open unless told otherwise, HTTP/1.0 the other way round (RFC 9112 §9.3). */
function keepsAlive(request: HttpRequest): boolean {
  const options = (request.headers.get("connection") ?? "").toLowerCase().split(",").map((option) => option.trim());
  return request.minor === 1 ? !options.includes("close") : options.includes("keep-alive");
}

class HttpConnection implements StreamHandler {
  readonly #peer: StreamPeer;
  readonly #scheduler: Scheduler;
  readonly #thinkUs: number;
  readonly #answer: (request: HttpRequest) => AnswerPlan;
  readonly #reader = new RequestReader();
  /** An answer is still being written, or no further one will be. */
  #busy = false;
  #gone = false;
  #endless: Uint8Array | undefined;
  /** Reset once everything has left, so that the other side sees the bytes that were to come first. */
  #resets = false;

  constructor(peer: StreamPeer, options: HttpServerOptions, answer: (request: HttpRequest) => AnswerPlan) {
    this.#peer = peer;
    this.#scheduler = options.scheduler;
    this.#thinkUs = options.thinkUs ?? 0;
    this.#answer = answer;
  }

  data(bytes: Uint8Array): void {
    if (this.#gone) return;
    if (this.#reader.push(bytes)) this.#step();
    else if (this.#busy) this.#reset();
    else this.#refuse(431);
  }

  drained(): void {
    if (this.#gone) return;
    if (this.#resets) this.#reset();
    else if (this.#endless !== undefined) this.#peer.send(this.#endless);
  }

  closed(): void {
    this.#gone = true;
  }

  #step(): void {
    while (!this.#busy && !this.#gone) {
      const next = this.#reader.next();
      if (next === undefined) return;
      if (typeof next === "number") this.#refuse(next);
      else this.#think(next);
    }
  }

  #think(request: HttpRequest): void {
    if (this.#thinkUs === 0) return this.#send(this.#answer(request));
    this.#busy = true;
    this.#scheduler.in(this.#thinkUs, () => {
      if (this.#gone) return;
      this.#send(this.#answer(request));
      this.#step();
    });
  }

  /** A request that cannot be read: after it, where the next begins is unknown, so the stream ends. */
  #refuse(status: number): void {
    const { headers, body } = statusResponse(status);
    this.#peer.send(encodeHead(status, [...headers, ["Content-Length", String(body.length)], ["Connection", "close"]]));
    this.#peer.send(body);
    this.#end("close");
  }

  #send(plan: AnswerPlan): void {
    this.#busy = true;
    this.#peer.send(plan.head);
    this.#endless = plan.endless;
    if (plan.endless !== undefined) this.#peer.send(plan.endless);
    if (plan.bytesPerSecond !== undefined) {
      this.#sendSlowly(plan, plan.bytesPerSecond, 0);
      return;
    }
    this.#peer.send(plan.body);
    this.#end(plan.end);
  }

  #sendSlowly(plan: AnswerPlan, bytesPerSecond: number, offset: number): void {
    if (this.#gone) return;
    if (offset >= plan.body.length) {
      this.#end(plan.end);
      this.#step();
      return;
    }
    // At rates below one byte in an interval the interval grows instead.
    const bytes = Math.max(1, Math.floor((bytesPerSecond * SLOW_PIECE_US) / 1_000_000));
    const waitUs = Math.max(SLOW_PIECE_US, Math.floor(1_000_000 / bytesPerSecond));
    this.#scheduler.in(waitUs, () => {
      if (!this.#gone) this.#peer.send(plan.body.subarray(offset, offset + bytes));
      this.#sendSlowly(plan, bytesPerSecond, offset + bytes);
    });
  }

  #end(how: AnswerPlan["end"]): void {
    if (how === "keep") this.#busy = false;
    if (how === "reset") this.#resets = true;
    if (how === "close") {
      this.#gone = true;
      this.#peer.close();
    }
  }

  #reset(): void {
    this.#gone = true;
    this.#peer.reset();
  }
}
