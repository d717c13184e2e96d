// What went wrong in a start-up, in the order of time: each with its code, a sentence, its evidence and what to do about it.
//
// In: the events and facts of one start-up (power-up to reset or end). Out: problems that were not mended before it ended:
// a server that answered at the third try is none. It does not decide what fails a run; host/verdict.ts does.

import type { Code, Evidence, HttpEvent, ImageEvent, NoticeFact, ScriptEvent } from "./event-types.js";
import { bytesText, countText, describeEvent, ERROR_TEXTS, fileOf } from "./event-text.js";
import { networkProblems } from "./verdict-network.js";
import type { Problem, StartUp } from "./verdict-types.js";
import { imageAdvice, imageCause } from "./verdict-image.js";

/** Codes of the reasons for which an HTTP answer is not used. */
const HTTP_WHY_CODES: Readonly<Record<string, Code>> = {
  "server-error": "http-status", "status-not-usable": "http-status", "short": "http-short",
};
const HTTP_WHY_TEXTS: Readonly<Record<string, string>> = {
  "malformed": "is not HTTP/1.x, or has a malformed header",
  "header-too-large": "has a header that is larger than the telephone keeps",
  "bad-chunk": "has a chunk whose length cannot be read",
  "redirect": "redirects a fourth time, to another scheme or to something that cannot be read",
  "encoding": "is encoded, although identity was asked for",
  "too-large": "has more bytes than the telephone has room for",
  "framing": "says its length in two ways, or in a transfer coding other than chunked",
};
/** What to do about such an answer, where it is not its framing. */
const HTTP_WHY_ADVICE: Readonly<Record<string, string>> = {
  "redirect": "let the server hand out the file at this URL, or behind at most three redirects that stay on http",
  "encoding": "switch compression off for this file",
  "too-large": "serve the right file at this URL: a script has at most 4 MiB",
};
const SCRIPT_END_CODES: Readonly<Record<string, Code>> = {
  "not-a-script": "not-a-script", "tag-not-found": "goto-missing", "step-limit": "step-limit", "depth-limit": "step-limit",
  "too-large": "step-limit", "tag-limit": "step-limit",
};

/** All problems of a start-up, first things first. */
export function problemsOf(run: StartUp): Problem[] {
  const found = [
    ...linkProblems(run), ...dhcpProblems(run), ...networkProblems(run), ...addressProblems(run), ...fileProblems(run),
    ...scriptProblems(run),
    ...imageProblems(run), ...flashProblems(run), ...callServerProblems(run),
  ];
  return found.sort((a, b) => a.n - b.n);
}

function linkProblems(run: StartUp): Problem[] {
  if (run.state !== "link") return [];
  const entered = lastState(run, "link");
  return [{
    n: entered, code: "no-link", serious: true,
    cause: "The line port has no link: no cable, or nothing at its other end.",
    evidence: [{ event: entered }],
    advice: "plug the line port into a switch that is powered on, and check the speed that PHY1STAT asks for",
  }];
}

function dhcpProblems(run: StartUp): Problem[] {
  if (run.state !== "dhcp") return [];
  const entered = lastState(run, "dhcp");
  const exchange = run.events.flatMap((event) => (event.event === "dhcp" && event.n > entered ? [event] : []));
  const answer = exchange.findLast((event) => event.message === "offer" || event.message === "nak");
  const refusal = run.notices.find((notice) => notice.notice === "offer-refused");
  if (answer === undefined && refusal === undefined) {
    const asked = exchange.filter((event) => event.message === "discover");
    return [{
      n: entered, code: "no-offer", serious: true,
      cause: `No DHCP server answered ${asked.length === 0 ? "the telephone" : countText(asked.length, "DISCOVER")}.`,
      evidence: ends(asked).map((event) => ({ event: event.n })),
      advice: "start a DHCP server on the telephone's VLAN, or a relay to one, and check that its pool has a free address",
    }];
  }
  const server = String(answer?.server ?? refusal?.["server"] ?? "the DHCP server");
  const nak = answer?.message === "nak";
  const fault = answer?.lease === undefined ? "it has no lease time (option 51)" : "it was not confirmed by an ACK";
  return [{
    n: answer?.n ?? (refusal?.after ?? entered), code: "offer-refused", serious: true,
    cause: nak ? `${server} answered the telephone's REQUEST with NAK.` : `The offer of ${server} was not taken: ${fault}.`,
    evidence: answer === undefined ? [{ event: entered }] : [{ event: answer.n }],
    advice: nak ? `let ${server} and every other server of this VLAN agree on the pool`
      : `give the scope of ${server} a lease time (option 51)`,
  }];
}

