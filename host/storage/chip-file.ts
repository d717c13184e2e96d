// A flash chip's contents in a file, so that a telephone remembers from one run to the next (`boot --flash FILE`).
//
// In: a path and the part. Out: a chip that begins with what the file holds, and the file again when the run is over. The file is the
// chip's bytes as they are; wear is not kept. It is written beside the old one and then renamed, so that one of them is always whole.

import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { NorFlash } from "../peripherals/nor-flash.js";
import { NOR_PARTS, type NorPart } from "../peripherals/nor-parts.js";

export class ChipFile {
  readonly #path: string;
  readonly #contents: Uint8Array;
  #chip: NorFlash | undefined;

  /** Opens the file, or begins a new one. Throws an Error in words where it cannot be read and written, or is of another part. */
  constructor(path: string, part: NorPart) {
    this.#path = path;
    closeSync(openSync(path, "a")); // Before the run, so that a path that cannot be written costs none.
    this.#contents = readFileSync(path);
    const { length } = this.#contents;
    if (length === 0 || length === part.totalBytes) return;
    const fitting = NOR_PARTS.filter(({ totalBytes }) => totalBytes === length).map(({ name }) => `--part ${name}`).join(" or ");
    const instead = fitting === "" ? "name a file of an earlier run, or a new one" : `give ${fitting}, or name another file`;
    throw new Error(`it has ${length} bytes, and the chip ${part.name} has ${part.totalBytes}; ${instead}`);
  }

  /** The chip with the file's contents. What stands on it already stays where the file is new. */
  fill(chip: NorFlash): NorFlash {
    this.#chip = chip;
    if (this.#contents.length > 0) chip.load(this.#contents);
    return chip;
  }

  /** Pulls the chip's plug, which tears what is under way, and keeps what it holds. */
  save(): void {
    if (this.#chip === undefined) return;
    this.#chip.powerOff();
    const whole = `${this.#path}.new`;
    writeFileSync(whole, this.#chip.contents());
    renameSync(whole, this.#path);
  }
}
