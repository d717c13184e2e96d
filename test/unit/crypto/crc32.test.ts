// Goal: the stream and the one-shot give zlib's CRC-32, however the bytes arrive and whenever it is asked.
// Method: published values; every two-piece cut of more than two turns of the ring, asked at the cut and at the end; byte by byte;
// seeded messages against node:zlib.

import { crc32 } from "node:zlib";
import t from "tap";
import { loadHarness } from "../../support/harness.js";
import { seededBytes } from "../../support/seeded.js";

const core = loadHarness("crypto", () => ({}));
const AT = 0x80000;
/** Two turns of 300 units of 16 bytes (the build with vectors), four of 8 bytes, and a rest that is no whole unit. */
const LONG_BYTES = 2 * 4800 + 13;

const get = (): number => core.call("crc32_get") >>> 0;
const of = (bytes: number): number => core.call("crc32_of", AT, bytes) >>> 0;

function stream(pieces: readonly number[]): number {
  core.call("crc32_init");
  let at = AT;
  for (const piece of pieces) {
    core.call("crc32_push", at, piece);
    at += piece;
  }
  return get();
}

t.test("published values", (t) => {
  for (const [text, value] of [["", 0], ["a", 0xe8b7be43], ["123456789", 0xcbf43926]] as const) {
    core.write(AT, Buffer.from(text));
    t.equal(stream([text.length]), value, `stream of "${text}"`);
    t.equal(of(text.length), value, `one-shot of "${text}"`);
  }
  core.write(AT, new Uint8Array(32).fill(0xff));
  t.equal(of(32), 0xff6cab0b, "32 bytes of ones");
  t.end();
});

t.test("every two-piece cut, and the value at the cut", (t) => {
  const message = seededBytes("crc cuts", LONG_BYTES);
  const whole = crc32(message);
  core.write(AT, message);
  const wrong = [];
  for (let cut = 0; cut <= LONG_BYTES; cut++) {
    core.call("crc32_init");
    core.call("crc32_push", AT, cut);
    const early = get();
    core.call("crc32_push", AT + cut, LONG_BYTES - cut);
    if (early !== crc32(message.subarray(0, cut)) || get() !== whole) wrong.push(cut);
  }
  t.same(wrong, []);
  t.equal(stream(new Array<number>(LONG_BYTES).fill(1)), whole, "byte by byte");
  t.end();
});

t.test("seeded messages of all lengths and alignments agree with node:zlib", (t) => {
  const wrong = [];
  for (let bytes = 0; bytes < 5000; bytes++) {
    const message = seededBytes(`crc ${bytes}`, bytes);
    const at = AT + (bytes % 16);
    core.write(at, message);
    core.call("crc32_init");
    core.call("crc32_push", at, bytes);
    const value = crc32(message);
    if (get() !== value || core.call("crc32_of", at, bytes) >>> 0 !== value) wrong.push(bytes);
  }
  t.same(wrong, []);
  t.end();
});

t.test("the one-shot leaves the stream alone", (t) => {
  core.write(AT, Buffer.from("123456789"));
  core.call("crc32_init");
  core.call("crc32_push", AT, 4);
  of(9);
  core.call("crc32_push", AT + 4, 5);
  t.equal(get(), 0xcbf43926);
  t.throws(() => core.call("crc32_push", AT, -1), /assertion in core\/crypto\/crc32/);
  t.throws(() => of(-1), /assertion in core\/crypto\/crc32/);
  t.end();
});