function addressProblems(run: StartUp): Problem[] {
  const notice = run.notices.find((fact) => fact.notice === "no-file-server");
  if (notice === undefined) return [];
  const ack = run.events.findLast((event) => event.event === "dhcp" && event.message === "ack");
  return [{
    n: notice.after, code: "no-file-server", serious: true,
    cause: "No file server address is known: neither DHCP nor the stored settings have HTTPSRVR or TLSSRVR.",
    evidence: ack === undefined ? parameterEvidence(run, "HTTPSRVR") : [{ event: ack.n }, ...parameterEvidence(run, "HTTPSRVR")],
    advice: "let DHCP option 242 say HTTPSRVR=ADDRESS; to try it: --set HTTPSRVR=ADDRESS or --option242 HTTPSRVR=ADDRESS",
  }];
}

/** Files that were asked for and never obtained. A GET that fails is one only when no GET of its chain succeeded. */
function fileProblems(run: StartUp): Problem[] {
  const requests = run.events.flatMap((event) => (event.event === "http" ? [event] : []));
  const byFile = new Map<string, HttpEvent[]>();
  for (const request of requests) {
    const file = fileOf(request.url ?? "");
    byFile.set(file, [...(byFile.get(file) ?? []), request]);
  }
  const first = byFile.keys().next().value;
  const failed = [...byFile].filter(([file, tries]) => isMissed(tries[tries.length - 1]) && (file === first || !gotElsewhere(run, file)));
  return failed.map(([file, tries]) => fileProblem(run, file, tries, file === first));
}

/** True when a file's last request ended without the file; one that was refused while it arrived has an `image` event. */
function isMissed(last: HttpEvent | undefined): boolean {
  if (last === undefined || last.accepted === true || last.why === "file-refused") return false;
  return last.status !== undefined || last.error !== undefined || last.why !== undefined;
}

/** True for a file of a GET statement when another GET of the start-up was followed. */
function gotElsewhere(run: StartUp, file: string): boolean {
  const gets = run.events.flatMap((event) => (event.event === "script" && event.effect === "get" ? [event] : []));
  const missed = gets.some((get) => get.why === "file-not-obtained" && namesOf(get).includes(file));
  return missed && gets.some((get) => get.why !== "file-not-obtained" && !namesOf(get).includes(file));
}

function namesOf(get: ScriptEvent): string[] {
  return [get.name, get.value, get.statement?.trim().split(/\s+/)[1]].flatMap((name) => (name === undefined ? [] : [name]));
}

function fileProblem(run: StartUp, file: string, tries: readonly HttpEvent[], first: boolean): Problem {
  // An answer that failed says more than a later connection that nobody took.
  const last = (tries.findLast((request) => request.status !== undefined || request.why !== undefined) ?? tries[tries.length - 1])!;
  const evidence: Evidence[] = [...ends(tries).map((event) => ({ event: event.n })), ...parameterEvidence(run, "HTTPSRVR")];
  const silent = last.status === undefined && last.why === undefined;
  const judgement = silent ? unanswered(tries, last) : answered(file, tries, last, first);
  return { n: last.n, serious: true, evidence, ...judgement };
}

type Judgement = Pick<Problem, "code" | "cause" | "advice">;

/** No answer at all: the code says how far the connections came. */
function unanswered(tries: readonly HttpEvent[], last: HttpEvent): Judgement {
  const servers = [...new Map(tries.map((request) => [hostOf(request), request])).values()];
  const said = servers.map((request) => {
    const detail = request.detail === undefined || request.detail === "" ? "" : ` (${request.detail})`;
    return `${hostOf(request)} ${ERROR_TEXTS[request.error ?? ""] ?? "did not answer"}${detail}`;
  });
  const cause = `${said.join("; ")}.`;
  if (last.error === "tls-certificate" || last.error === "tls-failed") {
    return { code: "tls", cause, advice: "serve the files over http, or give the server a certificate that the telephone trusts" };
  }
  if (last.error === "closed") {
    const look = `ask for ${last.url ?? "the file"} with curl -v and see what the server sends before it closes`;
    return { code: "http-refused", cause, advice: look };
  }
  const address = last.error === "no-name" ? "name the server by its address, or give the telephone a DNS server that knows it (DNSSRVR)"
    : "start the file server, and check its address and port (HTTPSRVR, HTTPPORT) and the firewall between";
  return { code: "server-unreachable", cause, advice: `${address}; --wait SECONDS powers on when it accepts a connection` };
}

