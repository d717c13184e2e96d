// DHCP's site-specific option: `NAME=VALUE` items separated by commas (docs/STARTUP.md, Option 242).
//
// In: the option's bytes, of any length. Out: parameters set, and an event for each item and each piece that continues a list.
// A segment without `=` continues the value before it; double quotes protect commas; blanks around a segment do not belong to it.

import { EventKind, Field, OptionEffect, Source, ValueWhy } from "../../hal/events";
import { asciiIsBlank } from "../base/ascii";
import { eventBegin, eventCode, eventNumber, eventSend, eventText } from "../base/events";
import { VALUE_BYTES_MAX } from "../config";
import { parameterFind, parameterNameBytes, parameterNamePtr, parameterSet } from "./parameters";

/** A name in an event; the longest that a telephone knows has 32 characters. */
const NAME_EVENT_BYTES_MAX: i32 = 64;
const QUOTE: i32 = 0x22;
const EQUALS: i32 = 0x3d;
const COMMA = memory.data<u8>([0x2c]);

/** The value with its continuations; one byte more than a value may have, so that a longer one is seen to be too long. */
const VALUE = memory.data(VALUE_BYTES_MAX + 1, 8);
/** One continuing segment, for its event. */
const PIECE = memory.data(VALUE_BYTES_MAX + 1, 8);

/** Events after which an item is the last of its poll; an item adds its own, the parameter's, and those of what continues it. */
const OPTION_EVENTS_PER_POLL: i32 = 24;
/** Pieces of one list that are told; a value that is not too long has a few. */
const CONTINUATIONS_TOLD_MAX: i32 = 16;

let optionPtr: usize = 0;
let optionBytes: i32 = 0;
let optionAt: i32 = 0;
let eventCount: i32 = 0;

// The segment that was found last: offsets into the option.
let segmentStart: i32 = 0;
let segmentEnd: i32 = 0;
let segmentNext: i32 = 0;
let equalsAt: i32 = -1; // Of the first `=` outside quotes, or -1.
let quoteOpen: bool = false;

/** Begins with a whole option, which must stay where it is. Zero bytes at its end are not part of it: some servers send them. */
export function option242Start(ptr: usize, bytes: i32): void {
  assert(bytes >= 0);
  while (bytes > 0 && load<u8>(ptr + <usize>bytes - 1) == 0) bytes--;
  optionPtr = ptr;
  optionBytes = bytes;
  optionAt = 0;
}

/** Applies the next items: a poll's worth. True once all are done. */
export function option242Poll(): bool {
  eventCount = 0;
  while (optionAt < optionBytes) {
    if (eventCount >= OPTION_EVENTS_PER_POLL) return false;
    segmentFind(optionPtr, optionBytes, optionAt);
    optionAt = segmentNext;
    if (segmentStart == segmentEnd) continue;
    if (equalsAt >= 0) optionAt = itemApply(optionPtr, optionBytes);
    else orphanReport(optionPtr + <usize>segmentStart, segmentEnd - segmentStart);
  }
  return true;
}

/** A first segment without `=` continues nothing. */
function orphanReport(ptr: usize, bytes: i32): void {
  optionReport(ptr, bytes, ptr, 0, OptionEffect.Invalid, segmentStart, ValueWhy.NoEqualsSign);
}

/** Finds the segment that begins at `at`: its bounds without blanks, its `=`, and where the next one begins. */
function segmentFind(ptr: usize, bytes: i32, at: i32): void {
  while (at < bytes && asciiIsBlank(load<u8>(ptr + <usize>at))) at++;
  segmentStart = at;
  equalsAt = -1;
  quoteOpen = false;
  for (; at < bytes; at++) {
    const byte = <i32>load<u8>(ptr + <usize>at);
    if (byte == QUOTE) quoteOpen = !quoteOpen;
    if (quoteOpen) continue;
    if (byte == 0x2c) break;
    if (byte == EQUALS && equalsAt < 0) equalsAt = at;
  }
  segmentEnd = at;
  segmentNext = at < bytes ? at + 1 : bytes;
  while (segmentEnd > segmentStart && asciiIsBlank(load<u8>(ptr + <usize>segmentEnd - 1))) segmentEnd--;
}

