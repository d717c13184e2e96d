// Goal: a capture is the same bytes for the same calls, and says what was put in.
// Method: one small capture against a golden in hex, written down field by field; others read back by a small reader here
// that follows the standard's block lengths. tshark reads one in test/peers.

import t from "tap";
import { Capture, type CaptureOptions } from "../../../host/network/capture.js";

interface Packet {
  readonly units: bigint;
  readonly flags: number;
  readonly comment: string;
  readonly data: string;
}

/** Reads every block by its length, and the options by theirs. */
function read(bytes: Uint8Array): { types: number[]; packets: Packet[]; options: Map<number, Uint8Array>[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const types: number[] = [];
  const packets: Packet[] = [];
  const options: Map<number, Uint8Array>[] = [];
  for (let start = 0; start < bytes.length; start += view.getUint32(start + 4, true)) {
    const type = view.getUint32(start, true);
    const length = view.getUint32(start + 4, true);
    if (length % 4 !== 0 || view.getUint32(start + length - 4, true) !== length) throw new Error(`block at ${start}: lengths differ`);
    types.push(type);
    const captured = type === 6 ? view.getUint32(start + 20, true) : 0;
    let offset = start + (type === 6 ? 28 + ((captured + 3) & ~3) : type === 1 ? 16 : 24);
    const found = new Map<number, Uint8Array>();
    while (view.getUint16(offset, true) !== 0) {
      const size = view.getUint16(offset + 2, true);
      found.set(view.getUint16(offset, true), bytes.subarray(offset + 4, offset + 4 + size));
      offset += 4 + ((size + 3) & ~3);
    }
    if (offset + 4 !== start + length - 4) throw new Error(`block at ${start}: the options do not fill it`);
    options.push(found);
    if (type !== 6) continue;
    packets.push({
      units: (BigInt(view.getUint32(start + 12, true)) << 32n) | BigInt(view.getUint32(start + 16, true)),
      flags: found.get(2)![0]!,
      comment: Buffer.from(found.get(1) ?? []).toString(),
      data: Buffer.from(bytes.subarray(start + 28, start + 28 + captured)).toString("hex"),
    });
  }
  return { types, packets, options };
}

function capture(options: Partial<CaptureOptions>, fill: (capture: Capture) => void): Uint8Array {
  const blocks: Uint8Array[] = [];
  const write = (bytes: Uint8Array): void => void blocks.push(bytes);
  fill(new Capture({ write, name: "telephone", application: "offhook 1", epochUs: 0, resolution: "us", ...options }));
  return Uint8Array.from(Buffer.concat(blocks));
}

t.test("the golden: a section, an interface, one frame", (t) => {
  const bytes = capture({}, (made) => made.frame(0x1_0000_0002, "out", Uint8Array.of(1, 2, 3, 4, 5), "DHCP"));
  const golden = [
    // Section: length 48, byte order, version 1.0, length unknown, application, end of options, length.
    "0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff 0400 0900 6f6666686f6f6b2031 000000 0000 0000 30000000",
    // Interface: length 48, Ethernet, no limit, name, resolution 10^-6.
    "01000000 30000000 0100 0000 00000000 0200 0900 74656c6570686f6e65 000000 0900 0100 06 000000 0000 0000 30000000",
    // Packet: length 60, interface 0, time high and low, captured and original length, data, flags 2 (out), comment.
    "06000000 3c000000 00000000 01000000 02000000 05000000 05000000 0102030405 000000 0200 0400 02000000" +
      "0100 0400 44484350 0000 0000 3c000000",
  ].join("").replace(/\s/g, "");
  t.equal(Buffer.from(bytes).toString("hex"), golden);
  t.end();
});

t.test("times in both resolutions, directions, comments of any length and script", (t) => {
  const epochUs = 1_700_000_000_000_000;
  for (const [resolution, perUs] of [["us", 1n], ["ns", 1000n]] as const) {
    const bytes = capture({ resolution, epochUs }, (made) => {
      for (let size = 0; size < 9; size++) made.frame(1_234_567 + size, size % 2 === 0 ? "in" : "out",
        new Uint8Array(size).fill(size), "é".repeat(size));
      made.frame(2_000_000, "in", new Uint8Array(60), "x".repeat(5000));
    });
    const { types, packets, options } = read(bytes);
    t.strictSame(types, [0x0a0d0d0a, 1, ...Array.from({ length: 10 }, () => 6)]);
    t.equal(options[1]!.get(9)![0], resolution === "ns" ? 9 : 6);
    for (let size = 0; size < 9; size++) {
      t.strictSame(packets[size], {
        units: BigInt(epochUs + 1_234_567 + size) * perUs,
        flags: size % 2 === 0 ? 1 : 2,
        comment: "é".repeat(size),
        data: Buffer.alloc(size, size).toString("hex"),
      });
    }
    t.equal(packets[9]!.comment.length, 256);
    t.notOk(options[2]!.has(1), "an empty comment is left out");
  }
  t.end();
});
