// The log of a run: records of the core and observations of the host become numbered, stamped events.
//
// In: core records (bytes), display rows, keys of the host. Out: `OffhookEvent`s to every listener, in order, and the facts
// that the core reports without an event of their own. It keeps all of them for the verdict and decides nothing.
// Values that are secrets become `***` here, at the door, so that no frontend can print one by accident.

import { Row } from "../hal/abi.js";
import { EventKind } from "../hal/events.js";
import { decodeRecord, kebabCase, latin1Of, type EventRecord, type FieldValue } from "./event-record.js";
import { isHidden, MASK, maskOption, maskStatement, maskUrl } from "./secrets.js";
import type { EndEvent, EventBody, Facts, NoticeFact, OffhookEvent, ParameterValue } from "./event-types.js";

/** The telephone's time; the scheduler is one. */
export interface EventClock {
  readonly nowUs: number;
}

/** What flash has gone through since it was made. */
export interface FlashCounters {
  readonly erases: number;
  readonly erasedBytes: number;
  readonly programs: number;
  readonly programmedBytes: number;
  readonly eraseUs: number;
  readonly programUs: number;
}

export interface EventLogOptions {
  /** Shows the values of secret parameters as they are. */
  readonly showSecrets?: boolean;
  /** When there are more, the older half goes, whole start-ups of it where there are any. Default: all are kept. */
  readonly eventsMax?: number;
}

export type Listener = (event: OffhookEvent) => void;

const SOFTKEY_COUNT = 4;

/** Kinds that are facts, not events. */
const HIDDEN_KINDS: ReadonlySet<EventKind> = new Set([EventKind.Parameter, EventKind.Status, EventKind.Notice]);

export class EventLog {
  readonly #clock: EventClock;
  readonly #showSecrets: boolean;
  readonly #eventsMax: number;
  #goneCount = 0;
  readonly #events: OffhookEvent[] = [];
  readonly #listeners: Listener[] = [];
  readonly #waiting: OffhookEvent[] = [];
  #delivering = false;
  #droppedCount = 0;

  readonly #softkeys: string[] = ["", "", "", ""];
  #softkeysChangedMs: number | undefined;

  readonly #parameters = new Map<string, ParameterValue>();
  readonly #notices: NoticeFact[] = [];
  readonly #status = new Map<string, FieldValue>();
  #restarted = false;
  /** A secret parameter has no value on its line; it may stand below. */
  #isSecretBelow = false;

  constructor(clock: EventClock, options: EventLogOptions = {}) {
    this.#clock = clock;
    this.#showSecrets = options.showSecrets ?? false;
    this.#eventsMax = options.eventsMax ?? Number.POSITIVE_INFINITY;
  }

  /** All events so far that are kept, oldest first; their numbers follow one another. */
  get events(): readonly OffhookEvent[] {
    return this.#events;
  }

  /** How many there were: the number of the last one. */
  get count(): number {
    return this.#goneCount + this.#events.length;
  }

  /** Records of the core that were not well formed. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** What the core reported last of each fact. */
  get facts(): Facts {
    const [upgradestat, appstat] = [this.#status.get("upgradestat"), this.#status.get("appstat")];
    return {
      ...(typeof upgradestat === "number" ? { upgradestat } : {}),
      ...(typeof appstat === "number" ? { appstat } : {}),
      bootname: String(this.#status.get("bootname") ?? ""),
      appname: String(this.#status.get("appname") ?? ""),
      parameters: this.#parameters,
      notices: this.#notices,
    };
  }

  /** Calls the listener for each event from now on. Returns how to stop that. */
  listen(listener: Listener): () => void {
    this.#listeners.push(listener);
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
    };
  }

  /** Takes one record of the core. One that is not well formed is counted and dropped. */
  record(bytes: Uint8Array): void {
    const record = decodeRecord(bytes);
    if (record === null) {
      this.#droppedCount++;
      return;
    }
    this.#forgetLastRun();
    if (HIDDEN_KINDS.has(record.kind)) this.#keepFact(record);
    else this.#add({ event: kebabCase(EventKind[record.kind]), ...this.#masked(record.fields) } as unknown as EventBody);
    if (record.kind === EventKind.Reset) this.restarted();
  }

  /** The telephone starts anew: what the last start-up reported holds until this one says something. */
  restarted(): void {
    this.#restarted = true;
  }

  /** A row of `display_row` changed: Latin-1 bytes as the core handed them over. */
  displayRow(row: number, bytes: Uint8Array): void {
    const text = this.#showSecrets ? latin1Of(bytes) : maskUrl(latin1Of(bytes));
    if (row >= Row.Softkey) this.#softkey(row - Row.Softkey, text);
    else this.#add({ event: "display", row: rowName(row), text });
  }

  /** The progress bar changed: 0 to 1000, negative when it is switched off. */
  progress(permille: number): void {
    this.#add({ event: "progress", permille: permille < 0 ? null : permille });
  }

  beep(): void {
    this.#add({ event: "beep" });
  }

  /** Flash work that is over: the difference between two readings of its counters. */
  flash(operation: "erase" | "program" | "summary", work: FlashCounters): void {
    const us = (operation === "program" ? 0 : work.eraseUs) + (operation === "erase" ? 0 : work.programUs);
    this.#add({
      event: "flash",
      operation,
      ...(operation === "program" ? {} : { erases: work.erases, erasedBytes: work.erasedBytes }),
      ...(operation === "erase" ? {} : { programs: work.programs, programmedBytes: work.programmedBytes }),
      milliseconds: Math.round(us / 1000),
    });
  }

