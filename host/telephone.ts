// A telephone for a program: a board and its far end in virtual time, with what a person would do to it.
//
// In: who it is, a LAN or another network, then power, keys and the cable. Out: events as they come, whether a state was reached, the
// verdict so far, and snapshots. In virtual time a run is a function of its options and of what was done to it, and when: a snapshot
// keeps that, and a telephone that is restored from it has gone the same way again, step for step.

import { Board, type BoardOptions } from "./board.js";
import { crc32 } from "./crc32.js";
import type { OffhookEvent } from "./event-types.js";
import { MODEL_NAMES, modelNamed } from "./faults/cut-catalogue.js";
import { keyCodeOf, keyOfName } from "./key-press.js";
import { softkeyLabels } from "./key-script.js";
import { buildLan, type BuiltLan } from "./network/lan-network.js";
import type { LanConfig } from "./site/lan-config.js";
import type { CutModel } from "./peripherals/flash.js";
import type { FileSource } from "./site/file-server.js";
import { builtInLan, LAN_NAMES } from "./site/lans.js";
import { verdictOf, type EndBody, type RunOutcome } from "./verdict.js";

interface OnALan {
  /** A built-in LAN by its name, or a description (docs/LAN.md); one with HTTPS needs `network` instead. */
  readonly lan: string | LanConfig;
  /** What every file server of the LAN has; without it, what the description says. */
  readonly source?: FileSource;
}

export type TelephoneOptions = Omit<BoardOptions, "network" | "entropy" | "eventsMax"> & (OnALan | Pick<BoardOptions, "network">);

/** What is waited for: a state that is entered, a text on the screen, or time that passes; whichever comes first. */
export interface Until {
  readonly state?: string;
  readonly text?: string;
  /** Of the telephone's time; default 900. */
  readonly seconds?: number;
}

/** What a pulled plug leaves of the flash operation under way: a model of `offhook boot --fault power@…` (docs/CLI.md) and its seed. */
export interface Cut {
  readonly model: string;
  /** Default 0. */
  readonly seed?: number;
}

type Action = { readonly do: "power"; readonly on: boolean; readonly cut?: Cut } | { readonly do: "plug"; readonly speed: number } |
  { readonly do: "key"; readonly key: number } | { readonly do: "wait"; readonly us: number };

/** What was done to a telephone, and behind how many steps: JSON, a few bytes for each key. */
export interface Snapshot {
  readonly steps: number;
  readonly actions: readonly (Action & { readonly step: number })[];
  /** Events that `run` has looked at, and what its last call waited for in vain. */
  readonly seen: number;
  readonly missed?: string;
  /** Where it stood, to be compared: time, events, and the CRC-32 of what these say and of what core and chip were made to do. */
  readonly us: number;
  readonly events: number;
  readonly crc: number;
}

const NUMBERS = ["steps", "seen", "us", "events", "crc"] as const satisfies readonly (keyof Snapshot)[];

const SECONDS = 900;
const SPEED = 100;
const OFF = "off";
/** Before each key, as a person is no faster. */
const KEY_SECONDS = 0.05;

export class Telephone {
  readonly board: Board;
  readonly #options: TelephoneOptions;
  readonly #actions: (Action & { step: number })[] = [];
  #built: BuiltLan | undefined;
  #steps = 0;
  /** Events that `run` has looked at. */
  #seen = 0;
  /** What the last `run` waited for in vain. */
  #missed: string | undefined;

