// From a name or a dotted address to an IPv4 address.

import { Status } from "../../hal/abi";
import { halDnsResolve } from "../../hal/network";
import { asciiAddress } from "../base/ascii";
import { lineAddByte, lineAddBytes, lineBytes, linePtr, lineStart } from "../base/line";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";

/** Servers that are asked, in order; DNSSRVR's further ones are left out. */
const SERVER_COUNT_MAX: i32 = 4;
const SERVERS = memory.data(16, 4);

/**
 * Writes one address. Returns Ok, Pending (call again with the same name), NoName or TimedOut.
 * A name without a dot gets DOMAIN appended.
 */
export function dnsAddress(namePtr: usize, nameBytes: i32, targetPtr: usize): i32 {
  if (asciiAddress(namePtr, nameBytes, targetPtr)) return Status.Ok;
  const serverCount = dnsServers();
  lineStart();
  lineAddBytes(namePtr, nameBytes);
  const domainBytes = parameterBytes(Parameter.DOMAIN);
  if (domainBytes > 0 && !dnsHasDot(namePtr, nameBytes)) {
    lineAddByte(0x2e);
    lineAddBytes(parameterPtr(Parameter.DOMAIN), domainBytes);
  }
  const count = halDnsResolve(linePtr(), lineBytes(), SERVERS, serverCount, targetPtr, 1);
  return count > 0 ? Status.Ok : count == 0 ? Status.NoName : count;
}

function dnsServers(): i32 {
  const ptr = parameterPtr(Parameter.DNSSRVR);
  const bytes = parameterBytes(Parameter.DNSSRVR);
  const itemCount = listCount(ptr, bytes);
  let count: i32 = 0;
  for (let index: i32 = 0; index < itemCount && count < SERVER_COUNT_MAX; index++) {
    const target = SERVERS + <usize>count * 4;
    if (asciiAddress(listItemPtr(ptr, bytes, index), listItemBytes(ptr, bytes, index), target)) count++;
  }
  return count;
}

function dnsHasDot(ptr: usize, bytes: i32): bool {
  for (let i: usize = 0; i < <usize>bytes; i++) if (load<u8>(ptr + i) == 0x2e) return true;
  return false;
}
