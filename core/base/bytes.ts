// Bytes: copies, fills, comparisons and multi-byte numbers.
//
// `memory.copy` would pull in a 2 KB polyfill in the MVP build, so the loops here work by 8 bytes themselves.
// They allow any alignment; areas must not overlap. Copies and comparisons take four words a turn, which was 2 % of a download.

/** Copies `bytes` from source to target. */
export function bytesCopy(target: usize, source: usize, bytes: i32): void {
  assert(bytes >= 0);
  let index: usize = 0;
  const end = <usize>bytes;
  for (; index + 32 <= end; index += 32) {
    store<u64>(target + index, load<u64>(source + index));
    store<u64>(target + index, load<u64>(source + index, 8), 8);
    store<u64>(target + index, load<u64>(source + index, 16), 16);
    store<u64>(target + index, load<u64>(source + index, 24), 24);
  }
  for (; index + 8 <= end; index += 8) store<u64>(target + index, load<u64>(source + index));
  for (; index < end; index++) store<u8>(target + index, load<u8>(source + index));
}

/** Sets `bytes` bytes to `value`. */
export function bytesFill(target: usize, value: u8, bytes: i32): void {
  assert(bytes >= 0);
  let index: usize = 0;
  const end = <usize>bytes;
  const word = <u64>value * 0x0101010101010101;
  for (; index + 8 <= end; index += 8) store<u64>(target + index, word);
  for (; index < end; index++) store<u8>(target + index, value);
}

/** True when both areas hold the same bytes. Not constant in time: nothing secret is compared in the core. */
export function bytesEqual(left: usize, right: usize, bytes: i32): bool {
  let index: usize = 0;
  const end = <usize>bytes;
  for (; index + 32 <= end; index += 32) {
    const first = load<u64>(left + index) ^ load<u64>(right + index);
    const second = load<u64>(left + index, 8) ^ load<u64>(right + index, 8);
    const third = load<u64>(left + index, 16) ^ load<u64>(right + index, 16);
    const fourth = load<u64>(left + index, 24) ^ load<u64>(right + index, 24);
    if ((first | second | third | fourth) != 0) return false;
  }
  for (; index + 8 <= end; index += 8) {
    if (load<u64>(left + index) != load<u64>(right + index)) return false;
  }
  for (; index < end; index++) {
    if (load<u8>(left + index) != load<u8>(right + index)) return false;
  }
  return true;
}

/** The place of the first byte that is `value`, or `bytes`. */
export function bytesFind(ptr: usize, value: u8, bytes: i32): i32 {
  let index: usize = 0;
  const end = <usize>bytes;
  const word = <u64>value * 0x0101010101010101;
  for (; index + 8 <= end; index += 8) {
    const other = load<u64>(ptr + index) ^ word;
    // The lowest bit that is set stands in the lowest byte that is zero.
    const zero = (other - 0x0101010101010101) & ~other & 0x8080808080808080;
    if (zero != 0) return <i32>(index + (<usize>ctz(zero) >> 3));
  }
  for (; index < end; index++) if (load<u8>(ptr + index) == value) break;
  return <i32>index;
}

/** True when every byte is `value`. */
export function bytesAre(ptr: usize, value: u8, bytes: i32): bool {
  let index: usize = 0;
  const end = <usize>bytes;
  const word = <u64>value * 0x0101010101010101;
  for (; index + 8 <= end; index += 8) if (load<u64>(ptr + index) != word) return false;
  for (; index < end; index++) if (load<u8>(ptr + index) != value) return false;
  return true;
}

/** Big-endian (network order) numbers at any alignment. */
export function be16(ptr: usize): i32 {
  return (<i32>load<u8>(ptr) << 8) | <i32>load<u8>(ptr + 1);
}

export function be32(ptr: usize): u32 {
  return bswap<u32>(load<u32>(ptr));
}

export function be16Store(ptr: usize, value: i32): void {
  store<u8>(ptr, value >> 8);
  store<u8>(ptr + 1, value);
}

export function be32Store(ptr: usize, value: u32): void {
  store<u32>(ptr, bswap<u32>(value));
}
