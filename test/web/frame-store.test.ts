// Goal: hours of frames fit: the oldest go, with their rows counted and not only their bytes, and the rest keep their numbers.
// Method: a small store and short frames; what it has is asked for frame by frame and as a capture.

import t from "tap";
import { FrameStore } from "../../host/frontends/browser/frame-store.js";

const frame = (byte: number): Uint8Array => new Uint8Array(60).fill(byte);

t.test("short frames count with what their rows take", (t) => {
  const store = new FrameStore(100_000);
  for (let n = 1; n <= 5000; n++) store.take(n * 1000, "in", frame(n & 0xff), "dhcp");
  const kept = Array.from({ length: 5000 }, (_, index) => index + 1).filter((n) => store.detail(n) !== undefined);
  t.ok(kept.length > 50 && kept.length <= 100_000 / 700, `${kept.length} kept`);
  t.equal(kept.at(-1), 5000);
  t.equal(kept.length, 5001 - kept[0]!, "the newest, without a gap");
  for (const n of kept) t.match(store.detail(n), { row: { n, ms: n }, bytes: frame(n & 0xff) });
  for (const n of [0, -1, 1, 5001, 4999.5, Number.NaN]) t.equal(store.detail(n), undefined, String(n));
  t.equal(store.fresh().length, 5000, "rows are told all the same");
  t.same(store.fresh(), []);
  t.ok(store.capture(0).length < 20_000);
  t.end();
});

t.test("what a frame's owner does to it later changes nothing", (t) => {
  const store = new FrameStore();
  const bytes = frame(1);
  store.take(0, "out", bytes, "dhcp");
  bytes.fill(2);
  t.same(store.detail(1)?.bytes, frame(1));
  t.end();
});
