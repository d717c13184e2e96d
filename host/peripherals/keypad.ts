// The keypad: a queue of 32 keys. A key that finds it full is dropped, as on the telephone.

const KEY_COUNT_MAX = 32;

export class Keypad {
  #keys: number[] = [];

  /** Queues a key; false when it was dropped. */
  press(key: number): boolean {
    if (this.#keys.length === KEY_COUNT_MAX) return false;
    this.#keys.push(key);
    return true;
  }

  /** Takes the oldest key, 0 when there is none. */
  read(): number {
    return this.#keys.shift() ?? 0;
  }

  reset(): void {
    this.#keys = [];
  }
}
