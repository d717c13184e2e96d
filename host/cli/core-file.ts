// The module that this package ships, compiled.

import { readFileSync } from "node:fs";
import { compileCore } from "../core-loader.js";

/** Reads and checks build/core.wasm, four folders up from build/js/host/cli. */
export function readCore(): WebAssembly.Module {
  return compileCore(readFileSync(new URL("../../../core.wasm", import.meta.url)));
}
