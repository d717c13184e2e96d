// Who logs in: extension and password, from outside (--extension), from the settings log, or from the keys.
//
// The password is a secret: it goes into digests and into the list that is stored, and nowhere else. They are kept as local entries under
// names that are no parameters, so no file and no option sets them.

import { Info } from "../../hal/abi";
import { Source } from "../../hal/events";
import { asciiIsDigit } from "../base/ascii";
import { bytesCopy, bytesEqual } from "../base/bytes";
import { systemInfo } from "../base/system";
import { NAME_PASSWORD, NAME_USERNAME, textBytes, textPtr } from "../base/texts";
import { CREDENTIAL_BYTES_MAX } from "../config";
import {
  keptBytes, keptNameBytes, keptNamePtr, keptNext, keptPut, keptSource, keptValueBytes, keptValuePtr,
} from "../settings/kept";

const USER = memory.data(64, 8);
const PASSWORD = memory.data(64, 8);

let userBytes: i32 = 0;
let passwordBytes: i32 = 0;

/** Takes those from outside, or else those that are stored. */
export function credentialsLoad(): void {
  userBytes = systemInfo(Info.Extension, USER, CREDENTIAL_BYTES_MAX);
  passwordBytes = systemInfo(Info.Password, PASSWORD, CREDENTIAL_BYTES_MAX);
  if (userBytes == 0) {
    userBytes = keptRead(NAME_USERNAME, USER);
    passwordBytes = keptRead(NAME_PASSWORD, PASSWORD);
  }
  if (!userIsClean()) credentialsForget();
}

/** It is written into requests as it is: letters, digits and `+ * . _ -`. */
function userIsClean(): bool {
  for (let i: usize = 0; i < <usize>userBytes; i++) {
    const byte = <i32>load<u8>(USER + i);
    const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    const isMark = byte == 0x2b || byte == 0x2a || byte == 0x2e || byte == 0x5f || byte == 0x2d;
    if (!isLetter && !isMark && !asciiIsDigit(byte)) return false;
  }
  return true;
}

export function credentialsForget(): void {
  userBytes = 0;
  passwordBytes = 0;
}

/** What was entered; longer than `CREDENTIAL_BYTES_MAX` is not possible. */
export function credentialsSetUser(ptr: usize, bytes: i32): void {
  assert(bytes <= CREDENTIAL_BYTES_MAX);
  bytesCopy(USER, ptr, bytes);
  userBytes = bytes;
}

export function credentialsSetPassword(ptr: usize, bytes: i32): void {
  assert(bytes <= CREDENTIAL_BYTES_MAX);
  bytesCopy(PASSWORD, ptr, bytes);
  passwordBytes = bytes;
}

export function credentialsAreKnown(): bool {
  return userBytes > 0;
}

/** They join the list that survives power; who calls has it stored. */
export function credentialsKeep(): void {
  keptPut(textPtr(NAME_USERNAME), textBytes(NAME_USERNAME), USER, userBytes, Source.Craft);
  keptPut(textPtr(NAME_PASSWORD), textBytes(NAME_PASSWORD), PASSWORD, passwordBytes, Source.Craft);
}

export function credentialsUserPtr(): usize {
  return USER;
}

export function credentialsUserBytes(): i32 {
  return userBytes;
}

export function credentialsPasswordPtr(): usize {
  return PASSWORD;
}

export function credentialsPasswordBytes(): i32 {
  return passwordBytes;
}

/** Copies a local entry; its bytes, 0 without one. */
function keptRead(name: i32, target: usize): i32 {
  for (let at: i32 = 0; at < keptBytes(); at = keptNext(at)) {
    if (keptSource(at) < Source.Craft || keptNameBytes(at) != textBytes(name)) continue;
    if (!bytesEqual(keptNamePtr(at), textPtr(name), textBytes(name)) || keptValueBytes(at) > CREDENTIAL_BYTES_MAX) continue;
    bytesCopy(target, keptValuePtr(at), keptValueBytes(at));
    return keptValueBytes(at);
  }
  return 0;
}
