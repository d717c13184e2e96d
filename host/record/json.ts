// Recorded runs as JSON, for people and for engines that would rather not read the binary form: the same parts under their names.
//
// In: a record file that was read, or text. Out: text, or the record file; a `RecordError` names what is wrong. Equal steps and equal spans
// stand once, as in the binary form; bytes are base64. docs/EMBEDDING.md shows it.

import { RecordError } from "./byte-source.js";
import { ARGUMENT_COUNT_MAX, SPAN_COUNT_MAX, StepEnd, type CallKind, type RecordedCall, type RecordFile, type Run, type Span, type Start,
  type Step } from "./format.js";
import { checkedRuns } from "./reader.js";
import { RecordWriter } from "./writer.js";

export const JSON_FORMAT = "offhook-records";
const JSON_VERSION = 1;

/** A call: its kind, arguments, result, then sources and targets as pairs of argument and span. */
type CallText = readonly [
  kind: number, args: readonly number[], result: number, sources: readonly number[][], targets: readonly number[][],
];

interface StepText {
  readonly calls: readonly CallText[];
  readonly end: "returned" | "trapped";
  readonly result: number;
  readonly traceCount: number;
  readonly traceCrc: number;
}

/** Numbers things, each once. */
class Numbers<Thing> {
  readonly items: Thing[] = [];
  readonly #known = new Map<string, number>();

  of(key: string, thing: Thing): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.items.length);
    return this.items.push(thing) - 1;
  }
}

