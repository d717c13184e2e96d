// Goal: each way in which a start-up can fail has its code, and its text names the file, address, status or bytes and a next step.
// Method: one hand-made run a code, judged as `--server` would (strict), and the rules of `ok` on top of them.

import t from "tap";
import type { Code, EndEvent } from "../../host/event-types.js";
import { exitCodeOf, verdictOf, type EndBody, type RunOutcome } from "../../host/verdict.js";
import { commandsToTry, renderVerdict } from "../../host/verdict-text.js";
import { bound, run, type Run } from "../support/runs.js";

const STRICT: RunOutcome = { ended: "reached", wanted: "login", strict: true, lenient: false };
const URL = "http://10.0.8.2/96xxupgrade.txt";
const OK = { try: 1, server: "10.0.8.2", status: 200, accepted: true };

const judge = (story: Run, outcome: Partial<RunOutcome> = {}): EndBody =>
  verdictOf(story.events, story.facts, { ...STRICT, ...outcome });

/** The script arrived, named a file, and the telephone is about to fetch it. */
const asked = (file: string): Run => bound().http({ ...OK, url: URL, bytes: 900 }).state("script")
  .script({ file: "96xxupgrade.txt", line: 61, statement: "IF $BOOTNAME SEQ hb1.bin goto NEXT", effect: "not-taken" })
  .script({ file: "96xxupgrade.txt", line: 63, statement: `SET APPNAME ${file}`, effect: "set", name: "APPNAME", value: file })
  .state("download");

interface Case {
  readonly code: Code;
  readonly story: Run;
  readonly outcome?: Partial<RunOutcome>;
  readonly cause: RegExp;
  readonly advice: RegExp;
  readonly evidence?: object;
}

const get = (story: Run, fields: object): Run => story.http({ try: 1, server: "10.0.8.2", url: URL, ...fields });
const TIMEOUT = { ended: "timeout" } as const;

