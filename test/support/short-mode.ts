// A telephone in one of the short modes (verify, interpret, lex) against files in memory.

import { Mode } from "../../hal/abi.js";
import { Board, type BoardOptions } from "../../host/board.js";
import { demoKey } from "../../host/image/demo.js";
import { addressOf } from "../../host/network/address.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { runVirtual } from "../../host/run-loop.js";
import { fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import { HttpServer } from "../../host/site/http-server.js";
import { Site } from "../../host/site/site.js";
import { core } from "./core.js";

export type ModeFiles = Readonly<Record<string, string | Uint8Array>>;

/** Runs a mode to its end; `more` changes the board. */
export function runMode(mode: Mode, firstFile: string, files: ModeFiles, more: Partial<BoardOptions> = {}): ModeRun {
  const fetched: string[] = [];
  const board = new Board({
    core,
    mode,
    identity: { model: "9640D01A", serial: "S", mac: new Uint8Array(6), firstFile },
    trust: [demoKey().spki],
    network: (scheduler) => {
      const site = new Site();
      const handler = fileHandler(new MemoryFiles(files));
      site.addStream(addressOf("127.0.0.1"), 80, new HttpServer({ scheduler, handler, onAccess: (access) => fetched.push(access.target) }));
      return new MemoryNetwork({ scheduler, site });
    },
    ...more,
  });
  board.powerOn();
  runVirtual(board, () => board.ended || board.scheduler.nowUs > 60_000_000);
  return { board, fetched };
}

export interface ModeRun {
  readonly board: Board;
  /** Paths that the file server was asked for. */
  readonly fetched: readonly string[];
}
