// ASN.1 as far as certificates and CMS need it: writes DER, reads DER and the indefinite lengths of BER (X.690).
//
// In: bytes that anybody may have sent. Out: a tree whose every element knows its own bytes, because a signature covers the bytes
// that were sent and not those that somebody would write again. Depth, count and lengths are bounded; what breaks a rule throws
// `MalformedError`. Lengths are minimal, tags have one byte, nothing follows the last element.

export const TAG = {
  boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, null: 0x05, oid: 0x06, utf8String: 0x0c, printableString: 0x13,
  ia5String: 0x16, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, set: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;
/** The deepest message that is needed has about a dozen levels. */
export const DEPTH_MAX = 24;
/** A CertRep with its chain has a few hundred elements. */
export const ELEMENT_COUNT_MAX = 8192;

/** The bytes are not what they should be; the message says where it was noticed. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

export interface Element {
  readonly tag: number;
  /** What is inside, without the header and the mark of an indefinite end. */
  readonly content: Uint8Array;
  /** The element with its header. */
  readonly whole: Uint8Array;
  /** Of a constructed one. */
  readonly parts: readonly Element[];
}

/** Context-specific tag of a number, of a constructed element unless told otherwise. */
export function context(number: number, constructed = true): number {
  return 0x80 | number | (constructed ? CONSTRUCTED : 0);
}

/** One element from the given contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const bytes = contents.reduce((sum, { length }) => sum + length, 0);
  return joined(Uint8Array.of(tag, ...lengthOctets(bytes)), ...contents);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function lengthOctets(bytes: number): number[] {
  if (bytes < 0x80) return [bytes];
  const octets: number[] = [];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** SET OF: its elements stand in the order of their bytes (X.690 §11.6). */
export function derSetOf(tag: number, elements: readonly Uint8Array[]): Uint8Array {
  return der(tag, ...[...elements].sort(compareBytes));
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const index = left.findIndex((byte, at) => byte !== right[at]);
  return index < 0 ? left.length - right.length : left[index]! - (right[index] ?? -1);
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Reads exactly one element. */
export function parseDer(bytes: Uint8Array): Element {
  const reader = new Reader(bytes);
  const element = reader.element(0, 0);
  if (element.whole.length !== bytes.length) throw new MalformedError("bytes after the last element");
  return element;
}

class Reader {
  readonly #bytes: Uint8Array;
  #left = ELEMENT_COUNT_MAX;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  element(start: number, depth: number, limit = this.#bytes.length): Element {
    if (depth > DEPTH_MAX) throw new MalformedError("elements within elements without end");
    if (--this.#left < 0) throw new MalformedError("too many elements");
    const tag = this.#byte(start, limit);
    if ((tag & 0x1f) === 0x1f) throw new MalformedError("a tag of several bytes");
    const { from, bytes } = this.#length(start + 1, limit);
    if (bytes === undefined) return this.#indefinite(tag, start, from, depth, limit);
    if (bytes > limit - from) throw new MalformedError("an element is longer than what it is in");
    const end = from + bytes;
    const content = this.#bytes.subarray(from, end);
    const parts = (tag & CONSTRUCTED) === 0 ? [] : this.#parts(from, depth, end);
    return { tag, content, whole: this.#bytes.subarray(start, end), parts };
  }

  #parts(start: number, depth: number, end: number): Element[] {
    const parts: Element[] = [];
    for (let at = start; at < end; at += parts.at(-1)!.whole.length) parts.push(this.element(at, depth + 1, end));
    return parts;
  }

  /** Its end is marked by two zero bytes. */
  #indefinite(tag: number, start: number, from: number, depth: number, limit: number): Element {
    if ((tag & CONSTRUCTED) === 0) throw new MalformedError("an indefinite length of a primitive element");
    const parts: Element[] = [];
    let at = from;
    while (this.#byte(at, limit) !== 0 || this.#byte(at + 1, limit) !== 0) {
      const part = this.element(at, depth + 1, limit);
      parts.push(part);
      at += part.whole.length;
    }
    return { tag, content: this.#bytes.subarray(from, at), whole: this.#bytes.subarray(start, at + 2), parts };
  }

  #length(at: number, limit: number): { from: number; bytes: number | undefined } {
    const first = this.#byte(at, limit);
    if (first < 0x80) return { from: at + 1, bytes: first };
    if (first === INDEFINITE) return { from: at + 1, bytes: undefined };
    const count = first & 0x7f;
    if (count > 4) throw new MalformedError("a length of more than four bytes");
    let bytes = 0;
    for (let index = 1; index <= count; index++) bytes = bytes * 256 + this.#byte(at + index, limit);
    if (bytes < (count === 1 ? 0x80 : 256 ** (count - 1))) throw new MalformedError("a length that is not minimal");
    return { from: at + 1 + count, bytes };
  }

  #byte(at: number, limit: number): number {
    if (at >= limit) throw new MalformedError("it ends too early");
    return this.#bytes[at]!;
  }
}

/** Takes the parts of an element one after the other. */
export class Fields {
  readonly #parts: readonly Element[];
  #at = 0;

  constructor(element: Element | undefined, tag: number = TAG.sequence) {
    if (element?.tag !== tag) throw new MalformedError(`no element of tag ${tag}`);
    this.#parts = element.parts;
  }

  /** The next part, which must have the tag when one is given. */
  next(tag?: number): Element {
    const part = this.#parts[this.#at++];
    if (part === undefined || (tag !== undefined && part.tag !== tag)) throw new MalformedError(`no part of tag ${tag ?? "any"}`);
    return part;
  }

  /** The next part if it has the tag. */
  optional(tag: number): Element | undefined {
    return this.#parts[this.#at]?.tag === tag ? this.#parts[this.#at++] : undefined;
  }

  /** What is left. */
  rest(): readonly Element[] {
    return this.#parts.slice(this.#at);
  }

  end(): void {
    if (this.#at < this.#parts.length) throw new MalformedError("more parts than there should be");
  }
}
