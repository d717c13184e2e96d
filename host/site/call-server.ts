// The far end's call server: a SIP registrar with digest authentication, over datagrams and streams (RFC 3261 §10.3, §22).
//
// In: requests from whatever network carries them, its users, and scripted answers. Out: answers, at once, and a note for each request.
// It registers, answers OPTIONS, and does nothing else: no calls are put through.

import type { EventClock } from "../events.js";
import type { Random } from "../random.js";
import { digestIsRight, digestParameters, type DigestAlgorithm } from "./sip-digest.js";
import type { DatagramService, Endpoint, StreamHandler, StreamPeer, StreamService } from "./service.js";
import { readSipRequest, sipHeader, sipResponse, SipRequestReader, sipUser, type SipHeader, type SipRequest } from "./sip-message.js";

/** What goes wrong, for which requests, and how often; exactly one member beside `method` and `times` is given. */
export interface CallServerAnswer {
  readonly method?: "OPTIONS" | "REGISTER";
  /** Default: always. */
  readonly times?: number;
  readonly silent?: boolean;
  readonly status?: number;
  /** Beside `status`: seconds. */
  readonly retryAfter?: number;
  /** A challenge, whatever credentials come. */
  readonly challenge?: boolean;
  /** Credentials are refused because their nonce is too old. */
  readonly stale?: boolean;
  readonly redirect?: string;
  /** Bytes that are no SIP. */
  readonly malformed?: boolean;
  /** An answer to a request that was never made. */
  readonly foreign?: boolean;
  /** The connection is closed instead of an answer. */
  readonly close?: boolean;
}

export interface CallServerConfig {
  /** Extension to password. */
  readonly users: Readonly<Record<string, string>>;
  readonly realm?: string;
  /** One challenge each, in this order. */
  readonly algorithms?: readonly DigestAlgorithm[];
  readonly qop?: boolean;
  /** Challenges as a proxy does (407). */
  readonly proxy?: boolean;
  /** The longest registration that is granted, and the shortest, in seconds. */
  readonly maxExpires?: number;
  readonly minExpires?: number;
  readonly answers?: readonly CallServerAnswer[];
}

/** One request and what became of it; status 0: no answer. */
export interface SipAccess {
  readonly transport: "udp" | "tcp";
  readonly method: string;
  readonly status: number;
  readonly user: string;
}

export interface CallServerOptions extends CallServerConfig {
  readonly random: Random;
  readonly clock: EventClock;
  readonly onAccess?: (access: SipAccess) => void;
}

interface Answer {
  readonly status: number;
  readonly bytes?: Uint8Array;
  readonly closes?: boolean;
}

const EXPIRES_DEFAULT = 3600;
const NONCES_MAX = 1000;
/** Of one user. */
const CONTACTS_MAX = 100;
const REALM_DEFAULT = "example.com";

export class CallServer implements DatagramService, StreamService {
  readonly #options: CallServerOptions;
  readonly #left: { readonly answer: CallServerAnswer; times: number }[];
  readonly #nonces = new Set<string>();
  /** By user and contact: when it ends. */
  readonly #bindings = new Map<string, Map<string, number>>();

  constructor(options: CallServerOptions) {
    this.#options = options;
    this.#left = (options.answers ?? []).map((answer) => ({ answer, times: answer.times ?? Number.POSITIVE_INFINITY }));
  }

