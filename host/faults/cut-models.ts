// What a loss of power leaves of the operation under way: deterministic models, the same for every chip.
//
// A model is a function from the cells before and after to the cells left. It sees one operation and remembers nothing.
// Whatever the cells read as, the chip counts every unit of the span as programmed: the contract calls them undefined.

import type { CutModel } from "../peripherals/flash.js";

/** Power went before the first cell changed. */
export const nothing: CutModel = ({ before }) => before.slice();

/** Every cell had changed when power went, but nobody was told. */
export const all: CutModel = ({ after }) => after.slice();

/** The first units are done, the others as before. For an erase, a unit is what one program takes. */
export function prefix(unitCount: number): CutModel {
  return ({ before, after, unitBytes }) => before.map((byte, index) => (index < unitCount * unitBytes ? after[index]! : byte));
}

/** The first half of the span is done, byte by byte and so perhaps inside a unit. */
export const half: CutModel = ({ before, after }) => before.map((byte, index) => (index < before.length / 2 ? after[index]! : byte));
