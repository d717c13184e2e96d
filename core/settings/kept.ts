// The parameters that survive power, as one list of bytes that the settings log stores whole: what was entered locally, and the set of
// the last good settings file.
//
//   u8 source | u8 name bytes | u8 value bytes | name | value as it was written (macros are replaced when it is used)
//
// In: every value that a file or a local entry sets. Out: the list. A file's values wait beside the set that is kept, as `Settings`, and
// take its place as `Stored` only when the file has ended well; so the list is whole at any time. It knows neither chip nor ranks.

import { Source } from "../../hal/events";
import { bytesCopy, bytesEqual } from "../base/bytes";
import { KEPT_BYTES_MAX } from "../config";

const HEAD_BYTES: i32 = 3;
/** The largest write unit follows, so that a program of whole units ends inside. */
const KEPT = memory.data(KEPT_BYTES_MAX + 64, 8);

let keptEnd: i32 = 0;
/** A value found no room: the set that it belongs to cannot be kept. */
let full: bool = false;

/** Forgets everything. */
export function keptInit(): void {
  keptLoad(0);
}

/** The list is the first bytes of `keptPtr`, which somebody has read. */
export function keptLoad(bytes: i32): void {
  assert(bytes >= 0 && bytes <= KEPT_BYTES_MAX);
  keptEnd = bytes;
  full = false;
}

export function keptPtr(): usize {
  return KEPT;
}

export function keptBytes(): i32 {
  return keptEnd;
}

/** True when a value was lost since the last file began. */
export function keptIsFull(): bool {
  return full;
}

/** Takes a value over one of the same name from the same side: file or local entry. */
export function keptPut(namePtr: usize, nameBytes: i32, valuePtr: usize, valueBytes: i32, source: Source): void {
  assert(nameBytes >= 0 && nameBytes <= 255 && valueBytes >= 0 && valueBytes <= 255);
  const side = source >= Source.Craft ? source : Source.Settings;
  for (let at: i32 = 0; at < keptEnd; at = keptNext(at)) {
    if (isLocal(keptSource(at)) != isLocal(side) || keptSource(at) == Source.Stored) continue;
    if (!keptNameIs(at, namePtr, nameBytes)) continue;
    if (keptValueBytes(at) == valueBytes && bytesEqual(keptValuePtr(at), valuePtr, valueBytes)) return;
    keptRemove(at);
    break;
  }
  const bytes = HEAD_BYTES + nameBytes + valueBytes;
  if (bytes > KEPT_BYTES_MAX - keptEnd) {
    full = true;
    return;
  }
  // Local entries first: so the same values make the same list, whatever was entered before or after a file was read.
  const entry = KEPT + <usize>(isLocal(side) ? 0 : keptEnd);
  if (isLocal(side)) for (let at = keptEnd - 1; at >= 0; at--) store<u8>(KEPT + <usize>(at + bytes), load<u8>(KEPT + <usize>at));
  store<u8>(entry, side);
  store<u8>(entry, nameBytes, 1);
  store<u8>(entry, valueBytes, 2);
  bytesCopy(entry + HEAD_BYTES, namePtr, nameBytes);
  bytesCopy(entry + HEAD_BYTES + <usize>nameBytes, valuePtr, valueBytes);
  keptEnd += bytes;
}

/** A first file begins: what an earlier one set, that did not end well, is forgotten. */
export function keptFileStart(): void {
  full = false;
  keptDrop(Source.Settings);
}

/**
 * A parameter that only a file's own word changes: what is kept of it joins the new set, unless that sets it itself. Not where that is too
 * large: nothing stays of it, and the one that is kept still has it.
 */
export function keptCarry(namePtr: usize, nameBytes: i32): void {
  if (full) return;
  const stored = keptFind(namePtr, nameBytes, Source.Stored);
  if (stored < keptEnd && keptFind(namePtr, nameBytes, Source.Settings) == keptEnd) store<u8>(KEPT + <usize>stored, Source.Settings);
}

/** The place of an entry, or the list's end. */
function keptFind(namePtr: usize, nameBytes: i32, source: Source): i32 {
  let at: i32 = 0;
  while (at < keptEnd) {
    if (keptSource(at) == source && keptNameBytes(at) == nameBytes && bytesEqual(keptNamePtr(at), namePtr, nameBytes)) break;
    at = keptNext(at);
  }
  return at;
}

/** The last file has ended. Well: its set, whole, takes the place of the one before. Else that one stays. */
export function keptFileEnd(well: bool): void {
  if (!well || full) return keptDrop(Source.Settings);
  keptDrop(Source.Stored);
  for (let at: i32 = 0; at < keptEnd; at = keptNext(at)) {
    if (keptSource(at) == Source.Settings) store<u8>(KEPT + <usize>at, Source.Stored);
  }
}

/** Takes the entry at this place out; the next one moves there. */
export function keptRemove(at: i32): void {
  const next = keptNext(at);
  bytesCopy(KEPT + <usize>at, KEPT + <usize>next, keptEnd - next); // Downward, word by word: the areas may overlap.
  keptEnd -= next - at;
}

/** Nothing is entered locally under this name any more. */
export function keptForget(namePtr: usize, nameBytes: i32): void {
  for (let at: i32 = 0; at < keptEnd;) {
    if (isLocal(keptSource(at)) && keptNameIs(at, namePtr, nameBytes)) keptRemove(at);
    else at = keptNext(at);
  }
}

/** The place behind the entry at this one; at the list's end, or where it is not one, the end. */
export function keptNext(at: i32): i32 {
  const next = at + HEAD_BYTES + keptNameBytes(at) + keptValueBytes(at);
  return next < keptEnd ? next : keptEnd;
}

export function keptSource(at: i32): Source {
  return <Source>load<u8>(KEPT + <usize>at);
}

export function keptNamePtr(at: i32): usize {
  return KEPT + <usize>at + HEAD_BYTES;
}

export function keptNameBytes(at: i32): i32 {
  return load<u8>(KEPT + <usize>at, 1);
}

export function keptValuePtr(at: i32): usize {
  return keptNamePtr(at) + <usize>keptNameBytes(at);
}

export function keptValueBytes(at: i32): i32 {
  return load<u8>(KEPT + <usize>at, 2);
}

function keptDrop(source: Source): void {
  for (let at: i32 = 0; at < keptEnd;) {
    if (keptSource(at) == source) keptRemove(at);
    else at = keptNext(at);
  }
}

function keptNameIs(at: i32, namePtr: usize, nameBytes: i32): bool {
  return keptNameBytes(at) == nameBytes && bytesEqual(keptNamePtr(at), namePtr, nameBytes);
}

function isLocal(source: Source): bool {
  return source >= Source.Craft;
}
