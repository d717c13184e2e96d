// What a script's IF sees: fixed at the start of the start-up, so that no SET changes it.
//
// In: the files in use, and who this telephone is. Out: a name's value. SHA2CAPABLE, HWVERS and VPNACTIVE are undefined here.

import { Info } from "../../hal/abi";
import { asciiEqual } from "../base/ascii";
import { bytesCopy } from "../base/bytes";
import { systemInfo } from "../base/system";
import {
  MACADDR, NAME_APPNAME, NAME_BOOTNAME, NAME_GROUP, NAME_MODEL, NAME_MODEL4, NAME_SIG, NAME_SIG_IN_USE, SERIALNO, VALUE_SIP,
  textBytes, textPtr,
} from "../base/texts";
import { FILE_NAME_BYTES_MAX } from "../config";
import { macrosMacBytes, macrosMacPtr, macrosSerialBytes, macrosSerialPtr } from "../settings/macros";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";

/** `9640D01A`; the longest model name of the telephone's family has 9 characters. */
const MODEL_BYTES_MAX: i32 = 32;
/** A value here is at most a file name. */
const VALUE_BYTES: i32 = 128;
/** i32 text of the name, i32 bytes of the value, then the value. */
const ENTRY_BYTES: i32 = 8 + VALUE_BYTES;
const ENTRY_COUNT_MAX: i32 = 9;

const ENTRIES = memory.data(ENTRY_COUNT_MAX * ENTRY_BYTES, 8);
const MODEL = memory.data(MODEL_BYTES_MAX, 4);

let entryCount: i32 = 0;

/** Fixes what IF sees from now on. */
export function namesFix(bootPtr: usize, bootBytes: i32, appPtr: usize, appBytes: i32): void {
  assert(bootBytes <= FILE_NAME_BYTES_MAX && appBytes <= FILE_NAME_BYTES_MAX);
  const modelBytes = systemInfo(Info.Model, MODEL, MODEL_BYTES_MAX);
  entryCount = 0;
  namesAdd(NAME_BOOTNAME, bootPtr, bootBytes);
  namesAdd(NAME_APPNAME, appPtr, appBytes);
  namesAdd(NAME_GROUP, parameterPtr(Parameter.GROUP), parameterBytes(Parameter.GROUP));
  namesAdd(NAME_SIG, parameterPtr(Parameter.SIG), parameterBytes(Parameter.SIG));
  namesAdd(NAME_SIG_IN_USE, textPtr(VALUE_SIP), textBytes(VALUE_SIP));
  namesAdd(NAME_MODEL, MODEL, modelBytes);
  namesAdd(NAME_MODEL4, MODEL, modelBytes < 4 ? modelBytes : 4);
  namesAdd(MACADDR, macrosMacPtr(), macrosMacBytes());
  namesAdd(SERIALNO, macrosSerialPtr(), macrosSerialBytes());
}

function namesAdd(name: i32, valuePtr: usize, valueBytes: i32): void {
  assert(entryCount < ENTRY_COUNT_MAX);
  assert(valueBytes >= 0 && valueBytes <= VALUE_BYTES);
  const at = entry(entryCount);
  store<i32>(at, name);
  store<i32>(at + 4, valueBytes);
  bytesCopy(at + 8, valuePtr, valueBytes);
  entryCount++;
}

/** The index of a name in any case, or -1: undefined. */
export function namesFind(ptr: usize, bytes: i32): i32 {
  for (let index: i32 = 0; index < entryCount; index++) {
    const name = load<i32>(entry(index));
    if (asciiEqual(textPtr(name), textBytes(name), ptr, bytes)) return index;
  }
  return -1;
}

/** True when the name's value is this text, in any case. */
export function namesEqual(index: i32, ptr: usize, bytes: i32): bool {
  assert(index >= 0 && index < entryCount);
  return asciiEqual(entry(index) + 8, load<i32>(entry(index) + 4), ptr, bytes);
}

function entry(index: i32): usize {
  return ENTRIES + <usize>(index * ENTRY_BYTES);
}
