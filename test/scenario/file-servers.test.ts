// Goal: TLSSRVR before HTTPSRVR, software over HTTP alone, folders and ports of each, what a settings file changes for the next files,
// AUTH, and the certificates of TRUSTCERTS, as docs/STARTUP.md has them. Method: start-ups on the wire with TLS engines on both sides.

import t, { type Test } from "tap";
import { keyValue } from "../../host/cli/option-values.js";
import { TrustStore } from "../../host/peripherals/trust-store.js";
import { lanAuthorityPem } from "../../host/site/lan-tls.js";
import type { LanConfig, LanFileServer } from "../../host/site/lan-config.js";
import { certificatePem, makeCertificate, namedKey } from "../../host/x509/make.js";
import { office, telephone } from "../support/lans.js";
import { displayed, playTable, type Row } from "../support/scenario-table.js";
import { playSettled, software, type Files, type Played, type Scenario } from "../support/scenario.js";
import { DATE_MS, lanTrust, tlsPlan } from "../support/tls.js";

const LOGIN = ["login", "reached", 0] as const;
const SERVER = "10.0.8.2";
const BOTH = `TLSSRVR=${SERVER},HTTPSRVR=${SERVER}`;
const SECURE = `TLSSRVR=${SERVER}`;
const PLAIN = `HTTPSRVR=${SERVER}`;
const app = software("app2.bin", { bytes: 2000 });
const script = (settings: string, first = ""): Files => ({
  "96xxupgrade.txt": `${first}GET 46xxsettings.txt\n`, "46xxsettings.txt": settings, "app2.bin": app.bytes, "soft/app2.bin": app.bytes,
});

const lan = (option242: string, server: Partial<LanFileServer> = {}): LanConfig =>
  office({ option242 }, { fileServer: { address: SERVER, demo: true, tls: {}, ...server } });
const on = (option242: string, more: Partial<Scenario> = {}, server: Partial<LanFileServer> = {}): Omit<Row, "name" | "ends"> =>
  ({ ...telephone, files: script("SET PROCSTAT 0\n"), tls: tlsPlan(), ...more, lan: lan(option242, server) });
/** A later start-up with the same chip and the same secure element. */
const later = (before: Played, option242: string, more: Partial<Scenario>): Promise<Played> => {
  const { stored: _stored, ...rest } = on(option242, more);
  return playSettled({ ...rest, name: "later", contents: before.board.flash.contents() });
};

/** Of each request that brought something. */
const urls = ({ events }: Played): string[] =>
  events.flatMap((event) => (event.event === "http" && event.status !== undefined ? [event.url ?? ""] : []));
const is = (t: Test, { end }: Played, name: string, value: string, source: string): void =>
  void t.match(end.parameters[name], { value, source }, `${name} is ${value}, ${source}`);
const trustEvents = ({ events }: Played): string[] => events.flatMap((event) => {
  if (event.event !== "trust") return [];
  return [[event.file, event.effect, event.certificates, event.why].filter((part) => part !== undefined).join(" ")];
});

