// Where the tags of a script are: filled on the first pass over the file, asked by GOTO and IF.
//
// An entry is eight bytes: 22 bits of offset, 22 bits of line, 20 bits of a hash that knows no case. The hash only
// proposes: whoever asks reads the line there and compares.

import { asciiUpper } from "../base/ascii";
import { SCRIPT_BYTES_MAX, TAG_COUNT_MAX } from "../config";

const OFFSET_BITS: u64 = 22;
const OFFSET_MASK: u64 = 0x3fffff;
const HASH_SHIFT: u64 = 44;

const INDEX = memory.data(TAG_COUNT_MAX * 8, 8);

let tagCount: i32 = 0;

/** Forgets all tags. */
export function tagsInit(): void {
  assert(SCRIPT_BYTES_MAX <= <u32>OFFSET_MASK + 1); // Offsets, and lines with them, fit 22 bits.
  tagCount = 0;
}

/** Adds a tag in the order of the file; false when the index is full. */
export function tagsAdd(ptr: usize, bytes: i32, offset: u32, line: u32): bool {
  assert(offset < SCRIPT_BYTES_MAX);
  assert(line < SCRIPT_BYTES_MAX);
  if (tagCount == TAG_COUNT_MAX) return false;
  store<u64>(entry(tagCount), (<u64>tagsHash(ptr, bytes) << HASH_SHIFT) | (<u64>line << OFFSET_BITS) | <u64>offset);
  tagCount++;
  return true;
}

/** The first candidate from `index` on, or -1. */
export function tagsFind(ptr: usize, bytes: i32, index: i32): i32 {
  const hash = tagsHash(ptr, bytes);
  for (; index < tagCount; index++) if (<u32>(load<u64>(entry(index)) >> HASH_SHIFT) == hash) return index;
  return -1;
}

/** Where the tag's line begins. */
export function tagsOffset(index: i32): u32 {
  return <u32>(load<u64>(entry(index)) & OFFSET_MASK);
}

/** The number of the tag's line, from 1. */
export function tagsLine(index: i32): u32 {
  return <u32>((load<u64>(entry(index)) >> OFFSET_BITS) & OFFSET_MASK);
}

function entry(index: i32): usize {
  assert(index >= 0 && index < TAG_COUNT_MAX);
  return INDEX + <usize>index * 8;
}

/** FNV-1a over upper-case bytes, folded to 20 bits. */
function tagsHash(ptr: usize, bytes: i32): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let i: usize = 0; i < <usize>bytes; i++) hash = (hash ^ <u32>asciiUpper(load<u8>(ptr + i))) * 0x01000193;
  return (hash ^ (hash >>> 20)) & 0xfffff;
}
