// What went wrong in a start-up, in the order of time: each with its code, a sentence, its evidence and what to do about it.
//
// In: the events and facts of one start-up (power-up to reset or end). Out: problems that were not mended before it ended:
// a server that answered at the third try is none. It does not decide what fails a run; host/verdict.ts does.

import type { Code, DhcpEvent, Evidence, ImageEvent, ScriptEvent } from "./event-types.js";
import { bytesText, countText, fileOf, isBlockFile, isPath } from "./event-text.js";
import { callServerProblems } from "./verdict-call.js";
import { fileProblems } from "./verdict-files.js";
import { networkProblems } from "./verdict-network.js";
import { imageAdvice, imageCause } from "./verdict-image.js";
import { scepProblems } from "./verdict-scep.js";
import { misspelt } from "./verdict-server.js";
import { trustProblems } from "./verdict-tls.js";
import { ends, parameterEvidence, type Problem, type StartUp } from "./verdict-types.js";

const SCRIPT_END_CODES: Readonly<Record<string, Code>> = {
  "not-a-script": "not-a-script", "tag-not-found": "goto-missing", "step-limit": "step-limit", "depth-limit": "step-limit",
  "too-large": "step-limit", "tag-limit": "step-limit",
};

/** Limits of core/config.ts in words. */
const LIMITS: Readonly<Record<string, string>> = {
  "step-limit": "the telephone carries out at most 100,000 statements, and reads at most 64 MiB, in a start-up",
  "depth-limit": "GETs lead more than 8 files deep",
  "too-large": "it has more bytes than a script may have",
  "tag-limit": "it has more tags than the telephone keeps",
};

/** How often a message is sent before nobody can be said to have answered it. */
const SENT_IN_VAIN = 2;

/** All problems of a start-up, first things first. */
export function problemsOf(run: StartUp): Problem[] {
  const found = [
    ...linkProblems(run), ...dhcpProblems(run), ...networkProblems(run), ...addressProblems(run), ...fileProblems(run),
    ...scriptProblems(run), ...trustProblems(run), ...imageProblems(run), ...flashProblems(run), ...settingsProblems(run),
    ...callServerProblems(run), ...scepProblems(run),
  ];
  return found.sort((a, b) => a.n - b.n);
}

function linkProblems(run: StartUp): Problem[] {
  const entered = lastState(run, "link");
  if (run.state !== "link" || !noticedSince(run, "no-link", entered)) return [];
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
  if (answer === undefined && refusal === undefined) return silentDhcp(run, entered, exchange);
  // An offer whose REQUEST was sent once, or not yet, may still be confirmed.
  const open = answer?.message === "offer" && answer.lease !== undefined && refusal === undefined;
  if (open && exchange.filter((event) => event.message === "request").length < SENT_IN_VAIN) return [];
  const server = String(answer?.server ?? refusal?.["server"] ?? "the DHCP server");
  const nak = answer?.message === "nak";
  const unconfirmed = answer?.lease !== undefined;
  const fault = unconfirmed ? "the REQUEST for it had no ACK" : "it has no lease time (option 51)";
  return [{
    n: answer?.n ?? (refusal?.after ?? entered), code: "offer-refused", serious: true,
    cause: nak ? `${server} answered the telephone's REQUEST with NAK.` : `The offer of ${server} was not taken: ${fault}.`,
    evidence: answer === undefined ? [{ event: entered }] : [{ event: answer.n }],
    advice: nak ? `let ${server} and every other server of this VLAN agree on the pool`
      : unconfirmed ? `look into the log of ${server} for this REQUEST: a pool that is used up, or a second server on this VLAN, does this`
        : `give the scope of ${server} a lease time (option 51)`,
  }];
}

