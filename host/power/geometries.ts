// The small chips of the sweep: many shapes, each with every write unit, so small that a start-up on one takes milliseconds.
//
// A name says the shape: `512x20p128u8` is 20 sectors of 512 bytes, pages of 128, units of 8; `b1024+2048` adds larger erase commands and
// `m` says that a unit may be programmed again. All work with units that are sectors (docs/FORMAT.md, Layout).

import { FlashFlag } from "../../hal/abi.js";
import { W25Q128JV, type NorPart } from "../peripherals/nor-parts.js";

export const UNITS: readonly number[] = [1, 4, 8, 16, 32];

/** Of sectors from the smallest that the core takes to the usual one; with eight pages a sector or a page a record. */
export const SHAPES: readonly string[] = [
  "1024x20p128", "512x20p128", "2048x20p256", "1024x28p128", "4096x20p256", "2048x24p128", "4096x20p512", "512x44p128b1024+2048",
  "1024x36p128b0+4096", "2048x20p256m", "4096x24p128", "512x24p128",
];

/** Slots of four sectors of two pages for boot images: where every state is visited. */
export const FIXPOINT_SHAPE = "512x36p256";

/** The part of a name, or undefined when it is none. */
export function sweepPart(name: string): NorPart | undefined {
  const match = /^(\d+)x(\d+)p(\d+)(?:b(\d+)\+(\d+))?(m?)u(\d+)$/.exec(name);
  if (match === null) return undefined;
  const [sectorBytes, sectors, pageBytes, block32Bytes, block64Bytes] = match.slice(1, 6).map((text) => Number(text ?? 0)) as
    [number, number, number, number, number];
  const unitBytes = Number(match[7]);
  const fits = pageBytes >= 128 && pageBytes <= sectorBytes && unitBytes >= 1 && unitBytes <= 64 && sectorBytes >= 512 && sectors >= 20;
  const powers = [sectorBytes, pageBytes, unitBytes].every((value) => (value & (value - 1)) === 0);
  if (!fits || !powers || sectors * sectorBytes > 0x100000) return undefined;
  return {
    ...W25Q128JV, name, totalBytes: sectorBytes * sectors, sectorBytes, pageBytes, unitBytes, block32Bytes, block64Bytes,
    flags: (match[6] === "m" ? FlashFlag.MultiWrite : 0) | (unitBytes >= 8 ? FlashFlag.Ecc : 0),
  };
}
