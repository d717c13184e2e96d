// Row 9: the first pass of 8 MiB in a fresh process against later ones: digests that nothing warmed up but the self-test at power-up.
//
// In: a process that did nothing before. Out: seconds of the first pass over those of a later one, of the digests in the bench module,
// and for information of a whole download in the shipped module, where the engine also compiles its JavaScript host meanwhile.

import { demoKey } from "../image/demo.js";
import { benchModule } from "./bench-module.js";
import { chunksOf, type Rates } from "./digests.js";
import { LeanHost } from "./lean-host.js";
import { CHUNK_BYTES, cpuUs, median } from "./method.js";
import { benchImage } from "./pipeline.js";

const BYTES = 8 * 1024 * 1024;
const LATER_COUNT = 9;

export function coldRates(core: WebAssembly.Module): Rates {
  const digests = firstAndLater(digestsPass());
  const lean = new LeanHost(benchImage(BYTES), demoKey().spki, cpuUs, true);
  const download = firstAndLater(() => lean.run(core));
  return { ...digests, download: download["self"]! };
}

function firstAndLater(us: () => number): Rates {
  const first = us();
  const later = median(Array.from({ length: LATER_COUNT }, us));
  return { first: BYTES / first, later: BYTES / later, self: first / later };
}

/** CRC-32 and SHA-256 of chunks that are copied in, after the self-test. */
function digestsPass(): () => number {
  const { memory, freePtr, calls } = benchModule("simd");
  const chunks = chunksOf(BYTES, CHUNK_BYTES);
  if (calls["self_test"]!() !== 1) throw new Error("the self-test failed");
  calls["crc32_init"]!();
  calls["sha256_init"]!();
  return () => {
    const startUs = cpuUs();
    for (const chunk of chunks) {
      memory.set(chunk, freePtr);
      calls["crc32_push"]!(freePtr, chunk.length);
      calls["sha256_push"]!(freePtr, chunk.length);
    }
    return cpuUs() - startUs;
  };
}
