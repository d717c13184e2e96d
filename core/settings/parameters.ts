// The telephone's parameters: their values in use, where each comes from, and which source beats which.
//
// In: names and values from every source. Out: the value in use, and an event for the host whenever it changes.
// A value that is not allowed, or of lower rank than the one in force, changes nothing and says why.
// Each parameter has a slot for its longest value, so values never run out of room and never move.

import { EventKind, Field, Source, ValueWhy } from "../../hal/events";
import { asciiEqual, asciiNumber } from "../base/ascii";
import { bytesCopy, bytesEqual } from "../base/bytes";
import { eventBegin, eventCode, eventSend, eventText } from "../base/events";
import { VALUES_BYTES, VALUE_BYTES_MAX } from "../config";
import { keptForget, keptPut } from "./kept";
import { macrosExpand, macrosInit } from "./macros";
import { PARAMETER_COUNT, Parameter, SLOTS_BYTES, TABLE } from "./table";
import { ValueType, valueCheck, valueCheckChoice } from "./values";

const RECORD_BYTES: usize = 16;

// Source bits and flags of a record; tools/parameters gives them their places.
const FROM_SETTINGS: i32 = 1;
const FROM_SCRIPT: i32 = 2;
const FROM_DHCP: i32 = 4;
const FROM_LLDP: i32 = 8;
const FROM_CRAFT: i32 = 16;
const FROM_ANY: i32 = 31;
const KEPT_ONLY: i32 = 1;
const LLDP_BEATS: i32 = 2;
const DHCP_SETS_ASIDE: i32 = 4;

// Ranks, low to high (docs/STARTUP.md, Precedence). An equal rank replaces.
const RANK_STORED: i32 = 1;
const RANK_LLDP: i32 = 2;
const RANK_DHCP: i32 = 3;
const RANK_OPTION242: i32 = 4;
const RANK_SETTINGS: i32 = 5;
const RANK_LLDP_LAYER2: i32 = 6;
const RANK_LOCAL: i32 = 7;

/** Half of the HAL calls that a poll may make. */
const REPORTS_PER_POLL: i32 = 32;

const SLOTS = memory.data(SLOTS_BYTES, 8);
const STATES = memory.data(PARAMETER_COUNT * 2, 2); // Per parameter: u8 bytes of the value in use, u8 its source | UNTOLD.
/** The host does not know this value yet. */
const UNTOLD: i32 = 0x80;
/** What was entered locally stands here, for every pass of the start-up: slots and states as they were at the mark. */
const MARK_SLOTS = memory.data(SLOTS_BYTES, 8);
const MARK_STATES = memory.data(PARAMETER_COUNT * 2, 2);
const EXPANDED = memory.data(VALUE_BYTES_MAX, 8);

let reportNext: i32 = PARAMETER_COUNT;
/** Changes wait for the report. */
let quiet: bool = false;

/** All parameters at their defaults, macros replaced; no events. */
export function parametersInit(): void {
  assert(SLOTS_BYTES <= VALUES_BYTES);
  macrosInit();
  for (let index: i32 = 0; index < PARAMETER_COUNT; index++) {
    const bytes = macrosExpand(defaultPtr(index), defaultBytes(index), slot(index), slotBytes(index));
    assert(bytes >= 0);
    stateStore(index, bytes, Source.Default);
  }
}

/** The index of a name in any case, or -1. */
export function parameterFind(ptr: usize, bytes: i32): i32 {
  for (let index: i32 = 0; index < PARAMETER_COUNT; index++) {
    // The lengths first: a settings file asks thousands of times.
    if (parameterNameBytes(index) == bytes && asciiEqual(parameterNamePtr(index), bytes, ptr, bytes)) return index;
  }
  return -1;
}

