// Goal: whatever is wrong with a server's TLS, the verdict says it in the words of whoever saw it, and a next step that fits.
// Method: one hand-made run a fault, judged as `--server` would (strict); and a server that was passed over for another.

import t from "tap";
import type { Code } from "../../host/event-types.js";
import { verdictOf, type EndBody } from "../../host/verdict.js";
import { bound, type Run } from "../support/runs.js";

interface Case {
  readonly code: Code;
  readonly story: Run;
  readonly cause: RegExp;
  readonly advice: RegExp;
  readonly evidence?: object;
}

const URL = "http://10.0.8.2/96xxupgrade.txt";
const OK = { try: 1, server: "10.0.8.2", url: URL, status: 200, accepted: true };
const STRICT = { ended: "reached", wanted: "login", strict: true, lenient: false } as const;
const judge = (story: Run): EndBody => verdictOf(story.events, story.facts, STRICT);

const secure = (story: Run, fields: object): Run =>
  story.http({ server: "10.0.8.3", url: "https://10.0.8.3/96xxupgrade.txt", ...fields });
const TLS: readonly [error: string, detail: string, advice: RegExp][] = [
  ["tls-expired", "certificate expired on 2024-03-01", /renew the certificate of 10\.0\.8\.3/],
  ["tls-not-yet-valid", "certificate is not valid before 2027-01-01", /--date/],
  ["tls-name", "the certificate is for other.example, and the address 10.0.8.3 is not among its alternative names", /TLSSRVRID=0/],
  ["tls-unknown-ca", "certificate is signed by itself", /--ca FILE\.pem.*TRUSTCERTS/],
  ["tls-plain", "no TLS on this port", /port 443/],
  ["tls-failed", "TLS: wrong version number", /TLS 1\.2 and 1\.3/],
  ["tls-certificate", "certificate is not for servers", /-showcerts/],
];

const CASES: readonly Case[] = [
  {
    code: "no-file-server", story: bound().parameter("TLSSRVR", "10.0.8.7", "option242").notice("no-file-server").state("login"),
    cause: /^Software comes over HTTP alone, and HTTPSRVR is empty: TLSSRVR \(10\.0\.8\.7\)/, advice: /over http too/,
    evidence: [{ parameter: "TLSSRVR", source: "option242" }, { parameter: "HTTPSRVR", source: "option242" }],
  },
  ...TLS.map(([error, detail, advice]): Case => ({
    code: "tls", story: secure(bound(), { error, detail }).state("login"),
    cause: new RegExp(`^10\\.0\\.8\\.3: ${detail}\\.$`), advice,
  })),
  {
    code: "tls", story: secure(bound(), { error: "tls-failed" }).http({ server: "10.0.8.2", url: URL, error: "refused" }).state("login"),
    cause: /^10\.0\.8\.3: could not agree on TLS; 10\.0\.8\.2 refused the connection\.$/, advice: /s_client/,
  },
  {
    code: "server-unreachable", story: secure(bound(), { error: "refused" }).state("login"),
    cause: /^10\.0\.8\.3 refused the connection\.$/, advice: /TLSSRVR, TLSPORT/,
  },
  {
    code: "http-refused",
    story: secure(bound(), { status: 302, accepted: false, why: "redirect", detail: "http://10.0.8.2/x" }).state("login"),
    cause: /redirects to http:\/\/10\.0\.8\.2\/x, and http is not followed/, advice: /stay on its scheme/,
  },
  {
    code: "tls", story: bound().http(OK).trust({ file: "ca.pem", effect: "refused", why: "malformed" }).state("login"),
    cause: /^ca\.pem is no PEM file of certificates alone/, advice: /openssl x509/, evidence: [{ event: 9 }],
  },
];

t.test("what was wrong with TLS, and what to do", (t) => {
  for (const { code, story, cause, advice, evidence } of CASES) {
    const end = judge(story);
    t.equal(end.code, code, end.cause);
    t.match(end.cause, cause);
    t.match(end.advice, advice);
    if (evidence !== undefined) t.match(end.evidence, evidence);
  }
  t.end();
});

t.test("a server that was passed over is a warning, once", (t) => {
  const over = secure(secure(bound(), { error: "tls-expired", detail: "certificate expired on 2024-03-01" }).http(OK), {
    url: "https://10.0.8.3/46xxsettings.txt", error: "tls-expired", detail: "certificate expired on 2024-03-01",
  }).http({ ...OK, url: "http://10.0.8.2/46xxsettings.txt" }).state("login");
  const end = judge(over);
  t.equal(end.ok, true);
  t.strictSame(end.warnings.map(({ code, cause }) => `${code}: ${cause}`).filter((line) => line.startsWith("tls")), [
    "tls: 10.0.8.3: certificate expired on 2024-03-01; 10.0.8.2 had the file, over plain HTTP.",
  ]);
  t.end();
});

t.test("so is one that did not answer at all, or badly; a second try of the same server is none", (t) => {
  const warnings = (story: Run): string[] => judge(story.state("login")).warnings.map(({ code, cause }) => `${code}: ${cause}`);
  const has = (story: Run, line: string): void => void t.ok(warnings(story).includes(line), warnings(story).join(" | "));
  has(secure(bound(), { error: "timed-out" }).http(OK),
    "server-unreachable: 10.0.8.3 did not answer in time; 10.0.8.2 had the file, over plain HTTP.");
  has(bound().http({ try: 1, server: "10.0.8.9", url: URL.replace("10.0.8.2", "10.0.8.9"), status: 500, why: "server-error" }).http(OK),
    `http-status: 10.0.8.9 answered 500 for http://10.0.8.9/96xxupgrade.txt; 10.0.8.2 had the file.`);
  t.notOk(warnings(bound().http({ ...OK, accepted: false, status: 500, why: "server-error" }).http({ ...OK, try: 2 }))
    .some((line) => /had the file/.test(line)));
  t.end();
});
