// The telephone of the page without a page: made on a LAN, and moved in virtual time.

import { factoryChip, Machine, SiteFiles } from "../../host/frontends/browser/machine.js";
import { core } from "./core.js";

let chip: Uint8Array | undefined;

export function machineOn(lan: string, files = new SiteFiles()): Machine {
  chip ??= factoryChip(core);
  return new Machine({ core, lan, files, chip });
}

/** Runs until something is so; throws when that takes more than ten minutes of telephone time. */
export function runTo({ board }: Machine, isSo: () => boolean): void {
  const endUs = board.scheduler.nowUs + 600_000_000;
  while (!isSo()) {
    const nextUs = board.nextUs();
    if (nextUs === undefined || nextUs > endUs) throw new Error("it did not come to that in ten minutes");
    board.advance(nextUs);
  }
}
