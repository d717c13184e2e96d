// Who this telephone is, what it keeps over a reset, and what it asked for.

import { Info, Option, RETAINED_BYTES, Status } from "../../hal/abi.js";

/** What a user says of the telephone. */
export interface Identity {
  /** MODEL, such as `9640D01A`. */
  readonly model: string;
  readonly serial: string;
  /** Six bytes. */
  readonly mac: Uint8Array;
  readonly hardwareVersion?: string;
  readonly firstFile?: string;
  readonly userAgent?: string;
  readonly bootName?: string;
  readonly appName?: string;
  /** Whatever file the script names counts as stored. */
  readonly asAsked?: boolean;
  /** Laboratory: images without a signature are accepted. */
  readonly unsigned?: boolean;
  /** Who logs in. */
  readonly extension?: string;
  readonly password?: string;
  /** Only HTTP/1.1 with Content-Length and `Connection: close` is taken. */
  readonly strictHttp?: boolean;
  /** The short modes: what option 242 would say. */
  readonly option242?: string;
  /** `NAME=VALUE`, as if entered locally. */
  readonly presets?: readonly string[];
}

/** A broken assumption that the core reported. */
export interface PanicRecord {
  readonly code: number;
  readonly file: string;
  readonly line: number;
}

export class SystemBlock {
  readonly #items = new Map<number, Uint8Array>();
  readonly #retained = new Uint8Array(RETAINED_BYTES);
  /** The cause of the reset that was asked for, until it is done. */
  resetCause: number | undefined;
  panic: PanicRecord | undefined;

  constructor(identity: Identity) {
    const text = (item: number, value: string | undefined) => {
      if (value !== undefined && value !== "") this.#items.set(item, latin1(value));
    };
    text(Info.Model, identity.model);
    text(Info.Serial, identity.serial);
    text(Info.HardwareVersion, identity.hardwareVersion);
    text(Info.FirstFile, identity.firstFile);
    text(Info.UserAgent, identity.userAgent);
    text(Info.BootName, identity.bootName);
    text(Info.AppName, identity.appName);
    text(Info.Option242, identity.option242);
    text(Info.Extension, identity.extension);
    text(Info.Password, identity.password);
    this.#items.set(Info.Mac, identity.mac.slice(0, 6));
    const { unsigned, asAsked, strictHttp } = identity;
    const options = (unsigned ? Option.Unsigned : 0) | (asAsked ? Option.AsAsked : 0) | (strictHttp ? Option.StrictHttp : 0);
    this.#items.set(Info.Options, Uint8Array.of(options));
    identity.presets?.forEach((preset, index) => text(Info.PresetFirst + index, preset));
  }

  /** Copies an item, cut to the target. Returns its bytes or NotFound. */
  info(item: number, target: Uint8Array): number {
    const value = this.#items.get(item);
    if (value === undefined) return Status.NotFound;
    target.set(value.subarray(0, target.length));
    return Math.min(value.length, target.length);
  }

  retainedRead(target: Uint8Array): number {
    target.set(this.#retained.subarray(0, target.length));
    return Status.Ok;
  }

  retainedWrite(source: Uint8Array): number {
    this.#retained.set(source);
    return Status.Ok;
  }

  /** Power is gone: what only a reset survives is zero. */
  powerOff(): void {
    this.#retained.fill(0);
    this.resetCause = undefined;
  }
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
