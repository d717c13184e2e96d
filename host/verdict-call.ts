// What went wrong with call servers: none known, none that answers, a registration that was refused. Like verdict-problems, for SIP.

import type { NoticeFact, SipEvent } from "./event-types.js";
import { ERROR_TEXTS } from "./event-text.js";
import { ends, parameterEvidence, type Problem, type StartUp } from "./verdict-types.js";

type Text = Pick<Problem, "cause" | "advice">;

/** Answers that lead on. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["contacted", "challenged", "stale", "redirected", "interval-too-brief", "registered"]);

/** What is said of call servers alone. */
const FAILURES: Readonly<Record<string, string>> = {
  "malformed": "sent what is no SIP", "unsupported": "would need TLS, which this network does not offer", "no-address": "has no address",
  "closed": "closed the connection", "redirected": "sent the telephone to an address that it does not follow",
};

/** Each thing once: a start-up that did not get further says the same of contact and of registration. */
export function callServerProblems(run: StartUp): Problem[] {
  const problems = run.notices.flatMap((fact) => callServerProblem(run, fact));
  return problems.filter(({ code }, index) => problems.findIndex((other) => other.code === code) === index);
}

function callServerProblem(run: StartUp, fact: NoticeFact): Problem[] {
  switch (fact.notice) {
    case "no-call-server": return [noCallServer(run, fact)];
    case "call-server-silent": return [silentCallServer(run, fact)];
    case "register-silent": return isRegistered(run, fact.after) ? [] : [silentCallServer(run, fact)];
    case "register-refused": return isRegistered(run, fact.after) ? [] : [refused(run, fact)];
    case "controller-list": return [controllerList(run, fact)];
    default: return [];
  }
}

function isRegistered(run: StartUp, after: number): boolean {
  return run.events.some((event) => event.event === "sip" && event.result === "registered" && event.n > after);
}

function noCallServer(run: StartUp, fact: NoticeFact): Problem {
  return {
    n: fact.after, code: "no-call-server", serious: false,
    cause: "No call server address is known: SIPPROXYSRVR is empty.",
    evidence: [{ parameter: "SIPPROXYSRVR", source: run.facts.parameters.get("SIPPROXYSRVR")?.source ?? "default" }],
    advice: "SET SIPPROXYSRVR in the settings file",
  };
}

function controllerList(run: StartUp, fact: NoticeFact): Problem {
  return {
    n: fact.after, code: "controller-list", serious: false,
    cause: "SIPPROXYSRVR is empty, and SIP_CONTROLLER_LIST is used instead; a telephone of release 1.0 does not know it.",
    evidence: parameterEvidence(run, "SIP_CONTROLLER_LIST"),
    advice: "SET SIPPROXYSRVR as well for telephones before release 2.4.1",
  };
}

function attempts(run: StartUp, fact: NoticeFact): SipEvent[] {
  return run.events.flatMap((event) => (event.event === "sip" && event.n <= fact.after ? [event] : []));
}

function silentCallServer(run: StartUp, fact: NoticeFact): Problem {
  const all = attempts(run, fact);
  const stuck = all.filter(({ result = "" }) => !ON_THE_WAY.has(result));
  const failed = stuck.length === 0 ? all.slice(-1) : stuck;
  const [name, list] = serverList(run);
  const how = failuresText(failed);
  return {
    n: fact.after, code: "call-server-silent", serious: false,
    cause: `No call server answered${list === "" ? "" : ` (${name} ${list})`}${how === "" ? "" : `: ${how}`}.`,
    evidence: [...ends(failed).map((event) => ({ event: event.n })), ...parameterEvidence(run, name)],
    advice: silentAdvice(run, name, failed),
  };
}

const CERTIFICATE_ADVICE: Readonly<Record<string, string>> = {
  "tls-unknown-ca": "give the telephone the issuer's certificate: --ca FILE.pem, or a PEM file that TRUSTCERTS names",
  "tls-expired": "renew the call server's certificate; if the telephone's date is the wrong one, give --date",
  "tls-not-yet-valid": "give the telephone its date with --date, or the call server a certificate that is valid then",
  "tls-name": "let the call server's certificate name what the list says, or the list what the certificate names",
};

