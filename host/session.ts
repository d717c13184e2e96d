// One run of a telephone from power-up to its verdict: when it is over, what is pressed meanwhile, and what it comes to.
//
// In: a board and what is wanted of it. Out: `stop`, which a run loop asks after every step, and the `end` event.
// It neither waits nor prints.

import type { Board } from "./board.js";
import { checkRun, type Check, type Expectation } from "./checks/expectation.js";
import { EXIT_EXPECTATION, judgedBody } from "./checks/judge.js";
import type { EndEvent, OffhookEvent } from "./event-types.js";
import { KeyPresser, type KeyMiss, type KeyScript } from "./key-script.js";
import type { FrameLog } from "./network/frame-log.js";
import type { FlashCounters } from "./peripherals/flash.js";
import { ResetCircle } from "./reset-circle.js";
import { exitCodeOf, verdictOf, type RunOutcome } from "./verdict.js";
import { withFrames } from "./verdict-frames.js";

export interface SessionOptions {
  readonly board: Board;
  /** A state, or `none` for until the time is over. */
  readonly until: string;
  /** With `login`: a telephone that logs in with what it has stored is waited for until it asks or is registered. */
  readonly mayGoOn?: boolean;
  readonly timeoutSeconds: number;
  readonly keys?: readonly KeyScript[];
  /** What was asked for must also have worked (docs/CLI.md, `ok`). */
  readonly strict?: boolean;
  readonly lenient?: boolean;
  /** What the run must have shown. */
  readonly expectations?: readonly Expectation[];
  /** What passed on the cable, for the evidence. */
  readonly frames?: FrameLog | undefined;
  /** A scheduled key was pressed. */
  readonly onPress?: (name: string) => void;
}

/** What the login prompt still does (confirming an image) is over when the core wants to wait this long. */
const QUIET_US = 500_000;
const LOGIN_PROMPT = "Enter username";

export class Session {
  readonly #board: Board;
  readonly #options: SessionOptions;
  readonly #timeoutUs: number;
  readonly #presser: KeyPresser;
  #ended: RunOutcome["ended"] | undefined;
  #atLogin = false;
  /** The Prompt Line asks who logs in. */
  #asks = false;
  readonly #circle = new ResetCircle();
  #flashState = "";
  #before: FlashCounters;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#board = options.board;
    this.#timeoutUs = options.timeoutSeconds * 1_000_000;
    this.#before = { ...options.board.flash.counters };
    this.#presser = new KeyPresser(options.board, options.keys ?? [], options.onPress ?? (() => undefined));
    options.board.log.listen((event) => this.#event(event));
  }

  /** True once the run is over. */
  get stop(): boolean {
    if (this.#ended !== undefined) return true;
    const isQuiet = this.#quiet() && !this.#presser.isPressing;
    if (this.#atLogin && this.#options.until === "login" && isQuiet && this.#isDone()) this.#ended = "reached";
    else if (this.#board.log.facts.notices.some((fact) => fact.notice === "no-software")) this.#ended = "reset-loop";
    else if (this.#board.scheduler.nowUs >= this.#timeoutUs) this.#ended = this.#state() === "craft" ? "local-procedures" : "timeout";
    return this.#ended !== undefined;
  }

  /** Scheduled keys that nothing came of so far. */
  get missedKeys(): KeyMiss[] {
    return this.#presser.missed;
  }

  /** The user ends the run. */
  interrupt(): void {
    this.#ended ??= this.#state() === "craft" ? "local-procedures" : "interrupted";
  }

  /** The last events, what became of the expectations, and the exit code. */
  finish(): { end: EndEvent; checks: readonly Check[]; exitCode: number } {
    const { log, flash } = this.#board;
    const outcome: RunOutcome = {
      ended: this.#ended ?? "timeout",
      wanted: this.#goesOn() && this.#state() === "registered" ? "registered" : this.#options.until,
      strict: this.#options.strict ?? false,
      lenient: this.#options.lenient ?? false,
    };
    log.flash("summary", flash.counters);
    const body = withFrames(verdictOf(log.events, log.facts, outcome), log.events, this.#options.frames?.facts ?? []);
    const checks = checkRun(this.#options.expectations ?? [], log.events, body);
    const judged = judgedBody(body, checks);
    return { end: log.end(judged), checks, exitCode: judged.code === "expectation" ? EXIT_EXPECTATION : exitCodeOf(body, outcome) };
  }

  #state(): string {
    const last = this.#board.log.events.findLast((event) => event.event === "state");
    return last?.event === "state" ? last.state : "power-up";
  }

  #goesOn(): boolean {
    return this.#options.mayGoOn === true && this.#options.until === "login";
  }

  /** At the prompt there is nothing to be waited for but a person. */
  #isDone(): boolean {
    return this.#asks || !this.#goesOn();
  }

  #quiet(): boolean {
    const { wakeUs, scheduler } = this.#board;
    return wakeUs === undefined || wakeUs - scheduler.nowUs >= QUIET_US;
  }

  #event(event: OffhookEvent): void {
    if (event.event === "state") this.#stateEntered(event.state);
    if (event.event === "display" && event.row === "prompt") this.#asks = event.text === LOGIN_PROMPT;
    this.#circle.event(event);
    if (this.#circle.isClosed) this.#ended ??= "reset-loop";
  }

  /** Flash work becomes an event when the state that did it is left. */
  #stateEntered(state: string): void {
    this.#atLogin = state === "login";
    const isWanted = state === this.#options.until || (state === "registered" && this.#goesOn());
    if (isWanted && !this.#atLogin) this.#ended ??= "reached";
    const { log, flash } = this.#board;
    if (this.#flashState === "erase") log.flash("erase", difference(flash.counters, this.#before));
    if (this.#flashState === "write") log.flash("program", difference(flash.counters, this.#before));
    this.#flashState = state;
    this.#before = { ...flash.counters };
  }
}

function difference(now: FlashCounters, before: FlashCounters): FlashCounters {
  const entries = Object.entries(now) as [keyof FlashCounters, number][];
  return Object.fromEntries(entries.map(([name, value]) => [name, value - before[name]])) as unknown as FlashCounters;
}