const CASES: readonly Case[] = [
  {
    code: "no-link", story: run().state("link").notice("no-link"), outcome: TIMEOUT,
    cause: /no link/, advice: /plug the line port/, evidence: [{ event: 3 }],
  },
  {
    code: "no-offer", story: run().state("link", "dhcp").dhcp({ message: "discover" }).notice("no-offer"), outcome: TIMEOUT,
    cause: /No DHCP server answered 1 DISCOVER\./, advice: /DHCP server/, evidence: [{ event: 5 }],
  },
  {
    code: "timeout", story: run().state("link", "dhcp").dhcp({ message: "discover" }), outcome: TIMEOUT,
    cause: /time was over in state dhcp/, advice: /--timeout SECONDS/, evidence: [{ event: 4 }],
  },
  {
    code: "timeout", story: run().state("link"), outcome: TIMEOUT,
    cause: /time was over in state link/, advice: /--timeout SECONDS/, evidence: [{ event: 3 }],
  },
  {
    code: "timeout", outcome: TIMEOUT,
    story: run().state("link", "dhcp").dhcp({ message: "discover" }).dhcp({ message: "offer", server: "10.0.8.1", lease: 60 })
      .dhcp({ message: "request" }),
    cause: /time was over in state dhcp/, advice: /--timeout SECONDS/,
  },
  {
    code: "offer-refused", outcome: TIMEOUT,
    story: run().state("link", "dhcp").dhcp({ message: "offer", server: "10.0.8.1", lease: 60 })
      .dhcp({ message: "request" }).dhcp({ message: "request" }),
    cause: /the REQUEST for it had no ACK/, advice: /log of 10\.0\.8\.1/,
  },
  {
    code: "no-offer", story: run().state("link", "dhcp").dhcp({ message: "discover" }).dhcp({ message: "discover" }), outcome: TIMEOUT,
    cause: /No DHCP server answered 2 DISCOVERs\./, advice: /DHCP server/, evidence: [{ event: 5 }, { event: 6 }],
  },
  {
    code: "offer-refused", outcome: TIMEOUT,
    story: run().state("link", "dhcp").dhcp({ message: "discover" }).dhcp({ message: "offer", address: "10.0.8.50", server: "10.0.8.1" }),
    cause: /offer of 10\.0\.8\.1 was not taken: it has no lease time \(option 51\)/, advice: /option 51/, evidence: [{ event: 6 }],
  },
  {
    code: "offer-refused", outcome: TIMEOUT,
    story: run().state("link", "dhcp").dhcp({ message: "discover" }).notice("offer-refused", { server: "10.0.8.9" }),
    cause: /offer of 10\.0\.8\.9/, advice: /option 51/,
  },
  {
    code: "offer-refused", outcome: TIMEOUT,
    story: run().state("link", "dhcp").dhcp({ message: "request" }).dhcp({ message: "nak", server: "10.0.8.1" }),
    cause: /10\.0\.8\.1 answered the telephone's REQUEST with NAK/, advice: /agree on the pool/,
  },
  {
    code: "no-file-server", story: bound().notice("no-file-server").state("login"),
    cause: /neither DHCP nor the stored settings/, advice: /HTTPSRVR=ADDRESS/,
    evidence: [{ event: 6 }, { parameter: "HTTPSRVR", source: "option242" }],
  },
  {
    code: "http-refused", story: get(get(bound(), { error: "timed-out" }), { try: 2, error: "timed-out" }).state("login"),
    cause: /^10\.0\.8\.2 took the connection and sent nothing in time\.$/, advice: /who listens at this port/,
  },
  {
    code: "http-refused", story: get(get(bound(), { error: "reset" }), { error: "refused" }).state("login"),
    cause: /^10\.0\.8\.2 refused the connection\.$/, advice: /curl -v/,
  },
  {
    code: "server-unreachable", story: get(bound(), { try: 0, error: "timed-out" }).state("login"),
    cause: /^10\.0\.8\.2 did not answer in time\.$/, advice: /start the file server/,
  },
  {
    code: "http-refused",
    story: ["96xxupgrade.txt", "b", "c"].reduce((to, file, index) =>
      to.http({ ...OK, try: index + 2, status: 302, url: `http://10.0.8.2/${file}` }), get(bound(), { status: 503, accepted: false }))
      .http({ try: 5, url: "http://10.0.8.2/e", status: 302, accepted: false, why: "redirect", detail: "/f" }).state("login"),
    cause: /^The answer to http:\S+\/e \(status 302\) redirects a fourth time to \/f: the telephone follows three\.$/, advice: /three/,
  },
  {
    code: "http-refused",
    story: get(bound(), { status: 301, accepted: false, why: "redirect", detail: "https://10.0.8.2/a.txt" }).state("login"),
    cause: /\(status 301\) redirects to https:\/\/10\.0\.8\.2\/a\.txt, and https is not followed\./, advice: /stay on its scheme/,
  },
  {
    code: "http-refused",
    story: get(bound(), { status: 301, accepted: false, why: "redirect", detail: "http://me@10.0.8.2/" }).state("login"),
    cause: /redirects to http:\/\/me@10\.0\.8\.2\/, which cannot be read/, advice: /stay on its scheme/,
  },
  {
    code: "http-refused", story: get(bound(), { status: 301, accepted: false, why: "redirect" }).state("login"),
    cause: /another scheme than http, or to a Location that is missing/, advice: /stay on its scheme/,
  },
  {
    code: "server-unreachable",
    story: get(bound(), { error: "refused", detail: "connect ECONNREFUSED 10.0.8.2:80" }).status({ upgradestat: 2 }).state("login"),
    cause: /^10\.0\.8\.2 refused the connection \(connect ECONNREFUSED 10\.0\.8\.2:80\)\.$/, advice: /start the file server/,
  },
  {
    code: "server-unreachable", outcome: TIMEOUT,
    story: bound().http({ url: "http://files.example/96xxupgrade.txt", error: "no-name" }).state("login"),
    cause: /files\.example has no address: the name was not found/, advice: /DNSSRVR/,
  },
  {
    code: "server-unreachable", story: bound().http({ server: "", url: "http:///96xxupgrade.txt", error: "no-name" }).state("login"),
    cause: /^An empty item of HTTPSRVR has no address/, advice: /name the server/,
  },
  {
    code: "no-file-server", story: bound().parameter("AUTH", "1", "stored").notice("no-file-server").state("login"),
    cause: /^AUTH is 1.* and TLSSRVR is empty/, advice: /TLSSRVR=ADDRESS/,
  },
  {
    code: "http-refused",
    story: get(bound(), { error: "closed" }).state("login"),
    cause: /closed the connection before it answered/,
    advice: /curl/,
  },
  {
    code: "http-status",
    story: [1, 2, 3].reduce((to, n) => get(to, { try: n, status: 500, accepted: false, why: "server-error" }), bound()).state("login"),
    cause: /10\.0\.8\.2 answered 500 for http:\S+96xxupgrade\.txt, 3 times\./, advice: /server's own log/,
    evidence: [{ event: 8 }, { event: 10 }, { parameter: "HTTPSRVR", source: "option242" }],
  },
  {
    code: "http-status", story: asked("SIP1.bin").http({ url: "http://10.0.8.2/SIP1.bin", status: 404, accepted: false }).state("login"),
    cause: /answered 404 for http:\S+SIP1\.bin\./, advice: /put SIP1\.bin/,
  },
  { code: "http-status", story: get(bound(), { status: 403, accepted: false }).state("login"), cause: /403/, advice: /without a login/ },
  {
    code: "http-refused", story: get(bound(), { status: 200, accepted: false, why: "header-too-large" }).state("login"),
    cause: /\(status 200\) has a header that is larger/, advice: /curl/,
  },
  {
    code: "http-refused", story: get(bound(), { accepted: false, why: "malformed" }).state("login"),
    cause: /^The answer to http:\S+ is not HTTP/, advice: /curl/,
  },
  {
    code: "http-short", story: get(bound(), { status: 200, accepted: false, why: "short", bytes: 700, expected: 900 }).state("login"),
    cause: /ended after 700 bytes of 900/, advice: /Content-Length/,
  },
  {
    code: "script-missing", story: get(bound(), { status: 404, accepted: false, why: "status-not-usable" }).state("login"),
    cause: /answered 404/, advice: /--script NAME/,
  },
  {
    code: "not-a-script", story: get(bound(), OK).script({ file: "96xxupgrade.txt", effect: "end", why: "not-a-script" }).state("login"),
    cause: /no statement, or it is HTML/, advice: /open the URL/, evidence: [{ event: 8 }, { event: 9 }],
  },
  {
    code: "goto-missing",
    story: get(bound(), OK)
      .script({ file: "96xxupgrade.txt", line: 7, statement: "IF $GROUP SEQ 1 GOTO NOWHERE", effect: "taken" })
      .script({ file: "96xxupgrade.txt", line: 7, effect: "end", why: "tag-not-found" })
      .state("login"),
    cause: /96xxupgrade\.txt line 7 goes to the tag "# NOWHERE"/, advice: /add the line "# NOWHERE"/,
    evidence: [{ file: "96xxupgrade.txt", line: 7, text: "IF $GROUP SEQ 1 GOTO NOWHERE" }],
  },
  {
    code: "step-limit",
    story: get(bound(), OK).script({ file: "a.txt", line: 3, statement: "GOTO A", effect: "end", why: "step-limit" }).state("login"),
    cause: /did not end \(line 3\): .*100,000 statements/, advice: /leads back/,
  },
  {
    code: "image-rejected",
    story: asked("SIP1.bin").image({ file: "SIP1.bin", bytes: 2048, verdict: "unknown-key" }).status({ appstat: 1 }).state("login"),
    cause: /^SIP1\.bin \(2 KiB\) was refused: it is signed with a key.*Nothing was erased\.$/, advice: /--trust KEY\.pem/,
    evidence: [{ event: 13 }, { file: "96xxupgrade.txt", line: 63, text: "SET APPNAME SIP1.bin" }],
  },
  {
    code: "image-rejected",
    story: asked("SIP1.bin").image({ file: "SIP1.bin", bytes: 9, verdict: "old-counter", expected: 5, found: 2 }).state("login"),
    cause: /\(needed 5, found 2\)/, advice: /--security-counter/,
  },
  {
    code: "image-rejected",
    story: asked("SIP1.bin").http({ ...OK, url: "http://h/SIP1.bin" }).notice("no-room").state("login"),
    cause: /SIP1\.bin cannot be stored/,
    advice: /--part/,
  },
  {
    code: "not-a-container", story: asked("hb2.bin").image({ file: "hb2.bin", bytes: 32, verdict: "not-a-container" }).state("login"),
    cause: /software of a real telephone/, advice: /--bootname hb2\.bin --appname as-asked$/,
  },
  {
    code: "not-a-container",
    story: asked("x").script({ file: "96xxupgrade.txt", line: 70, statement: "IF $BOOTNAME SEQ hb3.bin GOTO APP", effect: "taken" })
      .image({ file: "SIP2.bin", bytes: 32, verdict: "not-a-container" }).state("login"),
    cause: /real telephone/, advice: /--bootname hb3\.bin --appname SIP2\.bin$/,
  },
  {
    code: "flash-failed", outcome: { ended: "reset-loop" },
    story: asked("SIP1.bin").image({ file: "SIP1.bin", verdict: "accepted" }).state("erase")
      .add({ event: "slot", kind: "application", slot: "B", state: "failed", why: "erase-failed" })
      .notice("flash-failed").reset("flash-failed"),
    cause: /^Slot B of the application could not be erased/, advice: /worn or protected/,
    evidence: [{ event: 15 }],
  },
  {
    code: "no-call-server",
    outcome: { ...TIMEOUT, wanted: "registered" },
    story: bound().state("call-server").notice("no-call-server").state("login"),
    cause: /SIPPROXYSRVR is empty/, advice: /SET SIPPROXYSRVR/, evidence: [{ parameter: "SIPPROXYSRVR", source: "default" }],
  },
  {
    code: "call-server-silent", outcome: { ...TIMEOUT, wanted: "registered" },
    story: bound().parameter("SIPPROXYSRVR", "10.0.8.9", "settings").state("call-server")
      .add({ event: "sip", step: "connect", result: "timed-out" }).notice("call-server-silent").state("login"),
    cause: /SIPPROXYSRVR 10\.0\.8\.9\): the server did not answer in time/, advice: /SIPSIGNAL/,
  },
  {
    code: "reset-loop", outcome: { ended: "reset-loop" }, story: get(bound(), OK).notice("no-software").reset("no-software"),
    cause: /No software is stored, and the script named none.*three times.*\(no-software\)/, advice: /SET APPNAME for this MODEL/,
  },
  {
    code: "reset-loop", outcome: { ended: "reset-loop" },
    story: run().reset("panic"), cause: /three times in a row.*\(panic\)/, advice: /before each reset/,
  },
  {
    code: "local-procedures", outcome: { ended: "local-procedures" }, story: bound().state("craft"), cause: /Program was pressed/,
    advice: /Restart/,
  },
  {
    code: "local-procedures", outcome: { ended: "local-procedures" }, story: bound().state("call-server", "login", "craft"),
    cause: /code of the local procedures was entered after the start-up/, advice: /Exit/,
  },
  {
    code: "timeout", outcome: TIMEOUT, story: bound().display("title", "HTTP:1 10.0.8.2").add({ event: "beep" }),
    cause: /time was over in state file-server; login was wanted/, advice: /--timeout SECONDS/, evidence: [{ event: 7 }, { event: 8 }],
  },
  {
    code: "timeout", outcome: TIMEOUT,
    story: bound(),
    cause: /time was over in state file-server; login was wanted/,
    advice: /--timeout SECONDS/,
  },
  {
    code: "reached",
    story: bound().http({ ...OK, url: URL }).status({ upgradestat: 0, appstat: 0 }).state("login"),
    cause: /reached login/,
    advice: /^$/,
  },
];

