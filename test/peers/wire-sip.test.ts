// Goal: a telephone registers at a real registrar over UDP, TCP and TLS, and comes to a sound end where a call server misbehaves.
// Method: `offhook boot --wire exec:…` joined to a namespace where dnsmasq hands out the call server's address and kamailio, or sipp with a
// scenario of the test's, is that server. kamailio's log says what it saved, tshark reads the capture.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { certificatePem, makeCertificate, namedKey } from "../../host/x509/make.js";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { skipWithout } from "./support/daemon.js";
import { startDnsmasq } from "./support/dhcp.js";
import { SECRET, startKamailio, type KamailioPlan } from "./support/kamailio.js";
import { Namespace, skipWithoutKernel } from "./support/namespace.js";
import { isClean, shark } from "./support/shark.js";
import { REPEATED, startSipp, type SippAnswer } from "./support/sipp.js";
import { addVlans, cable, DATA_ADDRESS, scopes } from "./support/voice-vlan.js";

const CONTENT = `SIPPROXYSRVR=${DATA_ADDRESS}`;
const skipAll = skipWithoutKernel() || skipWithout("dnsmasq", "dnsmasq-base") || skipWithout("tshark", "tshark");
const withKamailio = { skip: skipAll || skipWithout("kamailio", "kamailio kamailio-tls-modules"), timeout: 90_000 };
const withSipp = { skip: skipAll || skipWithout("sipp", "sip-tester"), timeout: 120_000 };

interface Site {
  readonly namespace: Namespace;
  readonly capture: string;
}

async function siteOf(t: Test): Promise<Site> {
  const namespace = Namespace.make(t);
  addVlans(namespace);
  await startDnsmasq(t, namespace, scopes(CONTENT));
  return { namespace, capture: join(namespace.folder, "wire.pcapng") };
}

/** There is no file server: nothing that is looked at here needs one. */
function boot({ namespace, capture }: Site, signal: number, password: string, ...more: readonly string[]): Promise<Ran> {
  const login = ["--extension", "1001", "--password", password, "--set", `SIPSIGNAL=${signal}`];
  return bootOffhook([...cable(namespace, capture), "--lenient", ...login, ...more]);
}

const results = ({ events }: Ran): string[] =>
  events.flatMap((event) => (event.event === "sip" ? [`${event.step} ${event.transport} ${event.status ?? "-"} ${event.result}`] : []));

/** All that went wrong: the missing file server comes first. */
const codes = ({ end }: Ran): string[] => [end.code, ...end.warnings.map(({ code }) => code)];

/** Good on any address of the far end. */
function identity(): { certificate: string; key: string; ca: string } {
  const days = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 86_400_000 };
  const authority = { subject: "Test authority", key: namedKey("wire-sip authority") };
  const key = namedKey("wire-sip server");
  const certificate = makeCertificate({ subject: "kamailio", names: [DATA_ADDRESS], key, issuer: authority, ...days });
  return {
    certificate: certificatePem(certificate), key: key.privatePem,
    ca: certificatePem(makeCertificate({ ...authority, authority: { pathLength: 0 }, ...days })),
  };
}

const cases: readonly (readonly [title: string, signal: number, transport: string, plan: Partial<KamailioPlan>])[] = [
  ["UDP, MD5 without qop", 0, "udp", {}],
  ["TCP, MD5 with qop", 1, "tcp", { qop: true }],
  ["UDP, SHA-256 with qop", 0, "udp", { algorithm: "SHA-256", qop: true }],
  ["TLS, SHA-256 without qop", 2, "tls", { algorithm: "SHA-256" }],
];

