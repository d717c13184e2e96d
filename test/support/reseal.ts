// Makes the checksums of a damaged IPv4 frame good again, so that a mutant gets past the first door.

import { checksumAdd, checksumOf, read16, write16 } from "../../host/network/stack/bytes.js";
import { transportChecksum } from "../../host/network/stack/ipv4.js";

/** Writes header and transport checksum in place, as far as the frame's lengths allow; a frame with a tag is left as it is. */
export function reseal(bytes: Uint8Array): void {
  if (bytes.length < 42 || read16(bytes, 12) !== 0x0800) return;
  const header = bytes.subarray(14, 34);
  write16(header, 10, 0);
  write16(header, 10, checksumOf(checksumAdd(0, header)));
  const payload = bytes.subarray(34, Math.max(34, Math.min(bytes.length, 14 + read16(bytes, 16))));
  const protocol = bytes[23]!;
  const offset = protocol === 6 ? 16 : protocol === 17 ? 6 : 2;
  if (payload.length < offset + 2) return;
  write16(payload, offset, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const packet = { source: view.getUint32(26), target: view.getUint32(30), protocol, payload };
  write16(payload, offset, protocol === 1 ? checksumOf(checksumAdd(0, payload)) : transportChecksum(packet));
}
