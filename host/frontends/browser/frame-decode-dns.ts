// DNS in a frame (RFC 1035 §4): the question, and the addresses among the answers.

import { begun, LayerReader, type Says } from "./frame-layer.js";

const RESULTS = ["no error", "format error", "server failure", "no such name", "not implemented", "refused"];
const TYPE_ADDRESS = 1;
const POINTER = 0xc0;

export function decodeDns(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  says.protocol = "DNS";
  const reader = begun(layers, new LayerReader("DNS", frame, from, end));
  reader.hex("identification", 2);
  const flags = reader.number("flags", 2, (word) => `${(word & 0x8000) === 0 ? "question" : "answer"}, ${resultText(word)}`);
  const questions = reader.number("questions", 2);
  const answers = reader.number("answers", 2);
  reader.hex("other counts", 4);
  const name = questions === 0 ? "" : readName(reader, "name");
  if (questions > 0) reader.hex("type and class", 4);
  if ((flags & 0x8000) === 0) {
    says.summary = `which address has ${name}?`;
    return;
  }
  const addresses = questions > 1 ? [] : readAnswers(reader, answers);
  says.summary = addresses.length > 0 ? `${name} is ${addresses.join(", ")}` : `${name}: ${resultText(flags)}`;
}

function readAnswers(reader: LayerReader, count: number): string[] {
  const addresses: string[] = [];
  for (let index = 0; index < count && reader.left > 0; index++) {
    readName(reader, "answer's name");
    const type = reader.number("type", 2, (code) => (code === TYPE_ADDRESS ? "address" : String(code)));
    reader.hex("class", 2);
    reader.number("life time", 4, (seconds) => `${seconds} s`);
    const bytes = reader.number("length", 2);
    if (type === TYPE_ADDRESS && bytes === 4) addresses.push(reader.address("address"));
    else reader.hex("data", bytes);
  }
  return addresses;
}

/** Labels up to the root or a pointer, which is not followed. */
function readName(reader: LayerReader, field: string): string {
  const labels: string[] = [];
  let ahead = 0;
  for (let bytes = reader.peek(1); bytes !== 0; bytes = reader.peek(1, ahead)) {
    if (bytes >= POINTER) {
      reader.value(field, [...labels, "…"].join("."), ahead + 2);
      return labels.join(".");
    }
    const label = Array.from({ length: bytes }, (_, index) => String.fromCharCode(reader.peek(1, ahead + 1 + index))).join("");
    labels.push(label.replace(/[^\x21-\x7e]/g, "·"));
    ahead += 1 + bytes;
  }
  reader.value(field, labels.join("."), ahead + 1);
  return labels.join(".");
}

function resultText(flags: number): string {
  return RESULTS[flags & 15] ?? `error ${flags & 15}`;
}
