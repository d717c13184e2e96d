// The telephone of the page with its chip, its LAN and its files, and everything a person does to it.
//
// In: a compiled core, the LAN's name, and the files that the site has. Out: what happened since the last look, details of frames, and
// files to keep. It has no clock: a run loop moves its board.

import { Board } from "../../board.js";
import { DEMO_MODEL, demoKey, demoOldBoot } from "../../image/demo.js";
import { keyName } from "../../key-press.js";
import { FrameLog } from "../../network/frame-log.js";
import { buildLan, type BuiltLan } from "../../network/lan-network.js";
import { NorFlash } from "../../peripherals/nor-flash.js";
import { W25Q128JV } from "../../peripherals/nor-parts.js";
import type { Identity } from "../../peripherals/system.js";
import { layoutOf, slotsOf } from "../../power/layout.js";
import { ResetCircle } from "../../reset-circle.js";
import { demoSource } from "../../site/demo.js";
import { provision } from "../../site/factory.js";
import type { FileSource } from "../../site/file-server.js";
import { lanSeconds } from "../../site/lan-certificates.js";
import type { LanConfig } from "../../site/lan-config.js";
import { builtInLan, LAN_NAMES } from "../../site/lans.js";
import { Kind } from "../../../hal/abi.js";
import { Transcript } from "../transcript.js";
import { FrameStore } from "./frame-store.js";
import { notesOf } from "./line-notes.js";
import { MappedFlash } from "./sector-map.js";
import type { FileNotes, FrameDetail, Plugged, Region, Tick, VerdictNews } from "./messages.js";
import { GOALS, verdictNews } from "./verdict-news.js";

/** The files that a person may edit; the software is as it is signed. */
export const EDITABLE: readonly string[] = ["46xxsettings.txt", "96xxupgrade.txt"];

const SEED = 1;
const PART = W25Q128JV;
const IDENTITY: Identity = { model: DEMO_MODEL, serial: "07N540100001", mac: Uint8Array.of(0, 4, 13, 18, 52, 86) };
/** A step goes on to the next event, but not for ever. */
const STEP_US_MAX = 60_000_000;
const SPEED = 100;
/** Of a telephone that goes round for hours: some hundred start-ups, a few megabytes. */
const EVENTS_MAX = 20_000;

/** The site's files: those that were edited, and the demonstration's. */
export class SiteFiles implements FileSource {
  readonly #demo = demoSource();
  readonly #edited = new Map<string, Uint8Array>();

  read(path: string): Uint8Array | undefined {
    return this.#edited.get(path) ?? this.#demo.read(path);
  }

  edit(path: string, text: string): void {
    this.#edited.set(path, new TextEncoder().encode(text));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.read(path));
  }
}

/** A chip with the demonstration's old boot file, as it leaves the factory. */
export function factoryChip(core: WebAssembly.Module): Uint8Array {
  const flash = (clock: { readonly nowUs: number }): NorFlash => new NorFlash({ part: PART, clock, timing: "typical" });
  return provision({ core, identity: IDENTITY, trust: [demoKey().spki], flash, file: demoOldBoot() });
}

export interface MachineOptions {
  readonly core: WebAssembly.Module;
  readonly lan: string;
  readonly files: SiteFiles;
  /** From `factoryChip`. */
  readonly chip: Uint8Array;
}

export class Machine {
  readonly board: Board;
  readonly #core: WebAssembly.Module;
  readonly #name: string;
  readonly #config: LanConfig;
  readonly #files: SiteFiles;
  readonly #frames = new FrameStore();
  readonly #facts = new FrameLog();
  readonly #transcript: Transcript;
  readonly #circle = new ResetCircle();
  #round: VerdictNews | undefined;
  #last: VerdictNews | undefined;
  /** The number of the event with which it came into its state. */
  #enteredBy = 0;
  #isChanged = false;
  #built: BuiltLan | undefined;
  #flash: MappedFlash | undefined;
  #state = "power-up";
  #seen = 0;
  #powerCuts: number[] = [];
  #cable = true;

