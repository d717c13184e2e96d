// Datagram ports of the sockets binding: a real one over node:dgram, and the DHCP client's, which never leaves the process.
//
// In: datagrams to send. Out: whole datagrams in a bounded queue; what finds it full is dropped, as in a real stack.

import { createSocket, type Socket } from "node:dgram";
import { Status } from "../../hal/abi.js";
import type { DatagramService } from "../site/service.js";
import { addressOf } from "./address.js";
import {
  DATAGRAM_BYTES_MAX, DATAGRAM_QUEUE_MAX, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, type Datagram,
} from "./network.js";

/** Datagrams that may wait for the machine to take them. */
const SENDING_COUNT_MAX = 64;

export interface DatagramPort {
  /** A datagram was sent and nothing has come back since. */
  readonly outstanding: boolean;
  send(address: string, port: number, data: Uint8Array): number;
  receive(): Datagram | null;
  close(abort: boolean): void;
}

/** The machine chooses the port, as a router that hides a network does: the telephone's own may be taken here. */
export class SocketPort implements DatagramPort {
  readonly #socket: Socket;
  readonly #queue: Datagram[] = [];
  #sending = 0;
  #waiting = false;
  #failed = false;
  #closed = false;

  constructor(wake: () => void) {
    this.#socket = createSocket("udp4");
    this.#socket.on("message", (data, from) => {
      this.#waiting = false;
      if (this.#queue.length < DATAGRAM_QUEUE_MAX) this.#queue.push({ data, address: addressOf(from.address), port: from.port });
      wake();
    });
    // It is not allowed here: nothing can be sent or received, which is what no link means to the core.
    this.#socket.on("error", () => {
      this.#failed = true;
      wake();
    });
    this.#socket.bind(0);
  }

  get outstanding(): boolean {
    return !this.#failed && (this.#waiting || this.#sending > 0);
  }

  send(address: string, port: number, data: Uint8Array): number {
    if (this.#failed) return Status.NoLink;
    if (data.length > DATAGRAM_BYTES_MAX || port < 1 || port > 65535) return Status.Invalid;
    if (this.#sending === SENDING_COUNT_MAX) return Status.WouldBlock;
    this.#sending += 1;
    this.#waiting = true;
    // A datagram that the machine cannot send is a lost datagram; the core asks again.
    this.#socket.send(data.slice(), port, address, () => {
      this.#sending -= 1;
    });
    return data.length;
  }

  receive(): Datagram | null {
    return this.#queue.shift() ?? null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.removeAllListeners();
    this.#socket.on("error", () => undefined);
    this.#socket.close();
  }
}

/** The DHCP client's port: whatever it sends goes to the responder in this process. */
export class LocalPort implements DatagramPort {
  readonly outstanding = false;
  readonly #service: DatagramService;
  readonly #server: number;
  readonly #wake: () => void;
  readonly #queue: Datagram[] = [];

  constructor(service: DatagramService, server: number, wake: () => void) {
    this.#service = service;
    this.#server = server;
    this.#wake = wake;
  }

  send(_address: string, _port: number, data: Uint8Array): number {
    this.#service.receive(data.slice(), { address: 0, port: DHCP_CLIENT_PORT }, (reply) => {
      if (this.#queue.length < DATAGRAM_QUEUE_MAX) this.#queue.push({ data: reply, address: this.#server, port: DHCP_SERVER_PORT });
      this.#wake();
    });
    return data.length;
  }

  receive(): Datagram | null {
    return this.#queue.shift() ?? null;
  }

  close(): void {
    this.#queue.length = 0;
  }
}