for (const [title, signal, transport, plan] of cases) {
  t.test(`kamailio: ${title}`, withKamailio, async (t) => {
    const site = await siteOf(t);
    const { ca, ...tls } = identity();
    const caFile = join(site.namespace.folder, "ca.pem");
    writeFileSync(caFile, ca);
    const kamailio = await startKamailio(t, site.namespace, { address: DATA_ADDRESS, ...plan, ...(signal === 2 ? { tls } : {}) });
    const ran = await boot(site, signal, SECRET, ...(signal === 2 ? ["--ca", caFile] : []));
    t.same([ran.end.ok, ran.end.state, ran.code], [true, "registered", 0], `${ran.end.cause}\n${kamailio.output()}`);
    t.same(results(ran), [`options ${transport} 200 contacted`, `register ${transport} 401 challenged`,
      `register ${transport} 200 registered`]);
    t.match(ran.events.findLast((event) => event.event === "sip"), { expires: 3600 });
    t.match(kamailio.output(), new RegExp(`received OPTIONS over ${transport} from Offhook/`));
    t.match(kamailio.output(), /saved 1001 at <sip:1001@10\.99\.0\.1\d\d:506[01]/);
    isClean(t, site.capture);
    if (signal < 2) t.same(shark(site.capture, "sip.Method", "sip.Method"), ["OPTIONS", "REGISTER", "REGISTER"],
      "tshark reads each request");
  });
}

t.test("kamailio refuses a wrong password, asked twice and no more", withKamailio, async (t) => {
  const site = await siteOf(t);
  const kamailio = await startKamailio(t, site.namespace, { address: DATA_ADDRESS });
  const ran = await boot(site, 1, "wrong", "--timeout", "30");
  t.match(ran.end, { ok: false, state: "login" });
  t.ok(codes(ran).includes("register-refused"), `${codes(ran)}`);
  t.equal(kamailio.output().match(/received REGISTER/g)?.length, 2);
});

t.test("kamailio wants a longer interval (423)", withKamailio, async (t) => {
  const site = await siteOf(t);
  await startKamailio(t, site.namespace, { address: DATA_ADDRESS, minExpires: 1800 });
  const ran = await boot(site, 1, SECRET, "--set", "REGISTERWAIT=60");
  t.equal(ran.end.state, "registered");
  t.ok(results(ran).includes("register tcp 423 interval-too-brief"), results(ran).join("; "));
  t.match(ran.events.findLast((event) => event.event === "sip"), { expires: 1800 });
});

const CHALLENGE = { status: "401 Unauthorized", headers: ['WWW-Authenticate: Digest realm="a", nonce="[call_number]b"'] };
const STALE = { status: "401 Unauthorized", headers: ['WWW-Authenticate: Digest realm="a", nonce="[call_number]b", stale=true'] };
const GRANTED = { status: "200 OK", headers: ["Expires: 120"] };

const misbehaviour: readonly (readonly [title: string, answers: readonly SippAnswer[], texts: string, results: RegExp])[] = [
  ["401 for ever", [CHALLENGE, CHALLENGE, CHALLENGE], "Incorrect username/password", /401 challenged,.* 401 wrong-credentials$/],
  ["503, then nothing more until Retry-After", [{ status: "503 Busy", headers: ["Retry-After: 500"] }], "Login failed. Retrying...",
    /503 server-failed$/],
  ["a nonce that is always stale", Array<SippAnswer>(12).fill(STALE), "Login failed. Try Again.",
    /contacted(, register ... 401 \w+){8}$/],
  ["403", [{ status: "403 Forbidden" }], "Incorrect username/password", /403 wrong-credentials$/],
  ["404", [{ status: "404 Not Found" }], "Login failed. User Not Found.", /404 user-not-found$/],
  ["200 at once", [GRANTED], "1001", /200 registered$/],
];

for (const transport of ["udp", "tcp"] as const) {
  for (const [title, answers, text, wanted] of misbehaviour) {
    t.test(`sipp over ${transport}: ${title}`, withSipp, async (t) => {
      const site = await siteOf(t);
      await startSipp(t, site.namespace, DATA_ADDRESS, { transport, answers });
      const ran = await boot(site, transport === "udp" ? 0 : 1, "x", "--timeout", "20");
      t.match(results(ran).join(", "), wanted);
      t.ok(ran.events.some((event) => event.event === "display" && event.text === text), text);
      isClean(t, site.capture);
    });
  }
}

t.test("sipp over tcp: an answer that is no SIP", withSipp, async (t) => {
  const site = await siteOf(t);
  await startSipp(t, site.namespace, DATA_ADDRESS, { transport: "tcp", answers: [{ raw: "HTTP/1.1 200 OK\nContent-Length: 0\n\n" }] });
  const ran = await boot(site, 1, "x", "--timeout", "20");
  t.match(results(ran).join(", "), /register tcp - malformed$/);
  t.ok(codes(ran).includes("call-server-silent"), `${codes(ran)}`);
});

