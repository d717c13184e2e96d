// Goal: every frame of a start-up is read with the right words, every field names its own bytes, and no frame upsets the reader.
// Method: the frames of whole start-ups on the built-in LANs; each cut at every length, and each byte changed by a seeded generator.

import t from "tap";
import { decodeFrame, type DecodedFrame } from "../../host/frontends/browser/frame-decode.js";
import { lldpFrame } from "../../host/site/lldp-message.js";
import { golden } from "../support/golden.js";
import { machineOn, runTo } from "../support/page-machine.js";
import { random } from "../support/random.js";

function framesOf(lan: string, seconds: number): Uint8Array[] {
  const machine = machineOn(lan);
  machine.power(true);
  runTo(machine, () => machine.board.scheduler.nowUs > seconds * 1_000_000);
  const frames: Uint8Array[] = [];
  for (let n = 1; ; n++) {
    const detail = machine.frame(n);
    if (detail === undefined) return frames;
    frames.push(detail.bytes);
  }
}

const office = framesOf("demo", 40);
const tagged = framesOf("voice-vlan", 20);
const one = (protocol: string, text: string, frames = office): DecodedFrame | undefined =>
  frames.map((frame) => decodeFrame(frame)).find((decoded) => decoded.protocol === protocol && decoded.summary.includes(text));

const LLDP = lldpFrame({
  mac: 0x0200ff000000, portName: "1", systemName: "switch", ttlSeconds: 120, portVlan: 8,
  policy: { vlan: 232, tagged: true, priority: 5, dscp: 46 }, vlanNames: [{ vlan: 232, name: "voice" }],
  avaya: { callServers: [0x0a000803, 0x0a000804], fileServers: [0x0a000802], framing: 1 },
});

t.test("what is said in a start-up", (t) => {
  t.match(one("DHCP", "Discover"), { source: "0.0.0.0", target: "255.255.255.255" });
  t.equal(one("DHCP", "Offer")?.summary, "Offer, 10.0.8.50, option 242: HTTPSRVR=10.0.8.2");
  t.equal(one("ARP", "?")?.summary, "does anybody have 10.0.8.50?");
  t.match(one("ARP", "is at")?.summary, /^10\.0\.8\.1 is at 02:00:00:01:00:0\d$/);
  t.equal(one("HTTP", "GET")?.summary, "GET /96xxupgrade.txt HTTP/1.1");
  t.equal(one("HTTP", "HTTP/1.1")?.source, "10.0.8.50");
  t.equal(one("DNS", "which address has sip")?.summary, "which address has sip.example.com?");
  t.equal(one("DNS", "sip.example.com is")?.summary, "sip.example.com is 10.0.8.3");
  t.equal(one("SIP", "OPTIONS")?.summary, "OPTIONS sip:sip.example.com SIP/2.0");
  t.ok(one("SNTP", "what time is it?"));
  t.match(one("TCP", "SYN")?.summary, /^port \d+ to 80, SYN$/);
  t.match(one("LLDP", "chassis", [LLDP])?.summary,
    /^chassis, port, life time, system name, capabilities, port VLAN 8, .*, MED policy voice VLAN 232 priority 5 DSCP 46/);
  t.end();
});

t.test("a tag, an option and a header are fields with their bytes", (t) => {
  const ack = tagged.find((frame) => decodeFrame(frame).summary.startsWith("Ack, 10.0.232.50"))!;
  const fields = decodeFrame(ack).layers.flatMap((layer) => layer.fields);
  const bytesOf = (name: string): string => {
    const { from, bytes } = fields.find((field) => field.name === name)!;
    return Buffer.from(ack.subarray(from, from + bytes)).toString("latin1");
  };
  t.match(fields.find(({ name }) => name === "VLAN and priority")?.value, /^VLAN 232, priority \d$/);
  t.equal(bytesOf("site option (242)").slice(2), "HTTPSRVR=10.0.232.2");
  t.equal(bytesOf("subnet mask (1)"), "\x01\x04\xff\xff\xff\0");
  const answer = office.find((frame) => decodeFrame(frame).summary === "HTTP/1.1 200 OK")!;
  const length = decodeFrame(answer).layers.flatMap((layer) => layer.fields).find(({ name }) => name === "Content-Length")!;
  t.equal(Buffer.from(answer.subarray(length.from, length.from + length.bytes)).toString(), `Content-Length: ${length.value}\r\n`);
  t.end();
});

const bytesOfHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
/** What a start-up has not: ICMP, a header with options, a later piece, a type that is not known, text beside ASCII. */
const RARE = [
  "ffffffffffff 020000000001 0800 4500001c 00010000 40010000 0a000801 0a000832 0b01f4fe 0000000a",
  "ffffffffffff 020000000001 0800 46000024 00020000 40110000 0a000801 0a000832 94040000 1f90238c 000c0000 417f80a0",
  "ffffffffffff 020000000001 0800 4500001c 00032003 40110000 0a000801 0a000832 0000000000000000",
  "ffffffffffff 020000000001 0800 4500001c 00042000 402f0000 0a000801 0a000832 0000000000000000",
  "ffffffffffff 020000000001 88b5 0102",
  "ffffffffffff 020000000001 8100 a0e8 88b6 00",
  // LLDP: a chassis by its address, a port by none, a life time of three bytes, policies unknown and untagged, addresses cut short, others.
  "0180c200000e 020000000001 88cc 020605010a000801 0403040102 0603000078" +
    "fe080012bb0201800000 fe080012bb020900012e fe0700040d030a0008",
  "0180c200000e 020000000001 88cc fe040012bb02 fe0700040d0704 fe05000102030a 1400 0000",
].map(bytesOfHex);