/** Sets the item of the segment just found with all that continues it. Returns where the next item begins. */
function itemApply(ptr: usize, bytes: i32): i32 {
  const start = segmentStart;
  const index = parameterFind(ptr + <usize>start, equalsAt - start);
  const name = index < 0 ? ptr + <usize>start : parameterNamePtr(index);
  const nameBytes = index < 0 ? equalsAt - start : parameterNameBytes(index);
  let closed = !quoteOpen;
  let valueBytes = pieceCopy(VALUE, 0, ptr + <usize>equalsAt + 1, segmentEnd - equalsAt - 1);
  const continuedAt = segmentNext;
  let next = continuedAt;
  while (next < bytes) {
    segmentFind(ptr, bytes, next);
    if (equalsAt >= 0) break;
    next = segmentNext;
    if (segmentStart == segmentEnd) continue;
    closed = closed && !quoteOpen;
    valueBytes = pieceCopy(VALUE, valueBytes, COMMA, 1);
    valueBytes = pieceCopy(VALUE, valueBytes, ptr + <usize>segmentStart, segmentEnd - segmentStart);
  }
  const why = index < 0 ? ValueWhy.UnknownParameter : parameterSet(index, VALUE, valueBytes, Source.Option242);
  const taken = why == ValueWhy.None || why == ValueWhy.NotUsed;
  optionReport(name, nameBytes, VALUE, valueBytes, effectOf(why), start, taken && !closed ? ValueWhy.QuoteNotClosed : why);
  continuationsReport(ptr, continuedAt, next, name, nameBytes);
  return next;
}

/** Copies a segment without its quotes behind what is there. Returns the bytes in all, at most one above the limit. */
function pieceCopy(target: usize, written: i32, source: usize, bytes: i32): i32 {
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = load<u8>(source + i);
    if (<i32>byte == QUOTE || written > VALUE_BYTES_MAX) continue;
    store<u8>(target + <usize>written, byte);
    written++;
  }
  return written;
}

function effectOf(why: ValueWhy): OptionEffect {
  if (why == ValueWhy.None || why == ValueWhy.NotUsed) return OptionEffect.Set;
  if (why == ValueWhy.UnknownParameter) return OptionEffect.Unknown;
  return why == ValueWhy.WrongSource ? OptionEffect.NotFromDhcp : OptionEffect.Invalid;
}

/** One event for each of the first segments that continued the item, after the item's own. */
function continuationsReport(ptr: usize, at: i32, end: i32, name: usize, nameBytes: i32): void {
  for (let told: i32 = 0; at < end && told < CONTINUATIONS_TOLD_MAX;) {
    segmentFind(ptr, end, at);
    at = segmentNext;
    if (segmentStart == segmentEnd) continue;
    const pieceBytes = pieceCopy(PIECE, 0, ptr + <usize>segmentStart, segmentEnd - segmentStart);
    optionReport(name, nameBytes, PIECE, pieceBytes, OptionEffect.Continued, segmentStart, ValueWhy.None);
    told++;
  }
}

function optionReport(
  name: usize, nameBytes: i32, value: usize, valueBytes: i32, effect: OptionEffect, offset: i32, why: ValueWhy,
): void {
  eventBegin(EventKind.Option);
  eventText(Field.Name, name, nameBytes < NAME_EVENT_BYTES_MAX ? nameBytes : NAME_EVENT_BYTES_MAX);
  eventText(Field.Value, value, valueBytes);
  eventCode(Field.OptionEffect, effect);
  eventNumber(Field.Offset, <u32>offset);
  eventCode(Field.OptionWhy, why);
  eventSend();
  eventCount++;
}
