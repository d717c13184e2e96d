// Files that were asked for and never obtained: how far each request came, and what the server should do differently.
//
// In: the `http` events of one start-up. Out: a problem for each file, in the words of its last answer. A file that a further try, the
// next server or another GET of its chain brought is none.

import type { Code, Evidence, HttpEvent, ScriptEvent } from "./event-types.js";
import { ERROR_TEXTS, fileOf, isBlockFile, isPath } from "./event-text.js";
import { listFault } from "./verdict-server.js";
import { tlsAdvice, tlsEvidence, tlsFailure, tlsText } from "./verdict-tls.js";
import { ends, parameterEvidence, type Problem, type StartUp } from "./verdict-types.js";

/** Codes of the reasons for which an HTTP answer is not used. */
const HTTP_WHY_CODES: Readonly<Record<string, Code>> = {
  "server-error": "http-status", "status-not-usable": "http-status", "short": "http-short", "redirect": "http-refused",
};
const HTTP_WHY_TEXTS: Readonly<Record<string, string>> = {
  "malformed": "is not HTTP/1.x, or has a malformed header",
  "header-too-large": "has a header that is larger than the telephone keeps",
  "bad-chunk": "has a chunk whose length cannot be read",
  "encoding": "is encoded, although identity was asked for",
  "too-large": "has more bytes than the telephone has room for",
  "framing": "says its length in two ways, or in a transfer coding other than chunked",
  "bad-range": "is not the part of the file that was asked for",
  "file-changed": "is of another file than the one that was begun",
};
/** Of a server that took the connection and the request. */
const CONNECTED_TEXTS: Readonly<Record<string, string>> = {
  "closed": "closed the connection before it answered",
  "reset": "took the connection and reset it before it answered",
  "timed-out": "took the connection and sent nothing in time",
};
/** Redirects that the telephone follows. */
const REDIRECTS_MAX = 3;
/** What to do about such an answer, where it is not its framing. */
const HTTP_WHY_ADVICE: Readonly<Record<string, string>> = {
  "redirect": "let the server hand out the file at this URL, or behind at most three redirects that stay on its scheme",
  "encoding": "switch compression off for this file",
  "bad-range": "let the server answer Range as RFC 9110 says, or not at all",
  "file-changed": "put the file there once, with its own block file (FILE.blocks), and leave it",
  "not-strict": "let the server answer HTTP/1.1 with Content-Length and Connection: close, or leave --strict-http out",
  "wrong-block": "make the block file of this very file again: offhook image pack … --block-hashes writes both",
  "too-large": "serve the right file at this URL: a script has at most 4 MiB, without staging 32 KiB, a file of TRUSTCERTS 64 KiB",
};
/** What curl would not show. */
const ABOUT_BLOCKS: ReadonlySet<string> = new Set(["wrong-block", "file-changed"]);

/** Files that were asked for and never obtained. A GET that fails is one only when no GET of its script succeeded. */
export function fileProblems(run: StartUp): Problem[] {
  const names = namesAsked(run);
  const requests = [...names.keys()].filter((request) => !isBlockFile(names.get(request)!));
  const byFile = new Map<string, HttpEvent[]>();
  for (const request of requests) {
    const file = names.get(request)!;
    byFile.set(file, [...(byFile.get(file) ?? []), request]);
  }
  const first = byFile.keys().next().value;
  const failed = [...byFile].filter(([file, tries]) => isMissed(tries[tries.length - 1]) && (file === first || !gotElsewhere(run, file)));
  const problems = failed.map(([file, tries]) => fileProblem(run, file, tries, file === first));
  const missed = (request: HttpEvent): boolean => failed.some(([, tries]) => tries.includes(request));
  return [...problems, ...passedOver(run, names, requests.filter((request) => !missed(request)))];
}

/** The requests, and the file each was for: as its GET statement names it, else the last part of its URL; a redirect changes nothing. */
function namesAsked(run: StartUp): Map<HttpEvent, string> {
  const names = new Map<HttpEvent, string>();
  const gets = getsOf(run);
  let redirected: string | undefined;
  for (const event of run.events) {
    if (event.event !== "http") continue;
    const url = event.url ?? "";
    const asked = gets.find((get) => get.n > event.n)?.value ?? "";
    const name = redirected ?? (asked !== "" && isPath(url, asked) ? asked : fileOf(url));
    names.set(event, name);
    redirected = event.accepted === true && (event.status ?? 0) >= 300 ? name : undefined;
  }
  return names;
}

/** Servers that failed, each once, where another had the file: a warning, since the next start-up may not be so lucky. */
function passedOver(run: StartUp, names: ReadonlyMap<HttpEvent, string>, requests: readonly HttpEvent[]): Problem[] {
  const problems = requests.flatMap((request): Problem[] => {
    const file = names.get(request)!;
    const other = requests.find((later) => later.n > request.n && later.accepted === true && names.get(later) === file &&
      originOf(later.url) !== originOf(request.url));
    if (other === undefined || !isMissed(request)) return [];
    const { cause, ...problem } = fileProblem(run, file, [request], false);
    const plain = isSecure(request) && !isSecure(other) ? ", over plain HTTP" : "";
    return [{ ...problem, serious: false, cause: `${cause.replace(/\.$/, "")}; ${hostOf(other)} had the file${plain}.` }];
  });
  const named = problems.map((problem) => [problem.cause.replaceAll(/https?:\S*/g, ""), problem] as const);
  return [...new Map(named.toReversed()).values()].toReversed();
}