  /** Throws a RangeError for a LAN that is not known. */
  constructor(options: TelephoneOptions) {
    this.#options = options;
    this.board = new Board({ ...options, network: this.#network() });
  }

  /**
   * The telephone of these options as it was when the snapshot was taken. It takes the time that the run took. Rejects with an Error when
   * the run goes another way: the options or the files are others; with a RangeError what is no snapshot.
   */
  static async restore(options: TelephoneOptions, snapshot: Snapshot): Promise<Telephone> {
    const isOne = NUMBERS.every((name) => Number.isFinite(snapshot?.[name])) && Array.isArray(snapshot.actions);
    if (!isOne) throw new RangeError("it is no snapshot of a telephone");
    const telephone = new Telephone(options);
    for (const { step, ...action } of snapshot.actions) {
      await telephone.#stepTo(step, snapshot.us);
      telephone.#act(action);
    }
    await telephone.#stepTo(snapshot.steps, snapshot.us);
    telephone.#seen = snapshot.seen;
    telephone.#missed = snapshot.missed;
    const { us, events, crc, steps } = telephone.snapshot();
    if (us === snapshot.us && events === snapshot.events && crc === snapshot.crc && steps === snapshot.steps) return telephone;
    const found = us === snapshot.us && events === snapshot.events ? "of another kind" : `${events} in ${us} us`;
    throw new Error(`the run went another way: events ${found}, where the snapshot has ${snapshot.events} in ${snapshot.us} us`);
  }

  /** The state that was entered last since the plug is in; "off" before the first and without power. */
  get state(): string {
    return this.board.powered ? this.#lastState() : OFF;
  }

  /** Telephone time since its first power-up, in milliseconds. */
  get ms(): number {
    return Math.floor(this.board.scheduler.nowUs / 1000);
  }

  powerOn(): void {
    this.#act({ do: "power", on: true });
  }

  /**
   * Pulls the plug: of the flash operation under way is left what its time had done, or what the model says. Throws a RangeError for a
   * model that is not known.
   */
  powerOff(cut?: Cut): void {
    if (cut !== undefined) modelOf(cut);
    this.#act({ do: "power", on: false, ...(cut === undefined ? {} : { cut }) });
  }

  /** The cable of the line port. */
  plug(isIn: boolean): void {
    this.#act({ do: "plug", speed: isIn ? (this.#options.linkSpeed ?? SPEED) : 0 });
  }

  /**
   * Keys, one after the other: `0` to `9`, `*`, `#`, `Mute`, `Up`, `Down`, or a softkey by its label. False at the first that the screen
   * does not have, and without power.
   */
  async press(...names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      for await (const _event of this.#eventsFrom(this.board.log.events.length, KEY_SECONDS));
      const key = /^[0-9*#]$/.test(name) ? name.charCodeAt(0) : keyOfName(name) ?? keyCodeOf({ softkey: name }, softkeyLabels(this.board));
      if (key === undefined || !this.board.powered) return false;
      this.#act({ do: "key", key });
    }
    return true;
  }

  /**
   * Runs until then, beginning with what the last call left, or where the plug was put in since. False when the time was over. Rejects
   * with a RangeError for seconds that are none.
   */
  async run(until: Until): Promise<boolean> {
    const seconds = secondsOf(until.seconds);
    this.#missed = undefined;
    for await (const event of this.#eventsFrom(this.#seen, seconds)) {
      this.#seen = event.n;
      if (event.event === "state" && event.state === until.state) return true;
      if (until.text !== undefined && event.event === "display" && event.text.includes(until.text)) return true;
    }
    this.#missed = until.state ?? (until.text === undefined ? undefined : JSON.stringify(until.text));
    return false;
  }

  /**
   * Every event from the first on. The telephone runs as they are taken, for so many seconds of its time from the first that is taken.
   * Throws a RangeError for seconds that are none.
   */
  events(seconds?: number): AsyncIterable<OffhookEvent> {
    return this.#eventsFrom(0, secondsOf(seconds));
  }

  /** What the run has come to by now, as `offhook boot` would say: not ok where the last `run` waited in vain. */
  verdict(outcome: Partial<RunOutcome> = {}): EndBody {
    const { log } = this.board;
    const ended = this.#missed === undefined ? "reached" : "timeout";
    return verdictOf(log.events, log.facts, { ended, wanted: this.#missed ?? this.#lastState(), strict: true, lenient: false, ...outcome });
  }

  snapshot(): Snapshot {
    const { scheduler, log, flash, pollCount, binding } = this.board;
    const { parameters, ...facts } = log.facts;
    const { seed } = this.#options;
    const done = JSON.stringify([seed ?? null, log.events, facts, [...parameters], flash.counters, pollCount, binding.callCount]);
    return {
      steps: this.#steps, actions: this.#actions.map((action) => ({ ...action })),
      seen: this.#seen, ...(this.#missed === undefined ? {} : { missed: this.#missed }),
      us: scheduler.nowUs, events: log.events.length, crc: crc32(new TextEncoder().encode(done)),
    };
  }

  #lastState(): string {
    const last = this.board.log.events.findLast((event) => event.event === "state");
    return last?.event === "state" ? last.state : OFF;
  }

  async *#eventsFrom(first: number, seconds: number): AsyncGenerator<OffhookEvent> {
    const endUs = this.board.scheduler.nowUs + seconds * 1_000_000;
    for (let index = first;;) {
      const { events } = this.board.log;
      while (index < events.length) yield events[index++]!;
      const nextUs = this.board.nextUs();
      if (nextUs === undefined || nextUs > endUs) return this.#waitFor(endUs);
      await this.#step(nextUs);
    }
  }

  /** Another run may have gone on behind that time meanwhile. */
  #waitFor(us: number): void {
    if (us > this.board.scheduler.nowUs) this.#act({ do: "wait", us });
  }

  /** Not behind that time: a step that is not there would never come. */
  async #stepTo(count: number, endUs: number): Promise<void> {
    while (this.#steps < count) {
      const nextUs = this.board.nextUs();
      if (nextUs === undefined || nextUs > endUs) return;
      await this.#step(nextUs);
    }
  }

  async #step(nextUs: number): Promise<void> {
    this.#steps += 1;
    this.board.advance(nextUs);
    await this.board.network.settle?.();
  }

  #act(action: Action): void {
    this.#actions.push({ ...action, step: this.#steps });
    if (action.do === "key") this.board.press(action.key);
    else if (action.do === "plug") this.#plug(action.speed);
    else if (action.do === "wait") this.board.advance(action.us);
    else if (action.on) this.#powerOn();
    else this.board.powerOff(action.cut && modelOf(action.cut));
  }

  #powerOn(): void {
    if (!this.board.powered) this.#seen = this.board.log.events.length;
    this.board.powerOn();
  }

  /** At both ends of the cable. */
  #plug(speed: number): void {
    this.#built?.lan.plug(speed);
    this.board.line.plug(speed);
  }

  #network(): BoardOptions["network"] {
    const options = this.#options;
    if ("network" in options) return options.network;
    const { lan, source } = options;
    const config = typeof lan === "string" ? builtInLan(lan) : lan;
    if (config === undefined) throw new RangeError(`there is no LAN "${String(lan)}"; these are: ${LAN_NAMES.join(" ")}`);
    return (scheduler, { mac, random, isUp, isPcUp, setPhy }) => {
      this.#built = buildLan(config, {
        scheduler, mac, random, isUp, isPcUp, setPhy, ...(source === undefined ? {} : { source }),
      });
      return this.#built.network;
    };
  }
}

function secondsOf(seconds = SECONDS): number {
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new RangeError(`${seconds} is no number of seconds`);
}

function modelOf({ model, seed = 0 }: Cut): CutModel {
  const found = modelNamed(model, seed);
  if (found === undefined) throw new RangeError(`there is no model "${model}" of a cut; these are: ${MODEL_NAMES.join(" ")}`);
  return found;
}
