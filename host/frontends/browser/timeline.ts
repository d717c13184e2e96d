// Start-ups as spans of time: which state the telephone was in from when to when, and what ended each start-up.
//
// In: events, and the plug. Out: the last start-ups with their spans, in the telephone's milliseconds. It draws nothing.

import type { OffhookEvent } from "../../event-types.js";

export interface Span {
  readonly state: string;
  readonly beginMs: number;
  /** Undefined while the telephone is in it. */
  endMs: number | undefined;
}

export interface StartUp {
  /** From 1. */
  readonly number: number;
  readonly spans: Span[];
  /** What ended it: the reason of a reset, or `power lost`. */
  ended: string | undefined;
}

/** A telephone that resets in a circle fills no page. */
const KEPT_MAX = 12;

export class Timeline {
  readonly startUps: StartUp[] = [];
  #count = 0;

  /** The start-up under way, or the last one. */
  get current(): StartUp | undefined {
    return this.startUps[this.startUps.length - 1];
  }

  event(event: OffhookEvent): void {
    if (event.event === "state") this.#enter(event.state, event.t);
    else if (event.event === "reset") this.#end(event.reason ?? "reset", event.t);
  }

  powerLost(ms: number): void {
    this.#end("power lost", ms);
  }

  #enter(state: string, ms: number): void {
    if (state === "power-up" || this.current === undefined) {
      this.#end("reset", ms);
      this.#count += 1;
      this.startUps.push({ number: this.#count, spans: [], ended: undefined });
      if (this.startUps.length > KEPT_MAX) this.startUps.shift();
    }
    this.#close(ms);
    this.current!.spans.push({ state, beginMs: ms, endMs: undefined });
  }

  #end(why: string, ms: number): void {
    const { current } = this;
    if (current === undefined || current.ended !== undefined) return;
    this.#close(ms);
    current.ended = why;
  }

  #close(ms: number): void {
    const last = this.current?.spans.at(-1);
    if (last !== undefined) last.endMs ??= ms;
  }
}

/** States in which the telephone waits for a person: they take as long as that person likes. */
const WAITING: ReadonlySet<string> = new Set(["login", "registered", "craft", "ended"]);

/** How long a span is on the scale, and nothing where a person was waited for: that is no part of a start-up. */
export function spanMs({ state, beginMs, endMs }: Span, nowMs: number): number {
  return WAITING.has(state) ? 0 : Math.max(0, (endMs ?? nowMs) - beginMs);
}

/** True while the telephone waits for a person. */
export function isWaiting({ state, endMs }: Span): boolean {
  return WAITING.has(state) && endMs === undefined;
}

/** The whole start-up without what a person took. */
export function lengthMs({ spans }: StartUp, nowMs: number): number {
  return spans.reduce((sum, span) => sum + spanMs(span, nowMs), 0);
}
