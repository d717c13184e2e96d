// The far end on the wire: a switch, the computers of each VLAN on it, and the cable to the telephone.
//
// In: a `LanConfig`. Out: the telephone's end of the cable. Each address is a computer of its own with its own stack, so every
// answer crosses the switch as frames. Nothing is routed between the VLANs: what a telephone needs is on the VLAN it is on.

import { LossyLink } from "../faults/lossy-link.js";
import { addressOf } from "../network/address.js";
import { Cable, type CableEnd } from "../network/cable.js";
import { DHCP_SERVER_PORT } from "../network/network.js";
import { DnsServer } from "../network/stack/dns-server.js";
import { MTU_DEFAULT, Stack } from "../network/stack/stack.js";
import { driveStack } from "../network/stack-driver.js";
import { Switch, type SwitchPort } from "../network/switch.js";
import { Random } from "../random.js";
import type { Scheduler } from "../scheduler.js";
import { CallServer, type SipAccess } from "./call-server.js";
import { demoSource } from "./demo.js";
import { DhcpServer } from "./dhcp-server.js";
import { fileHandler, MemoryFiles, type FileSource } from "./file-server.js";
import { HttpServer, type HttpAccess } from "./http-server.js";
import { dhcpConfigOf, httpFaultsOf, lldpContentOf, subnetOf } from "./lan-build.js";
import {
  CALL_PORT, CALL_TLS_PORT, FILE_PORT, FILE_TLS_PORT, type LanCable, type LanCallServer, type LanConfig, type LanFileServer, type LanVlan,
} from "./lan-config.js";
import { CertificateServices, CERTIFICATE_SEED, lanSeconds, seededBytes } from "./lan-certificates.js";
import { lanTlsIdentity, type LanTls, type TlsIdentity } from "./lan-tls.js";
import { LldpNeighbour } from "./lldp-neighbour.js";
import type { DatagramService, StreamService } from "./service.js";

const DNS_PORT = 53;
/** The computers of the far end: fast enough that only the telephone's cable is slow. */
const HOST_SPEED = 1000;
/** Locally administered: 02, two zero bytes, VLAN and number. */
const MAC_FIRST = 0x020000000000;
const MAC_SWITCH = 0x0200ff000000;
const LLDP_SECONDS = 30;

/** Chances from 0 to 1 for each frame on the telephone's cable, either way. */
export interface LanFaults {
  readonly loss?: number;
  readonly duplicate?: number;
  readonly reorder?: number;
  readonly flip?: number;
}

export interface LanOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** Whether the telephone's line port is up; without it, it always is. */
  readonly isUp?: () => boolean;
  /** Serves these files on every file server instead of what the config names (`--site`). */
  readonly source?: FileSource;
  /** Opens a folder that the config names; without it such a config is refused. */
  readonly openFolder?: (folder: string) => FileSource;
  /** Puts TLS before a service; without it a LAN with HTTPS is refused. */
  readonly seal?: (service: StreamService, identity: TlsIdentity) => StreamService;
  /** Opens a text file that the config names; without it such a config is refused. */
  readonly openText?: (path: string) => string;
  /** Said by every DHCP server after its own option 242, so that it wins. */
  readonly option242?: string;
  /** The date at power-up instead of the config's `time`, in seconds since 1970. */
  readonly startSeconds?: number;
  /** Each replaces the config's own. */
  readonly faults?: LanFaults;
  readonly onAccess?: (access: HttpAccess) => void;
  readonly onSip?: (access: SipAccess) => void;
  /** What a CA decided, in a line. */
  readonly onDecision?: (line: string) => void;
}

export class Lan {
  readonly cable: Cable;
  readonly switch: Switch;
  /** The telephone's port. */
  readonly port: SwitchPort;
  readonly lldp: LldpNeighbour | undefined;
  /** What the cable did to frames; undefined for one that does nothing. */
  readonly lossy: LossyLink | undefined;
  readonly #options: LanOptions;
  readonly #certificates: CertificateServices;
  /** By VLAN and address. */
  readonly #hosts = new Map<string, Stack>();

