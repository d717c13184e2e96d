// What an ACK brings: the lease's times, and parameters from header fields, standard options and option 242, in this order.
// What a request tells of the telephone stands here too.

import { EventKind, Field, Notice, Source } from "../../hal/events";
import { be32 } from "../base/bytes";
import { eventAddress, eventBegin, eventCode, eventSend } from "../base/events";
import { lineAddAddress, lineAddByte, lineAddHex, lineAddNumber, lineBytes, linePtr, lineStart } from "../base/line";
import { DHCP_CLASS, textBytes, textPtr } from "../base/texts";
import { option242Start } from "../settings/option242";
import { parameterNumber, parameterSet } from "../settings/parameters";
import { Parameter } from "../settings/table";
import * as dhcp from "../wire/dhcp";

/** Option 57 of releases before 2.5. */
const MESSAGE_BYTES_MAX: i32 = 576;
const REQUESTED = memory.data(8, 1);

let seconds: u32 = 0;
let t1Seconds: u32 = 0;
let t2Seconds: u32 = 0;

/** Option 51; all ones is a lease without end. */
export function leaseSeconds(): u32 {
  return seconds;
}

export function leaseT1Seconds(): u32 {
  return t1Seconds;
}

export function leaseT2Seconds(): u32 {
  return t2Seconds;
}

/** Tells the host of an answer that is not accepted. */
export function leaseRefuse(server: u32): void {
  eventBegin(EventKind.Notice);
  eventCode(Field.Notice, Notice.OfferRefused);
  eventAddress(Field.Server, server);
  eventSend();
}

/** Takes the ACK that was read last. A renewal changes times and address, not the parameters: those belong to a start-up. */
export function leaseApply(renewed: bool): void {
  seconds = dhcp.dhcpWord(dhcp.OPTION_LEASE);
  t1Seconds = dhcp.dhcpWord(dhcp.OPTION_T1);
  t2Seconds = dhcp.dhcpWord(dhcp.OPTION_T2);
  // Missing or beyond the lease: half, and seven eighths of it (RFC 2131 §4.4.5).
  if (t1Seconds == 0 || t1Seconds > seconds) t1Seconds = seconds == ~0 ? ~0 : seconds / 2;
  if (t2Seconds == 0 || t2Seconds > seconds || t2Seconds < t1Seconds) t2Seconds = seconds == ~0 ? ~0 : <u32>((<u64>seconds * 7) / 8);
  if (renewed) return;
  leaseSetAddress(Parameter.IPADD, dhcp.dhcpYourAddress());
  leaseSetAddress(Parameter.NETMASK, dhcp.dhcpWord(dhcp.OPTION_MASK));
  leaseSetList(Parameter.ROUTER, dhcp.OPTION_ROUTER);
  leaseSetList(Parameter.DNSSRVR, dhcp.OPTION_DNS);
  leaseSetList(Parameter.LOGSRVR, dhcp.OPTION_LOG);
  leaseSetList(Parameter.SNTPSRVR, dhcp.OPTION_NTP);
  if (dhcp.dhcpFind(dhcp.OPTION_DOMAIN)) leaseSetText(Parameter.DOMAIN);
  const mtu = dhcp.dhcpHalf(dhcp.OPTION_MTU);
  if (mtu != 0) leaseSetNumber(Parameter.MTU_SIZE, mtu);
  if (dhcp.dhcpNextServer() != 0) leaseSetAddress(Parameter.HTTPSRVR, dhcp.dhcpNextServer());
  if (dhcp.dhcpFind(parameterNumber(Parameter.SSON))) option242Start(dhcp.dhcpValuePtr(), dhcp.dhcpValueBytes());
  else option242Start(0, 0);
}

/** Options 12, 55, 57, 60 and 61. */
export function leaseAddIdentity(macPtr: usize): void {
  dhcp.dhcpAddHalf(dhcp.OPTION_SIZE_MAX, MESSAGE_BYTES_MAX);
  lineStart();
  lineAddByte(0x41); // A
  lineAddByte(0x56); // V
  lineAddByte(leaseVendorLetter(macPtr));
  lineAddHex(macPtr + 3, 3, true);
  dhcp.dhcpAddBytes(dhcp.OPTION_HOST_NAME, linePtr(), lineBytes());
  dhcp.dhcpAddBytes(dhcp.OPTION_CLASS, textPtr(DHCP_CLASS), textBytes(DHCP_CLASS));
  leaseAddClient(macPtr);
  store<u8>(REQUESTED, dhcp.OPTION_MASK);
  store<u8>(REQUESTED + 1, dhcp.OPTION_ROUTER);
  store<u8>(REQUESTED + 2, dhcp.OPTION_DNS);
  store<u8>(REQUESTED + 3, dhcp.OPTION_LOG);
  store<u8>(REQUESTED + 4, dhcp.OPTION_DOMAIN);
  store<u8>(REQUESTED + 5, dhcp.OPTION_MTU);
  store<u8>(REQUESTED + 6, dhcp.OPTION_NTP);
  store<u8>(REQUESTED + 7, parameterNumber(Parameter.SSON));
  dhcp.dhcpAddBytes(dhcp.OPTION_PARAMETERS, REQUESTED, 8);
}

/** Option 61, the same in every message: Ethernet and the MAC. A server may know the lease by nothing else (RFC 2131 §4.2). */
export function leaseAddClient(macPtr: usize): void {
  store<u8>(REQUESTED, 1);
  store<u32>(REQUESTED + 1, load<u32>(macPtr));
  store<u16>(REQUESTED + 5, load<u16>(macPtr + 4));
  dhcp.dhcpAddBytes(dhcp.OPTION_CLIENT, REQUESTED, 7);
}

/** The host name's third letter tells the maker's address block. */
export function leaseVendorLetter(macPtr: usize): i32 {
  const block = be32(macPtr) >>> 8;
  if (block == 0x00040d) return 0x41;
  if (block == 0x00096e) return 0x45;
  return block == 0x00601d ? 0x4c : 0x58;
}

function leaseSetNumber(parameter: i32, value: u32): void {
  lineStart();
  lineAddNumber(value);
  parameterSet(parameter, linePtr(), lineBytes(), Source.Dhcp);
}

function leaseSetAddress(parameter: i32, address: u32): void {
  lineStart();
  lineAddAddress(address);
  parameterSet(parameter, linePtr(), lineBytes(), Source.Dhcp);
}

function leaseSetText(parameter: i32): void {
  let bytes = dhcp.dhcpValueBytes();
  while (bytes > 0 && load<u8>(dhcp.dhcpValuePtr() + <usize>bytes - 1) == 0) bytes--; // Some servers end it with a zero.
  parameterSet(parameter, dhcp.dhcpValuePtr(), bytes, Source.Dhcp);
}

/** A list of addresses as its dotted text. */
function leaseSetList(parameter: i32, option: i32): void {
  if (!dhcp.dhcpFind(option)) return;
  lineStart();
  for (let at: i32 = 0; at + 4 <= dhcp.dhcpValueBytes(); at += 4) {
    if (at > 0) lineAddByte(0x2c);
    lineAddAddress(be32(dhcp.dhcpValuePtr() + <usize>at));
  }
  parameterSet(parameter, linePtr(), lineBytes(), Source.Dhcp);
}
