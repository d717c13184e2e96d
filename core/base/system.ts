// Who this telephone is, what it keeps over a reset, and how it asks for one.

import { Info, Option, ResetCause, Status } from "../../hal/abi";
import { halSysHandover, halSysInfo, halSysReset, halSysRetained } from "../../hal/system";

const OPTIONS = memory.data(1, 1);

/** Copies an item; the bytes, or 0 where there is none. */
export function systemInfo(item: i32, ptr: usize, capacity: i32): i32 {
  const bytes = halSysInfo(item, ptr, capacity);
  return bytes < 0 ? 0 : bytes > capacity ? capacity : bytes;
}

/** True when the item exists. An empty item exists. */
export function systemHas(item: i32): bool {
  return halSysInfo(item, OPTIONS, 0) != Status.NotFound;
}

/** True when an option bit is set. */
export function systemOption(option: Option): bool {
  return halSysInfo(Info.Options, OPTIONS, 1) == 1 && (load<u8>(OPTIONS) & <u8>option) != 0;
}

export function systemRetainedRead(ptr: usize, bytes: i32): void {
  halSysRetained(0, ptr, bytes);
}

export function systemRetainedWrite(ptr: usize, bytes: i32): void {
  halSysRetained(1, ptr, bytes);
}

export function systemReset(cause: ResetCause): void {
  halSysReset(cause);
}

/** Starts verified software; returning means that this same module carries on. */
export function systemHandover(kind: i32, offset: u32, bytes: u32): i32 {
  return halSysHandover(kind, <i32>offset, <i32>bytes);
}
