// Goal: each way of logging in is shown, told and bounded: what a registrar answers, what somebody types, what is stored, and renewal.
// Method: a start-up each against a registrar that behaves in one way. The password stands in no event and in no golden.

import type { Test } from "tap";
import { keyValue } from "../../host/cli/option-values.js";
import type { CallServerConfig } from "../../host/site/call-server.js";
import type { KeyPress } from "../../host/key-press.js";
import type { KeyScript } from "../../host/key-script.js";
import type { StreamService } from "../../host/site/service.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, software, type Files, type Played } from "../support/scenario.js";

const PASSWORD = "246810";
const settings = (more = "", proxies = "10.0.8.3", signal = 1): Files => ({
  "96xxupgrade.txt": `SET SIPPROXYSRVR "${proxies}"\nSET SIPSIGNAL ${signal}\nSET SIPDOMAIN example.com\n${more}`,
});
const base = { stored: [software("app1.bin")], files: settings(), until: "registered", timeoutSeconds: 100 };
const login = { ...base, identity: { extension: "4001", password: PASSWORD } };
const wrong = { ...base, identity: { extension: "4001", password: "1" } };

const results = ({ events }: Played): string[] =>
  events.flatMap((event) => (event.event === "sip" && event.step === "register" ? [`${event.status ?? "-"} ${event.result}`] : []));
const CHALLENGED = ["401 challenged", "200 registered"];
const TEXTS = ["Contacting Call Server...", "Logging in...", "Registering with call server...", "4001"];
const IN = ["registered", "reached", 0] as const;
/** At the prompt, and nothing more happens. */
const REFUSED = ["login", "register-refused", 1] as const;

/** A registrar that behaves so. */
const at = (callServer: Partial<CallServerConfig>) => ({ ...login, callServer });
const answers = (...list: NonNullable<CallServerConfig["answers"]>) =>
  at({ answers: list.map((each) => ({ method: "REGISTER", ...each })) });
const are = (...wanted: readonly string[]) => (t: Test, played: Played): void => {
  t.same(results(played), wanted);
  isSecret(t, played);
};

function isSecret(t: Test, { events, transcript }: Played): void {
  t.notMatch(JSON.stringify(events) + transcript, new RegExp(PASSWORD), "the password stands nowhere");
}

const press = (...keys: readonly (string | number)[]): KeyScript["keys"] =>
  keys.flatMap((key): KeyPress[] => (typeof key === "string" && /^\D/.test(key) ? [{ softkey: key }]
    : [...String(key)].map((digit) => ({ key: digit.charCodeAt(0) }))));
const typed = (...keys: readonly (string | number)[]): readonly KeyScript[] => [{ when: { text: "Enter username" }, keys: press(...keys) }];

/** The chip after somebody logged in by the keys. */
const remembered = play({ ...base, name: "before", keys: typed(4001, "Login", PASSWORD, "Login") }).board.flash.contents();

/** A call server that listens and says nothing. */
let heard = "";
let ends = "";
const listening: StreamService = {
  connect: () => ({ data: (bytes) => void (heard += Buffer.from(bytes).toString()), closed: (how) => void (ends += ` ${how}`) }),
};

