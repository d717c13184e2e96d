// SIP messages of the far end (RFC 3261 §7): requests read from text, responses written.
//
// In: the bytes of a stream in any pieces, or a datagram. Out: whole requests with headers by lower-case name, or nothing where the text is
// no request; and the bytes of answers. It shares no code with the core's parser, so each checks the other.

export interface SipRequest {
  readonly method: string;
  readonly uri: string;
  /** By lower-case full name; several lines of one name stay apart. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

export type SipHeader = readonly [name: string, value: string];

/** Start line, headers and body together; a telephone sends about 700 bytes. */
const MESSAGE_BYTES_MAX = 65536;
/** A token (RFC 3261 §25.1). */
const HEADER_NAME = /^[a-z0-9.!%*_+`'~-]+$/;
const COMPACT: Readonly<Record<string, string>> = { v: "via", f: "from", t: "to", i: "call-id", m: "contact", l: "content-length" };
const REASONS: Readonly<Record<number, string>> = {
  200: "OK", 302: "Moved Temporarily", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed",
  407: "Proxy Authentication Required", 416: "Unsupported URI Scheme", 423: "Interval Too Brief", 482: "Loop Detected",
  500: "Server Internal Error", 503: "Service Unavailable", 603: "Decline",
};

/** The first value of a header. */
export function sipHeader(request: SipRequest, name: string): string {
  return request.headers.get(name)?.[0] ?? "";
}

/** The user of the address that is registered; empty for none. */
export function sipUser(request: SipRequest): string {
  return /sips?:([^@>:]*)@/.exec(sipHeader(request, "to"))?.[1] ?? "";
}

/** Reads a request whose head is this text; undefined when it is none. */
export function readSipRequest(head: string): SipRequest | undefined {
  const [start = "", ...lines] = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const match = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (match === null) return undefined;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trimEnd().toLowerCase();
    if (!HEADER_NAME.test(name) || line.includes("\n") || line.includes("\r")) return undefined;
    const full = Object.hasOwn(COMPACT, name) ? COMPACT[name]! : name;
    headers.set(full, [...(headers.get(full) ?? []), line.slice(colon + 1).trim()]);
  }
  return { method: match[1]!, uri: match[2]!, headers };
}

/** The answer to a request: what it must repeat (RFC 3261 §8.2.6.2), further headers, no body. */
export function sipResponse(request: SipRequest, status: number, tag: string, more: readonly SipHeader[] = []): Uint8Array {
  const repeated = ["via", "from", "to", "call-id", "cseq"].flatMap((name) => (request.headers.get(name) ?? []).map((value): SipHeader => {
    const names: Readonly<Record<string, string>> = { "via": "Via", "from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq" };
    return [names[name]!, name === "to" && !/;tag=/.test(value) ? `${value};tag=${tag}` : value];
  }));
  const lines = [...repeated, ...more, ["Content-Length", "0"] as const].map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(`SIP/2.0 ${status} ${REASONS[status] ?? "Answer"}\r\n${lines.join("")}\r\n`);
}

/** Requests out of a stream, framed by Content-Length (RFC 3261 §18.3). */
export class SipRequestReader {
  #text = "";

  /** Takes bytes. Returns the requests that are whole, or undefined when the stream is no SIP any more. */
  push(data: Uint8Array): SipRequest[] | undefined {
    this.#text += String.fromCharCode(...data);
    const requests: SipRequest[] = [];
    for (;;) {
      this.#text = this.#text.replace(/^(?:\r\n)+/, "");
      const end = this.#text.indexOf("\r\n\r\n");
      if (end < 0) return this.#text.length > MESSAGE_BYTES_MAX ? undefined : requests;
      const request = readSipRequest(this.#text.slice(0, end));
      const length = Number(request === undefined ? Number.NaN : sipHeader(request, "content-length"));
      if (request === undefined || !Number.isInteger(length) || length < 0 || length > MESSAGE_BYTES_MAX) return undefined;
      if (this.#text.length < end + 4 + length) return requests;
      this.#text = this.#text.slice(end + 4 + length);
      requests.push(request);
    }
  }
}
