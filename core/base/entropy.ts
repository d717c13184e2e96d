// Chance: numbers for transaction ids. The host decides whether they come from a seed.

import { Status } from "../../hal/abi";
import { halEntropyFill } from "../../hal/entropy";

const WORD = memory.data(4, 4);

/** A random u32. Without entropy it is zero: nothing here is a secret. */
export function entropyWord(): u32 {
  return halEntropyFill(WORD, 4) == Status.Ok ? load<u32>(WORD) : 0;
}
