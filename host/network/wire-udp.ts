// Emulated Ethernet over UDP: one frame a datagram, without check sequence, as QEMU's dgram, GNS3 and socat speak it.
//
// In: frames. Out: frames. Nothing is retried; a datagram that is no frame is dropped.

import { createSocket, type Socket } from "node:dgram";
import type { Link } from "./link.js";

/** Header and least payload, and the largest tagged frame (IEEE 802.3 §3.2.7). */
const FRAME_BYTES_MIN = 14;
const FRAME_BYTES_MAX = 1518;

export interface UdpLinkOptions {
  readonly localPort: number;
  readonly host: string;
  readonly port: number;
}

export class UdpLink implements Link {
  readonly #socket: Socket;
  readonly #options: UdpLinkOptions;
  #take: (frame: Uint8Array) => void = () => undefined;

  private constructor(socket: Socket, options: UdpLinkOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("message", (frame) => {
      if (frame.length >= FRAME_BYTES_MIN && frame.length <= FRAME_BYTES_MAX) this.#take(new Uint8Array(frame));
    });
    socket.on("error", () => undefined); // Nobody listens there yet: the frame is lost, as on a cable.
  }

  /** Binds the local port. Rejects when it is taken. */
  static open(options: UdpLinkOptions): Promise<UdpLink> {
    const socket = createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(options.localPort, "127.0.0.1", () => {
        socket.off("error", reject);
        resolve(new UdpLink(socket, options));
      });
    });
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame, this.#options.port, this.#options.host);
  }

  onReceive(take: (frame: Uint8Array) => void): void {
    this.#take = take;
  }

  close(): void {
    this.#socket.close();
  }
}
