// A telephone for a program: a board and its far end in virtual time, with what a person would do to it.
//
// In: who it is, a LAN or another network, then power, keys and the cable. Out: events as they come, whether a state was reached, the
// verdict so far, and snapshots. In virtual time a run is a function of its options and of what was done to it, and when: a snapshot
// keeps that, and a telephone that is restored from it has gone the same way again, step for step.

import { Board, type BoardOptions } from "./board.js";
import type { OffhookEvent } from "./event-types.js";
import { keyCodeOf, keyOfName } from "./key-press.js";
import { softkeyLabels } from "./key-script.js";
import { buildLan, type BuiltLan } from "./network/lan-network.js";
import type { LanConfig } from "./site/lan-config.js";
import type { FileSource } from "./site/file-server.js";
import { builtInLan, LAN_NAMES } from "./site/lans.js";
import { verdictOf, type EndBody, type RunOutcome } from "./verdict.js";

interface OnALan {
  /** A built-in LAN by its name, or a description (docs/LAN.md); one with HTTPS needs `network` instead. */
  readonly lan: string | LanConfig;
  /** What every file server of the LAN has; without it, what the description says. */
  readonly source?: FileSource;
}

export type TelephoneOptions = Omit<BoardOptions, "network" | "entropy"> & (OnALan | Pick<BoardOptions, "network">);

/** What is waited for: a state that is entered, a text on the screen, or time that passes; whichever comes first. */
export interface Until {
  readonly state?: string;
  readonly text?: string;
  /** Of the telephone's time; default 900. */
  readonly seconds?: number;
}

type Action = { readonly do: "power"; readonly on: boolean } | { readonly do: "plug"; readonly speed: number } |
  { readonly do: "key"; readonly key: number } | { readonly do: "wait"; readonly us: number };

/** What was done to a telephone, and behind how many steps: JSON, a few bytes for each key. */
export interface Snapshot {
  readonly steps: number;
  readonly actions: readonly (Action & { readonly step: number })[];
  /** Where it stood, to be compared. */
  readonly us: number;
  readonly events: number;
  readonly flashErases: number;
}

const SECONDS = 900;
const SPEED = 100;
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
   * The telephone of these options as it was when the snapshot was taken. It takes the time that the run took. Rejects when the run goes
   * another way: the options or the files are others.
   */
  static async restore(options: TelephoneOptions, { steps, actions, us, events, flashErases }: Snapshot): Promise<Telephone> {
    const telephone = new Telephone(options);
    for (const { step, ...action } of actions) {
      await telephone.#stepTo(step);
      telephone.#act(action);
    }
    await telephone.#stepTo(steps);
    telephone.#seen = telephone.board.log.events.length;
    const { scheduler, log, flash } = telephone.board;
    if (scheduler.nowUs !== us || log.events.length !== events || flash.counters.erases !== flashErases) {
      const found = `${log.events.length} events in ${scheduler.nowUs} us`;
      throw new Error(`the run went another way: ${found}, where the snapshot has ${events} in ${us} us`);
    }
    return telephone;
  }

  /** The state that was entered last; "off" before the first. */
  get state(): string {
    const last = this.board.log.events.findLast((event) => event.event === "state");
    return last?.event === "state" ? last.state : "off";
  }

  /** Telephone time since its first power-up, in milliseconds. */
  get ms(): number {
    return Math.floor(this.board.scheduler.nowUs / 1000);
  }

  powerOn(): void {
    this.#act({ do: "power", on: true });
  }

  /** Pulls the plug: flash is left as half of what was under way. */
  powerOff(): void {
    this.#act({ do: "power", on: false });
  }

  /** The cable of the line port. */
  plug(isIn: boolean): void {
    this.#act({ do: "plug", speed: isIn ? (this.#options.linkSpeed ?? SPEED) : 0 });
  }

  /**
   * Keys, one after the other: `0` to `9`, `*`, `#`, `Mute`, `Up`, `Down`, or a softkey by its label. False at the first that the screen
   * does not have.
   */
  async press(...names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      for await (const _event of this.#eventsFrom(this.board.log.events.length, KEY_SECONDS));
      const key = /^[0-9*#]$/.test(name) ? name.charCodeAt(0) : keyOfName(name) ?? keyCodeOf({ softkey: name }, softkeyLabels(this.board));
      if (key === undefined) return false;
      this.#act({ do: "key", key });
    }
    return true;
  }

  /** Runs until then, beginning with what the last call left. False when the time was over. */
  async run(until: Until): Promise<boolean> {
    this.#missed = undefined;
    for await (const event of this.#eventsFrom(this.#seen, until.seconds ?? SECONDS)) {
      this.#seen = event.n;
      if (event.event === "state" && event.state === until.state) return true;
      if (until.text !== undefined && event.event === "display" && event.text.includes(until.text)) return true;
    }
    this.#missed = until.state ?? (until.text === undefined ? undefined : JSON.stringify(until.text));
    return false;
  }

  /** Every event from the first on. The telephone runs as they are taken, for so many seconds of its time from now. */
  events(seconds = SECONDS): AsyncIterable<OffhookEvent> {
    return this.#eventsFrom(0, seconds);
  }

  /** What the run has come to by now, as `offhook boot` would say: not ok where the last `run` waited in vain. */
  verdict(outcome: Partial<RunOutcome> = {}): EndBody {
    const { log } = this.board;
    const ended = this.#missed === undefined ? "reached" : "timeout";
    return verdictOf(log.events, log.facts, { ended, wanted: this.#missed ?? this.state, strict: true, lenient: false, ...outcome });
  }

  snapshot(): Snapshot {
    const { scheduler, log, flash } = this.board;
    return {
      steps: this.#steps, actions: this.#actions.map((action) => ({ ...action })),
      us: scheduler.nowUs, events: log.events.length, flashErases: flash.counters.erases,
    };
  }

  async *#eventsFrom(first: number, seconds: number): AsyncGenerator<OffhookEvent> {
    const endUs = this.board.scheduler.nowUs + seconds * 1_000_000;
    for (let index = first;;) {
      const { events } = this.board.log;
      while (index < events.length) yield events[index++]!;
      const nextUs = this.board.nextUs();
      if (nextUs === undefined || nextUs > endUs) return this.#act({ do: "wait", us: endUs });
      await this.#step(nextUs);
    }
  }

  async #stepTo(count: number): Promise<void> {
    while (this.#steps < count) {
      const nextUs = this.board.nextUs();
      if (nextUs === undefined) return;
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
    else if (action.on) this.board.powerOn();
    else this.board.powerOff();
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
