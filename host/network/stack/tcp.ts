// One TCP connection (RFC 9293, RFC 5961): the state machine between the segments and the one who uses it.
//
// In: segments for this connection, the user's calls, the time. Out: segments through `emit`, and a word to the user when
// something changed. Sending again and windows to the other side are in `TcpSender`, gaps in `Inbox`. It has no queue of
// events and no timers: the stack asks `pollAtUs` and calls `poll`.

import { Status } from "../../../hal/abi.js";
import type { Endpoint } from "../../site/service.js";
import { Inbox } from "./tcp-inbox.js";
import { EMPTY, Flag, has, segmentLength, type Segment } from "./tcp-segment.js";
import { sequenceAdd, sequenceBefore, sequenceDistance } from "./tcp-sequence.js";
import { TcpSender } from "./tcp-sender.js";

export type TcpState =
  | "syn-sent" | "syn-received" | "established" | "fin-wait-1" | "fin-wait-2" | "close-wait" | "closing" | "last-ack"
  | "time-wait" | "closed";

/** What happens to bytes that still come after our side was closed: they are read, swallowed, or answered with a reset. */
export type Rest = "read" | "discard" | "reset";

export interface TcpHooks {
  /** Sends a segment; only the ports are still missing. */
  emit(segment: Omit<Segment, "sourcePort" | "targetPort">): void;
  /** There is work for `poll`, seen from outside a poll. */
  wake(): void;
  /** It was opened, failed, got bytes or an end, or has room again. */
  changed(): void;
}

/** The window without scaling, of which every byte may be in use (RFC 9293 §3.1). */
const WINDOW_BYTES = 65535;
const MSS_DEFAULT = 536;
/** A smaller one is a peer's mistake or malice: each segment would be mostly header. */
const MSS_MIN = 64;
const ACK_DELAY_US = 40_000; // RFC 9293 §3.8.6.3.
const ACK_SEGMENT_COUNT = 2;
/** Twice a segment lifetime of 30 s (a LAN forgets sooner than the internet), and what a peer gets to close its half. */
const TIME_WAIT_US = 60_000_000;
const FIN_WAIT_2_US = 60_000_000;
/** Answers to segments that do not fit, per second (RFC 5961 §7): two confused ends must not keep each other busy. */
const CHALLENGE_COUNT_MAX = 10;
const CHALLENGE_US = 1_000_000;
const NEVER_US = Number.POSITIVE_INFINITY;

export class TcpConnection {
  readonly remote: Endpoint;
  readonly localPort: number;
  state: TcpState;
  /** `Pending`, `Ok`, or how it failed, with a reason for people. */
  status: number = Status.Pending;
  reason = "";
  /** When the last segment came. */
  heardUs = 0;
  readonly sender: TcpSender;
  readonly #hooks: TcpHooks;
  readonly #mssOwn: number;
  readonly #inbox = new Inbox();
  #nowUs = 0;
  /** One past the last byte that the other side may send; it never moves back. */
  #edge = 0;
  #peerFin: number | undefined;
  #rest: Rest = "read";
  #closeWanted = false;
  #ackDueCount = 0;
  #ackUs = NEVER_US;
  #lingerUs = NEVER_US;
  #challengeCount = 0;
  #challengeUs = 0;

  /** Without a SYN from the other side it opens actively. */
  constructor(localPort: number, remote: Endpoint, iss: number, mssOwn: number, hooks: TcpHooks, syn?: Segment) {
    this.localPort = localPort;
    this.remote = remote;
    this.#mssOwn = mssOwn;
    this.#hooks = hooks;
    this.state = syn === undefined ? "syn-sent" : "syn-received";
    const transmit = (sequence: number, flags: number, data: Uint8Array): void => this.#transmit(sequence, flags, data);
    this.sender = new TcpSender(iss, syn === undefined ? Flag.Syn : Flag.Syn | Flag.Ack, Math.min(mssOwn, MSS_DEFAULT), transmit);
    if (syn !== undefined) this.#takeSyn(syn);
  }

  /** Bytes that can be read. */
  get readableBytes(): number {
    return this.#inbox.ready.bytes;
  }

  /** The other side has ended its half and every byte before that was read. */
  get ended(): boolean {
    return this.readableBytes === 0 && this.#peerFin !== undefined && sequenceBefore(this.#peerFin, this.#inbox.next);
  }

  // ---- The user's side.

