// One layer of a frame while it is being taken apart: named values with the bytes that they stand in.
//
// In: a frame, and where the layer begins and ends. Out: fields for people, each with its place, so that a field and its bytes can be
// shown together. What would reach past the layer's end ends its reading: a frame is believed nothing.

export interface FrameField {
  readonly name: string;
  readonly value: string;
  /** From the start of the frame. */
  readonly from: number;
  readonly bytes: number;
}

export interface FrameLayer {
  readonly name: string;
  readonly from: number;
  readonly bytes: number;
  readonly fields: readonly FrameField[];
}

/** What the layers say of the frame as a whole; an upper layer writes over a lower one. */
export interface Says {
  protocol: string;
  source: string;
  target: string;
  summary: string;
}

/** A layer ends before what it must hold. */
export class CutShort extends Error {}

const TEXT_CHARACTERS_MAX = 200;

export class LayerReader {
  readonly name: string;
  readonly frame: Uint8Array;
  readonly from: number;
  readonly end: number;
  readonly fields: FrameField[] = [];
  at: number;

  constructor(name: string, frame: Uint8Array, from: number, end: number) {
    this.name = name;
    this.frame = frame;
    this.from = from;
    this.end = Math.min(end, frame.length);
    this.at = from;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** What has been read, as a layer. */
  layer(): FrameLayer {
    return { name: this.name, from: this.from, bytes: this.at - this.from, fields: this.fields };
  }

  /** Bytes that mean nothing to a reader. */
  skip(bytes: number): void {
    this.#need(bytes);
    this.at += bytes;
  }

  /** Looks at a number of one to four bytes without taking it. */
  peek(bytes: number, ahead = 0): number {
    this.#need(ahead + bytes);
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + this.frame[this.at + ahead + index]!;
    return value;
  }

  /** A big-endian number of one to four bytes; `shown` puts it into words. */
  number(name: string, bytes: number, shown: (value: number) => string = String): number {
    const value = this.peek(bytes);
    this.#add(name, shown(value), bytes);
    return value;
  }

  address(name: string): string {
    this.#need(4);
    const text = this.#bytes(4).join(".");
    this.#add(name, text, 4);
    return text;
  }

  mac(name: string): string {
    this.#need(6);
    const text = hex(this.#bytes(6), ":");
    this.#add(name, text, 6);
    return text;
  }

  hex(name: string, bytes: number): void {
    this.#need(bytes);
    const shown = hex(this.#bytes(Math.min(bytes, 24)), " ");
    this.#add(name, bytes > 24 ? `${shown} …` : shown, bytes);
  }

  text(name: string, bytes: number): string {
    this.#need(bytes);
    const text = latin1(this.#bytes(bytes));
    this.#add(name, text.slice(0, TEXT_CHARACTERS_MAX), bytes);
    return text;
  }

  /** A value that was worked out from the next bytes. */
  value(name: string, value: string, bytes: number): void {
    this.#need(bytes);
    this.#add(name, value.slice(0, TEXT_CHARACTERS_MAX), bytes);
  }

  #bytes(count: number): Uint8Array {
    return this.frame.subarray(this.at, this.at + count);
  }

  #add(name: string, value: string, bytes: number): void {
    this.fields.push({ name, value, from: this.at, bytes });
    this.at += bytes;
  }

  #need(bytes: number): void {
    if (bytes < 0 || this.at + bytes > this.end) throw new CutShort(`${this.name} is cut short`);
  }
}

/** A reader's layer counts from its first field, also when the rest is cut short. */
export function begun(layers: LayerReader[], reader: LayerReader): LayerReader {
  layers.push(reader);
  return reader;
}

export function hex(bytes: Uint8Array, between: string): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(between);
}

/** One character a byte; what is none becomes a dot. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0 ? String.fromCharCode(byte) : "·";
  return text;
}
