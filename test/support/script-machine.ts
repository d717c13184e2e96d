// A telephone that does nothing but settings and scripts: test/harness/script with a HAL of its own.
//
// Events come out as lines of text, so that a test reads as the script it is about:
// `3 set SIG=2 | SET SIG 2` is line, effect, name and value, why in brackets when there is one, and the statement.
// Bytes that are not printable ASCII show as `\xNN`.

import { Info } from "../../hal/abi.js";
import { EventKind, OptionEffect, ScriptEffect, ScriptWhy, Source, ValueWhy } from "../../hal/events.js";
import { decodeEvent, kebab, type DecodedEvent } from "./events.js";
import { loadHarness, type Harness } from "./harness.js";
import { listText } from "./kept-settings.js";

export interface Identity {
  readonly model?: string;
  readonly serial?: string;
  readonly mac?: readonly number[];
}

export interface RunOptions {
  readonly boot?: string;
  readonly app?: string;
  readonly lex?: boolean;
  /** How many bytes each push offers; the whole rest without it. */
  readonly pieces?: (offset: number) => number;
}

const ATTEMPT_COUNT_MAX = 20_000_000;
const INPUT_BYTES = 0x20000;

export class ScriptMachine {
  readonly events: DecodedEvent[] = [];
  /** Events in the poll that had most of them. */
  eventsPerPollMax = 0;
  keepEvents = true;
  /** Polls that were needed because a poll's budget was used. */
  pollCount = 0;
  readonly #core: Harness;
  readonly #input: number;
  #pollEvents = 0;