/** A message that was sent again had no answer for as long as the telephone waits; one that was sent once may still have one. */
function silentDhcp(run: StartUp, entered: number, exchange: readonly DhcpEvent[]): Problem[] {
  const asked = exchange.filter((event) => event.message === "discover");
  if (asked.length < SENT_IN_VAIN && !noticedSince(run, "no-offer", entered)) return [];
  const whom = asked.length === 0 ? "the telephone" : countText(asked.length, "DISCOVER");
  const evidence = asked.length === 0 ? [{ event: entered }] : ends(asked).map((event) => ({ event: event.n }));
  const vlan = asked.at(-1)?.vlan ?? 0;
  if (vlan > 0 && run.facts.parameters.get("VLANTEST")?.value === "0") return [givenUpNever(run, vlan, { n: entered, whom, evidence })];
  return [{
    n: entered, code: "no-offer", serious: true, evidence,
    cause: `No DHCP server answered ${whom}${vlan > 0 ? ` on VLAN ${vlan}` : ""}.`,
    advice: "start a DHCP server on the telephone's VLAN, or a relay to one, and check that its pool has a free address",
  }];
}

/** With VLANTEST 0 a telephone stays on a VLAN where nobody is. */
function givenUpNever(run: StartUp, vlan: number, asked: { n: number; whom: string; evidence: readonly Evidence[] }): Problem {
  return {
    n: asked.n, code: "no-offer", serious: true, evidence: [...asked.evidence, ...parameterEvidence(run, "VLANTEST")],
    cause: `No DHCP server answered ${asked.whom} on VLAN ${vlan}, and VLANTEST=0 lets the telephone try there for ever.`,
    advice: `start a DHCP server on VLAN ${vlan}, or say VLANTEST=60 and the telephone gives the VLAN up after a minute`,
  };
}

