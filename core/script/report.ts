// Script events: what was done with each statement, in the bytes that were read.
//
// The statement comes last in a record and is cut where the record ends; name and value always find room before it.

import { EventKind, Field, ScriptEffect, ScriptWhy } from "../../hal/events";
import { asciiUpper } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import { eventBegin, eventCode, eventNumber, eventSend, eventText } from "../base/events";
import { FILE_NAME_BYTES_MAX, TAG_BYTES_MAX, VALUE_BYTES_MAX } from "../config";

/** A name in an event; the longest that a telephone knows has 32 characters. */
const NAME_BYTES_MAX: i32 = 64;

const FILE = memory.data(FILE_NAME_BYTES_MAX, 8);
const NAME = memory.data(NAME_BYTES_MAX, 8);

let fileBytes: i32 = 0;
let nameBytes: i32 = 0;
let valuePtr: usize = 0;
let valueBytes: i32 = 0;
let tagPtr: usize = 0;
let tagBytes: i32 = 0;

/** The file that the next events are about; its name is kept. */
export function reportFile(ptr: usize, bytes: i32): void {
  assert(bytes >= 0 && bytes <= FILE_NAME_BYTES_MAX);
  bytesCopy(FILE, ptr, bytes);
  fileBytes = bytes;
}

/** A name for the next event; it is shown in upper case. */
export function reportName(ptr: usize, bytes: i32): void {
  nameBytes = bytes < NAME_BYTES_MAX ? bytes : NAME_BYTES_MAX;
  for (let i: usize = 0; i < <usize>nameBytes; i++) store<u8>(NAME + i, asciiUpper(load<u8>(ptr + i)));
}

/** A value for the next event, cut one byte above the limit of a parameter's. */
export function reportValue(ptr: usize, bytes: i32): void {
  valuePtr = ptr;
  valueBytes = bytes <= VALUE_BYTES_MAX ? bytes : VALUE_BYTES_MAX + 1;
}

/** The tag that a condition names, for the next event. */
export function reportTag(ptr: usize, bytes: i32): void {
  tagPtr = ptr;
  tagBytes = bytes <= TAG_BYTES_MAX ? bytes : TAG_BYTES_MAX;
}

/** Sends the event, with the name and the value that were given since the last one. */
export function reportStatement(line: u32, ptr: usize, bytes: i32, effect: ScriptEffect, why: ScriptWhy): void {
  assert(bytes >= 0);
  eventBegin(EventKind.Script);
  eventText(Field.File, FILE, fileBytes);
  eventNumber(Field.Line, line);
  eventCode(Field.ScriptEffect, effect);
  eventCode(Field.ScriptWhy, why);
  if (nameBytes > 0) eventText(Field.Name, NAME, nameBytes);
  if (valuePtr != 0) eventText(Field.Value, valuePtr, valueBytes);
  if (tagBytes > 0) eventText(Field.Detail, tagPtr, tagBytes);
  eventText(Field.Statement, ptr, bytes);
  eventSend();
  nameBytes = 0;
  valuePtr = 0;
  tagBytes = 0;
}