  /** Contacts that are registered for a user now. */
  contacts(user: string): string[] {
    const nowUs = this.#options.clock.nowUs;
    return [...(this.#bindings.get(user) ?? [])].filter(([, endUs]) => endUs > nowUs).map(([contact]) => contact);
  }

  receive(data: Uint8Array, _from: Endpoint, reply: (data: Uint8Array) => void): void {
    const text = String.fromCharCode(...data);
    const request = readSipRequest(text.slice(0, Math.max(0, text.indexOf("\r\n\r\n"))));
    if (request === undefined) return;
    const { bytes } = this.#serve(request, "udp");
    if (bytes !== undefined) reply(bytes);
  }

  connect(peer: StreamPeer): StreamHandler {
    const reader = new SipRequestReader();
    return {
      data: (bytes) => {
        const requests = reader.push(bytes);
        if (requests === undefined) return peer.reset();
        for (const request of requests) {
          const answer = this.#serve(request, "tcp");
          if (answer.bytes !== undefined) peer.send(answer.bytes);
          if (answer.closes === true) peer.close();
        }
      },
      closed: () => undefined,
    };
  }

  #serve(request: SipRequest, transport: SipAccess["transport"]): Answer {
    const answer = this.#scripted(request) ?? this.#answer(request);
    this.#options.onAccess?.({ transport, method: request.method, status: answer.status, user: sipUser(request) });
    return answer;
  }

  #scripted(request: SipRequest): Answer | undefined {
    const entry = this.#left.find(({ answer, times }) => times > 0 && (answer.method ?? request.method) === request.method &&
      (answer.stale !== true || this.#isAnswer(request)));
    if (entry === undefined) return undefined;
    entry.times -= 1;
    const { status, retryAfter, redirect, ...answer } = entry.answer;
    if (status !== undefined) return this.#say(request, status, retryAfter === undefined ? [] : [["Retry-After", String(retryAfter)]]);
    if (redirect !== undefined) return this.#say(request, 302, [["Contact", `<${redirect}>`]]);
    if (answer.challenge === true) return this.#challenge(request, false);
    if (answer.stale === true) return this.#challenge(request, true);
    if (answer.malformed === true) return { status: 0, bytes: new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n") };
    if (answer.foreign === true) return this.#foreign(request);
    return { status: 0, ...(answer.close === true ? { closes: true } : {}) };
  }

  /** The answer that would be right, to another request. */
  #foreign(request: SipRequest): Answer {
    const via = sipHeader(request, "via").replace(/branch=[^;]*/, "branch=z9hG4bK0000000000000000");
    const headers = new Map([...request.headers, ["via", [via]]]);
    return { status: 0, bytes: sipResponse({ ...request, headers }, 200, this.#tag()) };
  }

  #answer(request: SipRequest): Answer {
    if (request.method === "OPTIONS") return this.#say(request, 200, [["Allow", "OPTIONS, REGISTER"]]);
    if (request.method !== "REGISTER") return this.#say(request, 405, [["Allow", "OPTIONS, REGISTER"]]);
    const user = sipUser(request);
    const { users } = this.#options;
    if (!Object.hasOwn(users, user)) return this.#say(request, 404, []);
    const parameters = digestParameters(sipHeader(request, this.#options.proxy === true ? "proxy-authorization" : "authorization"));
    if (parameters.size === 0) return this.#challenge(request, false);
    if (!this.#nonces.has(parameters.get("nonce") ?? "")) return this.#challenge(request, true);
    const isRight = this.#isAsked(parameters, request.uri) && parameters.get("username") === user &&
      digestIsRight(parameters, request.method, users[user]!);
    return isRight ? this.#register(request, user) : this.#challenge(request, false);
  }

  /** It answers what was asked, for this request and not for another (RFC 7616 §3.4.6). */
  #isAsked(parameters: ReadonlyMap<string, string>, uri: string): boolean {
    const { realm = REALM_DEFAULT, algorithms = ["MD5"], qop = true } = this.#options;
    const algorithm = (parameters.get("algorithm") ?? "MD5").toUpperCase();
    const isWhole = qop
      ? parameters.get("qop") === "auth" && /^[0-9a-f]{8}$/.test(parameters.get("nc") ?? "") && (parameters.get("cnonce") ?? "") !== ""
      : !parameters.has("qop");
    return isWhole && parameters.get("realm") === realm && parameters.get("uri") === uri &&
      algorithms.some((each) => each.toUpperCase() === algorithm);
  }

  #register(request: SipRequest, user: string): Answer {
    const { clock, minExpires = 0, maxExpires = EXPIRES_DEFAULT } = this.#options;
    const contact = /<([^<>]*)>/.exec(sipHeader(request, "contact"))?.[1] ?? "";
    const expires = sipHeader(request, "expires") || String(EXPIRES_DEFAULT);
    if (contact === "" || !/^\d{1,10}$/.test(expires)) return this.#say(request, 400, []);
    const asked = Number(expires);
    if (asked > 0 && asked < minExpires) return this.#say(request, 423, [["Min-Expires", String(minExpires)]]);
    const seconds = Math.min(asked, maxExpires);
    const own = this.#bindings.get(user) ?? new Map<string, number>();
    for (const [each, endUs] of own) if (endUs <= clock.nowUs) own.delete(each);
    if (own.size >= CONTACTS_MAX && !own.has(contact)) return this.#say(request, 503, []);
    own.set(contact, clock.nowUs + seconds * 1_000_000);
    this.#bindings.set(user, own);
    return this.#say(request, 200, this.contacts(user).map((each): SipHeader => {
      const left = Math.ceil((own.get(each)! - clock.nowUs) / 1_000_000);
      return ["Contact", `<${each}>;expires=${left}`];
    }));
  }

  /** True when the request carries credentials. */
  #isAnswer(request: SipRequest): boolean {
    return request.headers.has("authorization") || request.headers.has("proxy-authorization");
  }

  #challenge(request: SipRequest, stale: boolean): Answer {
    const { realm = REALM_DEFAULT, algorithms = ["MD5"], qop = true, proxy = false } = this.#options;
    const nonce = this.#word() + this.#word();
    if (this.#nonces.size >= NONCES_MAX) this.#nonces.clear();
    this.#nonces.add(nonce);
    const name = proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
    return this.#say(request, proxy ? 407 : 401, algorithms.map((algorithm): SipHeader => {
      const parts = [`realm="${realm}"`, `nonce="${nonce}"`, `algorithm=${algorithm}`, ...(qop ? ['qop="auth"'] : [])];
      return [name, `Digest ${[...parts, ...(stale ? ["stale=true"] : [])].join(", ")}`];
    }));
  }

  #say(request: SipRequest, status: number, headers: readonly SipHeader[]): Answer {
    return { status, bytes: sipResponse(request, status, this.#tag(), headers) };
  }

  #tag(): string {
    return this.#word();
  }

  #word(): string {
    return this.#options.random.word().toString(16).padStart(8, "0");
  }
}
