// The network in memory: the far end answers in the telephone's own time, at a fixed rate and delay.
//
// In: the calls of the HAL's network group. Out: what the services of a `Site` answer, the same in every run.
// It has no subnets, no ARP, no loss and no frames; addresses that the site does not have stay silent.

import { Status, TcpFlag } from "../../hal/abi.js";
import type { Handle, Scheduler } from "../scheduler.js";
import type { Endpoint } from "../site/service.js";
import type { Site } from "../site/site.js";
import { ADDRESS_BROADCAST, addressText } from "./address.js";
import { Line, MemoryStream } from "./memory-stream.js";
import {
  DATAGRAM_BYTES_MAX, DATAGRAM_QUEUE_MAX, DHCP_CLIENT_PORT, HANDLE_COUNT_MAX, type Datagram, type Network, type TcpState,
} from "./network.js";

/** A stack gives up on a silent address long after any caller of ours has. */
const CONNECT_US_MAX = 60_000_000;
/** What a resolver waits for one silent name server. */
const NAME_SERVER_US = 5_000_000;
const PROBE_US = 1_000_000;
const EPHEMERAL_PORT_FIRST = 49152;
const EPHEMERAL_PORT_COUNT = 16384;

interface Port {
  readonly port: number;
  readonly queue: Datagram[];
}

interface Stream {
  readonly stream: MemoryStream;
  readonly timeout: Handle;
}

interface Question {
  readonly name: string;
  answer: number | number[];
  readonly event: Handle;
}

export interface MemoryNetworkOptions {
  readonly scheduler: Scheduler;
  readonly site: Site;
}

export class MemoryNetwork implements Network {
  /** Nobody outside this process is ever waited for. */
  readonly outstanding = false;
  readonly #scheduler: Scheduler;
  readonly #site: Site;
  readonly #up: Line;
  readonly #down: Line;
  readonly #ports = new Map<number, Port>();
  readonly #streams = new Map<number, Stream>();
  #question: Question | undefined;
  #probe: { readonly address: number; answer: number } | undefined;
  #address = 0;
  /** Handles are never used twice, so a stale one cannot mean a new stream. */
  #handleNext = 0;
  #ephemeralCount = 0;

  constructor(options: MemoryNetworkOptions) {
    this.#scheduler = options.scheduler;
    this.#site = options.site;
    this.#up = new Line(options.scheduler);
    this.#down = new Line(options.scheduler);
  }

  configure(address: number): number {
    this.#address = address >>> 0;
    if (this.#address === 0) for (const { stream } of this.#streams.values()) stream.hangUp("reset");
    return Status.Ok;
  }

  dnsResolve(name: string, servers: readonly number[]): number | number[] {
    const asked = this.#question;
    if (asked?.name === name) {
      if (asked.answer !== Status.Pending) this.#question = undefined;
      return asked.answer;
    }
    if (asked !== undefined) this.#scheduler.cancel(asked.event);
    // Silent servers cost their time before the first that answers.
    const silentCount = servers.findIndex((server) => this.#site.isNameServer(server >>> 0));
    const answer = silentCount < 0 ? Status.TimedOut : (this.#site.addressesOf(name) ?? Status.NoName);
    const waitUs = (silentCount < 0 ? Math.max(1, servers.length) : silentCount) * NAME_SERVER_US;
    const question: Question = {
      name,
      answer: Status.Pending,
      event: this.#scheduler.in(waitUs, () => this.#up.carry(name.length, () => {
        question.answer = answer;
      })),
    };
    this.#question = question;
    return Status.Pending;
  }

