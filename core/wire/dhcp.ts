// DHCP messages: their layout, written and read. RFC 2131 §2 (fields), RFC 2132 (options). No state, no sending.
//
//   0 op  1 htype  2 hlen  3 hops  4 xid(4)  8 secs(2)  10 flags(2)  12 ciaddr  16 yiaddr  20 siaddr  24 giaddr
//   28 chaddr(16)  44 sname(64)  108 file(128)  236 magic(4)  240 options…

import { be16, be16Store, be32, be32Store, bytesCopy, bytesFill } from "../base/bytes";

export const DHCP_PORT_SERVER: i32 = 67;
export const DHCP_PORT_CLIENT: i32 = 68;

export const OPTION_MASK: i32 = 1;
export const OPTION_ROUTER: i32 = 3;
export const OPTION_DNS: i32 = 6;
export const OPTION_LOG: i32 = 7;
export const OPTION_HOST_NAME: i32 = 12;
export const OPTION_DOMAIN: i32 = 15;
export const OPTION_MTU: i32 = 26;
export const OPTION_NTP: i32 = 42;
export const OPTION_REQUESTED: i32 = 50;
export const OPTION_LEASE: i32 = 51;
export const OPTION_OVERLOAD: i32 = 52;
export const OPTION_MESSAGE: i32 = 53;
export const OPTION_SERVER: i32 = 54;
export const OPTION_PARAMETERS: i32 = 55;
export const OPTION_SIZE_MAX: i32 = 57;
export const OPTION_T1: i32 = 58;
export const OPTION_T2: i32 = 59;
export const OPTION_CLASS: i32 = 60;
export const OPTION_CLIENT: i32 = 61;

const OPTION_PAD: i32 = 0;
const OPTION_END: i32 = 255;
const MAGIC: u32 = 0x63825363;
const OPTIONS_AT: usize = 240;
const BROADCAST_FLAG: i32 = 0x8000;

/** A message that fits one Ethernet payload without fragments: 1500 less 28 bytes of IPv4 and UDP. */
export const DHCP_BYTES_MAX: i32 = 1472;
const OUT = memory.data(600, 8); // Our own messages stay below option 57's 576.
const VALUE = memory.data(4096, 8); // One option's value, its pieces joined (RFC 3396).
const VALUE_BYTES_MAX: i32 = 4096;

let outBytes: i32 = 0;
let inPtr: usize = 0;
let inBytes: i32 = 0;
let valueBytes: i32 = 0;

/** Starts a request (op 1) for Ethernet with the broadcast flag set until the telephone has an address. */
export function dhcpBegin(xid: u32, secs: i32, macPtr: usize, clientAddress: u32): void {
  bytesFill(OUT, 0, 240);
  store<u8>(OUT, 1);
  store<u8>(OUT + 1, 1);
  store<u8>(OUT + 2, 6);
  be32Store(OUT + 4, xid);
  be16Store(OUT + 8, secs);
  be16Store(OUT + 10, clientAddress == 0 ? BROADCAST_FLAG : 0);
  be32Store(OUT + 12, clientAddress);
  bytesCopy(OUT + 28, macPtr, 6);
  be32Store(OUT + 236, MAGIC);
  outBytes = <i32>OPTIONS_AT;
}

export function dhcpAddBytes(option: i32, ptr: usize, bytes: i32): void {
  assert(outBytes + 2 + bytes < 600);
  store<u8>(OUT + <usize>outBytes, option);
  store<u8>(OUT + <usize>outBytes + 1, bytes);
  bytesCopy(OUT + <usize>outBytes + 2, ptr, bytes);
  outBytes += 2 + bytes;
}

export function dhcpAddByte(option: i32, value: i32): void {
  store<u8>(VALUE, value);
  dhcpAddBytes(option, VALUE, 1);
}

export function dhcpAddWord(option: i32, value: u32): void {
  be32Store(VALUE, value);
  dhcpAddBytes(option, VALUE, 4);
}

