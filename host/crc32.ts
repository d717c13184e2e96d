// CRC-32 as in IEEE 802.3 and zlib: reflected, polynomial 0x04c11db7, start and end inverted.
//
// The host's own, independent of the core's, so that each can check the other.

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** The checksum of all bytes; give the last result to go on with further ones. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let index = 0; index < bytes.length; index++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[index]!) & 0xff]!;
  return ~crc >>> 0;
}
