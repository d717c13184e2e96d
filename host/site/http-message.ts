// HTTP/1.1 messages as the far end sees them: a request that was read, a response to be written.
//
// The head of a response is plain enough for a strict client: status line, length, ETag, Connection, nothing folded.
// No Date header: two runs of one seed must send the same bytes.

export interface HttpRequest {
  readonly method: string;
  /** As sent: origin form, or absolute form. */
  readonly target: string;
  /** 0 or 1, of HTTP/1.x. */
  readonly minor: number;
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  /** Without Content-Length and Connection, which the server adds. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What a site has to say about a request. */
export type HttpHandler = (request: HttpRequest) => HttpResponse;

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  411: "Length Required",
  413: "Content Too Large",
  414: "URI Too Long",
  416: "Range Not Satisfiable",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

function reasonOf(status: number): string {
  return REASONS[status] ?? "Unnamed";
}

const encoder = new TextEncoder();

export function textResponse(status: number, text: string, type = "text/plain; charset=utf-8"): HttpResponse {
  return { status, headers: [["Content-Type", type]], body: encoder.encode(text) };
}

/** The short text under a failing status, for people who read the answer with other tools. */
export function statusResponse(status: number, detail = ""): HttpResponse {
  return textResponse(status, `${status} ${reasonOf(status)}${detail === "" ? "" : `: ${detail}`}\n`);
}

export function encodeHead(status: number, headers: readonly (readonly [string, string])[]): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return encoder.encode(`HTTP/1.1 ${status} ${reasonOf(status)}\r\n${lines.join("")}\r\n`);
}
