// Comma-separated list values: how many items, where the n-th is. Blanks around an item do not belong to it.

import { asciiIsBlank } from "../base/ascii";

/** Items of a list; an empty value has none. Empty items count: they keep the others' ordinals. */
export function listCount(ptr: usize, bytes: i32): i32 {
  if (bytes == 0) return 0;
  let count: i32 = 1;
  for (let i: usize = 0; i < <usize>bytes; i++) if (load<u8>(ptr + i) == 0x2c) count++;
  return count;
}

export function listItemPtr(ptr: usize, bytes: i32, index: i32): usize {
  let at = listStart(ptr, bytes, index);
  while (at < bytes && asciiIsBlank(load<u8>(ptr + <usize>at))) at++;
  return ptr + <usize>at;
}

export function listItemBytes(ptr: usize, bytes: i32, index: i32): i32 {
  const start = <i32>(listItemPtr(ptr, bytes, index) - ptr);
  let end = start;
  while (end < bytes && load<u8>(ptr + <usize>end) != 0x2c) end++;
  while (end > start && asciiIsBlank(load<u8>(ptr + <usize>end - 1))) end--;
  return end - start;
}

function listStart(ptr: usize, bytes: i32, index: i32): i32 {
  let at: i32 = 0;
  while (index > 0 && at < bytes) {
    if (load<u8>(ptr + <usize>at) == 0x2c) index--;
    at++;
  }
  return at;
}
