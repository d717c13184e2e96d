// One stream under TLS as the core sees it: an engine of Node between the core's bytes and a stream of the network below.
//
// In: bytes of the core, and what the stream below has. Out: bytes for the core, how it stands, and a reason for people when it failed.
// It is open once the handshake is done and the certificate was judged. Everything is moved by `pump`; nothing here waits.

import { isIP } from "node:net";
import { connect, createSecureContext, type TLSSocket } from "node:tls";
import { Status } from "../../hal/abi.js";
import { printable } from "../event-text.js";
import { WINDOW_BYTES, type Network, type TcpState } from "./network.js";
import { judgeCertificate, type TlsQuestion } from "./tls-node-judge.js";
import { EnginePipe } from "./tls-node-pipe.js";
import type { EngineQuiet } from "./tls-node-quiet.js";

export interface TlsStreamOptions {
  readonly below: Network;
  readonly handle: number;
  readonly name: string;
  readonly checkName: boolean;
  readonly question: () => Pick<TlsQuestion, "trusted" | "dateMs">;
  readonly quiet: EngineQuiet;
  /** The engine did something: pump it, and poll the core. */
  readonly changed: () => void;
}

/** Without authorities: an empty list keeps Node from reading its own, which nobody here asks. */
const CONTEXT = createSecureContext({ ca: [] });
const PIECE_BYTES = 16_384;
/** Record types of TLS (RFC 8446 §5.1): whoever begins with another byte speaks something else. */
const RECORD_TYPE_FIRST = 20;
const RECORD_TYPE_LAST = 24;
const PLAIN_TEXT_MAX = 40;

export class TlsStream {
  readonly #options: TlsStreamOptions;
  readonly #pipe: EnginePipe;
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #engine: TLSSocket | undefined;
  #status: number = Status.Pending;
  #reason = "";
  #heard = false;
  #ended = false;
  /** The end was said in TLS. */
  #goodbye = false;

  constructor(options: TlsStreamOptions) {
    this.#options = options;
    this.#pipe = new EnginePipe(options.quiet, options.changed);
  }

  /** True once a connection is there and the handshake is under way. */
  get isShaking(): boolean {
    return this.#engine !== undefined && this.#status === Status.Pending;
  }

