// The DHCP client: DISCOVER to ACK, then the lease for as long as the telephone runs (RFC 2131 §4.4; docs/STARTUP.md, DHCP).
//
// It never gives up: a server that is silent is asked again after 4, 8, 16, 32, 64 s. What an ACK brings goes into the
// parameters (net/dhcp-lease). A lease is renewed at T1 and rebound at T2; what happens at its end is DHCPSTD's to say.

import { Info, Status } from "../../hal/abi";
import { DhcpMessage, EventKind, Field } from "../../hal/events";
import { entropyWord } from "../base/entropy";
import { eventAddress, eventBegin, eventNumber, eventSend, eventText, eventCode } from "../base/events";
import { systemInfo } from "../base/system";
import { timeNow, timeWakeAt, timeWakeIn } from "../base/time";
import { trace, Trace } from "../base/trace";
import {
  DHCP_EXTENDED_ARP_US, DHCP_EXTENDED_RETRY_US, DHCP_RENEW_RETRY_US_MIN, DHCP_RETRY_US_MAX, DHCP_RETRY_US_MIN, NO_OFFER_US,
} from "../config";
import { parameterNumber } from "../settings/parameters";
import { Parameter } from "../settings/table";
import * as dhcp from "../wire/dhcp";
import { addressConfigureUnchecked } from "./address";
import { arpProbe } from "./arp";
import { leaseAddClient, leaseAddIdentity, leaseApply, leaseRefuse, leaseSeconds, leaseT1Seconds, leaseT2Seconds } from "./dhcp-lease";
import { udpClose, udpConfigure, udpOpen, udpReceive, udpSend, UDP_ADDRESS_BROADCAST } from "./udp";

/** Where the client stands; RFC 2131 figure 5, and what an expired lease that is kept comes to. */
enum Phase {
  Off,
  Selecting,
  Requesting,
  Bound,
  Renewing,
  Rebinding,
  Extended,
  /** The address may no longer be used; boot starts over. */
  Lost,
}

const MAC = memory.data(8, 8);
const PACKET = memory.data(1472, 8);
const NO_HANDLE: i32 = -1;
const LEASE_INFINITE: u32 = ~0;

let phase: Phase = Phase.Off;
let handle: i32 = NO_HANDLE;
let vlan: i32 = 0;
let xid: u32 = 0;
let address: u32 = 0;
let serverAddress: u32 = 0;
let startUs: u64 = 0;
let sendUs: u64 = 0;
let arpUs: u64 = 0;
let retryUs: u32 = 0;
let boundUs: u64 = 0;
let offered: bool = false;
let taken: bool = false;

/** Starts over with DISCOVER and without an address, on a VLAN that only events speak of. Returns Ok, or NoSpace. */
export function dhcpClientStart(onVlan: i32): i32 {
  dhcpClientStop();
  udpConfigure(0, 0, 0, parameterNumber(Parameter.MTU_SIZE));
  systemInfo(Info.Mac, MAC, 6);
  handle = udpOpen(dhcp.DHCP_PORT_CLIENT);
  if (handle < 0) return handle;
  vlan = onVlan;
  startUs = timeNow();
  offered = false;
  taken = false;
  dhcpClientSelect();
  return Status.Ok;
}

/** Stops asking and forgets the lease; the address stays configured until somebody takes it away. */
export function dhcpClientStop(): void {
  if (handle >= 0) udpClose(handle);
  handle = NO_HANDLE;
  phase = Phase.Off;
}

/** Whole seconds since the start, as the screen counts them. */
export function dhcpClientSeconds(): u32 {
  return <u32>((timeNow() - startUs) / 1000000);
}

/** Microseconds until the count of seconds changes. */
export function dhcpClientSecondLeftUs(): u32 {
  return 1000000 - <u32>((timeNow() - startUs) % 1000000);
}

/** True once anybody offered anything since the start. */
export function dhcpClientHasOffer(): bool {
  return offered;
}

/** True while an address is leased. */
export function dhcpClientIsBound(): bool {
  return phase >= Phase.Bound && phase < Phase.Lost;
}

/** Our address, 0 without a lease. */
export function dhcpClientAddress(): u32 {
  return dhcpClientIsBound() ? address : 0;
}

/** True when the address was lost because somebody else answered ARP for it. */
export function dhcpClientIsTaken(): bool {
  return taken;
}

/** True when nobody offered anything for so long that the host is to be told. */
export function dhcpClientIsSilent(): bool {
  return !offered && timeNow() >= startUs + NO_OFFER_US;
}

/** Works on. Returns Ok while an address is bound, Pending while there is none, Reset once it was lost. */
export function dhcpClientPoll(): i32 {
  if (phase == Phase.Off) return Status.Pending;
  if (phase == Phase.Lost) return Status.Reset;
  if (phase != Phase.Bound) {
    const bytes = udpReceive(handle, PACKET, dhcp.DHCP_BYTES_MAX);
    if (bytes > 0) dhcpClientTake(bytes);
  }
  if (phase >= Phase.Bound) dhcpClientKeep();
  if (phase == Phase.Lost) return Status.Reset;
  if (phase != Phase.Bound && timeNow() >= sendUs) dhcpClientSend();
  timeWakeAt(sendUs);
  return phase >= Phase.Bound ? Status.Ok : Status.Pending;
}

