// The LLDP agent: tells the switch who we are, and takes VLAN, priorities and servers from it (docs/STARTUP.md, LLDP).
//
// LLDP_ENABLED 0 off, 1 on, 2 only after a frame was received. What is received becomes parameters of source LLDP; whether the
// telephone restarts for them is boot's to decide. Frames come from the wire: every length is checked.

import { Info } from "../../hal/abi";
import { Source } from "../../hal/events";
import { asciiLower } from "../base/ascii";
import { be16, be32 } from "../base/bytes";
import { lineAddAddress, lineAddByte, lineAddHex, lineAddNumber, lineBytes, linePtr, lineStart } from "../base/line";
import { systemInfo } from "../base/system";
import { MANUFACTURER, textBytes, textPtr, VOICE } from "../base/texts";
import { timeNow, timeWakeAt } from "../base/time";
import { LLDP_FIRST_US, LLDP_INTERVAL_US, LLDP_LISTEN_US } from "../config";
import { parameterBytes, parameterNumber, parameterSet } from "../settings/parameters";
import { Parameter } from "../settings/table";
import * as lldp from "../wire/lldp";
import { addressIsStatic, addressOwn } from "./address";
import { leaseVendorLetter } from "./dhcp-lease";
import { linkIsFullDuplex, linkReceiveFrame, linkSendFrame, linkSpeed } from "./link";

const MODE_OFF: i32 = 0;
const MODE_ON: i32 = 1;
/** PHY1STAT's number for negotiation. */
const PHY_AUTO: i32 = 1;
const MED_VOICE: i32 = 1;
const MED_SIGNALING: i32 = 2;
const FRAME = memory.data(1514, 8);
const MAC = memory.data(8, 8);
const TEXT = memory.data(64, 8);

let sendUs: u64 = 0;
let heard: bool = false;
/** A MED policy set the voice VLAN: a VLAN's name no longer does. */
let policySet: bool = false;
let changed: bool = false;

/** A start-up begins. */
export function lldpAgentInit(): void {
  heard = false;
  policySet = false;
  changed = false;
  sendUs = timeNow() + LLDP_FIRST_US;
  systemInfo(Info.Mac, MAC, 6);
}

/** Sends and receives. True when something that was received changed a VLAN parameter. Names are those in use now. */
export function lldpAgentPoll(tagged: bool, vid: i32, bootPtr: usize, bootBytes: i32, appPtr: usize, appBytes: i32): bool {
  const mode = parameterNumber(Parameter.LLDP_ENABLED);
  if (mode == MODE_OFF) return false;
  changed = false;
  const bytes = linkReceiveFrame(FRAME, lldp.LLDP_FRAME_BYTES_MAX);
  if (bytes > 0) lldpAgentTake(bytes);
  if ((mode == MODE_ON || heard) && timeNow() >= sendUs) {
    lldpAgentSend(tagged, vid, bootPtr, bootBytes, appPtr, appBytes);
    sendUs = timeNow() + LLDP_INTERVAL_US;
  }
  if (mode == MODE_ON || heard) timeWakeAt(sendUs);
  timeWakeAt(timeNow() + LLDP_LISTEN_US);
  return changed;
}

function lldpAgentTake(bytes: i32): void {
  if (!lldp.lldpRead(FRAME, bytes)) return;
  if (!heard) sendUs = timeNow() + LLDP_FIRST_US;
  heard = true;
  while (lldp.lldpNext()) lldpAgentTlv(lldp.lldpOrganisation(), lldp.lldpPtr() + 4, lldp.lldpBytes() - 4);
}

function lldpAgentTlv(organisation: u32, ptr: usize, bytes: i32): void {
  const oui = organisation >>> 8;
  const subtype = <i32>(organisation & 255);
  if (oui == lldp.OUI_8021 && subtype == 1 && bytes >= 2) lldpAgentSet(Parameter.PHY2VLAN, be16(ptr), true);
  else if (oui == lldp.OUI_8021 && subtype == 3 && bytes >= 3) lldpAgentVlanName(ptr, bytes);
  else if (oui == lldp.OUI_MED && subtype == 2 && bytes == 4) lldpAgentPolicy(be32(ptr));
  else if (oui == lldp.OUI_AVAYA || oui == lldp.OUI_AVAYA_PRINTED) lldpAgentAvaya(subtype, ptr, bytes);
}

/** A name with "voice" in it, in any case, names the voice VLAN. */
function lldpAgentVlanName(ptr: usize, bytes: i32): void {
  const vid = be16(ptr);
  const nameBytes = <i32>load<u8>(ptr + 2);
  if (nameBytes > bytes - 3 || vid == 0 || vid > 4094 || policySet || addressIsStatic()) return;
  if (!lldpAgentContainsVoice(ptr + 3, nameBytes)) return;
  lldpAgentSet(Parameter.L2QVLAN, vid, true);
  lldpAgentSet(Parameter.L2Q, 1, true);
}

