// The sending half of a TCP connection: what is under way, what may follow, and when something is sent again.
//
// Read first: RFC 9293 §3.8, RFC 6298, RFC 5681, RFC 6582. In: bytes, acknowledgments that the connection has checked, the
// time. Out: segments through `transmit`. After a time-out it goes back to the first unacknowledged byte: without
// selective acknowledgments nothing better is known. Small segments are not held back (no Nagle): a telephone's messages are short.

import { Congestion, DUPLICATE_COUNT } from "./tcp-congestion.js";
import { Pieces } from "./pieces.js";
import { RTO_US_MAX, RoundTrip } from "./tcp-rtt.js";
import { EMPTY, Flag, type Segment } from "./tcp-segment.js";
import { sequenceAdd, sequenceBefore, sequenceDistance, sequenceLater } from "./tcp-sequence.js";

/** Sends one segment: the connection adds ports, acknowledgment and window. */
export type Transmit = (sequence: number, flags: number, data: Uint8Array) => void;

/** One deadline at a time: waiting for an acknowledgment, or for a closed window to open. */
interface Timer {
  readonly kind: "retransmit" | "persist";
  readonly atUs: number;
}

/** RFC 9293 §3.8.3: at least 100 seconds before a connection is given up, and less for one that never opened. */
const GIVE_UP_US = 100_000_000;
const GIVE_UP_OPENING_US = 60_000_000;

export class TcpSender {
  /** Oldest unacknowledged, next to send, and one past the newest that was ever sent. */
  una: number;
  next: number;
  newest: number;
  mss: number;
  readonly outbox = new Pieces();
  readonly #transmit: Transmit;
  readonly #iss: number;
  readonly #trip = new RoundTrip();
  readonly #congestion: Congestion;
  /** SYN, with ACK once the other side's SYN is known. */
  synFlags: number;
  #opened = false;
  /** Our SYN has still to leave, for the first time or again. */
  #synDue = true;
  #window = 0;
  #windowMax = 0;
  #windowSequence = 0;
  #windowAcknowledgment = 0;
  #finSequence: number | undefined;
  #timer: Timer | undefined;
  #persistUs = 0;
  /** When the present silence was noticed first. */
  #silentUs: number | undefined;
  #timed: { readonly end: number; readonly atUs: number } | undefined;
  #duplicateCount = 0;
  #recovering = false;
  /** Losses up to here have been answered already (RFC 6582 §3.2). */
  #recover: number;

  constructor(iss: number, synFlags: number, mss: number, transmit: Transmit) {
    this.#iss = iss;
    this.una = iss;
    this.next = iss;
    this.newest = iss;
    this.#recover = iss;
    this.synFlags = synFlags;
    this.mss = mss;
    this.#congestion = new Congestion(mss);
    this.#transmit = transmit;
  }

  /** Our SYN was acknowledged. */
  get opened(): boolean {
    return this.#opened;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    return Math.max(0, this.outbox.bytes - sequenceDistance(this.newest, this.#dataStart));
  }

  /** Where a segment without bytes stands. The byte of a window probe does not count: it was most likely refused. */
  get sequence(): number {
    return this.#timer?.kind === "persist" ? this.next : this.newest;
  }

  isUnderWay(sequence: number): boolean {
    return !sequenceBefore(sequence, this.una) && sequenceBefore(sequence, this.newest);
  }

  get finAcknowledged(): boolean {
    return this.#finSequence !== undefined && sequenceBefore(this.#finSequence, this.una);
  }

  get timerUs(): number {
    return this.#timer?.atUs ?? Number.POSITIVE_INFINITY;
  }

  /** The largest window ever offered, for the check of old acknowledgments (RFC 5961 §5.2). */
  get windowMax(): number {
    return this.#windowMax;
  }

  /** No bytes follow. */
  finish(): void {
    this.#finSequence ??= sequenceAdd(this.#dataStart, this.outbox.bytes);
  }

  /** The other side's SYN: its segment size and first window. */
  start(segment: Segment, mss: number): void {
    this.mss = mss;
    this.#congestion.start(mss);
    this.#setWindow(segment);
  }

