// The fields of the local procedure at hand: their texts while they are edited, and what is made of them when they are saved.
//
// Nothing changes outside before `fieldsApply`, which enters the changed values locally. A field that was emptied is entered no more.

import { Source } from "../../hal/events";
import { asciiNumber } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import { lineAddByte, lineAddBytes, lineAddText } from "../base/line";
import {
  parameterAllows, parameterBytes, parameterForget, parameterIsAddressing, parameterMost, parameterPtr, parameterSet, parameterSource,
} from "../settings/parameters";
import { Parameter } from "../settings/table";
import { fieldBackspace, fieldIsAddress, fieldKey } from "../ui/craft-field";
import { fieldChoice, fieldChoices, fieldLabel, fieldParameter, FORM_FIELDS_MAX } from "./craft-table";

const FIELD_BYTES: i32 = 256;
const TEXTS = memory.data(12 * 256, 8);

let first: i32 = 0;
let count: i32 = 0;
/** A bit for each field that was changed. */
let changed: u32 = 0;

/** Begins with the values in use; an address that nobody gave is empty. */
export function fieldsLoad(firstField: i32, fieldCount: i32): void {
  assert(fieldCount <= FORM_FIELDS_MAX);
  first = firstField;
  count = fieldCount;
  changed = 0;
  for (let index: i32 = 0; index < count; index++) {
    const parameter = fieldParameter(first + index);
    const blank = isAddress(index) && parameterSource(parameter) == Source.Default;
    const bytes = blank ? 0 : parameterBytes(parameter);
    store<u8>(field(index), bytes);
    bytesCopy(field(index) + 1, parameterPtr(parameter), bytes);
  }
}

export function fieldsAreChanged(): bool {
  return changed != 0;
}

/** True for a field that is changed from choice to choice. */
export function fieldsIsChoice(index: i32): bool {
  return fieldChoices(first + index) > 0;
}

/** A digit or `*`; false when it means nothing there. */
export function fieldsKey(index: i32, key: i32): bool {
  if (fieldsIsChoice(index)) return false;
  return fieldsMark(index, fieldKey(field(index), key, parameterMost(fieldParameter(first + index))));
}

export function fieldsBackspace(index: i32): bool {
  return fieldsMark(index, !fieldsIsChoice(index) && fieldBackspace(field(index)));
}

export function fieldsClear(index: i32): bool {
  const was = load<u8>(field(index));
  store<u8>(field(index), 0);
  return fieldsMark(index, was != 0);
}

/** The next choice; after the last the first. The one in use is no change; what is typed is, even if it says the same. */
export function fieldsChange(index: i32): bool {
  const value = asciiNumber(field(index) + 1, load<u8>(field(index)));
  const parameter = fieldParameter(first + index);
  store<u8>(field(index), 1);
  store<u8>(field(index) + 1, 0x30 + (value + 1) % fieldChoices(first + index));
  changed &= ~(1 << index);
  fieldsMark(index, parameterBytes(parameter) != 1 || load<u8>(field(index) + 1) != load<u8>(parameterPtr(parameter)));
  return true;
}

/** Adds label and text to the line. */
export function fieldsShow(index: i32): void {
  fieldsShowValue(first + index, field(index) + 1, load<u8>(field(index)));
}

/** The same with any value of a field of the table. */
export function fieldsShowValue(row: i32, ptr: usize, bytes: i32): void {
  lineAddText(fieldLabel(row));
  lineAddByte(0x20);
  const value = asciiNumber(ptr, bytes);
  if (value >= 0 && value < fieldChoices(row)) lineAddText(fieldChoice(row, value));
  else lineAddBytes(ptr, bytes);
}

/** The first changed field whose text cannot be its value, or -1. */
export function fieldsWrong(): i32 {
  for (let index: i32 = 0; index < count; index++) {
    const bytes = <i32>load<u8>(field(index));
    if (!fieldsIsChanged(index) || bytes == 0) continue;
    if (!parameterAllows(fieldParameter(first + index), field(index) + 1, bytes)) return index;
    if (isAddress(index) && !fieldIsAddress(field(index))) return index;
  }
  return -1;
}

/** Enters the changed values locally; with DHCP switched off also address, mask and routers as shown: nobody else will say them. */
export function fieldsApply(): void {
  const alone = fieldsLeaveDhcp();
  for (let index: i32 = 0; index < count; index++) {
    const bytes = <i32>load<u8>(field(index));
    const shown = alone && bytes > 0 && parameterIsAddressing(fieldParameter(first + index));
    if (!fieldsIsChanged(index) && !shown) continue;
    if (bytes == 0) parameterForget(fieldParameter(first + index));
    else parameterSet(fieldParameter(first + index), field(index) + 1, bytes, Source.Craft);
  }
  changed = 0;
}

/** True when `Use DHCP` was changed to No. */
function fieldsLeaveDhcp(): bool {
  for (let index: i32 = 0; index < count; index++) {
    if (!fieldsIsChanged(index) || fieldParameter(first + index) != Parameter.USE_DHCP) continue;
    return asciiNumber(field(index) + 1, load<u8>(field(index))) == 0;
  }
  return false;
}

function fieldsMark(index: i32, done: bool): bool {
  if (done) changed |= 1 << index;
  return done;
}

function fieldsIsChanged(index: i32): bool {
  return ((changed >>> index) & 1) != 0;
}

/** All that is typed and no number. */
function isAddress(index: i32): bool {
  return !fieldsIsChoice(index) && parameterMost(fieldParameter(first + index)) == 0;
}

function field(index: i32): usize {
  return TEXTS + <usize>(index * FIELD_BYTES);
}