function textOf(frame: Uint8Array): string[] {
  const { protocol, source, target, summary, layers } = decodeFrame(frame);
  return [
    `${protocol} ${source} > ${target}: ${summary}`,
    ...layers.flatMap(({ name, from, bytes, fields }) => [
      `  ${name}, ${from}+${bytes}`, ...fields.map((field) => `    ${field.from}+${field.bytes} ${field.name}: ${field.value}`),
    ]), "",
  ];
}

t.test("each kind of frame, every field with its place and words", (t) => {
  const kinds = new Map<string, Uint8Array>();
  for (const frame of [...office, ...tagged, LLDP, ...RARE]) {
    const { protocol, summary } = decodeFrame(frame);
    const kind = `${protocol} ${summary.replaceAll(/\d+/g, "")}`;
    if (!kinds.has(kind)) kinds.set(kind, frame);
  }
  golden(t, "decoded-frames", [...kinds.values()].flatMap(textOf).join("\n"));
  t.end();
});

const ETHERNET = "ffffffffffff 020000000001 0800";

/** An IPv4 frame with this behind its header. */
function ipv4(protocol: number, hex: string): Uint8Array {
  const length = (20 + hex.replaceAll(" ", "").length / 2).toString(16).padStart(4, "0");
  return bytesOfHex(`${ETHERNET} 4500 ${length} 00000000 40${protocol.toString(16).padStart(2, "0")}0000 0a000801 0a000832 ${hex}`);
}

const inHex = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const tcp = (text: string): Uint8Array => ipv4(6, `c000 0050 00000001 00000001 5018ffff 00000000 ${inHex(text)}`);
const fieldsOf = (frame: Uint8Array): string[] =>
  decodeFrame(frame).layers.at(-1)!.fields.map(({ name, value, bytes }) => `${name}: ${value} (${bytes})`);

t.test("a head line by line: without an end, of many lines, with a body of one byte, beside ASCII", (t) => {
  t.same(fieldsOf(tcp("GET /a HTTP/1.1\r\nHost: h")), ["first line: GET /a HTTP/1.1 (17)", "Host: h (7)"]);
  t.same(fieldsOf(tcp("GET /a HTTP/1.1\r\n\r\nx")), ["first line: GET /a HTTP/1.1 (17)", "body: 78 (1)"]);
  t.same(fieldsOf(tcp("GET /\x7f\xe9 HTTP/1.1\n")), ["first line: GET /·é HTTP/1.1 (17)"]);
  const many = fieldsOf(tcp(`GET /a HTTP/1.1\r\n${"A: 1\r\n".repeat(70)}`));
  t.same([many.length, many.at(-1)], [66, `body: ${"41 3a 20 31 0d 0a ".repeat(4)}… (36)`], "64 lines of it, the rest as bytes");
  t.same(fieldsOf(ipv4(17, "1f90 1f91 0009 0000 41")), ["bytes: 41 (1)"]);
  t.same(fieldsOf(ipv4(17, "1f90 1f91 0008 0000")), []);
  t.end();
});

t.test("options of DHCP: numbers, lists of addresses, and addresses that are none", (t) => {
  const fixed = `020106006f7ce38100008000${"00".repeat(224)}63825363`;
  const options = "1a0205dc 2a080a0000010a000002 07040a000003 0603 0a0000 3a040000003c ff";
  t.same(fieldsOf(ipv4(17, `0043 0044 0000 0000 ${fixed} ${options}`)).slice(-5), [
    "MTU (26): 1500 (4)", "time servers (42): 10.0.0.1, 10.0.0.2 (10)", "log servers (7): 10.0.0.3 (6)",
    "name servers (6): 0a 00 00 (5)", "renew after (58): 60 (6)",
  ]);
  t.end();
});

/** Every field inside its layer and its frame, in order. */
function fault(frame: Uint8Array): string | undefined {
  for (const { name, from, bytes, fields } of decodeFrame(frame).layers) {
    let at = from;
    for (const field of fields) {
      if (field.from < at || field.from + field.bytes > Math.min(frame.length, from + bytes)) return `${name}: ${field.name}`;
      at = field.from + field.bytes;
    }
  }
  return undefined;
}

t.test("cut anywhere, changed anywhere", (t) => {
  const kinds = new Map(office.map((frame) => [decodeFrame(frame).protocol, frame]));
  t.ok(kinds.size >= 7, [...kinds.keys()].join(" "));
  const faults: string[] = [];
  const check = (frame: Uint8Array): void => {
    const found = fault(frame);
    if (found !== undefined) faults.push(found);
  };
  office.forEach(check);
  const next = random(7);
  for (const frame of kinds.values()) {
    for (let bytes = 0; bytes < frame.length; bytes++) check(frame.subarray(0, bytes));
    for (let round = 0; round < 400; round++) {
      const changed = frame.slice();
      for (let count = 0; count < 3; count++) changed[next(frame.length)] = next(256);
      check(changed);
    }
  }
  t.same(faults, []);
  t.end();
});