t.test("sipp over udp: silence is asked eleven times in 32 s", withSipp, async (t) => {
  const site = await siteOf(t);
  await startSipp(t, site.namespace, DATA_ADDRESS, { transport: "udp", answers: ["silence"] });
  const ran = await boot(site, 0, "x", "--timeout", "45");
  t.match(ran.events.findLast((event) => event.event === "sip"), { result: "timed-out", sends: 11 });
  t.equal(new Set(shark(site.capture, "sip.Method == REGISTER", "sip.Via.branch")).size, 1, "one transaction");
});

/** A response to another request than the telephone's last one. */
const FOREIGN = {
  raw: ["SIP/2.0 200 OK", "Via: SIP/2.0/[transport] 10.99.0.9:5060;branch=z9hG4bKforeign", ...REPEATED.slice(1), "Expires: 3600",
    "Content-Length: 0", "", ""].join("\n"),
};

for (const transport of ["udp", "tcp"] as const) {
  t.test(`sipp over ${transport}: a 200 of somebody else's transaction is left alone, the 403 behind it counts`, withSipp, async (t) => {
    const site = await siteOf(t);
    await startSipp(t, site.namespace, DATA_ADDRESS, { transport, answers: [[FOREIGN, { status: "403 Forbidden" }]] });
    const ran = await boot(site, transport === "udp" ? 0 : 1, "x", "--timeout", "20");
    t.match(results(ran).join(", "), /register ... 403 wrong-credentials$/);
    t.notOk(results(ran).some((result) => result.endsWith("registered")));
  });
}

for (const length of ["4294967296", "2147483647", "-1", "99999999999999999999", "0x10", "1400"]) {
  t.test(`sipp over tcp: OPTIONS is answered with Content-Length: ${length}`, withSipp, async (t) => {
    const site = await siteOf(t);
    const raw = ["SIP/2.0 200 OK", ...REPEATED, `Content-Length: ${length}`, "", ""];
    await startSipp(t, site.namespace, DATA_ADDRESS, { transport: "tcp", contact: { raw: raw.join("\n") }, answers: [GRANTED] });
    const ran = await boot(site, 1, "x", "--timeout", "60");
    t.notMatch(results(ran)[0], /contacted/, "a body that never comes, or a length that is none");
    t.equal(ran.code === 0 || ran.code === 1, true, "it came to an end");
  });
}

t.test("sipp over udp: OPTIONS without an answer is given up, and the start-up goes on", withSipp, async (t) => {
  const site = await siteOf(t);
  await startSipp(t, site.namespace, DATA_ADDRESS, { transport: "udp", contact: "silence", answers: ["silence"] });
  const ran = await bootOffhook([...cable(site.namespace, site.capture), "--lenient", "--set", "SIPSIGNAL=0", "--timeout", "90"]);
  t.same(results(ran), ["options udp - timed-out"], "after 32 s (RFC 3261 section 17.1.2.2, timer F)");
  t.same([ran.end.state, codes(ran).includes("call-server-silent")], ["login", true], `${codes(ran)}`);
});

t.test("sipp over udp: 503, and a telephone that asks again after Retry-After is registered", withSipp, async (t) => {
  const site = await siteOf(t);
  const busy = { status: "503 Busy", headers: ["Retry-After: 8"] };
  await startSipp(t, site.namespace, DATA_ADDRESS, { transport: "udp", answers: [busy, GRANTED] });
  const ran = await boot(site, 0, "x", "--timeout", "60");
  t.match(results(ran).join(", "), /register udp 503 server-failed, register udp 200 registered$/, "the first attempt after it");
  const [failed, registered] = ran.events.flatMap((event) => (event.event === "sip" && event.step === "register" ? [event.t] : []));
  t.ok(registered! - failed! >= 8000 && registered! - failed! < 10_000, `${registered! - failed!} ms later`);
  t.match([ran.end.state, ran.code], ["registered", 0]);
});
