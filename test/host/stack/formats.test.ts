// Goal: every format is parsed and written as its standard says, and every malformed field is refused under its own name.
// Method: golden frames as hex, written by hand from the standards; then each field spoilt by itself, and every length.

import t from "tap";
import { addressOf } from "../../../host/network/address.js";
import { emitArp, parseArp } from "../../../host/network/stack/arp-packet.js";
import { checksumAdd, checksumOf, write16 } from "../../../host/network/stack/bytes.js";
import { emitFrame, parseFrame } from "../../../host/network/stack/ethernet.js";
import { emitEchoReply, emitUnreachable, parseIcmp } from "../../../host/network/stack/icmp.js";
import { emitIpv4, parseIpv4, type Ipv4Packet } from "../../../host/network/stack/ipv4.js";
import { emitSegment, parseSegment } from "../../../host/network/stack/tcp-segment.js";
import { emitUdp, parseUdp } from "../../../host/network/stack/udp.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));
/** A copy with some bytes changed. */
function spoilt(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}
/** A changed IPv4 header with its checksum made good again, so that the field itself is judged. */
function resealed(bytes: Uint8Array): Uint8Array {
  write16(bytes, 10, 0);
  write16(bytes, 10, checksumOf(checksumAdd(0, bytes.subarray(0, 20))));
  return bytes;
}

t.test("the internet checksum, with the example of RFC 1071 §3 and an odd length", (t) => {
  t.equal(checksumOf(checksumAdd(0, bytesOf("0001 f203 f4f5 f6f7"))), 0xddf2 ^ 0xffff);
  t.equal(checksumOf(checksumAdd(0, bytesOf("0001 f2"))), 0xf201 ^ 0xffff);
  t.equal(checksumOf(0), 0xffff);
  t.end();
});

t.test("Ethernet II and 802.1Q", (t) => {
  const tagged = bytesOf("ffffffffffff 020000000001 8100 a0e8 0806 0102");
  const frame = parseFrame(tagged)!;
  t.strictSame({ ...frame, payload: hex(frame.payload) }, {
    target: 0xffffffffffff, source: 0x020000000001, tag: { vid: 232, pcp: 5 }, type: 0x0806, payload: "0102",
  });
  t.equal(hex(emitFrame(frame)), hex(tagged).padEnd(128, "0"), "padded to 64 bytes with the tag");
  const plain = { ...frame, tag: undefined };
  t.equal(hex(emitFrame(plain)), "ffffffffffff02000000000108060102".padEnd(120, "0"), "and to 60 without");
  t.equal(parseFrame(emitFrame(plain))?.tag, undefined);
  for (let bytes = 0; bytes < 18; bytes++) t.equal(parseFrame(tagged.subarray(0, bytes)), undefined, `${bytes} bytes`);
  t.equal(parseFrame(spoilt(tagged, 16, 0x05, 0xff)), undefined, "an IEEE 802.3 length");
  t.equal(parseFrame(spoilt(tagged, 6, 0x03)), undefined, "a group as the source");
  t.equal(parseFrame(new Uint8Array(1519).fill(8)), undefined, "too long");
  t.end();
});

t.test("ARP", (t) => {
  const reply = bytesOf("0001 0800 06 04 0002 020000000002 0a000802 020000000001 0a000832");
  const value = { operation: 2, sourceMac: 0x020000000002, source: addressOf("10.0.8.2"), targetMac: 0x020000000001,
    target: addressOf("10.0.8.50") };
  t.strictSame(parseArp(reply), value);
  t.equal(hex(emitArp(value)), hex(reply));
  for (let bytes = 0; bytes < 28; bytes++) t.equal(parseArp(reply.subarray(0, bytes)), undefined, `${bytes} bytes`);
  const faults: [string, number, ...number[]][] = [
    ["hardware", 1, 2], ["protocol", 2, 0x86], ["hardware length", 4, 8], ["protocol length", 5, 16], ["operation 0",
      7, 0], ["operation 3", 7, 3],
    ["a group as the sender", 8, 1], ["a multicast address", 14, 224], ["a loopback address", 14, 127],
  ];
  for (const [name, offset, ...values] of faults) t.equal(parseArp(spoilt(reply, offset, ...values)), undefined, name);
  t.equal(parseArp(spoilt(reply, 8, 0, 0, 0, 0, 0, 0)), undefined, "no sender");
  t.end();
});

