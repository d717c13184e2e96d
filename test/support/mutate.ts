// Seeded mutations of bytes: bits flipped, ranges left out, said twice or cut off, and tokens put where they do not belong.

/** Gives whole numbers from 0 to below its argument: `random` of random.ts. */
export type Chance = (below: number) => number;

const EDIT_COUNT_MAX = 4;
const RANGE_BYTES_MAX = 40;

/** The source with one to four edits. Tokens are what the format's reader looks for. */
export function mutate(source: Uint8Array, chance: Chance, tokens: readonly string[]): Uint8Array {
  let bytes = source;
  for (let edits = 1 + chance(EDIT_COUNT_MAX); edits > 0; edits--) bytes = edit(bytes, chance, tokens);
  return bytes;
}

function edit(bytes: Uint8Array, chance: Chance, tokens: readonly string[]): Uint8Array {
  const at = chance(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + chance(RANGE_BYTES_MAX));
  const [before, range, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (chance(6)) {
    case 0: return Uint8Array.of(...before, ...range.map((byte, index) => (index === 0 ? byte ^ (1 << chance(8)) : byte)), ...after);
    case 1: return Uint8Array.of(...before, ...after);
    case 2: return Uint8Array.of(...before, ...range, ...range, ...after);
    case 3: return Uint8Array.of(...before, ...range.map(() => chance(256)), ...after);
    case 4: return before;
    default: return Uint8Array.of(...before, ...new TextEncoder().encode(tokens[chance(tokens.length)]), ...range, ...after);
  }
}