  constructor(config: LanConfig, options: LanOptions) {
    const { scheduler } = options;
    const { port = {}, cable = {}, vlans } = config;
    this.#options = options;
    this.#certificates = this.#certificateServices(config);
    this.switch = new Switch({ clock: scheduler });
    this.cable = new Cable({
      scheduler,
      speed: port.speed ?? 100,
      fullDuplex: port.duplex !== "half",
      ...(cable.delayMicroseconds === undefined ? {} : { delayUs: cable.delayMicroseconds }),
    });
    const vlan = port.vlan ?? vlans[0]!.id;
    const tagged = [...(port.voiceVlan === undefined ? [] : [port.voiceVlan]), ...(port.allowedVlans ?? [])];
    const rates = { ...shares(cable), ...options.faults };
    const lossless = Object.values(rates).every((rate) => rate === 0);
    this.lossy = lossless ? undefined : new LossyLink(this.cable.far, { scheduler, seed: options.random.word(), ...rates });
    this.port = this.switch.addPort({ name: "telephone", vlan, tagged }, this.lossy ?? this.cable.far);
    for (const each of vlans) this.#addVlan(each);
    this.lldp = port.lldp === undefined ? undefined : new LldpNeighbour({
      scheduler,
      link: this.port.control,
      content: lldpContentOf(port.lldp, vlan, MAC_SWITCH),
      sends: port.lldp.sends ?? "always",
      intervalSeconds: port.lldp.intervalSeconds ?? LLDP_SECONDS,
      ...(options.isUp === undefined ? {} : { isUp: options.isUp }),
    });
  }

  /** The telephone's end of the cable. */
  get line(): CableEnd {
    return this.cable.near;
  }

  /** The stack of one computer, for a test or a report. */
  host(vlan: number, address: string): Stack | undefined {
    return this.#hosts.get(hostKey(vlan, addressOf(address)));
  }

  /** Pulls the cable, or plugs it in at a speed. */
  plug(speed: number): void {
    this.cable.plug(speed);
    this.port.setLink(speed !== 0);
  }

  #addVlan(vlan: LanVlan): void {
    const { scheduler } = this.#options;
    for (const { address, answers } of vlan.routers ?? []) if (answers !== false) this.#host(vlan, addressOf(address));
    for (const address of vlan.taken ?? []) this.#host(vlan, addressOf(address));
    if (vlan.dhcp !== undefined) {
      const config = dhcpConfigOf(vlan, vlan.dhcp, this.#options.option242 ?? "");
      this.#listenDatagram(this.#host(vlan, config.server), DHCP_SERVER_PORT, new DhcpServer(config, scheduler));
    }
    if (vlan.dns !== undefined) this.#addNameServer(vlan, vlan.dns.address, vlan.dns.names ?? {});
    if (vlan.fileServer !== undefined) this.#addFileServer(vlan, vlan.fileServer);
    if (vlan.callServer !== undefined) this.#addCallServer(vlan, vlan.callServer);
    const random = new Random(CERTIFICATE_SEED ^ vlan.id);
    for (const { address, port, service } of this.#certificates.streamsOf(vlan)) {
      this.#listenStream(this.#host(vlan, address, random), port, service);
    }
    for (const { address, port, service } of this.#certificates.datagramsOf(vlan)) {
      this.#listenDatagram(this.#host(vlan, address, random), port, service);
    }
  }

