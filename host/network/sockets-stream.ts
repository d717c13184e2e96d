// One TCP connection over node:net, asked instead of called back.
//
// In: bytes to send. Out: bytes that arrived, how it stands, and a reason for people when it failed.
// Node buffers at most a window in each direction: reading pauses by itself when the core does not ask, and sending
// answers 0. It never waits, and after `close` it calls nobody.

import { Socket } from "node:net";
import { Status } from "../../hal/abi.js";
import { WINDOW_BYTES, type TcpState } from "./network.js";

/** A closed connection whose peer takes nothing more is dropped after this long. */
const LINGER_MS = 5000;

const STATUS_OF_CODE: Readonly<Record<string, Status>> = {
  ECONNREFUSED: Status.Refused,
  ECONNRESET: Status.Reset,
  ECONNABORTED: Status.Reset,
  EPIPE: Status.Reset,
  ETIMEDOUT: Status.TimedOut,
};

/** Whatever is not in the table kept the machine from reaching the address at all: no route, no permission, no network. */
function statusOf(error: NodeJS.ErrnoException): Status {
  return STATUS_OF_CODE[error.code ?? ""] ?? Status.Unreachable;
}

export class SocketStream {
  readonly #socket: Socket;
  readonly #wake: () => void;
  #status: number = Status.Pending;
  #reason = "";
  #ended = false;
  /** The core asked and got nothing: it waits for the other side. */
  #asked = false;

  constructor(wake: () => void) {
    this.#wake = wake;
    // Half-open: an answer may still be sent to a peer that has said its last word.
    const options = { allowHalfOpen: true, readableHighWaterMark: WINDOW_BYTES, writableHighWaterMark: WINDOW_BYTES };
    this.#socket = new Socket(options);
    this.#socket.on("error", (error) => this.fail(statusOf(error), error.message));
  }

  get outstanding(): boolean {
    if (this.#status !== Status.Ok) return this.#status === Status.Pending;
    return this.#socket.writableLength > 0 || (this.#asked && this.#socket.readableLength === 0 && !this.#ended);
  }

  connect(address: string, port: number): void {
    const socket = this.#socket;
    socket.on("connect", () => this.#opened());
    socket.on("readable", () => this.#wake());
    socket.on("drain", () => this.#wake());
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    try {
      socket.connect({ host: address, port, family: 4, noDelay: true });
    } catch (error) {
      // Node throws for a port above 65535; the telephone's user wrote it.
      this.fail(Status.Unreachable, (error as Error).message);
    }
  }

  state(): TcpState {
    return { status: this.#status, reason: this.#reason };
  }

  send(data: Uint8Array): number {
    if (this.#status !== Status.Ok) return this.#status === Status.Pending ? 0 : Status.Reset;
    const bytes = Math.min(data.length, Math.max(0, WINDOW_BYTES - this.#socket.writableLength));
    if (bytes > 0) this.#socket.write(data.slice(0, bytes));
    return bytes;
  }

  receive(target: Uint8Array): number {
    if (this.#status !== Status.Ok) return this.#status === Status.Pending ? 0 : Status.Reset;
    const bytes = Math.min(target.length, this.#socket.readableLength);
    // A read of nothing makes Node fetch more and notice the end, which it tells in an event.
    const piece = (bytes > 0 ? this.#socket.read(bytes) : this.#socket.read(0)) as Buffer | null;
    this.#asked = piece === null;
    if (piece === null) return this.#ended ? Status.Closed : 0;
    target.set(piece);
    return piece.length;
  }

  /** The connection is over, with the first reason that was given. */
  fail(status: number, reason: string): void {
    if (this.#status === Status.Pending || this.#status === Status.Ok) {
      this.#status = status;
      this.#reason = reason;
    }
    this.#socket.destroy();
    this.#wake();
  }

  close(abort: boolean): void {
    const socket = this.#socket;
    socket.removeAllListeners();
    // A failure of what nobody looks at any more must not end the process.
    socket.on("error", () => socket.destroy());
    if (abort || this.#status !== Status.Ok) {
      socket.resetAndDestroy();
      return;
    }
    socket.setTimeout(LINGER_MS, () => socket.destroy());
    socket.destroySoon();
  }

  #opened(): void {
    this.#status = Status.Ok;
    this.#wake();
  }
}
