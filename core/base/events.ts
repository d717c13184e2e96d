// Event records for the host: numbers and the bytes that were seen, never words (hal/events.ts has the kinds and ids).
//
// Begin a record, add fields, send it. A text is cut where the record's space ends, so a record is always well formed.

import { EVENT_BYTES_MAX } from "../../hal/abi";
import { EventKind, Field, FieldType } from "../../hal/events";
import { halSysEvent } from "../../hal/system";
import { bytesCopy } from "./bytes";

const RECORD = memory.data(1024, 8);

/** Short fields that may follow a long text always find room: what a text leaves free. */
const RESERVED_BYTES: i32 = 256;

let recordBytes: i32 = 0;

export function eventBegin(kind: EventKind): void {
  store<u8>(RECORD, kind);
  recordBytes = 1;
}

export function eventNumber(field: Field, value: u32): void {
  store<u32>(eventField(field, FieldType.Number, 4), value);
}

export function eventSigned(field: Field, value: i32): void {
  store<i32>(eventField(field, FieldType.Signed, 4), value);
}

export function eventAddress(field: Field, address: u32): void {
  store<u32>(eventField(field, FieldType.Address, 4), address);
}

export function eventCode(field: Field, code: i32): void {
  store<u8>(eventField(field, FieldType.Code, 1), code);
}

export function eventFlag(field: Field, value: bool): void {
  store<u8>(eventField(field, FieldType.Flag, 1), value ? 1 : 0);
}

/** Adds text as it was seen, cut to the space left. */
export function eventText(field: Field, ptr: usize, bytes: i32): void {
  const room = EVENT_BYTES_MAX - RESERVED_BYTES - 4 - recordBytes;
  if (bytes > room) bytes = room < 0 ? 0 : room;
  bytesCopy(eventField(field, FieldType.Text, bytes), ptr, bytes);
}

/** Adds bytes that are printed as hex: digests and key hashes. */
export function eventHex(field: Field, ptr: usize, bytes: i32): void {
  bytesCopy(eventField(field, FieldType.Hex, bytes), ptr, bytes);
}

export function eventSend(): void {
  halSysEvent(RECORD, recordBytes);
}

function eventField(field: Field, type: FieldType, bytes: i32): usize {
  assert(recordBytes + 4 + bytes <= EVENT_BYTES_MAX);
  const at = RECORD + <usize>recordBytes;
  store<u8>(at, field);
  store<u8>(at + 1, type);
  store<u16>(at + 2, bytes);
  recordBytes += 4 + bytes;
  return at + 4;
}
