// Row 9: the first pass of 8 MiB in a fresh process against later ones: what a telephone sees that is not warmed up by anything but its
// own self-test.
//
// In: the shipped module, in a process that did nothing before. Out: seconds of the first pass over those of a later one.

import { demoKey } from "../image/demo.js";
import { LeanHost } from "./lean-host.js";
import { cpuUs, median } from "./method.js";
import { benchImage } from "./pipeline.js";
import type { Rates } from "./digests.js";

const BYTES = 8 * 1024 * 1024;
const LATER_COUNT = 9;

export function coldRates(core: WebAssembly.Module): Rates {
  const lean = new LeanHost(benchImage(BYTES), demoKey().spki, cpuUs);
  const first = lean.run(core);
  const later = median(Array.from({ length: LATER_COUNT }, () => lean.run(core)));
  return { first: BYTES / first, later: BYTES / later, self: first / later };
}
