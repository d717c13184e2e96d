// What a datagram or a segment carries: HTTP and SIP line by line up to their body, anything else as bytes.

import { begun, latin1, LayerReader, type Says } from "./frame-layer.js";

const HTTP = /^(?:GET|POST|HEAD) \S+ HTTP\/|^HTTP\/1\.[01] \d{3}/;
const SIP = /^(?:REGISTER|OPTIONS|INVITE|ACK|BYE|CANCEL) \S+ SIP\/|^SIP\/2\.0 \d{3}/;
const NEWLINE = 10;
/** A head has no more lines than a person looks at. */
const LINES_MAX = 64;

export function decodeText(frame: Uint8Array, from: number, end: number, says: Says, layers: LayerReader[]): void {
  const start = latin1(frame.subarray(from, Math.min(end, from + 200)));
  const protocol = HTTP.test(start) ? "HTTP" : SIP.test(start) ? "SIP" : undefined;
  const reader = begun(layers, new LayerReader(protocol ?? "Data", frame, from, end));
  if (protocol === undefined) {
    if (reader.left > 0) reader.hex("bytes", reader.left);
    return;
  }
  says.protocol = protocol;
  says.summary = readLine(reader, "first line");
  for (let count = 0; reader.left > 0 && count < LINES_MAX; count++) if (readLine(reader, "") === "") break;
  if (reader.left > 0) reader.hex("body", reader.left);
}

/** One line with its end; a header's name becomes the field's. */
function readLine(reader: LayerReader, name: string): string {
  const found = reader.frame.indexOf(NEWLINE, reader.at);
  const next = found < 0 || found >= reader.end ? reader.end : found + 1;
  const text = latin1(reader.frame.subarray(reader.at, next)).replace(/·{0,2}$/, "");
  const colon = name === "" ? text.indexOf(":") : -1;
  if (colon > 0) reader.value(text.slice(0, colon), text.slice(colon + 1).trim(), next - reader.at);
  else if (text !== "") reader.value(name === "" ? "line" : name, text, next - reader.at);
  else reader.skip(next - reader.at);
  return text;
}
