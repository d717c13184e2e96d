// Reads DER (X.690 §8, §10) strictly: each length in its one shortest form, each number in its one shortest form, all bytes used.
//
// In: bytes that anybody may have made. Out: where contents are. It goes forward only, one structure at a time, and knows only the
// few types that public keys and ECDSA signatures are made of.

export const DER_INTEGER: i32 = 0x02;
export const DER_BIT_STRING: i32 = 0x03;
export const DER_SEQUENCE: i32 = 0x30;

let at: usize = 0;
let end: usize = 0;
let numberPtr: usize = 0;

export function derStart(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  at = ptr;
  end = ptr + <usize>bytes;
}

/** Enters an element of this type that takes all bytes that are left. */
export function derEnter(tag: i32): bool {
  return derHead(tag) == derLeft();
}

/** Passes a byte of this value. */
export function derPass(byte: i32): bool {
  if (derLeft() < 1 || <i32>load<u8>(at) != byte) return false;
  at++;
  return true;
}

/** Passes a number that is not negative. Returns its bytes at `derNumberPtr`, big-endian, without zeros in front; -1 if there is none. */
export function derNumber(): i32 {
  const bytes = derHead(DER_INTEGER);
  if (bytes < 1 || load<i8>(at) < 0) return -1;
  const zero: i32 = load<u8>(at) == 0 ? 1 : 0;
  if (zero == 1 && bytes > 1 && load<i8>(at, 1) >= 0) return -1;
  numberPtr = at + <usize>zero;
  at += <usize>bytes;
  return bytes - zero;
}

export function derNumberPtr(): usize {
  return numberPtr;
}

/** Where the reader stands. */
export function derPtr(): usize {
  return at;
}

/** Bytes that are left of the structure. */
export function derLeft(): i32 {
  return <i32>(end - at);
}

/** Passes an element's head. Returns the bytes of its contents, which are all there, or -1. */
function derHead(tag: i32): i32 {
  if (!derPass(tag) || derLeft() < 1) return -1;
  let bytes = <i32>load<u8>(at++);
  if (bytes > 0x80) {
    // The long form, for what does not fit the short one: one or two bytes serve all that is read here.
    const lengthBytes = bytes - 0x80;
    if (lengthBytes > 2 || derLeft() < lengthBytes) return -1;
    bytes = 0;
    for (let i = 0; i < lengthBytes; i++) bytes = (bytes << 8) | <i32>load<u8>(at++);
    if (bytes < (lengthBytes == 1 ? 0x80 : 0x100)) return -1;
  } else if (bytes == 0x80) {
    return -1;
  }
  return bytes <= derLeft() ? bytes : -1;
}
