// From the words of a LAN file to the options of the far end's programs: DHCP, scripted answers, LLDP.
//
// In: parts of a `LanConfig` that were checked. Out: the same with numbers for addresses, defaults filled in, seconds as they
// are used. It makes nothing that runs.

import { addressOf } from "../network/address.js";
import type { DhcpConfig } from "./dhcp-server.js";
import type { HttpFault, HttpFaultRule } from "./http-faults.js";
import { parseSubnet, type LanAnswer, type LanDhcp, type LanLldp, type LanVlan, type Subnet } from "./lan-config.js";
import { OUI_AVAYA, OUI_AVAYA_MANUAL, type AvayaTlvs, type LldpContent } from "./lldp-message.js";

const LEASE_SECONDS = 86400;
const REDIRECT_STATUS = 302;
const VOICE_PRIORITY = 5;
/** Expedited forwarding. */
const VOICE_DSCP = 46;

export function subnetOf(vlan: LanVlan): Subnet {
  const subnet = parseSubnet(vlan.subnet);
  if (subnet === undefined) throw new RangeError(`"${vlan.subnet}" is no network`);
  return subnet;
}

/** `option242` is appended, so that its items win. */
export function dhcpConfigOf(vlan: LanVlan, dhcp: LanDhcp, option242: string): DhcpConfig {
  const { mask } = subnetOf(vlan);
  const [first = 0, last = 0] = dhcp.pool.map(addressOf);
  const routers = dhcp.routers ?? (vlan.routers ?? []).map(({ address }) => address);
  const dns = dhcp.dns ?? (vlan.dns === undefined ? [] : [vlan.dns.address]);
  const { renewSeconds, rebindSeconds, mtu, authoritative, overload } = dhcp;
  return {
    server: serverAddress(vlan, dhcp),
    first,
    count: last - first + 1,
    mask,
    routers: routers.map(addressOf),
    dns: dns.map(addressOf),
    domain: dhcp.domain ?? "",
    leaseSeconds: dhcp.leaseSeconds === null ? undefined : (dhcp.leaseSeconds ?? LEASE_SECONDS),
    logServers: (dhcp.logServers ?? []).map(addressOf),
    ntpServers: (dhcp.ntpServers ?? []).map(addressOf),
    option242: [dhcp.option242, option242].filter(Boolean).join(","),
    options: new Map(Object.entries(dhcp.options ?? {}).map(([code, hex]) => [Number(code), hexBytes(hex)])),
    silentUs: dhcp.silent === true ? Number.POSITIVE_INFINITY : (dhcp.silentSeconds ?? 0) * 1_000_000,
    ...(dhcp.nextServer === undefined ? {} : { nextServer: addressOf(dhcp.nextServer) }),
    ...(renewSeconds === undefined ? {} : { renewSeconds }),
    ...(rebindSeconds === undefined ? {} : { rebindSeconds }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(authoritative === undefined ? {} : { authoritative }),
    ...(overload === undefined ? {} : { overload }),
  };
}

/** The first router that answers from within the subnet, else the subnet's first address. */
function serverAddress(vlan: LanVlan, dhcp: LanDhcp): number {
  if (dhcp.server !== undefined) return addressOf(dhcp.server);
  const { network, mask } = subnetOf(vlan);
  const own = (vlan.routers ?? []).filter(({ answers }) => answers !== false).map(({ address }) => addressOf(address));
  return own.find((address) => ((address ^ network) & mask) === 0) ?? network + 1;
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function httpFaultsOf(answer: LanAnswer): HttpFaultRule {
  const { path, times } = answer;
  return { ...(path === undefined ? {} : { path }), ...(times === undefined ? {} : { times }), fault: faultOf(answer) };
}

function faultOf({ status, short, reset, slow, chunked, redirect, html, silent, endlessHeaders }: LanAnswer): HttpFault {
  if (status !== undefined) return { kind: "status", status };
  if (short !== undefined) return { kind: "short", bytes: short };
  if (reset !== undefined) return { kind: "reset", bytes: reset };
  if (slow !== undefined) return { kind: "slow", bytesPerSecond: slow };
  if (chunked !== undefined) return { kind: "chunked", bytes: chunked };
  if (redirect !== undefined) return { kind: "redirect", status: REDIRECT_STATUS, location: redirect };
  if (html === true) return { kind: "html" };
  if (silent === true) return { kind: "silent" };
  return endlessHeaders === true ? { kind: "endless-headers" } : { kind: "refuse" };
}

export function lldpContentOf(lldp: LanLldp, portVlan: number, mac: number): Omit<LldpContent, "ttlSeconds"> {
  const { policy, vlanNames, avaya } = lldp;
  return {
    mac,
    portName: "1",
    systemName: "switch",
    ...(lldp.portVlan === false ? {} : { portVlan }),
    ...(vlanNames === undefined ? {} : { vlanNames }),
    ...(policy === undefined ? {} : { policy: { priority: VOICE_PRIORITY, dscp: VOICE_DSCP, ...policy } }),
    ...(avaya === undefined ? {} : { avaya: avayaOf(avaya) }),
  };
}

function avayaOf({ oui, callServers = [], fileServers = [], framing }: NonNullable<LanLldp["avaya"]>): AvayaTlvs {
  return {
    oui: oui === "00-40-0D" ? OUI_AVAYA_MANUAL : OUI_AVAYA,
    callServers: callServers.map(addressOf),
    fileServers: fileServers.map(addressOf),
    ...(framing === undefined ? {} : { framing }),
  };
}