/** Takes a value if its source, its form and its rank allow it. None and NotUsed mean taken. */
export function parameterSet(index: i32, ptr: usize, bytes: i32, source: Source): ValueWhy {
  assert(index >= 0 && index < PARAMETER_COUNT);
  assert(bytes >= 0);
  if (!sourceAllowed(index, source)) return ValueWhy.WrongSource;
  const why = parameterCheck(index, ptr, bytes);
  if (why != ValueWhy.None) return why;
  const expandedBytes = macrosExpand(ptr, bytes, EXPANDED, slotBytes(index));
  if (expandedBytes < 0) return ValueWhy.TooLong; // By its macros, or a number by its leading zeros.
  // A file's value is kept although a higher one is in force: without that one it is what the next start-up needs.
  if (source >= Source.Settings && sourceAllowed(index, Source.Stored)) {
    keptPut(parameterNamePtr(index), parameterNameBytes(index), ptr, bytes, source);
  }
  if (rank(index, source) < rank(index, parameterSource(index))) return ValueWhy.LowerRank;
  parameterKeep(index, expandedBytes, source);
  return (load<u8>(record(index) + 9) & KEPT_ONLY) != 0 ? ValueWhy.NotUsed : ValueWhy.None;
}

/** What was entered locally is so no more; what other sources say counts again from the next start-up on. */
export function parameterForget(index: i32): void {
  keptForget(parameterNamePtr(index), parameterNameBytes(index));
  if (parameterSource(index) < Source.Craft) return;
  parameterKeep(index, macrosExpand(defaultPtr(index), defaultBytes(index), EXPANDED, slotBytes(index)), Source.Default);
}

/** True when type and range allow the text. */
export function parameterAllows(index: i32, ptr: usize, bytes: i32): bool {
  return parameterCheck(index, ptr, bytes) == ValueWhy.None;
}

/** The largest number that is allowed; 0 where the value is no number. */
export function parameterMost(index: i32): i32 {
  return <ValueType>load<u8>(record(index) + 7) == ValueType.Number ? load<i32>(record(index) + 12) : 0;
}

function sourceAllowed(index: i32, source: Source): bool {
  return (load<u8>(record(index) + 8) & sourceBits(source)) != 0;
}

/** A stored value was entered locally or came from a settings file; which of them does not matter any more. */
function sourceBits(source: Source): i32 {
  switch (source) {
    case Source.Stored:
      return FROM_SETTINGS | FROM_CRAFT;
    case Source.Lldp:
      return FROM_LLDP;
    case Source.Dhcp:
    case Source.Option242:
      return FROM_DHCP;
    case Source.Settings: // A file that is reached by GET is a further script, and may name the application too.
    case Source.Script:
      return FROM_SETTINGS | FROM_SCRIPT;
    case Source.Craft:
      return FROM_CRAFT;
    case Source.CommandLine: // Whoever starts the telephone may set whatever anybody may.
      return FROM_ANY;
    default:
      return 0;
  }
}

/** Type and range of the text as it was written. */
function parameterCheck(index: i32, ptr: usize, bytes: i32): ValueWhy {
  const at = record(index);
  const type = <ValueType>load<u8>(at + 7);
  if (type == ValueType.OneOf) {
    return valueCheckChoice(defaultPtr(index) + <usize>defaultBytes(index), load<u8>(at + 6), ptr, bytes);
  }
  return valueCheck(type, load<u16>(at + 10), load<i32>(at + 12), ptr, bytes);
}

/** The rank of a source for this parameter: LLDP and local addresses have exceptions. */
function rank(index: i32, source: Source): i32 {
  const flags = <i32>load<u8>(record(index) + 9);
  switch (source) {
    case Source.Stored:
      return RANK_STORED;
    case Source.Lldp:
      return (flags & LLDP_BEATS) != 0 ? RANK_LLDP_LAYER2 : RANK_LLDP;
    case Source.Dhcp:
      return RANK_DHCP;
    case Source.Option242:
      return RANK_OPTION242;
    case Source.Settings:
    case Source.Script:
      return RANK_SETTINGS;
    case Source.Craft:
    case Source.CommandLine:
      return (flags & DHCP_SETS_ASIDE) != 0 && parameterNumber(Parameter.USE_DHCP) == 1 ? RANK_STORED : RANK_LOCAL;
    default:
      return 0;
  }
}

function parameterKeep(index: i32, bytes: i32, source: Source): void {
  const same = bytes == parameterBytes(index) && bytesEqual(EXPANDED, slot(index), bytes);
  if (same && source == parameterSource(index)) return;
  bytesCopy(slot(index), EXPANDED, bytes);
  stateStore(index, bytes, quiet ? <i32>source | UNTOLD : source);
  if (!quiet) parameterReport(index);
}

