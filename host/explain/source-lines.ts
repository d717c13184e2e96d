// The physical lines of a file, as an editor numbers them and as the core counts them.
//
// In: bytes. Out: the bytes or the text of line n, from 1, without its end. The index is made once, when the first line is asked for.

const NEWLINE = 10;
const RETURN = 13;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
const LATIN1 = new TextDecoder("latin1");

export class SourceLines {
  readonly #bytes: Uint8Array;
  #starts: number[] | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Lines; what follows the last newline is one when it has a byte. */
  get count(): number {
    const starts = this.#index();
    return starts.length - (starts[starts.length - 1] === this.#bytes.length ? 1 : 0);
  }

  bytes(line: number): Uint8Array {
    const starts = this.#index();
    const start = starts[line - 1];
    if (start === undefined) return new Uint8Array(0);
    let end = (starts[line] ?? this.#bytes.length + 1) - 1;
    while (end > start && this.#bytes[end - 1] === RETURN) end--;
    return this.#bytes.subarray(start, end);
  }

  /** Valid UTF-8 as such, else as the code page of Western Windows: both occur in real files. */
  text(line: number): string {
    return textOfLine(this.bytes(line));
  }

  #index(): readonly number[] {
    if (this.#starts !== undefined) return this.#starts;
    const starts = [0];
    for (let at = this.#bytes.indexOf(NEWLINE); at >= 0; at = this.#bytes.indexOf(NEWLINE, at + 1)) starts.push(at + 1);
    this.#starts = starts;
    return starts;
  }
}

/** A byte order mark is no part of the text. */
export function textOfLine(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return LATIN1.decode(bytes);
  }
}
