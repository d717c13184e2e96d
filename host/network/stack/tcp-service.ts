// A stream service on a TCP connection: what arrives is pushed to the handler, what the handler sends is queued.
//
// In: the connection's word that something changed. Out: calls of the handler, in the order of the stream. The service is
// connected once the handshake is done, so a flood of half-open connections costs it nothing.

import { Status } from "../../../hal/abi.js";
import type { Endpoint, StreamHandler, StreamPeer, StreamService } from "../../site/service.js";
import type { TcpConnection } from "./tcp.js";

export class ServedStream implements StreamPeer {
  readonly #service: StreamService;
  #connection: TcpConnection | undefined;
  #handler: StreamHandler | undefined;
  /** The handler sent something and was not told yet that it has left. */
  #sending = false;
  #over = false;

  constructor(service: StreamService) {
    this.#service = service;
  }

  attach(connection: TcpConnection): void {
    this.#connection = connection;
  }

  get from(): Endpoint {
    return this.#connection!.remote;
  }

  send(data: Uint8Array): void {
    if (this.#over || data.length === 0) return;
    this.#sending = true;
    this.#connection?.write(data);
  }

  close(): void {
    this.#over = true;
    this.#connection?.close("discard");
  }

  reset(): void {
    this.#over = true;
    this.#connection?.abort();
  }

  changed(): void {
    const connection = this.#connection;
    if (connection === undefined || connection.status === Status.Pending) return;
    if (connection.state === "closed") return this.#closed();
    this.#handler ??= this.#service.connect(this);
    for (const piece of connection.take()) if (!this.#over) this.#handler.data(piece);
    if (this.#over) return;
    if (connection.ended) {
      this.#over = true;
      this.#handler.closed("end");
      // What the service has queued still leaves; then our half ends too.
      connection.close("discard");
    } else if (this.#sending && connection.sender.unsentBytes === 0) {
      this.#sending = false;
      this.#handler.drained?.();
    }
  }

  /** The service hears of an end that it did not ask for. */
  #closed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#handler?.closed("reset");
  }
}
