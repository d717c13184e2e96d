// Which file servers are asked, in which order, at which port and in which folder: what the parameters in force say.
//
// TLSSRVR's list comes first, then HTTPSRVR's; both have the same files (docs/STARTUP.md, HTTP). Software is signed and comes over
// HTTP alone; with AUTH=1 everything else comes over HTTPS alone. In the modes without a start-up whoever runs the module is the file
// server, whatever the file itself says of servers.

import { Mode } from "../../hal/abi";
import { bytesCopy, bytesEqual } from "../base/bytes";
import { VALUE_BYTES_MAX } from "../config";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterNumber, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { HTTP_PORT } from "../wire/uri";
import { modeGet } from "./mode";

const HOST = memory.data<u8>([0x31, 0x32, 0x37, 0x2e, 0x30, 0x2e, 0x30, 0x2e, 0x31]); // 127.0.0.1
const HOST_BYTES: i32 = 9;
const AUTH_SETTINGS_OVER_HTTPS: i32 = 1;

const SECURE = memory.data(VALUE_BYTES_MAX, 8);
const PLAIN = memory.data(VALUE_BYTES_MAX, 8);

let secureBytes: i32 = 0;
let plainBytes: i32 = 0;
let secureCount: i32 = 0;
// Places in both lists together: the first and the end of those that may be asked, and the one in use.
let first: i32 = 0;
let end: i32 = 0;
let index: i32 = 0;

/** Forgets every list. */
export function serversInit(): void {
  secureBytes = plainBytes = secureCount = 0;
  first = end = index = 0;
}

/** Takes the lists in force for one file. Returns how many servers may be asked for it; with new lists the first of them is in use. */
export function serversTake(isSoftware: bool): i32 {
  if (serversCopy()) index = 0;
  secureCount = listCount(SECURE, secureBytes);
  const secureOnly = !isSoftware && parameterNumber(Parameter.AUTH) == AUTH_SETTINGS_OVER_HTTPS && !ofHost();
  first = isSoftware ? secureCount : 0;
  end = secureOnly ? secureCount : secureCount + listCount(PLAIN, plainBytes);
  if (index < first || index >= end) index = first;
  return end - first;
}

/** True when either list differs from the one before. */
function serversCopy(): bool {
  const secure = ofHost() ? 0 : parameterBytes(Parameter.TLSSRVR);
  const plain = ofHost() ? HOST_BYTES : parameterBytes(Parameter.HTTPSRVR);
  const plainPtr: usize = ofHost() ? HOST : parameterPtr(Parameter.HTTPSRVR);
  if (secure == secureBytes && plain == plainBytes && bytesEqual(SECURE, parameterPtr(Parameter.TLSSRVR), secure) &&
    bytesEqual(PLAIN, plainPtr, plain)) return false;
  bytesCopy(SECURE, parameterPtr(Parameter.TLSSRVR), secure);
  bytesCopy(PLAIN, plainPtr, plain);
  secureBytes = secure;
  plainBytes = plain;
  return true;
}

/** Goes to the next server that may be asked; behind the last comes the first. */
export function serversNext(): void {
  index = index + 1 < end ? index + 1 : first;
}

/** The place of the server in use, from 1. */
export function serversOrdinal(): i32 {
  return index + 1;
}

/** True for a server of TLSSRVR. */
export function serversIsSecure(): bool {
  return index < secureCount;
}

export function serversHostPtr(): usize {
  return serversIsSecure() ? listItemPtr(SECURE, secureBytes, index) : listItemPtr(PLAIN, plainBytes, index - secureCount);
}

export function serversHostBytes(): i32 {
  return serversIsSecure() ? listItemBytes(SECURE, secureBytes, index) : listItemBytes(PLAIN, plainBytes, index - secureCount);
}

export function serversPort(): i32 {
  if (ofHost()) return HTTP_PORT;
  return parameterNumber(serversIsSecure() ? Parameter.TLSPORT : Parameter.HTTPPORT);
}

export function serversFolderPtr(): usize {
  return parameterPtr(serversFolder());
}

export function serversFolderBytes(): i32 {
  return ofHost() ? 0 : parameterBytes(serversFolder());
}

/** TLSDIR, or HTTPDIR where that is empty. */
function serversFolder(): i32 {
  return serversIsSecure() && parameterBytes(Parameter.TLSDIR) > 0 ? Parameter.TLSDIR : Parameter.HTTPDIR;
}

function ofHost(): bool {
  return modeGet() != Mode.Telephone;
}
