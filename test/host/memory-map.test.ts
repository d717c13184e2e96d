// Goal: the memory map of docs/EMBEDDING.md is true of both builds. Method: its numbers and lists are read from the page, and compared with
// the modules, with the memory that a whole start-up leaves, and with every range that the calls of a start-up hand over.

import { readFileSync } from "node:fs";
import t from "tap";
import type { HalImports } from "../../hal/contract.js";
import { Board } from "../../host/board.js";
import { instantiateCore } from "../../host/core-loader.js";
import { demoKey } from "../../host/image/demo.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { SHAPES } from "../../host/record/shapes.js";
import { runVirtual } from "../../host/run-loop.js";
import { Session } from "../../host/session.js";
import { demoSite } from "../../host/site/demo.js";
import { readWasm } from "../../tools/wasm-reader.js";
import { build, bytesOf, core } from "../support/core.js";

const page = readFileSync("docs/EMBEDDING.md", "utf8");
const map = page.slice(page.indexOf("## Memory map"), page.indexOf("## Conformance"));

/** The first and last address of the row that says so. */
function rowOf(what: string): [first: number, last: number] {
  const [, first, last] = new RegExp(`^\\| ([\\d,]+) to ([\\d,]+) \\| ${what}`, "m").exec(map)!;
  return [Number(first!.replaceAll(",", "")), Number(last!.replaceAll(",", ""))];
}

/** The calls that the row of this direction names. */
const callsOf = (direction: string): string[] =>
  [...new RegExp(`^\\| ${direction} \\| (.*)$`, "m").exec(map)![1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);

interface Touched {
  readonly memories: WebAssembly.Memory[];
  low: number;
  high: number;
}

/** A start-up of the demonstration, with the span of all that its calls point to. */
function startUp(): Touched & { trace: [number, number] } {
  const touched: Touched = { memories: [], low: Infinity, high: 0 };
  const look = (name: keyof HalImports, args: number[]): void => {
    for (const { pointer, bytes } of [...SHAPES[name].sources, ...SHAPES[name].targets]) {
      const count = bytes(args);
      if (count <= 0) continue;
      touched.low = Math.min(touched.low, args[pointer]! >>> 0);
      touched.high = Math.max(touched.high, (args[pointer]! >>> 0) + count - 1);
    }
  };
  let trace: [number, number] = [0, 0];
  const board = new Board({
    core,
    trust: [demoKey().spki],
    identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler }) }),
    instantiate: (module, imports) => {
      const seen = Object.entries(imports).map(([name, call]) => [name, (...args: number[]) => {
        look(name as keyof HalImports, args);
        return (call as (...args: number[]) => number)(...args);
      }]);
      const instance = instantiateCore(module, Object.fromEntries(seen) as HalImports);
      touched.memories.push(instance.memory);
      trace = [instance.trace_pointer(), instance.trace_bytes()];
      return instance;
    },
  });
  const session = new Session({ board, until: "login", timeoutSeconds: 900 });
  board.powerOn();
  runVirtual(board, () => session.stop);
  return { ...touched, trace };
}

t.test(`the areas of ${build}`, (t) => {
  const [none, trace, own, free] = ["nothing", "the trace", "constants and static buffers", "free"].map(rowOf);
  const { memory } = readWasm(bytesOf(build));
  t.same([memory.minimum, memory.maximum], [4, 4]);
  t.same([none![0], own![0], free![0], free![1]], [0, none![1] + 1, own![1] + 1, 4 * 65536 - 1], "they are all of it");
  const run = startUp();
  t.same([run.trace[0], run.trace[0] + run.trace[1] - 1], trace);
  t.ok(run.memories.length > 1, "more than one start");
  for (const { buffer } of run.memories) {
    t.equal(buffer.byteLength, 4 * 65536, "it has not grown");
    const used = new Uint8Array(buffer);
    t.notOk(used.subarray(none![0], none![1] + 1).some(Boolean), "nothing below");
    t.notOk(used.subarray(free![0]).some(Boolean), "nothing above");
    t.ok(used.subarray(own![1] - 8191, own![1] + 1).some(Boolean), "the border is not far above what is used");
  }
  t.ok(run.low >= own![0] && run.high <= own![1], `calls point to ${run.low} to ${run.high}`);
  t.end();
});

t.test("which calls read, and which write", (t) => {
  const named = (side: "sources" | "targets"): string[] =>
    Object.values(SHAPES).filter((shape) => shape[side].length > 0).map(({ name }) => name);
  t.same(callsOf("reads").sort(), named("sources").sort());
  t.same(callsOf("writes").sort(), named("targets").sort());
  t.end();
});
