// Where everything stands on the chip. Every flash address of the telephone is a sum made here, from the chip's geometry.
//
//   unit 0: journal in its first two sectors | unit 1: settings | boot A | boot B | application A | application B
//
// A unit is 64 KiB. A chip with fewer than 64 of them, with one erase size only, or with sectors of 64 KiB or more, has sectors for units
// and gives two to the journal and two to the settings. The last unit of each slot is its info area.

import { Kind, Status } from "../../hal/abi";
import {
  deviceBlock32Bytes, deviceBlock64Bytes, deviceInit, deviceProtect, deviceSectorBytes, deviceTotalBytes,
} from "./device";

const UNIT_BYTES: u32 = 0x10000;
/** Below this many, units of 64 KiB would waste too much of the chip on the journal and on info areas. */
const UNIT_COUNT_MIN: u32 = 64;
/** Each boot slot has this part of the chip; the application slots share the rest. */
const BOOT_SHARE: u32 = 8;
/** One unit for a file and one for its info area. */
const SLOT_UNITS_MIN: u32 = 2;

let unitBytes: u32 = 0;
let reservedUnits: u32 = 0;
let bootUnits: u32 = 0;
let appUnits: u32 = 0;

/** Reads the geometry and divides the chip. Unsupported when the chip is too small or of an unknown shape. */
export function layoutInit(): i32 {
  const status = deviceInit();
  if (status < 0) return status;
  const sectorBytes = deviceSectorBytes();
  const uniform = deviceBlock32Bytes() == 0 && deviceBlock64Bytes() == 0;
  const inSectors = uniform || sectorBytes >= UNIT_BYTES || deviceTotalBytes() / UNIT_BYTES < UNIT_COUNT_MIN;
  unitBytes = inSectors ? sectorBytes : UNIT_BYTES;
  reservedUnits = inSectors ? 4 : 2;
  const unitCount = deviceTotalBytes() / unitBytes;
  if (unitCount < reservedUnits + BOOT_SHARE * SLOT_UNITS_MIN) return Status.Unsupported;
  bootUnits = (unitCount - reservedUnits) / BOOT_SHARE;
  appUnits = (unitCount - reservedUnits - 2 * bootUnits) / 2;
  return Status.Ok;
}

/** The journal's sector 0 or 1. */
export function layoutJournalOffset(sector: i32): u32 {
  assert(sector == 0 || sector == 1);
  return <u32>sector * deviceSectorBytes();
}

/** Where the settings log's first area begins; the second follows it. */
export function layoutSettingsOffset(): u32 {
  return (reservedUnits / 2) * unitBytes;
}

/** Bytes of one area of the settings log: half of what is reserved, whole sectors. */
export function layoutSettingsBytes(): u32 {
  return (reservedUnits * unitBytes) / 4;
}

export function layoutSlotOffset(kind: i32, slot: i32): u32 {
  assert(slot == 0 || slot == 1);
  const unitsBefore = reservedUnits + (isBoot(kind) ? 0 : 2 * bootUnits) + <u32>slot * layoutSlotUnits(kind);
  return unitsBefore * unitBytes;
}

/** Room for a file; the info area is not counted. */
export function layoutSlotBytes(kind: i32): u32 {
  return (layoutSlotUnits(kind) - 1) * unitBytes;
}

export function layoutInfoOffset(kind: i32, slot: i32): u32 {
  return layoutSlotOffset(kind, slot) + layoutSlotBytes(kind);
}

/** Protects a slot with its info area until the next reset, or frees it. */
export function layoutProtect(kind: i32, slot: i32, on: bool): i32 {
  return deviceProtect(layoutSlotOffset(kind, slot), layoutSlotUnits(kind) * unitBytes, on);
}

function layoutSlotUnits(kind: i32): u32 {
  return isBoot(kind) ? bootUnits : appUnits;
}

function isBoot(kind: i32): bool {
  assert(kind == Kind.Boot || kind == Kind.Application);
  return kind == Kind.Boot;
}
