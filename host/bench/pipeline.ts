// Row 5: the whole pipeline. A received file is copied in, CRC-32 and SHA-256 are computed, and 256-byte pages go out.
//
// The telephone's side is the shipped module doing a real download into staging and from there into flash, each page compared
// on read-back: more than the peers do, who hash each chunk and copy its pages.

import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { Kind } from "../../hal/abi.js";
import { demoKey } from "../image/demo.js";
import { packImage, packOverheadBytes, type PackOptions } from "../image/pack.js";
import { seededPayload } from "../image/payload.js";
import { LeanHost } from "./lean-host.js";
import { cpuUs, measure, type Candidate } from "./method.js";

const FILE_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 4096;
const PAGE_BYTES = 256;

/** MB/s of each candidate in this process; a peer that is not installed is left out. */
export async function pipelineRates(core: WebAssembly.Module): Promise<Map<string, number>> {
  const options: PackOptions = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: demoKey() };
  const image = packImage(seededPayload("bench", 1, FILE_BYTES - packOverheadBytes(options)), options);
  const flash = new Uint8Array(FILE_BYTES);
  const lean = new LeanHost(image, demoKey().spki, cpuUs);
  const candidates: Candidate[] = [
    { name: "core", run: () => lean.run(core) },
    { name: "node", run: () => nodePipeline(image, flash) },
  ];
  const hashWasm = await hashWasmPipeline(image, flash);
  if (hashWasm) candidates.push({ name: "hash-wasm", run: hashWasm });
  const times = measure(candidates);
  return new Map([...times].map(([name, us]) => [name, FILE_BYTES / us]));
}

function pagesOut(chunk: Uint8Array, flash: Uint8Array, offset: number): void {
  for (let at = 0; at < chunk.length; at += PAGE_BYTES) flash.set(chunk.subarray(at, at + PAGE_BYTES), offset + at);
}

function nodePipeline(image: Uint8Array, flash: Uint8Array): void {
  const sha = createHash("sha256");
  let crc = 0;
  for (let offset = 0; offset < image.length; offset += CHUNK_BYTES) {
    const chunk = image.subarray(offset, offset + CHUNK_BYTES);
    crc = zlib.crc32(chunk, crc);
    sha.update(chunk);
    pagesOut(chunk, flash, offset);
  }
  sha.digest();
}

/** Named when it is needed: a peer of the measurement is no part of building or running, and may be absent. */
const PEER: string = "hash-wasm";

interface PeerDigest {
  init(): void;
  update(bytes: Uint8Array): void;
  digest(): string;
}

interface Peer {
  createCRC32(): Promise<PeerDigest>;
  createSHA256(): Promise<PeerDigest>;
}

async function hashWasmPipeline(image: Uint8Array, flash: Uint8Array): Promise<(() => void) | undefined> {
  const library = (await import(PEER).catch(() => undefined)) as Peer | undefined;
  if (library === undefined) return undefined;
  const [crc, sha] = await Promise.all([library.createCRC32(), library.createSHA256()]);
  return () => {
    crc.init();
    sha.init();
    for (let offset = 0; offset < image.length; offset += CHUNK_BYTES) {
      const chunk = image.subarray(offset, offset + CHUNK_BYTES);
      crc.update(chunk);
      sha.update(chunk);
      pagesOut(chunk, flash, offset);
    }
    crc.digest();
    sha.digest();
  };
}
