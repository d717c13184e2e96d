// Two lists beside each other: what stands in both in the same order is paired, the rest stands alone.
//
// The longest common subsequence by the text of each entry. Beyond some size entries are paired by their places instead.

/** Pairs of lists up to this product; the table takes two bytes for each. */
const CELLS_MAX = 4_000_000;

type Pair<Item> = readonly [Item | undefined, Item | undefined];

export function aligned<Item>(a: readonly Item[], b: readonly Item[], textOf: (item: Item) => string): Pair<Item>[] {
  const [left, right] = [a.map(textOf), b.map(textOf)];
  if (left.length * right.length > CELLS_MAX) return byPlace(a, b);
  const lengths = commonLengths(left, right);
  const columns = right.length + 1;
  const pairs: Pair<Item>[] = [];
  let [at, beside] = [0, 0];
  while (at < a.length || beside < b.length) {
    if (at < a.length && beside < b.length && left[at] === right[beside]) pairs.push([a[at++], b[beside++]]);
    else if (beside === b.length || (at < a.length && lengths[(at + 1) * columns + beside]! >= lengths[at * columns + beside + 1]!)) {
      pairs.push([a[at++], undefined]);
    } else pairs.push([undefined, b[beside++]]);
  }
  return pairs;
}

function byPlace<Item>(a: readonly Item[], b: readonly Item[]): Pair<Item>[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => [a[index], b[index]]);
}

/** For each pair of places the length of what both lists share from there on. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint16Array {
  const columns = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * columns);
  for (let at = left.length - 1; at >= 0; at--) {
    for (let beside = right.length - 1; beside >= 0; beside--) {
      const cell = at * columns + beside;
      const isSame = left[at] === right[beside];
      lengths[cell] = isSame ? lengths[cell + columns + 1]! + 1 : Math.max(lengths[cell + columns]!, lengths[cell + 1]!);
    }
  }
  return lengths;
}
