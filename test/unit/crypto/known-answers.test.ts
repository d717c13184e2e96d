// Goal: the power-up self-test passes on right code, and a part that computes something else fails.
// Method: the known answers as they are made by zlib and node:crypto; then one span too few and one too many.

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import t from "tap";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("crypto", () => ({}));

function answers(spanCount: number): { crc32: boolean; sha256: boolean } {
  core.call("known_init");
  for (let span = 0; span < spanCount; span++) core.call("known_push");
  return { crc32: core.call("known_crc32") === 1, sha256: core.call("known_sha256") === 1 };
}

t.test("256 KiB of the pattern give the known answers, others do not", (t) => {
  t.same(answers(64), { crc32: true, sha256: true });
  t.same(answers(64), { crc32: true, sha256: true }, "again");
  for (const spanCount of [0, 63, 65]) t.same(answers(spanCount), { crc32: false, sha256: false }, `${spanCount} spans`);
  t.equal(core.call("known_ed25519"), 1);
  t.end();
});

t.test("the answers are those of other implementations", (t) => {
  const span = new Uint32Array(1024);
  for (let index = 0, state = 1; index < span.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    span[index] = state;
  }
  const pattern = Buffer.concat(new Array<Buffer>(64).fill(Buffer.from(span.buffer)));
  t.equal(crc32(pattern), 0x4bc435c8);
  t.equal(createHash("sha256").update(pattern).digest("hex"), "b80cc71e53f25f5defa80cbdaa99117e4ff32f5b38986909a04c7928ce1ec451");
  t.end();
});
