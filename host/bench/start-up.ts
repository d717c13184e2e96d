// Row 13: a whole start-up with a 1 MiB download in virtual time. Counts are exact and stand in goldens; the time is for information.

import { Kind } from "../../hal/abi.js";
import { Board } from "../board.js";
import { demoKey } from "../image/demo.js";
import { packImage, packOverheadBytes, type PackOptions } from "../image/pack.js";
import { seededPayload } from "../image/payload.js";
import { MemoryNetwork } from "../network/memory.js";
import { runVirtual } from "../run-loop.js";
import { Session } from "../session.js";
import { demoSite } from "../site/demo.js";
import { MemoryFiles } from "../site/file-server.js";
import { cpuUs } from "./method.js";

const FILE_BYTES = 1024 * 1024;

export interface StartUpCounts {
  readonly polls: number;
  readonly halCalls: number;
  readonly erases: number;
  readonly programs: number;
  readonly telephoneMs: number;
  readonly cpuMs: number;
}

/** From power-up through download, restart and the second start-up to the login prompt. */
export function startUpCounts(core: WebAssembly.Module): StartUpCounts {
  const options: PackOptions = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: demoKey() };
  const image = packImage(seededPayload("start-up", 1, FILE_BYTES - packOverheadBytes(options)), options);
  const source = new MemoryFiles({ "96xxupgrade.txt": "SET APPNAME app.bin\n", "app.bin": image });
  const startUs = cpuUs();
  const board = new Board({
    core,
    trust: [demoKey().spki],
    identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler, source }) }),
  });
  const session = new Session({ board, until: "login", timeoutSeconds: 900 });
  board.powerOn();
  runVirtual(board, () => session.stop);
  if (!session.finish().end.ok) throw new Error("the start-up did not reach login");
  const { erases, programs } = board.flash.counters;
  return {
    polls: board.pollCount,
    halCalls: board.binding.callCount,
    erases,
    programs,
    telephoneMs: Math.floor(board.scheduler.nowUs / 1000),
    cpuMs: Math.round((cpuUs() - startUs) / 1000),
  };
}
