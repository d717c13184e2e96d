// The telephone's time: a discrete-event clock in microseconds.
//
// In: actions with the instant at which they are due. Out: the instant of the next one, and the actions run in order of
// (time, insertion), so that two runs with the same inputs are the same run.
// It never moves the clock by itself: the run loop sets `nowUs`, and in real time it decides when that may happen.

/** What `cancel` takes back. */
export interface Handle {
  readonly timeUs: number;
}

/** Actions that one `runDue` may take. More at one instant is a far end that calls itself for ever. */
const ACTION_COUNT_MAX = 1_000_000;

class Entry implements Handle {
  readonly timeUs: number;
  readonly order: number;
  /** Undefined once it ran or was cancelled; the heap drops such an entry when it reaches the top. */
  action: (() => void) | undefined;

  constructor(timeUs: number, order: number, action: () => void) {
    this.timeUs = timeUs;
    this.order = order;
    this.action = action;
  }

  before(other: Entry): boolean {
    return this.timeUs !== other.timeUs ? this.timeUs < other.timeUs : this.order < other.order;
  }
}

export class Scheduler {
  /** The present. Only the run loop writes it, and never backwards. */
  nowUs = 0;
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Runs the action at an instant; one in the past is due now. */
  at(timeUs: number, action: () => void): Handle {
    if (!Number.isFinite(timeUs)) throw new RangeError(`an event needs a finite time, not ${timeUs}`);
    const entry = new Entry(Math.max(timeUs, this.nowUs), this.#order++, action);
    this.#push(entry);
    return entry;
  }

  in(us: number, action: () => void): Handle {
    return this.at(this.nowUs + us, action);
  }

  /** Takes an action back. One that ran already is left alone. */
  cancel(handle: Handle): void {
    if (handle instanceof Entry) handle.action = undefined;
  }

  /** The instant of the next action, or undefined when nothing is planned. */
  nextUs(): number | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].action === undefined) this.#pop();
    return this.#heap[0]?.timeUs;
  }

  /** Runs everything that is due, what these actions add for the present included. Returns how many ran. */
  runDue(): number {
    let count = 0;
    for (let next = this.nextUs(); next !== undefined && next <= this.nowUs; next = this.nextUs()) {
      if (count === ACTION_COUNT_MAX) throw new RangeError(`more than ${ACTION_COUNT_MAX} events at ${this.nowUs} us`);
      const entry = this.#pop();
      const action = entry.action;
      entry.action = undefined;
      action?.();
      count += 1;
    }
    return count;
  }

  /** Binary heap: the new entry rises until its parent is earlier. */
  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!entry.before(heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes the top; the last entry sinks from there until both children are later. */
  #pop(): Entry {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.before(heap[child]!)) child += 1;
      if (!heap[child]!.before(last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}
