// Base64 (RFC 4648 §4) for a URI's query: the three characters that mean something there are escaped (RFC 3986 §2.1).

/** Writes the text of `bytes` bytes. Returns its length, or -1 when it does not fit. */
export function base64Query(targetPtr: usize, capacity: i32, ptr: usize, bytes: i32): i32 {
  let length: i32 = 0;
  for (let at: i32 = 0; at < bytes; at += 3) {
    if (capacity - length < 12) return -1; // Four characters, each escaped.
    const left = bytes - at;
    const first = <i32>load<u8>(ptr + <usize>at);
    const second = left > 1 ? <i32>load<u8>(ptr + <usize>at + 1) : 0;
    const third = left > 2 ? <i32>load<u8>(ptr + <usize>at + 2) : 0;
    const bits = (first << 16) | (second << 8) | third;
    for (let index: i32 = 0; index < 4; index++) {
      const character = index > left ? PAD : base64Character((bits >> (18 - 6 * index)) & 63);
      length += base64Put(targetPtr + <usize>length, character);
    }
  }
  return length;
}

const PAD: i32 = 0x3d;
const PLUS: i32 = 0x2b;
const SLASH: i32 = 0x2f;

function base64Character(value: i32): i32 {
  if (value < 26) return value + 0x41;
  if (value < 52) return value - 26 + 0x61;
  if (value < 62) return value - 52 + 0x30;
  return value == 62 ? PLUS : SLASH;
}

/** Puts a character, escaped where it must be; returns the bytes put. */
function base64Put(ptr: usize, character: i32): i32 {
  if (character != PAD && character != PLUS && character != SLASH) {
    store<u8>(ptr, character);
    return 1;
  }
  const low = character & 15;
  store<u8>(ptr, 0x25);
  store<u8>(ptr + 1, 0x30 + (character >> 4));
  store<u8>(ptr + 2, low < 10 ? 0x30 + low : 0x37 + low);
  return 3;
}
