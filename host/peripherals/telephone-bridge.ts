// The telephone's own switch: line port, PC port and the telephone behind them, with the VLAN rules of the family.
//
// In: frames from the line, from the PC and from the telephone. Out: the same frames where they belong; a tagged frame of the
// PC gets the PC's VLAN. The telephone's frames leave before those of the PC. Frames for the next device only, such as LLDP,
// pass between line and telephone and never to or from the PC.

import { isReserved } from "../network/switch.js";
import { StationTable } from "../network/station-table.js";
import type { CableEnd } from "../network/cable.js";
import type { Link } from "../network/link.js";
import { emitFrame, isGroup, parseFrame, type EthernetFrame } from "../network/stack/ethernet.js";
import { Tally } from "../network/stack/tally.js";
import { Status } from "../../hal/abi.js";

/** Ports of `eth_configure`. */
export const PORT_LINE = 0;
export const PORT_PC = 1;

/** A PC, perhaps with a few more devices behind it. */
const STATION_COUNT_MAX = 64;
/** PHY1STAT and PHY2STAT: 0 off (PC port only), 1 automatic, 2 to 6 fixed speeds. */
const PHY_MODE_MAX = 6;
const VID_MASK = 0xfff;
/** A VLAN of 4,095 is reserved (IEEE 802.1Q table 9-2). */
const VID_MAX = 4094;
/** vid | pcp << 12: twelve bits and three. */
const TAG_MAX = 0x7fff;

interface PortSetting {
  /** Line port: tagging is on. PC port: separation is on (VLANSEP). */
  readonly on: boolean;
  readonly vid: number;
  readonly pcp: number;
}

const OFF: PortSetting = { on: false, vid: 0, pcp: 0 };
/** VLANSEP is 1 unless the settings say otherwise. */
const SEPARATE: PortSetting = { on: true, vid: 0, pcp: 0 };

export interface TelephoneBridgeOptions {
  readonly clock: { readonly nowUs: number };
  readonly mac: number;
  readonly line: CableEnd;
  /** While the link is down nothing passes the line port. */
  readonly lineUp?: () => boolean;
  /** While the PC port has no link nothing passes it either. */
  readonly pcUp?: () => boolean;
}

export class TelephoneBridge {
  /** The telephone's side: what its stack talks to. */
  readonly telephone: Link;
  /** The PC's side. */
  readonly pc: Link;
  readonly tally = new Tally();
  readonly #clock: { readonly nowUs: number };
  readonly #mac: number;
  readonly #line: CableEnd;
  readonly #lineUp: () => boolean;
  readonly #pcUp: () => boolean;
  readonly #stations = new StationTable<"pc">(STATION_COUNT_MAX);
  #own = OFF;
  #separation = SEPARATE;
  #pcOn = true;
  #toTelephone: (frame: Uint8Array) => void = () => undefined;
  #toPc: (frame: Uint8Array) => void = () => undefined;

  constructor(options: TelephoneBridgeOptions) {
    this.#clock = options.clock;
    this.#mac = options.mac;
    this.#line = options.line;
    this.#lineUp = options.lineUp ?? (() => true);
    this.#pcUp = options.pcUp ?? (() => true);
    this.telephone = {
      send: (frame) => this.#fromTelephone(frame),
      onReceive: (take) => {
        this.#toTelephone = take;
      },
    };
    this.pc = {
      send: (frame) => this.#fromPc(frame),
      onReceive: (take) => {
        this.#toPc = take;
      },
    };
    this.#line.onReceive((frame) => this.#fromLine(frame));
  }

  /** `eth_configure`: what the two ports do with tags from the next frame on. `tag` is vid | pcp << 12. */
  configure(port: number, phy: number, tagging: number, tag: number): number {
    const vid = tag & VID_MASK;
    const known = port === PORT_LINE || port === PORT_PC;
    const possible = phy >= (port === PORT_PC ? 0 : 1) && phy <= PHY_MODE_MAX && (tagging === 0 || tagging === 1);
    if (!known || !possible || tag < 0 || tag > TAG_MAX || vid > VID_MAX) return Status.Invalid;
    const setting = { on: tagging === 1, vid, pcp: tag >> 12 };
    if (port === PORT_LINE) this.#own = setting;
    else {
      this.#separation = setting;
      this.#pcOn = phy > 0;
    }
    return Status.Ok;
  }

  /** The telephone was reset: the ports are as they are without settings. */
  reset(): void {
    this.#own = OFF;
    this.#separation = SEPARATE;
    this.#pcOn = true;
  }

  /** Separation works while the telephone itself tags with a VLAN. */
  get #separating(): boolean {
    return this.#separation.on && this.#own.on && this.#own.vid !== 0;
  }

  #fromLine(bytes: Uint8Array): void {
    if (!this.#lineUp()) return this.tally.add("line down");
    const frame = parseFrame(bytes);
    if (frame === undefined) return this.tally.add("malformed");
    if (isReserved(frame.target)) return this.#toTelephone(bytes);
    if (frame.target === this.#mac || isGroup(frame.target)) this.#deliver(frame, bytes);
    if (frame.target !== this.#mac) this.#deliverPc(frame, bytes);
  }

  #fromTelephone(bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (frame === undefined) return this.tally.add("malformed");
    const reserved = isReserved(frame.target);
    const atPc = !reserved && this.#stations.find(0, frame.target, this.#clock.nowUs) !== undefined;
    if (!reserved && (atPc || isGroup(frame.target))) this.#deliverPc(frame, bytes);
    if (atPc) return;
    if (this.#lineUp()) this.#line.send(bytes);
    else this.tally.add("line down");
  }

  #fromPc(bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (!this.#pcOn) return this.tally.add("pc port off");
    if (!this.#pcUp()) return this.tally.add("pc down");
    if (frame === undefined) return this.tally.add("malformed");
    if (isReserved(frame.target)) return this.tally.add("reserved from pc");
    this.#stations.learn(0, frame.source, "pc", this.#clock.nowUs);
    if (frame.target === this.#mac || isGroup(frame.target)) this.#deliver(frame, bytes);
    if (frame.target === this.#mac) return;
    const { vid, pcp } = this.#separation;
    const retag = this.#separating && vid !== 0 && frame.tag !== undefined;
    const outgoing = retag ? emitFrame({ ...frame, tag: { vid, pcp } }) : bytes;
    if (this.#lineUp()) this.#line.sendLow(outgoing);
    else this.tally.add("line down");
  }

  /** To the telephone: with separation only its own VLAN, priority-tagged and untagged frames. */
  #deliver(frame: EthernetFrame, bytes: Uint8Array): void {
    if (this.#separating && !belongs(frame, this.#own.vid)) this.tally.add("not the telephone's vlan");
    else this.#toTelephone(bytes);
  }

  /** To the PC: with separation and a VLAN of its own only that, priority-tagged and untagged frames. */
  #deliverPc(frame: EthernetFrame, bytes: Uint8Array): void {
    if (!this.#pcOn || !this.#pcUp()) return;
    const { vid } = this.#separation;
    if (this.#separating && vid !== 0 && !belongs(frame, vid)) this.tally.add("not the pc's vlan");
    else this.#toPc(bytes);
  }
}

function belongs(frame: EthernetFrame, vid: number): boolean {
  const tagged = frame.tag?.vid ?? 0;
  return tagged === 0 || tagged === vid;
}