function lldpAgentContainsVoice(ptr: usize, bytes: i32): bool {
  const wordBytes = textBytes(VOICE);
  for (let start: i32 = 0; start + wordBytes <= bytes; start++) {
    let index: i32 = 0;
    while (index < wordBytes && asciiLower(load<u8>(ptr + <usize>(start + index))) == <i32>load<u8>(textPtr(VOICE) + <usize>index)) index++;
    if (index == wordBytes) return true;
  }
  return false;
}

/** u8 application, U, T, X, VLAN 12 bits, priority 3, DSCP 6 (ANSI/TIA-1057 §10.2.3). */
function lldpAgentPolicy(policy: u32): void {
  const application = <i32>(policy >>> 24);
  const vid = <i32>((policy >>> 9) & 0xfff);
  const priority = <i32>((policy >>> 6) & 7);
  const dscp = <i32>(policy & 63);
  if ((policy & 0x800000) != 0 || vid > 4094 || addressIsStatic()) return;
  if (application == MED_SIGNALING) {
    if (priority != 0) lldpAgentSet(Parameter.L2QSIG, priority, false);
    if (dscp != 0) lldpAgentSet(Parameter.DSCPSIG, dscp, false);
  }
  if (application != MED_VOICE) return;
  policySet = true;
  lldpAgentSet(Parameter.L2Q, (policy & 0x400000) != 0 ? 1 : 2, true);
  lldpAgentSet(Parameter.L2QVLAN, vid, true);
  lldpAgentSet(Parameter.L2QAUD, priority, false);
  lldpAgentSet(Parameter.DSCPAUD, dscp, false);
}

/** 3 call servers, 6 file servers, 7 framing: 1 tagging, 2 none, 3 automatic. */
function lldpAgentAvaya(subtype: i32, ptr: usize, bytes: i32): void {
  if (subtype == 3) lldpAgentList(Parameter.SIPPROXYSRVR, ptr, bytes);
  if (subtype == 6 && parameterBytes(Parameter.HTTPSRVR) == 0 && parameterBytes(Parameter.TLSSRVR) == 0) {
    lldpAgentList(Parameter.TLSSRVR, ptr, bytes);
    lldpAgentList(Parameter.HTTPSRVR, ptr, bytes);
  }
  if (subtype != 7 || bytes < 1 || policySet || addressIsStatic()) return;
  const framing = <i32>load<u8>(ptr);
  if (framing >= 1 && framing <= 3) lldpAgentSet(Parameter.L2Q, framing == 3 ? 0 : framing, true);
}

function lldpAgentList(parameter: i32, ptr: usize, bytes: i32): void {
  lineStart();
  for (let at: i32 = 0; at + 4 <= bytes; at += 4) {
    if (at > 0) lineAddByte(0x2c);
    lineAddAddress(be32(ptr + <usize>at));
  }
  if (bytes >= 4) parameterSet(parameter, linePtr(), lineBytes(), Source.Lldp);
}

/** Remembers whether a VLAN parameter is another one now. */
function lldpAgentSet(parameter: i32, value: i32, vlan: bool): void {
  const before = parameterNumber(parameter);
  lineStart();
  lineAddNumber(value);
  parameterSet(parameter, linePtr(), lineBytes(), Source.Lldp);
  if (vlan && parameterNumber(parameter) != before) changed = true;
}

function lldpAgentSend(tagged: bool, vid: i32, bootPtr: usize, bootBytes: i32, appPtr: usize, appBytes: i32): void {
  lldp.lldpBegin(MAC);
  lldpAgentAddIdentity();
  lldpAgentAddPhy();
  lldpAgentAddMed(tagged, vid);
  lldpAgentAddInventory(bootPtr, bootBytes, appPtr, appBytes);
  lldp.lldpOpenOrganisation(lldp.OUI_AVAYA, 7);
  lldp.lldpAddByte(tagged ? 1 : 2);
  lldp.lldpClose();
  lldp.lldpEnd();
  linkSendFrame(lldp.lldpOutPtr(), lldp.lldpOutBytes());
}