  /** A reset that the core did not announce itself. */
  reset(reason: string): void {
    this.#add({ event: "reset", reason });
    this.restarted();
  }

  /** The last event of a run. */
  end(body: Omit<EndEvent, "n" | "t" | "event">): EndEvent {
    this.#add({ event: "end", ...body });
    return this.#events[this.#events.length - 1] as EndEvent;
  }

  /** Ends an instant: softkeys that changed one after another become one event. The run loop calls it after each poll. */
  settle(): void {
    const changedMs = this.#softkeysChangedMs;
    if (changedMs === undefined) return;
    this.#softkeysChangedMs = undefined;
    const last = this.#softkeys.findLastIndex((label) => label !== "");
    this.#push({ event: "softkeys", labels: this.#softkeys.slice(0, last + 1) }, changedMs);
  }

  #softkey(index: number, label: string): void {
    if (index >= SOFTKEY_COUNT || this.#softkeys[index] === label) return;
    this.#softkeys[index] = label;
    this.#softkeysChangedMs ??= this.#nowMs();
  }

  #nowMs(): number {
    return Math.floor(this.#clock.nowUs / 1000);
  }

  #add(body: EventBody): void {
    this.settle();
    this.#push(body, this.#nowMs());
  }

  /** Numbers and delivers. An event that a listener causes is delivered after this one has reached every listener. */
  #push(body: EventBody, t: number): void {
    const event = { n: this.count + 1, t, ...body } as OffhookEvent;
    this.#events.push(event);
    if (this.#events.length > this.#eventsMax) this.#drop();
    this.#waiting.push(event);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (const listener of [...this.#listeners]) listener(next);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #drop(): void {
    const half = Math.ceil(this.#events.length / 2);
    const begin = this.#events.findIndex((event, index) => index >= half && event.event === "state" && event.state === "power-up");
    this.#goneCount += this.#events.splice(0, begin < 0 ? half : begin).length;
    const notices = this.#notices.splice(0);
    this.#notices.push(...notices.filter(({ after }) => after > this.#goneCount));
  }

  #forgetLastRun(): void {
    if (!this.#restarted) return;
    this.#restarted = false;
    this.#parameters.clear();
    this.#status.clear();
  }

  #keepFact(record: EventRecord): void {
    const fields = this.#masked(record.fields);
    if (record.kind === EventKind.Status) {
      for (const [name, value] of Object.entries(fields)) this.#status.set(name, value);
    } else if (record.kind === EventKind.Notice) {
      this.#notices.push({ ...fields, after: this.count, notice: String(fields["notice"] ?? "") });
    } else if (typeof fields["name"] === "string") {
      this.#parameters.set(fields["name"], {
        value: String(fields["value"] ?? ""), source: String(fields["source"] ?? "default"),
      });
    }
  }

  #masked(fields: EventRecord["fields"]): EventRecord["fields"] {
    if (this.#showSecrets) return fields;
    const isValueHidden = isHidden(String(fields["name"] ?? ""));
    const isBelow = this.#isSecretBelow && fields["why"] === "not-a-statement";
    this.#isSecretBelow = isValueHidden && fields["why"] === "missing-value";
    return Object.fromEntries(Object.entries(fields).map(([name, value]): [string, FieldValue] => {
      if (typeof value !== "string") return [name, value];
      if (name === "value" && isValueHidden) return [name, MASK];
      if (name === "statement") return [name, isBelow ? MASK : maskStatement(value)];
      return [name, name === "name" ? maskStatement(value) : name === "value" || name === "option242" ? maskOption(value) : maskUrl(value)];
    }));
  }
}

function rowName(row: number): string {
  if (row === Row.Title) return "title";
  return row === Row.Prompt ? "prompt" : String(row - Row.Application);
}
