// The software that this telephone runs on: per kind the slot, and the name under which its file was fetched.
//
// A name comes from the slot's info area, or from outside where the user says that a file counts as stored.

import { Info, Kind } from "../../hal/abi";
import { EventKind, Field } from "../../hal/events";
import { bytesCopy } from "../base/bytes";
import { eventBegin, eventSend, eventText } from "../base/events";
import { systemInfo } from "../base/system";
import { FILE_NAME_BYTES_MAX } from "../config";

export const SLOT_NONE: i32 = -1;

const NAMES = memory.data(2 * 128, 8);
/** What the journal keeps of a digest, for each kind. */
const DIGEST_BYTES: i32 = 16;
const DIGESTS = memory.data(32, 8);

let bootSlot: i32 = SLOT_NONE;
let appSlot: i32 = SLOT_NONE;
let bootCounter: u32 = 0;
let appCounter: u32 = 0;
let bootBytes: i32 = 0;
let appBytes: i32 = 0;

/** Starts from what counts as stored without being in the chip. */
export function softwareInit(): void {
  bootSlot = SLOT_NONE;
  appSlot = SLOT_NONE;
  bootBytes = systemInfo(Info.BootName, softwareNamePtr(Kind.Boot), FILE_NAME_BYTES_MAX);
  appBytes = systemInfo(Info.AppName, softwareNamePtr(Kind.Application), FILE_NAME_BYTES_MAX);
}

/** This slot's image was verified and runs, with its digest and security counter; `bytes` is 0 when its name cannot be read. */
export function softwareSet(kind: i32, slot: i32, digestPtr: usize, counter: u32, ptr: usize, bytes: i32): void {
  bytesCopy(softwareDigest(kind), digestPtr, DIGEST_BYTES);
  if (kind == Kind.Boot) {
    bootSlot = slot;
    bootCounter = counter;
  } else {
    appSlot = slot;
    appCounter = counter;
  }
  softwareSetName(kind, ptr, bytes);
}

/** Software of this name counts as stored. */
export function softwareSetName(kind: i32, ptr: usize, bytes: i32): void {
  assert(bytes >= 0 && bytes <= FILE_NAME_BYTES_MAX);
  bytesCopy(softwareNamePtr(kind), ptr, bytes);
  if (kind == Kind.Boot) bootBytes = bytes;
  else appBytes = bytes;
}

/** The slot that runs, or SLOT_NONE. */
export function softwareSlot(kind: i32): i32 {
  return kind == Kind.Boot ? bootSlot : appSlot;
}

/** Security counter of the image that runs. */
export function softwareCounter(kind: i32): u32 {
  return kind == Kind.Boot ? bootCounter : appCounter;
}

/** The first 16 bytes of its digest. */
export function softwareDigest(kind: i32): usize {
  return DIGESTS + (kind == Kind.Boot ? 0 : DIGEST_BYTES);
}

export function softwareNamePtr(kind: i32): usize {
  return NAMES + (kind == Kind.Boot ? 0 : 128);
}

export function softwareNameBytes(kind: i32): i32 {
  return kind == Kind.Boot ? bootBytes : appBytes;
}

/** True when an application is there to carry the telephone through to the login. */
export function softwareHasApplication(): bool {
  return appSlot != SLOT_NONE || appBytes > 0;
}

/** True when anything at all is stored. */
export function softwareIsStored(): bool {
  return softwareHasApplication() || bootSlot != SLOT_NONE || bootBytes > 0;
}

/** Tells the host the names in use. */
export function softwareSend(): void {
  eventBegin(EventKind.Status);
  eventText(Field.Bootname, softwareNamePtr(Kind.Boot), bootBytes);
  eventText(Field.Appname, softwareNamePtr(Kind.Application), appBytes);
  eventSend();
}