/** Chassis is our address, the port our MAC, the name DHCP's host name. */
function lldpAgentAddIdentity(): void {
  lldp.lldpOpen(lldp.TLV_CHASSIS);
  lldp.lldpAddHalf(0x0501); // Network address, IPv4.
  lldp.lldpAddWord(addressOwn());
  lldp.lldpClose();
  lldp.lldpOpen(lldp.TLV_PORT);
  lldp.lldpAddByte(3); // MAC address.
  lldp.lldpAddBytes(MAC, 6);
  lldp.lldpClose();
  lldp.lldpOpen(lldp.TLV_TTL);
  lldp.lldpAddHalf(lldp.LLDP_TTL_SECONDS);
  lldp.lldpClose();
  lldp.lldpOpen(lldp.TLV_SYSTEM_NAME);
  lineStart();
  lineAddByte(0x41); // A
  lineAddByte(0x56); // V
  lineAddByte(leaseVendorLetter(MAC));
  lineAddHex(MAC + 3, 3, true);
  lldp.lldpAddBytes(linePtr(), lineBytes());
  lldp.lldpClose();
  lldp.lldpOpen(lldp.TLV_CAPABILITIES);
  lldp.lldpAddHalf(0x0024); // Bridge and telephone,
  lldp.lldpAddHalf(parameterNumber(Parameter.PHY2STAT) == 0 ? 0 : 0x0004); // of which the bridge is on with the PC port.
  lldp.lldpClose();
  lldp.lldpOpen(lldp.TLV_MANAGEMENT);
  lldp.lldpAddHalf(0x0501);
  lldp.lldpAddWord(addressOwn());
  lldp.lldpAddByte(3); // Interface 1 by its system port number, no object identifier.
  lldp.lldpAddWord(1);
  lldp.lldpAddByte(0);
  lldp.lldpClose();
}

/** 802.3 MAC/PHY (IEEE 802.1AB annex G.2): a class III endpoint must send it. Bits and numbers are those of RFC 4836. */
function lldpAgentAddPhy(): void {
  const speed = linkSpeed();
  lldp.lldpOpenOrganisation(lldp.OUI_8023, 1);
  lldp.lldpAddByte(parameterNumber(Parameter.PHY1STAT) == PHY_AUTO ? 3 : 1); // Negotiation supported, and enabled.
  lldp.lldpAddHalf(speed == 1000 ? 0x6c01 : 0x6c00); // Advertised: 10 and 100 in both duplexes, 1000 where it came of it.
  // In use: 10BASE-T, 100BASE-TX or 1000BASE-T in half duplex, or the next number, full.
  lldp.lldpAddHalf((speed == 1000 ? 29 : speed == 100 ? 15 : 10) + (linkIsFullDuplex() ? 1 : 0));
  lldp.lldpClose();
}

/** Capabilities 0x33 of a class III endpoint, and the voice policy in use. */
function lldpAgentAddMed(tagged: bool, vid: i32): void {
  lldp.lldpOpenOrganisation(lldp.OUI_MED, 1);
  lldp.lldpAddHalf(0x0033);
  lldp.lldpAddByte(3);
  lldp.lldpClose();
  lldp.lldpOpenOrganisation(lldp.OUI_MED, 2);
  lldp.lldpAddByte(MED_VOICE);
  const bits = (tagged ? 0x400000 : 0) | (vid << 9) | (parameterNumber(Parameter.L2QAUD) << 6) | parameterNumber(Parameter.DSCPAUD);
  lldp.lldpAddByte(bits >> 16);
  lldp.lldpAddHalf(bits & 0xffff);
  lldp.lldpClose();
}

/** Hardware = MODEL, firmware = BOOTNAME, software = APPNAME, serial number, maker, model without its Dxxx. */
function lldpAgentAddInventory(bootPtr: usize, bootBytes: i32, appPtr: usize, appBytes: i32): void {
  const modelBytes = systemInfo(Info.Model, TEXT, 32);
  lldpAgentAddText(5, TEXT, modelBytes);
  lldpAgentAddText(6, bootPtr, bootBytes);
  lldpAgentAddText(7, appPtr, appBytes);
  let shortBytes: i32 = 0;
  while (shortBytes < modelBytes && load<u8>(TEXT + <usize>shortBytes) != 0x44) shortBytes++;
  lldpAgentAddText(10, TEXT, shortBytes);
  lldpAgentAddText(9, textPtr(MANUFACTURER), textBytes(MANUFACTURER));
  lldpAgentAddText(8, TEXT, systemInfo(Info.Serial, TEXT, 32));
}

/** At most 32 characters (ANSI/TIA-1057 §10.2.6). */
function lldpAgentAddText(subtype: i32, ptr: usize, bytes: i32): void {
  lldp.lldpOpenOrganisation(lldp.OUI_MED, subtype);
  lldp.lldpAddBytes(ptr, bytes > 32 ? 32 : bytes);
  lldp.lldpClose();
}
