// LLDP in a frame (IEEE 802.1AB §8): its TLVs by name, those of organizations by theirs.

import { begun, hex, latin1, LayerReader, type Says } from "./frame-layer.js";

const TYPES = [
  "end", "chassis", "port", "life time", "port description", "system name", "system description", "capabilities", "management address",
];
const TEXTS: readonly number[] = [4, 5, 6];
const ORGANIZATION = 127;
const ORGANIZATIONS: ReadonlyMap<string, string> = new Map([
  ["00:80:c2", "802.1"], ["00:12:0f", "802.3"], ["00:12:bb", "LLDP-MED"], ["00:40:0d", "Avaya"], ["00:04:0d", "Avaya"],
]);

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
  if (type === ORGANIZATION && bytes >= 4) {
    const who = hex(content.subarray(0, 3), ":");
    const name = `${ORGANIZATIONS.get(who) ?? who} ${content[3]}`;
    reader.value(name, hex(content.subarray(4), " "), 2 + bytes);
    return name;
  }
  const name = TYPES[type] ?? `type ${type}`;
  reader.value(name, TEXTS.includes(type) ? latin1(content) : hex(content, " "), 2 + bytes);
  return name;
}
