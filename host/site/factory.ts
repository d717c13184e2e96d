// The factory: fills a chip with software the way a telephone does it, by a start-up against a file server in memory.
//
// In: a chip and a signed file. Out: the same chip with that file stored and confirmed. So nobody but the core ever writes
// the core's format.

import type { BoardOptions } from "../board.js";
import { Board } from "../board.js";
import { MemoryNetwork } from "../network/memory.js";
import { runVirtual } from "../run-loop.js";
import type { DemoFile } from "../image/demo.js";
import { MemoryFiles } from "./file-server.js";
import { demoSite } from "./demo.js";
import type { Flash } from "../peripherals/flash.js";
import type { Scheduler } from "../scheduler.js";

const SCRIPT = "96xxupgrade.txt";
/** Ten minutes of telephone time: twenty times what the largest file takes. */
const LIMIT_US = 600_000_000;

export interface FactoryOptions extends Pick<BoardOptions, "core" | "identity" | "trust"> {
  readonly flash: (clock: Scheduler) => Flash;
  readonly file: DemoFile;
}

/** Returns the chip's contents after the file was stored. Throws when the telephone did not take it. */
export function provision(options: FactoryOptions): Uint8Array {
  const { core, identity, trust = [], file } = options;
  const source = new MemoryFiles({ [SCRIPT]: `SET APPNAME ${file.name}\n`, [file.name]: file.bytes });
  const board = new Board({
    core,
    trust,
    identity: { model: identity.model, serial: identity.serial, mac: identity.mac, firstFile: SCRIPT },
    flash: options.flash,
    negotiationUs: 1000,
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler, source }) }),
  });
  board.powerOn();
  const atLogin = () => board.log.events.some((event) => event.event === "state" && event.state === "login");
  runVirtual(board, () => atLogin() || board.scheduler.nowUs > LIMIT_US);
  const end = board.scheduler.nowUs + 1_000_000; // The confirmation is a journal record or two.
  runVirtual(board, () => board.scheduler.nowUs > end);
  const { facts } = board.log;
  if (facts.bootname !== file.name && facts.appname !== file.name) throw new Error(`the telephone did not store ${file.name}`);
  return board.flash.contents();
}
