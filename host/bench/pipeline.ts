// Rows 5 and 6: the whole pipeline. A received file is copied in, CRC-32 and SHA-256 are computed, and 256-byte pages go out.
//
// Row 5 is the shipped module of a telephone without staging doing a real download: pages go out while bytes come, each compared on
// read-back. That is what the peers do and more; `core staged` is the way through staging, two more copies of the whole file. Row 6 is
// the way of a file with a block-hash table, in the bench module: each 4 KiB's digest is compared with the table before its pages go out.

import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { Kind } from "../../hal/abi.js";
import { demoKey } from "../image/demo.js";
import { packImage, packOverheadBytes, type PackOptions } from "../image/pack.js";
import { seededPayload } from "../image/payload.js";
import { benchModule, benchModulesExist } from "./bench-module.js";
import type { Rates } from "./digests.js";
import { LeanHost } from "./lean-host.js";
import { CHUNK_BYTES, PAGE_BITS, PAGE_BYTES, cpuUs, measure, type Candidate } from "./method.js";
import { hashWasm } from "./peers.js";
import { Windows } from "./windows.js";

const FILE_BYTES = 16 * 1024 * 1024;
const GROUP_BYTES = 4 * CHUNK_BYTES;

/** A signed file of exactly this size. */
export function benchImage(bytes: number): Uint8Array {
  const options: PackOptions = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: demoKey() };
  return packImage(seededPayload("bench", 1, bytes - packOverheadBytes(options)), options);
}

/** MB/s of each candidate in this process; a peer that is not installed is left out. */
export async function pipelineRates(core: WebAssembly.Module): Promise<Rates> {
  const image = benchImage(FILE_BYTES);
  const chunks = chunksOf(image);
  const flash = new Uint8Array(FILE_BYTES);
  const lean = new LeanHost(image, demoKey().spki, cpuUs, false);
  const staged = new LeanHost(image, demoKey().spki, cpuUs, true);
  const candidates: Candidate[] = [
    { name: "core", run: () => lean.run(core) },
    { name: "core staged", run: () => staged.run(core) },
    { name: "openssl", run: () => nodePipeline(chunks, flash) },
    { name: "openssl blocks", run: () => nodeBlocks(chunks, flash) },
  ];
  if (benchModulesExist()) candidates.push({ name: "blocks", run: blocksPipeline(image, flash) });
  candidates.push(...(await hashWasmPipelines(chunks, flash)));
  return Object.fromEntries([...measure(candidates)].map(([name, us]) => [name, FILE_BYTES / us]));
}

/** A chunk as it arrives, and windows on its pages, made beforehand: the garbage of making them is nobody's work. */
interface Chunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly pages: readonly Uint8Array[];
}

function chunksOf(image: Uint8Array): Chunk[] {
  return Array.from({ length: image.length / CHUNK_BYTES }, (_, index) => {
    const offset = index * CHUNK_BYTES;
    const bytes = image.subarray(offset, offset + CHUNK_BYTES);
    const windows = new Windows(bytes, PAGE_BITS);
    const pages = Array.from({ length: CHUNK_BYTES / PAGE_BYTES }, (_each, page) => windows.at(page * PAGE_BYTES, PAGE_BYTES));
    return { bytes, offset, pages };
  });
}

function pagesOut({ pages, offset }: Chunk, flash: Uint8Array): void {
  for (let page = 0; page < pages.length; page++) flash.set(pages[page]!, offset + page * PAGE_BYTES);
}

function nodePipeline(chunks: readonly Chunk[], flash: Uint8Array): void {
  const sha = createHash("sha256");
  let crc = 0;
  for (const chunk of chunks) {
    crc = zlib.crc32(chunk.bytes, crc);
    sha.update(chunk.bytes);
    pagesOut(chunk, flash);
  }
  sha.digest();
}

function nodeBlocks(chunks: readonly Chunk[], flash: Uint8Array): void {
  let crc = 0;
  for (const chunk of chunks) {
    crc = zlib.crc32(chunk.bytes, crc);
    createHash("sha256").update(chunk.bytes).digest();
    pagesOut(chunk, flash);
  }
}

/** Row 6 in the bench module, whose pages go to the flash through the HAL's call. */
export function blocksPipeline(image: Uint8Array, flash: Uint8Array): () => void {
  const { memory, calls } = benchModule("simd", (offset, ptr, bytes) => {
    flash.set(memory.subarray(ptr!, ptr! + bytes!), offset!);
    return 0;
  });
  const [input, table] = [calls["input_ptr"]!(), calls["table_ptr"]!()];
  const digests = new Uint8Array((image.length / CHUNK_BYTES) * 32);
  for (const { bytes, offset } of chunksOf(image)) digests.set(createHash("sha256").update(bytes).digest(), (offset / CHUNK_BYTES) * 32);
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

async function hashWasmPipelines(chunks: readonly Chunk[], flash: Uint8Array): Promise<Candidate[]> {
  const library = await hashWasm();
  if (library === undefined) return [];
  const [crc, sha] = await Promise.all([library.createCRC32(), library.createSHA256()]);
  const whole = (): void => {
    crc.init();
    sha.init();
    for (const chunk of chunks) {
      crc.update(chunk.bytes);
      sha.update(chunk.bytes);
      pagesOut(chunk, flash);
    }
    crc.digest();
    sha.digest();
  };
  const blocks = (): void => {
    crc.init();
    for (const chunk of chunks) {
      crc.update(chunk.bytes);
      sha.init();
      sha.update(chunk.bytes);
      sha.digest();
      pagesOut(chunk, flash);
    }
    crc.digest();
  };
  return [{ name: "hash-wasm", run: whole }, { name: "hash-wasm blocks", run: blocks }];
}