  /** Throws a RangeError for a LAN that is not known. */
  constructor({ core, lan, files, chip }: MachineOptions) {
    const config = builtInLan(lan);
    if (config === undefined) throw new RangeError(`there is no LAN "${lan}"`);
    this.#core = core;
    this.#name = lan;
    this.#config = config;
    this.#files = files;
    this.#transcript = new Transcript(lan, SEED, { linesMax: EVENTS_MAX });
    this.board = new Board({
      core,
      identity: IDENTITY,
      seed: SEED,
      eventsMax: EVENTS_MAX,
      trust: [demoKey().spki],
      flash: (clock) => {
        const inner = new NorFlash({ part: PART, clock, timing: "typical" });
        inner.load(chip);
        return (this.#flash = new MappedFlash(inner, chip));
      },
      network: (scheduler, line) => {
        this.#built = buildLan(config, {
          scheduler, ...line, source: files,
          onFrame: (direction, frame) => {
            this.#frames.take(scheduler.nowUs, direction, frame, this.#state);
            this.#facts.take(scheduler.nowUs, direction, frame);
          },
        });
        return this.#built.network;
      },
    });
    this.board.log.listen((event) => {
      if (event.event === "state") this.#entered(event.state, event.n);
      this.#circle.event(event);
      this.#transcript.event(event);
    });
  }

  #entered(state: string, n: number): void {
    this.#state = state;
    this.#enteredBy = n;
    if (GOALS.includes(state) || state === "craft") this.#isDifferent();
  }

  /** What went round may go on now. */
  #isDifferent(): void {
    this.#circle.leave();
    this.#isChanged = true;
  }

  get #ms(): number {
    return Math.floor(this.board.scheduler.nowUs / 1000);
  }

  /** The plug. */
  power(on: boolean): void {
    if (on === this.board.powered) return;
    this.#isDifferent();
    if (on) this.board.powerOn();
    else {
      this.board.powerOff();
      this.#powerCuts.push(this.#ms);
    }
    this.#transcript.power(this.#ms, on);
  }

  press(code: number): void {
    if (this.board.powered) this.#transcript.key(this.#ms, keyName(code));
    this.board.press(code);
  }

  /** The link cable, at both ends. */
  cable(isIn: boolean): void {
    this.#isDifferent();
    this.#cable = isIn;
    const speed = isIn ? (this.#config.port?.speed ?? SPEED) : 0;
    this.#built!.lan.plug(speed);
    this.board.line.plug(speed);
  }

  /** The switch's port belongs to another VLAN. Throws a RangeError for a number that is none. */
  portVlan(vid: number): void {
    this.#isDifferent();
    this.#built!.lan.port.setVlan(vid);
  }

  /** On to the next event. */
  step(): void {
    const { log, scheduler } = this.board;
    const [count, endUs] = [log.count, scheduler.nowUs + STEP_US_MAX];
    while (log.count === count) {
      const nextUs = this.board.nextUs();
      if (nextUs === undefined || nextUs > endUs) return this.board.advance(endUs);
      this.board.advance(nextUs);
    }
  }

  edit(file: string, text: string): FileNotes {
    if (!EDITABLE.includes(file)) throw new RangeError(`${file} is not to be edited`);
    this.#files.edit(file, text);
    this.#isDifferent();
    return this.notes(file);
  }

  /** A file as this telephone, with the software that it has, reads it. */
  notes(file: string): FileNotes {
    const { bootname, appname } = this.board.log.facts;
    const stored = { ...(bootname === "" ? {} : { bootName: bootname }), ...(appname === "" ? {} : { appName: appname }) };
    const bytes = this.#files.read(file) ?? new Uint8Array(0);
    return notesOf(this.#core, { name: file, bytes, source: this.#files }, { ...IDENTITY, ...stored });
  }

  frame(n: number): FrameDetail | undefined {
    return this.#frames.detail(n);
  }

  /** Everything that passed on the cable, as pcapng. */
  capture(): Uint8Array {
    return this.#frames.capture(lanSeconds(this.#config) * 1_000_000);
  }

  get transcript(): string {
    return this.#transcript.text;
  }

  /** Every event that is kept, one JSON object a line. */
  get events(): string {
    return this.board.log.events.map((event) => `${JSON.stringify(event)}\n`).join("");
  }

  plugged(): Plugged {
    return {
      news: "plugged", lan: this.#name, summary: this.#config.summary ?? "", lans: LAN_NAMES, model: IDENTITY.model, part: PART.name,
      portVlan: this.#built!.lan.port.vlan, regions: regionsOf(), sectorBytes: PART.sectorBytes,
      files: EDITABLE.map((name) => ({ name, text: this.#files.text(name) })),
    };
  }

  /** What happened since the last time. */
  tick(isPaused: boolean): Tick {
    const { log, flash, powered } = this.board;
    const events = log.events.slice(Math.max(0, this.#seen - log.count + log.events.length));
    const powerCuts = this.#powerCuts;
    this.#seen = log.count;
    this.#powerCuts = [];
    const isNew = events.length > 0 || powerCuts.length > 0 || this.#isChanged;
    this.#isChanged = false;
    return {
      news: "tick", ms: this.#ms, powered, cable: this.#cable, isPaused, portVlan: this.#built!.lan.port.vlan, events,
      frames: this.#frames.fresh(), sectors: this.#flash!.map.take(), powerCuts,
      erasedBytes: flash.counters.erasedBytes, programmedBytes: flash.counters.programmedBytes,
      ...(isNew ? { verdict: this.#verdict() } : {}),
    };
  }

  /** Of a telephone that goes round it stays what it was when that was certain: the next round looks a little different. */
  #verdict(): VerdictNews {
    const { isClosed } = this.#circle;
    const before = this.#isForgotten ? this.#last : isClosed ? this.#round : undefined;
    const news = before ?? verdictNews(this.board.log, this.#facts.facts, isClosed);
    this.#round = isClosed ? news : undefined;
    this.#last = news;
    return { ...news, state: this.#state };
  }

  /** It stands in one state for so long that its log no longer has how it came there: what was found until then holds. */
  get #isForgotten(): boolean {
    return (this.board.log.events[0]?.n ?? 0) > this.#enteredBy;
  }
}

/** The chip's parts, from docs/FORMAT.md. */
function regionsOf(): Region[] {
  const layout = layoutOf(PART);
  const region = (name: string, offset: number, bytes: number): Region =>
    ({ name, first: offset / PART.sectorBytes, count: bytes / PART.sectorBytes });
  const slots = slotsOf(layout).map(({ kind, slot, span }) =>
    region(`${kind === Kind.Boot ? "boot" : "application"} ${slot === 0 ? "A" : "B"}`, span.offset, span.bytes));
  return [region("journal", 0, layout.settings.offset), region("settings", layout.settings.offset, layout.settings.bytes), ...slots];
}
