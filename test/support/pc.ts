// A PC behind the telephone, and an observer on a trunk port of the switch: which frames get from one to the other, and how tagged.
//
// In: the states on whose entering frames are tried. Out: a line of the transcript for each frame: where it came from with which
// tag, where it arrived with which, and whether it was kept from the telephone. The PC also hears what the telephone itself sends.

import type { BuiltLan } from "../../host/network/lan-network.js";
import { emitFrame, parseFrame, type EthernetFrame, type Tag } from "../../host/network/stack/ethernet.js";
import type { SwitchPort } from "../../host/network/switch.js";
import type { Scheduler } from "../../host/scheduler.js";
import type { LanConfig } from "../../host/site/lan-config.js";
import { GROUP } from "./plain-link.js";

export interface PcPlan {
  /** Mbit/s; default 100. */
  readonly speed?: number;
  /** On entering each of these, every time. */
  readonly states: readonly string[];
  /** The frames are tried so long after it. */
  readonly afterMs?: number;
  /** Sends of its own instead, when the states are none. */
  readonly attach?: (built: BuiltLan, scheduler: Scheduler) => void;
}

interface Surroundings {
  readonly built: BuiltLan;
  readonly scheduler: Scheduler;
  readonly lan: LanConfig;
  readonly note: (words: string) => void;
}

/** Local experiments (IEEE 802, clause 9.2.3): no stack answers it. */
const TYPE = 0x88b5;
const [MAC_PC, MAC_OBSERVER] = [0x020000000abc, 0x020000000def];
/** The observer's own VLAN, so that every other one reaches it with a tag. */
const OBSERVER_VLAN = 4094;
const KEPT = "not the telephone's vlan";
/** Longer than any frame takes from end to end. */
const STEP_US = 1000;
const PRIORITY = 5;

export class Pc {
  /** Frames of the telephone at the PC: how many with each tag. */
  readonly telephone: Record<string, number> = {};
  readonly #plan: PcPlan;
  readonly #around: Surroundings;
  readonly #observer: SwitchPort;
  #toSwitch: (frame: Uint8Array) => void = () => undefined;
  #arrived: string[] = [];

  constructor(plan: PcPlan, around: Surroundings) {
    this.#plan = plan;
    this.#around = around;
    const { built, lan, scheduler } = around;
    const link = {
      send: (bytes: Uint8Array) => this.#note("the far end", bytes),
      onReceive: (take: (frame: Uint8Array) => void) => void (this.#toSwitch = take),
    };
    const carried = [lan.port?.vlan ?? lan.vlans[0]!.id, ...(lan.port?.allowedVlans ?? [])];
    this.#observer = built.lan.switch.addPort({ name: "observer", vlan: OBSERVER_VLAN, tagged: carried }, link);
    if (plan.attach === undefined) built.pc.onReceive((bytes) => this.#note("the PC", bytes));
    else plan.attach(built, scheduler);
  }

  entered(state: string): void {
    const { scheduler } = this.#around;
    if (!this.#plan.states.includes(state)) return;
    const startUs = scheduler.nowUs + (this.#plan.afterMs ?? 100) * 1000;
    for (const [index, step] of this.#steps().entries()) scheduler.at(startUs + index * STEP_US, step);
  }

  /** Every VLAN of the port and a priority tag towards the telephone, then the same from the PC. */
  #steps(): (() => void)[] {
    const { built } = this.#around;
    const vlans = [...this.#observer.tagged];
    const fromFar = vlans.map((vid) => () => this.#try(`far, VLAN ${vid}`, MAC_OBSERVER, { vid, pcp: 1 }, this.#toSwitch));
    const ofCable = (frame: Uint8Array): void => built.lan.cable.far.send(frame);
    const tags = [undefined, { vid: 0, pcp: PRIORITY }, ...vlans.map((vid) => ({ vid, pcp: 1 }))];
    const fromPc = tags.map((tag) => () => this.#try(`PC, ${tagText(tag)}`, MAC_PC, tag, (frame) => built.pc.send(frame)));
    return [...fromFar, () => this.#try("far, priority tag", MAC_OBSERVER, { vid: 0, pcp: PRIORITY }, ofCable), ...fromPc];
  }

  #try(what: string, source: number, tag: Tag | undefined, send: (frame: Uint8Array) => void): void {
    const { built, scheduler, note } = this.#around;
    const keptBefore = built.bridge.tally.get(KEPT);
    this.#arrived = [];
    send(emitFrame({ target: GROUP, source, tag, type: TYPE, payload: new Uint8Array(46) }));
    scheduler.at(scheduler.nowUs + STEP_US - 1, () => {
      const kept = built.bridge.tally.get(KEPT) > keptBefore ? ", kept from the telephone" : "";
      note(`${what}: ${this.#arrived.join(", ") || "nowhere"}${kept}`);
    });
  }

  #note(where: string, bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (frame === undefined) throw new Error("a malformed frame");
    if (frame.type === TYPE) this.#arrived.push(`at ${where} ${tagText(frame.tag)}`);
    else if (where === "the PC") this.#count(frame);
  }

  #count({ source, tag }: EthernetFrame): void {
    if (source >>> 0 !== 0x0d123456) return; // The scenarios' telephone, 00:04:0d:12:34:56.
    const text = tagText(tag);
    this.telephone[text] = (this.telephone[text] ?? 0) + 1;
  }
}

function tagText(tag: Tag | undefined): string {
  return tag === undefined ? "untagged" : `${tag.vid}/${tag.pcp}`;
}
