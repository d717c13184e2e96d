// The only file that touches the flash chip: geometry, read, erase, program, protect. Everything long is start and poll.
//
// A failure is a status and a trace code. While the chip is busy, each `devicePoll` says when it is worth asking again.

import { GEOMETRY_BYTES, Status } from "../../hal/abi";
import { halFlashEraseStart, halFlashGeometry, halFlashPoll, halFlashProgramStart, halFlashProtect, halFlashRead } from "../../hal/flash";
import { timeWakeIn } from "../base/time";
import { trace, Trace } from "../base/trace";
import { FLASH_PAGE_BYTES_MIN, FLASH_SECTOR_BYTES_MIN, FLASH_UNIT_BYTES_MAX } from "../config";

/** As `flash_geometry` fills it. */
const GEOMETRY = memory.data(28, 4);

/** More looks at a unit whose code does not hold. */
const READ_RETRIES: i32 = 2;

let programEnd: u32 = 0;

/** Asks for the geometry. Unsupported when this core cannot work with it. */
export function deviceInit(): i32 {
  programEnd = 0;
  if (halFlashGeometry(GEOMETRY, GEOMETRY_BYTES) != GEOMETRY_BYTES) return Status.Unsupported;
  return deviceUsable() ? Status.Ok : Status.Unsupported;
}

export function deviceTotalBytes(): u32 {
  return load<u32>(GEOMETRY);
}

/** The smallest erase unit. */
export function deviceSectorBytes(): u32 {
  return load<u32>(GEOMETRY + 4);
}

/** 0 where the part has no such erase command. */
export function deviceBlock32Bytes(): u32 {
  return load<u32>(GEOMETRY + 8);
}

export function deviceBlock64Bytes(): u32 {
  return load<u32>(GEOMETRY + 12);
}

export function devicePageBytes(): u32 {
  return load<u32>(GEOMETRY + 16);
}

/** What is programmed as one, and once between erases. */
export function deviceUnitBytes(): u32 {
  return load<u32>(GEOMETRY + 20);
}

/** Reads bytes. Ok, Busy, OutOfRange, or EccFatal: the bytes are undefined, the chip is as it was. */
export function deviceRead(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  let status = halFlashRead(offset, ptr, bytes);
  // The contract allows a second look: what an interrupted write left may read well once and badly the next time.
  for (let retries = READ_RETRIES; retries > 0 && status == Status.EccFatal; retries--) status = halFlashRead(offset, ptr, bytes);
  return status > 0 ? Status.Ok : status; // 1 = read well after correction.
}

/** Starts to erase one erase unit. */
export function deviceEraseStart(offset: u32, bytes: u32): i32 {
  assert(bytes > 0 && offset % bytes == 0);
  trace(Trace.FlashErase, offset >>> 8);
  return deviceReport(halFlashEraseStart(offset, bytes));
}

/** Starts to program whole units inside one page. */
export function deviceProgramStart(offset: u32, ptr: usize, bytes: i32): i32 {
  assert(bytes > 0 && <u32>bytes % deviceUnitBytes() == 0 && offset % deviceUnitBytes() == 0);
  assert(offset % devicePageBytes() + <u32>bytes <= devicePageBytes());
  // One code a run, not a page: 1 MiB would push everything else out of the ring.
  if (offset != programEnd) trace(Trace.FlashProgram, offset >>> 8);
  programEnd = offset + <u32>bytes;
  return deviceReport(halFlashProgramStart(offset, ptr, bytes));
}

/** Ok when the chip is idle, Pending while it works, or once how the work failed. */
export function devicePoll(): i32 {
  const status = halFlashPoll();
  if (status <= 0) return deviceReport(status);
  timeWakeIn(status);
  return Status.Pending;
}

/** Protects whole sectors against erase and program until the next reset, or frees them. */
export function deviceProtect(offset: u32, bytes: u32, on: bool): i32 {
  assert(offset % deviceSectorBytes() == 0 && bytes % deviceSectorBytes() == 0);
  return halFlashProtect(offset, bytes, on ? 1 : 0);
}

function deviceReport(status: i32): i32 {
  if (status < 0) trace(Trace.FlashFailed, status);
  return status;
}

/** Sizes are powers of two that contain one another, and the journal's records fit pages and units. */
function deviceUsable(): bool {
  const sectorBytes = deviceSectorBytes();
  const pageBytes = devicePageBytes();
  const unitBytes = deviceUnitBytes();
  if (!isPowerOfTwo(sectorBytes) || !isPowerOfTwo(pageBytes) || !isPowerOfTwo(unitBytes)) return false;
  if (pageBytes < FLASH_PAGE_BYTES_MIN || pageBytes > sectorBytes || unitBytes > FLASH_UNIT_BYTES_MAX) return false;
  if (sectorBytes < FLASH_SECTOR_BYTES_MIN) return false;
  const totalBytes = deviceTotalBytes();
  if (totalBytes == 0 || totalBytes > <u32>i32.MAX_VALUE || totalBytes % sectorBytes != 0) return false;
  return deviceBlockUsable(deviceBlock32Bytes()) && deviceBlockUsable(deviceBlock64Bytes());
}

function deviceBlockUsable(bytes: u32): bool {
  return bytes == 0 || (isPowerOfTwo(bytes) && bytes >= deviceSectorBytes());
}

function isPowerOfTwo(value: u32): bool {
  return value != 0 && (value & (value - 1)) == 0;
}
