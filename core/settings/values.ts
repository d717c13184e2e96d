// What a value may look like: type and range of the text as it was written (parameters.tsv).
//
// In: a value and its parameter's type, range and choices. Out: None, or why the value is not allowed. Keeps nothing.

import { ValueWhy } from "../../hal/events";
import { asciiAddress, asciiEqual, asciiIsDigit, asciiNumber } from "../base/ascii";
import { listCount, listItemBytes, listItemPtr } from "./list";

/** The numbers of tools/parameters: a type's place in its list. */
export enum ValueType {
  Text = 0,
  Word = 1,
  One = 2,
  Name = 3,
  Digits = 4,
  Address = 5,
  OneOf = 6,
  Number = 7,
  NumberOrZero = 8,
}

const ADDRESS = memory.data(4, 4);

/** Checks a value against its type; least and most are a number's range or a text's bytes. */
export function valueCheck(type: ValueType, least: i32, most: i32, ptr: usize, bytes: i32): ValueWhy {
  assert(bytes >= 0);
  if (type == ValueType.Number || type == ValueType.NumberOrZero) return numberCheck(type, least, most, ptr, bytes);
  if (type == ValueType.Address) return bytes <= 15 && asciiAddress(ptr, bytes, ADDRESS) ? ValueWhy.None : ValueWhy.NotAnAddress;
  if (bytes > most) return ValueWhy.TooLong;
  for (let i: i32 = 0; i < bytes; i++) {
    if (!characterAllowed(type, load<u8>(ptr + <usize>i), i)) return ValueWhy.NotAllowedCharacter;
  }
  return ValueWhy.None;
}

/** One of the comma-separated choices, in any case. */
export function valueCheckChoice(choices: usize, choicesBytes: i32, ptr: usize, bytes: i32): ValueWhy {
  for (let i: i32 = 0; i < listCount(choices, choicesBytes); i++) {
    const choice = listItemPtr(choices, choicesBytes, i);
    if (asciiEqual(choice, listItemBytes(choices, choicesBytes, i), ptr, bytes)) return ValueWhy.None;
  }
  return ValueWhy.NotOneOf;
}

function numberCheck(type: ValueType, least: i32, most: i32, ptr: usize, bytes: i32): ValueWhy {
  if (bytes == 0) return ValueWhy.NotANumber;
  for (let i: usize = 0; i < <usize>bytes; i++) if (!asciiIsDigit(load<u8>(ptr + i))) return ValueWhy.NotANumber;
  const value = asciiNumber(ptr, bytes); // -1 above 2^31 - 1, which no range reaches.
  if (value == 0 && type == ValueType.NumberOrZero) return ValueWhy.None;
  return value >= least && value <= most ? ValueWhy.None : ValueWhy.OutOfRange;
}

/** Values are printable ASCII; the types narrow it further. */
function characterAllowed(type: ValueType, byte: i32, index: i32): bool {
  if (byte < 0x20 || byte > 0x7e) return false;
  if (type == ValueType.Digits) return asciiIsDigit(byte);
  if (type == ValueType.Name) return index > 0 || byte == 0x2f;
  if (type == ValueType.One && byte == 0x2c) return false;
  return byte != 0x20 || type == ValueType.Text;
}
