// A LAN as data: what `--lan FILE.json` may say, read and checked before the telephone has power.
//
// In: the text of a file, or an object. Out: a `LanConfig` whose addresses fit its subnets, or a `LanConfigError` that names
// every fault by its JSON path with the way out. It opens no file; `lan-schema.ts` has the bounds, this file what spans members.

import { readJson } from "../json-text.js";
import { addressParse, addressText } from "../network/address.js";
import type { CallServerConfig } from "./call-server.js";
import { schemaFindings, type SchemaFinding } from "./json-schema.js";
import type { Cipher, Digest } from "../scep/algorithms.js";
import { timeParse } from "../scep/der-values.js";
import { LAN_SCHEMA } from "./lan-schema.js";
import { lanTlsFindings, type LanTls } from "./lan-tls.js";
import type { LldpSends } from "./lldp-neighbour.js";
import type { ScepDecision, ScepFault } from "./scep/authority.js";

export interface LanConfig {
  readonly summary?: string;
  /** The far end's date and time at power-up, `2007-12-01T00:00:00Z`. */
  readonly time?: string;
  readonly port?: LanPort;
  readonly cable?: LanCable;
  readonly vlans: readonly LanVlan[];
}

export interface LanPort {
  readonly speed?: number;
  readonly duplex?: "full" | "half";
  readonly vlan?: number;
  readonly voiceVlan?: number;
  readonly allowedVlans?: readonly number[];
  readonly lldp?: LanLldp;
}

export interface LanLldp {
  readonly sends?: LldpSends;
  readonly intervalSeconds?: number;
  readonly portVlan?: boolean;
  readonly policy?: {
    readonly vlan: number;
    readonly tagged: boolean;
    readonly priority?: number;
    readonly dscp?: number;
    readonly unknown?: boolean;
  };
  readonly vlanNames?: readonly { readonly vlan: number; readonly name: string }[];
  readonly avaya?: {
    readonly oui?: string;
    readonly callServers?: readonly string[];
    readonly fileServers?: readonly string[];
    readonly framing?: number;
  };
}

/** Shares in per cent. */
export interface LanCable {
  readonly delayMicroseconds?: number;
  readonly loss?: number;
  readonly duplicate?: number;
  readonly reorder?: number;
  readonly flip?: number;
}

export interface LanVlan {
  readonly id: number;
  readonly subnet: string;
  readonly dhcp?: LanDhcp;
  readonly routers?: readonly { readonly address: string; readonly answers?: boolean }[];
  readonly dns?: { readonly address: string; readonly names?: Readonly<Record<string, readonly string[]>> };
  readonly taken?: readonly string[];
  readonly fileServer?: LanFileServer;
  readonly callServer?: LanCallServer;
  readonly scep?: LanScep;
  readonly proxy?: LanProxy;
  readonly sntp?: { readonly address: string; readonly synchronised?: boolean };
}

export interface LanProxy {
  readonly address: string;
  readonly port?: number;
  readonly thinkMilliseconds?: number;
  readonly answers?: readonly LanAnswer[];
}

/** A CA; its members beside those of a proxy are `ScepAuthorityOptions`. */
export interface LanScep extends LanProxy {
  readonly decision?: ScepDecision;
  readonly polls?: number;
  readonly registrar?: boolean;
  readonly capabilities?: readonly string[];
  readonly cipher?: Cipher["name"];
  readonly digest?: Digest["name"];
  readonly validityDays?: number;
  readonly challenge?: string;
  readonly fault?: ScepFault;
}

export interface LanDhcp {
  readonly server?: string;
  readonly pool: readonly string[];
  readonly leaseSeconds?: number | null;
  readonly renewSeconds?: number;
  readonly rebindSeconds?: number;
  readonly routers?: readonly string[];
  readonly dns?: readonly string[];
  readonly domain?: string;
  readonly logServers?: readonly string[];
  readonly ntpServers?: readonly string[];
  readonly mtu?: number;
  readonly option242?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly nextServer?: string;
  readonly authoritative?: boolean;
  readonly overload?: boolean;
  readonly silent?: boolean;
  readonly silentSeconds?: number;
}

