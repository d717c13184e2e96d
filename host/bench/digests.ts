// Rows 1 to 4: digests of a stream in chunks of 4 KiB, copied from a JavaScript buffer into the module's memory each time.
//
// In: nothing. Out: MB/s of each candidate in this process. All candidates get the same chunks, and must agree on the result. The
// chunks come from a small buffer, again and again: what a socket hands over was just written, so it is in the cache. Out of 16 MiB
// it is the machine's memory that is timed, and the ratios of all candidates come closer to one.

import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { seededPayload } from "../image/payload.js";
import { benchModule, type Build } from "./bench-module.js";
import { CHUNK_BYTES, measure, type Candidate } from "./method.js";
import { hashWasm, nobleHashes, nodeRsCrc32 } from "./peers.js";
import { Windows } from "./windows.js";

const BYTES = 16 * 1024 * 1024;
const BUFFER_BYTES = 256 * 1024;
/** Four blocks of 4 KiB: the lanes take four at a time. */
const GROUP_BYTES = 4 * CHUNK_BYTES;

export type Rates = Record<string, number>;

/** A digest of all chunks, so that a wrong candidate is noticed. */
type Pass = (chunks: readonly Uint8Array[]) => string;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const word = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");

/** Chunks of so many bytes in all, whose source is a buffer of `bufferBytes`. */
export function chunksOf(bytes: number, chunkBytes: number, bufferBytes = BUFFER_BYTES): Uint8Array[] {
  const data = seededPayload("bench", 1, bufferBytes);
  const windows = new Windows(data, Math.log2(chunkBytes));
  return Array.from({ length: bytes / chunkBytes }, (_, index) => windows.at((index * chunkBytes) % bufferBytes, chunkBytes));
}

/** Times passes over the same chunks. */
export function passRates(passes: Readonly<Record<string, Pass>>, chunks: readonly Uint8Array[]): Rates {
  const results = new Map(Object.entries(passes).map(([name, pass]) => [name, pass(chunks)]));
  const [first] = results.values();
  for (const [name, result] of results) if (result !== first) throw new Error(`${name} computes ${result} where others compute ${first}`);
  const candidates = Object.entries(passes).map(([name, pass]): Candidate => ({ name, run: () => void pass(chunks) }));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return Object.fromEntries([...measure(candidates)].map(([name, us]) => [name, bytes / us]));
}

/** A stream of the bench module. */
export function modulePass(build: Build, digest: "crc32" | "sha256"): Pass {
  const { memory, freePtr, calls } = benchModule(build);
  const [init, push] = [calls[`${digest}_init`]!, calls[`${digest}_push`]!];
  return (chunks) => {
    init();
    for (const chunk of chunks) {
      memory.set(chunk, freePtr);
      push(freePtr, chunk.length);
    }
    if (digest === "crc32") return word(calls["crc32_get"]!());
    calls["sha256_finish"]!(freePtr);
    return hex(memory.subarray(freePtr, freePtr + 32));
  };
}

/** Of one build: a process that loads two calls both through one closure, and the engine makes a slower call of that. */
export async function crcRates(build: Build): Promise<Rates> {
  const passes: Record<string, Pass> = {
    [build]: modulePass(build, "crc32"),
    zlib: (chunks) => word(chunks.reduce((crc, chunk) => zlib.crc32(chunk, crc), 0)),
  };
  const wasm = await (await hashWasm())?.createCRC32();
  if (wasm) {
    passes["hash-wasm"] = (chunks) => {
      wasm.init();
      for (const chunk of chunks) wasm.update(chunk);
      return String(wasm.digest());
    };
  }
  const native = await nodeRsCrc32();
  if (native) passes["@node-rs/crc32"] = (chunks) => word(chunks.reduce((crc, chunk) => native.crc32(chunk, crc), 0));
  return passRates(passes, chunksOf(BYTES, CHUNK_BYTES));
}

export async function shaRates(): Promise<Rates> {
  const passes: Record<string, Pass> = {
    simd: modulePass("simd", "sha256"),
    openssl: (chunks) => {
      const hash = createHash("sha256");
      for (const chunk of chunks) hash.update(chunk);
      return hash.digest("hex");
    },
  };
  const wasm = await (await hashWasm())?.createSHA256();
  if (wasm) {
    passes["hash-wasm"] = (chunks) => {
      wasm.init();
      for (const chunk of chunks) wasm.update(chunk);
      return String(wasm.digest());
    };
  }
  const noble = await nobleHashes();
  if (noble) {
    passes["@noble/hashes"] = (chunks) => {
      const hash = noble.sha256.create();
      for (const chunk of chunks) hash.update(chunk);
      return hex(hash.digest());
    };
  }
  return passRates(passes, chunksOf(BYTES, CHUNK_BYTES));
}

/** Row 4: a digest of every 4 KiB. What stands for the result is the last block's. */
export async function blockRates(): Promise<Rates> {
  const passes: Record<string, Pass> = {
    lanes: lanesPass("simd"),
    openssl: (groups) => {
      let last = "";
      for (const group of groups) {
        for (let at = 0; at < group.length; at += CHUNK_BYTES) {
          last = createHash("sha256").update(group.subarray(at, at + CHUNK_BYTES)).digest("hex");
        }
      }
      return last;
    },
  };
  const wasm = await (await hashWasm())?.createSHA256();
  if (wasm) {
    passes["hash-wasm"] = (groups) => {
      let last = "";
      for (const group of groups) {
        for (let at = 0; at < group.length; at += CHUNK_BYTES) {
          wasm.init();
          wasm.update(group.subarray(at, at + CHUNK_BYTES));
          last = String(wasm.digest());
        }
      }
      return last;
    };
  }
  return passRates(passes, chunksOf(BYTES, GROUP_BYTES));
}

/** Digests of blocks by the bench module, four at a time. */
export function lanesPass(build: Build): Pass {
  const { memory, freePtr, calls } = benchModule(build);
  const push = calls["sha256_blocks"]!;
  const digests = freePtr - 256;
  return (groups) => {
    for (const group of groups) {
      memory.set(group, freePtr);
      push(freePtr, group.length, digests);
    }
    return hex(memory.subarray(digests + 96, digests + 128));
  };
}
