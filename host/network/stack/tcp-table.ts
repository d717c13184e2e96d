// All TCP connections of one stack: who gets a segment, who may open, and what is refused.
//
// In: segments from below, listeners and connections from above. Out: segments. Every list is bounded: half-open
// connections by a backlog, of which the oldest gives way (a flood must not lock a newcomer out), all others by a table,
// of which the one that waits in TIME-WAIT longest, or else the one that was silent longest, gives way.

import { Status } from "../../../hal/abi.js";
import type { Random } from "../../random.js";
import type { Endpoint, StreamService } from "../../site/service.js";
import type { IcmpError } from "./icmp.js";
import { Unreachable } from "./icmp.js";
import { IPV4_HEADER_BYTES, type PacketOut } from "./ipv4.js";
import type { Tally } from "./tally.js";
import { ServedStream } from "./tcp-service.js";
import { EMPTY, Flag, TCP_HEADER_BYTES, emitSegment, has, segmentLength, type Segment } from "./tcp-segment.js";
import { sequenceAdd } from "./tcp-sequence.js";
import { TcpConnection } from "./tcp.js";

/** A telephone needs two; a far end holds some that lost their telephone. */
export const CONNECTION_COUNT_MAX = 128;
export const BACKLOG_COUNT_MAX = 16;
const HEADERS_BYTES = IPV4_HEADER_BYTES + TCP_HEADER_BYTES;

export class TcpTable {
  readonly #out: PacketOut;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #wake: () => void;
  readonly #listeners = new Map<number, StreamService>();
  readonly #connections = new Map<string, TcpConnection>();

  constructor(out: PacketOut, random: Random, tally: Tally, wake: () => void) {
    this.#out = out;
    this.#random = random;
    this.#tally = tally;
    this.#wake = wake;
  }

  get count(): number {
    return this.#connections.size;
  }

  /** False when the port is taken. */
  listen(port: number, service: StreamService): boolean {
    if (this.#listeners.has(port)) return false;
    this.#listeners.set(port, service);
    return true;
  }

  /** Opens a connection from a port; undefined when there is one already between the same four numbers. */
  connect(localPort: number, remote: Endpoint, changed: () => void): TcpConnection | undefined {
    if (this.#connections.has(keyOf(localPort, remote))) return undefined;
    return this.#add(localPort, remote, changed);
  }

  has(localPort: number, remote: Endpoint): boolean {
    return this.#connections.has(keyOf(localPort, remote));
  }

  receive(segment: Segment, source: number, nowUs: number): void {
    const remote = { address: source, port: segment.sourcePort };
    let connection = this.#connections.get(keyOf(segment.targetPort, remote));
    if (connection !== undefined && connection.startsAnew(segment)) {
      connection.fail(Status.Closed, "closed");
      this.#drop(connection);
      connection = undefined;
    }
    if (connection !== undefined) connection.receive(segment, nowUs);
    else this.#receiveStray(segment, remote, nowUs);
    if (connection?.state === "closed") this.#drop(connection);
  }

  /** What a router or the other side said about one of our segments. */
  failed(error: IcmpError): void {
    const connection = this.#connections.get(keyOf(error.sourcePort, { address: error.target, port: error.targetPort }));
    if (connection === undefined) return;
    if (error.code === Unreachable.TooBig) connection.tooBig(error.sequence, error.mtu - HEADERS_BYTES);
    else if (error.code === Unreachable.Port || error.code === Unreachable.Protocol) {
      connection.unreachable(error.sequence, Status.Refused, "the other side has no such service");
    } else connection.unreachable(error.sequence, Status.Unreachable, "a router found no way there");
  }

  /** Connections that wait for a neighbour who does not answer. */
  silent(isBehind: (address: number) => boolean, reason: string): void {
    for (const connection of this.#connections.values()) {
      if (connection.state === "syn-sent" && isBehind(connection.remote.address)) connection.fail(Status.Unreachable, reason);
    }
  }

  /** Ends every connection; `reset` tells the other sides. */
  clear(how: "reset" | "silently", reason: string): void {
    for (const connection of this.#connections.values()) {
      if (how === "reset") connection.abort();
      connection.fail(Status.Reset, reason);
    }
    this.#connections.clear();
  }

  poll(nowUs: number): void {
    for (const connection of this.#connections.values()) {
      connection.poll(nowUs);
      if (connection.state === "closed") this.#drop(connection);
    }
  }

  pollAtUs(): number {
    let atUs = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections.values()) atUs = Math.min(atUs, connection.pollAtUs());
    return atUs;
  }

  /** A segment for nobody: a listener takes a SYN, anything else but a reset is reset (RFC 9293 §3.10.7.1 and .2). */
  #receiveStray(segment: Segment, remote: Endpoint, nowUs: number): void {
    const service = this.#listeners.get(segment.targetPort);
    const opens = has(segment, Flag.Syn) && !has(segment, Flag.Ack) && !has(segment, Flag.Rst);
    if (service === undefined || !opens || service.refuses?.() === true) return this.#refuse(segment, remote);
    this.#boundBacklog();
    const served = new ServedStream(service);
    const connection = this.#add(segment.targetPort, remote, () => served.changed(), segment);
    connection.heardUs = nowUs;
    served.attach(connection);
    connection.poll(nowUs);
  }

