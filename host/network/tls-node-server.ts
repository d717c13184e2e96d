// A far-end program under TLS: what it serves over a stream, it serves over a sealed one.
//
// In: a stream service, a certificate with its key, and streams from whatever network carries them. Out: the same service, behind an
// engine of Node for each connection. It has no sockets and no clock: the engines' work is noted, and the telephone's clock stands for it.

import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import type { Scheduler } from "../scheduler.js";
import type { StreamHandler, StreamPeer, StreamService } from "../site/service.js";
import { EnginePipe } from "./tls-node-pipe.js";
import type { EngineQuiet } from "./tls-node-quiet.js";

export interface TlsServiceOptions {
  readonly service: StreamService;
  /** PEM: the server's certificate, then those of its issuers. */
  readonly certificate: string;
  /** PEM: its private key. */
  readonly key: string;
  readonly scheduler: Scheduler;
  readonly quiet: EngineQuiet;
}

export class TlsService implements StreamService {
  readonly #options: TlsServiceOptions;
  readonly #context: SecureContext;

  /** Throws what the engine says of a certificate or key that it cannot use. */
  constructor(options: TlsServiceOptions) {
    this.#options = options;
    this.#context = createSecureContext({ cert: options.certificate, key: options.key });
  }

  refuses(): boolean {
    return this.#options.service.refuses?.() === true;
  }

  connect(peer: StreamPeer): StreamHandler {
    return new SealedConnection(peer, this.#options, this.#context);
  }
}

/** One connection: the network's handler on the outside, the service's peer on the inside. */
class SealedConnection implements StreamHandler, StreamPeer {
  readonly #peer: StreamPeer;
  readonly #options: TlsServiceOptions;
  readonly #pipe: EnginePipe;
  readonly #engine: TLSSocket;
  readonly #handler: StreamHandler;
  #planned = false;
  #over = false;

  constructor(peer: StreamPeer, options: TlsServiceOptions, secureContext: SecureContext) {
    this.#peer = peer;
    this.#options = options;
    this.#pipe = new EnginePipe(options.quiet, () => this.#changed());
    this.#engine = new TLSSocket(this.#pipe, { isServer: true, secureContext, requestCert: false });
    this.#engine.on("data", (bytes: Uint8Array) => {
      this.#options.quiet.note();
      if (!this.#over) this.#handler.data(new Uint8Array(bytes));
    });
    // A telephone that does not speak TLS, or does not like the certificate.
    this.#engine.on("error", () => this.#fail());
    this.#engine.on("end", () => this.#ended("end"));
    this.#handler = options.service.connect(this);
  }

  get from(): StreamPeer["from"] {
    return this.#peer.from;
  }

  // ---- The network's side.

  data(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#pipe.arrived(bytes);
  }

  drained(): void {
    if (!this.#over && this.#engine.writableLength === 0) this.#handler.drained?.();
  }

  closed(how: "end" | "reset"): void {
    if (this.#over) return;
    this.#options.quiet.note();
    if (how === "end") this.#pipe.push(null); // What came before it is still with the engine.
    else this.#ended("reset");
  }

  // ---- The service's side.

  send(data: Uint8Array): void {
    if (this.#over) return;
    this.#options.quiet.note();
    this.#engine.write(data);
  }

  close(): void {
    if (this.#over) return;
    this.#options.quiet.note();
    this.#engine.end();
  }

  reset(): void {
    if (this.#over) return;
    this.#drop();
    this.#peer.reset();
  }

  /** Outside of the engine's own calls, in the order of the telephone's time. */
  #changed(): void {
    if (this.#planned) return;
    this.#planned = true;
    this.#options.scheduler.in(0, () => {
      this.#planned = false;
      if (this.#over) return;
      this.#pipe.drainTo((bytes) => {
        this.#peer.send(bytes);
        return bytes.length;
      });
      if (!this.#pipe.finished) return;
      this.#over = true;
      this.#peer.close();
    });
  }

  #fail(): void {
    if (this.#over) return;
    this.#peer.reset();
    this.#ended("reset");
  }

  /** The telephone has ended it, in TLS or below. */
  #ended(how: "end" | "reset"): void {
    if (this.#over) return;
    this.#drop();
    if (how === "end") this.#peer.close();
    this.#handler.closed(how);
  }

  #drop(): void {
    this.#over = true;
    this.#engine.removeAllListeners();
    this.#engine.on("error", () => undefined);
    this.#engine.destroy();
    this.#pipe.on("error", () => undefined);
    this.#pipe.destroy();
  }
}
