// Goal: a block file's table is taken whole and exact or not at all, and only the very bytes of a block match it.
// Method: what the host packs, judged and read by the core; every cut and every changed length of its payload; every block with a bit
// flipped, alone and among others; files of every length around a block.

import t from "tap";
import { Kind } from "../../../hal/abi.js";
import { packBlocks } from "../../../host/image/blocks.js";
import { sha256 } from "../../../host/image/digest.js";
import { packImage } from "../../../host/image/pack.js";
import { testKey } from "../../support/image-craft.js";
import { ImageValidator } from "../../support/image-validator.js";
import { seededBytes } from "../../support/seeded.js";

const BLOCK_BYTES = 4096;
const HEADER_BYTES = 32;
const plan = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: testKey };
const { core } = new ImageValidator([testKey.spki]);
const input = core.call("input_ptr");
/** Room behind the table. */
const scratch = input + 32768;

function payloadOf(file: Uint8Array): Uint8Array {
  const packed = packBlocks(file, plan);
  return packed.slice(HEADER_BYTES, HEADER_BYTES + new DataView(packed.buffer).getUint32(12, true));
}

function read(payload: Uint8Array): boolean {
  core.write(input, payload);
  return core.call("blocks_read", input, payload.length) !== 0;
}

function matches(first: number, bytes: Uint8Array): number {
  core.write(scratch, bytes);
  return core.call("blocks_match", first, scratch, bytes.length);
}

t.test("the host's block file is what the telephone reads, for every length around a block", (t) => {
  for (const bytes of [1, 31, 4095, 4096, 4097, 8191, 8192, 8193, 40_000]) {
    const file = seededBytes("blocks", bytes);
    t.ok(read(payloadOf(file)), `${bytes} bytes`);
    const count = Math.ceil(bytes / BLOCK_BYTES);
    t.same([core.call("blocks_count"), core.call("blocks_file_bytes")], [count, bytes]);
    t.same(core.read(core.call("blocks_name_ptr"), 32), sha256(file), "the file's own digest is its name");
    for (let block = 0; block < count; block++) {
      const own = file.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
      t.equal(core.call("blocks_bytes", block), own.length);
      t.equal(matches(block, own), 1);
    }
  }
  t.end();
});

t.test("every cut of the payload is refused, and every byte more", (t) => {
  const payload = payloadOf(seededBytes("cut", 20_000));
  for (let bytes = 0; bytes < payload.length; bytes++) {
    if (read(payload.subarray(0, bytes)) || core.call("blocks_count") !== 0) throw new Error(`taken at ${bytes} bytes`);
  }
  for (let more = 1; more <= 33; more++) {
    if (read(Buffer.concat([payload, new Uint8Array(more)]))) throw new Error(`taken with ${more} bytes more`);
  }
  t.ok(read(payload));
  t.end();
});

t.test("a length that is not the table's is refused", (t) => {
  const payload = payloadOf(seededBytes("length", 20_000)); // Five blocks.
  for (const [bytes, good] of [
    [0, false], [1, false], [16_384, false], [16_385, true], [20_000, true], [20_480, true], [20_481, false], [0x7fffffff, false],
    [0x80000000, false], [0xffffffff, false],
  ] as const) {
    new DataView(payload.buffer, payload.byteOffset).setUint32(32, bytes, true);
    t.equal(read(payload), good, `${bytes} bytes in five blocks`);
  }
  t.end();
});

t.test("a table has at most as many blocks as there is room for", (t) => {
  const table = (count: number): boolean => {
    const payload = new Uint8Array(36 + count * 32);
    new DataView(payload.buffer).setUint32(32, count * BLOCK_BYTES, true);
    return read(payload);
  };
  t.same([table(1536), table(1537)], [true, false]);
  t.end();
});

t.test("each block with one flipped bit is told from the others, in groups of one to four", (t) => {
  const file = Uint8Array.from(seededBytes("flip", 9 * BLOCK_BYTES + 100)); // A slice of a Buffer would be the same bytes.
  read(payloadOf(file));
  let tried = 0;
  for (let first = 0; first < 10; first++) {
    for (let count = 1; count <= Math.min(4, 10 - first); count++) {
      const group = file.slice(first * BLOCK_BYTES, (first + count) * BLOCK_BYTES);
      if (matches(first, group) !== (1 << count) - 1) throw new Error(`blocks ${first} to ${first + count - 1} as they are`);
      for (let block = 0; block < count; block++) {
        const blockBytes = Math.min(BLOCK_BYTES, group.length - block * BLOCK_BYTES);
        for (const at of [0, 1, 63, 64, blockBytes >> 1, blockBytes - 1]) {
          const flipped = group.slice();
          flipped[block * BLOCK_BYTES + at]! ^= 1 << (tried & 7);
          if (matches(first, flipped) !== ((1 << count) - 1 & ~(1 << block))) throw new Error(`block ${first + block}, byte ${at}`);
          tried += 1;
        }
      }
    }
  }
  t.ok(tried > 400, `${tried} flips`);
  t.equal(matches(2, file.subarray(3 * BLOCK_BYTES, 4 * BLOCK_BYTES)), 0, "the right bytes at the wrong place");
  t.end();
});

t.test("a block file is an image that nothing starts, and the validator says so", (t) => {
  const validator = new ImageValidator([testKey.spki]).policy({ model: "9640" });
  const file = packBlocks(seededBytes("file", 10_000), plan);
  t.equal(validator.verdict(file), "not-bootable", "where software is wanted");
  validator.core.call("want_block_file");
  t.equal(validator.verdict(file), "accepted", "where a block file is wanted");
  t.equal(validator.verdict(packImage(seededBytes("software", 10_000), plan)), "not-a-block-file", "software is none");
  for (let bytes = 0; bytes < file.length; bytes++) {
    if (validator.verdict(file.subarray(0, bytes)) === "accepted") throw new Error(`accepted at ${bytes} bytes`);
  }
  for (let at = 0; at < file.length; at++) {
    const flipped = file.slice();
    flipped[at]! ^= 1;
    const verdict = validator.verdict(flipped);
    // The load address and the last word of the header are covered by the digest too.
    if (verdict === "accepted") throw new Error(`accepted with byte ${at} changed`);
  }
  t.end();
});
