// A frame for people: its layers with every field and the bytes of each, and one line that says what it is.
//
// In: a frame from the telephone's cable, without its check sequence. Out: protocol, the two ends, a summary and layers. It keeps nothing
// between frames, so a stream's middle is shown as the bytes that it is. A frame that is cut short is shown as far as it goes.

import { EtherType } from "../../network/stack/ethernet.js";
import { decodeDhcp } from "./frame-decode-dhcp.js";
import { decodeDns } from "./frame-decode-dns.js";
import { decodeLldp } from "./frame-decode-lldp.js";
import { decodeText } from "./frame-decode-text.js";
import { begun, CutShort, LayerReader, type FrameLayer, type Says } from "./frame-layer.js";

export interface DecodedFrame {
  readonly protocol: string;
  readonly source: string;
  readonly target: string;
  readonly summary: string;
  readonly layers: readonly FrameLayer[];
}

type Decoder = (frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]) => void;

const PORT_DNS = 53;
const PORT_DHCP_SERVER = 67;
const PORT_DHCP_CLIENT = 68;
const PORT_TIME = 123;
const ETHER_TYPES: ReadonlyMap<number, string> = new Map([
  [EtherType.Ipv4, "IPv4"], [EtherType.Arp, "ARP"], [EtherType.Tag, "802.1Q"], [EtherType.Lldp, "LLDP"],
]);
const PROTOCOLS: ReadonlyMap<number, string> = new Map([[1, "ICMP"], [6, "TCP"], [17, "UDP"]]);
const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

export function decodeFrame(frame: Uint8Array): DecodedFrame {
  const says: Says = { protocol: "Ethernet", source: "", target: "", summary: "" };
  const layers: LayerReader[] = [];
  try {
    decodeEthernet(frame, says, layers);
  } catch (error) {
    if (!(error instanceof CutShort)) throw error;
    says.summary = `${says.summary} (cut short)`.trim();
  }
  return { ...says, layers: layers.map((reader) => reader.layer()) };
}

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [EtherType.Arp, decodeArp], [EtherType.Ipv4, decodeIpv4], [EtherType.Lldp, decodeLldp],
]);

function decodeEthernet(frame: Uint8Array, says: Says, layers: LayerReader[]): void {
  const reader = begun(layers, new LayerReader("Ethernet", frame, 0, frame.length));
  says.target = reader.mac("target");
  says.source = reader.mac("source");
  let type = reader.number("type", 2, typeText);
  if (type === EtherType.Tag) {
    const tag = begun(layers, new LayerReader("VLAN tag (802.1Q)", frame, reader.at, frame.length));
    tag.number("VLAN and priority", 2, (value) => `VLAN ${value & 0xfff}, priority ${value >>> 13}`);
    type = tag.number("type", 2, typeText);
  }
  const from = layers[layers.length - 1]!.at;
  const decoder = DECODERS.get(type);
  if (decoder === undefined) says.summary = `type ${typeText(type)}`;
  else decoder(frame, from, frame.length, says, layers);
}

function decodeArp(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  says.protocol = "ARP";
  const reader = begun(layers, new LayerReader("ARP", frame, from, end));
  reader.hex("kinds and lengths", 6);
  const isReply = reader.number("operation", 2, (code) => (code === 1 ? "request" : code === 2 ? "reply" : String(code))) === 2;
  const mac = reader.mac("sender");
  const sender = reader.address("sender's address");
  reader.mac("target");
  const target = reader.address("target's address");
  if (isReply) says.summary = `${sender} is at ${mac}`;
  else if (sender === "0.0.0.0") says.summary = `does anybody have ${target}?`;
  else says.summary = sender === target ? `${sender} is mine` : `who has ${target}? tell ${sender}`;
}

