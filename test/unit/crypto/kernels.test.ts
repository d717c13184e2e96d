// Goal: CRC-32, SHA-256 and the digests of 4 KiB blocks are right in both builds, whatever the bytes, their place and their cuts.
// Method: seeded messages (OFFHOOK_DIFFERENTIAL of them) against node:zlib and node:crypto; the blocks at every length around theirs,
// every tail, every alignment, and with a stream that was under way.

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import t from "tap";
import { loadHarness } from "../../support/harness.js";
import { random } from "../../support/random.js";
import { seededBytes } from "../../support/seeded.js";
import { differentialCount } from "../../support/signing-keys.js";

const core = loadHarness("crypto", () => ({}));
const [AT, DIGESTS] = [0x80000, 0x60000] as const;
const BLOCK_BYTES = 4096;
const SEED = 20240612;
const source = seededBytes("kernels", 0x40000);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const read = (at: number): string => Buffer.from(core.read(at, 32)).toString("hex");

/** Pushes in two pieces. */
function push(name: string, at: number, bytes: number, cut: number): void {
  core.call(`${name}_init`);
  core.call(`${name}_push`, at, cut);
  core.call(`${name}_push`, at + cut, bytes - cut);
}

t.test("seeded messages of all kinds of lengths", (t) => {
  t.comment(`seed ${SEED}`);
  const below = random(SEED);
  const wrong = [];
  for (let index = 0; index < differentialCount(3000); index++) {
    const bytes = below(index % 10 === 0 ? 20000 : 400);
    const from = below(source.length - bytes);
    const message = source.subarray(from, from + bytes);
    const at = AT + below(16);
    const cut = below(bytes + 1);
    core.write(at, message);
    push("crc32", at, bytes, cut);
    const crc = crc32(message);
    if (core.call("crc32_get") >>> 0 !== crc || core.call("crc32_of", at, bytes) >>> 0 !== crc) wrong.push(["crc", from, bytes, cut]);
    push("sha256", at, bytes, cut);
    core.call("sha256_finish", DIGESTS);
    if (read(DIGESTS) !== sha256(message)) wrong.push(["sha", from, bytes, cut]);
  }
  t.same(wrong, []);
  t.end();
});

/** The lengths, if any, whose digests are not those of the blocks. */
function wrongBlocks(at: number, lengths: readonly number[]): number[] {
  return lengths.filter((bytes) => {
    const count = Math.ceil(bytes / BLOCK_BYTES);
    if (core.call("sha256_blocks", at, bytes, DIGESTS) !== count) return true;
    return Array.from({ length: count }, (_, block) => block).some((block) => {
      const message = source.subarray(block * BLOCK_BYTES, Math.min(bytes, (block + 1) * BLOCK_BYTES));
      return read(DIGESTS + 32 * block) !== sha256(message);
    });
  });
}

t.test("a digest for every 4 KiB, and for the rest", (t) => {
  core.write(AT, source.subarray(0, 0x12000));
  const rests = [-65, -64, -63, -1, 0, 1, 55, 56, 63, 64, 65];
  const around = [...Array(11).keys()].flatMap((blocks) => rests.map((rest) => blocks * BLOCK_BYTES + rest));
  t.same(wrongBlocks(AT, around.filter((bytes) => bytes >= 0)), []);
  t.equal(core.call("sha256_blocks", AT, 0, DIGESTS), 0, "nothing has no digest");
  const tails = Array.from({ length: BLOCK_BYTES }, (_, rest) => 4 * BLOCK_BYTES + rest);
  t.same(wrongBlocks(AT, tails), [], "every tail behind four blocks");
  for (let place = 1; place < 16; place++) {
    core.write(AT + place, source.subarray(0, 0x8000));
    t.same(wrongBlocks(AT + place, [0x4000, 0x7fff]), [], `at ${place}`);
  }
  t.throws(() => core.call("sha256_blocks", AT, -1, DIGESTS), /assertion in core\/crypto\/sha256-lanes/);
  t.end();
});
