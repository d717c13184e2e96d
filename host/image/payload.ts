// Payloads for the demonstration and for tests: bytes that do not compress, the same for the same seed everywhere.
//
// In: a title, a seed, a size. Out: bytes that begin with the title as text, so that a hex dump says what they are.
// They are not software and nothing runs them.

/** Fills with the 32-bit xorshift generator (13, 17, 5), little endian whatever the machine. */
export function seededPayload(title: string, seed: number, bytes: number): Uint8Array {
  const words = new DataView(new ArrayBuffer((bytes + 3) & ~3));
  let state = seed | 0 || 1; // The generator stays at zero for ever.
  for (let at = 0; at < words.byteLength; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words.setInt32(at, state, true);
  }
  const payload = new Uint8Array(words.buffer, 0, bytes);
  payload.set(new TextEncoder().encode(`${title}\n`).subarray(0, bytes));
  return payload;
}
