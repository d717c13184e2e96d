// The SIP client of the harness against a network that a test plays: what was sent and when, and what arrives.
//
// Time moves only as far as the client asked to be polled.

import { Status } from "../../hal/abi.js";
import { Transport } from "../../hal/events.js";
import { loadHarness, type Harness } from "./harness.js";

const USER = "4001";
const PASSWORD = "1234";
const HOST = "sip.example.com";

export interface Sent {
  readonly us: number;
  readonly text: string;
}

/** What came of a request: a status of the client, and the answer's own. */
export interface Outcome {
  readonly status: number;
  readonly answer: number;
}

export class SipNetwork {
  readonly core: Harness;
  readonly sent: Sent[] = [];
  /** Datagrams, or pieces of a stream, that wait to be read; a negative number is what reading says once. */
  readonly inbox: (Uint8Array | number)[] = [];
  openCount = 0;
  nowUs = 0;
  #seed = 1;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.core = loadHarness("sip", (memory) => ({
      entropy_fill: (ptr, bytes) => {
        new Uint8Array(memory().buffer, ptr, bytes).fill(this.#seed++);
        return Status.Ok;
      },
      sys_info: () => Status.NotFound,
      udp_open: () => this.#open(),
      tcp_open: () => this.#open(),
      udp_send: (_handle, _address, _port, ptr, bytes) => this.#send(memory(), ptr, bytes),
      tcp_send: (_handle, ptr, bytes) => this.#send(memory(), ptr, bytes),
      udp_receive: (_handle, ptr, capacity) => this.#receive(memory(), ptr, capacity),
      tcp_receive: (_handle, ptr, capacity) => this.#receive(memory(), ptr, capacity),
    }));
    this.core.write(this.core.call("input_ptr"), Buffer.from(USER + PASSWORD + HOST, "latin1"));
    this.core.call("init", USER.length, PASSWORD.length);
    this.core.call("client_open", transport, 0x0a000803, 5060, this.core.call("input_ptr"), 0);
  }

  /** Builds a REGISTER and begins with it; the request that is sent. */
  start(): void {
    this.core.call("build", this.#transport, USER.length + PASSWORD.length, HOST.length, 1, 3600);
    this.core.call("client_start");
  }

  /** The request as it is built. */
  get request(): string {
    return Buffer.from(this.core.read(this.core.call("request_ptr"), this.core.call("request_bytes"))).toString("latin1");
  }

  /** An answer to the request as it is built. */
  answer(status: number, more = ""): Uint8Array {
    const lines = this.request.split("\r\n").filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line));
    return Buffer.from(`SIP/2.0 ${status} x\r\n${lines.join("\r\n")}\r\n${more}Content-Length: 0\r\n\r\n`, "latin1");
  }

  /** Polls until there is an outcome, or once; time moves to each wish of the client's. */
  run(): Outcome {
    for (let count = 0; count < 1000; count++) {
      this.core.call("time_push", this.nowUs);
      const status = this.core.call("client_poll");
      if (status !== Status.Pending) return { status, answer: this.core.call("response_status") };
      this.nowUs += this.core.call("time_wait");
    }
    throw new Error("no outcome in 1000 polls");
  }

  #open(): number {
    this.openCount += 1;
    return this.openCount;
  }

  #send(memory: WebAssembly.Memory, ptr: number, bytes: number): number {
    this.sent.push({ us: this.nowUs, text: Buffer.from(memory.buffer.slice(ptr, ptr + bytes)).toString("latin1") });
    return bytes;
  }

  #receive(memory: WebAssembly.Memory, ptr: number, capacity: number): number {
    const next = this.inbox.shift();
    if (next === undefined) return 0;
    if (typeof next === "number") return next;
    const bytes = Math.min(capacity, next.length);
    new Uint8Array(memory.buffer).set(next.subarray(0, bytes), ptr);
    if (bytes < next.length) this.inbox.unshift(next.subarray(bytes));
    return bytes;
  }
}