export function dhcpAddHalf(option: i32, value: i32): void {
  be16Store(VALUE, value);
  dhcpAddBytes(option, VALUE, 2);
}

/** Ends the message, padded to BOOTP's 300 bytes, which some relays insist on. */
export function dhcpEnd(): void {
  store<u8>(OUT + <usize>outBytes, OPTION_END);
  outBytes++;
  if (outBytes >= 300) return;
  bytesFill(OUT + <usize>outBytes, 0, 300 - outBytes);
  outBytes = 300;
}

export function dhcpOutPtr(): usize {
  return OUT;
}

export function dhcpOutBytes(): i32 {
  return outBytes;
}

/** Takes an answer to read from. False when it is not a reply with this transaction id for this hardware address. */
export function dhcpRead(ptr: usize, bytes: i32, xid: u32, macPtr: usize): bool {
  if (bytes < <i32>OPTIONS_AT) return false;
  if (load<u8>(ptr) != 2 || load<u8>(ptr + 1) != 1 || load<u8>(ptr + 2) != 6) return false;
  if (be32(ptr + 4) != xid || be32(ptr + 236) != MAGIC) return false;
  for (let i: usize = 0; i < 6; i++) if (load<u8>(ptr + 28 + i) != load<u8>(macPtr + i)) return false;
  inPtr = ptr;
  inBytes = bytes;
  return true;
}

export function dhcpYourAddress(): u32 {
  return be32(inPtr + 16);
}

export function dhcpNextServer(): u32 {
  return be32(inPtr + 20);
}

/**
 * Finds an option, its pieces joined (RFC 3396), in the options field and, where option 52 says so, in file and sname.
 * True when it is there; `dhcpValuePtr` and `dhcpValueBytes` then give its value.
 */
export function dhcpFind(option: i32): bool {
  valueBytes = 0;
  let found = dhcpScan(OPTIONS_AT, <usize>inBytes, OPTION_OVERLOAD);
  const overload = found && valueBytes == 1 ? <i32>load<u8>(VALUE) : 0;
  valueBytes = 0;
  found = dhcpScan(OPTIONS_AT, <usize>inBytes, option);
  if ((overload & 1) != 0 && dhcpScan(108, 236, option)) found = true;
  if ((overload & 2) != 0 && dhcpScan(44, 108, option)) found = true;
  return found;
}

/** Option as one big-endian word, or 0 when it is missing or not four bytes. */
export function dhcpWord(option: i32): u32 {
  return dhcpFind(option) && valueBytes == 4 ? be32(VALUE) : 0;
}

/** Option as a half word, or 0. */
export function dhcpHalf(option: i32): i32 {
  return dhcpFind(option) && valueBytes == 2 ? be16(VALUE) : 0;
}

/** Option 53, or 0. */
export function dhcpMessage(): i32 {
  return dhcpFind(OPTION_MESSAGE) && valueBytes == 1 ? load<u8>(VALUE) : 0;
}

export function dhcpValuePtr(): usize {
  return VALUE;
}

export function dhcpValueBytes(): i32 {
  return valueBytes;
}

/** Appends every piece of `option` between two offsets to the value. The lengths in between come from the wire. */
function dhcpScan(start: usize, end: usize, option: i32): bool {
  let found = false;
  let at = start;
  while (at < end) {
    const code = <i32>load<u8>(inPtr + at);
    if (code == OPTION_END) break;
    at++;
    if (code == OPTION_PAD) continue;
    if (at >= end) break;
    const bytes = <i32>load<u8>(inPtr + at);
    at++;
    if (at + <usize>bytes > end) break;
    if (code == option) {
      // A value that is too long is cut, so that no later piece stands where an earlier one is missing.
      const taken = bytes < VALUE_BYTES_MAX - valueBytes ? bytes : VALUE_BYTES_MAX - valueBytes;
      bytesCopy(VALUE + <usize>valueBytes, inPtr + at, taken);
      valueBytes += taken;
      found = true;
    }
    at += <usize>bytes;
  }
  return found;
}