t.test("every code, with a sentence and a next step", (t) => {
  for (const [index, { code, story, outcome, cause, advice, evidence }] of CASES.entries()) {
    const end = judge(story, outcome);
    const name = `${code} (case ${index + 1})`;
    t.equal(end.code, code, name);
    t.equal(end.ok, code === "reached", name);
    t.match(end.cause, cause, name);
    t.match(end.cause, /\.$/, `${name} is a sentence`);
    t.match(end.advice, advice, name);
    t.notMatch(end.cause + end.advice, /undefined|NaN|\[object/, name);
    if (evidence !== undefined) t.strictSame(end.evidence, evidence, name);
    t.ok(end.evidence.length > 0, `${name} has evidence`);
  }
  t.end();
});

t.test("every refusal of an image is worded", (t) => {
  const verdicts = ["truncated", "bad-header", "bad-tlvs", "unknown-tlv", "no-digest", "duplicate-digest", "digest-mismatch",
    "no-signature",
    "unknown-key", "bad-signature", "unsupported-signature", "unsupported-digest", "encrypted", "compressed", "wrong-kind", "wrong-model",
    "old-counter", "too-large", "not-bootable", "tlvs-too-large", "no-trusted-key"];
  const causes = verdicts.map((verdict) => judge(asked("a.bin").image({ file: "a.bin", verdict }).state("login")).cause);
  t.equal(new Set(causes).size, verdicts.length);
  for (const [index, verdict] of verdicts.entries()) t.notMatch(causes[index], new RegExp(`refused: ${verdict}[. ]`), verdict);
  t.end();
});

t.test("what was mended is no failure", (t) => {
  const refused = { status: 503, accepted: false };
  const retried = get(get(get(bound(), refused), { ...refused, try: 2 }), { ...OK, try: 3 }).state("login");
  t.equal(judge(retried).ok, true, "503, 503, 200");
  const linked = run().state("link").notice("no-link").state("dhcp").dhcp({ message: "offer" }).dhcp({ message: "ack" }).state("login");
  t.equal(judge(linked).ok, true, "a cable that came late, and an offer without lease that was followed by an ACK");
  const restarted = get(bound(), { error: "refused" }).reset("no-software").state("power-up").http({ ...OK, url: URL }).state("login");
  t.equal(judge(restarted).ok, true, "a server that was started between two resets");
  const recovered = bound().notice("flash-failed").reset("flash-failed").state("power-up").http({ ...OK, url: URL }).state("login");
  t.equal(judge(recovered).ok, true, "a message of the start-up before");
  const looped = get(bound(), { error: "refused" }).reset("no-software").state("power-up");
  t.equal(judge(looped, { ended: "reset-loop" }).code, "server-unreachable", "the start-up before names the cause of a loop");
  t.end();
});

t.test("a state that was reached has not failed by being the last one", (t) => {
  const early = (...states: string[]): EndBody => judge(run().state(...states), { wanted: states[states.length - 1]! });
  t.match(early("link"), { ok: true, code: "reached", warnings: [] });
  t.match(early("link", "dhcp"), { ok: true, code: "reached", warnings: [] });
  t.end();
});

t.test("a chain of GETs fails only when nothing in it answered", (t) => {
  const missed = (file: string) => (story: Run): Run => story.http({ url: `http://10.0.8.2/${file}`, status: 404, accepted: false })
    .script({ file: "96xxupgrade.txt", line: 80, statement: `GET ${file}`, effect: "get", value: file, why: "file-not-obtained" });
  const followed = (story: Run): Run => story.http({ ...OK, url: "http://10.0.8.2/b.txt" })
    .script({ file: "96xxupgrade.txt", line: 81, statement: "GET b.txt", effect: "get", value: "b.txt", why: "file-followed" });
  const script = (): Run => get(bound(), OK).state("script");
  t.equal(judge(followed(missed("a.txt")(script())).state("login")).ok, true);
  const none = judge(missed("b.txt")(missed("a.txt")(script())).state("login"));
  t.match(none, { ok: false, code: "http-status", cause: /a\.txt/ });
  t.match(judge(missed("a.txt")(script()).state("login"), { lenient: true }), { ok: true, warnings: [{ code: "http-status", event: 10 }] });
  t.end();
});

t.test("the rules of ok", (t) => {
  const story = (): Run => get(bound(), { status: 404, accepted: false }).status({ upgradestat: 2, appstat: 0 }).state("login");
  t.equal(judge(story()).ok, false, "asked for and failed, even at the prompt");
  t.match(judge(story(), { strict: false }), { ok: true, code: "reached", warnings: [{ code: "script-missing", event: 8 }] });
  t.match(judge(story(), { lenient: true }), { ok: true, warnings: [{ code: "script-missing" }] });
  t.match(judge(story(), TIMEOUT), { ok: false, code: "script-missing" }, "lenient or not, the state was not reached");
  t.match(judge(bound().status({ upgradestat: 0, appstat: 2 }).state("login")), { ok: false, code: "http-status", appstat: 2 });
  t.match(judge(bound().status({ upgradestat: 1, appstat: 0 }).state("login")), { ok: false, code: "not-a-script" });
  const demo = bound().notice("no-call-server").state("login");
  t.match(judge(demo), { ok: true, warnings: [{ code: "no-call-server", parameter: "SIPPROXYSRVR", source: "default" }] });
  const both = get(bound(), OK).script({ file: "a", line: 1, effect: "end", why: "tag-not-found" })
    .image({ file: "x", verdict: "bad-header" }).state("login");
  t.match(judge(both), { code: "goto-missing", warnings: [{ code: "image-rejected" }] }, "the first in time");
  t.match(judge(bound(), { ended: "timeout", wanted: "none" }), { ok: true, code: "reached" });
  const unsigned = asked("x.bin")
    .image({ file: "x.bin", bytes: 5, verdict: "accepted", unsigned: true }).reset("upgraded").state("power-up", "login");
  t.match(judge(unsigned), { ok: true, warnings: [{ code: "unsigned-image", event: 13 }] });
  t.end();
});

t.test("exit codes", (t) => {
  const code = (outcome: Partial<RunOutcome>): number => {
    const whole = { ...STRICT, ...outcome };
    return exitCodeOf(judge(bound().state("login"), whole), whole);
  };
  t.strictSame([code({}), code(TIMEOUT), code({ ended: "local-procedures" }), code({ ended: "interrupted" })], [0, 1, 3, 130]);
  t.end();
});

t.test("parameters carry the line that set them", (t) => {
  const story = bound().script({ file: "s.txt", line: 4, effect: "set", name: "GROUP", value: "1" })
    .script({ file: "s.txt", line: 9, effect: "set", name: "GROUP", value: "7" })
    .script({ file: "s.txt", line: 10, effect: "ignored", name: "HTTPSRVR", value: "x", why: "bad-value" })
    .parameter("GROUP", "7", "settings").state("login");
  t.strictSame(judge(story).parameters, {
    GROUP: { value: "7", source: "settings", file: "s.txt", line: 9 }, HTTPSRVR: { value: "10.0.8.2", source: "option242" },
  });
  t.end();
});

t.test("the text form is the last lines", (t) => {
  const story = get(bound(), { status: 404, accepted: false }).display("prompt", "Enter username").at(42_900).state("login");
  const end = { n: 11, t: 42_900, event: "end", ...judge(story) } as EndEvent;
  t.strictSame(renderVerdict(end, story.events, false), [
    "STOPPED  login, 0:42 after power-up    (Prompt Line: Enter username)",
    "why      10.0.8.2 answered 404 for http://10.0.8.2/96xxupgrade.txt.",
    "evidence event 8 (http GET http://10.0.8.2/96xxupgrade.txt 404), HTTPSRVR=10.0.8.2 from option242",
    "do       put 96xxupgrade.txt where this URL points, or name the folder in HTTPDIR; another first file is named with --script NAME",
  ]);
  const good = asked("SIP1.bin").http({ url: "http://10.0.8.2/old.bin", status: 302, accepted: true })
    .http({ ...OK, url: "http://10.0.8.2/SIP1.bin" }).image({ file: "SIP1.bin", verdict: "accepted" })
    .add({ event: "flash", operation: "program", programs: 8192, programmedBytes: 2097152, milliseconds: 900 }).reset("upgraded")
    .state("power-up").notice("no-call-server").status({ bootname: "hb1.bin", appname: "SIP1.bin" }).at(21_000).state("login");
  const done = { n: 99, t: 21_000, event: "end", ...judge(good) } as EndEvent;
  t.strictSame(renderVerdict(done, good.events, false), [
    "REACHED  login, 0:21 after power-up",
    "did      2 files fetched, 1 file stored, 2 MiB of flash written, 1 restart",
    "runs     BOOTNAME hb1.bin, APPNAME SIP1.bin",
    "note     No call server address is known: SIPPROXYSRVR is empty. SET SIPPROXYSRVR in the settings file.",
  ]);
  t.match(renderVerdict(done, good.events, true)[0], "\x1b[1;32mREACHED  \x1b[0mlogin");
  t.equal(commandsToTry(false).length, 3);
  t.ok(commandsToTry(false).every((command) => command.length <= 80));
  t.notMatch(commandsToTry(false).join(""), /\x1b/);
  t.end();
});