  udpOpen(port: number): number {
    if (this.#full()) return Status.NoSpace;
    const handle = this.#handleNext++;
    this.#ports.set(handle, { port: port === 0 ? this.#ephemeralPort() : port, queue: [] });
    return handle;
  }

  udpSend(handle: number, address: number, port: number, data: Uint8Array): number {
    const local = this.#ports.get(handle);
    if (local === undefined || data.length > DATAGRAM_BYTES_MAX) return Status.Invalid;
    const copy = data.slice();
    const from: Endpoint = { address: this.#address, port: local.port };
    this.#up.carry(copy.length, () => this.#deliver(copy, from, address >>> 0, port));
    return data.length;
  }

  udpReceive(handle: number): Datagram | null {
    return this.#ports.get(handle)?.queue.shift() ?? null;
  }

  tcpOpen(address: number, port: number, flags: number, name: string): number {
    if ((flags & TcpFlag.Tls) !== 0) return Status.Unsupported;
    if (this.#full()) return Status.NoSpace;
    const target = address >>> 0;
    const where = `${name === "" ? addressText(target) : `${name} (${addressText(target)})`} port ${port}`;
    const stream = new MemoryStream({ address: this.#address, port: this.#ephemeralPort() }, this.#up, this.#down);
    const timeout = this.#scheduler.in(CONNECT_US_MAX, () => {
      if (stream.status === Status.Pending) stream.fail(Status.TimedOut, `no answer from ${where}`);
    });
    if (this.#address === 0) stream.fail(Status.Reset, "the telephone has no address yet");
    else this.#up.carry(0, () => this.#down.carry(0, () => this.#answer({ stream, timeout }, target, port, where)));
    const handle = this.#handleNext++;
    this.#streams.set(handle, { stream, timeout });
    return handle;
  }

  tcpState(handle: number): TcpState {
    const stream = this.#streams.get(handle)?.stream;
    return stream === undefined ? { status: Status.Invalid, reason: "" } : { status: stream.status, reason: stream.reason };
  }

  tcpSend(handle: number, data: Uint8Array): number {
    return this.#streams.get(handle)?.stream.write(data) ?? Status.Invalid;
  }

  tcpReceive(handle: number, target: Uint8Array): number {
    return this.#streams.get(handle)?.stream.read(target) ?? Status.Invalid;
  }

  /** Whoever is in the site answers, in a round trip; nobody takes a second to be sure of. */
  arpProbe(address: number): number {
    const target = address >>> 0;
    if (this.#probe?.address === target) {
      if (this.#probe.answer !== Status.Pending) {
        const { answer } = this.#probe;
        this.#probe = undefined;
        return answer;
      }
      return Status.Pending;
    }
    const probe = { address: target, answer: Status.Pending as number };
    this.#probe = probe;
    if (this.#site.host(target) === undefined) this.#scheduler.in(PROBE_US, () => (probe.answer = 0));
    else this.#up.carry(0, () => this.#down.carry(0, () => (probe.answer = 1)));
    return Status.Pending;
  }

  /** There are no VLANs and no frames in memory. */
  portConfigure(port: number): number {
    if (port !== 0) return Status.Unsupported; // No PC port is here.
    for (const { stream } of this.#streams.values()) stream.hangUp("reset");
    return Status.Ok;
  }

  frameSend(frame: Uint8Array): number {
    return frame.length;
  }

  frameReceive(): number {
    return 0;
  }

  close(handle: number, abort: boolean): number {
    if (this.#ports.delete(handle)) return Status.Ok;
    const open = this.#streams.get(handle);
    if (open === undefined) return Status.Invalid;
    this.#scheduler.cancel(open.timeout);
    open.stream.hangUp(abort ? "reset" : "end");
    this.#streams.delete(handle);
    return Status.Ok;
  }

  reset(): void {
    for (const handle of [...this.#ports.keys(), ...this.#streams.keys()]) this.close(handle, true);
    if (this.#question !== undefined) this.#scheduler.cancel(this.#question.event);
    this.#question = undefined;
    this.#probe = undefined;
    this.#address = 0;
  }

  #full(): boolean {
    return this.#ports.size + this.#streams.size >= HANDLE_COUNT_MAX;
  }

  #ephemeralPort(): number {
    return EPHEMERAL_PORT_FIRST + (this.#ephemeralCount++ % EPHEMERAL_PORT_COUNT);
  }

  #answer(open: Stream, address: number, port: number, where: string): void {
    const host = this.#site.host(address);
    if (host === undefined) return;
    this.#scheduler.cancel(open.timeout);
    open.stream.connect(host.streams.get(port), where);
  }

  /** A datagram reached the far end: a broadcast goes to everybody who listens, another to one service or nobody. */
  #deliver(data: Uint8Array, from: Endpoint, address: number, port: number): void {
    const heard = this.#site.listeners(port).filter((entry) => address === ADDRESS_BROADCAST || address === entry.address);
    for (const { address: source, service } of heard) {
      service.receive(data, from, (reply) => {
        const copy = reply.slice();
        this.#down.carry(copy.length, () => this.#arrive({ data: copy, address: source, port }, from.port));
      });
    }
  }

  #arrive(datagram: Datagram, port: number): void {
    // Without an address only the DHCP client's port is heard (hal/network.ts).
    if (this.#address === 0 && port !== DHCP_CLIENT_PORT) return;
    for (const open of this.#ports.values()) {
      if (open.port === port && open.queue.length < DATAGRAM_QUEUE_MAX) open.queue.push(datagram);
    }
  }
}
