// A time server for SNTP clients (RFC 4330 §6): one datagram in, one out, with the far end's time.
//
// In: requests of 48 bytes and more. Out: stratum 2, no leap warning. It synchronises with nobody: its time is given.

import type { DatagramService } from "./service.js";

export const SNTP_PORT = 123;
const MESSAGE_BYTES = 48;
const MODE_CLIENT = 3;
const MODE_SERVER = 4;
const STRATUM = 2;
const LEAP_UNKNOWN = 3;
/** Seconds from 1900 to 1970. */
export const NTP_EPOCH_SECONDS = 2208988800;
/** A precision of about a microsecond, as a power of two. */
const PRECISION = -20;

export interface SntpOptions {
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** False: it has no time itself and says so, with leap indicator 3 and stratum 0 (RFC 4330 §4). Default true. */
  readonly synchronised?: boolean;
}

export class SntpServer implements DatagramService {
  readonly #options: SntpOptions;

  constructor(options: SntpOptions) {
    this.#options = options;
  }

  receive(data: Uint8Array, _from: unknown, reply: (data: Uint8Array) => void): void {
    const version = (data[0]! >> 3) & 7;
    if (data.length < MESSAGE_BYTES || (data[0]! & 7) !== MODE_CLIENT || version < 1 || version > 4) return;
    const answer = new Uint8Array(MESSAGE_BYTES);
    const view = new DataView(answer.buffer);
    const isSet = this.#options.synchronised ?? true;
    answer[0] = (isSet ? 0 : LEAP_UNKNOWN << 6) | (version << 3) | MODE_SERVER;
    answer[1] = isSet ? STRATUM : 0;
    answer[2] = data[2]!;
    view.setInt8(3, PRECISION);
    answer.set(Uint8Array.of(127, 127, 1, 1), 12); // Its reference, by name of the local clock.
    answer.set(data.subarray(40, MESSAGE_BYTES), 24);
    const nowUs = this.#options.nowUs();
    for (const at of [16, 32, 40]) writeTime(view, at, nowUs);
    reply(answer);
  }
}

/** Seconds since 1900, modulo 2^32, and a fraction in 2^-32. */
function writeTime(view: DataView, at: number, nowUs: number): void {
  const seconds = Math.floor(nowUs / 1_000_000);
  view.setUint32(at, (seconds + NTP_EPOCH_SECONDS) % 2 ** 32);
  view.setUint32(at + 4, Math.floor(((nowUs - seconds * 1_000_000) / 1_000_000) * 2 ** 32));
}