function decodeIpv4(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  says.protocol = "IPv4";
  const reader = begun(layers, new LayerReader("IPv4", frame, from, end));
  const headerBytes = (reader.number("version and header", 1, (byte) => `version ${byte >>> 4}, ${(byte & 15) * 4} bytes`) & 15) * 4;
  reader.number("service", 1, (byte) => `DSCP ${byte >>> 2}`);
  const last = from + reader.number("length", 2, (bytes) => `${bytes} bytes`);
  reader.number("identification", 2);
  const pieces = reader.number("fragment", 2, fragmentText);
  reader.number("time to live", 1);
  const protocol = reader.number("protocol", 1, (code) => PROTOCOLS.get(code) ?? String(code));
  reader.hex("checksum", 2);
  says.source = reader.address("source");
  says.target = reader.address("target");
  if (headerBytes > 20) reader.hex("options", headerBytes - 20);
  says.protocol = PROTOCOLS.get(protocol) ?? "IPv4";
  const stop = Math.min(end, last);
  if ((pieces & 0x1fff) !== 0) says.summary = "a later piece of a datagram";
  else if (protocol === 1) decodeIcmp(frame, reader.at, stop, says, layers);
  else if (protocol === 6) decodeTcp(frame, reader.at, stop, says, layers);
  else if (protocol === 17) decodeUdp(frame, reader.at, stop, says, layers);
  else says.summary = `protocol ${protocol}`;
}

function decodeIcmp(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  const reader = begun(layers, new LayerReader("ICMP", frame, from, end));
  const names: ReadonlyMap<number, string> = new Map([[0, "echo reply"], [3, "unreachable"], [8, "echo request"], [11, "time exceeded"]]);
  const type = reader.number("type", 1, (code) => names.get(code) ?? String(code));
  reader.number("code", 1);
  reader.hex("checksum", 2);
  says.summary = names.get(type) ?? `type ${type}`;
}

function decodeUdp(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  const reader = begun(layers, new LayerReader("UDP", frame, from, end));
  const ports = [reader.number("source port", 2), reader.number("target port", 2)];
  reader.number("length", 2, (bytes) => `${bytes} bytes`);
  reader.hex("checksum", 2);
  says.summary = `port ${ports[0]} to ${ports[1]}, ${end - reader.at} bytes`;
  if (ports.includes(PORT_DHCP_SERVER) && ports.includes(PORT_DHCP_CLIENT)) decodeDhcp(frame, reader.at, end, says, layers);
  else if (ports.includes(PORT_DNS)) decodeDns(frame, reader.at, end, says, layers);
  else if (ports.includes(PORT_TIME)) decodeTime(frame, reader.at, end, says, layers);
  else decodeText(frame, reader.at, end, says, layers);
}

/** SNTP: RFC 4330 §4. */
function decodeTime(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  const reader = begun(layers, new LayerReader("SNTP", frame, from, end));
  const mode = reader.number("version and mode", 1, (byte) => `version ${(byte >>> 3) & 7}, mode ${byte & 7}`) & 7;
  reader.number("stratum", 1);
  reader.hex("poll, precision, delays", 10);
  reader.hex("reference", 4);
  reader.hex("times", Math.min(32, reader.left));
  says.protocol = "SNTP";
  says.summary = mode === 3 ? "what time is it?" : "the time";
}

function decodeTcp(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  const reader = begun(layers, new LayerReader("TCP", frame, from, end));
  const source = reader.number("source port", 2);
  const target = reader.number("target port", 2);
  reader.number("sequence", 4);
  reader.number("acknowledged", 4);
  const headerBytes = (reader.peek(1) >>> 4) * 4;
  const flags = reader.number("header and flags", 2, (word) => `${(word >>> 12) * 4} bytes, ${flagText(word)}`);
  reader.number("window", 2);
  reader.hex("checksum and urgent", 4);
  if (headerBytes > 20) reader.hex("options", headerBytes - 20);
  const bytes = end - reader.at;
  says.summary = `port ${source} to ${target}, ${flagText(flags)}${bytes > 0 ? `, ${bytes} bytes` : ""}`;
  if (bytes > 0) decodeText(frame, reader.at, end, says, layers);
}

function fragmentText(word: number): string {
  const more = (word & 0x2000) !== 0 ? "more follow" : "last";
  return (word & 0x3fff) === 0 ? "whole" : `at ${(word & 0x1fff) * 8}, ${more}`;
}

function flagText(word: number): string {
  return TCP_FLAGS.filter((_, bit) => (word & (1 << bit)) !== 0).join(" ");
}

function typeText(type: number): string {
  const number = `0x${type.toString(16).padStart(4, "0")}`;
  const name = ETHER_TYPES.get(type);
  return name === undefined ? number : `${name} (${number})`;
}
