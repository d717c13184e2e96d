// Which erase command to use at a place: the choice that saves most time, for whoever erases.
//
// In: a flash address, the bytes that are wanted from there on and those that may be touched. Out: a size. It erases nothing.

import { deviceBlock32Bytes, deviceBlock64Bytes, deviceSectorBytes } from "./device";

/**
 * A block takes about as long as three sectors, so it is used as soon as it saves two commands; it may reach beyond what is wanted,
 * but not beyond the room.
 */
export function eraseUnit(offset: u32, wantedBytes: u32, roomBytes: u32): u32 {
  const sectorBytes = deviceSectorBytes();
  const block32Bytes = deviceBlock32Bytes();
  const block64Bytes = deviceBlock64Bytes();
  const worth = max(block32Bytes, 2 * sectorBytes);
  if (wantedBytes > worth && eraseFits(offset, block64Bytes, roomBytes)) return block64Bytes;
  return wantedBytes > 2 * sectorBytes && eraseFits(offset, block32Bytes, roomBytes) ? block32Bytes : sectorBytes;
}

function eraseFits(offset: u32, bytes: u32, roomBytes: u32): bool {
  return bytes != 0 && offset % bytes == 0 && bytes <= roomBytes;
}