const order: Row[] = [
  {
    ...on(BOTH), name: "https-first", ends: LOGIN, requests: ["200 /96xxupgrade.txt", "200 /46xxsettings.txt"],
    texts: [`HTTP:1 ${SERVER}`, `HTTP: 1 https://${SERVER}/96xxupgrade.txt`, `HTTP: 2 https://${SERVER}/46xxsettings.txt`],
  },
  {
    ...on(BOTH, {}, { tls: { to: "2024-03-01" } }), name: "https-expired-then-http", ends: LOGIN,
    texts: [`HTTP:1 ${SERVER}`, `HTTP:2 ${SERVER}`, `HTTP: 1 http://${SERVER}/96xxupgrade.txt`],
    requests: ["200 /96xxupgrade.txt", "200 /46xxsettings.txt"],
    check: (t, { end }) => t.match(end.warnings, [{
      code: "tls", cause: /certificate expired on 2024-03-01; .* had the file, over plain HTTP/,
    }]),
  },
  {
    ...on(BOTH, { files: script("SET PROCSTAT 0\n", "SET APPNAME app2.bin\n") }), name: "software-over-http", ends: LOGIN,
    check: (t, played) => t.same(urls(played).slice(0, 3), [
      `https://${SERVER}/96xxupgrade.txt`, `https://${SERVER}/46xxsettings.txt`, `http://${SERVER}/app2.bin`,
    ]),
  },
  {
    ...on(`HTTPSRVR="10.0.8.9,${SERVER}"`, { files: script(`SET HTTPSRVR "${SERVER},10.0.8.9"\n`, "SET APPNAME app2.bin\n") }),
    name: "another-list-is-begun-at-its-first", ends: LOGIN,
    texts: [`HTTP:2 ${SERVER}`, `HTTP:1 ${SERVER}`, `HTTP: 3 http://${SERVER}/app2.bin`],
    check: (t, played) => t.notOk(displayed(played).includes("HTTP:2 10.0.8.9")),
  },
  {
    ...on(SECURE, { files: script("SET PROCSTAT 0\n", "SET APPNAME app2.bin\n") }), name: "software-and-no-http-server",
    ends: ["login", "no-file-server", 1], check: (t, { end }) => t.match(end.cause, /Software comes over HTTP alone/),
  },
  {
    // Without a TLSDIR the settings' HTTPDIR would be the folder of scripts too, at the restart.
    ...on(`${SECURE},TLSDIR=/`, { files: script(`SET HTTPSRVR ${SERVER}\nSET HTTPDIR soft\n`, "SET APPNAME app2.bin\n") }),
    name: "settings-name-the-server-of-software", ends: LOGIN,
    check: (t, played) => t.same(urls(played)[2], `http://${SERVER}/soft/app2.bin`),
  },
  {
    ...on(`${SECURE},HTTPDIR=h`, { files: { "h/96xxupgrade.txt": "SET PROCSTAT 0\n" } }), name: "tlsdir-empty-httpdir-counts", ends: LOGIN,
    requests: ["200 /h/96xxupgrade.txt"],
  },
  {
    ...on(`${SECURE},HTTPDIR=h,TLSDIR=s/t/`, { files: { "s/t/96xxupgrade.txt": "SET PROCSTAT 0\n" } }), name: "tlsdir", ends: LOGIN,
    requests: ["200 /s/t/96xxupgrade.txt"],
  },
  {
    ...on(`${SECURE},TLSPORT=411`, {}, { tls: { port: 411 } }), name: "tlsport", ends: LOGIN,
    texts: [`HTTP: 1 https://${SERVER}:411/96xxupgrade.txt`],
  },
  {
    ...on(SECURE), name: "https-over-a-bad-cable", ends: LOGIN,
    lan: { ...lan(SECURE), cable: { loss: 8, duplicate: 8, reorder: 20, flip: 4 } },
    requests: ["200 /96xxupgrade.txt", "200 /46xxsettings.txt"],
  },
  {
    ...on(SECURE, {}, { thinkMilliseconds: 5000 }), name: "program-while-https-is-awaited", ends: ["craft", "local-procedures", 3],
    timeoutSeconds: 20, keys: [{ when: { text: `HTTP: 1 https://${SERVER}/96xxupgrade.txt` }, keys: [{ softkey: "Program" }], text: "x" }],
    check: (t, played) => t.same(urls(played), []),
  },
];