/** True when a file's last request ended without the file; one that was refused while it arrived has an `image` event. */
function isMissed(last: HttpEvent | undefined): boolean {
  if (last === undefined || last.accepted === true || last.why === "file-refused") return false;
  return last.status !== undefined || last.error !== undefined || last.why !== undefined;
}

/** True for a file of a GET statement when another GET of the same script was followed: the script offers one or the other. */
function gotElsewhere(run: StartUp, file: string): boolean {
  const gets = getsOf(run);
  const missed = gets.filter((get) => get.why === "file-not-obtained" && get.value === file);
  const isMended = (get: ScriptEvent): boolean =>
    gets.some((other) => other.file === get.file && other.why !== "file-not-obtained" && other.value !== file);
  return missed.length > 0 && missed.every(isMended);
}

function getsOf(run: StartUp): ScriptEvent[] {
  return run.events.flatMap((event) => (event.event === "script" && event.effect === "get" ? [event] : []));
}

function fileProblem(run: StartUp, file: string, tries: readonly HttpEvent[], first: boolean): Problem {
  // An answer that failed says more than a later connection that nobody took.
  const last = (tries.findLast((request) => request.status !== undefined || request.why !== undefined) ?? tries[tries.length - 1])!;
  const sealed = tlsFailure(tries);
  const named = sealed === undefined ? parameterEvidence(run, listOf(last)) : tlsEvidence(run, sealed);
  const evidence: Evidence[] = [...ends(tries).map((event) => ({ event: event.n })), ...named];
  const silent = last.status === undefined && last.why === undefined;
  const judgement = silent ? unanswered(run, tries, last) : answered(run, file, tries, last, first);
  return { n: last.n, serious: true, evidence, ...judgement };
}

type Judgement = Pick<Problem, "code" | "cause" | "advice">;

/** No answer at all: the code says how far the connections came. */
function unanswered(run: StartUp, tries: readonly HttpEvent[], last: HttpEvent): Judgement {
  const servers = [...new Map(tries.map((request) => [hostOf(request), request])).values()];
  const said = servers.map((request) => {
    const detail = request.detail === undefined || request.detail === "" ? "" : ` (${request.detail})`;
    if (request.error?.startsWith("tls-") === true) return `${hostOf(request)}: ${tlsText(request)}`;
    const fault = wasConnected(run, request) ? undefined : listFault(run, request, listOf(request));
    if (fault !== undefined) return fault.cause;
    const how = wasConnected(run, request) ? CONNECTED_TEXTS[request.error ?? ""] : undefined;
    return `${hostOf(request)} ${how ?? ERROR_TEXTS[request.error ?? ""] ?? "did not answer"}${detail}`;
  });
  const cause = `${said.join("; ")}.`;
  const sealed = tlsFailure(tries);
  if (sealed !== undefined) return { code: "tls", cause, advice: tlsAdvice(sealed) };
  const connected = tries.findLast((request) => wasConnected(run, request));
  if (connected !== undefined) {
    const look = `ask for ${connected.url ?? "the file"} with curl -v and see what comes, and who listens at this port`;
    return { code: "http-refused", cause, advice: look };
  }
  const fault = listFault(run, last, listOf(last));
  if (fault !== undefined) return { code: "server-unreachable", cause, advice: fault.advice };
  const names = isSecure(last) ? "TLSSRVR, TLSPORT" : "HTTPSRVR, HTTPPORT";
  const start = `start the file server, and check its address and port (${names}) and the firewall between`;
  const advice = last.error === "no-name" ? "name the server by its address, or give the telephone a DNS server that knows it (DNSSRVR)"
    : `${start}; with --server, --wait SECONDS powers on when it accepts a connection`;
  return { code: "server-unreachable", cause, advice };
}

/** Scheme, host and port. */
function originOf(url = ""): string {
  return /^https?:\/\/[^/]*/i.exec(url)?.[0] ?? "";
}

function listOf(request: HttpEvent): string {
  return isSecure(request) ? "TLSSRVR" : "HTTPSRVR";
}

function isSecure({ url = "" }: HttpEvent): boolean {
  return url.startsWith("https:");
}

/** A request is counted when it is sent: with a greater number than the one before, there was a connection. */
function wasConnected(run: StartUp, request: HttpEvent): boolean {
  if (CONNECTED_TEXTS[request.error ?? ""] === undefined) return false;
  const before = run.events.findLast((event) => event.event === "http" && event.n < request.n);
  return (request.try ?? 0) > (before?.event === "http" ? before.try ?? 0 : 0);
}