t.test("IPv4: DF, TTL 64, checksum; fragments, options, lengths and versions refused", (t) => {
  const bytes = bytesOf("45 00 0018 0000 4000 40 11 165f 0a000832 0a000802 deadbeef");
  const packet = { source: addressOf("10.0.8.50"), target: addressOf("10.0.8.2"), protocol: 17, payload: bytesOf("deadbeef") };
  const parsed = parseIpv4(Uint8Array.of(...emitIpv4(packet), 0, 0, 0)) as Ipv4Packet;
  t.strictSame({ ...parsed, payload: hex(parsed.payload) }, { ...packet, payload: "deadbeef" }, "padding is cut off");
  t.equal(hex(emitIpv4(packet)), hex(resealed(bytes.slice())));
  const good = emitIpv4(packet);
  for (let length = 0; length < 24; length++) t.equal(parseIpv4(good.subarray(0, length)), "ip-short", `${length} bytes`);
  t.equal(parseIpv4(resealed(spoilt(good, 0, 0x65))), "ip-version");
  t.equal(parseIpv4(resealed(spoilt(good, 0, 0x46))), "ip-options");
  t.equal(parseIpv4(resealed(spoilt(good, 0, 0x44))), "ip-options", "a header of four words");
  t.equal(parseIpv4(resealed(spoilt(good, 2, 0, 19))), "ip-short", "a length inside the header");
  t.equal(parseIpv4(resealed(spoilt(good, 6, 0x20, 0))), "ip-fragment", "the first fragment");
  t.equal(parseIpv4(resealed(spoilt(good, 6, 0, 1))), "ip-fragment", "a later fragment");
  for (const offset of [1, 5, 8, 9, 10, 11, 12, 19]) t.equal(parseIpv4(spoilt(good, offset, good[offset]! ^ 0x10)),
    "ip-checksum", `byte ${offset}`);
  t.equal(typeof parseIpv4(resealed(spoilt(good, 8, 1))), "object", "RFC 1122 §3.2.1.7: a TTL of 1 has arrived");
  t.end();
});

t.test("UDP: checksum, a sum of zero, lengths", (t) => {
  const packet = emitUdp({ sourcePort: 68, targetPort: 67, data: bytesOf("010203") }, 0, 0xffffffff);
  t.equal(hex(packet.payload.subarray(0, 6)), "00440043000b");
  const parsed = parseUdp(packet);
  t.strictSame(typeof parsed === "string" ? parsed : { ...parsed, data: hex(parsed.data) }, { sourcePort: 68,
    targetPort: 67, data: "010203" });
  t.equal(parseUdp({ ...packet, payload: spoilt(packet.payload, 10, 4) }), "udp-checksum");
  t.equal(parseUdp({ ...packet, source: 1 }), "udp-checksum", "the addresses are in it");
  t.equal(typeof parseUdp({ ...packet, payload: spoilt(packet.payload, 6, 0, 0) }), "object", "no checksum at all");
  for (const length of [0, 7, 12]) t.equal(parseUdp({ ...packet, payload: spoilt(packet.payload, 4, 0, length) }),
    "udp-short", `length ${length}`);
  for (let bytes = 0; bytes < 11; bytes++) t.equal(parseUdp({ ...packet, payload: packet.payload.subarray(0, bytes) }), "udp-short");
  // Searched: a datagram whose sum comes out as zero must be sent with all ones (RFC 768).
  for (let word = 0; word < 65536; word++) {
    const sum = emitUdp({ sourcePort: 1, targetPort: 2, data: Uint8Array.of(word >>> 8, word) }, 3, 4).payload.subarray(6, 8);
    if (sum[0] === 0xff && sum[1] === 0xff) return void t.end();
    if (sum[0] === 0 && sum[1] === 0) t.fail("a sum of zero was sent");
  }
  t.fail("no such datagram was found");
  t.end();
});