function addressProblems(run: StartUp): Problem[] {
  const notice = run.notices.find((fact) => fact.notice === "no-file-server");
  if (notice === undefined) return [];
  const ack = run.events.findLast((event) => event.event === "dhcp" && event.message === "ack");
  const value = (name: string): string => run.facts.parameters.get(name)?.value ?? "";
  if (value("TLSSRVR") !== "") {
    return [{
      n: notice.after, code: "no-file-server", serious: true,
      cause: `Software comes over HTTP alone, and HTTPSRVR is empty: TLSSRVR (${value("TLSSRVR")}) is asked for everything else.`,
      evidence: [...parameterEvidence(run, "TLSSRVR"), ...parameterEvidence(run, "HTTPSRVR")],
      advice: "serve the software over http too, its signature protects it, and name that server: HTTPSRVR=ADDRESS",
    }];
  }
  if (value("HTTPSRVR") !== "" && value("AUTH") === "1") {
    return [{
      n: notice.after, code: "no-file-server", serious: true,
      cause: "AUTH is 1, so that settings come over HTTPS alone, and TLSSRVR is empty.",
      evidence: [...parameterEvidence(run, "AUTH"), ...parameterEvidence(run, "TLSSRVR")],
      advice: "name an HTTPS server: TLSSRVR=ADDRESS; only a settings file of such a server can set AUTH back to 0",
    }];
  }
  const wrong = misspelt(run);
  if (wrong !== undefined) {
    const cause = `No file server address is known: ${wrong.cause}.`;
    return [{ n: notice.after, code: "no-file-server", serious: true, cause, advice: wrong.advice, evidence: wrong.evidence }];
  }
  return [{
    n: notice.after, code: "no-file-server", serious: true,
    cause: "No file server address is known: neither DHCP nor the stored settings have HTTPSRVR or TLSSRVR.",
    evidence: ack === undefined ? parameterEvidence(run, "HTTPSRVR") : [{ event: ack.n }, ...parameterEvidence(run, "HTTPSRVR")],
    advice: "let DHCP option 242 say HTTPSRVR=ADDRESS; to try it: --set HTTPSRVR=ADDRESS or --option242 HTTPSRVR=ADDRESS",
  }];
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
    const request = run.events.findLast((event) => event.event === "http" && isPath(event.url ?? "", file));
    if (request?.event === "http" && request.bytes === 0) {
      return {
        cause: `${file} is empty: the server sent no byte of it.`, evidence: [{ event: request.n }, { event: end.n }],
        advice: `look at ${file} on the server: it was never filled, its disk is full, or a program makes it and failed`,
      };
    }
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
  const line = end.line === undefined ? "" : ` (line ${end.line})`;
  return {
    cause: `${file} did not end${line}: ${LIMITS[end.why ?? ""] ?? LIMITS["step-limit"]!}.`,
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
    n: image.n, serious: !isBlockFile(image.file ?? ""),
    code: image.verdict === "not-a-container" ? "not-a-container" : "image-rejected",
    cause: imageCause(image, wasWritten(run, image)), advice: imageAdvice(image, run.events), evidence: imageEvidence(run, image),
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

/** True when the file was judged in its slot: without staging, or with a block file. */
function wasWritten(run: StartUp, image: ImageEvent): boolean {
  return run.events.some((event) => event.event === "slot" && event.state === "rejected" && event.n > image.n);
}

/** The verdict's event and the line of the script that asked for the file. */
function imageEvidence(run: StartUp, image: ImageEvent): Evidence[] {
  const line = run.events.findLast((event) => event.event === "script" && event.effect === "set" &&
    event.name?.toUpperCase() === "APPNAME" && event.n < image.n);
  const asked = line?.event === "script" && line.file !== undefined && line.line !== undefined
    ? [{ file: line.file, line: line.line, text: line.statement ?? "" }] : [];
  return [{ event: image.n }, ...asked];
}

const FLASH_FAILURES: Readonly<Record<string, string>> = {
  "erase-failed": "could not be erased", "program-failed": "could not be programmed",
  "read-back-differs": "does not hold what was written to it", "digest-differs": "does not hold what was written to it",
};

function flashProblems(run: StartUp): Problem[] {
  const notice = run.notices.find((fact) => fact.notice === "flash-failed");
  const reset = run.events.find((event) => event.event === "reset" && event.reason === "flash-failed");
  if (notice === undefined && reset === undefined) return [];
  const slot = run.events.findLast((event) => event.event === "slot" && FLASH_FAILURES[event.why ?? ""] !== undefined);
  const at = slot ?? reset;
  const place = slot?.event === "slot" ? `Slot ${slot.slot ?? "?"} of the ${slot.kind ?? "software"}` : "The flash chip";
  const failure = slot?.event === "slot" ? FLASH_FAILURES[slot.why ?? ""] : undefined;
  return [{
    n: notice?.after ?? reset?.n ?? 0, code: "flash-failed", serious: true,
    cause: `${place} ${failure ?? "could not be erased or programmed"}. What was stored before is still there.`,
    evidence: at === undefined ? [] : [{ event: at.n }],
    advice: "a worn or protected chip does this: replace the telephone; here, start with a fresh chip",
  }];
}

function settingsProblems(run: StartUp): Problem[] {
  return run.notices.filter((fact) => fact.notice === "settings-not-kept").slice(0, 1).map((fact) => ({
    n: fact.after, code: "flash-failed", serious: false,
    cause: "The settings could not be stored in flash; those stored before are still there, and these are lost when power goes.",
    evidence: [{ event: fact.after }],
    advice: "the settings log has no room for so many values, or the chip refused: shorten them, or choose a larger part (--part)",
  }));
}

/** True when the telephone said so after the event with this number. */
function noticedSince(run: StartUp, name: string, n: number): boolean {
  return run.notices.some((notice) => notice.notice === name && notice.after >= n);
}

function lastState(run: StartUp, state: string): number {
  return run.events.findLast((event) => event.event === "state" && event.state === state)?.n ?? 0;
}

/** What an accepted image without a signature means; kept here because it is said of every such file. */
export function unsignedCause(image: ImageEvent): string {
  return `${image.file ?? "A file"} (${bytesText(image.bytes ?? 0)}) is not signed and was accepted because of --unsigned.`;
}
