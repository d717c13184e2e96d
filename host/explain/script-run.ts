// One file run by the core's own interpreter: the core in its interpreting or its lexing mode, against a file server in memory.
//
// In: the file's bytes, where its GETs read from, and who the telephone is. Out: what was done with each statement, in order, and the
// parameters at the end. Nothing here reads a script: records of the core become steps, and that is all.

import { EVENT_BYTES_MAX, Mode } from "../../hal/abi.js";
import { EventKind, Field, ScriptEffect, ScriptWhy, Source } from "../../hal/events.js";
import { Board, STAGING_BYTES } from "../board.js";
import { instantiateCore, type Core } from "../core-loader.js";
import type { OptionEvent } from "../event-types.js";
import { addressOf } from "../network/address.js";
import { MemoryNetwork } from "../network/memory.js";
import type { Identity } from "../peripherals/system.js";
import { cleanPath, type FileSource } from "../site/file-server.js";
import { statusResponse, type HttpHandler } from "../site/http-message.js";
import { HttpServer } from "../site/http-server.js";
import { Site } from "../site/site.js";

export type ScriptMode = Mode.Interpret | Mode.Lex;

export interface ScriptInput {
  /** The file's name, as it is shown. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What a GET may read. */
  readonly source: FileSource;
}

/** One event of the interpreter. Texts are Latin-1, one character a byte. */
export interface Step {
  readonly file: string;
  readonly line: number;
  readonly effect: ScriptEffect;
  readonly why: ScriptWhy;
  readonly name: string;
  readonly value: string;
  /** The tag that an IF names, where the file was only read. */
  readonly tag: string;
}

export interface Held {
  readonly value: string;
  readonly source: Source;
}

export interface ScriptRun {
  readonly steps: readonly Step[];
  readonly options: readonly OptionEvent[];
  readonly parameters: ReadonlyMap<string, Held>;
  /** Every file that was read, under the name it was asked for by. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly pollCount: number;
  readonly callCount: number;
}

/** Where the short modes look for their files. */
const SERVER = "127.0.0.1";
/** Stands for a file whose own name the telephone could not ask for. */
const ALIAS = ".first-file";
const REQUESTABLE = /^[!-~]{1,127}$/;
/** Of FNV-1a. */
const HASH_FACTOR = 0x01000193;
/** Strings that are kept to be used again, each in the place of its hash. */
const STRING_COUNT = 8192;
/** A field: u8 id, u8 type, u16 bytes. */
const FIELD_HEADER_BYTES = 4;

/** Runs a file to its end. Throws only for a defect of ours: a core that breaks an assumption. */
export function runScript(core: WebAssembly.Module, mode: ScriptMode, input: ScriptInput, identity: Identity): ScriptRun {
  const asked = REQUESTABLE.test(input.name) && cleanPath(`/${input.name}`) === input.name ? input.name : ALIAS;
  const files = new Map<string, Uint8Array>();
  const records = new Records(asked, input.name);
  const board = new Board({
    core,
    mode,
    identity: { ...identity, firstFile: asked },
    showSecrets: true, // The file is the user's.
    stagingBytes: STAGING_BYTES,
    instantiate: (module, imports) => records.watch(instantiateCore(module, { ...imports, sys_event: (ptr, bytes) =>
      records.take(ptr, bytes) ? 0 : imports.sys_event(ptr, bytes) })),
    network: (scheduler) => {
      const site = new Site();
      site.addStream(addressOf(SERVER), 80, new HttpServer({ scheduler, handler: handlerOf(input, asked, files) }));
      return new MemoryNetwork({ scheduler, site });
    },
  });
  board.powerOn();
  runToEnd(board);
  const options = board.log.events.flatMap((event) => (event.event === "option" ? [event] : []));
  const { steps, parameters } = records;
  return { steps, options, parameters, files, pollCount: board.pollCount, callCount: board.binding.callCount };
}

/** Every poll has its own instant: a script may need more polls than a telephone would be let have at one. */
function runToEnd(board: Board): void {
  for (let nextUs = board.nextUs(); nextUs !== undefined && !board.ended; nextUs = board.nextUs()) {
    board.advance(Math.max(nextUs, board.scheduler.nowUs + 1));
    if (board.system.panic !== undefined) throw new Error(`the core broke an assumption: ${JSON.stringify(board.system.panic)}`);
  }
}

/** The file under the name it is asked for by, then the folder. An ETag would cost a pass over the bytes. */
function handlerOf(input: ScriptInput, asked: string, files: Map<string, Uint8Array>): HttpHandler {
  return ({ target }) => {
    const name = target.slice(1);
    const path = cleanPath(target);
    const bytes = name === asked ? input.bytes : path === undefined ? undefined : input.source.read(path);
    if (bytes === undefined) return statusResponse(404, "");
    files.set(name === asked ? input.name : name, bytes);
    return { status: 200, headers: [], body: bytes };
  };
}

/** Reads the records of statements and parameters; a file of 15,000 lines has as many. All others are the log's. */
class Records {
  readonly steps: Step[] = [];
  readonly parameters = new Map<string, Held>();
  readonly #asked: string;
  readonly #shown: string;
  readonly #strings: (string | undefined)[] = new Array<string | undefined>(STRING_COUNT);
  #memory = new Uint8Array(0);
  #view = new DataView(this.#memory.buffer);
  // Of the record at hand.
  readonly #numbers = { line: 0, effect: 0, why: 0, source: 0 };
  readonly #texts = { file: "", name: "", value: "", tag: "" };

