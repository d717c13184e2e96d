// Growth: how time grows with size, from 64 KiB to the largest slot of a 128 MiB part. An exponent of 1 is linear.
//
// In: the shipped module and the bench module. Out: for each part its times and the fitted exponent.

import { demoKey } from "../image/demo.js";
import { benchModulesExist } from "./bench-module.js";
import { chunksOf, lanesPass, modulePass } from "./digests.js";
import { LeanHost } from "./lean-host.js";
import { CHUNK_BYTES, cpuUs, fittedExponent, median } from "./method.js";
import { benchImage } from "./pipeline.js";

const KIB = 1024;
/** The last fills an application slot of a 128 MiB part: 768 units of 64 KiB, of which one is left for the info area. */
const SIZES = [64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB, 16384 * KIB, 767 * 64 * KIB];
/** Short passes are repeated until so many bytes have gone through, so that the clock's steps do not show. */
const BYTES_MIN = 32 * 1024 * KIB;
const ROUNDS = 3;

export interface Growth {
  readonly part: string;
  readonly exponent: number;
  readonly points: readonly { readonly bytes: number; readonly us: number }[];
}

/** Makes the work on a file of this size; the work returns its microseconds if it times itself. */
type Maker = (bytes: number) => () => number | void;

export function growth(core: WebAssembly.Module): Growth[] {
  const parts: Record<string, Maker> = { pipeline: pipelineOf(core, false), "pipeline, staged": pipelineOf(core, true) };
  if (benchModulesExist()) {
    parts["crc32"] = passOf(modulePass("simd", "crc32"), CHUNK_BYTES);
    parts["sha256"] = passOf(modulePass("simd", "sha256"), CHUNK_BYTES);
    parts["sha256 of blocks"] = passOf(lanesPass("simd"), 4 * CHUNK_BYTES);
  }
  return Object.entries(parts).map(([part, maker]) => {
    maker(SIZES[2]!)(); // Compiled by now as it stays.
    const points = SIZES.map((bytes) => ({ bytes, us: Math.round(timeOf(bytes, maker(bytes))) }));
    return { part, exponent: Number(fittedExponent(points).toFixed(3)), points };
  });
}

function pipelineOf(core: WebAssembly.Module, staging: boolean): Maker {
  return (bytes) => {
    const lean = new LeanHost(benchImage(bytes), demoKey().spki, cpuUs, staging);
    return () => lean.run(core);
  };
}

function passOf(pass: (chunks: readonly Uint8Array[]) => string, chunkBytes: number): Maker {
  return (bytes) => {
    const chunks = chunksOf(bytes, chunkBytes);
    return () => void pass(chunks);
  };
}

/** The median of rounds; each is the mean of as many passes as it takes. */
function timeOf(bytes: number, work: () => number | void): number {
  const passes = Math.max(1, Math.ceil(BYTES_MIN / bytes));
  return median(Array.from({ length: ROUNDS }, () => {
    let us = 0;
    for (let pass = 0; pass < passes; pass++) {
      const startUs = cpuUs();
      us += work() ?? cpuUs() - startUs;
    }
    return us / passes;
  }));
}
