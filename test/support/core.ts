// The core under test: build/core.wasm, or with OFFHOOK_BUILD=simd build/core.simd.wasm. `npm test` runs each test on both.

import { readFileSync } from "node:fs";
import process from "node:process";
import { compileCore } from "../../host/core-loader.js";

export type Build = "mvp" | "simd";

export function bytesOf(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(build === "simd" ? "build/core.simd.wasm" : "build/core.wasm"));
}

export function coreOf(build: Build): WebAssembly.Module {
  return compileCore(bytesOf(build));
}

export const build: Build = process.env["OFFHOOK_BUILD"] === "simd" ? "simd" : "mvp";
/** Compiled once. */
export const core = coreOf(build);
