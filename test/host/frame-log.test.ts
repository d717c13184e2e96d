// Goal: a verdict's frames are those of the capture, by number, and nothing on a cable upsets who looks at it.
// Method: hand-made frames of each kind, noise, and two whole runs whose capture is read back.

import { readFileSync } from "node:fs";
import t from "tap";
import { addressOf } from "../../host/network/address.js";
import { FrameLog } from "../../host/network/frame-log.js";
import { emitArp } from "../../host/network/stack/arp-packet.js";
import { emitFrame, EtherType } from "../../host/network/stack/ethernet.js";
import { emitIpv4 } from "../../host/network/stack/ipv4.js";
import { emitSegment, Flag } from "../../host/network/stack/tcp-segment.js";
import { emitUdp } from "../../host/network/stack/udp.js";
import { bootOffhook } from "../support/offhook.js";
import { random } from "../support/random.js";

const [OWN, OTHER] = [addressOf("10.0.8.50"), addressOf("10.0.8.1")];
const [OWN_MAC, OTHER_MAC] = [0x00040d123456, 0x020000010000];
const TAG = { vid: 232, pcp: 6 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ethernet = (type: number, payload: Uint8Array, tag?: typeof TAG): Uint8Array =>
  emitFrame({ target: OTHER_MAC, source: OWN_MAC, tag, type, payload });
const arp = (operation: number): Uint8Array =>
  emitArp({ operation, sourceMac: OWN_MAC, source: OWN, targetMac: 0, target: OTHER });
const tcp = (flags: number, text = ""): Uint8Array => emitIpv4(emitSegment(
  { sourcePort: 1024, targetPort: 80, sequence: 1, acknowledgment: 1, flags, window: 8, data: bytes(text) }, OWN, OTHER));
const udp = (sourcePort: number, targetPort: number, data: Uint8Array): Uint8Array =>
  emitIpv4(emitUdp({ sourcePort, targetPort, data }, OWN, OTHER));

/** A message whose type stands behind padding and another option. */
function dhcp(type: number): Uint8Array {
  const message = new Uint8Array(260);
  message.set([99, 130, 83, 99, 0, 0, 12, 1, 65, 53, 1, type, 255], 236);
  return message;
}

t.test("each kind, tagged or not, under its number", (t) => {
  const log = new FrameLog();
  const frames = [
    ethernet(EtherType.Arp, arp(1)), ethernet(EtherType.Arp, arp(2), TAG), ethernet(EtherType.Lldp, new Uint8Array(20)),
    ethernet(EtherType.Ipv4, udp(68, 67, dhcp(1))), ethernet(EtherType.Ipv4, udp(67, 68, dhcp(5)), TAG),
    ethernet(EtherType.Ipv4, tcp(Flag.Syn)), ethernet(EtherType.Ipv4, tcp(Flag.Ack)), ethernet(EtherType.Ipv4, tcp(Flag.Rst)),
    ethernet(EtherType.Ipv4, tcp(Flag.Ack, "GET /x HTTP/1.1\r\n")), ethernet(EtherType.Ipv4, tcp(Flag.Ack, "HTTP/1.1 200 OK\r\n")),
    ethernet(EtherType.Ipv4, udp(5060, 5060, bytes("REGISTER sip:x SIP/2.0"))), ethernet(EtherType.Ipv4, udp(9, 9, bytes("SIP/2.0 200"))),
    ethernet(0x9999, new Uint8Array(60)),
  ];
  frames.forEach((frame, index) => log.take(1000 * index + 999, "out", frame));
  t.same(log.facts.map(({ frame, ms, kind, address }) => `${frame} ${ms} ${kind} ${address}`.trim()), [
    "1 0 arp-request 10.0.8.1", "2 1 arp-reply 10.0.8.50", "3 2 lldp", "4 3 dhcp-discover 10.0.8.1", "5 4 dhcp-ack 10.0.8.1",
    "6 5 connect 10.0.8.1", "8 7 reset 10.0.8.1", "9 8 http-request 10.0.8.1", "10 9 http-answer 10.0.8.1",
    "11 10 sip-request 10.0.8.1", "12 11 sip-answer 10.0.8.1",
  ]);
  t.same(log.facts.map(({ mac }) => mac).filter((mac) => mac !== undefined), ["00:04:0d:12:34:56"], "who an ARP reply says that has it");
  t.end();
});

t.test("the other side of a frame that came, and padding that is no part of a packet", (t) => {
  const log = new FrameLog();
  log.take(0, "in", ethernet(EtherType.Ipv4, tcp(Flag.Ack, "HTTP/1.1 200 OK")));
  t.match(log.facts, [{ kind: "http-answer", address: "10.0.8.50", direction: "in" }]);
  log.take(0, "out", Buffer.concat([ethernet(EtherType.Ipv4, tcp(Flag.Ack)).subarray(0, 14 + 40), bytes("GET / HTTP/1.1")]));
  t.equal(log.facts.length, 1);
  t.end();
});

t.test("frames of noise, cut and changed ones, and very many", (t) => {
  const below = random(20261126);
  const log = new FrameLog();
  const good = [udp(68, 67, dhcp(1)), tcp(Flag.Ack, "GET / HTTP")].map((packet) => ethernet(EtherType.Ipv4, packet));
  good.push(ethernet(EtherType.Arp, arp(1)));
  for (let count = 0; count < 30_000; count++) {
    const frame = good[below(good.length)]!.slice(0, below(80));
    for (let flips = below(4); flips > 0 && frame.length > 0; flips--) frame[below(frame.length)] = below(256);
    log.take(count, "in", frame);
  }
  for (let count = 0; count < 10_000; count++) log.take(count, "out", good[2]!);
  t.ok(log.facts.length <= 4096, "what is kept has a bound");
  t.equal(log.facts.at(-1)!.frame, 40_000);
  t.equal(log.facts.at(-2000)!.frame, 38_001, "the newest are kept");
  t.end();
});

/** The frames of a pcapng file: enhanced packet blocks, in order. */
function framesIn(path: string): Buffer[] {
  const file = readFileSync(path);
  const frames: Buffer[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) === 6) frames.push(file.subarray(at + 28, at + 28 + file.readUInt32LE(at + 20)));
  }
  return frames;
}

t.test("the frames of the evidence are what they are said to be, in the capture of that run", async (t) => {
  const path = `${t.testdir()}/run.pcapng`;
  const { end, stderr } = await bootOffhook(["--lan", "bad-router", "--pcap", path]);
  t.equal(stderr, `offhook: ${path} is the wire as it was: secrets that were sent stand in it\n`);
  const frames = framesIn(path);
  const named = end.evidence.flatMap((item) => ("frame" in item ? [frames[item.frame - 1]!] : []));
  t.equal(named.length, 3);
  t.equal(named[0]!.readUInt16BE(12), EtherType.Ipv4);
  t.equal(named[0]!.readUInt16BE(36), 68, "DHCP to the telephone: the ACK with the router that is none");
  for (const request of named.slice(1)) {
    t.same([request.readUInt16BE(12), request.readUInt16BE(20), request.readUInt32BE(38)], [EtherType.Arp, 1, addressOf("10.0.8.254")]);
  }
  const silent = await bootOffhook(["--lan", "no-dhcp"]);
  t.match(silent.end, { code: "no-offer", evidence: [{ event: Number }, { event: Number }, { frame: Number }, { frame: Number }] });
});
