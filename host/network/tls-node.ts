// TLS below the HAL, over any network: streams with the TLS flag get an engine of Node, everything else goes through.
//
// In: the calls of the HAL's network group. Out: the same from the network below, whose streams carry what the engines seal. In virtual
// time the clock stands while an engine is at work (`settle`), so that only the sealed bytes differ between two runs.

import { Status, TcpFlag } from "../../hal/abi.js";
import type { Handle, Scheduler } from "../scheduler.js";
import { addressText } from "./address.js";
import type { Datagram, Network, TcpState } from "./network.js";
import { EngineQuiet } from "./tls-node-quiet.js";
import { TlsStream } from "./tls-node-stream.js";

export interface TlsNetworkOptions {
  readonly below: Network;
  readonly scheduler: Scheduler;
  /** DER of the certificates that the telephone trusts now. */
  readonly trusted: () => readonly Uint8Array[];
  /** Its date at power-up, in milliseconds since 1970; its clock goes on from there. */
  readonly dateMs: number;
  /** Shared with the engines of the far end. */
  readonly quiet?: EngineQuiet;
  /** Something was decided: poll the core. */
  readonly wake?: () => void;
}

/** From the connection to the end of the handshake: shorter than the core waits for a connection, so that the reason is heard. */
const HANDSHAKE_US_MAX = 8_000_000;
/** A closed stream whose last bytes do not leave is dropped after this. */
const LINGER_US = 5_000_000;

interface Open {
  readonly stream: TlsStream;
  /** The end of the handshake's time, or of its last bytes'. */
  limit: Handle | undefined;
}

export class TlsNetwork implements Network {
  readonly #options: TlsNetworkOptions;
  readonly #below: Network;
  readonly #quiet: EngineQuiet;
  readonly #streams = new Map<number, Open>();
  /** Closed by the core, to which their handles mean nothing any more; their last bytes are still to leave. */
  readonly #leaving = new Map<number, Open>();
  #planned = false;

  constructor(options: TlsNetworkOptions) {
    this.#options = options;
    this.#below = options.below;
    this.#quiet = options.quiet ?? new EngineQuiet();
  }

  get outstanding(): boolean {
    return this.#below.outstanding; // What an engine waits for has been asked of the network below.
  }

  settle(): Promise<void> | undefined {
    return this.#quiet.settle();
  }

  // ---- Streams.

  tcpOpen(address: number, port: number, flags: number, name: string): number {
    if ((flags & TcpFlag.Tls) === 0) return this.#below.tcpOpen(address, port, flags, name);
    // In its reasons an address is said once.
    const handle = this.#below.tcpOpen(address, port, 0, name === addressText(address >>> 0) ? "" : name);
    if (handle < 0) return handle;
    const { dateMs, scheduler, trusted } = this.#options;
    const stream = new TlsStream({
      below: this.#below, handle, name, quiet: this.#quiet, checkName: (flags & TcpFlag.CheckName) !== 0, changed: () => this.#changed(),
      question: () => ({ trusted: trusted(), dateMs: dateMs + scheduler.nowUs / 1000 }),
    });
    this.#streams.set(handle, { stream, limit: undefined });
    return handle;
  }

  tcpState(handle: number): TcpState {
    const open = this.#streams.get(handle);
    if (open === undefined) return this.#leaving.has(handle) ? { status: Status.Invalid, reason: "" } : this.#below.tcpState(handle);
    open.stream.pump();
    if (open.stream.isShaking) {
      open.limit ??= this.#options.scheduler.in(HANDSHAKE_US_MAX, () => {
        if (open.stream.isShaking) open.stream.fail(Status.TlsFailed, "connected, and no answer to the TLS handshake in 8 s");
      });
    }
    return open.stream.state();
  }

  tcpSend(handle: number, data: Uint8Array): number {
    const stream = this.#streams.get(handle)?.stream;
    if (this.#leaving.has(handle)) return Status.Invalid;
    return stream?.send(data) ?? this.#below.tcpSend(handle, data);
  }

  tcpReceive(handle: number, target: Uint8Array): number {
    const stream = this.#streams.get(handle)?.stream;
    if (stream === undefined) return this.#leaving.has(handle) ? Status.Invalid : this.#below.tcpReceive(handle, target);
    stream.pump();
    return stream.receive(target);
  }

  close(handle: number, abort: boolean): number {
    const open = this.#streams.get(handle);
    if (open === undefined) return this.#leaving.has(handle) ? Status.Invalid : this.#below.close(handle, abort);
    this.#streams.delete(handle);
    if (abort || open.stream.state().status !== Status.Ok) {
      this.#drop(open);
      return this.#below.close(handle, true);
    }
    if (open.limit !== undefined) this.#options.scheduler.cancel(open.limit);
    open.stream.close();
    this.#leaving.set(handle, { stream: open.stream, limit: this.#options.scheduler.in(LINGER_US, () => this.#left(handle)) });
    return Status.Ok;
  }

  /** The core's own calls do the rest; here the engines get what arrived, and their last bytes leave. */
  #changed(): void {
    this.#quiet.note();
    if (this.#planned) return;
    this.#planned = true;
    this.#options.scheduler.in(0, () => {
      this.#planned = false;
      for (const { stream } of this.#streams.values()) stream.pump();
      for (const [handle, { stream }] of [...this.#leaving]) {
        stream.pump();
        if (stream.isOver) this.#left(handle);
      }
    });
    this.#options.wake?.();
  }

  #left(handle: number): void {
    const open = this.#leaving.get(handle);
    if (open === undefined) return;
    this.#leaving.delete(handle);
    const over = open.stream.isOver;
    this.#drop(open);
    this.#below.close(handle, !over);
  }

  #drop({ stream, limit }: Open): void {
    if (limit !== undefined) this.#options.scheduler.cancel(limit);
    stream.drop();
  }

  reset(): void {
    for (const open of [...this.#streams.values(), ...this.#leaving.values()]) this.#drop(open);
    this.#streams.clear();
    this.#leaving.clear();
    this.#below.reset();
  }

  // ---- What TLS has no part in.

  configure(address: number, mask: number, router: number, mtu: number): number {
    return this.#below.configure(address, mask, router, mtu);
  }

  dnsResolve(name: string, servers: readonly number[]): number | number[] {
    return this.#below.dnsResolve(name, servers);
  }

  udpOpen(port: number): number {
    return this.#below.udpOpen(port);
  }

  udpSend(handle: number, address: number, port: number, data: Uint8Array): number {
    return this.#below.udpSend(handle, address, port, data);
  }

  udpReceive(handle: number): Datagram | null {
    return this.#below.udpReceive(handle);
  }

  arpProbe(address: number): number {
    return this.#below.arpProbe(address);
  }

  portConfigure(port: number, phy: number, tagging: number, tag: number): number {
    return this.#below.portConfigure(port, phy, tagging, tag);
  }

  frameSend(frame: Uint8Array): number {
    return this.#below.frameSend(frame);
  }

  frameReceive(target: Uint8Array): number {
    return this.#below.frameReceive(target);
  }
}