  #certificateServices(config: LanConfig): CertificateServices {
    const { scheduler, onAccess, onDecision, startSeconds = lanSeconds(config) } = this.#options;
    return new CertificateServices({
      scheduler, random: seededBytes(CERTIFICATE_SEED), startSeconds,
      ...(onAccess === undefined ? {} : { onAccess }), ...(onDecision === undefined ? {} : { onDecision }),
    });
  }

  #addNameServer(vlan: LanVlan, address: string, names: Readonly<Record<string, readonly string[]>>): void {
    const table = new Map(Object.entries(names).map(([name, addresses]) => [bareName(name), addresses.map(addressOf)]));
    const service = new DnsServer((name) => table.get(bareName(name)));
    this.#listenDatagram(this.#host(vlan, addressOf(address)), DNS_PORT, service);
  }

  #addFileServer(vlan: LanVlan, server: LanFileServer): void {
    const { scheduler, onAccess } = this.#options;
    const service = new HttpServer({
      scheduler,
      handler: fileHandler(this.#source(server)),
      faults: (server.answers ?? []).map(httpFaultsOf),
      thinkUs: (server.thinkMilliseconds ?? 0) * 1000,
      ...(onAccess === undefined ? {} : { onAccess }),
    });
    const host = this.#host(vlan, addressOf(server.address));
    this.#listenStream(host, server.port ?? FILE_PORT, service);
    const { tls } = server;
    if (tls !== undefined) this.#listenStream(host, tls.port ?? FILE_TLS_PORT, this.#sealed(service, tls, server.address));
  }

  #sealed(service: StreamService, tls: LanTls, address: string): StreamService {
    if (tls.plain === true) return service;
    const { seal } = this.#options;
    if (seal === undefined) throw new RangeError("TLS cannot be served here");
    if (tls.certificate === undefined || tls.key === undefined) return seal(service, lanTlsIdentity(tls, address));
    return seal(service, { certificate: this.#text(tls.certificate), key: this.#text(tls.key) });
  }

  #text(path: string): string {
    const { openText } = this.#options;
    if (openText === undefined) throw new RangeError(`the file ${path} cannot be opened here`);
    return openText(path);
  }

  #addCallServer(vlan: LanVlan, { address: text, port = CALL_PORT, tls, ...config }: LanCallServer): void {
    const { scheduler: clock, onSip } = this.#options;
    const address = addressOf(text);
    const random = new Random(address);
    const service = new CallServer({ users: {}, ...config, clock, random, ...(onSip === undefined ? {} : { onAccess: onSip }) });
    this.#listenStream(this.#host(vlan, address), port, service);
    this.#listenDatagram(this.#host(vlan, address), port, service);
    if (tls !== undefined) this.#listenStream(this.#host(vlan, address), tls.port ?? CALL_TLS_PORT, this.#sealed(service, tls, text));
  }

  #source(server: LanFileServer): FileSource {
    if (this.#options.source !== undefined) return this.#options.source;
    if (server.files !== undefined) return new MemoryFiles(server.files);
    if (server.folder === undefined) return demoSource();
    const { openFolder } = this.#options;
    if (openFolder === undefined) throw new RangeError(`the folder ${server.folder} cannot be opened here; give the files themselves`);
    return openFolder(server.folder);
  }

  #host(vlan: LanVlan, address: number, chance = this.#options.random): Stack {
    const key = hostKey(vlan.id, address);
    const before = this.#hosts.get(key);
    if (before !== undefined) return before;
    const { scheduler } = this.#options;
    const cable = new Cable({ scheduler, speed: HOST_SPEED });
    this.switch.addPort({ name: key, vlan: vlan.id }, cable.far);
    const mac = MAC_FIRST + vlan.id * 0x10000 + this.#hosts.size;
    const stack = new Stack({ mac, random: new Random(chance.word()) });
    driveStack(stack, cable.near, scheduler);
    stack.configure({ address, mask: subnetOf(vlan).mask, routers: [], mtu: MTU_DEFAULT });
    this.#hosts.set(key, stack);
    return stack;
  }

  #listenDatagram(stack: Stack, port: number, service: DatagramService): void {
    if (!stack.listenDatagram(port, service)) throw new RangeError(`port ${port} is used twice on one address`);
  }

  #listenStream(stack: Stack, port: number, service: StreamService): void {
    if (!stack.listenStream(port, service)) throw new RangeError(`port ${port} is used twice on one address`);
  }
}

/** Per cent to chances. */
function shares({ loss = 0, duplicate = 0, reorder = 0, flip = 0 }: LanCable): LanFaults {
  return { loss: loss / 100, duplicate: duplicate / 100, reorder: reorder / 100, flip: flip / 100 };
}

function hostKey(vlan: number, address: number): string {
  return `${vlan}/${address}`;
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
