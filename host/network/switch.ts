// An Ethernet switch with VLANs (IEEE 802.1Q): ports, membership, tags, learning, flooding.
//
// In: frames from the link of each port. Out: the same frames on the ports that they are for, with or without a tag as each
// port is set. It forwards at once; time and loss belong to the cables. Frames for the next device only (LLDP, 802.1X,
// spanning tree) go to the port's own control side and never further.

import type { Link } from "./link.js";
import { StationTable } from "./station-table.js";
import { emitFrame, isGroup, parseFrame, type EthernetFrame } from "./stack/ethernet.js";
import { Tally } from "./stack/tally.js";

export const VID_MAX = 4094;

/** 01:80:c2:00:00:00 to 01:80:c2:00:00:0f (IEEE 802.1Q §8.6.3). */
const RESERVED_FIRST = 0x0180c2000000;
const RESERVED_LAST = 0x0180c200000f;

/** True for a frame that no bridge passes on. */
export function isReserved(mac: number): boolean {
  return mac >= RESERVED_FIRST && mac <= RESERVED_LAST;
}

export interface SwitchPortOptions {
  readonly name: string;
  /** Untagged and priority-tagged frames belong to this VLAN, and its frames leave without a tag. */
  readonly vlan: number;
  /** VLANs that are carried with a tag beside it: an access port's voice VLAN, a trunk's allowed ones. */
  readonly tagged?: readonly number[];
}

export interface SwitchOptions {
  readonly clock: { readonly nowUs: number };
  /** Stations that are remembered. */
  readonly stationCountMax?: number;
}

/** A frame inside the switch: it always has a VLAN and a priority. */
interface Forwarded {
  readonly frame: EthernetFrame;
  readonly bytes: Uint8Array;
  readonly vlan: number;
  readonly pcp: number;
}

export class SwitchPort {
  readonly name: string;
  readonly tagged: ReadonlySet<number>;
  /** The switch's own end of this port: what is meant for the next device, in and out. */
  readonly control: Link;
  readonly #link: Link;
  readonly #forget: () => void;
  #vlan: number;
  #up = true;
  #takeControl: (frame: Uint8Array) => void = () => undefined;

  constructor(options: SwitchPortOptions, link: Link, forget: () => void) {
    for (const vid of [options.vlan, ...(options.tagged ?? [])]) checkVlan(options.name, vid);
    this.name = options.name;
    this.#vlan = options.vlan;
    this.tagged = new Set(options.tagged?.filter((vid) => vid !== options.vlan) ?? []);
    this.#link = link;
    this.#forget = forget;
    this.control = {
      send: (frame) => this.send(frame),
      onReceive: (take) => {
        this.#takeControl = take;
      },
    };
  }

  get up(): boolean {
    return this.#up;
  }

  get vlan(): number {
    return this.#vlan;
  }

  /** Somebody sets the port to another VLAN. Who was behind it is learnt anew. Throws a RangeError for a number that is none. */
  setVlan(vlan: number): void {
    checkVlan(this.name, vlan);
    this.#forget();
    this.#vlan = vlan;
  }

  /** The cable came or went. Who was behind it is learnt anew. */
  setLink(up: boolean): void {
    if (!up) this.#forget();
    this.#up = up;
  }

  carries(vlan: number): boolean {
    return vlan === this.vlan || this.tagged.has(vlan);
  }

  /** The VLAN of an arriving frame: VID 0 is a priority and no VLAN. Undefined: this port does not carry it. */
  vlanOf(frame: EthernetFrame): number | undefined {
    const vid = frame.tag?.vid ?? 0;
    if (vid === 0) return this.vlan;
    return this.carries(vid) ? vid : undefined;
  }

  takeControl(bytes: Uint8Array): void {
    this.#takeControl(bytes);
  }

  send(bytes: Uint8Array): void {
    if (this.#up) this.#link.send(bytes);
  }
}

function checkVlan(port: string, vid: number): void {
  const isVlan = Number.isInteger(vid) && vid >= 1 && vid <= VID_MAX;
  if (!isVlan) throw new RangeError(`port ${port}: ${vid} is no VLAN; 1 to ${VID_MAX} are`);
}

export class Switch {
  /** What was dropped, and why. */
  readonly tally = new Tally();
  readonly #clock: { readonly nowUs: number };
  readonly #ports: SwitchPort[] = [];
  readonly #stations: StationTable<SwitchPort>;

  constructor(options: SwitchOptions) {
    this.#clock = options.clock;
    this.#stations = new StationTable(options.stationCountMax);
  }

  get stationCount(): number {
    return this.#stations.size;
  }

  /** Plugs a cable's end into a new port. */
  addPort(options: SwitchPortOptions, link: Link): SwitchPort {
    const port: SwitchPort = new SwitchPort(options, link, () => this.#stations.forget(port));
    this.#ports.push(port);
    link.onReceive((bytes) => this.#take(port, bytes));
    return port;
  }

  #take(port: SwitchPort, bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (!port.up) return this.tally.add("port down");
    if (frame === undefined) return this.tally.add("malformed");
    if (isReserved(frame.target)) return port.takeControl(bytes);
    const vlan = port.vlanOf(frame);
    if (vlan === undefined) return this.tally.add("vlan not on port");
    this.#stations.learn(vlan, frame.source, port, this.#clock.nowUs);
    this.#forward(port, { frame, bytes, vlan, pcp: frame.tag?.pcp ?? 0 });
  }

  #forward(from: SwitchPort, forwarded: Forwarded): void {
    const { frame, vlan } = forwarded;
    const known = isGroup(frame.target) ? undefined : this.#stations.find(vlan, frame.target, this.#clock.nowUs);
    const targets = known === undefined ? this.#ports.filter((port) => port.carries(vlan)) : [known];
    for (const port of targets) if (port !== from) port.send(bytesFor(port, forwarded));
  }
}

/** Out of an untagged port the priority is lost with the tag; out of a tagged one it is what it was. */
function bytesFor(port: SwitchPort, { frame, bytes, vlan, pcp }: Forwarded): Uint8Array {
  const tag = vlan === port.vlan ? undefined : { vid: vlan, pcp };
  const same = tag === undefined ? frame.tag === undefined : frame.tag?.vid === tag.vid;
  return same ? bytes : emitFrame({ ...frame, tag });
}
