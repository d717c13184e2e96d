// Reads one line of a script: what kind it is, its name, value and tag (docs/STARTUP.md, The script language).
//
// In: a line without its end and without trailing blanks. Out: a kind, spans into the line, and what is wrong with it.
// A value is copied without its quotes. Executes nothing, keeps nothing but the last line's parts.

import { ScriptWhy } from "../../hal/events";
import { asciiIsBlank, asciiUpper } from "../base/ascii";
import { VALUE_BYTES_MAX } from "../config";

export enum LineKind {
  Blank = 0,
  Comment = 1,
  Tag = 2,
  Set = 3,
  If = 4,
  Goto = 5,
  Get = 6,
  Add = 7,
  /** Neither statement nor comment mark. */
  Other = 8,
}

const QUOTE: i32 = 0x22;
const COMMA: i32 = 0x2c;

// Keywords as upper-case bytes in one number, first byte lowest.
const WORD_IF: u32 = 0x4649;
const WORD_SET: u32 = 0x544553;
const WORD_GET: u32 = 0x544547;
const WORD_ADD: u32 = 0x444441;
const WORD_SEQ: u32 = 0x514553;
const WORD_GOTO: u32 = 0x4f544f47;

/** One byte more than a value may have, so that a longer one is seen to be too long. */
const VALUE = memory.data(VALUE_BYTES_MAX + 1, 8);

let at: usize = 0;
let end: usize = 0;
let namePtr: usize = 0;
let nameBytes: i32 = 0;
let valueBytes: i32 = 0;
let tagPtr: usize = 0;
let tagBytes: i32 = 0;
let why: ScriptWhy = ScriptWhy.None;

/** Reads a line. The getters below tell its parts until the next one. */
export function lexerLine(ptr: usize, bytes: i32): LineKind {
  assert(bytes >= 0);
  at = ptr;
  end = ptr + <usize>bytes;
  nameBytes = valueBytes = tagBytes = 0;
  why = ScriptWhy.None;
  if (bytes == 0) return LineKind.Blank;
  if (load<u8>(ptr) == 0x23) return lexTag() ? LineKind.Tag : LineKind.Comment;
  const kind = lexKeyword();
  if (kind == LineKind.Set || kind == LineKind.Add) lexSet();
  else if (kind == LineKind.If) lexIf();
  else if (kind == LineKind.Goto) lexGoto();
  else if (kind == LineKind.Get) lexGet();
  if (why == ScriptWhy.None && kind != LineKind.Other && at < end) why = ScriptWhy.TextIgnored;
  return kind;
}

/** `#`, exactly one blank, one word and nothing more. */
function lexTag(): bool {
  if (end - at < 3 || load<u8>(at + 1) != 0x20) return false;
  at += 2;
  lexTagWord(); // A second blank makes an empty word with text behind it.
  return at == end;
}

/** The first word, if it is a keyword; a blank or the line's end follows. */
function lexKeyword(): LineKind {
  switch (lexWord()) {
    case WORD_SET:
      return LineKind.Set;
    case WORD_IF:
      return LineKind.If;
    case WORD_GOTO:
      return LineKind.Goto;
    case WORD_GET:
      return LineKind.Get;
    case WORD_ADD:
      return LineKind.Add;
    default:
      why = ScriptWhy.NotAStatement;
      return LineKind.Other;
  }
}

function lexSet(): void {
  lexName();
  if (nameBytes == 0) why = ScriptWhy.MissingName;
  else if (at == end) why = ScriptWhy.MissingValue;
  else lexValue();
}

/** `$NAME SEQ value GOTO tag`, behind the IF. */
function lexIf(): void {
  why = ScriptWhy.BadCondition;
  if (at == end || load<u8>(at) != 0x24) return;
  at++;
  lexName();
  if (nameBytes == 0 || lexWord() != WORD_SEQ || at == end) return;
  why = ScriptWhy.None;
  if (load<u8>(at) == QUOTE) lexPiece();
  else lexBare();
  skipBlanks();
  if (why != ScriptWhy.None || lexWord() != WORD_GOTO) why = ScriptWhy.BadCondition;
  else lexGoto();
}

function lexGoto(): void {
  lexTagWord();
  if (tagBytes == 0) why = ScriptWhy.MissingTag;
}

/** A file name is a bare word. */
function lexGet(): void {
  lexBare();
  skipBlanks();
  if (valueBytes == 0) why = ScriptWhy.MissingName;
}

function lexTagWord(): void {
  tagPtr = at;
  skipWord();
  tagBytes = <i32>(at - tagPtr);
  skipBlanks();
}

function lexName(): void {
  namePtr = at;
  skipWord();
  nameBytes = <i32>(at - namePtr);
  skipBlanks();
}

/** A bare word, or quoted pieces joined by commas with blanks around them. */
function lexValue(): void {
  if (load<u8>(at) != QUOTE) lexBare();
  else lexList();
  skipBlanks();
}

function lexBare(): void {
  for (; at < end && !asciiIsBlank(load<u8>(at)); at++) valuePush(load<u8>(at));
}

function lexList(): void {
  lexPiece();
  while (why == ScriptWhy.None) {
    const next = nextPiece();
    if (next == 0) return;
    at = next;
    valuePush(COMMA);
    lexPiece();
  }
}

/** Where the quote of the piece behind a comma is, or 0. */
function nextPiece(): usize {
  const start = at;
  skipBlanks();
  let next: usize = 0;
  if (at < end && load<u8>(at) == COMMA) {
    at++;
    skipBlanks();
    if (at < end && load<u8>(at) == QUOTE) next = at;
  }
  at = start;
  return next;
}

/** One quoted piece, without its quotes. */
function lexPiece(): void {
  at++;
  for (; at < end && load<u8>(at) != QUOTE; at++) valuePush(load<u8>(at));
  if (at < end) at++;
  else why = ScriptWhy.QuoteNotClosed;
}

function valuePush(byte: i32): void {
  if (valueBytes > VALUE_BYTES_MAX) return;
  store<u8>(VALUE + <usize>valueBytes, byte);
  valueBytes++;
}

/** A word of up to four letters as a number, upper case; 0 for a longer one. Blanks behind it are skipped. */
function lexWord(): u32 {
  const start = at;
  skipWord();
  let word: u32 = 0;
  if (at - start <= 4) {
    for (let letter = at; letter > start; letter--) word = (word << 8) | <u32>asciiUpper(load<u8>(letter - 1));
  }
  skipBlanks();
  return word;
}

function skipWord(): void {
  while (at < end && !asciiIsBlank(load<u8>(at))) at++;
}

function skipBlanks(): void {
  while (at < end && asciiIsBlank(load<u8>(at))) at++;
}

/** The name of a SET, ADD or IF, as written. */
export function lexerNamePtr(): usize {
  return namePtr;
}

export function lexerNameBytes(): i32 {
  return nameBytes;
}

/** The value of a SET, what an IF compares with, or a GET's file name: without quotes, cut one byte above the limit. */
export function lexerValuePtr(): usize {
  return VALUE;
}

export function lexerValueBytes(): i32 {
  return valueBytes;
}

/** The word of a tag, or the one a GOTO or IF names. */
export function lexerTagPtr(): usize {
  return tagPtr;
}

export function lexerTagBytes(): i32 {
  return tagBytes;
}

export function lexerWhy(): ScriptWhy {
  return why;
}

/** True when the line does something as it stands: only its surplus is reported. */
export function lexerWhole(): bool {
  return why == ScriptWhy.None || why == ScriptWhy.TextIgnored || why == ScriptWhy.QuoteNotClosed;
}
