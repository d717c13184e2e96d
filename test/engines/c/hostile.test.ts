// Goal: no host in C believes a pointer, a length or an item of the module, whatever module it is.
// Method: a module that makes every call with every combination of extreme numbers (test/support/hostile-module.ts), in each of the hosts,
// under gcc's sanitizers; and one whose trace is not inside its memory, in the replayer. The Cortex-M3's telephone runs here natively.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import t, { type Test } from "tap";
import { ABI_VERSION, POLL_ENDED } from "../../../hal/abi.js";
import { demoKey } from "../../../host/image/demo.js";
import { StepEnd } from "../../../host/record/format.js";
import { recordsToBytes } from "../../../host/record/json.js";
import { skipWithout } from "../../peers/support/daemon.js";
import { build } from "../../support/core.js";
import { hostileModule } from "../../support/hostile-module.js";
import { SANITIZERS } from "../../support/sanitizers.js";

const WASM2C = process.env["WASM2C"] ?? "/usr/bin/wasm2c";
const WAT2WASM = WASM2C.replace(/wasm2c$/, "wat2wasm");
const isThere = existsSync(WASM2C) || process.env["PEERS_REQUIRED"] === "1";
const skip = skipWithout("gcc", "gcc libc6-dev") || (isThere ? false : `${WASM2C} is not installed (Debian: apt-get install wabt)`);
const ARM = "test/engines/cortex-m3";
/** Longer than the telephone of the Cortex-M3 waits for its login prompt after one more. */
const LONG_US = 1_000_000_000;

const folder = mkdtempSync(join(tmpdir(), "offhook-hostile-"));
t.teardown(() => rmSync(folder, { recursive: true }));

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): { code: number | null; text: string } {
  const all = { ...process.env, ...env, ASAN_OPTIONS: "detect_leaks=0" };
  const { status, stdout, stderr } = spawnSync(command, args, { env: all, input: "", encoding: "utf8", maxBuffer: 64 << 20 });
  return { code: status, text: stdout + stderr };
}

/** The host's program around the module. */
function built(t: Test, name: string, module: string, sources = ""): string {
  const out = `build/engines/hostile-${build}/${name}`;
  mkdirSync(out, { recursive: true });
  const text = join(folder, `${name}.wat`);
  writeFileSync(text, module);
  const wasm = join(folder, `${name}.wasm`);
  t.same(run(WAT2WASM, [text, "-o", wasm]), { code: 0, text: "" });
  const env = { CORE: wasm, OUT: out, WASM2C, ...(sources === "" ? {} : { SOURCES: sources }) };
  const program = sources === "" ? name : `${name}-host`;
  t.same(run("sh", ["test/engines/c/build.sh", program, "-iquote", ARM, ...SANITIZERS], env), { code: 0, text: "" });
  return `${out}/${program}`;
}

function survives(t: Test, program: string, args: readonly string[], said: RegExp): void {
  const { code, text } = run(program, args);
  t.equal(code, 1);
  t.same(/(?:ERROR: |runtime error).*/.exec(text)?.[0], undefined, "the sanitizers are content");
  t.ok(said.test(text), said.source);
}

const key = join(folder, "key.der");
writeFileSync(key, demoKey().spki);

t.test("the telephone on the desktop", { skip }, (t) => {
  const program = built(t, "desktop", hostileModule({ abiVersion: ABI_VERSION, waitUs: 200_000 }));
  const args = ["--flash", join(folder, "chip.bin"), "--key", key, "--server", "127.0.0.1:9", "--seconds", "1"];
  survives(t, program, args, /desktop: the time is over\n/);
  t.end();
});

t.test("the host of the example", { skip }, (t) => {
  const program = built(t, "validate", hostileModule({ abiVersion: ABI_VERSION, waitUs: POLL_ENDED }), "examples/minimal-host.c");
  survives(t, program, [key, key], /not accepted: verdict \d+ /);
  t.end();
});

t.test("the telephone of the Cortex-M3", { skip }, (t) => {
  const sources = ["nor", "site", "telephone"].map((name) => `${ARM}/${name}.c`).join(" ");
  const program = built(t, "telephone", hostileModule({ abiVersion: ABI_VERSION, waitUs: LONG_US }), sources);
  survives(t, program, [key, key, key, "1"], /no login prompt\n/);
  t.end();
});

t.test("the replayer", { skip }, (t) => {
  const program = built(t, "replay", hostileModule({ abiVersion: ABI_VERSION, isQuiet: true }));
  const path = join(folder, "quiet.rec");
  const init = { calls: [], end: StepEnd.Returned, result: 0, traceCount: 0, traceCrc: 0 };
  const runs = [{ name: "quiet", starts: [{ mode: 0, cause: 0, init, polls: [] }] }];
  writeFileSync(path, recordsToBytes({ abiVersion: ABI_VERSION, moduleHash: new Uint8Array(32), kinds: [], runs }));
  survives(t, program, [path], /1 runs differ\n/);
  t.match(run(program, [path]).text, "quiet: start 1, init, trace: it is not inside memory\n");
  t.end();
});
