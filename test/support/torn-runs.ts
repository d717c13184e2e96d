// Start-ups of the sweep of power cuts, to be recorded: chips torn in every way that it knows, unsteady bits and ECC faults included.
//
// In: nothing. Out: plans. Of each scenario on two chips every model of a cut is taken once, at operations spread over it; the record is
// of the start-up that follows.

import { ERASE_MODELS, PROGRAM_MODELS } from "../../host/faults/cut-catalogue.js";
import { sweepPart } from "../../host/power/geometries.js";
import { SCENARIOS, type Scenario } from "../../host/power/scenarios.js";
import { benchOf, tellStory } from "../../host/power/story.js";
import { applyKnown, Cutter, cutsOf, faultName, type Cut } from "../../host/power/sweep.js";
import { runStart, type Operation } from "../../host/power/telephone.js";
import { core } from "./core.js";
import type { Plan } from "./recorded-runs.js";

/** Many places in the journal; large erase commands and units with a code of their own. */
const SHAPES: readonly string[] = ["1024x20p128u8", "1024x36p128b0+4096u16"];
/** A model's place among the operations moves by this much from model to model. */
const STRIDE = 7;

export function tornPlans(): Plan[] {
  return SHAPES.flatMap((shape) => SCENARIOS.flatMap((scenario) => plansOf(shape, scenario)));
}

function plansOf(shape: string, scenario: Scenario): Plan[] {
  const bench = benchOf(core, sweepPart(shape)!);
  const cutter = new Cutter(tellStory(bench, scenario));
  const plans: Plan[] = [];
  for (const start of cutter.story.starts) {
    const known = cutter.known(start.cells.copy());
    for (const [number, operation] of start.operations.entries()) {
      for (const cut of wanted(start.operations, number, cutter)) {
        cutter.torn(known, operation, cut, () => {
          const cells = known.cells.copy();
          const name = `${shape} ${scenario.name}, start ${start.number} cut at ${faultName(number, cut)}`;
          const run = (instantiate: Parameters<Plan["run"]>[0]): void =>
            void runStart({ ...bench, instantiate }, cells.copy(), { farEnd: scenario.recovery });
          plans.push({ name, run });
        });
      }
      applyKnown(cutter, known, operation);
    }
  }
  return plans;
}

/** The cuts of an operation that are its turn: each model of its kind at one of the start's operations of that kind. */
function wanted(operations: readonly Operation[], number: number, { story }: Cutter): Cut[] {
  const { kind } = operations[number]!;
  const alike = operations.filter((operation) => operation.kind === kind);
  const place = operations.slice(0, number).filter((operation) => operation.kind === kind).length;
  const models = kind === "program" ? PROGRAM_MODELS : ERASE_MODELS;
  const turn = models.filter((_model, index) => (index * STRIDE) % alike.length === place).map(({ name }) => name);
  return turn.length === 0 ? [] : cutsOf(operations[number]!, story, { seeds: 1, prefixes: 1, models: turn });
}
