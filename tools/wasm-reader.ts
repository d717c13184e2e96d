// Reads a WebAssembly binary as far as its budget needs: sections, imports, exports, memory, functions and their names.
//
// In: the bytes of a module. Out: plain objects. It checks lengths, not validity; that is an engine's work.
// Source: WebAssembly Core Specification 1.0, section 5 (binary format), and its appendix on the name section.

export interface Section {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface WasmFunction {
  readonly name: string;
  readonly bytes: number;
}

export interface WasmModule {
  readonly sections: readonly Section[];
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly memory: { readonly minimum: number; readonly maximum: number | undefined };
  readonly functions: readonly WasmFunction[];
}

const SECTION_NAMES = ["custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data"];
const KINDS = ["function", "table", "memory", "global"];

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const value = this.#bytes[this.at];
    if (value === undefined) throw new RangeError(`the module ends inside a value at byte ${this.at}`);
    this.at += 1;
    return value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new RangeError(`a number of more than five bytes at byte ${this.at}`);
  }

  text(): string {
    const length = this.number();
    const start = this.at;
    if (start + length > this.#bytes.length) throw new RangeError(`a text at byte ${start} reaches past the end`);
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(start, this.at));
  }
}

export function readWasm(bytes: Uint8Array): WasmModule {
  if (bytes.subarray(0, 8).join() !== "0,97,115,109,1,0,0,0") throw new Error("not a WebAssembly 1.0 module");
  const sections = readSections(bytes);
  const at = (name: string): Reader | undefined => {
    const section = sections.find((candidate) => candidate.name === name);
    return section && new Reader(bytes, section.start);
  };
  const imports = list(at("import"), readImport);
  const importedFunctions = imports.filter((text) => text.startsWith("function ")).length;
  const names = readNames(at("custom name"), sections);
  return {
    sections,
    imports,
    exports: list(at("export"), readExport),
    memory: list(at("memory"), readLimits)[0] ?? { minimum: 0, maximum: 0 },
    functions: list(at("code"), skipBody).map((size, index) => ({
      name: names.get(index + importedFunctions) ?? `function ${index + importedFunctions}`,
      bytes: size,
    })),
  };
}

/** `start` and `end` are of the content; a custom section is named `custom NAME` and starts behind its name. */
function readSections(bytes: Uint8Array): Section[] {
  const reader = new Reader(bytes, 8);
  const sections: Section[] = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (end > bytes.length) throw new RangeError(`section ${id} reaches past the end`);
    const name = id === 0 ? `custom ${reader.text()}` : (SECTION_NAMES[id] ?? `section ${id}`);
    sections.push({ name, start: reader.at, end });
    reader.at = end;
  }
  return sections;
}

function list<T>(reader: Reader | undefined, read: (reader: Reader) => T): T[] {
  if (!reader) return [];
  return Array.from({ length: reader.number() }, () => read(reader));
}

/** `function MODULE NAME`; other kinds of import do not occur here and are named by their kind. */
function readImport(reader: Reader): string {
  const name = `${reader.text()} ${reader.text()}`;
  const kind = KINDS[reader.byte()] ?? "unknown";
  if (kind === "function") reader.number();
  else if (kind === "memory") readLimits(reader);
  else if (kind === "global") reader.at += 2;
  else throw new Error(`import ${name}: a ${kind} is not read`);
  return `${kind} ${name}`;
}

function readExport(reader: Reader): string {
  const name = reader.text();
  const kind = KINDS[reader.byte()] ?? "unknown";
  reader.number();
  return `${kind} ${name}`;
}

function readLimits(reader: Reader): { minimum: number; maximum: number | undefined } {
  const bounded = (reader.byte() & 1) === 1;
  return { minimum: reader.number(), maximum: bounded ? reader.number() : undefined };
}

/** A function's whole entry, its length field included. */
function skipBody(reader: Reader): number {
  const start = reader.at;
  const bytes = reader.number();
  reader.at += bytes;
  return reader.at - start;
}

function readNames(reader: Reader | undefined, sections: readonly Section[]): Map<number, string> {
  const end = sections.find((section) => section.name === "custom name")?.end ?? 0;
  while (reader && reader.at < end) {
    const id = reader.byte();
    const bytes = reader.number();
    if (id === 1) return new Map(list(reader, (each) => [each.number(), each.text()] as const));
    reader.at += bytes;
  }
  return new Map();
}