/** One line for each span, step and run, so that two versions can be compared. */
export function recordsToJson(file: RecordFile): string {
  const spans = new Numbers<string>();
  const steps = new Numbers<StepText>();
  const span = ({ argument, bytes }: Span): number[] => {
    const text = base64Of(bytes);
    return [argument, spans.of(text, text)];
  };
  const call = ({ kind, arguments: args, result, sources, targets }: RecordedCall): CallText =>
    [file.kinds.findIndex(({ name }) => name === kind.name), args, result, sources.map(span), targets.map(span)];
  const step = ({ calls, end, result, traceCount, traceCrc }: Step): number => {
    const text: StepText = { calls: calls.map(call), end: end === StepEnd.Returned ? "returned" : "trapped", result, traceCount, traceCrc };
    return steps.of(JSON.stringify(text), text);
  };
  const runs = file.runs.map(({ name, starts }) => ({
    name,
    starts: starts.map(({ mode, cause, init, polls }) =>
      ({ mode, cause, init: step(init), polls: polls.map((poll) => [poll.nowUs, step(poll.step)]) })),
  }));
  const lines = (items: readonly unknown[]): string => `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  return `{"format":"${JSON_FORMAT}","version":${JSON_VERSION},"abi":${file.abiVersion},"module":"${hexOf(file.moduleHash)}",\n` +
    `"kinds":${lines(file.kinds)},\n"spans":${lines(spans.items)},\n"steps":${lines(steps.items)},\n"runs":${lines(runs)}}\n`;
}

/** Throws a `RecordError` for what is no such text. */
export function recordsFromJson(text: string): RecordFile {
  let value: Loose;
  try {
    value = JSON.parse(text) as Loose;
  } catch (error) {
    throw new RecordError(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (value?.["format"] !== JSON_FORMAT || value["version"] !== JSON_VERSION) {
    throw new RecordError(`not recorded runs: "format" is not "${JSON_FORMAT}", "version" not ${JSON_VERSION}`);
  }
  const kinds = listOf(value["kinds"], "kinds").map(readKind);
  const spans = listOf(value["spans"], "spans").map((span, index) => bytesOf(span, `spans[${index}]`));
  const steps = listOf(value["steps"], "steps").map((step, index) => readStep(step, `steps[${index}]`, kinds, spans));
  const runs = listOf(value["runs"], "runs").map((run, index) => readRun(run, `runs[${index}]`, steps));
  return { abiVersion: numberOf(value["abi"], "abi"), moduleHash: hashOf(value["module"]), kinds, runs: checkedRuns(runs) };
}

/** The binary form of a record file that was read from JSON. */
export function recordsToBytes(file: RecordFile): Uint8Array {
  const writer = new RecordWriter(file);
  for (const { name, starts } of file.runs) {
    const run = writer.run(name);
    for (const { mode, cause, init, polls } of starts) {
      const start = run.start(mode, cause, init);
      for (const { nowUs, step } of polls) start.poll(nowUs, step);
    }
  }
  return writer.file();
}

// ---- Reading: every part is looked at before it is used.

type Loose = Readonly<Record<string, unknown>> | null | undefined;

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new RecordError(`${where} is no list`);
  return value;
}

function numberOf(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isInteger(value)) throw new RecordError(`${where} is no whole number`);
  return value;
}

function textOf(value: unknown, where: string): string {
  if (typeof value !== "string") throw new RecordError(`${where} is no text`);
  return value;
}

function oneOf<Thing>(list: readonly Thing[], value: unknown, where: string): Thing {
  const index = numberOf(value, where);
  if (index < 0 || index >= list.length) throw new RecordError(`${where} is ${index}, of ${list.length}`);
  return list[index]!;
}

function membersOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new RecordError(`${where} has no members`);
  return value as Record<string, unknown>;
}

function readKind(value: unknown, index: number): CallKind {
  const { name, arguments: args } = membersOf(value, `kinds[${index}]`);
  const list = listOf(args, `kinds[${index}].arguments`);
  if (list.length > ARGUMENT_COUNT_MAX) throw new RecordError(`kinds[${index}] has ${list.length} arguments`);
  return {
    name: textOf(name, `kinds[${index}].name`),
    arguments: list.map((argument) => {
      const { name: own, isPointer } = membersOf(argument, `kinds[${index}] argument`);
      return { name: textOf(own, `kinds[${index}] argument`), isPointer: isPointer === true };
    }),
  };
}

function readStep(value: unknown, where: string, kinds: readonly CallKind[], spans: readonly Uint8Array[]): Step {
  const step: { readonly [Name in keyof StepText]?: unknown } = membersOf(value, where);
  const end = step.end === "returned" ? StepEnd.Returned : step.end === "trapped" ? StepEnd.Trapped : undefined;
  if (end === undefined) throw new RecordError(`${where}.end is neither "returned" nor "trapped"`);
  return {
    calls: listOf(step.calls, `${where}.calls`).map((call, index) => readCall(call, `${where}.calls[${index}]`, kinds, spans)), end,
    result: numberOf(step.result, `${where}.result`),
    traceCount: numberOf(step.traceCount, `${where}.traceCount`), traceCrc: numberOf(step.traceCrc, `${where}.traceCrc`),
  };
}

function readCall(value: unknown, where: string, kinds: readonly CallKind[], spans: readonly Uint8Array[]): RecordedCall {
  const [kindAt, args, result, sources, targets] = listOf(value, where);
  const kind = oneOf(kinds, kindAt, `${where} kind`);
  const span = (pair: unknown): Span => {
    const [argument, at] = listOf(pair, `${where} span`);
    if (oneOf(kind.arguments, argument, `${where} argument`).isPointer !== true) throw new RecordError(`${where}: a span of no pointer`);
    return { argument: argument as number, bytes: oneOf(spans, at, `${where} span`) };
  };
  const given = listOf(args, `${where} arguments`).map((argument) => numberOf(argument, `${where} argument`));
  const [read, written] = [listOf(sources, `${where} sources`).map(span), listOf(targets, `${where} targets`).map(span)];
  if (given.length !== kind.arguments.length || read.length + written.length > SPAN_COUNT_MAX) {
    throw new RecordError(`${where}: ${given.length} arguments and ${read.length + written.length} spans for ${kind.name}`);
  }
  return { kind, arguments: given, result: numberOf(result, `${where} result`), sources: read, targets: written };
}

function readRun(value: unknown, where: string, steps: readonly Step[]): Run {
  const { name, starts } = membersOf(value, where);
  return { name: textOf(name, `${where}.name`), starts: listOf(starts, `${where}.starts`).map((start) => readStart(start, where, steps)) };
}

function readStart(value: unknown, where: string, steps: readonly Step[]): Start {
  const { mode, cause, init, polls } = membersOf(value, where);
  return {
    mode: numberOf(mode, `${where} mode`), cause: numberOf(cause, `${where} cause`), init: oneOf(steps, init, `${where} init`),
    polls: listOf(polls, `${where} polls`).map((poll) => {
      const [nowUs, step] = listOf(poll, `${where} poll`);
      return { nowUs: numberOf(nowUs, `${where} poll`), step: oneOf(steps, step, `${where} poll`) };
    }),
  };
}

function bytesOf(value: unknown, where: string): Uint8Array {
  const text = textOf(value, where);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new RecordError(`${where} is no base64`);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function hashOf(value: unknown): Uint8Array {
  const text = textOf(value, "module");
  if (!/^[0-9a-f]{64}$/.test(text)) throw new RecordError("module is no SHA-256");
  return Uint8Array.from(text.match(/../g)!, (byte) => Number.parseInt(byte, 16));
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
