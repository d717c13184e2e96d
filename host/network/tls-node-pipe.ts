// What a TLS engine of Node takes for its socket: a pipe whose other end is moved by hand.
//
// In: sealed bytes that arrived. Out: sealed bytes to send, and a note whenever the engine reads or writes or is given something to do. It
// holds what the engine has written until somebody takes it, and lets the engine write on only then.

import { Duplex } from "node:stream";
import type { EngineQuiet } from "./tls-node-quiet.js";

export class EnginePipe extends Duplex {
  readonly #quiet: EngineQuiet;
  /** The engine reads or has written. */
  readonly #changed: () => void;
  #pieces: Uint8Array[] = [];
  #written: (() => void) | undefined;
  /** The engine has said its last word. */
  finished = false;
  /** It takes more of what arrived. */
  wants = false;

  constructor(quiet: EngineQuiet, changed: () => void) {
    super({ decodeStrings: true, allowHalfOpen: true });
    this.#quiet = quiet;
    this.#changed = changed;
  }

  /** Bytes that wait to be sent. */
  get waitingBytes(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  /** Hands over what arrived. */
  arrived(bytes: Uint8Array): void {
    this.#quiet.note();
    this.wants = this.push(bytes);
  }

  /** Offers what waits; `send` answers how many bytes it took. */
  drainTo(send: (bytes: Uint8Array) => number): void {
    while (this.#pieces.length > 0) {
      const piece = this.#pieces[0]!;
      const taken = send(piece);
      if (taken <= 0) return;
      if (taken === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(taken);
    }
    const written = this.#written;
    if (written === undefined) return;
    this.#written = undefined;
    this.#quiet.note();
    written();
  }

  override _read(): void {
    this.wants = true;
    this.#tell();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#pieces.push(chunk);
    this.#written = done;
    this.#tell();
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: () => void): void {
    for (const { chunk } of chunks) this.#pieces.push(chunk);
    this.#written = done;
    this.#tell();
  }

  override _final(done: () => void): void {
    this.finished = true;
    this.#tell();
    done();
  }

  #tell(): void {
    this.#quiet.note();
    this.#changed();
  }
}