/** Gives the address back: it will not be used again (RFC 2131 §4.4.6). The message leaves from it, whether it was checked or not. */
export function dhcpClientRelease(): void {
  if (!dhcpClientIsBound()) return;
  addressConfigureUnchecked();
  dhcp.dhcpBegin(entropyWord(), 0, MAC, address);
  dhcp.dhcpAddByte(dhcp.OPTION_MESSAGE, DhcpMessage.Release);
  dhcp.dhcpAddWord(dhcp.OPTION_SERVER, serverAddress);
  leaseAddClient(MAC);
  dhcp.dhcpEnd();
  dhcpClientLeave(serverAddress, DhcpMessage.Release);
  dhcpClientStop();
}

/** Somebody else uses the address (RFC 2131 §4.4.4): tells the server and gives it up. */
export function dhcpClientDecline(): void {
  if (!dhcpClientIsBound()) return;
  udpConfigure(0, 0, 0, parameterNumber(Parameter.MTU_SIZE));
  dhcp.dhcpBegin(entropyWord(), 0, MAC, 0);
  dhcp.dhcpAddByte(dhcp.OPTION_MESSAGE, DhcpMessage.Decline);
  dhcp.dhcpAddWord(dhcp.OPTION_REQUESTED, address);
  dhcp.dhcpAddWord(dhcp.OPTION_SERVER, serverAddress);
  leaseAddClient(MAC);
  dhcp.dhcpEnd();
  dhcpClientLeave(UDP_ADDRESS_BROADCAST, DhcpMessage.Decline);
  dhcpClientStop();
}

function dhcpClientSelect(): void {
  phase = Phase.Selecting;
  xid = entropyWord();
  retryUs = DHCP_RETRY_US_MIN;
  sendUs = timeNow();
}

function dhcpClientLeave(to: u32, message: DhcpMessage): void {
  udpSend(handle, to, dhcp.DHCP_PORT_SERVER, dhcp.dhcpOutPtr(), dhcp.dhcpOutBytes());
  dhcpClientEvent(message, address, serverAddress);
}

/** Sends what the phase asks for and sets when to send it again. */
function dhcpClientSend(): void {
  // The server that offered, or that said it knows us, is silent: ask everybody again.
  if (phase == Phase.Requesting && retryUs >= DHCP_RETRY_US_MIN << 2) dhcpClientSelect();
  const kept = phase > Phase.Bound;
  dhcp.dhcpBegin(xid, kept ? 0 : dhcpClientSeconds(), MAC, kept ? address : 0);
  const message = phase == Phase.Selecting ? DhcpMessage.Discover : DhcpMessage.Request;
  dhcp.dhcpAddByte(dhcp.OPTION_MESSAGE, message);
  if (phase == Phase.Requesting) {
    dhcp.dhcpAddWord(dhcp.OPTION_REQUESTED, address);
    dhcp.dhcpAddWord(dhcp.OPTION_SERVER, serverAddress);
  }
  leaseAddIdentity(MAC);
  dhcp.dhcpEnd();
  const to = phase == Phase.Renewing ? serverAddress : UDP_ADDRESS_BROADCAST;
  udpSend(handle, to, dhcp.DHCP_PORT_SERVER, dhcp.dhcpOutPtr(), dhcp.dhcpOutBytes());
  dhcpClientEvent(message, kept ? address : 0, kept ? serverAddress : 0);
  if (kept) return dhcpClientRetryKept();
  // RFC 2131 §4.1: 4 s doubling to 64 s, each a random second more or less.
  const jitterUs = <i32>(entropyWord() % 2000001) - 1000000;
  sendUs = timeNow() + <u64>(<i32>retryUs + jitterUs);
  if (retryUs < DHCP_RETRY_US_MAX) retryUs <<= 1;
}

/** RFC 2131 §4.4.5: half of what is left until the next deadline, at least a minute; a kept expired lease once a minute. */
function dhcpClientRetryKept(): void {
  const endUs = phase == Phase.Renewing ? dhcpClientDeadline(leaseT2Seconds()) : dhcpClientDeadline(leaseSeconds());
  let waitUs: u64 = phase == Phase.Extended || endUs <= timeNow() ? DHCP_EXTENDED_RETRY_US : (endUs - timeNow()) / 2;
  if (waitUs < DHCP_RENEW_RETRY_US_MIN) waitUs = DHCP_RENEW_RETRY_US_MIN;
  sendUs = phase != Phase.Extended && timeNow() + waitUs > endUs ? endUs : timeNow() + waitUs;
}

