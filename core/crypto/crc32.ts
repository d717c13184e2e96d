// CRC-32 as in zlib and Ethernet (IEEE 802.3 §3.2.9, reflected): one long stream, and short records at once.
//
// In: bytes. Out: a u32. It guards against accidents, never against forgery.
//
// The stream uses no table in its loop. The generator P divides 1 + x^89 + x^117 + x^155 + x^300, and squaring scales
// exponents, so the same relation holds between whole units of 64 or 128 bits at distances 145, 183, 211 and 300: a unit is
// folded away by adding it to the four units that far ahead. The last 300 units are the whole state. The end costs one ordinary
// CRC over what they still owe and one multiplication mod P.

import { bytesCopy, bytesFill } from "../base/bytes";
import { SIMD } from "./simd";

/** P without x^32, reflected: bit 31 is x^0. */
const POLYNOMIAL: u32 = 0xedb88320;
/** x^-19200 or x^-38400 mod P, reflected: takes back the 300 units by which the debt lies behind the message. */
const UNFOLD: u32 = SIMD ? 0x73b7acc5 : 0x4d17855f;

const UNIT_BYTES: usize = SIMD ? 16 : 8;
const LAG_A: usize = 145 * UNIT_BYTES;
const LAG_B: usize = 183 * UNIT_BYTES;
const LAG_C: usize = 211 * UNIT_BYTES;
const RING_BYTES: usize = 300 * UNIT_BYTES;
const RING = memory.data(SIMD ? 4800 : 2400, 16);
/** The begun unit; `heldBytes` of it are filled. */
const UNIT = memory.data(16, 16);
/** Eight tables of 256: table k advances a byte over k more bytes of zeros. */
const TABLES = memory.data(8192, 4);

let ringOffset: usize = 0;
let heldBytes: i32 = 0;

/** Starts the stream. The start value is a unit 300 back, so that the first unit takes it in. */
export function crc32Init(): void {
  bytesFill(RING, 0, <i32>RING_BYTES);
  store<u32>(RING, 0xffffffff);
  ringOffset = 0;
  heldBytes = 0;
}

export function crc32Push(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  const end = ptr + <usize>bytes;
  if (heldBytes != 0) {
    const takenBytes = min(bytes, <i32>UNIT_BYTES - heldBytes);
    bytesCopy(UNIT + <usize>heldBytes, ptr, takenBytes);
    heldBytes += takenBytes;
    if (heldBytes < <i32>UNIT_BYTES) return;
    crc32Fold(UNIT, UNIT + UNIT_BYTES);
    ptr += <usize>takenBytes;
  }
  const unitsEnd = ptr + ((end - ptr) & ~(UNIT_BYTES - 1));
  crc32Fold(ptr, unitsEnd);
  heldBytes = <i32>(end - unitsEnd);
  bytesCopy(UNIT, unitsEnd, heldBytes);
}

/** The CRC of all that was pushed so far. Changes nothing: more may follow. */
export function crc32Get(): u32 {
  tablesBuild();
  let crc: u32 = 0;
  for (let i: usize = 0; i < RING_BYTES; i += 8) crc = tableWord(crc, crc32Debt(i));
  return ~tableSpan(multiply(crc, UNFOLD), UNIT, heldBytes);
}

/** The CRC of a short record. It neither needs nor touches the stream. */
export function crc32Of(ptr: usize, bytes: i32): u32 {
  assert(bytes >= 0);
  tablesBuild();
  return ~tableSpan(0xffffffff, ptr, bytes);
}

/** Folds whole units. */
function crc32Fold(ptr: usize, end: usize): void {
  if (SIMD) crc32FoldUnits<v128>(ptr, end);
  else crc32FoldUnits<u64>(ptr, end);
}

/** Between two wraps of a distance the ring is straight memory, so a turn has four runs. */
function crc32FoldUnits<T>(ptr: usize, end: usize): void {
  while (ptr < end) {
    const runEnd = RING + crc32RunEnd(ringOffset, end - ptr);
    const at = RING + ringOffset;
    if (ringOffset < LAG_A) crc32RunStart<T>(at, runEnd, ptr);
    else if (ringOffset < LAG_B) crc32RunA<T>(at, runEnd, ptr);
    else if (ringOffset < LAG_C) crc32RunB<T>(at, runEnd, ptr);
    else crc32RunC<T>(at, runEnd, ptr);
    ptr += runEnd - at;
    ringOffset = runEnd - RING;
    if (ringOffset == RING_BYTES) ringOffset = 0;
  }
}

/** Where a run from `offset` ends: at the next wrap, or when the bytes are used. */
function crc32RunEnd(offset: usize, bytes: usize): usize {
  const wrap = offset < LAG_A ? LAG_A : offset < LAG_B ? LAG_B : offset < LAG_C ? LAG_C : RING_BYTES;
  return min(wrap, offset + bytes);
}

// The four runs: each starts where one more distance lies behind. `at` is moved back by the last of these, so that every
// address is `at` plus a constant, which costs no instruction; with variables in their place it was a quarter slower.

