// The rows of the table: what is measured in which process, against whom, and what must be reached.
//
// A row's peer may be measured in a process whose OpenSSL does without SHA extensions: the yardstick of machines that have none.

/** What a measuring process does. */
export const GROUPS = ["crc", "crc-mvp", "sha", "blocks", "pipeline", "ed25519", "p256", "cold", "explain"] as const;
export type Group = (typeof GROUPS)[number];

export interface Peer {
  /** The candidate's name in the process's rates. */
  readonly name: string;
  readonly masked?: boolean;
  readonly floor: number;
}

export interface Plan {
  readonly row: number;
  readonly candidate: string;
  readonly group: Group;
  /** The candidate's name in the process's rates. */
  readonly name: string;
  readonly unit: "MB/s" | "per second";
  readonly peers: Readonly<Record<string, Peer>>;
}

const openssl = (floor: number): Peer => ({ name: "openssl", floor });
const masked = (floor: number, name = "openssl"): Peer => ({ name, masked: true, floor });
const wasm = (floor: number, name = "hash-wasm"): Peer => ({ name, floor });

export const PLANS: readonly Plan[] = [
  {
    row: 1, candidate: "CRC-32, with vectors", group: "crc", name: "simd", unit: "MB/s",
    peers: { zlib: { name: "zlib", floor: 2.4 }, "hash-wasm": wasm(5.5) },
  },
  {
    row: 2, candidate: "CRC-32, any engine", group: "crc-mvp", name: "mvp", unit: "MB/s",
    peers: { zlib: { name: "zlib", floor: 1.15 }, "hash-wasm": wasm(2.5) },
  },
  {
    row: 3, candidate: "SHA-256, with vectors", group: "sha", name: "simd", unit: "MB/s",
    peers: { "hash-wasm": wasm(1.2), "openssl-no-sha-ni": masked(0.72), openssl: openssl(0.2) },
  },
  {
    row: 4, candidate: "SHA-256 of 4 KiB blocks", group: "blocks", name: "lanes", unit: "MB/s",
    peers: { "hash-wasm": wasm(1.95), "openssl-no-sha-ni": masked(1.15), openssl: openssl(0.36) },
  },
  {
    row: 5, candidate: "pipeline", group: "pipeline", name: "core", unit: "MB/s",
    peers: { "hash-wasm": wasm(1.2), "openssl-no-sha-ni": masked(0.7) },
  },
  {
    row: 6, candidate: "pipeline with block table", group: "pipeline", name: "blocks", unit: "MB/s",
    peers: { "hash-wasm": wasm(2.0, "hash-wasm blocks"), "openssl-no-sha-ni": masked(1.15, "openssl blocks") },
  },
  {
    row: 7, candidate: "Ed25519 verify", group: "ed25519", name: "simd", unit: "per second",
    peers: { node: { name: "node", floor: 0.85 }, noble: { name: "noble", floor: 10 } },
  },
  {
    row: 8, candidate: "P-256 verify", group: "p256", name: "simd", unit: "per second",
    peers: { node: { name: "node", floor: 0.43 }, noble: { name: "noble", floor: 13 } },
  },
];

/** A row as it is reported. */
export interface Row {
  readonly row: number;
  readonly candidate: string;
  readonly mbps: number | null;
  readonly ratios: Readonly<Record<string, number>>;
  readonly floors: Readonly<Record<string, number>>;
  readonly met: boolean;
  /** The ratios of each repetition, when the first missed; the medians count. */
  readonly repeats?: readonly Readonly<Record<string, number>>[];
  readonly details?: unknown;
}

/** Row 9's first pass may take so many times a later one. */
export const COLD_RATIO_MAX = 1.5;
