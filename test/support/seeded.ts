// Bytes that look random and are the same in every run: SHAKE-256 of a seed's text.

import { createHash } from "node:crypto";

export function seededBytes(seed: string, bytes: number): Buffer {
  return bytes === 0 ? Buffer.alloc(0) : createHash("shake256", { outputLength: bytes }).update(seed).digest();
}
