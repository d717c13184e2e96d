// What went wrong with a certificate: the CA refused or did not answer, its answer was not believed, or it has not decided.
//
// In: one start-up. Out: problems with the step that failed, in words, and what to do about it. Like verdict-problems, for the last part.

import type { NoticeFact, ScepEvent } from "./event-types.js";
import { ERROR_TEXTS } from "./event-text.js";
import { parameterEvidence, type Problem, type StartUp } from "./verdict-types.js";

/** What an answer, a CA or a parameter is not, and where to look. */
const RESULTS: Readonly<Record<string, readonly [cause: string, advice: string]>> = {
  "too-large": ["sent more than 64 KiB", "see what answers at MYCERTURL: a CertRep has a few kilobytes"],
  "bad-signature": ["sent an answer that neither it nor its registration authority signed", "let GetCACert name whoever signs the answers"],
  "wrong-recipient": ["encrypted its answer for somebody else", "look at the CA's log for this transaction"],
  "wrong-transaction": ["answered another transaction", "look for a cache between telephone and CA, HTTPPROXY first"],
  "wrong-nonce": ["answered an older message", "look for a cache between telephone and CA, HTTPPROXY first"],
  "malformed": ["sent something that is no SCEP message or certificate", "see what answers at MYCERTURL, and through HTTPPROXY"],
  "key-mismatch": ["certified another key", "look at the CA's log for this transaction"],
  "expired": ["sent a certificate that has expired already", "compare the clocks of CA and time server (SNTPSRVR)"],
  "not-yet-valid": ["sent a certificate that is not valid yet", "compare the clocks of CA and time server (SNTPSRVR)"],
  "not-signed-by-ca": ["sent a certificate that it did not sign itself", "let GetCACert name the CA that issues"],
  "wrong-ca": ["is not the one whose fingerprint was given", "compare --ca-fingerprint with the CA's certificate"],
  "bad-subject": ["cannot be asked: MYCERTDN is no name", "write MYCERTDN as /C=US/O=Company"],
  "bad-url": [
    "cannot be asked: MYCERTURL is no http URL, or HTTPPROXY no host:port",
    "write MYCERTURL as http://HOST/PATH, HTTPPROXY as HOST:PORT",
  ],
  "unsupported": ["cannot be asked: this telephone has no secure element", "leave MYCERTURL empty"],
};

/** What each step asks for (RFC 8894 §4). */
const OPERATIONS: Readonly<Record<string, string>> = {
  capabilities: "GetCACaps", authority: "GetCACert", request: "PKIOperation", poll: "PKIOperation",
};

const REFUSALS: Readonly<Record<string, string>> = {
  "bad-alg": "it does not take the algorithm or the size of the key (MYCERTKEYLEN)",
  "bad-message-check": "it could not verify or decrypt the request",
  "bad-request": "the request is not permitted: a password that release 1.0 cannot send, or a name that it does not know",
  "bad-time": "its clock and the request's time differ",
  "bad-cert-id": "it does not know the certificate or transaction asked for",
};

export function scepProblems(run: StartUp): Problem[] {
  const last = run.notices.findLast(({ notice }) => notice === "scep-refused" || notice === "scep-pending");
  if (last === undefined) return [];
  const steps = run.events.flatMap((event) => (event.event === "scep" ? [event] : []));
  const granted = steps.some((event) => event.step === "answer" && event.result === "ok" && event.n > last.after);
  if (granted) return [];
  return [last.notice === "scep-pending" ? pending(run, last, steps) : refused(run, last, steps)];
}

function pending(run: StartUp, { after }: NoticeFact, steps: readonly ScepEvent[]): Problem {
  const answers = steps.filter(({ result }) => result === "pending");
  const times = answers.length === 1 ? "once" : `${answers.length} times`;
  return {
    n: after, code: "scep-pending", serious: false,
    cause: `The CA at ${url(run)} has not decided about the request yet; it was asked ${times}.`,
    evidence: [...answers.slice(-1).map(({ n }) => ({ event: n })), ...parameterEvidence(run, "MYCERTWAIT")],
    advice: `approve ${transaction(answers.at(-1))} at the CA; with MYCERTWAIT 0 the start-up does not wait for it`,
  };
}

function refused(run: StartUp, { after }: NoticeFact, steps: readonly ScepEvent[]): Problem {
  const failed = steps.findLast(({ result, n }) => result !== "ok" && result !== "pending" && n <= after);
  const [cause, advice] = failed === undefined ? RESULTS["malformed"]! : wordsOf(failed);
  return {
    n: failed?.n ?? after, code: "scep-refused", serious: true,
    cause: `There is no certificate: the CA at ${url(run)} ${cause}.`,
    evidence: [...(failed === undefined ? [] : [{ event: failed.n }]), ...parameterEvidence(run, "MYCERTURL")],
    advice,
  };
}

function wordsOf(event: ScepEvent): readonly [string, string] {
  const { result = "", status, error = "", failInfo = "", proxy } = event;
  const through = proxy === undefined ? "" : `, or HTTPPROXY (${proxy}) before it`;
  if (result === "rejected") {
    const why = REFUSALS[failInfo] ?? "it gives no reason";
    return [`refused (${failInfo || "no reason"}): ${why}`, `look at the CA's log for ${transaction(event)}`];
  }
  const way = proxy === undefined ? "" : ` (through HTTPPROXY ${proxy})`;
  if (result === "no-answer") return [`${ERROR_TEXTS[error] ?? "did not answer"}${way}`, `start the CA${through}, or correct MYCERTURL`];
  const operation = OPERATIONS[event.step ?? ""] ?? "a request";
  if (result === "http-failed") return [`answered ${status ?? "no HTTP"} to ${operation}`, `correct MYCERTURL${through}`];
  const [cause, advice] = RESULTS[result] ?? RESULTS["malformed"]!;
  return [cause, advice.replace("this transaction", transaction(event))];
}

function transaction(event: ScepEvent | undefined): string {
  return event?.transaction === undefined ? "the request" : `transaction ${event.transaction}`;
}

function url(run: StartUp): string {
  return run.facts.parameters.get("MYCERTURL")?.value ?? "MYCERTURL";
}