  #refuse(segment: Segment, remote: Endpoint): void {
    if (has(segment, Flag.Rst)) return;
    this.#tally.add("tcp-refused");
    const acknowledges = has(segment, Flag.Ack);
    this.#emit(segment.targetPort, remote, {
      sequence: acknowledges ? segment.acknowledgment : 0,
      acknowledgment: acknowledges ? 0 : sequenceAdd(segment.sequence, segmentLength(segment)),
      flags: acknowledges ? Flag.Rst : Flag.Rst | Flag.Ack,
      window: 0,
      data: EMPTY,
    });
  }

  #boundBacklog(): void {
    const halfOpen = [...this.#connections.values()].filter((connection) => connection.state === "syn-received");
    if (halfOpen.length < BACKLOG_COUNT_MAX) return;
    this.#tally.add("tcp-backlog-full");
    this.#forget(halfOpen[0]!);
  }

  #add(localPort: number, remote: Endpoint, changed: () => void, syn?: Segment): TcpConnection {
    if (this.#connections.size === CONNECTION_COUNT_MAX) this.#makeRoom();
    const hooks = {
      emit: (segment: Omit<Segment, "sourcePort" | "targetPort">) => this.#emit(localPort, remote, segment),
      wake: this.#wake,
      changed,
    };
    // The first sequence number is chance as a whole (RFC 6528 asks for one that strangers cannot guess).
    const connection = new TcpConnection(localPort, remote, this.#random.word(), this.#out.mtu - HEADERS_BYTES, hooks, syn);
    this.#connections.set(keyOf(localPort, remote), connection);
    this.#wake();
    return connection;
  }

  #makeRoom(): void {
    const all = [...this.#connections.values()];
    const waiting = all.filter((connection) => connection.state === "time-wait");
    const candidates = waiting.length > 0 ? waiting : all;
    this.#tally.add("tcp-table-full");
    this.#forget(candidates.reduce((oldest, each) => (each.heardUs < oldest.heardUs ? each : oldest)));
  }

  #forget(connection: TcpConnection): void {
    connection.fail(Status.Reset, "given up to make room for another connection");
    this.#drop(connection);
  }

  #drop(connection: TcpConnection): void {
    const key = keyOf(connection.localPort, connection.remote);
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }

  #emit(localPort: number, remote: Endpoint, segment: Omit<Segment, "sourcePort" | "targetPort">): void {
    const whole = { ...segment, sourcePort: localPort, targetPort: remote.port };
    this.#out.send(emitSegment(whole, this.#out.address, remote.address));
  }
}

function keyOf(localPort: number, remote: Endpoint): string {
  return `${localPort} ${remote.address} ${remote.port}`;
}