  /** After `close`: true once its last byte has left. */
  get isOver(): boolean {
    return (this.#pipe.finished || this.#status !== Status.Ok) && this.#pipe.waitingBytes === 0;
  }

  state(): TcpState {
    return { status: this.#status, reason: this.#reason };
  }

  /** Moves sealed bytes both ways as far as they go. */
  pump(): void {
    const { below, handle } = this.#options;
    if (this.#status !== Status.Ok && this.#status !== Status.Pending) return;
    if (this.#engine === undefined) {
      const { status, reason } = below.tcpState(handle);
      if (status === Status.Pending) return;
      if (status !== Status.Ok) return this.fail(status, reason);
      this.#options.quiet.note();
      this.#engine = this.#shake();
    }
    this.#pipe.drainTo((bytes) => below.tcpSend(handle, bytes));
    this.#pull();
  }

  send(data: Uint8Array): number {
    if (this.#status !== Status.Ok) return this.#status === Status.Pending ? 0 : Status.Reset;
    const bytes = Math.min(data.length, Math.max(0, WINDOW_BYTES - this.#engine!.writableLength));
    if (bytes === 0) return 0;
    this.#options.quiet.note();
    this.#engine!.write(data.slice(0, bytes));
    return bytes;
  }

  receive(target: Uint8Array): number {
    if (this.#status !== Status.Ok) return this.#status === Status.Pending ? 0 : Status.Reset;
    const engine = this.#engine!;
    this.#options.quiet.note();
    const bytes = Math.min(target.length, engine.readableLength);
    // A read of nothing makes Node fetch more and notice the end, which it tells in an event.
    const piece = (bytes > 0 ? engine.read(bytes) : engine.read(0)) as Uint8Array | null;
    if (piece === null) return this.#ended ? this.#end() : 0;
    target.set(piece);
    return piece.length;
  }

  /** Without the end of TLS the last bytes may be missing, and only their count could tell (RFC 9112 §9.8). */
  #end(): number {
    if (this.#goodbye) return Status.Closed;
    this.fail(Status.Reset, "the other side ended the connection without ending TLS (close_notify): what came may be cut short");
    return Status.Reset;
  }

  /** Says goodbye as TLS does; `isOver` tells when the stream below may be closed. */
  close(): void {
    this.#options.quiet.note();
    if (this.#status === Status.Ok) this.#engine!.end();
    else this.drop();
  }

  fail(status: number, reason: string): void {
    if (this.#status !== Status.Pending && this.#status !== Status.Ok) return;
    this.#status = status;
    this.#reason = reason;
    this.drop();
    this.#options.changed();
  }

  /** Ends the engine at once. */
  drop(): void {
    this.#engine?.removeAllListeners();
    this.#engine?.on("error", () => undefined);
    this.#engine?.destroy();
    this.#pipe.on("error", () => undefined);
    this.#pipe.destroy();
  }

  #shake(): TLSSocket {
    const { name, changed } = this.#options;
    const engine = connect({
      socket: this.#pipe,
      secureContext: CONTEXT,
      rejectUnauthorized: false, // The certificate is judged below, at the telephone's date.
      ...(isIP(name) !== 0 || name === "" ? {} : { servername: name.replace(/\.$/, "") }),
    });
    engine.on("secureConnect", () => this.#judge(engine));
    engine.on("error", (error: NodeJS.ErrnoException & { reason?: string }) => this.fail(
      this.#status === Status.Ok ? Status.Reset : Status.TlsFailed, `TLS: ${error.reason ?? error.message}`,
    ));
    engine.on("readable", changed);
    engine.on("drain", changed);
    engine.on("end", () => {
      this.#ended = true;
      changed();
    });
    // The engine tells both ends in one way; what it was told first is the one that counts.
    const push = engine.push.bind(engine);
    engine.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) this.#goodbye = !this.#pipe.readableEnded;
      return push(chunk, encoding);
    };
    return engine;
  }

  #judge(engine: TLSSocket): void {
    const { name, checkName, question, changed } = this.#options;
    const verdict = judgeCertificate({ chain: chainOf(engine), name, checkName, ...question() });
    if (verdict !== undefined) return this.fail(verdict.status, verdict.reason);
    this.#status = Status.Ok;
    changed();
  }

  /** What arrived goes to the engine, for as long as it takes more. */
  #pull(): void {
    const { below, handle } = this.#options;
    while (this.#pipe.wants) {
      const bytes = below.tcpReceive(handle, this.#piece);
      if (bytes === 0) return;
      if (bytes < 0) return this.#underEnds(bytes);
      if (!this.#heard && !isRecord(this.#piece[0]!)) return this.fail(Status.TlsPlain, plainText(this.#piece.subarray(0, bytes)));
      this.#heard = true;
      this.#pipe.arrived(this.#piece.slice(0, bytes));
    }
  }

  #underEnds(status: number): void {
    this.#pipe.wants = false;
    if (this.#status === Status.Pending) {
      const how = status === Status.Closed ? "ended" : "reset";
      return this.fail(Status.TlsFailed, `the server ${how} the connection in the middle of the TLS handshake`);
    }
    this.#options.quiet.note();
    if (status === Status.Closed) this.#pipe.push(null);
    else this.fail(status, "connection reset by the other side");
  }
}

function isRecord(byte: number): boolean {
  return byte >= RECORD_TYPE_FIRST && byte <= RECORD_TYPE_LAST;
}

function plainText(bytes: Uint8Array): string {
  const [line = ""] = new TextDecoder("latin1").decode(bytes).split(/[\r\n]/, 1);
  return `no TLS on this port: it answers "${printable(line.slice(0, PLAIN_TEXT_MAX))}"`;
}

/** DER of what the server showed, its own first; the engine ends the chain with a certificate that names itself. */
function chainOf(engine: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const own = engine.getPeerX509Certificate();
  for (let next = own; next !== undefined && chain.length < 8; next = next.issuerCertificate) {
    if (chain.some((der) => next!.raw.equals(der))) break;
    chain.push(new Uint8Array(next.raw));
  }
  return chain;
}
