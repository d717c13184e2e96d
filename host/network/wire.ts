// The network on emulated Ethernet: the HAL's network and ethernet groups on a stack of our own.
//
// In: the calls of the contract, and a link. Out: frames, and what real or emulated peers answer; ARP, VLAN tags and
// retransmissions are the stack's. No TLS. While the port is down nothing leaves and nothing arrives.

import { Status, TcpFlag } from "../../hal/abi.js";
import type { Random } from "../random.js";
import type { Scheduler } from "../scheduler.js";
import { addressText } from "./address.js";
import type { Link } from "./link.js";
import {
  DATAGRAM_QUEUE_MAX, HANDLE_COUNT_MAX, WINDOW_BYTES, type Datagram, type Network, type TcpState,
} from "./network.js";
import type { ArpProbe } from "./stack/arp.js";
import type { DnsClient } from "./stack/dns-client.js";
import { EtherType, emitFrame, parseFrame } from "./stack/ethernet.js";
import { MTU_DEFAULT, Stack } from "./stack/stack.js";
import type { TcpConnection } from "./stack/tcp.js";
import { driveStack } from "./stack-driver.js";

/** LLDP frames that wait for the core; a later one is dropped. */
const RAW_QUEUE_MAX = 8;
const VID_MAX = 4094;
/** The UDP payload of the largest frame: an MTU less 20 and 8 bytes of headers. */
const UDP_HEADERS_BYTES = 28;

export interface WireNetworkOptions {
  readonly scheduler: Scheduler;
  readonly link: Link;
  /** Six bytes as one number. */
  readonly mac: number;
  readonly random: Random;
  /** Whether the line port is up; without it, it always is. */
  readonly isUp?: () => boolean;
  /** The peers are outside this process, so waiting for them takes real time. */
  readonly isOutside?: boolean;
  /** The core chose a speed and duplex for the line port. */
  readonly setPhy?: (mode: number) => void;
  /** Something arrived or was decided: poll the core. */
  readonly wake?: () => void;
}

interface Port {
  readonly port: number;
  readonly queue: Datagram[];
  /** Something was sent and nothing has come back. */
  waiting: boolean;
}

/** A stream that never got as far as a connection has only its failure. */
interface Stream {
  readonly where: string;
  readonly connection: TcpConnection | undefined;
  readonly failure: TcpState;
  waiting: boolean;
}

export class WireNetwork implements Network {
  readonly stack: Stack;
  readonly #options: WireNetworkOptions;
  readonly #ports = new Map<number, Port>();
  readonly #streams = new Map<number, Stream>();
  #question: DnsClient | undefined;
  #probe: ArpProbe | undefined;
  #frames: Uint8Array[] = [];
  /** The core has looked for LLDP frames since it started: a neighbour speaks when it likes. */
  #isListening = false;
  /** Handles are never used twice, so a stale one cannot mean a new stream. */
  #handleNext = 0;