const names: Row[] = [
  {
    ...on("TLSSRVR=files.example.com", {}, { tls: { names: ["*.example.com"] } }), name: "name-by-wildcard", ends: LOGIN,
  },
  {
    ...on("TLSSRVR=files.example.com", {}, { tls: { names: [], commonName: "files.example.com" } }), name: "common-name-alone", ends: LOGIN,
  },
  {
    ...on(SECURE, {}, { tls: { names: [], commonName: SERVER } }), name: "address-as-common-name", ends: ["login", "tls", 1],
  },
  {
    ...on(SECURE, { identity: { presets: ["TLSSRVRID=0"] } }, { tls: { names: ["other.example"] } }), name: "name-not-checked", ends: LOGIN,
  },
  {
    ...on(SECURE, { tls: tlsPlan(new TrustStore()) }), name: "nothing-trusted", ends: ["login", "tls", 1],
    check: (t, { end }) => t.match(end.cause, /the telephone trusts no certificate yet/),
  },
  {
    ...on(SECURE, { tls: tlsPlan(lanTrust(), Date.UTC(1999, 11, 31)) }), name: "not-yet-valid", ends: ["login", "tls", 1],
    check: (t, { end }) => t.match(end.cause, /not valid before 2000-01-01; the telephone's date is 1999-12-31/),
  },
  {
    ...on(SECURE, {}, { answers: [{ path: "/96xxupgrade.txt", redirect: `http://${SERVER}/96xxupgrade.txt` }] }),
    name: "redirected-from-https-to-http", ends: ["login", "http-refused", 1],
    check: (t, { end }) => t.match(end.cause, /and http is not followed/),
  },
];

const auth: Row[] = [
  {
    ...on(PLAIN, { files: script("SET AUTH 1\n") }), name: "auth-over-http", ends: LOGIN,
    check: (t, played) => {
      is(t, played, "AUTH", "0", "default");
      t.ok(played.events.some((event) => event.event === "script" && event.statement === "SET AUTH 1" && event.why === "needs-https"));
    },
  },
];

/** AUTH=1 was set over HTTPS. */
async function authChecks(t: Test): Promise<void> {
  const before = await playSettled({ ...on(BOTH, { files: script("SET AUTH 1\n") }), name: "auth" });
  is(t, before, "AUTH", "1", "settings");
  const kept = await later(before, BOTH, { files: script("SET PROCSTAT 0\n") });
  is(t, kept, "AUTH", "1", "stored");
  const again = await later(kept, PLAIN, {});
  is(t, again, "AUTH", "1", "stored");
  t.match(again.end, { code: "no-file-server", cause: /AUTH is 1/ }, "a settings file without AUTH does not end it");
  t.same(urls(again), [], "HTTP is not asked");
  const down = await later(kept, "TLSSRVR=10.0.8.9,HTTPSRVR=10.0.8.2", {});
  t.match(down.end, { code: "server-unreachable" });
  t.same(urls(down), [], "nor when HTTPS is down");
  const cut = await later(kept, BOTH, { files: { "96xxupgrade.txt": "SET PROCSTAT 0\nGET 46xxsettings.txt\n" } });
  const after = await later(cut, PLAIN, {});
  is(t, after, "AUTH", "1", "stored");
  t.same(urls(after), [], "a set of files that did not end well does not end it either");
  const back = await later(kept, BOTH, { files: script("SET AUTH 0\n") });
  is(t, back, "AUTH", "0", "settings");
  t.same(urls(await later(back, PLAIN, {})).length, 2, "set back, HTTP counts again");
}

const CA = lanAuthorityPem();
const other = namedKey("another authority");
const OTHER_CA = certificatePem(makeCertificate({
  subject: "Another", key: other, authority: {}, notBefore: Date.UTC(2000, 0), notAfter: DATE_MS * 2,
}));
const trusting = (settings: string, files: Files): Partial<Scenario> =>
  ({ files: { ...script(settings), ...files }, tls: tlsPlan(new TrustStore()) });

const trust: Row[] = [
  {
    ...on(PLAIN, trusting('SET TRUSTCERTS "ca.pem, more.pem"\n', { "ca.pem": CA, "more.pem": OTHER_CA + CA })), name: "trustcerts-stored",
    ends: LOGIN, texts: [`HTTP: 3 http://${SERVER}/ca.pem`, `HTTP: 4 http://${SERVER}/more.pem`],
    check: (t, played) => t.same(trustEvents(played), ["ca.pem taken 1", "more.pem taken 2", "stored 2"]),
  },
  {
    ...on(PLAIN, { ...trusting("SET SIG 2\n", { "ca.pem": CA }), identity: { presets: ["TRUSTCERTS=ca.pem"] } }),
    name: "trustcerts-of-the-command-line", ends: LOGIN,
    check: (t, played) => t.same(trustEvents(played), ["ca.pem taken 1", "stored 1"]),
  },
  {
    ...on(PLAIN, { ...trusting("SET TRUSTCERTS ca.pem\n", { "ca.pem": CA }), stagingBytes: 0 }), name: "trustcerts-without-staging",
    ends: LOGIN, check: (t, played) => t.same(trustEvents(played), ["ca.pem taken 1", "stored 1"]),
  },
  {
    ...on(PLAIN, trusting("SET TRUSTCERTS ca.pem,gone.pem\n", { "ca.pem": CA })), name: "trustcerts-one-missing",
    ends: ["login", "http-status", 1], check: (t, played) => t.same(trustEvents(played), ["ca.pem taken 1", "kept"]),
  },
  {
    ...on(PLAIN, trusting("SET TRUSTCERTS key.pem\n", { "key.pem": CA + other.privatePem })), name: "trustcerts-with-a-key",
    ends: ["login", "tls", 1], check: (t, played) => t.same(trustEvents(played), ["key.pem refused malformed", "kept"]),
  },
  {
    ...on(PLAIN, trusting("SET TRUSTCERTS ca.pem,empty.pem\n", { "ca.pem": CA, "empty.pem": "" })), name: "trustcerts-with-an-empty-file",
    ends: ["login", "tls", 1], check: (t, played) => t.same(trustEvents(played), ["ca.pem taken 1", "empty.pem refused malformed", "kept"]),
  },
  {
    ...on(PLAIN, trusting(`SET TRUSTCERTS ca.pem\n`, { "ca.pem": CA.padEnd(70_000, "\n") })), name: "trustcerts-too-large",
    ends: ["login", "http-refused", 1], check: (t, played) => t.same(trustEvents(played), ["kept"]),
  },
];

/** One telephone: it learns whom to trust over HTTP, is then served over HTTPS, and forgets it again. */
async function trustChecks(t: Test): Promise<void> {
  const plan = tlsPlan(new TrustStore());
  const learning = { ...trusting("SET TRUSTCERTS ca.pem\n", { "ca.pem": CA }), tls: plan };
  const first = await playSettled({ ...on(PLAIN, learning), name: "learns" });
  t.same(trustEvents(first), ["ca.pem taken 1", "stored 1"]);
  const silent = await later(first, SECURE, { files: script("SET SIG 2\n"), tls: plan });
  t.same([silent.end.code, trustEvents(silent)], ["reached", []], "files that do not name TRUSTCERTS change nothing");
  const half = await later(first, PLAIN, { ...trusting("SET TRUSTCERTS o.pem,x.pem\n", { "o.pem": OTHER_CA, "x.pem": "x" }), tls: plan });
  t.same(trustEvents(half), ["o.pem taken 1", "x.pem refused malformed", "kept"]);
  t.equal((await later(first, SECURE, { tls: plan })).end.code, "reached", "nor does half a set");
  const second = await later(first, SECURE, { files: script("SET TRUSTCERTS other.pem\n"), tls: plan });
  t.match(second.end, { code: "http-status" }, "the certificate is trusted, its list's new file is missing");
  t.same(trustEvents(second), ["kept"]);
  const third = await later(first, SECURE, { files: { ...script("SET TRUSTCERTS o.pem\n"), "o.pem": OTHER_CA }, tls: plan });
  t.same([third.end.code, trustEvents(third)], ["reached", ["o.pem taken 1", "stored 1"]]);
  t.match((await later(first, SECURE, { tls: plan })).end, { code: "tls", cause: /is of Offhook LAN authority, which is not trusted/ });
  const relearnt = await later(first, PLAIN, learning);
  t.same(trustEvents(relearnt), ["ca.pem taken 1", "stored 1"]);
  const keys = ["conflict:Program", '"Enter command":Mute 27238#', '"Admin Procedures":Down Start Yes'].map(keyValue);
  t.equal((await later(relearnt, PLAIN, { keys, tls: plan, timeoutSeconds: 60 })).end.code, "reached");
  t.match((await later(relearnt, SECURE, { tls: plan })).end, { code: "tls", cause: /trusts no certificate yet/ }, "CLEAR forgets them");
  await later(first, PLAIN, learning);
  const cleared = await later(first, PLAIN, { files: script('SET TRUSTCERTS ""\n'), tls: plan });
  t.same(trustEvents(cleared), ["cleared"]);
  t.match((await later(first, SECURE, { tls: plan })).end, { code: "tls", cause: /trusts no certificate yet/ });
}

playTable("file-servers", [...order, ...names, ...auth, ...trust]);
t.test("AUTH survives until a file of HTTPS says otherwise", authChecks);
t.test("what TRUSTCERTS stored counts, and it alone", trustChecks);
