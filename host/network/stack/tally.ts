// Counters with names: how often a stack refused or dropped something, and why.
//
// The names are words of this program, never of a peer, so the table cannot grow by what arrives.

export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Everything that happened at least once, by name. */
  entries(): [string, number][] {
    return [...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}