/** Takes one datagram. */
function dhcpClientTake(bytes: i32): void {
  timeWakeIn(0); // There may be more.
  if (!dhcp.dhcpRead(PACKET, bytes, xid, MAC)) {
    trace(Trace.PacketDropped, bytes);
    return;
  }
  const message = dhcp.dhcpMessage();
  if (message != DhcpMessage.Offer && message != DhcpMessage.Ack && message != DhcpMessage.Nak) return trace(Trace.PacketDropped, bytes);
  const server = dhcp.dhcpWord(dhcp.OPTION_SERVER);
  dhcpClientEvent(<DhcpMessage>message, dhcp.dhcpYourAddress(), server);
  if (phase == Phase.Selecting && message == DhcpMessage.Offer) return dhcpClientOffer(server);
  if (phase == Phase.Selecting || phase == Phase.Bound) return;
  if (phase != Phase.Rebinding && phase != Phase.Extended && server != serverAddress) return;
  if (message == DhcpMessage.Nak) return dhcpClientRefused();
  if (message == DhcpMessage.Ack && dhcpClientUsable(server)) dhcpClientBind(server);
}

/** An offer or ACK without a lease time, a server or an address is not accepted. */
function dhcpClientUsable(server: u32): bool {
  if (dhcp.dhcpWord(dhcp.OPTION_LEASE) != 0 && server != 0 && dhcp.dhcpYourAddress() != 0) return true;
  leaseRefuse(server);
  return false;
}

function dhcpClientOffer(server: u32): void {
  if (!dhcpClientUsable(server)) return;
  offered = true;
  address = dhcp.dhcpYourAddress();
  serverAddress = server;
  phase = Phase.Requesting;
  retryUs = DHCP_RETRY_US_MIN;
  sendUs = timeNow();
}

/** NAK: what was asked for is not ours. With a lease the address is lost at once; else a server that goes on refusing is not hurried. */
function dhcpClientRefused(): void {
  if (phase > Phase.Bound) {
    phase = Phase.Lost;
    return;
  }
  dhcpClientSelect();
  sendUs = timeNow() + DHCP_RETRY_US_MIN;
}

function dhcpClientBind(server: u32): void {
  address = dhcp.dhcpYourAddress();
  serverAddress = server;
  boundUs = timeNow();
  const renewed = phase != Phase.Requesting;
  phase = Phase.Bound;
  leaseApply(renewed);
  sendUs = dhcpClientDeadline(leaseT1Seconds());
}

/** Goes from bound through renewing and rebinding to the lease's end, each at its time. */
function dhcpClientKeep(): void {
  if (phase == Phase.Extended) return dhcpClientExtended();
  if (timeNow() >= dhcpClientDeadline(leaseSeconds())) return dhcpClientExpired();
  if (phase < Phase.Rebinding && timeNow() >= dhcpClientDeadline(leaseT2Seconds())) dhcpClientAsk(Phase.Rebinding);
  else if (phase == Phase.Bound && timeNow() >= dhcpClientDeadline(leaseT1Seconds())) dhcpClientAsk(Phase.Renewing);
}

function dhcpClientAsk(next: Phase): void {
  phase = next;
  xid = entropyWord();
  sendUs = timeNow();
}

/** DHCPSTD 1: the address may not be used any more. 0: it is kept while nobody else has it, and asked for for ever. */
function dhcpClientExpired(): void {
  if (parameterNumber(Parameter.DHCPSTD) == 1) {
    phase = Phase.Lost;
    return;
  }
  arpUs = timeNow();
  dhcpClientAsk(Phase.Extended);
}

function dhcpClientExtended(): void {
  if (timeNow() >= arpUs) {
    const answer = arpProbe(address);
    taken = answer == 1;
    if (taken) phase = Phase.Lost;
    if (answer == Status.Pending) return timeWakeIn(1000000);
    arpUs = timeNow() + DHCP_EXTENDED_ARP_US;
  }
  timeWakeAt(arpUs);
}

/** Far in the future for a lease without end. */
function dhcpClientDeadline(seconds: u32): u64 {
  return seconds == LEASE_INFINITE ? u64.MAX_VALUE : boundUs + <u64>seconds * 1000000;
}

function dhcpClientEvent(message: DhcpMessage, yours: u32, server: u32): void {
  eventBegin(EventKind.Dhcp);
  eventCode(Field.Message, message);
  eventNumber(Field.Vlan, vlan);
  if (yours != 0) eventAddress(Field.Address, yours);
  if (server != 0) eventAddress(Field.Server, server);
  if (message == DhcpMessage.Offer || message == DhcpMessage.Ack) {
    const lease = dhcp.dhcpWord(dhcp.OPTION_LEASE);
    if (lease != 0) eventNumber(Field.Lease, lease);
    if (dhcp.dhcpFind(parameterNumber(Parameter.SSON))) {
      eventText(Field.Option242, dhcp.dhcpValuePtr(), dhcp.dhcpValueBytes());
      eventNumber(Field.Bytes, dhcp.dhcpValueBytes()); // As it came: the text may be shortened or hidden on its way to people.
    }
  }
  eventSend();
}
