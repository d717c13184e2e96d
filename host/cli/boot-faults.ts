// The faults of `offhook boot` that strike the chip and the supply: `--fault power@OPERATION:MODEL:SEED` and `--fault flash=KIND:SEED`.
//
// The first power fault is for the first power-up, the second for the one after it, and so on; operations are counted from each power-up.
// Power goes while the operation is under way, and comes back after two seconds.

import { stderr } from "node:process";
import type { Board } from "../board.js";
import { modelNamed } from "../faults/cut-catalogue.js";
import { SilentFlash } from "../faults/silent-flash.js";
import { WatchedFlash } from "../faults/watched-flash.js";
import type { Flash } from "../peripherals/flash.js";
import type { FaultChoice } from "./option-values.js";

const OFF_US = 2_000_000;

type PowerFault = Extract<FaultChoice, { kind: "power" }>;

export interface PowerListener {
  /** The supply went or came back. */
  power(on: boolean): void;
}

export class BootFaults {
  readonly #power: readonly PowerFault[];
  readonly #flash: readonly Extract<FaultChoice, { kind: "flash" }>[];
  readonly #silent: SilentFlash[] = [];
  #board: Board | undefined;
  #listener: PowerListener | undefined;
  #next = 0;
  #count = 0;

  constructor(faults: readonly FaultChoice[]) {
    this.#power = faults.filter((fault) => fault.kind === "power");
    this.#flash = faults.filter((fault) => fault.kind === "flash");
  }

  /** The chip with the faults around it. What was stored before is not counted. */
  wrap(chip: Flash): Flash {
    if (this.#power.length === 0 && this.#flash.length === 0) return chip;
    let wrapped = chip;
    for (const { fault, seed } of this.#flash) {
      const silent = new SilentFlash(wrapped, fault, seed);
      this.#silent.push(silent);
      wrapped = silent;
    }
    return new WatchedFlash(wrapped, { begun: () => this.#begun() });
  }

  attach(board: Board, listener: PowerListener): void {
    this.#board = board;
    this.#listener = listener;
  }

  /** What never happened, and what went wrong without a word: for whoever asked for it. */
  finish(): void {
    const missed = this.#power[this.#next];
    if (missed !== undefined) {
      const { operation, model, seed } = missed;
      const why = `this start-up has ${this.#count} flash operations`;
      stderr.write(`offhook: --fault power@${operation}:${model}:${seed} did not strike: ${why}\n`);
    }
    this.#silent.forEach((silent, index) => {
      const { fault, seed } = this.#flash[index]!;
      stderr.write(`offhook: --fault flash=${fault}:${seed}: ${silent.struck === "" ? "did not strike" : silent.struck}\n`);
    });
  }

  #begun(): void {
    const number = this.#count++;
    const fault = this.#power[this.#next];
    const board = this.#board;
    if (fault?.operation !== number || board === undefined) return;
    this.#next += 1;
    // Between this poll and whatever comes next, at the same instant.
    board.scheduler.in(0, () => {
      board.powerOff(modelNamed(fault.model, fault.seed));
      this.#listener?.power(false);
      board.scheduler.in(OFF_US, () => this.#powerOn(board));
    });
  }

  #powerOn(board: Board): void {
    this.#count = 0;
    this.#listener?.power(true);
    board.powerOn();
  }
}
