// What a user would pick instead: hash-wasm, @noble/hashes, @noble/curves, @node-rs/crc32.
//
// They are named when they are needed: peers of the measurement are no part of building or running, and may be absent.

interface Stream {
  init(): unknown;
  update(bytes: Uint8Array): unknown;
  digest(): unknown;
}

export interface HashWasm {
  createCRC32(): Promise<Stream>;
  createSHA256(): Promise<Stream>;
}

export interface NobleHashes {
  readonly sha256: { create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } };
}

interface NobleCurve {
  verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array, options: Readonly<Record<string, unknown>>): boolean;
}

export interface NodeRsCrc32 {
  crc32(bytes: Uint8Array, start: number): number;
}

/** The packages by name, as the manifest pins them. */
export const PEER_PACKAGES = ["hash-wasm", "@noble/hashes", "@noble/curves", "@node-rs/crc32"] as const;

async function optional<T>(path: string): Promise<T | undefined> {
  return (await import(path).catch(() => undefined)) as T | undefined;
}

export const hashWasm = (): Promise<HashWasm | undefined> => optional("hash-wasm");
export const nobleHashes = (): Promise<NobleHashes | undefined> => optional("@noble/hashes/sha2.js");
export const nobleEd25519 = (): Promise<{ readonly ed25519: NobleCurve } | undefined> => optional("@noble/curves/ed25519.js");
export const nobleP256 = (): Promise<{ readonly p256: NobleCurve } | undefined> => optional("@noble/curves/nist.js");

export async function nodeRsCrc32(): Promise<NodeRsCrc32 | undefined> {
  // Its platform's binary may be missing, which shows only when it is loaded.
  const library = await optional<NodeRsCrc32 & { readonly default?: NodeRsCrc32 }>("@node-rs/crc32");
  return library?.default ?? library;
}

/** Peers that cannot be loaded here. */
export async function missingPeers(): Promise<string[]> {
  const loaded = await Promise.all([hashWasm(), nobleHashes(), nobleEd25519(), nodeRsCrc32()]);
  return PEER_PACKAGES.filter((_, index) => loaded[index] === undefined);
}
