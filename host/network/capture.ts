// Frames as a pcapng file (draft-ietf-opsawg-pcapng): both directions, in telephone time, each with a comment.
//
// In: frames with their time and direction. Out: whole blocks through `write`. A pure function of what it is given: the
// same calls give the same bytes. It opens no file; little-endian, as its header says.

/** The interface's view: what the telephone received, and what it sent. */
export type Direction = "in" | "out";

export interface CaptureOptions {
  /** Takes the bytes of whole blocks, in order. */
  readonly write: (bytes: Uint8Array) => void;
  /** What the interface is called, such as `telephone`. */
  readonly name: string;
  /** The program that writes, with its version. */
  readonly application: string;
  /** Unix time of telephone time 0, in microseconds. */
  readonly epochUs: number;
  readonly resolution: "us" | "ns";
}

const BLOCK_SECTION = 0x0a0d0d0a;
const BLOCK_INTERFACE = 1;
const BLOCK_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const LINK_ETHERNET = 1;
const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_SECTION_APPLICATION = 4;
const OPTION_INTERFACE_NAME = 2;
const OPTION_INTERFACE_RESOLUTION = 9;
const OPTION_PACKET_FLAGS = 2;
const DIRECTION_FLAGS = { in: 1, out: 2 } as const;
/** A comment is one line for people; longer ones are cut. */
const COMMENT_CHARACTERS_MAX = 256;

export class Capture {
  readonly #options: CaptureOptions;
  readonly #unitsPerUs: bigint;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#unitsPerUs = options.resolution === "ns" ? 1000n : 1n;
    this.#block(BLOCK_SECTION, [word(BYTE_ORDER), halves(1, 0), word(0xffffffff), word(0xffffffff)], [
      [OPTION_SECTION_APPLICATION, utf8(options.application)],
    ]);
    this.#block(BLOCK_INTERFACE, [halves(LINK_ETHERNET, 0), word(0)], [
      [OPTION_INTERFACE_NAME, utf8(options.name)],
      [OPTION_INTERFACE_RESOLUTION, Uint8Array.of(options.resolution === "ns" ? 9 : 6)],
    ]);
  }

  /** Records one frame without its check sequence. The comment says what the telephone was doing; empty leaves it out. */
  frame(timeUs: number, direction: Direction, frame: Uint8Array, comment: string): void {
    const units = BigInt(Math.round(this.#options.epochUs + timeUs)) * this.#unitsPerUs;
    const fixed = [word(0), word(Number(units >> 32n)), word(Number(units & 0xffffffffn)), word(frame.length), word(frame.length)];
    const options: [number, Uint8Array][] = [[OPTION_PACKET_FLAGS, word(DIRECTION_FLAGS[direction])]];
    if (comment !== "") options.push([OPTION_COMMENT, utf8(comment.slice(0, COMMENT_CHARACTERS_MAX))]);
    this.#block(BLOCK_PACKET, [...fixed, padded(frame)], options);
  }

  /** Type, length, content, options, length: every part fills whole words. */
  #block(type: number, content: readonly Uint8Array[], options: readonly (readonly [number, Uint8Array])[]): void {
    const optionParts = options.flatMap(([code, value]) => [halves(code, value.length), padded(value)]);
    const parts = [...content, ...optionParts, halves(OPTION_END, 0)];
    const bytes = 12 + parts.reduce((sum, part) => sum + part.length, 0);
    const block = new Uint8Array(bytes);
    let offset = 0;
    for (const part of [word(type), word(bytes), ...parts, word(bytes)]) {
      block.set(part, offset);
      offset += part.length;
    }
    this.#options.write(block);
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function halves(first: number, second: number): Uint8Array {
  return Uint8Array.of(first, first >>> 8, second, second >>> 8);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
}