function crc32RunStart<T>(at: usize, end: usize, ptr: usize): void {
  for (; at < end; at += UNIT_BYTES, ptr += UNIT_BYTES) {
    const near = sum(sum(load<T>(at, RING_BYTES - LAG_A), load<T>(at, RING_BYTES - LAG_B)), load<T>(at, RING_BYTES - LAG_C));
    store<T>(at, sum(sum(load<T>(ptr), load<T>(at)), near));
  }
}

function crc32RunA<T>(at: usize, end: usize, ptr: usize): void {
  end -= LAG_A;
  for (at -= LAG_A; at < end; at += UNIT_BYTES, ptr += UNIT_BYTES) {
    const near = sum(sum(load<T>(at), load<T>(at, RING_BYTES + LAG_A - LAG_B)), load<T>(at, RING_BYTES + LAG_A - LAG_C));
    store<T>(at, sum(sum(load<T>(ptr), load<T>(at, LAG_A)), near), LAG_A);
  }
}

function crc32RunB<T>(at: usize, end: usize, ptr: usize): void {
  end -= LAG_B;
  for (at -= LAG_B; at < end; at += UNIT_BYTES, ptr += UNIT_BYTES) {
    const near = sum(sum(load<T>(at), load<T>(at, LAG_B - LAG_A)), load<T>(at, RING_BYTES + LAG_B - LAG_C));
    store<T>(at, sum(sum(load<T>(ptr), load<T>(at, LAG_B)), near), LAG_B);
  }
}

function crc32RunC<T>(at: usize, end: usize, ptr: usize): void {
  end -= LAG_C;
  for (at -= LAG_C; at < end; at += UNIT_BYTES, ptr += UNIT_BYTES) {
    const near = sum(sum(load<T>(at), load<T>(at, LAG_C - LAG_B)), load<T>(at, LAG_C - LAG_A));
    store<T>(at, sum(sum(load<T>(ptr), load<T>(at, LAG_C)), near), LAG_C);
  }
}

/** The sum of two units. */
// @ts-ignore: decorator
@inline
function sum<T>(left: T, right: T): T {
  if (isVector<T>()) return v128.xor(left, right);
  return (left ^ right) as T;
}

/** What the folded units owe to the eight bytes `ahead` bytes behind the end of the message. */
function crc32Debt(ahead: usize): u64 {
  let debt = load<u64>(ringAt(ahead));
  if (ahead < LAG_A) debt ^= load<u64>(ringAt(ahead + RING_BYTES - LAG_A));
  if (ahead < LAG_B) debt ^= load<u64>(ringAt(ahead + RING_BYTES - LAG_B));
  if (ahead < LAG_C) debt ^= load<u64>(ringAt(ahead + RING_BYTES - LAG_C));
  return debt;
}

function ringAt(ahead: usize): usize {
  const offset = ringOffset + ahead;
  return RING + (offset < RING_BYTES ? offset : offset - RING_BYTES);
}

/** Product of two residues mod P, both reflected. */
function multiply(left: u32, right: u32): u32 {
  let product: u32 = 0;
  for (; left != 0; left <<= 1) {
    if (left >>> 31) product ^= right;
    right = timesX(right);
  }
  return product;
}

function timesX(residue: u32): u32 {
  return (residue >>> 1) ^ (POLYNOMIAL & -(residue & 1));
}

/** Makes the tables once: 8 KiB are made faster than they would be loaded from a larger module. */
function tablesBuild(): void {
  if (load<u32>(TABLES, 4) != 0) return;
  for (let byte: u32 = 0; byte < 256; byte++) {
    let residue = byte;
    for (let bit = 0; bit < 8; bit++) residue = timesX(residue);
    store<u32>(TABLES + <usize>byte * 4, residue);
  }
  for (let at = TABLES; at < TABLES + 7 * 1024; at += 4) {
    const residue = load<u32>(at);
    store<u32>(at, tableEntry(0, residue) ^ (residue >>> 8), 1024);
  }
}

/** Advances by bytes: eight at a time, eight lookups that do not wait for one another, then one by one. */
function tableSpan(crc: u32, ptr: usize, bytes: i32): u32 {
  const end = ptr + <usize>bytes;
  for (; ptr + 8 <= end; ptr += 8) crc = tableWord(crc, load<u64>(ptr));
  for (; ptr < end; ptr++) crc = tableEntry(0, crc ^ load<u8>(ptr)) ^ (crc >>> 8);
  return crc;
}

function tableWord(crc: u32, word: u64): u32 {
  const low = <u32>word ^ crc;
  const high = <u32>(word >>> 32);
  const first = tableEntry(7, low) ^ tableEntry(6, low >>> 8) ^ tableEntry(5, low >>> 16) ^ tableEntry(4, low >>> 24);
  return first ^ tableEntry(3, high) ^ tableEntry(2, high >>> 8) ^ tableEntry(1, high >>> 16) ^ tableEntry(0, high >>> 24);
}

// @ts-ignore: decorator
@inline
function tableEntry(table: usize, value: u32): u32 {
  return load<u32>(TABLES + table * 1024 + <usize>(value & 255) * 4);
}
