// LLDP frames as a switch sends them (IEEE 802.1AB §8, ANSI/TIA-1057 §10, IEEE 802.1Q annex D), with Avaya's own TLVs.
//
// In: what the switch has to say. Out: one frame for its neighbour. The telephone's own parser is in the core; this side only
// writes, and looks into an arriving frame just far enough to know whether its sender speaks LLDP-MED.

import { emitFrame, EtherType, parseFrame } from "../network/stack/ethernet.js";
import { read16, read32, write16, write32, write48 } from "../network/stack/bytes.js";
import { addressBytes } from "./dhcp-message.js";

/** The nearest bridge: no bridge passes it on (IEEE 802.1AB table 7-1). */
export const LLDP_TARGET = 0x0180c200000e;
/** OUIs of the organisations whose TLVs are used. */
const OUI_8021 = 0x0080c2;
const OUI_MED = 0x0012bb;
/** Avaya's block; the manuals print 00-40-0D, which is probably a misprint. */
export const OUI_AVAYA = 0x00040d;
export const OUI_AVAYA_MANUAL = 0x00400d;

const TLV_BYTES_MAX = 511;
const TLV_ORGANISATION = 127;
/** Bits 2 and 4 of the capabilities: bridge and router (IEEE 802.1AB table 8-4). */
const CAPABILITIES = 0x0014;
/** MED capabilities and network policy, sent by a network connectivity device (TIA-1057 §10.2.2). */
const MED_CAPABILITIES = 0x0003;
const MED_CONNECTIVITY = 4;
/** The application type of voice (TIA-1057 table 12). */
const MED_VOICE = 1;

/** An LLDP-MED network policy for voice. */
export interface VoicePolicy {
  readonly vlan: number;
  readonly tagged: boolean;
  readonly priority: number;
  readonly dscp: number;
  /** The U bit: the switch has a policy and does not know it yet. */
  readonly unknown?: boolean;
}

export interface AvayaTlvs {
  readonly oui?: number;
  readonly callServers?: readonly number[];
  readonly fileServers?: readonly number[];
  /** 802.1Q framing: 1 tag, 2 do not, 3 automatic. */
  readonly framing?: number;
}

export interface LldpContent {
  readonly mac: number;
  readonly portName: string;
  readonly systemName: string;
  readonly ttlSeconds: number;
  readonly portVlan?: number;
  readonly vlanNames?: readonly { readonly vlan: number; readonly name: string }[];
  /** LLDP-MED capabilities and this policy. */
  readonly policy?: VoicePolicy;
  readonly avaya?: AvayaTlvs;
}

export function lldpFrame(content: LldpContent): Uint8Array {
  const tlvs = [
    tlv(1, [4, ...number48(content.mac)]),
    tlv(2, [5, ...ascii(content.portName)]),
    tlv(3, number16(content.ttlSeconds)),
    tlv(5, ascii(content.systemName)),
    tlv(7, [...number16(CAPABILITIES), ...number16(CAPABILITIES)]),
    ...dot1Tlvs(content),
    ...(content.policy === undefined ? [] : medTlvs(content.policy)),
    ...(content.avaya === undefined ? [] : avayaTlvs(content.avaya)),
    tlv(0, []),
  ];
  const payload = Uint8Array.from(tlvs.flat());
  return emitFrame({ target: LLDP_TARGET, source: content.mac, tag: undefined, type: EtherType.Lldp, payload });
}

function dot1Tlvs({ portVlan, vlanNames = [] }: LldpContent): number[][] {
  const names = vlanNames.map(({ vlan, name }) => organisation(OUI_8021, 3, [...number16(vlan), name.length, ...ascii(name)]));
  return [...(portVlan === undefined ? [] : [organisation(OUI_8021, 1, number16(portVlan))]), ...names];
}

/** Application type, then U, T, a zero, VLAN (12), priority (3) and DSCP (6) in 24 bits. */
function medTlvs(policy: VoicePolicy): number[][] {
  const flags = (policy.unknown === true ? 0x800000 : 0) | (policy.tagged ? 0x400000 : 0);
  const bits = flags | (policy.vlan << 9) | (policy.priority << 6) | policy.dscp;
  return [
    organisation(OUI_MED, 1, [...number16(MED_CAPABILITIES), MED_CONNECTIVITY]),
    organisation(OUI_MED, 2, [MED_VOICE, bits >>> 16, (bits >>> 8) & 0xff, bits & 0xff]),
  ];
}

function avayaTlvs({ oui = OUI_AVAYA, callServers = [], fileServers = [], framing }: AvayaTlvs): number[][] {
  return [
    ...(callServers.length === 0 ? [] : [organisation(oui, 3, [...addressBytes(callServers)])]),
    ...(fileServers.length === 0 ? [] : [organisation(oui, 6, [...addressBytes(fileServers)])]),
    ...(framing === undefined ? [] : [organisation(oui, 7, [framing])]),
  ];
}

/** Seven bits of type, nine of length (IEEE 802.1AB §8.4). */
function tlv(type: number, value: readonly number[]): number[] {
  if (value.length > TLV_BYTES_MAX) throw new RangeError(`LLDP TLV ${type} has ${value.length} bytes, at most ${TLV_BYTES_MAX}`);
  return [...number16((type << 9) | value.length), ...value];
}

function organisation(oui: number, subtype: number, value: readonly number[]): number[] {
  return tlv(TLV_ORGANISATION, [...number32((oui << 8) | subtype), ...value]);
}

/** True when the frame is LLDP of a sender that speaks LLDP-MED: it has the MED capabilities TLV. */
export function speaksMed(bytes: Uint8Array): boolean {
  const frame = parseFrame(bytes);
  if (frame?.type !== EtherType.Lldp) return false;
  const { payload } = frame;
  for (let index = 0; index + 2 <= payload.length;) {
    const head = read16(payload, index);
    const end = index + 2 + (head & TLV_BYTES_MAX);
    if (head >>> 9 === 0 || end > payload.length) return false;
    const isOwn = head >>> 9 === TLV_ORGANISATION && end - index >= 6;
    if (isOwn && read32(payload, index + 2) === ((OUI_MED << 8) | 1)) return true;
    index = end;
  }
  return false;
}

function number16(value: number): number[] {
  const bytes = new Uint8Array(2);
  write16(bytes, 0, value);
  return [...bytes];
}

function number32(value: number): number[] {
  const bytes = new Uint8Array(4);
  write32(bytes, 0, value >>> 0);
  return [...bytes];
}

function number48(value: number): number[] {
  const bytes = new Uint8Array(6);
  write48(bytes, 0, value);
  return [...bytes];
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}
