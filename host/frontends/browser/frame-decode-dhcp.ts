// DHCP in a frame (RFC 2131, RFC 2132), with option 242 as the text that it is.

import { begun, LayerReader, type Says } from "./frame-layer.js";

const HEADER_BYTES = 28;
const HARDWARE_BYTES = 16;
const NAMES_BYTES = 192;
const OPTION_PAD = 0;
const OPTION_MESSAGE = 53;
const OPTION_REQUESTED = 50;
const OPTION_SITE = 242;
const OPTION_END = 255;
const MESSAGES = ["", "Discover", "Offer", "Request", "Decline", "Ack", "Nak", "Release", "Inform"];

type Form = "address" | "text" | "number" | "hex";

const OPTIONS: ReadonlyMap<number, readonly [name: string, form: Form]> = new Map([
  [1, ["subnet mask", "address"]], [3, ["routers", "address"]], [6, ["name servers", "address"]], [7, ["log servers", "address"]],
  [12, ["host name", "text"]], [15, ["domain", "text"]], [26, ["MTU", "number"]], [42, ["time servers", "address"]],
  [50, ["requested address", "address"]], [51, ["lease in seconds", "number"]], [53, ["message", "number"]],
  [54, ["server", "address"]], [55, ["asks for options", "hex"]], [57, ["largest message", "number"]], [58, ["renew after", "number"]],
  [59, ["rebind after", "number"]], [60, ["vendor class", "text"]], [61, ["client identifier", "hex"]], [66, ["TFTP server", "text"]],
  [242, ["site option", "text"]],
]);

export function decodeDhcp(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  says.protocol = "DHCP";
  const reader = begun(layers, new LayerReader("DHCP", frame, from, end));
  reader.hex("operation, kinds, transaction, flags", HEADER_BYTES - 16);
  reader.address("client's address");
  const yours = reader.address("your address");
  reader.address("next server");
  reader.address("relay");
  reader.mac("client");
  reader.skip(HARDWARE_BYTES - 6 + NAMES_BYTES);
  reader.hex("cookie", 4);
  const found = new Map<number, string>();
  while (reader.left > 0 && reader.peek(1) !== OPTION_END) readOption(reader, found);
  const message = MESSAGES[Number(found.get(OPTION_MESSAGE) ?? 0)] ?? "";
  const address = yours === "0.0.0.0" ? found.get(OPTION_REQUESTED) : yours;
  const site = found.get(OPTION_SITE);
  says.summary = [message, address, site === undefined ? undefined : `option 242: ${site}`].filter(Boolean).join(", ");
}

function readOption(reader: LayerReader, found: Map<number, string>): void {
  const code = reader.peek(1);
  if (code === OPTION_PAD) return reader.skip(1);
  const bytes = reader.peek(1, 1);
  const [name, form] = OPTIONS.get(code) ?? ["option", "hex"];
  const text = optionText(reader, form, bytes);
  found.set(code, text);
  const shown = code === OPTION_MESSAGE ? (MESSAGES[Number(text)] ?? text) : text;
  reader.value(`${name} (${code})`, shown, 2 + bytes);
}

function optionText(reader: LayerReader, form: Form, bytes: number): string {
  const values = Array.from({ length: bytes }, (_, index) => reader.peek(1, 2 + index));
  if (form === "text") return String.fromCharCode(...values).replace(/[^\x20-\x7e]/g, "·");
  if (form === "number") return String(values.reduce((sum, value) => sum * 256 + value, 0));
  if (form === "hex" || bytes % 4 !== 0) return values.map((value) => value.toString(16).padStart(2, "0")).join(" ");
  return Array.from({ length: bytes / 4 }, (_, index) => values.slice(4 * index, 4 * index + 4).join(".")).join(", ");
}