function answered(file: string, tries: readonly HttpEvent[], last: HttpEvent, first: boolean): Judgement {
  const url = last.url ?? file;
  const why = last.why ?? "";
  // Below HTTP, after the answer had begun: the connection was reset, or nothing more came.
  const broken = why === "" && last.error !== undefined;
  const code = broken ? "http-short" : HTTP_WHY_CODES[why] ?? (HTTP_WHY_TEXTS[why] === undefined ? "http-status" : "http-refused");
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
    return {
      code, cause: `The answer to ${url}${last.status === undefined ? "" : ` (status ${last.status})`} ${HTTP_WHY_TEXTS[why]}.`,
      advice: `${advice}: curl -sv ${url} shows what it sends`,
    };
  }
  const count = tries.filter((request) => request.status === last.status).length;
  const times = count > 1 ? `, ${count} times` : "";
  return {
    code: last.status === 404 && first ? "script-missing" : "http-status",
    cause: `${hostOf(last)} answered ${last.status} for ${url}${times}.`,
    advice: statusAdvice(file, last.status ?? 0, first),
  };
}

function statusAdvice(file: string, status: number, first: boolean): string {
  if (status === 404) {
    const other = first ? "; another first file is named with --script NAME" : "";
    return `put ${file} where this URL points, or name the folder in HTTPDIR${other}`;
  }
  if (status === 401 || status === 403) return `let the server hand out ${file} without a login: the telephone has none`;
  if (status >= 500) return "look into the file server's own log at this time: the failure is there";
  return `make the server answer 200 for ${file}`;
}

function scriptProblems(run: StartUp): Problem[] {
  const problems: Problem[] = [];
  for (const event of run.events) {
    if (event.event !== "script" || event.effect !== "end") continue;
    const code = SCRIPT_END_CODES[event.why ?? ""];
    if (code !== undefined) problems.push({ n: event.n, code, serious: true, ...scriptText(run, event, code) });
  }
  return problems;
}

function scriptText(run: StartUp, end: ScriptEvent, code: Code): Pick<Problem, "cause" | "advice" | "evidence"> {
  const file = end.file ?? "the script";
  const statement = statementAt(run, end);
  const at: Evidence = end.line === undefined ? { event: end.n } : { file, line: end.line, text: statement };
  if (code === "not-a-script") {
    const request = run.events.findLast((event) => event.event === "http" && fileOf(event.url ?? "") === file);
    return {
      cause: `${file} is not a script: it holds no statement, or it is HTML or UTF-16.`,
      evidence: request === undefined ? [{ event: end.n }] : [{ event: request.n }, { event: end.n }],
      advice: `open the URL of ${file} and see what is served: an error page, a login page, or a file saved as UTF-16`,
    };
  }
  if (code === "goto-missing") {
    const tag = /(?:^|\s)GOTO\s+(\S+)/i.exec(statement)?.[1] ?? "";
    const wanted = tag === "" ? "a tag" : `the tag "# ${tag}"`;
    return {
      cause: `${file} line ${end.line ?? "?"} goes to ${wanted} that the file does not have: the rest was ignored.`,
      evidence: [at],
      advice: tag === "" ? "add the tag, or correct the GOTO"
        : `add the line "# ${tag}" (one blank, nothing after the word), or correct the GOTO`,
    };
  }
  const line = end.line === undefined ? "" : ` at line ${end.line}`;
  return {
    cause: `${file} did not end: it reached the telephone's limit (${end.why ?? "step-limit"})${line}.`,
    evidence: [at],
    advice: "look for a GOTO that leads back to itself, or for files that GET one another",
  };
}

/** The statement at which a script ended: its `end` names the line, the statement's own event before it has the text. */
function statementAt(run: StartUp, end: ScriptEvent): string {
  const same = run.events.findLast((event) => event.event === "script" && event.n <= end.n && event.file === end.file &&
    event.line === end.line && (event.statement ?? "") !== "");
  return same?.event === "script" ? same.statement ?? "" : "";
}

function imageProblems(run: StartUp): Problem[] {
  const refused = run.events.flatMap((event) => (event.event === "image" && event.verdict !== "accepted" ? [event] : []));
  const problems: Problem[] = refused.map((image: ImageEvent) => ({
    n: image.n, serious: true,
    code: image.verdict === "not-a-container" ? "not-a-container" : "image-rejected",
    cause: imageCause(image), advice: imageAdvice(image, run.events), evidence: imageEvidence(run, image),
  }));
  const noRoom = run.notices.find((notice) => notice.notice === "no-room");
  if (noRoom !== undefined && problems.length === 0) {
    const asked = run.events.findLast((event) => event.event === "http");
    const file = asked?.event === "http" ? fileOf(asked.url ?? "") : "The file";
    problems.push({
      n: noRoom.after, code: "image-rejected", serious: true,
      cause: `${file} cannot be stored: it is larger than the telephone's memory or its slot in flash.`,
      evidence: asked === undefined ? [] : [{ event: asked.n }],
      advice: "choose a larger flash part (--part), or serve a smaller file",
    });
  }
  return problems;
}

