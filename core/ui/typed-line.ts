// A line that somebody types digit by digit: what is on it, and how it is shown, as it is or as stars.

import { asciiIsDigit } from "../base/ascii";
import { lineAddByte, lineAddBytes, lineAddText, lineStart } from "../base/line";
import { CREDENTIAL_BYTES_MAX } from "../config";
import { screenSetLine } from "./screen";

const STAR: i32 = 0x2a;
const LINE = memory.data(64, 8);

let typedCount: i32 = 0;

/** Empties the line. */
export function typedInit(): void {
  typedCount = 0;
}

/** Takes a digit; false for any other key, and for a digit too many. */
export function typedKey(key: i32): bool {
  if (!asciiIsDigit(key) || typedCount == CREDENTIAL_BYTES_MAX) return false;
  store<u8>(LINE + <usize>typedCount, key);
  typedCount++;
  return true;
}

/** Takes the last digit away. */
export function typedBack(): void {
  if (typedCount > 0) typedCount--;
}

export function typedPtr(): usize {
  return LINE;
}

export function typedBytes(): i32 {
  return typedCount;
}

/** Shows the line behind a label; hidden, each digit is a star. */
export function typedShow(row: i32, label: i32, hidden: bool): void {
  lineStart();
  if (label != 0) lineAddText(label);
  if (!hidden) lineAddBytes(LINE, typedCount);
  else for (let i: i32 = 0; i < typedCount; i++) lineAddByte(STAR);
  screenSetLine(row);
}
