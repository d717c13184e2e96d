// Runs that are provably the same run are made once.
//
// A start from power-up is a function of the pages that it looks at before it changes them, in the order in which it comes to them; which
// page comes next is decided by the ones before. So known runs form a decision tree: a node asks for a page, an edge is what that page
// holds with everything that can be found out about it (`pageText`: cells, programmed units, flaws and their reads). Texts are
// compared whole, not by a hash. Where the tree ends without a run, the telephone is started.
//
// In: a chip between two starts. Out: the verdict-relevant facts of the run from there, by whatever `make` makes of it.

import type { NorCells } from "../peripherals/nor-cells.js";

interface Node<Result> {
  page: number;
  /** Most nodes have one edge, which needs no map. */
  id: number;
  next: Node<Result> | undefined;
  others: Map<number, Node<Result>> | undefined;
  result: Result | undefined;
}

const LEAF = -1;

/** Gives every page text of a chip's shape a number. */
export class PageTexts {
  readonly #ids = new Map<string, number>();

  get count(): number {
    return this.#ids.size;
  }

  of(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(text, id);
    }
    return id;
  }
}

/** A chip and the numbers of its pages, each found out when it is asked for. */
export class KnownCells {
  readonly cells: NorCells;
  readonly #texts: PageTexts;
  readonly #ids: Int32Array;

  constructor(cells: NorCells, texts: PageTexts, pageCount: number) {
    this.cells = cells;
    this.#texts = texts;
    this.#ids = new Int32Array(pageCount).fill(LEAF);
  }

  id(page: number): number {
    const known = this.#ids[page]!;
    return known >= 0 ? known : (this.#ids[page] = this.#texts.of(this.cells.pageText(page)));
  }

  /** These pages were changed. */
  forget(first: number, count: number): void {
    this.#ids.fill(LEAF, first, first + count);
  }

  /** All numbers, as one text: the whole chip's state. */
  state(): string {
    const words = Array.from(this.#ids, (_, page) => this.id(page)).flatMap((id) => [id & 0xffff, id >>> 16]);
    return String.fromCharCode(...words);
  }
}

export class Memo<Result> {
  /** Runs that were made, and questions that were answered. */
  runs = 0;
  lookups = 0;
  #root: Node<Result> | undefined;

  /** The result for a chip; `make` starts the telephone on it and says what it looked at. */
  of(known: KnownCells, make: () => { readonly needs: readonly number[]; readonly result: Result }): Result {
    this.lookups += 1;
    let node = this.#root;
    while (node !== undefined) {
      if (node.page === LEAF) return node.result!;
      const id = known.id(node.page);
      node = node.id === id ? node.next : node.others?.get(id);
    }
    // What the pages hold now: the run changes them.
    const { needs, result } = make();
    this.runs += 1;
    this.#add(known, needs, result);
    return result;
  }

  #add(known: KnownCells, needs: readonly number[], result: Result): void {
    const fresh = (depth: number): Node<Result> => ({
      page: needs[depth] ?? LEAF, id: LEAF, next: undefined, others: undefined, result: depth === needs.length ? result : undefined,
    });
    let node = (this.#root ??= fresh(0));
    for (const [depth, page] of needs.entries()) {
      if (node.page !== page) throw new Error(`a run went another way than one that saw the same: page ${page}, not ${node.page}`);
      const id = known.id(page);
      let next = node.id === id ? node.next : node.others?.get(id);
      if (next === undefined) {
        next = fresh(depth + 1);
        if (node.next === undefined) Object.assign(node, { id, next });
        else (node.others ??= new Map()).set(id, next);
      }
      node = next;
    }
  }
}