  /** An acknowledgment between `una` and `newest`, the bounds included. */
  acknowledge(segment: Segment, nowUs: number): void {
    const acknowledgment = segment.acknowledgment;
    const bytes = sequenceDistance(acknowledgment, this.una);
    if (bytes > 0) this.#advance(acknowledgment, bytes, nowUs);
    else if (bytes === 0 && this.#isDuplicate(segment)) this.#duplicate(nowUs);
    if (this.#timer?.kind === "persist") this.#silentUs = undefined;
    this.#updateWindow(segment);
  }

  /** Sends what the windows allow. Bounded: an unscaled window holds at most 1,024 segments of the smallest size. */
  output(nowUs: number): void {
    if (this.#synDue) {
      this.#synDue = false;
      this.#send(this.#iss, this.synFlags, EMPTY, 1, nowUs);
    }
    if (!this.#opened) return;
    for (let plan = this.#plan(); plan !== undefined; plan = this.#plan()) {
      this.#sendSpan(this.next, plan.bytes, plan.fin, nowUs);
    }
    if (this.#timer === undefined && this.#hasMore()) {
      this.#persistUs = this.#trip.rtoUs;
      this.#timer = { kind: "persist", atUs: nowUs + this.#persistUs };
    }
  }

  /** Runs a deadline that has passed; false when the other side has been silent for too long. */
  expire(nowUs: number): boolean {
    const timer = this.#timer;
    if (timer === undefined || timer.atUs > nowUs) return true;
    this.#silentUs ??= nowUs;
    if (nowUs - this.#silentUs >= (this.#opened ? GIVE_UP_US : GIVE_UP_OPENING_US)) return false;
    if (timer.kind === "persist") this.#probe(nowUs);
    else this.#goBack();
    return true;
  }

  /** A router on the way takes only smaller packets: everything under way is sent again in smaller pieces. */
  shrink(mss: number): void {
    this.mss = mss;
    this.#timed = undefined;
    if (this.#opened) this.next = this.una;
  }

  /** Sends the SYN again at the next `output`. */
  repeatSyn(): void {
    this.#synDue = true;
    this.#timed = undefined;
  }

  stop(): void {
    this.#timer = undefined;
    this.outbox.clear();
  }

  /** The sequence number of the outbox's first byte. */
  get #dataStart(): number {
    return this.#opened ? this.una : sequenceAdd(this.#iss, 1);
  }

  #hasMore(): boolean {
    const end = sequenceAdd(this.#dataStart, this.outbox.bytes);
    return sequenceBefore(this.next, this.#finSequence === undefined ? end : sequenceAdd(end, 1)) && !this.finAcknowledged;
  }

  /** The next span that may leave: as much as a segment, the windows and silly window avoidance allow (RFC 9293 §3.8.6.2.1). */
  #plan(): { bytes: number; fin: boolean } | undefined {
    if (!this.#hasMore()) return undefined;
    const offset = sequenceDistance(this.next, this.una);
    const unsent = this.outbox.bytes - offset;
    const room = Math.min(this.#window, this.#congestion.windowBytes) - offset;
    const bytes = Math.min(unsent, this.mss, room);
    if (bytes < 0) return undefined;
    const fin = this.#finSequence !== undefined && bytes === unsent && room > bytes;
    if (bytes === 0) return fin ? { bytes, fin } : undefined;
    const worth = bytes === this.mss || bytes === unsent || 2 * bytes >= this.#windowMax || sequenceBefore(this.next, this.newest);
    return worth ? { bytes, fin } : undefined;
  }

  #sendSpan(sequence: number, bytes: number, fin: boolean, nowUs: number): void {
    const offset = sequenceDistance(sequence, this.una);
    const last = offset + bytes === this.outbox.bytes && bytes > 0;
    const flags = Flag.Ack | (last ? Flag.Psh : 0) | (fin ? Flag.Fin : 0);
    this.#send(sequence, flags, this.outbox.span(offset, bytes), bytes + (fin ? 1 : 0), nowUs);
  }

  #send(sequence: number, flags: number, data: Uint8Array, length: number, nowUs: number): void {
    const end = sequenceAdd(sequence, length);
    // Only what leaves for the first time is measured (Karn).
    if (this.#timed === undefined && sequence === this.newest) this.#timed = { end, atUs: nowUs };
    this.next = sequenceLater(this.next, end);
    this.newest = sequenceLater(this.newest, end);
    if (this.#timer?.kind !== "retransmit") this.#timer = { kind: "retransmit", atUs: nowUs + this.#trip.rtoUs };
    this.#transmit(sequence, flags, data);
  }

  #advance(acknowledgment: number, bytes: number, nowUs: number): void {
    if (this.#timed !== undefined && !sequenceBefore(acknowledgment, this.#timed.end)) {
      this.#trip.sample(nowUs - this.#timed.atUs);
      this.#timed = undefined;
    }
    const data = Math.min(bytes - (this.#opened ? 0 : 1), this.outbox.bytes);
    this.#opened = true;
    this.#synDue = false;
    this.outbox.drop(data);
    this.una = acknowledgment;
    this.next = sequenceLater(this.next, acknowledgment);
    this.#silentUs = undefined;
    this.#duplicateCount = 0;
    this.#timer = this.una === this.newest ? undefined : { kind: "retransmit", atUs: nowUs + this.#trip.rtoUs };
    if (!this.#recovering) this.#congestion.acknowledged(data, this.mss);
    else if (sequenceBefore(acknowledgment, this.#recover)) {
      this.#congestion.recoveryGoesOn(data, this.mss);
      this.#resendFirst(nowUs);
    } else {
      this.#recovering = false;
      this.#congestion.recoveryEnds(sequenceDistance(this.newest, this.una), this.mss);
    }
  }

  /** RFC 5681 §2: nothing but the same acknowledgment again while bytes are under way. */
  #isDuplicate(segment: Segment): boolean {
    const plain = segment.data.length === 0 && (segment.flags & (Flag.Syn | Flag.Fin)) === 0;
    return plain && segment.window === this.#window && this.una !== this.newest && this.#timer?.kind === "retransmit" && this.#opened;
  }

  #duplicate(nowUs: number): void {
    this.#duplicateCount += 1;
    if (this.#recovering) this.#congestion.duplicate(this.mss);
    else if (this.#duplicateCount === DUPLICATE_COUNT && sequenceBefore(this.#recover, this.una)) {
      this.#recovering = true;
      this.#recover = this.newest;
      this.#congestion.recoveryStarts(sequenceDistance(this.newest, this.una), this.mss);
      this.#resendFirst(nowUs);
    }
  }

  /** Fast retransmission: the first segment that is missing, whatever the window says now. */
  #resendFirst(nowUs: number): void {
    this.#timed = undefined;
    const bytes = Math.min(this.mss, this.outbox.bytes, sequenceDistance(this.newest, this.una));
    const fin = this.#finSequence !== undefined && bytes === this.outbox.bytes && sequenceBefore(this.#finSequence, this.newest);
    if (bytes > 0 || fin) this.#sendSpan(this.una, bytes, fin, nowUs);
  }

  /** A window counts when it is newer than the last one (RFC 9293 §3.10.7.4). */
  #updateWindow(segment: Segment): void {
    const newer = sequenceDistance(segment.sequence, this.#windowSequence);
    if (newer < 0 || (newer === 0 && sequenceBefore(segment.acknowledgment, this.#windowAcknowledgment))) return;
    this.#setWindow(segment);
    if (this.#window > 0 && this.#timer?.kind === "persist") this.#timer = undefined;
  }

  #setWindow(segment: Segment): void {
    this.#window = segment.window;
    this.#windowMax = Math.max(this.#windowMax, segment.window);
    this.#windowSequence = segment.sequence;
    this.#windowAcknowledgment = segment.acknowledgment;
  }

  #goBack(): void {
    const flightBytes = sequenceDistance(this.newest, this.una);
    if (this.#opened) this.#congestion.timedOut(flightBytes, this.mss);
    this.#trip.backOff();
    this.#timed = undefined;
    this.#timer = undefined;
    this.#recovering = false;
    this.#recover = this.newest;
    this.#duplicateCount = 0;
    this.next = this.una;
    this.#synDue = !this.#opened;
  }

  /** One byte, or the FIN, past a closed window: the answer tells the window (RFC 9293 §3.8.6.1). */
  #probe(nowUs: number): void {
    const bytes = Math.min(1, this.outbox.bytes);
    const next = this.next;
    this.#timed = undefined;
    this.#sendSpan(this.una, bytes, bytes === 0, nowUs);
    // A probe is not progress: the byte is sent again, with others, once the window opens.
    this.next = next;
    this.#timed = undefined;
    this.#persistUs = Math.min(RTO_US_MAX, 2 * this.#persistUs);
    this.#timer = { kind: "persist", atUs: nowUs + this.#persistUs };
  }
}
