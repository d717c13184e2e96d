// Goal: MD5 of any bytes in any pieces is what others compute.
// Method: RFC 1321's own vectors, then node:crypto's digests for every length around the block's borders, each in seeded pieces.

import { createHash } from "node:crypto";
import t from "tap";
import { Random } from "../../../host/random.js";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("sip", () => ({}));
const input = core.call("input_ptr");
const target = input + 0x10000;

function md5(pieces: readonly Uint8Array[]): string {
  core.call("md5_init");
  for (const piece of pieces) {
    core.write(input, piece);
    core.call("md5_push", input, piece.length);
  }
  core.call("md5_finish", target);
  return Buffer.from(core.read(target, 16)).toString("hex");
}

t.test("RFC 1321, appendix A.5", (t) => {
  const vectors = [
    ["", "d41d8cd98f00b204e9800998ecf8427e"], ["a", "0cc175b9c0f1b6a831c399e269772661"], ["abc", "900150983cd24fb0d6963f7d28e17f72"],
    ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"], ["abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"],
    ["12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a"],
  ] as const;
  for (const [text, digest] of vectors) t.equal(md5([Buffer.from(text)]), digest, text);
  t.end();
});

t.test("any length in any pieces", (t) => {
  const random = new Random(3);
  for (let length = 0; length < 260; length++) {
    const bytes = new Uint8Array(length);
    random.fill(bytes);
    const cut = random.word() % (length + 1);
    const digest = createHash("md5").update(bytes).digest("hex");
    if (md5([bytes.subarray(0, cut), bytes.subarray(cut)]) !== digest) t.fail(`${length} bytes cut at ${cut}`);
  }
  const large = new Uint8Array(60_000);
  random.fill(large);
  t.equal(md5([large]), createHash("md5").update(large).digest("hex"));
  t.end();
});
