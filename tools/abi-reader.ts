// Reads the contract out of its sources: hal/*.ts, and the exports of core/main.ts.
//
// In: the text of the files. Out: plain objects, in the order of the source.
// It reads exactly the form that the contract is written in (a JSDoc block, `@external`, `export declare function`)
// and refuses anything else by file and line, so that a call can never be left out of the pages made from it.

export interface Argument {
  readonly name: string;
  readonly type: string;
}

export interface Call {
  readonly name: string;
  readonly source: string;
  readonly arguments: readonly Argument[];
  readonly result: string;
  readonly promise: readonly string[];
}

export interface Peripheral {
  readonly file: string;
  readonly title: string;
  readonly calls: readonly Call[];
}

export interface Constant {
  readonly name: string;
  readonly value: number;
  readonly doc: readonly string[];
}

export interface Enumeration {
  readonly name: string;
  readonly doc: readonly string[];
  readonly members: readonly Constant[];
}

export interface Numbers {
  readonly constants: readonly Constant[];
  readonly enumerations: readonly Enumeration[];
}

export interface Abi {
  readonly peripherals: readonly Peripheral[];
  readonly numbers: Numbers;
  readonly events: Numbers;
  readonly exports: readonly Call[];
}

const DOC = String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n`;
const SIGNATURE = String.raw`function (\w+)\(([^)]*)\): (\w+)`;
const TYPES = new Set(["i32", "u32", "usize"]);

/** One peripheral's file: its heading and its calls. */
export function readPeripheral(file: string, text: string): Peripheral {
  const title = /^\/\/ (.+)/.exec(text)?.[1] ?? "";
  if (title === "") throw new Error(`${file}:1: the first line is a comment that names the peripheral`);
  const pattern = new RegExp(`${DOC}@external\\("hal", "(\\w+)"\\)\nexport declare ${SIGNATURE};`, "g");
  const calls = [...text.matchAll(pattern)].map((match) => {
    const [, doc, name, source, list, result] = match as unknown as string[];
    return { name: name!, source: source!, arguments: readArguments(file, list!), result: result!, promise: readDoc(doc!) };
  });
  checkEachDeclarationRead(file, text, calls);
  for (const call of calls) checkCall(file, call);
  return { file, title, calls };
}

function readArguments(file: string, list: string): Argument[] {
  const parts = list.split(",").map((part) => part.trim()).filter((part) => part !== "");
  return parts.map((part) => {
    const match = /^(\w+): (\w+)$/.exec(part);
    if (!match || !TYPES.has(match[2]!)) throw new Error(`${file}: argument "${part}": expected NAME: i32, u32 or usize`);
    return { name: match[1]!, type: match[2]! };
  });
}

function readDoc(doc: string): string[] {
  return doc.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim()).filter((line) => line !== "");
}

/** A declaration that the pattern did not match is an error, not an omission. */
function checkEachDeclarationRead(file: string, text: string, calls: readonly Call[]): void {
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    const name = /declare function (\w+)/.exec(line)?.[1] ?? /^@external\(.*"(\w+)"\)/.exec(line)?.[1];
    if (name === undefined || calls.some((call) => call.source === name || call.name === name)) return;
    throw new Error(`${file}:${index + 1}: ${name}: expected a JSDoc block, @external("hal", "name"), export declare function`);
  });
}

function checkCall(file: string, call: Call): void {
  const expected = `hal${call.name.split("_").map((word) => word[0]!.toUpperCase() + word.slice(1)).join("")}`;
  if (call.source !== expected) throw new Error(`${file}: ${call.name} is called ${call.source} in source: expected ${expected}`);
  if (call.promise.length === 0) throw new Error(`${file}: ${call.name} promises nothing: write its JSDoc`);
  if (call.result !== "i32") throw new Error(`${file}: ${call.name} returns ${call.result}: every result is an i32`);
}

/** The exported functions of core/main.ts that have a documentation block. */
export function readExports(file: string, text: string): Call[] {
  const pattern = new RegExp(`${DOC}export ${SIGNATURE} \\{`, "g");
  const calls = [...text.matchAll(pattern)].map((match) => {
    const [, doc, name, list, result] = match as unknown as string[];
    return { name: name!, source: name!, arguments: readArguments(file, list!), result: result!, promise: readDoc(doc!) };
  });
  for (const [, name] of text.matchAll(/^export function (\w+)/gm)) {
    if (!calls.some((call) => call.name === name)) throw new Error(`${file}: export ${name} has no JSDoc block`);
  }
  return calls;
}

/** The constants and enumerations of hal/abi.ts or hal/events.ts. */
export function readNumbers(file: string, text: string): Numbers {
  const constants: Constant[] = [];
  const enumerations: { name: string; doc: string[]; members: Constant[] }[] = [];
  let doc: string[] = [];
  let inside: Constant[] | undefined;
  text.split("\n").forEach((line, index) => {
    const place = `${file}:${index + 1}`;
    const start = /^export enum (\w+) \{$/.exec(line);
    const value = /^(?:export const ([A-Z][A-Z0-9_]*) = (\S+);|  (\w+) = (\S+),)$/.exec(line);
    const short = /^export enum (\w+) \{ ([^}]+) \}$/.exec(line);
    if (short) {
      const members = short[2]!.split(", ").map((member) => /^(\w+) = (\S+)$/.exec(member));
      if (members.includes(null)) throw new Error(`${place}: expected NAME = VALUE between commas, got: ${line}`);
      enumerations.push({ name: short[1]!, doc, members: members.map((member) => readConstant(place, member!, [])) });
    } else if (start) {
      inside = [];
      enumerations.push({ name: start[1]!, doc, members: inside });
    } else if (value) {
      (value[1] ? constants : enumerationAt(inside, place)).push(readConstant(place, value, doc));
    } else if (line === "}") inside = undefined;
    else if (!isCommentLine(line)) throw new Error(`${place}: expected an enum, a member or a constant, got: ${line}`);
    doc = isCommentLine(line) && line !== "" ? [...doc, ...readDoc(line.replace(/^\s*\/\*\*|\*\/$/g, ""))] : [];
    if (line.startsWith("//")) doc = [];
  });
  return { constants, enumerations };
}

function isCommentLine(line: string): boolean {
  return line === "" || /^\s*(\/\/|\/\*\*|\*)/.test(line);
}

function enumerationAt(inside: Constant[] | undefined, place: string): Constant[] {
  if (!inside) throw new Error(`${place}: a member outside an enum`);
  return inside;
}

/** Values stay within 31 bits: a larger literal is negative in AssemblyScript and positive in TypeScript. */
function readConstant(place: string, match: RegExpExecArray, doc: readonly string[]): Constant {
  const value = Number(match[2] ?? match[4]);
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fffffff) throw new Error(`${place}: expected an integer of 31 bits`);
  return { name: match[1] ?? match[3]!, value, doc };
}