export interface LanFileServer {
  readonly address: string;
  readonly port?: number;
  readonly demo?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly thinkMilliseconds?: number;
  readonly answers?: readonly LanAnswer[];
  readonly tls?: LanTls;
}

/** Without users nobody can log in; OPTIONS are answered. */
export interface LanCallServer extends Partial<CallServerConfig> {
  readonly address: string;
  readonly port?: number;
  readonly tls?: LanTls;
}

/** Exactly one member beside `path` and `times` is given. */
export interface LanAnswer {
  readonly path?: string;
  readonly times?: number;
  readonly status?: number;
  readonly html?: boolean;
  readonly short?: number;
  readonly reset?: number;
  readonly slow?: number;
  readonly silent?: boolean;
  readonly endlessHeaders?: boolean;
  readonly chunked?: number;
  readonly redirect?: string;
  readonly refuse?: boolean;
}

/** Ports of a file server that names none. */
export const FILE_PORT = 80;
export const CALL_PORT = 5060;
export const CALL_TLS_PORT = 5061;
export const FILE_TLS_PORT = 443;
/** A scope that a server of ours keeps in memory. */
const POOL_ADDRESSES_MAX = 65536;
/** More findings than this help nobody. */
const FINDINGS_SHOWN_MAX = 8;

export class LanConfigError extends Error {
  readonly findings: readonly SchemaFinding[];

  constructor(name: string, findings: readonly SchemaFinding[]) {
    const lines = findings.slice(0, FINDINGS_SHOWN_MAX).map(({ path, message }) => `${name} ${path === "" ? "/" : path}: ${message}`);
    const more = findings.length - lines.length;
    super([...lines, ...(more > 0 ? [`${name}: ${more} more`] : [])].join("\n"));
    this.findings = findings;
  }
}