t.test("ICMP: echo and unreachable", (t) => {
  const request = bytesOf("08 00 0000 1234 0001 6869");
  write16(request, 2, checksumOf(checksumAdd(0, request)));
  const echo = parseIcmp(request);
  t.ok(typeof echo === "object" && echo.kind === "echo");
  if (typeof echo !== "object" || echo.kind !== "echo") return void t.end();
  const reply = emitEchoReply(echo);
  t.equal(hex(reply.subarray(4)), "123400016869");
  t.equal(checksumOf(checksumAdd(0, reply)), 0);
  t.equal(parseIcmp(reply), "icmp-other");
  for (let bytes = 0; bytes < request.length; bytes++) t.equal(parseIcmp(request.subarray(0, bytes)), "icmp-malformed", `${bytes} bytes`);
  t.equal(parseIcmp(spoilt(request, 9, 0)), "icmp-malformed", "checksum");
  const lost = emitIpv4(emitUdp({ sourcePort: 5000, targetPort: 53, data: bytesOf("00") }, 7, 9));
  const error = emitUnreachable(3, lost);
  const about = { sourcePort: 5000, targetPort: 53, source: 7, target: 9, protocol: 17, code: 3 };
  t.match(parseIcmp(error), { kind: "error", ...about });
  const short = error.slice(0, 35);
  write16(short, 2, 0);
  write16(short, 2, checksumOf(checksumAdd(0, short)));
  t.equal(parseIcmp(short), "icmp-malformed", "it quotes too little");
  t.end();
});

t.test("TCP: options, lengths, checksum, ports", (t) => {
  const segment = { sourcePort: 80, targetPort: 5000, sequence: 0xfffffffe, acknowledgment: 7, flags: 0x12,
    window: 1000, mss: 1460, data: bytesOf("ab") };
  const packet = emitSegment(segment, 3, 4);
  t.equal(hex(packet.payload.subarray(0, 16)), "00501388fffffffe00000007601203e8");
  t.strictSame(parseSegment(packet), { ...segment, data: packet.payload.subarray(24) });
  const withOptions = (text: string): unknown => {
    const options = bytesOf(text);
    const payload = Uint8Array.of(...packet.payload.subarray(0, 20), ...options);
    payload[12] = payload.length << 2;
    write16(payload, 16, 0);
    const whole = { ...packet, payload };
    write16(payload, 16, checksumOf(checksumAdd(3 + 4 + 6 + payload.length, payload)));
    const parsed = parseSegment(whole);
    return typeof parsed === "string" ? parsed : parsed.mss;
  };
  t.equal(withOptions("01 02 04 05 dc 01 01 00"), 1500, "after padding");
  t.equal(withOptions("00 02 04 05"), undefined, "nothing counts after the end");
  t.equal(withOptions("03 03 07 01"), undefined, "an unknown option is skipped");
  t.equal(withOptions("03 00 01 01"), "tcp-options", "a length of 0");
  t.equal(withOptions("03 01 01 01"), "tcp-options", "a length of 1");
  t.equal(withOptions("01 01 03 09"), "tcp-options", "an option that leaves the header");
  t.equal(withOptions("01 01 01 03"), "tcp-options", "an option without its length");
  t.equal(withOptions("02 03 05 01"), "tcp-options", "an MSS of one byte");
  t.equal(parseSegment({ ...packet, payload: spoilt(packet.payload, 12, 0x40) }), "tcp-short", "a header of four words");
  t.equal(parseSegment({ ...packet, payload: spoilt(packet.payload, 12, 0xf0) }), "tcp-short", "a header beyond the packet");
  t.equal(parseSegment({ ...packet, payload: spoilt(packet.payload, 24, 0) }), "tcp-checksum");
  t.equal(parseSegment(emitSegment({ ...segment, sourcePort: 0 }, 3, 4)), "tcp-port");
  for (let bytes = 0; bytes < 24; bytes++) t.equal(parseSegment({ ...packet, payload: packet.payload.subarray(0, bytes) }), "tcp-short");
  t.end();
});
