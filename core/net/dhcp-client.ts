// The DHCP client: DISCOVER to ACK, and what an ACK sets (docs/STARTUP.md, dhcp; RFC 2131 §4.4).
//
// It never gives up: a server that is silent is asked again after 4, 8, 16, 32, 64 s. What an ACK brings goes into the
// parameters, standard options first and option 242 last. Leases here are not renewed: a start-up is shorter than one.

import { Info, Status } from "../../hal/abi";
import { DhcpMessage, EventKind, Field, Notice, Source } from "../../hal/events";
import { be32 } from "../base/bytes";
import { entropyWord } from "../base/entropy";
import { eventAddress, eventBegin, eventCode, eventNumber, eventSend, eventText } from "../base/events";
import { lineAddAddress, lineAddByte, lineAddHex, lineAddNumber, lineBytes, linePtr, lineStart } from "../base/line";
import { systemInfo } from "../base/system";
import { DHCP_CLASS, textBytes, textPtr } from "../base/texts";
import { timeNow, timeWakeAt } from "../base/time";
import { trace, Trace } from "../base/trace";
import { DHCP_RETRY_US_MAX, DHCP_RETRY_US_MIN } from "../config";
import { option242Apply } from "../settings/option242";
import { parameterNumber, parameterSet } from "../settings/parameters";
import { Parameter } from "../settings/table";
import * as dhcp from "../wire/dhcp";
import { udpClose, udpConfigure, udpOpen, udpReceive, udpSend, UDP_ADDRESS_BROADCAST } from "./udp";

const MAC = memory.data(8, 8);
const PACKET = memory.data(1472, 8);
const REQUESTED = memory.data(8, 1);
const NO_HANDLE: i32 = -1;

let handle: i32 = NO_HANDLE;
let xid: u32 = 0;
let requesting: bool = false;
let offeredAddress: u32 = 0;
let serverAddress: u32 = 0;
let startUs: u64 = 0;
let sendUs: u64 = 0;
let retryUs: u32 = 0;
let leaseSeconds: u32 = 0;

/** Starts over with DISCOVER and without an address. Returns Ok, or NoSpace when no port is to be had. */
export function dhcpClientStart(): i32 {
  dhcpClientStop();
  udpConfigure(0, 0, 0, parameterNumber(Parameter.MTU_SIZE));
  systemInfo(Info.Mac, MAC, 6);
  handle = udpOpen(dhcp.DHCP_PORT_CLIENT);
  if (handle < 0) return handle;
  xid = entropyWord();
  requesting = false;
  startUs = timeNow();
  sendUs = startUs;
  retryUs = DHCP_RETRY_US_MIN;
  return Status.Ok;
}

export function dhcpClientStop(): void {
  if (handle >= 0) udpClose(handle);
  handle = NO_HANDLE;
}

/** Whole seconds since the start, as the screen counts them. */
export function dhcpClientSeconds(): u32 {
  return <u32>((timeNow() - startUs) / 1000000);
}

/** Microseconds until the count of seconds changes. */
export function dhcpClientSecondLeftUs(): u32 {
  return 1000000 - <u32>((timeNow() - startUs) % 1000000);
}

/** Returns Ok once an address is bound, else Pending. */
export function dhcpClientPoll(): i32 {
  assert(handle >= 0);
  const bytes = udpReceive(handle, PACKET, dhcp.DHCP_BYTES_MAX);
  if (bytes > 0 && dhcpClientTake(bytes)) {
    dhcpClientStop();
    return Status.Ok;
  }
  if (timeNow() >= sendUs) dhcpClientSend();
  timeWakeAt(sendUs);
  return Status.Pending;
}

