// Puts the lines of a script together from spans of any size.
//
// In: bytes in the order of the file. Out: one line without its end, its trailing blanks and a byte order mark.
// A line longer than the buffer is read to its end and marked; what it said is cut.

import { asciiIsBlank } from "../base/ascii";
import { bytesCopy, bytesFind } from "../base/bytes";
import { SCRIPT_LINE_BYTES_MAX } from "../config";

const NEWLINE: u8 = 0x0a;
const RETURN: i32 = 0x0d;

const LINE = memory.data(SCRIPT_LINE_BYTES_MAX, 8);

let startOffset: u32 = 0;
let takenBytes: u32 = 0;
let complete: bool = false;
/** What is left without trailing blanks; -1 while nobody has asked. */
let shownBytes: i32 = -1;

/** The next byte taken is the first of a line, at this offset of the file. */
export function scriptLineStart(offset: u32): void {
  startOffset = offset;
  takenBytes = 0;
  complete = false;
  shownBytes = -1;
}

/** Takes bytes up to and with the end of the line. Returns how many. */
export function scriptLineTake(ptr: usize, bytes: i32): i32 {
  assert(!complete);
  const textBytes = bytesFind(ptr, NEWLINE, bytes);
  const room = max(SCRIPT_LINE_BYTES_MAX - <i32>takenBytes, 0);
  bytesCopy(LINE + <usize>takenBytes, ptr, min(textBytes, room));
  takenBytes += textBytes;
  complete = textBytes < bytes;
  shownBytes = -1;
  return complete ? textBytes + 1 : bytes;
}

/** True once the end of the line was taken. */
export function scriptLineComplete(): bool {
  return complete;
}

/** True when there is a line without an end. */
export function scriptLinePending(): bool {
  return !complete && takenBytes > 0;
}

export function scriptLineTooLong(): bool {
  return takenBytes > <u32>SCRIPT_LINE_BYTES_MAX;
}

/** Where the line begins in the file. */
export function scriptLineOffset(): u32 {
  return startOffset;
}

export function scriptLinePtr(): usize {
  return LINE + <usize>markBytes();
}

/** Bytes without trailing blanks and carriage returns. */
export function scriptLineBytes(): i32 {
  if (shownBytes < 0) shownBytes = lineTrimmed();
  return shownBytes;
}

function lineTrimmed(): i32 {
  let end = scriptLineTooLong() ? SCRIPT_LINE_BYTES_MAX : <i32>takenBytes;
  const start = markBytes();
  while (end > start && isTrailing(load<u8>(LINE + <usize>end - 1))) end--;
  return end - start;
}

function isTrailing(byte: i32): bool {
  return asciiIsBlank(byte) || byte == RETURN;
}

/** Bytes of the UTF-8 mark that a file may begin with. */
function markBytes(): i32 {
  const marked = startOffset == 0 && takenBytes >= 3 && (load<u32>(LINE) & 0xffffff) == 0xbfbbef;
  return marked ? 3 : 0;
}

/** True when the file begins with a UTF-16 mark, of either order. */
export function scriptLineUtf16(): bool {
  const mark = load<u16>(LINE);
  return startOffset == 0 && takenBytes >= 2 && (mark == 0xfeff || mark == 0xfffe);
}