/** The verdict's event and the line of the script that asked for the file. */
function imageEvidence(run: StartUp, image: ImageEvent): Evidence[] {
  const line = run.events.findLast((event) => event.event === "script" && event.effect === "set" &&
    event.name?.toUpperCase() === "APPNAME" && event.n < image.n);
  const asked = line?.event === "script" && line.file !== undefined && line.line !== undefined
    ? [{ file: line.file, line: line.line, text: line.statement ?? "" }] : [];
  return [{ event: image.n }, ...asked];
}

function flashProblems(run: StartUp): Problem[] {
  const notice = run.notices.find((fact) => fact.notice === "flash-failed");
  const reset = run.events.find((event) => event.event === "reset" && event.reason === "flash-failed");
  if (notice === undefined && reset === undefined) return [];
  const failures = ["erase-failed", "program-failed", "read-back-differs", "digest-differs"];
  const slot = run.events.findLast((event) => event.event === "slot" && failures.includes(event.why ?? ""));
  const what = slot === undefined ? "" : `: ${describeEvent(slot)}`;
  const rotten = slot?.event === "slot" && (slot.why === "digest-differs" || slot.why === "read-back-differs");
  const at = slot ?? reset;
  const failure = rotten ? "does not hold what was written to it" : "refused to be erased or programmed";
  return [{
    n: notice?.after ?? reset?.n ?? 0, code: "flash-failed", serious: true,
    cause: `The flash chip ${failure}${what}. What was stored before is still there.`,
    evidence: at === undefined ? [] : [{ event: at.n }],
    advice: "a worn or protected chip does this: replace the telephone; here, start with a fresh chip",
  }];
}

function callServerProblems(run: StartUp): Problem[] {
  const problems: Problem[] = [];
  for (const fact of run.notices) {
    if (fact.notice === "no-call-server") {
      problems.push({
        n: fact.after, code: "no-call-server", serious: false,
        cause: "No call server address is known: SIPPROXYSRVR is empty.",
        evidence: [{ parameter: "SIPPROXYSRVR", source: run.facts.parameters.get("SIPPROXYSRVR")?.source ?? "default" }],
        advice: "SET SIPPROXYSRVR in the settings file",
      });
    } else if (fact.notice === "call-server-silent") {
      problems.push(silentCallServer(run, fact));
    }
  }
  return problems;
}

function silentCallServer(run: StartUp, fact: NoticeFact): Problem {
  const attempts = run.events.flatMap((event) => (event.event === "sip" && event.result !== "contacted" ? [event] : []));
  const list = run.facts.parameters.get("SIPPROXYSRVR")?.value ?? "";
  const how = [...new Set(attempts.map((event) => event.result))].join(", ");
  return {
    n: fact.after, code: "call-server-silent", serious: false,
    cause: `No call server answered${list === "" ? "" : ` (SIPPROXYSRVR ${list})`}${how === "" ? "" : `: ${how}`}.`,
    evidence: [...ends(attempts).map((event) => ({ event: event.n })), ...parameterEvidence(run, "SIPPROXYSRVR")],
    advice: "check SIPPROXYSRVR, SIPSIGNAL and the ports (SIPPORT, SIP_PORT_SECURE), and that the call server is running",
  };
}

/** A parameter's value as evidence: the line that set it where there is one. */
function parameterEvidence(run: StartUp, name: string): Evidence[] {
  const parameter = run.facts.parameters.get(name);
  return parameter === undefined ? [] : [{ parameter: name, source: parameter.source }];
}

function lastState(run: StartUp, state: string): number {
  return run.events.findLast((event) => event.event === "state" && event.state === state)?.n ?? 0;
}

/** The first and the last of a list: enough for evidence. */
function ends<T>(list: readonly T[]): T[] {
  return list.length <= 2 ? [...list] : [list[0] as T, list[list.length - 1] as T];
}

/** Whom a request went to: `host` or `host:port` of its URL, else the address that was used. */
function hostOf(request: HttpEvent): string {
  const host = /^https?:\/\/([^/]+)/i.exec(request.url ?? "")?.[1];
  return host ?? (typeof request.server === "string" ? request.server : "the file server");
}

/** What an accepted image without a signature means; kept here because it is said of every such file. */
export function unsignedCause(image: ImageEvent): string {
  return `${image.file ?? "A file"} (${bytesText(image.bytes ?? 0)}) is not signed and was accepted because of --unsigned.`;
}
