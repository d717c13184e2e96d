// Row 10: what an update reaches on each NOR part, against the part's own ceiling. Telephone time only: exact, the same everywhere.
//
// Ceiling = erase + program + command time of the file's bytes at the part's typical times; an update also writes its journal and
// info area, polls, and compares.

import { Kind } from "../../hal/abi.js";
import { Board } from "../board.js";
import { demoKey } from "../image/demo.js";
import { packImage, packOverheadBytes, type PackOptions } from "../image/pack.js";
import { seededPayload } from "../image/payload.js";
import { MemoryNetwork } from "../network/memory.js";
import { NorFlash } from "../peripherals/nor-flash.js";
import { NOR_PARTS, type NorPart } from "../peripherals/nor-parts.js";
import { runVirtual } from "../run-loop.js";
import { demoSite } from "../site/demo.js";
import { MemoryFiles } from "../site/file-server.js";

const FILE_BYTES = 1024 * 1024;
/** Quad at 104 MHz: command and address on one line, data on four. */
const PAGE_COMMAND_US = (8 + 24 + 256 * 2) / 104;
const LIMIT_US = 600_000_000;

export interface PartRate {
  readonly part: string;
  readonly kilobytesPerSecond: number;
  /** Share of the part's ceiling. */
  readonly ratio: number;
}

/** One start-up a part, measured from `erase` to `restart`. */
export function partRates(core: WebAssembly.Module): PartRate[] {
  const options: PackOptions = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: demoKey() };
  const image = packImage(seededPayload("part", 1, FILE_BYTES - packOverheadBytes(options)), options);
  return NOR_PARTS.map((part) => {
    const us = updateUs(core, part, image);
    return { part: part.name, kilobytesPerSecond: FILE_BYTES / 1000 / (us / 1e6), ratio: ceilingUs(part) / us };
  });
}

/** 1 MiB in the cheapest erases and full pages. */
function ceilingUs(part: NorPart): number {
  const erases = [
    [part.block64Bytes, part.block64EraseMs[0]], [part.block32Bytes, part.block32EraseMs[0]], [part.sectorBytes, part.sectorEraseMs[0]],
  ] as const;
  const eraseUs = Math.min(...erases.filter(([bytes]) => bytes > 0).map(([bytes, ms]) => (FILE_BYTES / bytes) * ms * 1000));
  return eraseUs + (FILE_BYTES / part.pageBytes) * (part.pageProgramMs[0] * 1000 + PAGE_COMMAND_US);
}

function updateUs(core: WebAssembly.Module, part: NorPart, image: Uint8Array): number {
  const source = new MemoryFiles({ "96xxupgrade.txt": "SET APPNAME app.bin\n", "app.bin": image });
  const board = new Board({
    core,
    trust: [demoKey().spki],
    identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) },
    flash: (clock) => new NorFlash({ part, clock, timing: "typical" }),
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler, source }) }),
  });
  const at = new Map<string, number>();
  board.log.listen((event) => event.event === "state" && at.set(event.state, board.scheduler.nowUs));
  board.powerOn();
  runVirtual(board, () => at.has("restart") || board.scheduler.nowUs > LIMIT_US);
  const [start, end] = [at.get("erase"), at.get("restart")];
  if (start === undefined || end === undefined) throw new Error(`${part.name}: the telephone did not store the file`);
  return end - start;
}
