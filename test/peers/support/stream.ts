// The stream that both ends of a TCP test know: one block again and again, its length a prime so that no cut repeats.

import { createHash } from "node:crypto";
import { seededBytes } from "../../support/seeded.js";

const BLOCK_BYTES = 65521;
const block = seededBytes("a block for TCP", BLOCK_BYTES);

/** The stream's next piece after so many bytes. */
export function streamPiece(sent: number, bytes: number): Uint8Array {
  const offset = sent % BLOCK_BYTES;
  return block.subarray(offset, Math.min(BLOCK_BYTES, offset + bytes - sent));
}

export function streamHash(bytes: number): string {
  const hash = createHash("sha256");
  for (let sent = 0; sent < bytes; sent += BLOCK_BYTES) hash.update(streamPiece(sent, bytes));
  return hash.digest("hex");
}
