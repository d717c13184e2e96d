// A module in the core's place that believes in nothing: it calls every call of the contract with arguments that no core would give.
//
// Out: WebAssembly text with the core's imports and exports. Each `poll` makes every call with every combination of extreme numbers, so
// that a host which reads or writes where it is told to is caught by a sanitizer. Its trace lies outside its memory.

import { SHAPES } from "../../host/record/shapes.js";

const PAGE_COUNT = 4;
const MEMORY_BYTES = PAGE_COUNT * 65_536;
/** As signed numbers; the last are good for most calls, so that what is refused is asked for first. */
const EXTREMES = [-2147483648, 2147483647, MEMORY_BYTES + 1, MEMORY_BYTES, MEMORY_BYTES - 1, -1, 65_535, 256, 1, 0];
/** With more arguments the combinations grow too many. */
const FEW = [-2147483648, 2147483647, MEMORY_BYTES - 1, -1, 8];
const MANY_ARGUMENTS = 4;

const nothing = "(i32.const 0)";

/** `poll` returns what `waitUs` says; `isQuiet` makes no calls. */
export function hostileModule({ abiVersion, isQuiet = false, waitUs = 1000 }:
{ readonly abiVersion: number; readonly isQuiet?: boolean; readonly waitUs?: number }): string {
  const shapes = Object.values(SHAPES);
  const imports = shapes.map(({ name, arguments: { length } }) =>
    `(import "hal" "${name}" (func $${name} ${length === 0 ? "" : `(param${" i32".repeat(length)})`} (result i32)))`);
  const attacks = shapes.map(({ name, arguments: { length } }) => `(func $try_${name} ${locals(length)} ${loops(name, length)})`);
  const all = isQuiet ? "" : shapes.map(({ name }) => `(call $try_${name})`).join(" ");
  return `(module ${imports.join("\n")}
    (memory (export "memory") ${PAGE_COUNT} ${PAGE_COUNT})
    ${attacks.join("\n")}
    (func (export "core_start"))
    (func (export "abi_version") (result i32) (i32.const ${abiVersion}))
    (func (export "init") (param i32 i32))
    (func (export "poll") (param i32) (result i32) ${all} (i32.const ${waitUs}))
    (func (export "trace_pointer") (result i32) (i32.const -16))
    (func (export "trace_bytes") (result i32) (i32.const 2056))
    (func $nth (param i32) (result i32) ${chosen(EXTREMES)})
    (func $nth_of_few (param i32) (result i32) ${chosen(FEW)}))`;
}

const locals = (count: number): string => (count === 0 ? "" : `(local${" i32".repeat(count)})`);

/** The number of that place, as nested selects. */
function chosen(values: readonly number[]): string {
  return values.reduceRight((rest, value, index) =>
    `(select (i32.const ${value}) ${rest} (i32.eq (local.get 0) (i32.const ${index})))`, nothing);
}

/** A loop for each argument around the call; flash is asked how it is doing meanwhile, so that it is not busy for ever. */
function loops(name: string, count: number): string {
  const [nth, values] = count > MANY_ARGUMENTS ? ["$nth_of_few", FEW] : ["$nth", EXTREMES];
  const args = Array.from({ length: count }, (_, index) => `(call ${nth} (local.get ${index}))`).join(" ");
  const call = `(drop (call $${name} ${args})) (drop (call $flash_poll))`;
  return Array.from({ length: count }, (_, index) => index).reduceRight((body, index) => `(local.set ${index} ${nothing})
    (loop $l${index} ${body}
      (local.set ${index} (i32.add (local.get ${index}) (i32.const 1)))
      (br_if $l${index} (i32.lt_u (local.get ${index}) (i32.const ${values.length}))))`, call);
}
