// Goal: both builds of the core behave the same, to the last event, trace entry and byte of flash; the loader takes the right one.
// Method: the demonstration's start-up on each, everything compared; modules that this runtime does not accept.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";
import { Status } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import { Board } from "../../host/board.js";
import { readCore } from "../../host/cli/core-file.js";
import { UsageError } from "../../host/cli/usage.js";
import { chooseCore, instantiateCore } from "../../host/core-loader.js";
import { demoKey } from "../../host/image/demo.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { runVirtual } from "../../host/run-loop.js";
import { Session } from "../../host/session.js";
import { demoSite } from "../../host/site/demo.js";
import { coreOf } from "../support/core.js";

/** Where a build keeps its trace ring: the same place in every instance. */
function traceOf(core: WebAssembly.Module): (memory: WebAssembly.Memory) => string {
  const refused = Object.fromEntries(WebAssembly.Module.imports(core).map(({ name }) => [name, () => Status.Unsupported]));
  const scratch = instantiateCore(core, refused as unknown as HalImports);
  const [ptr, bytes] = [scratch.trace_pointer(), scratch.trace_bytes()];
  return (memory) => Buffer.from(memory.buffer, ptr, bytes).toString("hex");
}

function startUp(core: WebAssembly.Module): Record<string, unknown> {
  const board = new Board({
    core,
    trust: [demoKey().spki],
    identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler }) }),
  });
  const memories: WebAssembly.Memory[] = [];
  const { binding } = board;
  const attach = binding.attach.bind(binding);
  binding.attach = (memory) => {
    memories.push(memory);
    attach(memory);
  };
  const session = new Session({ board, until: "login", timeoutSeconds: 900 });
  board.powerOn();
  runVirtual(board, () => session.stop);
  const { end } = session.finish();
  const flash = new Uint8Array(0x1000000);
  for (let offset = 0; offset < flash.length; offset += 0x10000) board.flash.read(offset, flash.subarray(offset, offset + 0x10000));
  return {
    end,
    events: board.log.events.map((event) => JSON.stringify(event)),
    traces: memories.map(traceOf(core)),
    flash: createHash("sha256").update(flash).digest("hex"),
    counters: board.flash.counters,
    polls: board.pollCount,
    calls: binding.callCount,
  };
}

t.test("a whole start-up is the same on both builds", (t) => {
  const [mvp, simd] = [startUp(coreOf("mvp")), startUp(coreOf("simd"))];
  t.match(mvp, { end: { ok: true } });
  t.ok((mvp["events"] as unknown[]).length > 100, "there is something to compare");
  t.ok((mvp["traces"] as string[]).length > 1, "the update restarts the telephone");
  t.notMatch((mvp["traces"] as string[])[0], /^0{16}/, "the trace has entries");
  for (const part of Object.keys(mvp)) t.strictSame(simd[part], mvp[part], part);
  t.end();
});

t.test("the loader takes the build with vectors where the runtime accepts it", (t) => {
  const [mvp, simd] = [new Uint8Array(readFileSync("build/core.wasm")), new Uint8Array(readFileSync("build/core.simd.wasm"))];
  t.not(Buffer.compare(mvp, simd), 0, "the builds differ");
  const tooNew = Uint8Array.from(simd);
  tooNew[4] = 2; // A version of WebAssembly that no runtime knows.
  const taken: unknown[] = [];
  const { validate } = WebAssembly;
  t.intercept(WebAssembly, "validate", { value: (bytes: BufferSource) => (taken.push(bytes), validate(bytes)) });
  chooseCore(simd, mvp);
  t.equal(taken.at(-1), simd);
  chooseCore(tooNew, mvp);
  t.equal(taken.at(-1), mvp, "else the other one");
  t.throws(() => chooseCore(tooNew, tooNew), { message: /not a WebAssembly module/ });
  t.end();
});

t.test("OFFHOOK_BUILD names a build", (t) => {
  t.ok(readCore("mvp"));
  t.ok(readCore("simd"));
  t.throws(() => readCore("fast"), new UsageError("OFFHOOK_BUILD=fast: there are mvp and simd"));
  t.end();
});