  constructor(identity: Identity = {}) {
    this.#core = loadHarness("script", (memory) => ({
      sys_info: (item, ptr, capacity) => {
        const bytes = identityBytes(identity, item!);
        if (bytes === undefined) return -3;
        const count = Math.min(bytes.length, capacity!);
        new Uint8Array(memory().buffer).set(bytes.subarray(0, count), ptr!);
        return count;
      },
      sys_event: (ptr, bytes) => {
        const event = decodeEvent(new Uint8Array(memory().buffer, ptr, bytes));
        this.#pollEvents += 1;
        this.eventsPerPollMax = Math.max(this.eventsPerPollMax, this.#pollEvents);
        if (this.keepEvents) this.events.push(event);
        return 0;
      },
    }));
    this.#input = this.#core.call("input_ptr");
    this.reset();
  }

  /** As new: defaults, no events. */
  reset(): void {
    this.call("kept_init");
    this.call("parameters_init");
    this.call("interpreter_init");
    this.events.length = 0;
  }

  call(name: string, ...values: number[]): number {
    return this.#core.call(name, ...values);
  }

  /** Writes bytes to the input buffer; their place and count. */
  give(content: string | Uint8Array): [ptr: number, bytes: number] {
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    if (bytes.length > INPUT_BYTES) throw new RangeError(`the input buffer holds ${INPUT_BYTES} bytes`);
    this.#core.write(this.#input, bytes);
    return [this.#input, bytes.length];
  }

  set(name: string, value: string, source: Source): string {
    const index = this.find(name);
    return kebab(ValueWhy[this.call("parameter_set", index, ...this.give(value), source)]!);
  }

  find(name: string): number {
    return this.call("parameter_find", ...this.give(name));
  }

  value(name: string): string {
    const index = this.find(name);
    const bytes = this.#core.read(this.call("parameter_ptr", index), this.call("parameter_bytes", index));
    return Buffer.from(bytes).toString("latin1");
  }

  source(name: string): string {
    return kebab(Source[this.call("parameter_source", this.find(name))]!);
  }

  number(name: string): number {
    return this.call("parameter_number", this.find(name));
  }

  /** The parameters that would survive power, as one line. */
  kept(): string {
    return listText(Buffer.from(this.#core.read(this.call("kept_ptr"), this.call("kept_bytes"))));
  }

  names(boot: string, app: string): void {
    const [ptr] = this.give(boot + app);
    this.call("interpreter_names", ptr, boot.length, ptr + boot.length, app.length);
  }

  /** Interprets a script and what it GETs from `files`. Returns how the last file ended. */
  run(script: string | Uint8Array, files: Readonly<Record<string, string | Uint8Array>> = {}, options: RunOptions = {}): string {
    this.call("interpreter_init");
    if (options.lex) this.call("interpreter_lex", 1);
    this.names(options.boot ?? "", options.app ?? "");
    let name = "first.txt";
    let content = bytesOf(script);
    let source = Source.Script;
    for (;;) {
      const file = this.#runFile(name, content, source, files, options);
      if (file === undefined) return kebab(ScriptWhy[this.call("interpreter_why")]!);
      name = file;
      content = bytesOf(files[file]!);
      source = Source.Settings;
    }
  }

  /** Feeds one file. Returns the name of the one that follows it, if any. */
  #runFile(
    name: string, content: Uint8Array, source: Source, files: Readonly<Record<string, string | Uint8Array>>, options: RunOptions,
  ): string | undefined {
    const [ptr, bytes] = this.give(name);
    this.call("interpreter_file_start", ptr, bytes, content.length, source);
    for (let attempt = 0; attempt < ATTEMPT_COUNT_MAX; attempt++) {
      const status = this.call("interpreter_status");
      if (status === 2) return undefined;
      if (status === 1) {
        const wanted = this.#wanted();
        const found = wanted in files;
        this.call("interpreter_get_result", found ? 1 : 0);
        if (found) return wanted;
      } else {
        this.#feed(content, options);
      }
    }
    throw new Error("the interpreter never ends");
  }

  #wanted(): string {
    const bytes = this.#core.read(this.call("interpreter_get_ptr"), this.call("interpreter_get_bytes"));
    return Buffer.from(bytes).toString("latin1");
  }

  #feed(content: Uint8Array, options: RunOptions): void {
    const offset = this.call("interpreter_offset");
    if (offset === content.length) {
      this.call("interpreter_push_end");
      return;
    }
    const count = Math.min(options.pieces?.(offset) ?? INPUT_BYTES, INPUT_BYTES, content.length - offset);
    const [ptr, bytes] = this.give(content.subarray(offset, offset + count));
    const accepted = this.call("interpreter_push", ptr, bytes);
    if (accepted < 0 || accepted > bytes) throw new Error(`accepted ${accepted} of ${bytes} bytes`);
    if (accepted === 0) {
      this.call("interpreter_poll_start");
      this.pollCount += 1;
      this.#pollEvents = 0;
    }
  }

  /** Script events as lines; the file's name leads when it is not the first one's. */
  lines(): string[] {
    return this.events.filter((event) => event.kind === EventKind.Script).map((event) => scriptLine(event));
  }

  /** Option events as lines: `offset effect NAME=value [why]`. */
  options(): string[] {
    return this.events.filter((event) => event.kind === EventKind.Option).map(({ fields }) => {
      const why = Number(fields["OptionWhy"]);
      const effect = kebab(OptionEffect[Number(fields["OptionEffect"])]!);
      return `${fields["Offset"]} ${effect} ${fields["Name"]}=${fields["Value"]}${why === 0 ? "" : ` [${kebab(ValueWhy[why]!)}]`}`;
    });
  }

  /** Parameter events as lines: `NAME=value source`. */
  changes(): string[] {
    return this.events.filter((event) => event.kind === EventKind.Parameter).map(({ fields }) => (
      `${fields["Name"]}=${fields["Value"]} ${kebab(Source[Number(fields["Source"])]!)}`
    ));
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? Buffer.from(content, "latin1") : content;
}

function identityBytes(identity: Identity, item: number): Uint8Array | undefined {
  if (item === Info.Model) return Buffer.from(identity.model ?? "9640D01A");
  if (item === Info.Serial) return Buffer.from(identity.serial ?? "06n512345678");
  return item === Info.Mac ? Uint8Array.from(identity.mac ?? [0x00, 0x04, 0x0d, 0xab, 0xcd, 0xef]) : undefined;
}

function scriptLine({ fields }: DecodedEvent): string {
  const why = Number(fields["ScriptWhy"]);
  const file = fields["File"] === "first.txt" ? "" : `${fields["File"]}:`;
  const name = fields["Name"] === undefined ? "" : `${fields["Name"]}=`;
  const value = fields["Value"] === undefined ? "" : `${fields["Value"]}`;
  const parts = [`${file}${fields["Line"]}`, kebab(ScriptEffect[Number(fields["ScriptEffect"])]!)];
  if (name + value !== "") parts.push(name + value);
  if (why !== 0) parts.push(`[${kebab(ScriptWhy[why]!)}]`);
  if (fields["Statement"] !== "") parts.push("|", String(fields["Statement"]));
  return parts.join(" ").replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
