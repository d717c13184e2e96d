// Goal: no altered, cut or invented file is accepted, none leaves the validator without a verdict, and how the bytes arrive
// changes nothing.
// Method: one small signed file; every bit of it flipped, every truncation, every two-piece cut, byte by byte; then seeded garbage.

import t from "tap";
import { Kind } from "../../../hal/abi.js";
import { packImage } from "../../../host/image/pack.js";
import { testKey } from "../../support/image-craft.js";
import { ImageValidator } from "../../support/image-validator.js";

const validator = new ImageValidator([testKey.spki]);
const payload = Uint8Array.from({ length: 64 }, (_, index) => index * 37);
const file = packImage(payload, {
  kind: Kind.Application, version: { major: 1, minor: 2, revision: 3, build: 4 }, models: ["9640"], counter: 7, signer: testKey,
});

/** The parts of the file, and every verdict that a flipped bit in them may get. */
const FORM = ["bad-tlvs", "truncated", "tlvs-too-large"];
const PARTS: readonly (readonly [name: string, bytes: number, verdicts: readonly string[]])[] = [
  ["magic", 4, ["not-a-container"]],
  ["load address", 4, ["digest-mismatch"]],
  ["header size", 2, ["bad-header", ...FORM]],
  ["protected size", 2, ["bad-header", ...FORM]],
  ["payload size", 4, ["bad-header", ...FORM]],
  ["flags", 4, ["digest-mismatch", "encrypted", "compressed"]],
  ["version and pad", 12, ["digest-mismatch"]],
  ["payload", 64, ["digest-mismatch"]],
  ["protected head", 4, ["bad-tlvs"]],
  ["counter head", 4, ["unknown-tlv", "bad-tlvs", "digest-mismatch"]],
  ["counter", 4, ["digest-mismatch"]],
  ["kind head", 4, ["unknown-tlv", "bad-tlvs", "digest-mismatch"]],
  ["kind", 1, ["digest-mismatch"]],
  ["models head", 4, ["unknown-tlv", "bad-tlvs", "digest-mismatch"]],
  ["models", 4, ["digest-mismatch"]],
  ["unprotected head", 4, FORM],
  ["digest head", 4, ["no-digest", "bad-tlvs"]],
  ["digest", 32, ["digest-mismatch"]],
  ["key hash head", 4, ["unknown-key", "bad-tlvs", "duplicate-digest"]],
  ["key hash", 32, ["unknown-key"]],
  ["signature head", 4, ["no-signature", "unsupported-signature", "bad-tlvs"]],
  ["signature", 64, ["bad-signature"]],
];

t.test("every single-bit flip is refused for a reason that fits its place", (t) => {
  t.equal(validator.verdict(file), "accepted");
  t.equal(PARTS.reduce((sum, [, bytes]) => sum + bytes, 0), file.length, "the table covers the file");
  let offset = 0;
  let flips = 0;
  for (const [name, bytes, verdicts] of PARTS) {
    const seen = new Set<string>();
    for (let bit = offset * 8; bit < (offset + bytes) * 8; bit++) {
      const flipped = Uint8Array.from(file);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      seen.add(validator.verdict(flipped));
      flips += 1;
    }
    t.same([...seen].filter((verdict) => !verdicts.includes(verdict)), [], `${name}: ${[...seen].join(" ")}`);
    offset += bytes;
  }
  t.equal(flips, file.length * 8);
  t.end();
});

t.test("every truncation is refused, what follows the last TLV is not read", (t) => {
  for (let bytes = 0; bytes < file.length; bytes++) {
    t.equal(validator.verdict(file.subarray(0, bytes)), bytes < 4 ? "not-a-container" : "truncated", `${bytes} bytes`);
  }
  for (const fill of [0x00, 0xff, 0x69]) {
    t.equal(validator.verdict(Uint8Array.of(...file, ...new Uint8Array(70000).fill(fill))), "accepted");
  }
  t.end();
});

t.test("every two-piece cut, and byte by byte, give the same verdict, digest and CRC", (t) => {
  t.equal(validator.verdict(file), "accepted");
  const whole = validator.report("file");
  const cuts = Array.from({ length: file.length }, (_, cut) => [cut]);
  for (const cut of [...cuts, cuts.flat()]) {
    if (validator.verdict(file, cut) !== "accepted") t.fail(`cut at ${cut}`);
    t.same(validator.report("file"), whole, cut.length === 1 ? `cut at ${cut}` : "byte by byte");
  }
  t.end();
});

t.test("a file judged before leaves nothing behind", (t) => {
  const pure = packImage(payload, { kind: Kind.Boot, version: { major: 0, minor: 0, revision: 0, build: 0 }, signer: testKey, pure: true });
  const firsts = [pure, pure.subarray(0, 50), file.subarray(0, file.length - 1), new Uint8Array(40)];
  for (const first of firsts) {
    validator.judge(first);
    t.equal(validator.verdict(file), "accepted");
    t.equal(validator.core.call("counter"), 7);
    t.equal(validator.kind, Kind.Application);
  }
  t.end();
});

t.test("seeded garbage in header and TLVs: always a verdict, never a trap, never accepted", (t) => {
  const seed = 20240607;
  t.comment(`seed ${seed}`);
  let state = seed;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const counts = new Map<string, number>();
  const tlvAt = 32 + payload.length;
  for (let round = 0; round < 4000; round++) {
    const altered = Uint8Array.from(file.subarray(0, file.length - (random(4) === 0 ? random(200) : 0)));
    const changes = 1 + random(6);
    for (let change = 0; change < changes; change++) {
      const offset = random(2) === 0 ? 4 + random(28) : tlvAt + random(file.length - tlvAt);
      if (offset < altered.length) altered[offset] = random(3) === 0 ? random(256) : [0, 1, 4, 0x7f, 0x80, 0xff][random(6)]!;
    }
    if (altered.length === file.length && altered.every((byte, index) => byte === file[index])) continue;
    const verdict = validator.verdict(altered, [random(altered.length)]);
    if (verdict === "accepted" || verdict === "none") t.fail(`round ${round}: ${verdict}`);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  t.ok(counts.size >= 10, `verdicts seen: ${[...counts].map(([name, count]) => `${name} ${count}`).join(", ")}`);
  t.end();
});
