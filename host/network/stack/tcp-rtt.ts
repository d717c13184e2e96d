// How long TCP waits for an acknowledgment (RFC 6298): smoothed round trip, its variation, and the doubling after a loss.
//
// Only segments that were sent once are measured (Karn): the caller sees to that, and a doubled time-out stays until the
// next measurement. The lower bound is 200 ms where the standard says one second: on a LAN a second is ten thousand
// round trips, and the systems that the telephone meets use 200 ms too.

const RTO_US_FIRST = 1_000_000;
const RTO_US_MIN = 200_000;
export const RTO_US_MAX = 60_000_000;

export class RoundTrip {
  #smoothedUs: number | undefined;
  #variationUs = 0;
  #rtoUs = RTO_US_FIRST;

  get rtoUs(): number {
    return this.#rtoUs;
  }

  /** RFC 6298 §2.2 and §2.3; the clock ticks in microseconds, so its granularity adds nothing. */
  sample(us: number): void {
    if (this.#smoothedUs === undefined) {
      this.#smoothedUs = us;
      this.#variationUs = us / 2;
    } else {
      this.#variationUs += (Math.abs(this.#smoothedUs - us) - this.#variationUs) / 4;
      this.#smoothedUs += (us - this.#smoothedUs) / 8;
    }
    this.#rtoUs = bounded(this.#smoothedUs + 4 * this.#variationUs);
  }

  backOff(): void {
    this.#rtoUs = bounded(2 * this.#rtoUs);
  }
}

function bounded(us: number): number {
  return Math.round(Math.min(RTO_US_MAX, Math.max(RTO_US_MIN, us)));
}