function answered(run: StartUp, file: string, tries: readonly HttpEvent[], last: HttpEvent, first: boolean): Judgement {
  const url = last.url ?? file;
  const why = last.why ?? "";
  // Below HTTP, after the answer had begun: the connection was reset, or nothing more came.
  const broken = why === "" && last.error !== undefined;
  const code = broken ? "http-short" : HTTP_WHY_CODES[why] ?? (isUnusable(why) ? "http-refused" : "http-status");
  if (code === "http-short") {
    const closed = "the connection closed before the whole file was there";
    const failed = last.error === "timed-out" ? "nothing more came in time" : `the server ${ERROR_TEXTS[last.error ?? ""] ?? "failed"}`;
    const how = broken ? failed : closed;
    const compare = `compare Content-Length with the file's size: curl -sI ${url}; a proxy that rewrites files does this`;
    const expected = last.expected === undefined ? "fewer than Content-Length" : `of ${last.expected}`;
    return {
      code, cause: `${url} ended after ${last.bytes ?? 0} bytes ${expected}: ${how}.`,
      advice: broken ? "look into the file server's own log at this time, and at proxies and firewalls between" : compare,
    };
  }
  if (code === "http-refused") {
    const advice = HTTP_WHY_ADVICE[why] ?? "let the server answer with Content-Length and the file as it is";
    const how = HTTP_WHY_TEXTS[why] ?? { "redirect": redirectText(run, last), "wrong-block": blockText(last) }[why] ?? looseText(last);
    return {
      code, cause: `The answer to ${url}${last.status === undefined ? "" : ` (status ${last.status})`} ${how}.`,
      advice: ABOUT_BLOCKS.has(why) ? advice : `${advice}; curl -sv ${url} shows what it sends`,
    };
  }
  const count = tries.filter((request) => request.status === last.status && hostOf(request) === hostOf(last)).length;
  const times = count > 1 ? `, ${count} times` : "";
  return {
    code: last.status === 404 && first ? "script-missing" : "http-status",
    cause: `${hostOf(last)} answered ${last.status} for ${url}${times}${othersText(tries, last)}.`,
    advice: statusAdvice(file, last, first),
  };
}

/** What the other servers of the list made of the same file, each once. */
function othersText(tries: readonly HttpEvent[], last: HttpEvent): string {
  const others = new Map(tries.filter((request) => hostOf(request) !== hostOf(last)).map((request) => [hostOf(request), request]));
  return [...others].map(([host, { status, error }]) =>
    `; ${host} ${status === undefined ? ERROR_TEXTS[error ?? ""] ?? "did not answer" : `answered ${status}`}`).join("");
}

/** True for an answer that came and is not what HTTP or the block file says. */
function isUnusable(why: string): boolean {
  return why === "wrong-block" || why === "not-strict" || HTTP_WHY_TEXTS[why] !== undefined;
}

/** With `--strict-http`: the first thing that the answer lacks. */
function looseText({ version = "", expected }: HttpEvent): string {
  if (version !== "HTTP/1.1") return `is ${version}, and only HTTP/1.1 is taken`;
  return expected === undefined ? "has no Content-Length" : "does not say Connection: close";
}

function blockText(wrong: HttpEvent): string {
  const place = `block ${wrong.block} (4 KiB at byte ${wrong.offset})`;
  return `has a wrong ${place}: its digest is not the one in the block file, and it was not written`;
}

/** Which of the three reasons it was not followed for: too many, another scheme, or no place that can be read. */
function redirectText(run: StartUp, refused: HttpEvent): string {
  const to = refused.detail === undefined || refused.detail === "" ? "" : ` to ${refused.detail}`;
  const before = run.events.flatMap((event) => (event.event === "http" && event.n < refused.n ? [event] : []));
  const start = before.findLastIndex((event) => event.accepted !== true || (event.status ?? 0) < 300);
  if (before.length - 1 - start >= REDIRECTS_MAX) return `redirects a fourth time${to}: the telephone follows three`;
  const own = isSecure(refused) ? "https" : "http";
  if (to === "") return `redirects to another scheme than ${own}, or to a Location that is missing or cannot be read`;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(refused.detail ?? "")?.[1]?.toLowerCase() ?? own;
  return `redirects${to}, ${scheme === own ? "which cannot be read as a place on a server" : `and ${scheme} is not followed`}`;
}

function statusAdvice(file: string, last: HttpEvent, first: boolean): string {
  const { status = 0 } = last;
  if (status === 404) {
    const other = first ? "; another first file is named with --script NAME" : "";
    return `put ${file} where this URL points, or name the folder in ${isSecure(last) ? "TLSDIR" : "HTTPDIR"}${other}`;
  }
  if (status === 401 || status === 403) return `let the server hand out ${file} without a login: the telephone has none`;
  if (status >= 500) return "look into the file server's own log at this time: the failure is there";
  return `make the server answer 200 for ${file}`;
}

/** Whom a request went to: `host` or `host:port` of its URL, else the address that was used. */
function hostOf(request: HttpEvent): string {
  if (request.server === "") return `An empty item of ${listOf(request)}`;
  const host = /^https?:\/\/([^/]+)/i.exec(request.url ?? "")?.[1];
  return host ?? (typeof request.server === "string" ? request.server : "the file server");
}
