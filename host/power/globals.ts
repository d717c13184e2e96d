// The shipped module with its mutable globals exported, so that a machine's whole state can be taken and put back.
//
// In: a module's bytes. Out: the same bytes but for the export section, which lists the globals too; code and data are untouched,
// and a test compares them. It understands no more of WebAssembly than sections and LEB128.

const HEADER_BYTES = 8;
const SECTION_GLOBAL = 6;
const SECTION_EXPORT = 7;
const EXPORT_KIND_GLOBAL = 3;
const OP_END = 0x0b;
const OP_I32_CONST = 0x41;
const OP_I64_CONST = 0x42;
const OP_F32_CONST = 0x43;
const OP_F64_CONST = 0x44;

export const GLOBAL_PREFIX = "state ";

/** Adds an export for each mutable global. The module imports no globals. */
export function exportGlobals(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [module.subarray(0, HEADER_BYTES)];
  let names: number[] = [];
  for (let at = HEADER_BYTES; at < module.length; ) {
    const id = module[at]!;
    const [bytes, start] = readLeb(module, at + 1);
    const body = module.subarray(start, start + bytes);
    if (id === SECTION_GLOBAL) names = mutableGlobals(body);
    if (id === SECTION_EXPORT) {
      const longer = withExports(body, names);
      parts.push(Uint8Array.of(id), leb(longer.length), longer);
    } else {
      parts.push(module.subarray(at, start + bytes));
    }
    at = start + bytes;
  }
  return joined(parts);
}

/** The bodies of the sections of one kind, for comparisons. */
export function sectionsOf(module: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  for (let at = HEADER_BYTES; at < module.length; ) {
    const [bytes, start] = readLeb(module, at + 1);
    sections.set(module[at]!, module.subarray(start, start + bytes));
    at = start + bytes;
  }
  return sections;
}

function mutableGlobals(section: Uint8Array): number[] {
  const found: number[] = [];
  const [count, first] = readLeb(section, 0);
  for (let index = 0, at = first; index < count; index++) {
    if (section[at + 1] === 1) found.push(index);
    at = skipInit(section, at + 2);
  }
  return found;
}

/** Behind a constant expression: one constant, then the end. */
function skipInit(section: Uint8Array, at: number): number {
  const op = section[at]!;
  let end = at + 1;
  if (op === OP_I32_CONST || op === OP_I64_CONST) while ((section[end++]! & 0x80) !== 0);
  else if (op === OP_F32_CONST) end += 4;
  else if (op === OP_F64_CONST) end += 8;
  if (section[end] !== OP_END) throw new TypeError("a global of the module does not begin as a constant");
  return end + 1;
}

function withExports(section: Uint8Array, globals: readonly number[]): Uint8Array {
  const [count, first] = readLeb(section, 0);
  const entries = globals.flatMap((index) => {
    const name = new TextEncoder().encode(`${GLOBAL_PREFIX}${index}`);
    return [leb(name.length), name, Uint8Array.of(EXPORT_KIND_GLOBAL), leb(index)];
  });
  return joined([leb(count + globals.length), section.subarray(first), ...entries]);
}

function readLeb(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return [value >>> 0, at];
  }
}

function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
