// The NOR parts that can be emulated: sizes, erase commands, times. A new part is one more object.
//
// Times are from data sheets and SFDP tables; where a value is from memory of a data sheet, the line says "K".
// A chip of another size or write unit is made by spreading: `{ ...W25Q128JV, totalBytes: 0x40000, unitBytes: 8 }`.

import type { FlashGeometry } from "./flash.js";

/** Typical and maximum time of one command, in milliseconds. */
export type Milliseconds = readonly [typical: number, maximum: number];

export interface NorPart extends FlashGeometry {
  readonly name: string;
  readonly sectorEraseMs: Milliseconds;
  readonly block32EraseMs: Milliseconds;
  readonly block64EraseMs: Milliseconds;
  readonly pageProgramMs: Milliseconds;
  /** A short program takes this for its first byte and each byte after it, at the most the page's time. */
  readonly firstByteUs: number;
  readonly nextByteUs: number;
  /** Erases that a sector is good for. */
  readonly enduranceErases: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the parts have in common: plain NOR, quad bus, short programs within the usual range (K). */
const COMMON = {
  sectorBytes: 4 * KIB,
  block32Bytes: 32 * KIB,
  block64Bytes: 64 * KIB,
  pageBytes: 256,
  unitBytes: 1,
  flags: 0,
  firstByteUs: 20,
  nextByteUs: 2,
  enduranceErases: 100_000,
};

/** Winbond, the default. 32 KiB erase: K. Short programs 30 and 2.5 µs: K. */
export const W25Q128JV: NorPart = {
  ...COMMON,
  name: "W25Q128JV",
  totalBytes: 16 * MIB,
  sectorEraseMs: [45, 400],
  block32EraseMs: [120, 1600],
  block64EraseMs: [150, 2000],
  pageProgramMs: [0.4, 3],
  firstByteUs: 30,
  nextByteUs: 2.5,
};

/** Winbond, from its SFDP table. */
export const W25Q512JV: NorPart = {
  ...COMMON,
  name: "W25Q512JV",
  totalBytes: 64 * MIB,
  sectorEraseMs: [64, 896],
  block32EraseMs: [128, 1792],
  block64EraseMs: [160, 2240],
  pageProgramMs: [0.704, 4.22],
  firstByteUs: 32,
  nextByteUs: 3,
};

/** Micron. Only the sector erase is from the data sheet, the rest K. */
export const MT25QL128: NorPart = {
  ...COMMON,
  name: "MT25QL128",
  totalBytes: 16 * MIB,
  sectorEraseMs: [50, 400],
  block32EraseMs: [100, 1000],
  block64EraseMs: [150, 1000],
  pageProgramMs: [0.12, 1.8],
  firstByteUs: 8,
  nextByteUs: 1,
};

/** ISSI, Rev A14. */
export const IS25LX256: NorPart = {
  ...COMMON,
  name: "IS25LX256",
  totalBytes: 32 * MIB,
  sectorEraseMs: [80, 400],
  block32EraseMs: [130, 1000],
  block64EraseMs: [150, 1000],
  pageProgramMs: [0.15, 1.8],
  firstByteUs: 8,
  nextByteUs: 1,
};

/** ISSI, from its SFDP table. */
export const IS25WP256: NorPart = {
  ...COMMON,
  name: "IS25WP256",
  totalBytes: 32 * MIB,
  sectorEraseMs: [48, 384],
  block32EraseMs: [160, 1280],
  block64EraseMs: [304, 2432],
  pageProgramMs: [0.2, 1.2],
};

/** Macronix, from its SFDP table. */
export const MX66L1G45G: NorPart = {
  ...COMMON,
  name: "MX66L1G45G",
  totalBytes: 128 * MIB,
  sectorEraseMs: [30, 420],
  block32EraseMs: [160, 2240],
  block64EraseMs: [288, 4032],
  pageProgramMs: [0.256, 3.07],
  firstByteUs: 32,
  nextByteUs: 3,
};

/** Micron, an old part without the 32 KiB command. */
export const N25Q256A: NorPart = {
  ...COMMON,
  name: "N25Q256A",
  totalBytes: 32 * MIB,
  block32Bytes: 0,
  sectorEraseMs: [250, 800],
  block32EraseMs: [0, 0],
  block64EraseMs: [700, 3000],
  pageProgramMs: [0.5, 5],
  firstByteUs: 32,
  nextByteUs: 3,
};

export const NOR_PARTS: readonly NorPart[] = [
  W25Q128JV, W25Q512JV, MT25QL128, IS25LX256, IS25WP256, MX66L1G45G, N25Q256A,
];

/** The part of that name in any case, for the command line. */
export function norPart(name: string): NorPart | undefined {
  return NOR_PARTS.find((part) => part.name.toLowerCase() === name.toLowerCase());
}
