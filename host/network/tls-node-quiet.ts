// When the TLS engines are quiet: the telephone's clock stands for as long as they are not.
//
// In: a note whenever an engine reads, writes or emits. Out: a promise that ends after four turns of the event loop without one (two
// were too few on a machine with much else to do: one run in forty differed). Node's engines hand work to later turns, and none of it takes
// telephone time; without this a run would depend on the machine's speed.

/** Turns without a note after which nothing is under way any more. */
const QUIET_TURN_COUNT = 4;

export class EngineQuiet {
  #noteCount = 0;
  #settledCount = 0;

  note(): void {
    this.#noteCount += 1;
  }

  /** Undefined where nothing has happened since the last time. */
  settle(): Promise<void> | undefined {
    return this.#noteCount === this.#settledCount ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURN_COUNT;) {
      const before = this.#noteCount;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.#noteCount === before ? quiet + 1 : 0;
    }
    this.#settledCount = this.#noteCount;
  }
}