/** Reads a LAN file; `name` is what messages call it. */
export function readLanConfig(text: string, name: string): LanConfig {
  let value: unknown;
  try {
    value = readJson(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LanConfigError(name, [{ path: "", message: `this is no JSON: ${why}` }]);
  }
  const findings = lanFindings(value);
  if (findings.length > 0) throw new LanConfigError(name, findings);
  return value as LanConfig;
}

/** Everything that is wrong with a LAN; what spans members is looked at once each member is right by itself. */
export function lanFindings(value: unknown): SchemaFinding[] {
  const findings = schemaFindings(LAN_SCHEMA, value);
  if (findings.length > 0) return findings;
  const config = value as LanConfig;
  return [
    ...timeFindings(config),
    ...portFindings(config),
    ...config.vlans.flatMap((vlan, index) => vlanFindings(vlan, `/vlans/${index}`)),
    ...repeated(config.vlans.map(({ id }) => id)).map((index) => ({
      path: `/vlans/${index}/id`, message: `VLAN ${config.vlans[index]!.id} is described twice; put both into one`,
    })),
  ];
}

function timeFindings({ time }: LanConfig): SchemaFinding[] {
  const isDate = time === undefined || timeParse(time) !== undefined;
  return isDate ? [] : [{ path: "/time", message: `"${time}" is no date; write it as 2026-01-31T12:00:00Z` }];
}

function portFindings({ port = {}, vlans }: LanConfig): SchemaFinding[] {
  const untagged = port.vlan ?? vlans[0]!.id;
  const path = "/port/voiceVlan";
  return port.voiceVlan === untagged ? [{ path, message: `${untagged} is the untagged VLAN; the voice VLAN is another one` }] : [];
}

export interface Subnet {
  readonly network: number;
  readonly mask: number;
}

/** A subnet as `10.0.8.0/24`; undefined for a network with host bits. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = "", bits = ""] = text.split("/");
  const network = addressParse(address);
  const mask = (0xffffffff << (32 - Number(bits))) >>> 0;
  return network === undefined || (network & ~mask) !== 0 ? undefined : { network, mask };
}

function vlanFindings(vlan: LanVlan, path: string): SchemaFinding[] {
  const subnet = parseSubnet(vlan.subnet);
  if (subnet === undefined) {
    return [{ path: `${path}/subnet`, message: `"${vlan.subnet}" is no network; its host bits are 0, as in 10.0.8.0/24` }];
  }
  const stations = stationsOf(vlan);
  const outside = stations.filter(([, text]) => !isHost(subnet, text)).map(([place, text]) => ({
    path: path + place, message: `"${text}" is no host address of ${vlan.subnet}; ${hostRange(subnet)} are`,
  }));
  const services = new Set(stations.filter(([place]) => !/^\/(?:taken|dhcp\/pool)/.test(place)).map(([, text]) => text));
  const twice = (vlan.taken ?? []).flatMap((text, index) => {
    const message = `"${text}" has a service of this LAN; a taken address is somebody else's`;
    return services.has(text) ? [{ path: `${path}/taken/${index}`, message }] : [];
  });
  const { fileServer, callServer } = vlan;
  const sealed = [
    ...sealedFindings(fileServer?.tls, fileServer?.port ?? FILE_PORT, FILE_TLS_PORT, `${path}/fileServer/tls`),
    ...sealedFindings(callServer?.tls, callServer?.port ?? CALL_PORT, CALL_TLS_PORT, `${path}/callServer/tls`),
  ];
  return [...outside, ...twice, ...sealed, ...(outside.length === 0 ? poolFindings(vlan, path) : [])];
}

/** A service under TLS is beside the plain one, which has this port. */
function sealedFindings(tls: LanTls | undefined, port: number, tlsPort: number, path: string): SchemaFinding[] {
  if (tls === undefined) return [];
  const taken = { path: `${path}/port`, message: `port ${port} is the one without TLS; TLS needs another` };
  return [...lanTlsFindings(tls, path), ...((tls.port ?? tlsPort) === port ? [taken] : [])];
}

/** Everything that must lie in the subnet: where it stands, and the address. */
function stationsOf({ dhcp, dns, taken = [], fileServer, callServer, scep, proxy, sntp }: LanVlan): [string, string][] {
  const single: [string, string | undefined][] = [
    ["/dhcp/server", dhcp?.server], ["/dns/address", dns?.address], ["/fileServer/address", fileServer?.address],
    ["/callServer/address", callServer?.address], ["/scep/address", scep?.address], ["/proxy/address", proxy?.address],
    ["/sntp/address", sntp?.address],
  ];
  return [
    ...single.flatMap(([place, text]): [string, string][] => (text === undefined ? [] : [[place, text]])),
    ...(dhcp?.pool ?? []).map((text, index): [string, string] => [`/dhcp/pool/${index}`, text]),
    ...taken.map((text, index): [string, string] => [`/taken/${index}`, text]),
  ];
}

function poolFindings({ dhcp }: LanVlan, path: string): SchemaFinding[] {
  if (dhcp === undefined) return [];
  const [first = 0, last = 0] = dhcp.pool.map((text) => addressParse(text)!);
  const findings: SchemaFinding[] = [];
  const place = `${path}/dhcp/pool`;
  if (last < first) findings.push({ path: place, message: `the last address comes before the first; exchange them` });
  else if (last - first >= POOL_ADDRESSES_MAX) findings.push({ path: place, message: `more than ${POOL_ADDRESSES_MAX} addresses` });
  if (dhcp.silent === true && dhcp.silentSeconds !== undefined) {
    findings.push({ path: `${path}/dhcp/silentSeconds`, message: "the server is silent for ever already; leave one out" });
  }
  return findings;
}

function isHost(subnet: Subnet, text: string): boolean {
  const address = addressParse(text)!;
  const host = (address & ~subnet.mask) >>> 0;
  return ((address & subnet.mask) >>> 0) === subnet.network && host !== 0 && host !== (~subnet.mask >>> 0);
}

function hostRange({ network, mask }: Subnet): string {
  return `${addressText(network + 1)} to ${addressText((network | ~mask) - 1)}`;
}

/** Positions of numbers that stood before. */
function repeated(numbers: readonly number[]): number[] {
  return numbers.flatMap((number, index) => (numbers.indexOf(number) < index ? [index] : []));
}
