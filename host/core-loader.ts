// From the module's bytes to an instance: checks the contract first, so that a wrong module is named, not run.

import { instantiateSync } from "@assemblyscript/loader";
import { ABI_VERSION } from "../hal/abi.js";
import type { CoreExports, HalImports } from "../hal/contract.js";

export interface Core extends CoreExports {
  readonly memory: WebAssembly.Memory;
}

const EXPORTS = ["memory", "core_start", "abi_version", "init", "poll", "trace_pointer", "trace_bytes"];

/** Compiles a module once; instances of it are cheap. Throws a `TypeError` that names what is wrong with it. */
export function compileCore(bytes: BufferSource): WebAssembly.Module {
  if (!WebAssembly.validate(bytes)) throw new TypeError("core.wasm: not a WebAssembly module that this runtime accepts");
  const module = new WebAssembly.Module(bytes);
  const foreign = WebAssembly.Module.imports(module).find((entry) => entry.module !== "hal" || entry.kind !== "function");
  if (foreign) throw new TypeError(`core.wasm: imports ${foreign.module}.${foreign.name}, which is not of the contract`);
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
  const missing = EXPORTS.find((name) => !names.includes(name));
  if (missing) throw new TypeError(`core.wasm: no export ${missing}`);
  return module;
}

/** Compiles the build with vectors where this runtime accepts it, else the one that every runtime accepts. */
export function chooseCore(simd: BufferSource, mvp: BufferSource): WebAssembly.Module {
  return compileCore(WebAssembly.validate(simd) ? simd : mvp);
}

/** Makes an instance and starts it. Throws when the module wants a call that the host does not have, or another contract. */
export function instantiateCore(module: WebAssembly.Module, imports: HalImports): Core {
  const offered: Record<string, unknown> = { ...imports };
  const missing = WebAssembly.Module.imports(module).find((entry) => typeof offered[entry.name] !== "function");
  if (missing) throw new TypeError(`core.wasm: wants hal.${missing.name}, which this host does not have`);
  const { exports } = instantiateSync<CoreExports & Record<string, unknown>>(module, { hal: offered });
  const core = exports as unknown as Core;
  core.core_start();
  const version = core.abi_version();
  if (version !== ABI_VERSION) throw new TypeError(`core.wasm: contract ${version}, this host speaks ${ABI_VERSION}`);
  return core;
}
