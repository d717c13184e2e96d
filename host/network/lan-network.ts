// The telephone on a LAN in memory: its stack, its two-port switch, the cable, and the far end behind it.
//
// In: a `LanConfig`, the telephone's address and its time. Out: a `Network` for the board, which answers within virtual time,
// and handles on the parts that faults, captures and a PC need. All chance comes from the generator that it is given.

import type { Link } from "./link.js";
import type { CableEnd } from "./cable.js";
import type { Direction } from "./capture.js";
import { read48 } from "./stack/bytes.js";
import { WireNetwork, type WireNetworkOptions } from "./wire.js";
import { PORT_LINE, TelephoneBridge } from "../peripherals/telephone-bridge.js";
import { Lan, type LanOptions } from "../site/lan.js";
import type { LanConfig } from "../site/lan-config.js";

export interface LanNetworkOptions extends LanOptions {
  /** The telephone's hardware address, six bytes. */
  readonly mac: Uint8Array;
  readonly setPhy?: (mode: number) => void;
  /** Whether the PC port has a link; without it, it always has. */
  readonly isPcUp?: () => boolean;
  readonly wake?: () => void;
  /** Every frame on the telephone's line port, tags as on the wire: for a capture. */
  readonly onFrame?: (direction: Direction, frame: Uint8Array) => void;
}

export interface BuiltLan {
  readonly network: LanNetwork;
  readonly lan: Lan;
  /** The switch between line, PC and telephone. */
  readonly bridge: TelephoneBridge;
  /** What a PC behind the telephone is plugged into. */
  readonly pc: Link;
  /** Mbit/s of the telephone's line; 0 no cable. */
  readonly speed: number;
}

export function buildLan(config: LanConfig, options: LanNetworkOptions): BuiltLan {
  const { scheduler, random, isUp, isPcUp, setPhy, wake, onFrame } = options;
  const lan = new Lan(config, options);
  const mac = read48(options.mac, 0);
  const line = onFrame === undefined ? lan.line : watched(lan.line, onFrame);
  const bridge = new TelephoneBridge({
    clock: scheduler, mac, line, ...(isUp === undefined ? {} : { lineUp: isUp }), ...(isPcUp === undefined ? {} : { pcUp: isPcUp }),
  });
  const network = new LanNetwork(bridge, {
    scheduler,
    random,
    mac,
    link: bridge.telephone,
    ...(isUp === undefined ? {} : { isUp }),
    ...(setPhy === undefined ? {} : { setPhy }),
    ...(wake === undefined ? {} : { wake }),
  });
  return { network, lan, bridge, pc: bridge.pc, speed: lan.cable.speed };
}

/** The wire's network with a second port: the bridge keeps the rules between the ports, the stack its own tag. */
export class LanNetwork extends WireNetwork {
  readonly #bridge: TelephoneBridge;

  constructor(bridge: TelephoneBridge, options: WireNetworkOptions) {
    super(options);
    this.#bridge = bridge;
  }

  override portConfigure(port: number, phy: number, tagging: number, tag: number): number {
    const status = this.#bridge.configure(port, phy, tagging, tag);
    return status < 0 || port !== PORT_LINE ? status : super.portConfigure(port, phy, tagging, tag);
  }

  override reset(): void {
    super.reset();
    this.#bridge.reset();
  }
}

function watched(end: CableEnd, seen: (direction: Direction, frame: Uint8Array) => void): CableEnd {
  return {
    send: (frame) => {
      seen("out", frame);
      end.send(frame);
    },
    sendLow: (frame) => {
      seen("out", frame);
      end.sendLow(frame);
    },
    onReceive: (take) => end.onReceive((frame) => {
      seen("in", frame);
      take(frame);
    }),
  };
}
