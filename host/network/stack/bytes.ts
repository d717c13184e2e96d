// Numbers in network order, and the internet checksum (RFC 1071).
//
// The caller has checked that the bytes are there; a field is always inside a length that was checked once.

export function read16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

export function read32(bytes: Uint8Array, offset: number): number {
  return (read16(bytes, offset) << 16 | read16(bytes, offset + 2)) >>> 0;
}

/** A hardware address as one number: six bytes fit a double exactly, compare with `===` and are keys of maps. */
export function read48(bytes: Uint8Array, offset: number): number {
  return read16(bytes, offset) * 0x100000000 + read32(bytes, offset + 2);
}

export function write16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

export function write32(bytes: Uint8Array, offset: number, value: number): void {
  write16(bytes, offset, value >>> 16);
  write16(bytes, offset + 2, value);
}

export function write48(bytes: Uint8Array, offset: number, value: number): void {
  write16(bytes, offset, Math.floor(value / 0x100000000));
  write32(bytes, offset + 2, value % 0x100000000);
}

/** Adds 16-bit words to a sum, an odd last byte as its high half. 65,535 bytes cannot carry it past 2^53. */
export function checksumAdd(sum: number, bytes: Uint8Array): number {
  const evenBytes = bytes.length & ~1;
  for (let index = 0; index < evenBytes; index += 2) sum += (bytes[index]! << 8) | bytes[index + 1]!;
  return evenBytes === bytes.length ? sum : sum + (bytes[evenBytes]! << 8);
}

/** Folds the carries and inverts. Zero over bytes that hold their own checksum means they are whole. */
export function checksumOf(sum: number): number {
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum ^ 0xffff;
}
