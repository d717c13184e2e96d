// TLS that did not come about: what was wrong with the certificate or the port, and what an administrator does about it.
//
// In: the `http` events of one start-up. Out: the words of cause, evidence and advice.

import type { Evidence, HttpEvent } from "./event-types.js";
import { ERROR_TEXTS } from "./event-text.js";
import { parameterEvidence, type Problem, type StartUp } from "./verdict-types.js";

type Advice = (host: string, port: string) => string;

const LOOK: Advice = (host, port) => `look at what it shows: openssl s_client -connect ${host}:${port} -showcerts`;

const ADVICE: Readonly<Record<string, Advice>> = {
  "tls-expired": (host) => `renew the certificate of ${host}; if the telephone's date is the wrong one, give --date`,
  "tls-not-yet-valid": () => "give the telephone its date with --date, or the server a certificate that is valid then",
  "tls-name": (host) => `give the server a certificate for ${host} (an address as iPAddress among its alternative names), or name it in ` +
    "TLSSRVR as its certificate does; --set TLSSRVRID=0 tries it without this check",
  "tls-unknown-ca": (host, port) => "give the telephone the issuer's certificate: --ca FILE.pem, or a PEM file that TRUSTCERTS names; " +
    `openssl s_client -connect ${host}:${port} -showcerts shows what the server sends, which must reach up to that issuer`,
  "tls-plain": (host, port) => `let ${host} speak TLS at port ${port}, correct TLSPORT, or name it in HTTPSRVR for plain HTTP`,
  "tls-failed": (host, port) => `the telephone speaks TLS 1.2 and 1.3; see what the server says: openssl s_client -connect ${host}:${port}`,
};

const EVIDENCE: Readonly<Record<string, readonly string[]>> = { "tls-name": ["TLSSRVRID"], "tls-unknown-ca": ["TRUSTCERTS"] };
const REFUSED_TEXTS: Readonly<Record<string, string>> = {
  "malformed": "is no PEM file of certificates alone, with at most 64 KiB and 16 of them",
  "no-space": "has more certificates than the telephone keeps, 32 in all",
};

/** The last request of these that ended in TLS, if any did. */
export function tlsFailure(tries: readonly HttpEvent[]): HttpEvent | undefined {
  return tries.findLast((request) => request.error?.startsWith("tls-") === true);
}

/** What one server's TLS came to, in its own words where it has any. */
export function tlsText(request: HttpEvent): string {
  return request.detail ?? ERROR_TEXTS[request.error ?? ""] ?? "TLS failed";
}

export function tlsAdvice(request: HttpEvent): string {
  return (ADVICE[request.error ?? ""] ?? LOOK)(String(request.server ?? "the server"), portOf(request));
}

export function tlsEvidence(run: StartUp, request: HttpEvent): Evidence[] {
  const more = EVIDENCE[request.error ?? ""] ?? [];
  return ["TLSSRVR", ...more].flatMap((name) => parameterEvidence(run, name));
}

/** A file that TRUSTCERTS names came and was refused: what is trusted stays as it was, which is not what was asked for. */
export function trustProblems(run: StartUp): Problem[] {
  const refused = run.events.find((event) => event.event === "trust" && event.effect === "refused");
  if (refused?.event !== "trust") return [];
  const { n, file = "", why = "" } = refused;
  const what = file === "" ? "An empty item of TRUSTCERTS" : file;
  return [{
    n, code: "tls", serious: true,
    cause: `${what} ${REFUSED_TEXTS[why] ?? "could not be stored"}: the certificates of TRUSTCERTS were not taken.`,
    evidence: [{ event: n }, ...parameterEvidence(run, "TRUSTCERTS")],
    advice: `put the authorities' certificates there, and nothing else; see what it holds: openssl x509 -in ${file || "FILE"} -noout -text`,
  }];
}

function portOf({ url = "" }: HttpEvent): string {
  return /^https:\/\/[^/:]+:(\d+)/.exec(url)?.[1] ?? "443";
}
