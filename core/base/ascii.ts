// ASCII: case, digits, and the few conversions that the formats need. Never a string object.

/** The same letter in upper case; other bytes unchanged. */
export function asciiUpper(byte: i32): i32 {
  return byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte;
}

/** The same letter in lower case; other bytes unchanged. */
export function asciiLower(byte: i32): i32 {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

/** Blank or tab. */
export function asciiIsBlank(byte: i32): bool {
  return byte == 0x20 || byte == 0x09;
}

export function asciiIsDigit(byte: i32): bool {
  return byte >= 0x30 && byte <= 0x39;
}

/** Value of a hex digit, -1 for anything else. */
export function asciiHexValue(byte: i32): i32 {
  if (asciiIsDigit(byte)) return byte - 0x30;
  const lower = asciiLower(byte);
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** True when both texts are the same without regard to case. */
export function asciiEqual(left: usize, leftBytes: i32, right: usize, rightBytes: i32): bool {
  if (leftBytes != rightBytes) return false;
  for (let i: usize = 0; i < <usize>leftBytes; i++) {
    if (asciiUpper(load<u8>(left + i)) != asciiUpper(load<u8>(right + i))) return false;
  }
  return true;
}

/** A whole text of decimal digits as a number, or -1: empty, another byte, or above 2^31 - 1. */
export function asciiNumber(ptr: usize, bytes: i32): i32 {
  if (bytes <= 0) return -1;
  let value: i64 = 0;
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(ptr + i);
    if (!asciiIsDigit(byte)) return -1;
    value = value * 10 + (byte - 0x30);
    if (value > 0x7fffffff) return -1;
  }
  return <i32>value;
}

/** Dotted decimal, four parts of one to three digits. Writes the address in host order; false when it is anything else. */
export function asciiAddress(ptr: usize, bytes: i32, targetPtr: usize): bool {
  let address: u32 = 0;
  let partCount = 0;
  let start: i32 = 0;
  for (let i = 0; i <= bytes; i++) {
    if (i < bytes && load<u8>(ptr + <usize>i) != 0x2e) continue;
    const part = i - start > 3 ? -1 : asciiNumber(ptr + <usize>start, i - start);
    if (part < 0 || part > 255 || partCount == 4) return false;
    address = (address << 8) | <u32>part;
    partCount++;
    start = i + 1;
  }
  if (partCount != 4) return false;
  store<u32>(targetPtr, address);
  return true;
}