function dhcpClientSend(): void {
  if (requesting && retryUs >= DHCP_RETRY_US_MIN << 2) dhcpClientRestart(); // The server that offered is silent: ask everybody again.
  dhcp.dhcpBegin(xid, dhcpClientSeconds(), MAC, 0);
  dhcp.dhcpAddByte(dhcp.OPTION_MESSAGE, requesting ? DhcpMessage.Request : DhcpMessage.Discover);
  if (requesting) {
    dhcp.dhcpAddWord(dhcp.OPTION_REQUESTED, offeredAddress);
    dhcp.dhcpAddWord(dhcp.OPTION_SERVER, serverAddress);
  }
  dhcpClientAddIdentity();
  dhcp.dhcpEnd();
  udpSend(handle, UDP_ADDRESS_BROADCAST, dhcp.DHCP_PORT_SERVER, dhcp.dhcpOutPtr(), dhcp.dhcpOutBytes());
  dhcpClientEvent(requesting ? DhcpMessage.Request : DhcpMessage.Discover, 0, 0);
  // RFC 2131 §4.1: 4 s doubling to 64 s, each a random second more or less.
  const jitterUs = <i32>(entropyWord() % 2000001) - 1000000;
  sendUs = timeNow() + <u64>(<i32>retryUs + jitterUs);
  if (retryUs < DHCP_RETRY_US_MAX) retryUs <<= 1;
}

function dhcpClientRestart(): void {
  requesting = false;
  xid = entropyWord();
  retryUs = DHCP_RETRY_US_MIN;
}

