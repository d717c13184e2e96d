// SHA-256 (FIPS 180-4) over typed arrays, for packing and inspecting images on the host.
//
// In: bytes. Out: 32 bytes. The core has its own; this one shares no code with it, so each checks the other.
// node-forge hashes binary strings, 197 ms for the demonstration's 2.5 MiB; the browser's own digest is asynchronous.

const K = roundConstants();
const BLOCK_BYTES = 64;

/** SHA-256 of the parts, as if they stood in one array. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const state = new Int32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const rest = new Uint8Array(2 * BLOCK_BYTES);
  let restBytes = 0;
  for (const part of parts) {
    let at = 0;
    while (at < part.length) {
      if (restBytes === 0 && part.length - at >= BLOCK_BYTES) {
        compress(state, part, at);
        at += BLOCK_BYTES;
        continue;
      }
      const count = Math.min(BLOCK_BYTES - restBytes, part.length - at);
      rest.set(part.subarray(at, at + count), restBytes);
      restBytes += count;
      at += count;
      if (restBytes === BLOCK_BYTES) {
        compress(state, rest, 0);
        restBytes = 0;
      }
    }
  }
  return finish(state, rest, restBytes, total);
}

function finish(state: Int32Array, rest: Uint8Array, restBytes: number, total: number): Uint8Array {
  rest.fill(0, restBytes);
  rest[restBytes] = 0x80;
  const end = restBytes + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  new DataView(rest.buffer).setBigUint64(end - 8, BigInt(total) * 8n);
  for (let at = 0; at < end; at += BLOCK_BYTES) compress(state, rest, at);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => digest.setInt32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

const W = new Int32Array(64);

function compress(state: Int32Array, source: Uint8Array, offset: number): void {
  for (let i = 0; i < 16; i++) {
    const at = offset + i * 4;
    W[i] = (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const a = W[i - 15]!;
    const b = W[i - 2]!;
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => { state[index] = state[index]! + word; });
}

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (§4.2.2), by integer cube roots. */
function roundConstants(): Int32Array {
  const words = new Int32Array(64);
  for (let prime = 2, count = 0; count < 64; prime++) {
    if (!isPrime(prime)) continue;
    words[count] = Number(BigInt.asIntN(32, cubeRoot(BigInt(prime) << 96n)));
    count += 1;
  }
  return words;
}

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return true;
}

/** The largest integer whose cube is at most `value`. */
function cubeRoot(value: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    const next = root + bit;
    if (next * next * next <= value) root = next;
  }
  return root;
}
