// A scenario of the power sweep as a network of `offhook boot`: `--lan power-SCENARIO` with `--part power-SHAPE`, to watch a failure again.
//
// In: names. Out: the chip as the scenario begins, and the far end, which after a loss of power is that of the recovery: what the
// sweep ran.

import { MemoryNetwork } from "../network/memory.js";
import type { NorCells } from "../peripherals/nor-cells.js";
import type { NorPart } from "../peripherals/nor-parts.js";
import { sweepPart } from "../power/geometries.js";
import { imagesFor, scenarioNamed, SCENARIOS, settingsFor, siteOf, type Scenario } from "../power/scenarios.js";
import { benchOf, chipAt } from "../power/story.js";
import type { Scheduler } from "../scheduler.js";
import { DEMO_FILE_SERVER, DEMO_ROUTER } from "../site/demo.js";
import type { Site } from "../site/site.js";
import { UsageError } from "./usage.js";

export interface SweepChoice {
  readonly scenario: Scenario;
  /** Which of its power-ups. */
  readonly start: number;
}

const NAME = /^power-([a-z-]+)(?:\.(\d+))?$/;
const SHAPE_EXAMPLE = "power-2048x20p256u8";

/** Reads `power-SCENARIO` or `power-SCENARIO.START`; undefined when the name is nothing of the sweep. */
export function sweepChoice(lan: string): SweepChoice | undefined {
  const [, name, number = "1"] = NAME.exec(lan) ?? [];
  if (name === undefined) return undefined;
  const scenario = scenarioNamed(name);
  if (scenario === undefined) {
    const known = SCENARIOS.map((one) => `power-${one.name}`).join(" ");
    throw new UsageError(`--lan ${lan}: the sweep has no such scenario; these are: ${known}`);
  }
  const start = Number(number);
  if (start >= 1 && start <= scenario.starts.length) return { scenario, start };
  throw new UsageError(`--lan ${lan}: ${scenario.name} has the power-ups 1 to ${scenario.starts.length}`);
}

/** The part of `--part power-SHAPE`. */
export function sweepPartOf(part: string): NorPart {
  const found = part.toLowerCase().startsWith("power-") ? sweepPart(part.toLowerCase().slice("power-".length)) : undefined;
  if (found !== undefined) return found;
  throw new UsageError(`--part ${part}: a scenario of the sweep wants one of its chips, such as --part ${SHAPE_EXAMPLE}`);
}

/** The chip when the scenario's power-up begins. */
export function sweepCells(core: WebAssembly.Module, part: NorPart, { scenario, start }: SweepChoice): NorCells {
  return chipAt(benchOf(core, part), scenario, start);
}

/** What the scenario sets up at the telephone: local entries, and whether it has staging. */
export function sweepSetUp({ scenario, start }: SweepChoice): { readonly presets: readonly string[]; readonly stagingBytes?: number } {
  const { presets = [], direct } = scenario.starts[start - 1]!.farEnd;
  return { presets, ...(direct === true ? { stagingBytes: 0 } : {}) };
}

/** The far end of that power-up, until power is lost for the first time. */
export class SweepNetwork {
  readonly #choice: SweepChoice;
  readonly #part: NorPart;
  #recover = (): void => undefined;

  constructor(choice: SweepChoice, part: NorPart) {
    this.#choice = choice;
    this.#part = part;
  }

  make(scheduler: Scheduler): MemoryNetwork {
    const { scenario, start } = this.#choice;
    const wares = { images: imagesFor(this.#part), settings: settingsFor(this.#part) };
    const site = siteOf(scenario.starts[start - 1]!.farEnd, wares, scheduler);
    const later = siteOf(scenario.recovery, wares, scheduler);
    this.#recover = () => [DEMO_ROUTER, DEMO_FILE_SERVER].forEach((address) => takeOver(site, later, address));
    return new MemoryNetwork({ scheduler, site });
  }

  /** Power comes back: the far end is the recovery's from now on. */
  recover(): void {
    this.#recover();
  }
}

function takeOver(site: Site, later: Site, address: number): void {
  const { streams, datagrams } = later.addHost(address);
  for (const [port, service] of streams) site.addStream(address, port, service);
  for (const [port, service] of datagrams) site.addDatagram(address, port, service);
}