  constructor(options: WireNetworkOptions) {
    this.#options = options;
    this.stack = new Stack({ mac: options.mac, random: options.random });
    this.stack.onRaw(EtherType.Lldp, (frame) => {
      if (this.#frames.length < RAW_QUEUE_MAX) this.#frames.push(emitFrame({ ...frame, tag: undefined }));
    });
    driveStack(this.stack, this.#gated(options.link), options.scheduler, options.wake);
  }

  get outstanding(): boolean {
    return this.#options.isOutside === true && (this.#isListening || this.#isAsking() ||
      [...this.#streams.values()].some(isStreamWaiting) || [...this.#ports.values()].some((port) => port.waiting));
  }

  // ---- Addresses and names.

  configure(address: number, mask: number, router: number, mtu: number): number {
    const routers = router === 0 ? [] : [router >>> 0];
    this.stack.configure({ address: address >>> 0, mask: mask >>> 0, routers, mtu: mtu > 0 ? mtu : MTU_DEFAULT });
    return Status.Ok;
  }

  /** 1: another station has the address; 0: nobody said so within a second. */
  arpProbe(address: number): number {
    const target = address >>> 0;
    if (this.#probe?.address !== target) this.#probe = this.stack.probe(target);
    const { answered } = this.#probe;
    if (answered === undefined) return Status.Pending;
    this.#probe = undefined;
    return answered ? 1 : 0;
  }

  dnsResolve(name: string, servers: readonly number[]): number | number[] {
    if (this.#question?.name !== name) {
      this.#question?.cancel();
      this.#question = this.stack.resolve(name, servers.map((server) => server >>> 0));
    }
    const { answer } = this.#question;
    if (answer !== Status.Pending) this.#question = undefined;
    return answer;
  }

  // ---- Datagrams.

  udpOpen(port: number): number {
    if (this.#ports.size + this.#streams.size >= HANDLE_COUNT_MAX) return Status.NoSpace;
    const queue: Datagram[] = [];
    const owner = {
      receive: (data: Uint8Array, from: { address: number; port: number }) => {
        open.waiting = false;
        if (queue.length < DATAGRAM_QUEUE_MAX) queue.push({ data, ...from });
      },
    };
    const local = port === 0 ? this.stack.openDatagramPort(owner) : this.stack.udp.open(port, owner) ? port : undefined;
    if (local === undefined) return Status.NoSpace;
    const open: Port = { port: local, queue, waiting: false };
    this.#ports.set(this.#handleNext, open);
    return this.#handleNext++;
  }

  udpSend(handle: number, address: number, port: number, data: Uint8Array): number {
    const local = this.#ports.get(handle);
    if (local === undefined || port < 1 || port > 65535 || data.length > this.stack.mtu - UDP_HEADERS_BYTES) return Status.Invalid;
    if (!this.#isUp() || !this.stack.udp.send(local.port, { address: address >>> 0, port }, data.slice())) return Status.NoLink;
    local.waiting = true;
    return data.length;
  }

  udpReceive(handle: number): Datagram | null {
    return this.#ports.get(handle)?.queue.shift() ?? null;
  }

  // ---- Streams.

  tcpOpen(address: number, port: number, flags: number, name: string): number {
    if ((flags & TcpFlag.Tls) !== 0) return Status.Unsupported;
    if (this.#ports.size + this.#streams.size >= HANDLE_COUNT_MAX) return Status.NoSpace;
    const target = address >>> 0;
    const where = `${name === "" ? addressText(target) : `${name} (${addressText(target)})`} port ${port}`;
    const failure = this.#failureBefore(target);
    const connection = failure.status === Status.Ok ? this.stack.connect({ address: target, port }) : undefined;
    if (failure.status === Status.Ok && connection === undefined) return Status.NoSpace;
    this.#streams.set(this.#handleNext, { where, connection, failure, waiting: false });
    return this.#handleNext++;
  }

  tcpState(handle: number): TcpState {
    const stream = this.#streams.get(handle);
    if (stream === undefined) return { status: Status.Invalid, reason: "" };
    const { status, reason } = stream.connection ?? stream.failure;
    return { status, reason: reason === "" ? "" : `${stream.where}: ${reason}` };
  }

  tcpSend(handle: number, data: Uint8Array): number {
    const stream = this.#streams.get(handle);
    if (stream === undefined) return Status.Invalid;
    const { connection } = stream;
    if (connection === undefined || connection.status !== Status.Ok) return connection?.status === Status.Pending ? 0 : Status.Reset;
    const bytes = Math.min(data.length, WINDOW_BYTES - connection.sender.outbox.bytes);
    if (bytes > 0) connection.write(data.slice(0, bytes));
    return bytes;
  }

  tcpReceive(handle: number, target: Uint8Array): number {
    const stream = this.#streams.get(handle);
    if (stream === undefined) return Status.Invalid;
    const { connection } = stream;
    if (connection === undefined || connection.status !== Status.Ok) return connection?.status === Status.Pending ? 0 : Status.Reset;
    const bytes = connection.read(target);
    stream.waiting = bytes === 0 && !connection.ended;
    return bytes === 0 && connection.ended && target.length > 0 ? Status.Closed : bytes;
  }

  close(handle: number, abort: boolean): number {
    const port = this.#ports.get(handle);
    const stream = this.#streams.get(handle);
    if (port === undefined && stream === undefined) return Status.Invalid;
    if (port !== undefined) this.stack.udp.close(port.port);
    if (abort) stream?.connection?.abort();
    else stream?.connection?.close("reset");
    this.#ports.delete(handle);
    this.#streams.delete(handle);
    return Status.Ok;
  }

  // ---- The line port.

  /**
   * Port 0 (line): speed and duplex, and whether frames leave with a tag (vid | pcp << 12). Atomic between frames: what
   * was known and what waits is forgotten, and open streams are reset. Port 1 (PC) is not here.
   */
  portConfigure(port: number, phy: number, tagging: number, tag: number): number {
    if (port !== 0) return Status.Unsupported;
    const vid = tag & 0xfff;
    if (vid > VID_MAX || tag < 0 || tag >>> 15 !== 0) return Status.Invalid;
    this.#forget();
    this.stack.setTag(tagging !== 0, { vid, pcp: tag >>> 12 });
    this.#options.setPhy?.(phy);
    return Status.Ok;
  }

  /** Sends one whole LLDP frame; the stack adds the source. It stays without a tag whatever the port does (IEEE 802.1AB §7.3). */
  frameSend(bytes: Uint8Array): number {
    const frame = parseFrame(bytes);
    if (frame === undefined || frame.type !== EtherType.Lldp) return Status.Invalid;
    if (!this.#isUp()) return Status.NoLink;
    this.stack.sendFrame(frame.target, frame.type, frame.payload, true);
    return bytes.length;
  }

  /** Takes one whole LLDP frame, its tag removed; a longer one than the target is dropped. 0 when there is none. */
  frameReceive(target: Uint8Array): number {
    this.#isListening = true;
    const frame = this.#frames.shift();
    if (frame === undefined || frame.length > target.length) return 0;
    target.set(frame);
    return frame.length;
  }

  reset(): void {
    // The power is gone or the telephone starts again: nobody is told.
    this.#isListening = false;
    this.#forget();
    this.stack.setTag(false, { vid: 0, pcp: 0 });
    this.configure(0, 0, 0, MTU_DEFAULT);
    for (const handle of [...this.#ports.keys(), ...this.#streams.keys()]) this.close(handle, true);
  }

  /** What waits here; connections and neighbours are forgotten by the stack with its tag. */
  #forget(): void {
    this.#frames = [];
    for (const port of this.#ports.values()) port.queue.length = 0;
    this.#question?.cancel();
    this.#question = undefined;
    this.#probe = undefined;
  }

  #failureBefore(target: number): TcpState {
    if (this.stack.address === 0) return { status: Status.Reset, reason: "the telephone has no address yet" };
    if (!this.stack.hasWayTo(target)) return { status: Status.Unreachable, reason: "it is in another subnet and no router is known" };
    return { status: Status.Ok, reason: "" };
  }

  /** A datagram may have left its port behind while it waits for a hardware address, such as DHCP's release. */
  #isAsking(): boolean {
    const isProbing = this.#probe !== undefined && this.#probe.answered === undefined;
    return isProbing || this.#question?.answer === Status.Pending || this.stack.isAsking;
  }

  #isUp(): boolean {
    return this.#options.isUp?.() ?? true;
  }

  #gated(link: Link): Link {
    return {
      send: (frame) => {
        if (this.#isUp()) link.send(frame);
      },
      onReceive: (take) => link.onReceive((frame) => {
        if (this.#isUp()) take(frame);
      }),
    };
  }
}

function isStreamWaiting({ connection, waiting }: Stream): boolean {
  if (connection === undefined || connection.state === "closed") return false;
  return connection.status === Status.Pending || connection.sender.outbox.bytes > 0 || (waiting && connection.readableBytes === 0);
}
