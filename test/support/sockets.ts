// A sockets binding for tests: its wake calls can be waited for, and a stream can be read to its end.

import { Status } from "../../hal/abi.js";
import { addressOf } from "../../host/network/address.js";
import { localDhcp } from "../../host/network/local-dhcp.js";
import { SocketsNetwork } from "../../host/network/sockets.js";

export const LOOPBACK = addressOf("127.0.0.1");
export const PHONE = addressOf("10.0.8.50");

export class SocketsBench {
  readonly network: SocketsNetwork;
  #waiters: (() => void)[] = [];

  constructor() {
    const wake = (): void => this.#waiters.splice(0).forEach((waiter) => waiter());
    this.network = new SocketsNetwork({ dhcp: localDhcp({ option242: "HTTPSRVR=127.0.0.1" }), wake });
    this.network.configure(PHONE);
  }

  /** Looks again after each wake call until the condition holds. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => void this.#waiters.push(resolve));
  }

  /** Opens a stream to a loopback port and waits until it is open or failed. */
  async open(port: number): Promise<number> {
    const handle = this.network.tcpOpen(LOOPBACK, port, 0);
    await this.until(() => this.network.tcpState(handle).status !== Status.Pending);
    return handle;
  }

  /** Reads until the stream ends. */
  async readAll(handle: number, capacity = 4096): Promise<{ bytes: Buffer; end: number }> {
    const pieces: Buffer[] = [];
    const target = new Uint8Array(capacity);
    let count = 0;
    await this.until(() => {
      for (count = this.network.tcpReceive(handle, target); count > 0; count = this.network.tcpReceive(handle, target)) {
        pieces.push(Buffer.from(target.subarray(0, count)));
      }
      return count < 0;
    });
    return { bytes: Buffer.concat(pieces), end: count };
  }
}
