// Time passes here: in virtual time at once, in real time at a chosen speed, and at the wall clock's own pace while
// somebody outside is being waited for.
//
// The telephone's clock is discrete-event in every mode: what is due is taken in order at its own time; the wall clock only
// decides when the loop may go on, and when an outside event happened.

import type { Board } from "./board.js";

export interface RunOptions {
  /** Telephone seconds per second of the wall; "fast" does not wait at all. */
  readonly speed: number | "fast";
  /** Ends the run; asked after every step. */
  readonly stop: () => boolean;
  /** Called at least this often in wall time while waiting, and now and then while not. */
  readonly tick?: () => void;
}

/** The longest sleep: frontends redraw and keys are taken between sleeps. */
const SLEEP_MS_MAX = 40;
/** Without sleeping, the event loop gets a turn this often, so that sockets, signals and keys are served. */
const BUSY_MS_MAX = 20;

/** Where the wall clock and the telephone's clock were last put together, and how fast they run since. */
interface Anchor {
  readonly wallMs: number;
  readonly telephoneUs: number;
  readonly speed: number;
}

export class RunLoop {
  readonly #board: Board;
  #anchor: Anchor | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  #turnMs = performance.now();

  constructor(board: Board) {
    this.#board = board;
  }

  /** Something arrived from outside: the core is polled at the present. May be called at any time. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Runs until `stop` says so, or nothing can happen any more. */
  async run(options: RunOptions): Promise<void> {
    while (!options.stop()) {
      const nextUs = this.#board.nextUs();
      const speed = this.#speed(options);
      if (nextUs === undefined && speed === "fast" && !this.#woken) return;
      if (speed === "fast") await this.#stepFast(nextUs ?? this.#board.scheduler.nowUs, options);
      else await this.#stepPaced(nextUs, speed, options);
      const settling = this.#board.network.settle?.();
      if (settling !== undefined) await settling;
    }
  }

  /** No time-out towards somebody outside is ever shorter than its wall-clock value. */
  #speed(options: RunOptions): number | "fast" {
    return this.#board.network.outstanding ? 1 : options.speed;
  }

  async #stepFast(nextUs: number, options: RunOptions): Promise<void> {
    this.#anchor = undefined;
    // What came from outside meanwhile is looked at before time goes on.
    this.#advance(this.#woken ? this.#board.scheduler.nowUs : nextUs);
    if (performance.now() - this.#turnMs < BUSY_MS_MAX) return;
    options.tick?.();
    await this.#sleep(0);
  }

  async #stepPaced(nextUs: number | undefined, speed: number, options: RunOptions): Promise<void> {
    const anchor = this.#anchored(speed);
    const dueMs = nextUs === undefined ? Number.POSITIVE_INFINITY : anchor.wallMs + (nextUs - anchor.telephoneUs) / (1000 * speed);
    const leftMs = dueMs - performance.now();
    if (leftMs > 0 && !this.#woken) {
      return this.#pause(Math.min(leftMs, SLEEP_MS_MAX), options);
    }
    if (performance.now() - this.#turnMs >= BUSY_MS_MAX) return this.#pause(0, options);
    const wallUs = Math.floor(anchor.telephoneUs + (performance.now() - anchor.wallMs) * 1000 * speed);
    this.#advance(Math.min(nextUs ?? wallUs, Math.max(wallUs, this.#board.scheduler.nowUs)));
  }

  /** Others had their turn meanwhile: what is due next, and whether to go on, is asked anew. */
  async #pause(ms: number, options: RunOptions): Promise<void> {
    await this.#sleep(ms);
    options.tick?.();
    this.#turnMs = performance.now(); // However long that drew: the next step is the telephone's.
  }

  #anchored(speed: number): Anchor {
    if (this.#anchor?.speed !== speed) {
      this.#anchor = { wallMs: performance.now(), telephoneUs: this.#board.scheduler.nowUs, speed };
    }
    return this.#anchor;
  }

  #advance(nowUs: number): void {
    const woken = this.#woken;
    this.#woken = false;
    this.#board.advance(nowUs);
    if (woken) this.#board.poll();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#turnMs = performance.now();
        resolve();
      };
      const timer = setTimeout(done, ms);
      if (ms > 0) this.#wake = done;
    });
  }
}

/** Virtual time without a turn of the event loop: for the memory binding, where nothing comes from outside. */
export function runVirtual(board: Board, stop: () => boolean): void {
  while (!stop()) {
    const nextUs = board.nextUs();
    if (nextUs === undefined) return;
    board.advance(nextUs);
  }
}
