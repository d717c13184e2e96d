// What can be wrong with a file server, as data: rules that change the answer to some requests.
//
// In: the right answer and the fault that applies. Out: a plan, which is what goes onto the stream and how it ends.
// A rule counts how often it still applies, so "503, 503, then right" is one rule with `times: 2`.

import { encodeHead, statusResponse, textResponse, type HttpRequest, type HttpResponse } from "./http-message.js";

export type HttpFault =
  /** Another status, with a short text under it. */
  | { readonly kind: "status"; readonly status: number }
  /** A page for people where a file was asked for. */
  | { readonly kind: "html" }
  /** Content-Length as it should be, then the end after this many bytes of the body. */
  | { readonly kind: "short"; readonly bytes: number }
  /** The same, ended by a reset. */
  | { readonly kind: "reset"; readonly bytes: number }
  /** The right answer at this rate. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  /** The request is read and never answered. */
  | { readonly kind: "silent" }
  /** A head that never ends. */
  | { readonly kind: "endless-headers" }
  /** The right body in chunks of this size (RFC 9112 §7.1). */
  | { readonly kind: "chunked"; readonly bytes: number }
  | { readonly kind: "redirect"; readonly status: number; readonly location: string }
  /** The port refuses the connection; `path` does not matter. */
  | { readonly kind: "refuse" };

export interface HttpFaultRule {
  /** Applies to this path only; default every path. */
  readonly path?: string;
  /** How often it applies; default always. */
  readonly times?: number;
  readonly fault: HttpFault;
}

/** What goes onto the stream. */
export interface AnswerPlan {
  readonly status: number;
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  readonly end: "keep" | "close" | "reset" | "never";
  readonly bytesPerSecond?: number;
  /** Sent again and again after the head. */
  readonly endless?: Uint8Array;
}

/** The rules of one server and how often each was used. */
export class HttpFaultScript {
  readonly #rules: { readonly rule: HttpFaultRule; left: number }[];

  constructor(rules: readonly HttpFaultRule[]) {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }));
  }

  /** The fault for a request to this path, or for a new connection when the path is undefined. */
  take(path: string | undefined): HttpFault | undefined {
    const entry = this.#rules.find(({ rule, left }) => left > 0 && applies(rule, path));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.rule.fault;
  }
}

function applies(rule: HttpFaultRule, path: string | undefined): boolean {
  if (rule.fault.kind === "refuse") return path === undefined;
  return path !== undefined && (rule.path === undefined || rule.path === path);
}

const encoder = new TextEncoder();
const HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Sign in to reach the network.</p></body></html>\n";
const NOTHING = new Uint8Array(0);
/** 64 lines of 64 bytes: one segment. */
const ENDLESS = encoder.encode(`X-Filler: ${"a".repeat(52)}\r\n`.repeat(64));

/** What to send for a request whose right answer is `response`. */
export function planAnswer(request: HttpRequest, response: HttpResponse, keep: boolean, fault?: HttpFault): AnswerPlan {
  switch (fault?.kind) {
    case "status":
      return plan(request, statusResponse(fault.status), keep);
    case "html":
      return plan(request, textResponse(200, HTML, "text/html; charset=utf-8"), keep);
    case "redirect":
      return plan(request, withHeader(statusResponse(fault.status), "Location", fault.location), keep);
    case "short":
      return cut(plan(request, response, false), fault.bytes, "close");
    case "reset":
      return cut(plan(request, response, false), fault.bytes, "reset");
    case "slow":
      return { ...plan(request, response, keep), bytesPerSecond: Math.max(1, fault.bytesPerSecond) };
    case "chunked":
      return planChunked(response, keep, Math.max(1, fault.bytes));
    case "endless-headers":
      return { status: 200, head: encoder.encode("HTTP/1.1 200 OK\r\n"), body: NOTHING, end: "never", endless: ENDLESS };
    case "silent":
      return { status: 0, head: NOTHING, body: NOTHING, end: "never" };
    default:
      return plan(request, response, keep);
  }
}

function plan(request: HttpRequest, response: HttpResponse, keep: boolean): AnswerPlan {
  const headers: (readonly [string, string])[] = [
    ...response.headers, ["Content-Length", String(response.body.length)], ["Connection", keep ? "keep-alive" : "close"],
  ];
  const body = request.method === "HEAD" ? NOTHING : response.body;
  return { status: response.status, head: encodeHead(response.status, headers), body, end: keep ? "keep" : "close" };
}

function cut(whole: AnswerPlan, bytes: number, end: "close" | "reset"): AnswerPlan {
  return { ...whole, body: whole.body.subarray(0, bytes), end };
}

function withHeader(response: HttpResponse, name: string, value: string): HttpResponse {
  return { ...response, headers: [...response.headers, [name, value]] };
}

function planChunked(response: HttpResponse, keep: boolean, chunkBytes: number): AnswerPlan {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < response.body.length; offset += chunkBytes) {
    const piece = response.body.subarray(offset, offset + chunkBytes);
    pieces.push(encoder.encode(`${piece.length.toString(16)}\r\n`), piece, encoder.encode("\r\n"));
  }
  pieces.push(encoder.encode("0\r\n\r\n"));
  const headers: (readonly [string, string])[] = [
    ...response.headers, ["Transfer-Encoding", "chunked"], ["Connection", keep ? "keep-alive" : "close"],
  ];
  return { status: response.status, head: encodeHead(response.status, headers), body: join(pieces), end: keep ? "keep" : "close" };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
