// Goal: the first byte of a value is found, wherever it stands and whatever stands before it. Method: every byte value as what is
// looked for, neighbours that are nearly it, every place in three words, every alignment.

import t from "tap";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("script", () => ({}));
const AT = 0x80000;
const BYTES = 24;

t.test("the first of two, among bytes that differ from it in one bit or in all", (t) => {
  const wrong: unknown[] = [];
  for (let value = 0; value < 256; value++) {
    for (const other of [value ^ 1, value ^ 0x80, value ^ 0xff, (value + 1) & 0xff, (value - 1) & 0xff]) {
      for (let place = 0; place <= BYTES; place++) {
        const at = AT + (place + value) % 8;
        const bytes = new Uint8Array(BYTES + 1).fill(other);
        bytes.fill(value, place, place + 1);
        bytes[BYTES] = value; // Behind the end: not to be found.
        core.write(at, bytes);
        if (core.call("bytes_find", at, value, BYTES) !== place) wrong.push([value, other, place]);
      }
    }
  }
  t.same(wrong, []);
  t.end();
});

t.test("of no bytes, none", (t) => {
  core.write(AT, Uint8Array.of(10));
  t.equal(core.call("bytes_find", AT, 10, 0), 0);
  t.end();
});
