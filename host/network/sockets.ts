// The network on the machine's own sockets: real servers, no root, nothing that blocks.
//
// In: the calls of the HAL's network group. Out: what real peers answer; `wake` tells the run loop that something came.
// Only DHCP stays inside: a responder in this process answers it, because the machine's own address is not ours to ask for.
// The telephone's address is known to the core alone; real connections leave from the machine's.

import { Status, TcpFlag } from "../../hal/abi.js";
import { DhcpServer, type DhcpConfig } from "../site/dhcp-server.js";
import { addressText } from "./address.js";
import { DHCP_CLIENT_PORT, HANDLE_COUNT_MAX, type Datagram, type Network, type TcpState } from "./network.js";
import { LocalPort, SocketPort, type DatagramPort } from "./sockets-datagram.js";
import { NameQuestion } from "./sockets-name.js";
import { SocketStream } from "./sockets-stream.js";

export interface SocketsNetworkOptions {
  /** What the core's DHCP is answered with: see `localDhcp`. */
  readonly dhcp: DhcpConfig;
  /** Something arrived or was decided: poll the core. */
  readonly wake: () => void;
}

export class SocketsNetwork implements Network {
  readonly #options: SocketsNetworkOptions;
  readonly #dhcp: DhcpServer;
  readonly #ports = new Map<number, DatagramPort>();
  readonly #streams = new Map<number, SocketStream>();
  #question: NameQuestion | undefined;
  #configured = false;
  /** Handles are never used twice, so a stale one cannot mean a new socket. */
  #handleNext = 0;

  constructor(options: SocketsNetworkOptions) {
    this.#options = options;
    this.#dhcp = new DhcpServer(options.dhcp);
  }

  get outstanding(): boolean {
    if (this.#question?.outstanding === true) return true;
    for (const stream of this.#streams.values()) if (stream.outstanding) return true;
    for (const port of this.#ports.values()) if (port.outstanding) return true;
    return false;
  }

  configure(address: number): number {
    this.#configured = address !== 0;
    if (!this.#configured) for (const stream of this.#streams.values()) stream.fail(Status.Reset, "the telephone gave up its address");
    return Status.Ok;
  }

  dnsResolve(name: string, servers: readonly number[]): number | number[] {
    if (this.#question?.name !== name) {
      this.#question?.cancel();
      // The responder hands itself out as the name server; what it is asked goes to the machine.
      const machine = servers.some((server) => server >>> 0 === this.#options.dhcp.server);
      this.#question = new NameQuestion(name, machine ? [] : servers.map(addressText), this.#options.wake);
    }
    const answer = this.#question.answer;
    if (answer !== Status.Pending) this.#question = undefined;
    return answer;
  }

  udpOpen(port: number): number {
    if (port < 0 || port > 65535) return Status.Invalid;
    if (this.#full()) return Status.NoSpace;
    const handle = this.#handleNext++;
    const { dhcp, wake } = this.#options;
    this.#ports.set(handle, port === DHCP_CLIENT_PORT ? new LocalPort(this.#dhcp, dhcp.server, wake) : new SocketPort(wake));
    return handle;
  }

  udpSend(handle: number, address: number, port: number, data: Uint8Array): number {
    return this.#ports.get(handle)?.send(addressText(address), port, data) ?? Status.Invalid;
  }

  udpReceive(handle: number): Datagram | null {
    return this.#ports.get(handle)?.receive() ?? null;
  }

  tcpOpen(address: number, port: number, flags: number): number {
    if ((flags & TcpFlag.Tls) !== 0) return Status.Unsupported;
    if (this.#full()) return Status.NoSpace;
    const stream = new SocketStream(this.#options.wake);
    if (this.#configured) stream.connect(addressText(address), port);
    else stream.fail(Status.Reset, "the telephone has no address yet");
    const handle = this.#handleNext++;
    this.#streams.set(handle, stream);
    return handle;
  }

  tcpState(handle: number): TcpState {
    return this.#streams.get(handle)?.state() ?? { status: Status.Invalid, reason: "" };
  }

  tcpSend(handle: number, data: Uint8Array): number {
    return this.#streams.get(handle)?.send(data) ?? Status.Invalid;
  }

  tcpReceive(handle: number, target: Uint8Array): number {
    return this.#streams.get(handle)?.receive(target) ?? Status.Invalid;
  }

  /** The responder's own address answers as the router; nobody else is on this line. */
  arpProbe(address: number): number {
    return address >>> 0 === this.#options.dhcp.server ? 1 : 0;
  }

  /** The machine's own sockets know no VLANs and no frames. */
  portConfigure(port: number): number {
    return port === 0 ? Status.Ok : Status.Unsupported; // No PC port is here.
  }

  frameSend(frame: Uint8Array): number {
    return frame.length;
  }

  frameReceive(): number {
    return 0;
  }

  close(handle: number, abort: boolean): number {
    const open = this.#streams.get(handle) ?? this.#ports.get(handle);
    if (open === undefined) return Status.Invalid;
    open.close(abort);
    this.#streams.delete(handle);
    this.#ports.delete(handle);
    return Status.Ok;
  }

  reset(): void {
    for (const handle of [...this.#ports.keys(), ...this.#streams.keys()]) this.close(handle, true);
    this.#question?.cancel();
    this.#question = undefined;
    this.#configured = false;
  }

  #full(): boolean {
    return this.#ports.size + this.#streams.size >= HANDLE_COUNT_MAX;
  }
}
