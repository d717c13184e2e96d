// Goal: a queue of pieces is the same bytes as one array, whatever the cuts.
// Method: seeded pieces of every small and some large sizes, beside a plain array; every span, drops and reads of all sizes.

import t from "tap";
import { Pieces } from "../../../host/network/stack/pieces.js";
import { Inbox } from "../../../host/network/stack/tcp-inbox.js";
import { random } from "../../support/random.js";

const same = (bytes: Uint8Array, plain: readonly number[]): boolean => Buffer.compare(bytes, Uint8Array.from(plain)) === 0;

t.test("spans, drops and reads, against an array", (t) => {
  const below = random(5);
  const pieces = new Pieces();
  let plain: number[] = [];
  for (let turn = 0; turn < 3000; turn++) {
    const piece = Uint8Array.from({ length: below(4) === 0 ? below(1500) : below(6) }, () => below(256));
    pieces.push(piece);
    plain.push(...piece);
    const offset = below(plain.length + 1);
    const bytes = below(plain.length - offset + 1);
    if (!same(pieces.span(offset, bytes), plain.slice(offset, offset + bytes))) t.fail(`span in turn ${turn}`);
    if (below(2) === 0) {
      const dropped = below(Math.min(plain.length, 800) + 1);
      pieces.drop(dropped);
      plain = plain.slice(dropped);
    } else {
      const target = new Uint8Array(below(800));
      const count = pieces.read(target);
      const wanted = plain.slice(0, target.length);
      if (!same(target.subarray(0, count), wanted)) t.fail(`read in turn ${turn}`);
      plain = plain.slice(count);
    }
    if (pieces.bytes !== plain.length) t.fail(`bytes in turn ${turn}`);
  }
  t.strictSame([...Buffer.concat(pieces.take())], plain);
  t.equal(pieces.bytes, 0);
  t.end();
});

t.test("one byte of a piece at a time", (t) => {
  const pieces = new Pieces();
  pieces.push(Uint8Array.of(1, 2, 3));
  for (const value of [1, 2, 3]) {
    t.strictSame([...pieces.span(0, 1)], [value]);
    pieces.drop(1);
  }
  t.equal(pieces.bytes, 0);
  t.end();
});

t.test("bytes that came too early: no more pieces than a window has segments, each once, and all of them once the gap is closed", (t) => {
  const inbox = new Inbox();
  const piece = Uint8Array.of(1);
  for (let count = 1; count <= 200; count++) {
    inbox.accept(2 * count, piece);
    inbox.accept(2 * count, piece);
  }
  t.equal(inbox.earlyCount, 64);
  inbox.accept(0, new Uint8Array(400));
  t.same([inbox.next, inbox.ready.bytes, inbox.earlyCount], [400, 400, 0]);
  t.end();
});