/** Options 12, 55, 57, 60 and 61 (docs/STARTUP.md, dhcp). */
function dhcpClientAddIdentity(): void {
  dhcp.dhcpAddHalf(dhcp.OPTION_SIZE_MAX, 576);
  lineStart();
  lineAddByte(0x41); // A
  lineAddByte(0x56); // V
  lineAddByte(dhcpClientVendorLetter());
  lineAddHex(MAC + 3, 3, true);
  dhcp.dhcpAddBytes(dhcp.OPTION_HOST_NAME, linePtr(), lineBytes());
  dhcp.dhcpAddBytes(dhcp.OPTION_CLASS, textPtr(DHCP_CLASS), textBytes(DHCP_CLASS));
  store<u8>(REQUESTED, 1);
  store<u32>(REQUESTED + 1, load<u32>(MAC));
  store<u16>(REQUESTED + 5, load<u16>(MAC + 4));
  dhcp.dhcpAddBytes(dhcp.OPTION_CLIENT, REQUESTED, 7);
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

/** The host name's third letter tells the maker's address block. */
function dhcpClientVendorLetter(): i32 {
  const block = be32(MAC) >>> 8;
  if (block == 0x00040d) return 0x41;
  if (block == 0x00096e) return 0x45;
  return block == 0x00601d ? 0x4c : 0x58;
}

/** Takes one datagram; true when it binds an address. */
function dhcpClientTake(bytes: i32): bool {
  if (!dhcp.dhcpRead(PACKET, bytes, xid, MAC)) {
    trace(Trace.PacketDropped, bytes);
    return false;
  }
  const message = dhcp.dhcpMessage();
  const server = dhcp.dhcpWord(dhcp.OPTION_SERVER);
  leaseSeconds = dhcp.dhcpWord(dhcp.OPTION_LEASE);
  dhcpClientEvent(<DhcpMessage>message, dhcp.dhcpYourAddress(), server);
  if (message == DhcpMessage.Offer && !requesting) dhcpClientOffer(server);
  if (!requesting || server != serverAddress) return false;
  if (message == DhcpMessage.Nak) {
    dhcpClientRestart();
    sendUs = timeNow();
  }
  if (message != DhcpMessage.Ack || leaseSeconds == 0 || dhcp.dhcpYourAddress() == 0) return false;
  dhcpClientBind();
  return true;
}

/** An offer without a lease time, a server or an address is not accepted: the later manuals of the family. */
function dhcpClientOffer(server: u32): void {
  if (leaseSeconds == 0 || server == 0 || dhcp.dhcpYourAddress() == 0) {
    eventBegin(EventKind.Notice);
    eventCode(Field.Notice, Notice.OfferRefused);
    eventAddress(Field.Server, server);
    eventSend();
    return;
  }
  offeredAddress = dhcp.dhcpYourAddress();
  serverAddress = server;
  requesting = true;
  retryUs = DHCP_RETRY_US_MIN;
  sendUs = timeNow();
}

/** Header fields and standard options first, option 242 last: its values win. */
function dhcpClientBind(): void {
  const address = dhcp.dhcpYourAddress();
  const mask = dhcp.dhcpWord(dhcp.OPTION_MASK);
  const router = dhcp.dhcpFind(dhcp.OPTION_ROUTER) && dhcp.dhcpValueBytes() >= 4 ? be32(dhcp.dhcpValuePtr()) : 0;
  dhcpClientSetAddress(Parameter.IPADD, address);
  dhcpClientSetAddress(Parameter.NETMASK, mask);
  dhcpClientSetList(Parameter.ROUTER, dhcp.OPTION_ROUTER);
  dhcpClientSetList(Parameter.DNSSRVR, dhcp.OPTION_DNS);
  dhcpClientSetList(Parameter.LOGSRVR, dhcp.OPTION_LOG);
  dhcpClientSetList(Parameter.SNTPSRVR, dhcp.OPTION_NTP);
  if (dhcp.dhcpFind(dhcp.OPTION_DOMAIN)) dhcpClientSetText(Parameter.DOMAIN);
  const mtu = dhcp.dhcpHalf(dhcp.OPTION_MTU);
  if (mtu != 0) {
    lineStart();
    lineAddNumber(mtu);
    parameterSet(Parameter.MTU_SIZE, linePtr(), lineBytes(), Source.Dhcp);
  }
  if (dhcp.dhcpNextServer() != 0) dhcpClientSetAddress(Parameter.HTTPSRVR, dhcp.dhcpNextServer());
  if (dhcp.dhcpFind(parameterNumber(Parameter.SSON))) option242Apply(dhcp.dhcpValuePtr(), dhcp.dhcpValueBytes());
  udpConfigure(address, mask, router, parameterNumber(Parameter.MTU_SIZE));
}

function dhcpClientSetAddress(parameter: i32, address: u32): void {
  lineStart();
  lineAddAddress(address);
  parameterSet(parameter, linePtr(), lineBytes(), Source.Dhcp);
}

function dhcpClientSetText(parameter: i32): void {
  let bytes = dhcp.dhcpValueBytes();
  while (bytes > 0 && load<u8>(dhcp.dhcpValuePtr() + <usize>bytes - 1) == 0) bytes--; // Some servers end it with a zero.
  parameterSet(parameter, dhcp.dhcpValuePtr(), bytes, Source.Dhcp);
}

/** A list of addresses as its dotted text. */
function dhcpClientSetList(parameter: i32, option: i32): void {
  if (!dhcp.dhcpFind(option)) return;
  lineStart();
  for (let at: i32 = 0; at + 4 <= dhcp.dhcpValueBytes(); at += 4) {
    if (at > 0) lineAddByte(0x2c);
    lineAddAddress(be32(dhcp.dhcpValuePtr() + <usize>at));
  }
  parameterSet(parameter, linePtr(), lineBytes(), Source.Dhcp);
}

function dhcpClientEvent(message: DhcpMessage, address: u32, server: u32): void {
  eventBegin(EventKind.Dhcp);
  eventCode(Field.Message, message);
  eventNumber(Field.Vlan, 0);
  if (address != 0) eventAddress(Field.Address, address);
  if (server != 0) eventAddress(Field.Server, server);
  if (message == DhcpMessage.Offer || message == DhcpMessage.Ack) {
    if (leaseSeconds != 0) eventNumber(Field.Lease, leaseSeconds);
    if (dhcp.dhcpFind(parameterNumber(Parameter.SSON))) eventText(Field.Option242, dhcp.dhcpValuePtr(), dhcp.dhcpValueBytes());
  }
  eventSend();
}
