// Goal: options are found wherever RFC 2131 and RFC 3396 allow them, and no length on the wire is believed.
// Method: hand-made messages, every truncation, seeded noise.

import t from "tap";
import { Random } from "../../../host/random.js";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("http", () => ({}));
const input = core.call("input_ptr");
const MAC = Uint8Array.of(0, 4, 0x0d, 1, 2, 3);
const XID = 0x01020304;
const macPtr = input + 0x10000;

function message(options: readonly number[], file: readonly number[] = [], name: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([2, 1, 6, 0, 1, 2, 3, 4]);
  bytes.set([10, 0, 8, 50], 16);
  bytes.set(MAC, 28);
  bytes.set(name, 44);
  bytes.set(file, 108);
  bytes.set([0x63, 0x82, 0x53, 0x63], 236);
  bytes.set(options, 240);
  return bytes;
}

function read(bytes: Uint8Array): boolean {
  core.write(input, bytes);
  core.write(macPtr, MAC);
  return core.call("dhcp_read", input, bytes.length, XID, macPtr) === 1;
}

function find(option: number): number[] | undefined {
  return core.call("dhcp_find", option) === 1 ? [...core.read(core.call("dhcp_value_ptr"), core.call("dhcp_value_bytes"))] : undefined;
}

t.test("options in order, pads between, nothing after the end", (t) => {
  t.ok(read(message([53, 1, 2, 0, 0, 51, 4, 0, 1, 0x51, 0x80, 255, 1, 4, 9, 9, 9, 9])));
  t.equal(core.call("dhcp_message"), 2);
  t.equal(core.call("dhcp_word", 51), 86400);
  t.equal(find(1), undefined, "after the end mark");
  t.end();
});

t.test("pieces of one option are joined (RFC 3396), and overload reads file, then sname", (t) => {
  t.ok(read(message([242, 2, 65, 66, 242, 1, 67, 52, 1, 3, 255], [242, 1, 68, 255], [242, 1, 69, 255])));
  t.strictSame(find(242), [65, 66, 67, 68, 69]);
  t.ok(read(message([242, 1, 65, 255], [242, 1, 68, 255])));
  t.strictSame(find(242), [65], "without option 52 the file field is a file name");
  t.end();
});

t.test("5,000 bytes in pieces are cut at 4096, and nothing closes the gap", (t) => {
  const text = Array.from({ length: 5000 }, (_, index) => 33 + (index % 90));
  const pieces = Array.from({ length: 20 }, (_, index) => text.slice(index * 255, (index + 1) * 255));
  t.ok(read(message([...pieces.flatMap((piece) => [242, piece.length, ...piece]), 242, 1, 65, 51, 4, 0, 0, 0, 9, 255])));
  t.strictSame(find(242), text.slice(0, 4096));
  t.equal(core.call("dhcp_word", 51), 9, "what stands behind it is found");
  t.end();
});

t.test("answers for somebody else are not read", (t) => {
  const whole = message([53, 1, 2, 255]);
  const changed = (index: number) => Uint8Array.from(whole, (byte, at) => (at === index ? byte ^ 1 : byte));
  for (const index of [0, 1, 2, 4, 7, 28, 33, 236]) t.notOk(read(changed(index)), `byte ${index}`);
  t.notOk(read(whole.subarray(0, 239)), "shorter than the fixed part");
  t.end();
});

t.test("a cut or absurd length hides that option and traps nowhere", (t) => {
  const whole = message([53, 1, 2, 242, 5, 72, 61, 49, 44, 50, 255]);
  for (let bytes = 240; bytes < whole.length; bytes++) {
    t.ok(read(whole.subarray(0, bytes)));
    t.equal(find(242) === undefined, bytes < 250, `${bytes} bytes`);
  }
  const random = new Random(3);
  for (let round = 0; round < 20000; round++) {
    const noise = message(Array.from({ length: random.word() % 300 }, () => random.word() & 255));
    read(noise);
    find(random.word() & 255);
  }
  t.end();
});
