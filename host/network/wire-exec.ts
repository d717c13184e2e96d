// Emulated Ethernet through a program: frames on its stdin and stdout, each after its length in two bytes, big endian.
//
// In: frames. Out: frames. vde_plug and tap helpers speak this. When the program ends, the cable is out; what it says on
// stderr goes to ours.

import { spawn, type ChildProcess } from "node:child_process";
import type { Link } from "./link.js";

const LENGTH_BYTES = 2;
const FRAME_BYTES_MIN = 14;
const FRAME_BYTES_MAX = 1518;
/** Frames that wait for a slow program: a second of a busy telephone; later ones are dropped, as by a switch. */
const PENDING_BYTES_MAX = 1 << 20;

export class ExecLink implements Link {
  readonly #child: ChildProcess;
  readonly #onEnd: (why: string) => void;
  #take: (frame: Uint8Array) => void = () => undefined;
  #rest: Buffer = Buffer.alloc(0);

  /** Starts the command in a shell. `onEnd` is told how it ended, unless `close` ended it. */
  constructor(command: string, onEnd: (why: string) => void) {
    this.#onEnd = onEnd;
    this.#child = spawn(command, { shell: true, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.on("data", (data: Buffer) => this.#push(data));
    this.#child.stdin?.on("error", () => undefined); // The end is told by "exit".
    this.#child.once("error", (error) => onEnd(error.message));
    this.#child.once("exit", (status, signal) => onEnd(signal === null ? `exit ${status}` : `ended by ${signal}`));
  }

  send(frame: Uint8Array): void {
    const { stdin } = this.#child;
    if (stdin === null || !stdin.writable || stdin.writableLength > PENDING_BYTES_MAX) return;
    const record = Buffer.alloc(LENGTH_BYTES + frame.length);
    record.writeUInt16BE(frame.length);
    record.set(frame, LENGTH_BYTES);
    stdin.write(record);
  }

  onReceive(take: (frame: Uint8Array) => void): void {
    this.#take = take;
  }

  close(): void {
    this.#child.removeAllListeners("exit");
    this.#child.stdin?.end();
    this.#child.kill();
  }

  /** A length that no frame has means that the program speaks something else: the cable is taken out. */
  #push(data: Buffer): void {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= LENGTH_BYTES) {
      const bytes = this.#rest.readUInt16BE();
      if (bytes < FRAME_BYTES_MIN || bytes > FRAME_BYTES_MAX) {
        this.close();
        this.#onEnd(`it sent a frame of ${bytes} bytes; frames come after their length in two bytes, big endian`);
        return;
      }
      if (this.#rest.length < LENGTH_BYTES + bytes) return;
      this.#take(new Uint8Array(this.#rest.subarray(LENGTH_BYTES, LENGTH_BYTES + bytes)));
      this.#rest = this.#rest.subarray(LENGTH_BYTES + bytes);
    }
  }
}
