// Builds event records as the core does, for tests of the host: `record(EventKind.Http, [Field.Status, FieldType.Number, 404])`.
//
// Numbers go in as their type needs them, text as UTF-8, hex and raw data as bytes. Nothing is checked: tests build bad ones too.

import { FieldType, type EventKind, type Field } from "../../hal/events.js";

export type FieldSpec = readonly [field: Field, type: FieldType, value: number | string | Uint8Array];

export function record(kind: EventKind, ...fields: readonly FieldSpec[]): Uint8Array {
  const bytes: number[] = [kind];
  for (const [field, type, value] of fields) {
    const data = dataOf(type, value);
    bytes.push(field, type, data.length & 255, data.length >> 8, ...data);
  }
  return Uint8Array.from(bytes);
}

function dataOf(type: FieldType, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return value;
  if (type === FieldType.Code || type === FieldType.Flag) return Uint8Array.of(value);
  return Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255);
}
