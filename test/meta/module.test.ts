// Goal: what ships is what the documents say: MVP, fixed memory, imports from `hal` only, within budget.
// Method: the built module is read and validated by independent tools, weighed, and started twice. `.ci/run` builds it again and compares.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import t from "tap";
import wabt from "wabt";
import { ABI_VERSION, Status } from "../../hal/abi.js";
import type { CoreExports } from "../../hal/contract.js";
import { readAbi } from "../../tools/abi.js";
import { type Budget, complaints } from "../../tools/size.js";
import { readWasm } from "../../tools/wasm-reader.js";

const bytes = readFileSync("build/core.wasm");
const simdBytes = readFileSync("build/core.simd.wasm");
const module = readWasm(bytes);
const simdModule = readWasm(simdBytes);

/** WebAssembly 1.0: everything that came later is off. */
const MVP = {
  exceptions: false, mutable_globals: false, sat_float_to_int: false, sign_extension: false, simd: false, threads: false,
  function_references: false, multi_value: false, tail_call: false, bulk_memory: false, reference_types: false, annotations: false,
  code_metadata: false, gc: false, memory64: false, extended_const: false, relaxed_simd: false,
};

t.test("only WebAssembly 1.0 is used", async (t) => {
  const { readWasm: readWabt, parseWat } = await wabt();
  t.doesNotThrow(() => readWabt(bytes, MVP).validate());
  for (const code of ["(i32.extend8_s (i32.const 0))", "(i32.trunc_sat_f32_s (f32.const 0))"]) {
    const later = parseWat("later.wat", `(module (func (drop ${code})))`, { sign_extension: true, sat_float_to_int: true });
    t.throws(() => readWabt(later.toBinary({}).buffer, MVP).validate(), `the judge refuses ${code}`);
  }
  t.throws(() => readWabt(simdBytes, MVP).validate(), "the other build has vectors");
  t.doesNotThrow(() => readWabt(simdBytes, { ...MVP, simd: true }).validate(), "and nothing else");
});

t.test("imports are the contract's calls, all from hal", (t) => {
  const abi = readAbi(readdirSync("hal"), (path) => readFileSync(path, "utf8"));
  const declared = abi.peripherals.flatMap(({ calls }) => calls.map((call) => `function hal ${call.name}`));
  t.strictSame([...module.imports].sort(), declared.sort());
  t.strictSame([...simdModule.imports].sort(), declared, "the build with vectors");
  t.end();
});

t.test("exports are a closed list", (t) => {
  const expected = ["abi_version", "core_start", "init", "poll", "trace_bytes", "trace_pointer"].map((name) => `function ${name}`);
  t.strictSame([...module.exports].sort(), [...expected, "memory memory"]);
  t.strictSame([...simdModule.exports].sort(), [...expected, "memory memory"], "the build with vectors");
  t.end();
});

t.test("nothing allocates and memory is fixed", (t) => {
  const text = readFileSync("build/core.wat", "utf8");
  for (const word of ["memory.grow", "~lib/rt/", "__new", "__alloc", "__renew"]) t.notOk(text.includes(word), word);
  t.equal(module.memory.minimum, module.memory.maximum);
  t.strictSame(simdModule.memory, module.memory);
  t.end();
});

t.test("the module is within its budget, and the weighed build has the same code", (t) => {
  const budget = JSON.parse(readFileSync("tools/size-budget.json", "utf8")) as Budget;
  t.strictSame(complaints(bytes, readFileSync("build/core.names.wasm"), simdBytes, budget), []);
  t.end();
});

/** An instance on hardware that has nothing: every call is refused, so nothing but `init` shapes the memory. */
async function instance(): Promise<CoreExports> {
  const compiled = await WebAssembly.compile(bytes);
  const refused = (): number => Status.Unsupported;
  const hal = Object.fromEntries(WebAssembly.Module.imports(compiled).map(({ name }) => [name, refused]));
  const core = (await WebAssembly.instantiate(compiled, { hal })).exports as unknown as CoreExports;
  core.core_start();
  return core;
}

const memoryHash = (core: CoreExports): string => createHash("sha256").update(new Uint8Array(core.memory.buffer)).digest("hex");

t.test("the version is the contract's", async (t) => {
  t.equal((await instance()).abi_version(), ABI_VERSION);
});

for (const mode of [0, 1, 2, 3]) {
  t.test(`init twice leaves the memory of init once, mode ${mode}`, async (t) => {
    const once = await instance();
    const twice = await instance();
    const untouched = memoryHash(once);
    once.init(mode, 0);
    twice.init(mode, 0);
    twice.init(mode, 0);
    t.equal(memoryHash(twice), memoryHash(once));
    if (mode !== 0) t.not(memoryHash(once), untouched, "init wrote something, so the comparison can fail");
  });
}
