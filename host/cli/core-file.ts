// The module that this package ships, compiled: the build with vectors where the runtime has them, else the one that runs anywhere.
//
// The environment variable OFFHOOK_BUILD (mvp or simd) chooses for tests and measurements. Both builds behave the same.

import { readFileSync } from "node:fs";
import process from "node:process";
import { chooseCore, compileCore } from "../core-loader.js";
import { UsageError } from "./usage.js";

export type Build = "mvp" | "simd";

/** Four folders up from build/js/host/cli. */
const FILES: Readonly<Record<Build, URL>> = {
  mvp: new URL("../../../core.wasm", import.meta.url),
  simd: new URL("../../../core.simd.wasm", import.meta.url),
};

/** A build's bytes. */
export function coreBytes(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(FILES[build]));
}

/** Reads and checks a build; without a name the one that OFFHOOK_BUILD or the runtime asks for. */
export function readCore(build: string | undefined = process.env["OFFHOOK_BUILD"]): WebAssembly.Module {
  if (build === undefined) return chooseCore(coreBytes("simd"), coreBytes("mvp"));
  if (build !== "mvp" && build !== "simd") throw new UsageError(`OFFHOOK_BUILD=${build}: there are mvp and simd`);
  return compileCore(coreBytes(build));
}
