// LLDP in a frame (IEEE 802.1AB §8): its TLVs by name, and in words those that give a telephone its VLAN and its servers.

import { begun, hex, latin1, LayerReader, type Says } from "./frame-layer.js";

/** Names a value's bytes; undefined where they are not as many as it must have. */
type Words = (value: Uint8Array) => string | undefined;

const TYPES: readonly (readonly [name: string, words?: Words])[] = [
  ["end"], ["chassis", identityText], ["port", identityText],
  ["life time", (value) => (value.length === 2 ? `${word(value, 0)} s` : undefined)],
  ["port description", latin1], ["system name", latin1], ["system description", latin1], ["capabilities"], ["management address"],
];
const ORGANIZATION = 127;
const ORGANIZATIONS: ReadonlyMap<string, string> = new Map([
  ["00:80:c2", "802.1"], ["00:12:0f", "802.3"], ["00:12:bb", "LLDP-MED"], ["00:40:0d", "Avaya"], ["00:04:0d", "Avaya"],
]);
/** By organization and subtype: IEEE 802.1Q annex D, ANSI/TIA-1057 §10, Avaya's manuals. */
const SUBTYPES: ReadonlyMap<string, readonly [name: string, words?: Words]> = new Map([
  ["802.1 1", ["port VLAN", (value) => (value.length === 2 ? String(word(value, 0)) : undefined)]],
  ["802.1 3", ["VLAN name", (value) => (value.length < 3 ? undefined : `${word(value, 0)} ${latin1(value.subarray(3))}`)]],
  ["LLDP-MED 1", ["MED capabilities"]], ["LLDP-MED 2", ["MED policy", policyText]],
  ["Avaya 3", ["call servers", addressesText]], ["Avaya 6", ["file servers", addressesText]],
  ["Avaya 7", ["802.1Q framing", ([how]) => ["", "tag", "do not tag", "automatic"][how ?? 0]]],
]);
/** TIA-1057 table 12. */
const APPLICATIONS = [
  "", "voice", "voice signaling", "guest voice", "guest signaling", "softphone", "video conferencing", "streaming", "video signaling",
];
/** Values that the summary repeats: who reads a list of frames looks for them. */
const TOLD = ["port VLAN", "MED policy"];

export function decodeLldp(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  says.protocol = "LLDP";
  const reader = begun(layers, new LayerReader("LLDP", frame, from, end));
  const names: string[] = [];
  while (reader.left >= 2) {
    const head = reader.peek(2);
    const [type, bytes] = [head >>> 9, head & 0x1ff];
    if (type === 0) break;
    names.push(readTlv(reader, type, bytes));
  }
  says.summary = [...new Set(names)].join(", ");
}

function readTlv(reader: LayerReader, type: number, bytes: number): string {
  const content = Uint8Array.from({ length: bytes }, (_, index) => reader.peek(1, 2 + index));
  const isOwn = type === ORGANIZATION && bytes >= 4;
  const [name, words] = isOwn ? subtypeOf(content) : TYPES[type] ?? [`type ${type}`];
  const value = isOwn ? content.subarray(4) : content;
  const text = words?.(value) ?? hex(value, " ");
  reader.value(name, text, 2 + bytes);
  return TOLD.includes(name) ? `${name} ${text}`.trim() : name;
}

function subtypeOf(content: Uint8Array): readonly [name: string, words?: Words] {
  const who = hex(content.subarray(0, 3), ":");
  const name = `${ORGANIZATIONS.get(who) ?? who} ${content[3]}`;
  return SUBTYPES.get(name) ?? [name];
}

/** A MAC or IPv4 address or a text, as the subtype before it says (IEEE 802.1AB tables 8-2 and 8-3). */
function identityText(value: Uint8Array): string | undefined {
  const rest = value.subarray(1);
  if (rest.length === 5 && rest[0] === 1 && (value[0] === 5 || value[0] === 4)) return rest.subarray(1).join(".");
  if (rest.length === 6 && (value[0] === 4 || value[0] === 3)) return hex(rest, ":");
  return value[0] === 5 || value[0] === 7 ? latin1(rest) : undefined;
}

/** Application, then U, T, a zero, VLAN (12), priority (3) and DSCP (6) in 24 bits (TIA-1057 §10.2.3). */
function policyText(value: Uint8Array): string | undefined {
  if (value.length !== 4) return undefined;
  const bits = (value[1]! << 16) | word(value, 2);
  const who = APPLICATIONS[value[0]!] ?? `application ${value[0]}`;
  if ((bits & 0x800000) !== 0) return `${who} not known`;
  return `${who} ${(bits & 0x400000) !== 0 ? `VLAN ${(bits >>> 9) & 0xfff}` : "untagged"} priority ${(bits >>> 6) & 7} DSCP ${bits & 0x3f}`;
}

function addressesText(value: Uint8Array): string | undefined {
  if (value.length === 0 || value.length % 4 !== 0) return undefined;
  return Array.from({ length: value.length / 4 }, (_, index) => value.subarray(4 * index, 4 * index + 4).join(".")).join(" ");
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}
