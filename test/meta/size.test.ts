// Goal: the size report tells the truth, and each budget is enforced.
// Method: modules assembled by wabt, an independent tool, with known sizes; then each budget crossed alone.

import t from "tap";
import wabt from "wabt";
import { type Budget, complaints, filesOf, report } from "../../tools/size.js";
import { readWasm } from "../../tools/wasm-reader.js";

const { parseWat } = await wabt();

function assemble(text: string, names = false): Uint8Array {
  return parseWat("test.wat", text).toBinary({ write_debug_names: names }).buffer;
}

const WAT = `(module
  (import "hal" "eth_link" (func $hal/link (param i32) (result i32)))
  (memory (export "memory") 2 2)
  (data (i32.const 8) "0123456789")
  (func $core/net/link/linkGet (result i32) (call $hal/link (i32.const 0)))
  (func $core/net/link/linkPoll)
  (func $core/main/poll (export "poll") (result i32) (call $core/net/link/linkGet)))`;

/** Exactly what the module has. */
const BUDGET: Budget = { bytes: assemble(WAT).length, simdBytes: assemble(WAT).length, pages: 2, filePermille: 700 };

t.test("a module is read", (t) => {
  const module = readWasm(assemble(WAT, true));
  t.strictSame(module.imports, ["function hal eth_link"]);
  t.strictSame(module.exports, ["memory memory", "function poll"]);
  t.strictSame(module.memory, { minimum: 2, maximum: 2 });
  // A body: length, count of locals, code, end. `linkGet` has i32.const 0 and call 0; `poll` a call.
  t.strictSame(module.functions, [
    { name: "core/net/link/linkGet", bytes: 7 },
    { name: "core/net/link/linkPoll", bytes: 3 },
    { name: "core/main/poll", bytes: 5 },
  ]);
  t.strictSame(filesOf(module.functions), [
    { name: "core/net/link.ts", bytes: 10 },
    { name: "core/main.ts", bytes: 5 },
  ]);
  const sections = module.sections.map((section) => section.name);
  t.strictSame(sections, ["type", "import", "function", "memory", "export", "code", "data", "custom name"]);
  t.strictSame(readWasm(assemble(WAT)).functions.map((each) => each.name), ["function 1", "function 2", "function 3"]);
  t.end();
});

t.test("every truncation is refused or is a shorter list of whole sections", (t) => {
  const whole = assemble(WAT, true);
  const ends = readWasm(whole).sections.map((section) => section.end);
  for (let bytes = 0; bytes < whole.length; bytes++) {
    const read = (): unknown => readWasm(whole.subarray(0, bytes));
    if (bytes === 8 || ends.includes(bytes)) t.doesNotThrow(read, `${bytes} bytes`);
    else t.throws(read, `${bytes} bytes`);
  }
  t.end();
});

t.test("the report names the largest functions and files", (t) => {
  const lines = report(assemble(WAT), readWasm(assemble(WAT, true)), BUDGET);
  t.equal(lines[0], `build/core.wasm: ${BUDGET.bytes} of ${BUDGET.bytes} bytes, 2 of 2 pages of memory`);
  const start = lines.indexOf("largest of 3 functions:");
  t.equal(lines[start + 1], "        7  core/net/link/linkGet");
  t.equal(lines.at(-2), "       10  core/net/link.ts");
  t.end();
});

t.test("each budget is enforced alone", (t) => {
  const check = (budget: Partial<Budget>, wat = WAT, namedWat = wat): string[] =>
    complaints(assemble(wat), assemble(namedWat, true), assemble(WAT), { ...BUDGET, ...budget });
  t.strictSame(check({}), []);
  t.strictSame(check({ bytes: BUDGET.bytes - 1 }), [`${BUDGET.bytes} bytes, budget ${BUDGET.bytes - 1}`]);
  t.strictSame(check({ simdBytes: 10 }), [`with vectors ${BUDGET.bytes} bytes, budget 10`]);
  t.strictSame(check({ pages: 1 }), ["2 pages of static memory, budget 1"]);
  t.strictSame(check({ filePermille: 600 }), ["core/net/link.ts has 10 of 16 bytes of code, budget 600 permille"]);
  t.match(check({}, WAT.replace("2 2", "2 3")), [/^memory can grow: 2 to 3 pages$/]);
  t.match(check({}, WAT, WAT.replace("i32.const 0", "i32.const 1")), [/not the code that ships/]);
  t.end();
});
