// Rows 5 and 6: the whole pipeline. A received file is copied in, CRC-32 and SHA-256 are computed, and 256-byte pages go out.
//
// Row 5 is the shipped module doing a real download into staging and from there into flash, each page compared on read-back: more
// than the peers do, who hash each chunk and copy its pages. Row 6 is the way of a file with a block-hash table, in the bench
// module: each 4 KiB's digest is compared with the table before its pages go out.

import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { Kind } from "../../hal/abi.js";
import { demoKey } from "../image/demo.js";
import { packImage, packOverheadBytes, type PackOptions } from "../image/pack.js";
import { seededPayload } from "../image/payload.js";
import { benchModule, benchModulesExist } from "./bench-module.js";
import type { Rates } from "./digests.js";
import { LeanHost } from "./lean-host.js";
import { CHUNK_BYTES, cpuUs, measure, type Candidate } from "./method.js";
import { hashWasm } from "./peers.js";

const FILE_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 256;
const GROUP_BYTES = 4 * CHUNK_BYTES;

/** A signed file of exactly this size. */
export function benchImage(bytes: number): Uint8Array {
  const options: PackOptions = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: demoKey() };
  return packImage(seededPayload("bench", 1, bytes - packOverheadBytes(options)), options);
}

/** MB/s of each candidate in this process; a peer that is not installed is left out. */
export async function pipelineRates(core: WebAssembly.Module): Promise<Rates> {
  const image = benchImage(FILE_BYTES);
  const flash = new Uint8Array(FILE_BYTES);
  const lean = new LeanHost(image, demoKey().spki, cpuUs);
  const candidates: Candidate[] = [
    { name: "core", run: () => lean.run(core) },
    { name: "openssl", run: () => nodePipeline(image, flash) },
    { name: "openssl blocks", run: () => nodeBlocks(image, flash) },
  ];
  if (benchModulesExist()) candidates.push({ name: "blocks", run: blocksPipeline(image, flash) });
  candidates.push(...(await hashWasmPipelines(image, flash)));
  return Object.fromEntries([...measure(candidates)].map(([name, us]) => [name, FILE_BYTES / us]));
}

/** Calls with each chunk of the file and its place. */
function eachChunk(image: Uint8Array, use: (chunk: Uint8Array, offset: number) => void): void {
  for (let offset = 0; offset < image.length; offset += CHUNK_BYTES) use(image.subarray(offset, offset + CHUNK_BYTES), offset);
}

function pagesOut(chunk: Uint8Array, flash: Uint8Array, offset: number): void {
  for (let at = 0; at < chunk.length; at += PAGE_BYTES) flash.set(chunk.subarray(at, at + PAGE_BYTES), offset + at);
}

function nodePipeline(image: Uint8Array, flash: Uint8Array): void {
  const sha = createHash("sha256");
  let crc = 0;
  eachChunk(image, (chunk, offset) => {
    crc = zlib.crc32(chunk, crc);
    sha.update(chunk);
    pagesOut(chunk, flash, offset);
  });
  sha.digest();
}

function nodeBlocks(image: Uint8Array, flash: Uint8Array): void {
  let crc = 0;
  eachChunk(image, (chunk, offset) => {
    crc = zlib.crc32(chunk, crc);
    createHash("sha256").update(chunk).digest();
    pagesOut(chunk, flash, offset);
  });
}

/** Row 6 in the bench module, whose pages go to the flash through the HAL's call. */
export function blocksPipeline(image: Uint8Array, flash: Uint8Array): () => void {
  const { memory, calls } = benchModule("simd", (offset, ptr, bytes) => {
    flash.set(memory.subarray(ptr!, ptr! + bytes!), offset!);
    return 0;
  });
  const [input, table] = [calls["input_ptr"]!(), calls["table_ptr"]!()];
  const digests = new Uint8Array((image.length / CHUNK_BYTES) * 32);
  eachChunk(image, (chunk, offset) => digests.set(createHash("sha256").update(chunk).digest(), (offset / CHUNK_BYTES) * 32));
  return () => {
    calls["crc32_init"]!();
    for (let offset = 0; offset < image.length; offset += GROUP_BYTES) {
      const group = image.subarray(offset, offset + GROUP_BYTES);
      const first = (offset / CHUNK_BYTES) * 32;
      memory.set(group, input);
      memory.set(digests.subarray(first, first + (group.length / CHUNK_BYTES) * 32), table);
      if (calls["blocks_push"]!(offset, group.length) !== 1) throw new Error("a block's digest is not the table's");
    }
    calls["crc32_get"]!();
  };
}

async function hashWasmPipelines(image: Uint8Array, flash: Uint8Array): Promise<Candidate[]> {
  const library = await hashWasm();
  if (library === undefined) return [];
  const [crc, sha] = await Promise.all([library.createCRC32(), library.createSHA256()]);
  const whole = (): void => {
    crc.init();
    sha.init();
    eachChunk(image, (chunk, offset) => {
      crc.update(chunk);
      sha.update(chunk);
      pagesOut(chunk, flash, offset);
    });
    crc.digest();
    sha.digest();
  };
  const blocks = (): void => {
    crc.init();
    eachChunk(image, (chunk, offset) => {
      crc.update(chunk);
      sha.init();
      sha.update(chunk);
      sha.digest();
      pagesOut(chunk, flash, offset);
    });
    crc.digest();
  };
  return [{ name: "hash-wasm", run: whole }, { name: "hash-wasm blocks", run: blocks }];
}