  constructor(asked: string, shown: string) {
    this.#asked = asked;
    this.#shown = shown;
  }

  watch(core: Core): Core {
    this.#memory = new Uint8Array(core.memory.buffer);
    this.#view = new DataView(core.memory.buffer);
    return core;
  }

  /** True when the record was of a kind that is kept here. */
  take(ptr: number, bytes: number): boolean {
    const at = ptr >>> 0;
    if (bytes <= 0 || bytes > EVENT_BYTES_MAX || at + bytes > this.#memory.length) return false;
    const kind: EventKind = this.#memory[at]!;
    if (kind !== EventKind.Script && kind !== EventKind.Parameter) return false;
    this.#read(at + 1, at + bytes);
    if (kind === EventKind.Script) this.#step();
    else this.parameters.set(this.#texts.name, { value: this.#texts.value, source: this.#numbers.source });
    return true;
  }

  #step(): void {
    const { line, effect, why } = this.#numbers;
    const { file, name, value, tag } = this.#texts;
    this.steps.push({ file: file === this.#asked ? this.#shown : file, line, effect, why, name, value, tag });
  }

  #read(from: number, end: number): void {
    const [numbers, texts] = [this.#numbers, this.#texts];
    numbers.line = numbers.effect = numbers.why = numbers.source = 0;
    texts.name = texts.value = texts.tag = "";
    for (let at = from; at + FIELD_HEADER_BYTES <= end;) {
      const bytes = this.#view.getUint16(at + 2, true);
      const start = at + FIELD_HEADER_BYTES;
      switch (this.#memory[at] as Field) {
        case Field.Line: numbers.line = this.#view.getUint32(start, true); break;
        case Field.ScriptEffect: numbers.effect = this.#memory[start]!; break;
        case Field.ScriptWhy: numbers.why = this.#memory[start]!; break;
        case Field.Source: numbers.source = this.#memory[start]!; break;
        case Field.File: texts.file = this.#text(start, bytes); break;
        case Field.Name: texts.name = this.#text(start, bytes); break;
        case Field.Value: texts.value = this.#text(start, bytes); break;
        case Field.Detail: texts.tag = this.#text(start, bytes); break;
        default: // The statement: whoever wants it has the file.
      }
      at = start + bytes;
    }
  }

  /** The same few names again and again, and each value twice in a row: so what was made into a string is looked up first. */
  #text(start: number, bytes: number): string {
    let hash = bytes;
    for (let at = start; at < start + bytes; at++) hash = Math.imul(hash ^ this.#memory[at]!, HASH_FACTOR);
    const slot = (hash ^ (hash >>> 16)) & (STRING_COUNT - 1);
    const known = this.#strings[slot];
    if (known !== undefined && known.length === bytes && this.#isText(known, start)) return known;
    return (this.#strings[slot] = this.#made(start, bytes));
  }

  #isText(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== this.#memory[start + index]) return false;
    return true;
  }

  /** Eight characters at a time: a decoder takes longer to be asked than a short text is worth, and single ones are much garbage. */
  #made(start: number, bytes: number): string {
    const memory = this.#memory;
    let text = "";
    let at = start;
    for (; at + 8 <= start + bytes; at += 8) {
      text += String.fromCharCode(
        memory[at]!, memory[at + 1]!, memory[at + 2]!, memory[at + 3]!, memory[at + 4]!, memory[at + 5]!, memory[at + 6]!, memory[at + 7]!);
    }
    for (; at < start + bytes; at++) text += String.fromCharCode(memory[at]!);
    return text;
  }
}
