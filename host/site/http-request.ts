// Reads HTTP/1.1 requests from a stream (RFC 9112), within fixed bounds and without guessing.
//
// In: bytes in pieces of any size. Out: whole requests in order, or the status with which to refuse and close.
// What two readers could understand differently (a bare line feed, a folded line, two lengths) is refused.

import type { HttpRequest } from "./http-message.js";

/** Request line and headers together; telephones send about 200 bytes. */
export const REQUEST_HEAD_BYTES_MAX = 16384;
/** A body: certificate requests are a few kilobytes. */
export const REQUEST_BODY_BYTES_MAX = 65536;
/** A certificate request in base64 has about 4,000. */
const REQUEST_TARGET_BYTES_MAX = 8192;
const HEADER_COUNT_MAX = 100;

const CR = 13;
const LF = 10;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([\\x21-\\x7e]+) HTTP/(\\d)\\.(\\d)$`);
// Control characters other than the tab have no business in a value (RFC 9110 §5.5).
// In linear time: blanks around the value are taken off afterwards.
const HEADER_LINE = new RegExp(`^(${TOKEN}):([\\t\\x20-\\x7e\\x80-\\xff]*)$`);

interface Head {
  readonly request: Omit<HttpRequest, "body">;
  readonly bodyBytes: number;
}

export class RequestReader {
  readonly #buffer = new Uint8Array(REQUEST_HEAD_BYTES_MAX + REQUEST_BODY_BYTES_MAX);
  #bytes = 0;
  /** Bytes at the front that were searched for the end of the head already. */
  #scanned = 0;
  #head: Head | undefined;

  /** Takes bytes. Returns false when they do not fit: the client sends ahead without end. */
  push(data: Uint8Array): boolean {
    if (data.length > this.#buffer.length - this.#bytes) return false;
    this.#buffer.set(data, this.#bytes);
    this.#bytes += data.length;
    return true;
  }

  /** The next whole request, a status of 400 or above to refuse with, or undefined: more bytes are needed. */
  next(): HttpRequest | number | undefined {
    if (this.#head === undefined) {
      const head = this.#readHead();
      if (head === undefined || typeof head === "number") return head;
      this.#head = head;
    }
    if (this.#bytes < this.#head.bodyBytes) return undefined;
    const body = this.#buffer.slice(0, this.#head.bodyBytes);
    this.#drop(body.length);
    const request = { ...this.#head.request, body };
    this.#head = undefined;
    return request;
  }

  #readHead(): Head | number | undefined {
    // Empty lines before a request are skipped (RFC 9112 §2.2).
    while (this.#bytes >= 2 && this.#buffer[0] === CR && this.#buffer[1] === LF) this.#drop(2);
    const end = this.#findHeadEnd();
    if (end === undefined) return this.#bytes > REQUEST_HEAD_BYTES_MAX ? 431 : undefined;
    if (end < 0) return 400;
    if (end > REQUEST_HEAD_BYTES_MAX) return 431;
    const lines = latin1(this.#buffer.subarray(0, end - 4)).split("\r\n");
    this.#drop(end);
    return parseHead(lines);
  }

  /** Where the empty line ends; negative for a line feed without its carriage return; undefined while it is missing. */
  #findHeadEnd(): number | undefined {
    for (let index = this.#scanned; index < this.#bytes; index++) {
      if (this.#buffer[index] !== LF) continue;
      if (index === 0 || this.#buffer[index - 1] !== CR) return -1;
      if (index >= 3 && this.#buffer[index - 2] === LF) return index + 1;
    }
    this.#scanned = this.#bytes;
    return undefined;
  }

  #drop(bytes: number): void {
    this.#buffer.copyWithin(0, bytes, this.#bytes);
    this.#bytes -= bytes;
    this.#scanned = 0;
  }
}

function parseHead(lines: readonly string[]): Head | number {
  const line = REQUEST_LINE.exec(lines[0]!);
  if (line === null) return 400;
  if (line[3] !== "1") return 505;
  if (line[2]!.length > REQUEST_TARGET_BYTES_MAX) return 414;
  if (lines.length - 1 > HEADER_COUNT_MAX) return 431;
  const headers = parseHeaders(lines.slice(1));
  if (headers === undefined) return 400;
  const minor = Math.min(Number(line[4]), 1);
  const host = headers.get("host");
  if ((minor === 1 && host === undefined) || host?.includes(",") === true) return 400;
  // A telephone never chunks a request, and a body of unknown length must not be taken for the next request.
  if (headers.has("transfer-encoding")) return 501;
  const bodyBytes = parseLength(headers);
  if (Number.isNaN(bodyBytes)) return 400;
  if (bodyBytes > REQUEST_BODY_BYTES_MAX) return 413;
  return { request: { method: line[1]!, target: line[2]!, minor, headers }, bodyBytes };
}

function parseHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const match = HEADER_LINE.exec(line);
    if (match === null) return undefined;
    const name = match[1]!.toLowerCase();
    const value = withoutBlanks(match[2]!);
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function withoutBlanks(text: string): string {
  const isBlank = (index: number): boolean => text[index] === " " || text[index] === "\t";
  let [start, end] = [0, text.length];
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

/** Bytes of the body; NaN for a length that is none, or for two of them. */
function parseLength(headers: ReadonlyMap<string, string>): number {
  const length = headers.get("content-length");
  if (length === undefined) return 0;
  return /^\d{1,10}$/.test(length) ? Number(length) : Number.NaN;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