/** TLS is what a telephone speaks unless it is told otherwise: most call servers that "refuse" it listen for TCP. */
function silentAdvice(run: StartUp, name: string, failed: readonly SipEvent[]): string {
  const last = failed.at(-1);
  const written = listAdvice(run, name, last);
  if (written !== undefined) return written;
  if (last?.transport !== "tls" || last.result === "server-failed") {
    return `check ${name}, SIPSIGNAL and the ports (SIPPORT, SIP_PORT_SECURE), and that the call server is running`;
  }
  const certificate = CERTIFICATE_ADVICE[last.result ?? ""];
  if (certificate !== undefined) return certificate;
  const port = run.facts.parameters.get("SIP_PORT_SECURE")?.value ?? "5061";
  return `let the call server speak TLS at port ${port} (SIP_PORT_SECURE), or SET SIPSIGNAL 1 for TCP, 0 for UDP; and check ${name}`;
}

const NO_ADDRESS: ReadonlySet<string> = new Set(["timed-out", "no-name", "no-address"]);

/** A list that holds URLs, and a name that nobody may have resolved. */
function listAdvice(run: StartUp, name: string, last: SipEvent | undefined): string | undefined {
  const [, list] = serverList(run);
  if (name === "SIPPROXYSRVR" && /\bsips?:|\/|;/i.test(list)) {
    return "write SIPPROXYSRVR as addresses or names with commas between; transport and port are SIPSIGNAL, SIPPORT and SIP_PORT_SECURE";
  }
  const server = String(last?.server ?? "");
  if (!NO_ADDRESS.has(last?.result ?? "") || !/[a-z]/i.test(server)) return undefined;
  const dns = run.facts.parameters.get("DNSSRVR")?.value ?? "";
  const asked = dns === "" ? "give the telephone a DNS server (DNSSRVR is empty)" : `check that DNSSRVR (${dns}) knows ${server}`;
  return `name the call server by its address, or ${asked}; and check that it is running`;
}

/** What became of the requests: each way of failing once, with who failed so. */
function failuresText(failed: readonly SipEvent[]): string {
  const servers = new Map<string, Set<string>>();
  for (const event of failed) {
    const text = failureText(event);
    servers.set(text, (servers.get(text) ?? new Set()).add(String(event.server ?? "the server")));
  }
  return [...servers].map(([text, names]) => {
    const [first = "", ...others] = names;
    return `${first}${others.length > 0 ? ` and ${others.length} more` : ""} ${text}`;
  }).join(", ");
}

function failureText({ result = "", status, transport }: SipEvent): string {
  if (result === "server-failed") return `is busy or has failed (${status ?? "no status"})`;
  const over = transport === "tls" && !result.startsWith("tls-") && result !== "unsupported" ? " (over TLS)" : "";
  return `${FAILURES[result] ?? ERROR_TEXTS[result] ?? result}${over}`;
}

/** The list that was in force. */
function serverList(run: StartUp): [name: string, value: string] {
  const of = (name: string): string => run.facts.parameters.get(name)?.value ?? "";
  const name = of("SIPPROXYSRVR") === "" && of("SIP_CONTROLLER_LIST") !== "" ? "SIP_CONTROLLER_LIST" : "SIPPROXYSRVR";
  return [name, of(name)];
}

function refused(run: StartUp, fact: NoticeFact): Problem {
  const answer = attempts(run, fact).findLast(({ step }) => step === "register");
  return {
    n: fact.after, code: "register-refused", serious: true, ...refusedText(answer),
    evidence: [...(answer === undefined ? [] : [{ event: answer.n }]), ...parameterEvidence(run, "SIPDOMAIN")],
  };
}

function refusedText(answer: SipEvent | undefined): Text {
  const server = answer?.server ?? "The call server";
  const status = answer?.status === undefined ? "" : ` (${answer.status})`;
  switch (answer?.result) {
    case "wrong-credentials": return {
      cause: `${server} refused the extension or its password${status}.`,
      advice: "check extension and password at the call server, and that its realm is the one that the password was made for",
    };
    case "user-not-found": return {
      cause: `${server} does not know the extension${status}.`,
      advice: "create the extension at the call server, or correct it; SIPDOMAIN is part of its address",
    };
    case "invalid-domain": return {
      cause: `${server} is not responsible for the domain of SIPDOMAIN${status}.`,
      advice: "SET SIPDOMAIN to the domain that the call server serves",
    };
    case "unsupported-challenge": return {
      cause: `${server} asks for credentials in a way that the telephone does not have${status}: it knows Digest with MD5 and SHA-256.`,
      advice: "let the call server offer Digest with algorithm MD5 or SHA-256, and with qop=auth or none",
    };
    case undefined: return {
      cause: "SIPDOMAIN or SIPREGISTRAR is no host name: nothing was sent.", advice: "SET SIPDOMAIN to a name such as example.com",
    };
    default: return {
      cause: `${server} refused the registration${status}.`, advice: "look at the call server's log for this answer",
    };
  }
}