  /** Queues bytes, which must not change afterwards; ignored once this side was closed. */
  write(data: Uint8Array): void {
    if (this.#closeWanted || this.state === "closed") return;
    this.sender.outbox.push(data);
    this.#hooks.wake();
  }

  read(target: Uint8Array): number {
    const bytes = this.#inbox.ready.read(target);
    if (bytes > 0) this.#windowOpened();
    return bytes;
  }

  /** All that can be read, without copying it. */
  take(): readonly Uint8Array[] {
    const pieces = this.#inbox.ready.take();
    if (pieces.length > 0) this.#windowOpened();
    return pieces;
  }

  /** Ends our half after the last queued byte. Unread bytes that nobody will read end both halves (RFC 9293 §3.10.4). */
  close(rest: Rest): void {
    this.#rest = rest;
    if (this.state === "syn-sent") return this.fail(Status.Reset, "closed before it was open");
    if (rest === "reset" && this.readableBytes > 0) return this.abort();
    if (rest === "discard") this.take();
    if (this.#closeWanted || this.state === "closed") return;
    this.#closeWanted = true;
    this.sender.finish();
    if (this.state === "established") this.state = "fin-wait-1";
    else if (this.state === "close-wait") this.state = "last-ack";
    this.#hooks.wake();
  }

  /** Ends both halves at once; the other side is told when it may know of us. */
  abort(): void {
    if (this.state !== "syn-sent" && this.state !== "time-wait" && this.state !== "closed") {
      this.#transmit(this.sender.newest, Flag.Rst | Flag.Ack, EMPTY);
    }
    this.fail(Status.Reset, "closed by this side");
  }

  /** It is over, with the first reason that was given. Nothing is sent. */
  fail(status: number, reason: string): void {
    if (this.state === "closed") return;
    this.state = "closed";
    if (this.status === Status.Pending || this.status === Status.Ok) {
      this.status = status;
      this.reason = reason;
    }
    this.sender.stop();
    this.#inbox.clear();
    this.#ackUs = NEVER_US;
    this.#lingerUs = NEVER_US;
    this.#hooks.changed();
  }

  // ---- The stack's side.

  poll(nowUs: number): void {
    this.#nowUs = nowUs;
    if (this.state === "closed") return;
    if (this.#lingerUs <= nowUs) return this.fail(Status.Closed, "closed");
    if (!this.sender.expire(nowUs)) return this.fail(Status.TimedOut, this.sender.opened ? "the other side fell silent" : "no answer");
    this.#output();
    if (this.#ackUs <= nowUs) this.#acknowledge();
  }

  pollAtUs(): number {
    return this.state === "closed" ? NEVER_US : Math.min(this.sender.timerUs, this.#ackUs, this.#lingerUs);
  }

  receive(segment: Segment, nowUs: number): void {
    this.#nowUs = nowUs;
    this.heardUs = nowUs;
    if (this.state === "syn-sent") this.#receiveFirst(segment);
    else this.#receiveLater(segment);
    if (this.state !== "closed") this.#output();
    if (this.#ackDueCount >= ACK_SEGMENT_COUNT) this.#acknowledge();
  }

  /** A SYN beyond everything that we saw opens a new connection in the place of one that waits (RFC 9293 §3.6.1). */
  startsAnew(segment: Segment): boolean {
    const opens = (segment.flags & (Flag.Syn | Flag.Ack | Flag.Rst)) === Flag.Syn;
    return this.state === "time-wait" && opens && sequenceBefore(this.#inbox.next, segment.sequence);
  }

  /** A router or host could not deliver one of our segments. It counts only when it quotes one that is under way (RFC 5927 §4). */
  unreachable(sequence: number, status: number, reason: string): void {
    // Of an open connection the news may be out of date; its own time-out decides (RFC 1122 §4.2.3.9).
    if (this.sender.isUnderWay(sequence) && this.state === "syn-sent") this.fail(status, reason);
  }

  tooBig(sequence: number, mss: number): void {
    if (!this.sender.isUnderWay(sequence) || mss >= this.sender.mss) return;
    this.sender.shrink(Math.max(mss, MSS_DEFAULT));
    this.#hooks.wake();
  }

  /** Whoever fills the queue is told as soon as it is empty, not with the next acknowledgment, which may be delayed. */
  #output(): void {
    const before = this.sender.unsentBytes;
    this.sender.output(this.#nowUs);
    if (before > 0 && this.sender.unsentBytes === 0) this.#hooks.changed();
  }

  /** RFC 9293 §3.10.7.3. */
  #receiveFirst(segment: Segment): void {
    const { sender } = this;
    const acknowledges = has(segment, Flag.Ack);
    if (acknowledges && segment.acknowledgment !== sender.newest) {
      if (!has(segment, Flag.Rst)) this.#hooks.emit({ ...bare(Flag.Rst), sequence: segment.acknowledgment });
      return;
    }
    if (has(segment, Flag.Rst)) {
      if (acknowledges) this.fail(Status.Refused, "the other side refused the connection");
      return;
    }
    if (!has(segment, Flag.Syn)) return;
    this.#takeSyn(segment);
    if (acknowledges) {
      sender.acknowledge(segment, this.#nowUs);
      this.#ackDueCount = ACK_SEGMENT_COUNT;
      this.#opened();
    } else {
      // Both ends open at the same time: our SYN goes again, now with the acknowledgment.
      this.state = "syn-received";
      sender.synFlags = Flag.Syn | Flag.Ack;
      sender.repeatSyn();
    }
    this.#takeText(withoutSyn(segment));
  }

  /** RFC 9293 §3.10.7.4, with the stricter checks of RFC 5961. */
  #receiveLater(arrived: Segment): void {
    const segment = this.#acceptable(arrived);
    if (segment === undefined) return;
    if (has(segment, Flag.Rst)) return this.#receiveReset(segment);
    if (has(segment, Flag.Syn)) return this.#challenge();
    if (!has(segment, Flag.Ack)) return;
    if (!this.#takeAcknowledgment(segment)) return;
    this.#takeText(segment);
  }

  /** The segment, cut down to what is expected here, or undefined after the answer that it gets. */
  #acceptable(segment: Segment): Segment | undefined {
    if (this.state === "syn-received" && has(segment, Flag.Syn) && sequenceAdd(segment.sequence, 1) === this.#inbox.next) {
      if (has(segment, Flag.Ack)) return withoutSyn(segment);
      this.sender.repeatSyn();
      return undefined;
    }
    const window = sequenceDistance(this.#edge, this.#inbox.next);
    const length = segmentLength(segment);
    const first = sequenceDistance(segment.sequence, this.#inbox.next);
    const last = first + Math.max(length, 1) - 1;
    if (first === 0 && window === 0 && length > 0) {
      // A probe of our closed window: its byte is refused, its acknowledgment counts.
      this.#ackDueCount = ACK_SEGMENT_COUNT;
      return { ...segment, data: EMPTY, flags: segment.flags & ~Flag.Fin };
    }
    if (first === 0 || (first > 0 && first < window) || (first < 0 && last >= 0)) return segment;
    if (has(segment, Flag.Rst)) return undefined;
    if (length === 0 || has(segment, Flag.Syn)) this.#challenge();
    else this.#ackDueCount = ACK_SEGMENT_COUNT;
    if (this.state === "time-wait" && has(segment, Flag.Fin)) this.#timeWait();
    return undefined;
  }

  /** RFC 5961 §3: only the exact number ends the connection. In TIME-WAIT none does (RFC 1337). */
  #receiveReset(segment: Segment): void {
    if (this.state === "time-wait") return;
    if (segment.sequence !== this.#inbox.next) return this.#challenge();
    if (this.state === "syn-received") this.fail(Status.Refused, "the other side refused the connection");
    else this.fail(Status.Reset, "connection reset by the other side");
  }

  /** False when the segment says something that cannot be true and is dropped. */
  #takeAcknowledgment(segment: Segment): boolean {
    const { sender } = this;
    const ahead = sequenceDistance(segment.acknowledgment, sender.newest);
    const behind = sequenceDistance(sender.una, segment.acknowledgment);
    if (this.state === "syn-received") {
      if (ahead > 0 || behind >= 0) {
        this.#hooks.emit({ ...bare(Flag.Rst), sequence: segment.acknowledgment });
        return false;
      }
      sender.acknowledge(segment, this.#nowUs);
      this.#opened();
    } else if (ahead > 0 || behind > sender.windowMax) {
      this.#challenge();
      return false;
    } else if (behind <= 0) sender.acknowledge(segment, this.#nowUs);
    if (sender.finAcknowledged) this.#finAcknowledged();
    else if (this.status === Status.Ok) this.#hooks.changed();
    return true;
  }

  #finAcknowledged(): void {
    if (this.state === "fin-wait-1") {
      this.state = "fin-wait-2";
      if (this.#rest !== "read") this.#lingerUs = this.#nowUs + FIN_WAIT_2_US;
    } else if (this.state === "closing") this.#timeWait();
    else if (this.state === "last-ack") this.fail(Status.Closed, "closed");
  }

  /** Takes the bytes and the FIN that are inside the window. */
  #takeText(segment: Segment): void {
    const receiving = this.state === "established" || this.state === "fin-wait-1" || this.state === "fin-wait-2";
    if (segmentLength(segment) === 0 || (!receiving && this.state !== "syn-received")) return;
    if (segment.data.length > 0 && this.#rest === "reset") return this.abort();
    const room = sequenceDistance(this.#edge, segment.sequence);
    const data = segment.data.subarray(0, Math.max(0, room));
    const before = this.#inbox.next;
    this.#inbox.accept(segment.sequence, data);
    if (has(segment, Flag.Fin) && data.length === segment.data.length && room > data.length) {
      this.#peerFin = sequenceAdd(segment.sequence, data.length);
    }
    const finished = this.#peerFin === this.#inbox.next && receiving;
    if (finished) this.#inbox.next = sequenceAdd(this.#inbox.next, 1);
    if (this.#rest === "discard") this.take();
    // What came too early or again is answered at once, so that the other side learns of a gap (RFC 5681 §4.2).
    const plain = before !== this.#inbox.next && this.#inbox.earlyCount === 0 && !finished;
    this.#ackDueCount = plain ? this.#ackDueCount + 1 : ACK_SEGMENT_COUNT;
    if (this.#ackUs === NEVER_US) this.#ackUs = this.#nowUs + ACK_DELAY_US;
    if (finished) this.#peerFinished();
    this.#hooks.changed();
  }

  #peerFinished(): void {
    if (this.state === "established") this.state = "close-wait";
    else if (this.state === "fin-wait-1") this.state = "closing";
    else this.#timeWait();
  }

  #timeWait(): void {
    this.state = "time-wait";
    this.#lingerUs = this.#nowUs + TIME_WAIT_US;
  }

  #opened(): void {
    this.state = this.#closeWanted ? "fin-wait-1" : "established";
    this.status = Status.Ok;
    this.#hooks.changed();
  }

  #takeSyn(syn: Segment): void {
    this.#inbox.next = sequenceAdd(syn.sequence, 1);
    this.#edge = sequenceAdd(this.#inbox.next, WINDOW_BYTES);
    this.sender.start(syn, Math.max(MSS_MIN, Math.min(syn.mss ?? MSS_DEFAULT, this.#mssOwn)));
  }

  /** The edge moves in steps worth a segment (RFC 9293 §3.8.6.2.2), and the other side is told at once. */
  #windowOpened(): void {
    if (this.state !== "closed" && this.#edgeMove() > 0) {
      this.#ackUs = 0;
      this.#hooks.wake();
    }
  }

  #edgeMove(): number {
    const edge = sequenceAdd(this.#inbox.next, WINDOW_BYTES - this.readableBytes);
    const move = sequenceDistance(edge, this.#edge);
    return move >= Math.min(WINDOW_BYTES >> 1, 2 * this.#mssOwn) ? move : 0;
  }

  #challenge(): void {
    if (this.#nowUs - this.#challengeUs >= CHALLENGE_US) {
      this.#challengeUs = this.#nowUs;
      this.#challengeCount = 0;
    }
    if (this.#challengeCount === CHALLENGE_COUNT_MAX) return;
    this.#challengeCount += 1;
    this.#ackDueCount = ACK_SEGMENT_COUNT;
  }

  #acknowledge(): void {
    if (this.state !== "closed") this.#transmit(this.sender.sequence, Flag.Ack, EMPTY);
  }

  /** Every segment but the first SYN carries the acknowledgment and the window. */
  #transmit(sequence: number, flags: number, data: Uint8Array): void {
    const synOnly = (flags & (Flag.Syn | Flag.Ack)) === Flag.Syn;
    if (!synOnly) {
      this.#edge = sequenceAdd(this.#edge, this.#edgeMove());
      this.#ackDueCount = 0;
      this.#ackUs = NEVER_US;
    }
    this.#hooks.emit({
      sequence,
      acknowledgment: synOnly ? 0 : this.#inbox.next,
      flags,
      window: synOnly ? WINDOW_BYTES : Math.max(0, sequenceDistance(this.#edge, this.#inbox.next)),
      mss: (flags & Flag.Syn) !== 0 ? this.#mssOwn : undefined,
      data,
    });
  }
}

/** A segment of flags alone, as a reset without a connection is. */
function bare(flags: number): Omit<Segment, "sourcePort" | "targetPort"> {
  return { sequence: 0, acknowledgment: 0, flags, window: 0, data: EMPTY };
}

function withoutSyn(segment: Segment): Segment {
  return { ...segment, sequence: sequenceAdd(segment.sequence, 1), flags: segment.flags & ~Flag.Syn };
}
