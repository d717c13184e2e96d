// Decodes the core's event records for unit tests, strictly: a record that is not as hal/events.ts says throws.
//
// Numbers stay numbers, texts become Latin-1 strings, so that every byte shows.

import { EventKind, Field, FieldType } from "../../hal/events.js";

export interface DecodedEvent {
  readonly kind: EventKind;
  readonly fields: Readonly<Record<string, number | string>>;
}

/** Decodes one record; fields are under the names that `Field` gives them. */
export function decodeEvent(record: Uint8Array): DecodedEvent {
  const bytes = Buffer.from(record);
  const kind = bytes.readUInt8(0);
  if (EventKind[kind] === undefined) throw new Error(`unknown event kind ${kind}`);
  const fields: Record<string, number | string> = {};
  for (let at = 1; at < bytes.length;) {
    const name = Field[bytes.readUInt8(at)];
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    if (name === undefined || end > bytes.length || name in fields) throw new Error(`bad field at byte ${at}`);
    fields[name] = decodeValue(bytes.readUInt8(at + 1), bytes.subarray(at + 4, end));
    at = end;
  }
  return { kind, fields };
}

function decodeValue(type: number, data: Buffer): number | string {
  switch (type) {
    case FieldType.Text:
      return data.toString("latin1");
    case FieldType.Hex:
      return data.toString("hex");
    case FieldType.Signed:
      return data.readInt32LE(0);
    case FieldType.Number:
    case FieldType.Address:
      return data.readUInt32LE(0);
    case FieldType.Code:
    case FieldType.Flag:
      return data.readUInt8(0);
    default:
      throw new Error(`unknown field type ${type}`);
  }
}

/** `NotAScript` as it is printed: `not-a-script`. */
export function kebab(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
}