/** What is in force now and was entered locally is what a later pass begins with. */
export function parametersMark(): void {
  bytesCopy(MARK_SLOTS, SLOTS, SLOTS_BYTES);
  bytesCopy(MARK_STATES, STATES, PARAMETER_COUNT * 2);
}

/**
 * Nothing of an earlier pass stays but what was entered locally, and what LLDP said where that still holds. Lay what is stored over it,
 * then poll the report: until then nothing is told.
 */
export function parametersReturn(keepsLldp: bool): void {
  quiet = true;
  reportNext = 0;
  for (let index: i32 = 0; index < PARAMETER_COUNT; index++) {
    if (keepsLldp && parameterSource(index) == Source.Lldp) continue;
    const source = <Source>load<u8>(MARK_STATES + <usize>index * 2 + 1);
    const isLocal = source >= Source.Craft;
    const bytes = isLocal ? <i32>load<u8>(MARK_STATES + <usize>index * 2)
      : macrosExpand(defaultPtr(index), defaultBytes(index), EXPANDED, slotBytes(index));
    if (isLocal) bytesCopy(EXPANDED, MARK_SLOTS + (slot(index) - SLOTS), bytes);
    parameterKeep(index, bytes, isLocal ? source : Source.Default);
  }
}

/** Begins to report every parameter with its value and source. */
export function parametersReportStart(): void {
  for (let index: i32 = 0; index < PARAMETER_COUNT; index++) stateStore(index, parameterBytes(index), parameterSource(index) | UNTOLD);
  reportNext = 0;
}

/** Reports the next parameters that the host does not know: a poll's worth. True once all are told. */
export function parametersReportPoll(): bool {
  quiet = false;
  let count: i32 = 0;
  for (; count < REPORTS_PER_POLL && reportNext < PARAMETER_COUNT; reportNext++) {
    const source = <i32>load<u8>(STATES + <usize>reportNext * 2 + 1);
    if ((source & UNTOLD) == 0) continue;
    stateStore(reportNext, parameterBytes(reportNext), source & ~UNTOLD);
    parameterReport(reportNext);
    count++;
  }
  return reportNext == PARAMETER_COUNT;
}

function parameterReport(index: i32): void {
  eventBegin(EventKind.Parameter);
  eventText(Field.Name, parameterNamePtr(index), parameterNameBytes(index));
  eventText(Field.Value, parameterPtr(index), parameterBytes(index));
  eventCode(Field.Source, parameterSource(index));
  eventSend();
}

export function parameterPtr(index: i32): usize {
  return slot(index);
}

export function parameterBytes(index: i32): i32 {
  return load<u8>(STATES + <usize>index * 2);
}

/** The value as a number; -1 when it is not one. */
export function parameterNumber(index: i32): i32 {
  return asciiNumber(parameterPtr(index), parameterBytes(index));
}

export function parameterSource(index: i32): Source {
  return <Source>(<i32>load<u8>(STATES + <usize>index * 2 + 1) & ~UNTOLD);
}

/** True for the address, mask and routers that USE_DHCP=1 sets aside. */
export function parameterIsAddressing(index: i32): bool {
  return (load<u8>(record(index) + 9) & DHCP_SETS_ASIDE) != 0;
}

/** The name, in upper case. */
export function parameterNamePtr(index: i32): usize {
  return TABLE + <usize>load<u16>(record(index));
}

export function parameterNameBytes(index: i32): i32 {
  return load<u8>(record(index) + 4);
}

function defaultPtr(index: i32): usize {
  return parameterNamePtr(index) + <usize>parameterNameBytes(index);
}

function defaultBytes(index: i32): i32 {
  return load<u8>(record(index) + 5);
}

function record(index: i32): usize {
  assert(index >= 0 && index < PARAMETER_COUNT);
  return TABLE + <usize>index * RECORD_BYTES;
}

function slot(index: i32): usize {
  return SLOTS + <usize>load<u16>(record(index) + 2);
}

/** A slot ends where the next begins. */
function slotBytes(index: i32): i32 {
  const end = index + 1 < PARAMETER_COUNT ? <i32>load<u16>(record(index + 1) + 2) : SLOTS_BYTES;
  return end - <i32>load<u16>(record(index) + 2);
}

function stateStore(index: i32, bytes: i32, source: i32): void {
  store<u8>(STATES + <usize>index * 2, bytes);
  store<u8>(STATES + <usize>index * 2 + 1, source);
}
