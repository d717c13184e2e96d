// The bench module: kernels of the core with their functions exported, in both builds (build/bench.wasm, build/bench.simd.wasm).
//
// It is built in a clone only (`npm run bench`, `npm run build`, `npm test`) and is no part of the package.

import { existsSync, readFileSync } from "node:fs";

export type Build = "mvp" | "simd";

/** Four folders up from build/js/host/bench. */
const FILES: Readonly<Record<Build, URL>> = {
  mvp: new URL("../../../bench.wasm", import.meta.url),
  simd: new URL("../../../bench.simd.wasm", import.meta.url),
};
/** The harness has 16 pages; from here on nothing is the module's. */
const FREE_PTR = 0x80000;

type Call = (...values: number[]) => number;

export interface BenchModule {
  readonly memory: Uint8Array;
  readonly freePtr: number;
  readonly calls: Readonly<Record<string, Call>>;
}

export const benchModulesExist = (): boolean => existsSync(FILES.mvp) && existsSync(FILES.simd);

/** Makes an instance whose pages go to `program`. */
export function benchModule(build: Build, program: Call = () => 0): BenchModule {
  const hal: Record<string, Call> = { flash_program_start: program, sys_panic: () => 0 };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILES[build])), { hal });
  const calls = exports as unknown as Record<string, Call> & { readonly memory: WebAssembly.Memory };
  calls["core_start"]!();
  return { memory: new Uint8Array(calls.memory.buffer), freePtr: FREE_PTR, calls };
}
