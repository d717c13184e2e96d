// A module in the core's place that examines its host: it makes calls, compares what they answer, and stops at the first wrong answer.
//
// Out: WebAssembly text with the core's imports and exports. A wrong answer is told by `sys_panic`: the number of the question, and in the
// place of the line what was answered. Each instance has questions of its own: the host must keep `sys_retained` and tell the cause.

import { Status } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import { SHAPES } from "../../host/record/shapes.js";

type Call = readonly [name: keyof HalImports, ...args: readonly number[]];

/**
 * `now`: the answer is this. `soon`: it comes to be, and is 0 or pending before. `memory`: these bytes stand there. `filled`: a word there
 * is not zero.
 */
export type Question = { readonly call: Call; readonly now: number } | { readonly call: Call; readonly soon: number } |
  { readonly at: number; readonly memory: string } | { readonly at: number; readonly filled: true };

export interface Examination {
  readonly abiVersion: number;
  /** Texts in memory before the start. */
  readonly texts: Readonly<Record<number, string>>;
  /** Of each instance in turn: the cause that it must be started with, its questions, and how it ends. */
  readonly instances: readonly { readonly cause: number; readonly questions: readonly Question[]; readonly end: Call | "trap" }[];
}

/** Where the count of instances is kept between two calls. */
const COUNT_AT = 0xf000;
/** Calls before a thing that should come soon has not come: some seconds. */
const PATIENCE = 3_000_000;

export function examiningModule({ abiVersion, texts, instances }: Examination): string {
  const imports = Object.values(SHAPES).map(({ name, arguments: { length } }) =>
    `(import "hal" "${name}" (func $${name} ${length === 0 ? "" : `(param${" i32".repeat(length)})`} (result i32)))`);
  const data = Object.entries(texts).map(([at, text]) => `(data (i32.const ${at}) "${escaped(text)}")`);
  return `(module ${imports.join("\n")} (memory (export "memory") 4 4) ${data.join("\n")}
    (global $cause (mut i32) (i32.const -1))
    (func (export "core_start")) (func (export "abi_version") (result i32) (i32.const ${abiVersion}))
    (func (export "trace_pointer") (result i32) (i32.const 0)) (func (export "trace_bytes") (result i32) (i32.const 16))
    (func (export "init") (param i32 i32) (global.set $cause (local.get 1)))
    (func $wrong (param i32 i32) (drop (call $sys_panic (local.get 0) (local.get 1) (i32.const 0) (i32.const 0))) unreachable)
    (func $same (param i32 i32 i32) (if (i32.ne (local.get 1) (local.get 2)) (then (call $wrong (local.get 0) (local.get 1)))))
    (func (export "poll") (param i32) (result i32) (local $answer i32) (local $patience i32)
      (drop (call $sys_retained (i32.const 0) (i32.const ${COUNT_AT}) (i32.const 4)))
      ${instances.map(instance).join("\n")}
      unreachable))`;
}

function instance({ cause, questions, end }: Examination["instances"][number], number: number): string {
  const asked = questions.map((question, index) => ask(question, 100 * number + index + 1)).join("\n");
  const last = end === "trap" ? "unreachable" : `(drop ${called(end)}) (return (i32.const 0))`;
  return `(if (i32.eq (i32.load (i32.const ${COUNT_AT})) (i32.const ${number})) (then
    (i32.store (i32.const ${COUNT_AT}) (i32.const ${number + 1}))
    (drop (call $sys_retained (i32.const 1) (i32.const ${COUNT_AT}) (i32.const 4)))
    (call $same (i32.const ${100 * number}) (global.get $cause) (i32.const ${cause}))
    ${asked} ${last}))`;
}

function ask(question: Question, number: number): string {
  if ("memory" in question) {
    return [...Buffer.from(question.memory, "latin1")].map((byte, index) =>
      `(call $same (i32.const ${number}) (i32.load8_u (i32.const ${question.at + index})) (i32.const ${byte}))`).join("\n");
  }
  if ("filled" in question) {
    return `(if (i32.eqz (i32.load (i32.const ${question.at}))) (then (call $wrong (i32.const ${number}) (i32.const 0))))`;
  }
  if ("now" in question) return `(call $same (i32.const ${number}) ${called(question.call)} (i32.const ${question.now}))`;
  return `(local.set $patience (i32.const ${PATIENCE}))
    (block $came (loop $again
      (local.set $answer ${called(question.call)})
      (br_if $came (i32.eq (local.get $answer) (i32.const ${question.soon})))
      (if (i32.and (i32.ne (local.get $answer) (i32.const 0)) (i32.ne (local.get $answer) (i32.const ${Status.Pending})))
        (then (call $wrong (i32.const ${number}) (local.get $answer))))
      (local.set $patience (i32.sub (local.get $patience) (i32.const 1)))
      (br_if $again (local.get $patience)))
      (call $wrong (i32.const ${number}) (local.get $answer)))`;
}

const called = ([name, ...args]: Call): string => `(call $${name} ${args.map((value) => `(i32.const ${value})`).join(" ")})`;

const escaped = (text: string): string => Buffer.from(text, "latin1").toString("hex").replace(/../g, "\\$&");