const rows: Row[] = [
  { ...login, name: "by-tcp", ends: IN, texts: TEXTS, check: are(...CHALLENGED) },
  { ...login, name: "by-udp", files: settings("", "10.0.8.3", 0), ends: IN, texts: TEXTS, check: are(...CHALLENGED) },
  { ...at({ algorithms: ["SHA-256"] }), name: "sha-256", ends: IN, check: are(...CHALLENGED) },
  { ...at({ algorithms: ["MD5-sess", "MD5", "SHA-256"] }), name: "several-challenges", ends: IN, check: are(...CHALLENGED) },
  { ...at({ qop: false }), name: "without-qop", ends: IN, check: are(...CHALLENGED) },
  { ...at({ proxy: true }), name: "by-a-proxy", ends: IN, check: are("407 challenged", "200 registered") },
  {
    ...at({ algorithms: ["MD5-sess"] }), name: "md5-sess-alone", ends: REFUSED, texts: ["Login failed. Try Again.", "Enter username"],
    check: are("401 unsupported-challenge"),
  },
  {
    ...wrong, name: "wrong-password", ends: REFUSED, texts: ["Incorrect username/password", "Enter username"],
    check: (t, played) => {
      t.same(results(played), ["401 challenged", "401 wrong-credentials"]);
      t.same(played.sip, ["OPTIONS 200", "REGISTER 401", "REGISTER 401"], "asked twice and no more");
    },
  },
  { ...answers({ challenge: true }), name: "challenges-for-ever", ends: REFUSED, check: are("401 challenged", "401 wrong-credentials") },
  { ...answers({ stale: true, times: 1 }), name: "stale-once", ends: IN, check: are("401 challenged", "401 stale", "200 registered") },
  {
    ...answers({ stale: true }), name: "stale-for-ever", ends: REFUSED, texts: ["Login failed. Try Again."],
    check: (t, played) => t.same([results(played).length, results(played).at(-1)], [8, "401 rejected"], "bounded"),
  },
  { ...answers({ status: 403 }), name: "forbidden", ends: REFUSED, texts: ["Incorrect username/password"],
    check: are("403 wrong-credentials") },
  {
    ...login, identity: { extension: "4002", password: PASSWORD }, name: "unknown-extension", ends: REFUSED,
    texts: ["Login failed. User Not Found.", "Enter username"], check: are("404 user-not-found"),
  },
  {
    ...at({ minExpires: 7200, maxExpires: 9000 }), name: "interval-too-brief", ends: IN,
    check: (t, played) => {
      are("401 challenged", "423 interval-too-brief", "200 registered")(t, played);
      t.match(played.events.findLast((event) => event.event === "sip"), { expires: 7200 });
    },
  },
  { ...at({ minExpires: 2_000_000_000 }), name: "interval-beyond-all", ends: REFUSED, check: are("401 challenged", "423 rejected") },
  {
    ...answers({ status: 503, retryAfter: 20, times: 1 }), name: "busy-then-ready", ends: IN,
      texts: ["Login failed. Retrying...", ...TEXTS.slice(1)],
    check: (t, played) => {
      are("503 server-failed", ...CHALLENGED)(t, played);
      const [busy, asked] = played.events.filter((event) => event.event === "sip" && event.step === "register").map((event) => event.t);
      t.ok(asked! - busy! >= 20_000 && asked! - busy! < 20_100, "after the seconds of Retry-After");
    },
  },
  {
    ...answers({ status: 500 }), name: "fails-for-ever", ends: ["login", "call-server-silent", 1], texts: ["Login failed. Retrying..."],
    check: (t, played) => t.ok(results(played).length >= 2 && results(played).every((result) => result === "500 server-failed")),
  },
  {
    ...login, files: settings("", "10.0.8.9,10.0.8.3"), name: "second-server", ends: IN,
    check: (t, played) => {
      are(...CHALLENGED)(t, played);
      t.equal(played.events.filter((event) => event.event === "sip" && event.server === "10.0.8.9").length, 1,
        "it begins with the one that was contacted");
    },
  },
  {
    ...answers({ redirect: "sip:sip.example.com:5060;transport=udp", times: 1 }), name: "redirected", ends: IN,
    check: (t, played) => {
      are("302 redirected", ...CHALLENGED)(t, played);
      t.match(played.events.findLast((event) => event.event === "sip"), { transport: "udp", server: "sip.example.com" });
    },
  },
  {
    ...answers({ redirect: "sip:10.0.8.3" }), name: "redirected-for-ever", ends: REFUSED,
    check: are("302 redirected", "302 redirected", "302 redirected", "302 rejected"),
  },
  { ...answers({ redirect: "sips:10.0.8.3" }), name: "redirected-to-sips", ends: ["login", "call-server-silent", 1] },
  { ...answers({ malformed: true, times: 1 }), name: "no-sip-once", ends: IN, check: are("- malformed", ...CHALLENGED) },
  { ...answers({ close: true, times: 1 }), name: "closes-once", ends: IN, check: are("- closed", ...CHALLENGED) },
  { ...answers({ silent: true, times: 1 }), name: "silent-once", ends: IN, check: are("- timed-out", ...CHALLENGED) },
  {
    ...answers({ foreign: true, times: 2 }), files: settings("", "10.0.8.3", 0), name: "answers-to-others", ends: IN,
    check: (t, played) => {
      are(...CHALLENGED)(t, played);
      t.match(played.events.find((event) => event.event === "sip" && event.step === "register"), { sends: 3 });
    },
  },
  { ...answers({ status: 603 }), name: "declined", ends: REFUSED, texts: ["Login failed. Try Again."], check: are("603 rejected") },
  { ...answers({ status: 482 }), name: "nobodys-domain", ends: REFUSED, texts: ["Login failed. Invalid SIP Domain."],
    check: are("482 invalid-domain") },
  {
    ...login, files: settings('SET SIPDOMAIN "example com"\n'), name: "domain-that-is-none", ends: REFUSED,
    texts: ["Login failed. Invalid SIP Domain."], check: are(),
  },
  {
    ...login, files: settings("", ""), name: "no-call-server", ends: ["login", "no-call-server", 1],
    texts: ["No Call Server Address", "Empty SIP Proxy Server List", "Enter username"], check: are(),
  },
  {
    ...base, name: "typed", ends: IN, keys: typed("Login", 40019, "Bksp", "Login", 99, "Clear", PASSWORD, "Login"),
    texts: ["Enter username", "4001", "Enter Password and press Enter", "Password: **", "Password: ******", ...TEXTS.slice(1)],
    check: are(...CHALLENGED),
  },
  {
    ...base, name: "typed-wrong-then-right", ends: IN,
    keys: [...typed(4001, "Login", 11, "Login"), { when: { text: "Incorrect username/password" }, keys: press("4001#", `${PASSWORD}#`) }],
    texts: ["Incorrect username/password", "Enter username", "Logging in..."],
    check: are("401 challenged", "401 wrong-credentials", ...CHALLENGED),
  },
  {
    ...base, contents: remembered, name: "remembered", ends: IN, texts: TEXTS,
    check: (t, played) => {
      are(...CHALLENGED)(t, played);
      t.equal(played.flash.settingsErases, 0, "nothing is stored again");
    },
  },
  {
    ...base, contents: remembered, files: settings("", "10.0.8.3"), callServer: { users: { "4001": "another" } },
      name: "remembered-and-refused",
    ends: REFUSED, texts: ["Logging in...", "Incorrect username/password", "Enter username"],
      check: are("401 challenged", "401 wrong-credentials"),
  },
  {
    // The first server is busy once it has the digest.
    ...at({ answers: [{ method: "REGISTER", challenge: true, times: 1 }, { method: "REGISTER", status: 503 }] }),
    name: "a-digest-is-for-one-server", files: settings("", "10.0.8.3,10.0.8.4"), ends: ["login", "call-server-silent", 1],
    site: (site) => site.addStream(0x0a000804, 5060, listening), timeoutSeconds: 25,
    check: (t) => {
      t.match(heard, /^REGISTER /m, "the second is asked");
      t.notMatch(heard, /authorization/i, "without what the first was told");
    },
  },
  {
    ...login, name: "the-code-ends-what-is-under-way", ends: ["craft", "local-procedures", 3],
    keys: ['"Logging in...":Mute 27238#'].map(keyValue), timeoutSeconds: 40, texts: ["Logging in...", "Admin Procedures"],
    site: (site) => {
      const { streams } = site.host(0x0a000803)!;
      const registrar = streams.get(5060)!;
      let count = 0;
      ends = "";
      streams.set(5060, { connect: (peer) => (count++ === 0 ? registrar : listening).connect(peer) });
    },
    check: (t) => t.match(ends, /^ (?:end|reset)$/, "the connection to the registrar is closed"),
  },
  {
    ...at({ answers: [{ method: "REGISTER", status: 500 }] }), name: "clear-instead-of-waiting", ends: ["login", "reached", 0],
    keys: ['"Login failed. Retrying...":Clear'].map(keyValue), until: "none", timeoutSeconds: 40,
    texts: ["Login failed. Retrying...", "Enter username"],
  },
  {
    ...base, contents: remembered, name: "reset-values-keeps-them", ends: IN, until: "none", timeoutSeconds: 60,
    keys: ['"4001":Mute 27238#', '"Admin Procedures":Down Down Down Start Yes'].map(keyValue), texts: ["4001", "Restarting...", "4001"],
    check: are(...CHALLENGED, ...CHALLENGED),
  },
  {
    ...base, contents: remembered, name: "clear-forgets-them", ends: ["login", "reached", 0], until: "none", timeoutSeconds: 60,
    keys: ['"4001":Mute 27238#', '"Admin Procedures":Down Start Yes'].map(keyValue), texts: ["4001", "Restarting...", "Enter username"],
    check: are(...CHALLENGED),
  },
  {
    ...at({ maxExpires: 60 }), name: "renewed", until: "none", ends: ["registered", "reached", 0], timeoutSeconds: 120,
    check: (t, played) => are(...CHALLENGED, "200 registered", "200 registered", "200 registered")(t, played),
  },
  {
    ...at({ maxExpires: 60, answers: [] }), name: "link-down-and-up", until: "none", ends: ["registered", "reached", 0],
      timeoutSeconds: 400,
    site: (site, scheduler) => {
      const { streams } = site.host(0x0a000803)!;
      const registrar = streams.get(5060)!;
      scheduler.at(20_000_000, () => void streams.delete(5060));
      scheduler.at(120_000_000, () => void streams.set(5060, registrar));
    },
    texts: ["4001", "Server Link Down..."],
    check: (t, played) => {
      t.ok(results(played).includes("- refused"));
      t.equal(results(played).at(-1), "200 registered");
      t.notOk(played.events.some((event) => event.event === "state" && event.state === "login" && event.t > 20_000), "it stays registered");
    },
  },
];

playTable("registration", rows);
