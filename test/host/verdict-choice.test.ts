// Goal: of several things that went wrong the one that counts is the cause, and the state is the one in which the start-up stopped.
// Method: hand-made runs that end in a reset, and runs with two problems, strict and not.

import t from "tap";
import type { EndEvent } from "../../host/event-types.js";
import { verdictOf, type EndBody, type RunOutcome } from "../../host/verdict.js";
import { renderVerdict } from "../../host/verdict-text.js";
import { bound, type Run } from "../support/runs.js";

const TIMEOUT = { ended: "timeout" } as const;
const judge = (story: Run, outcome: Partial<RunOutcome> = {}): EndBody =>
  verdictOf(story.events, story.facts, { ended: "reached", wanted: "login", strict: true, lenient: false, ...outcome });
const FIRST = { try: 1, server: "10.0.8.2", url: "http://10.0.8.2/96xxupgrade.txt" };
const OK = { status: 200, accepted: true };
/** The first file was asked for. */
const got = (answer: object = OK): Run => bound().http({ ...FIRST, ...answer });
const missing = (): Run => got({ status: 404, accepted: false });

t.test("a start-up that ended in a reset stopped in the state before it, and its message was on the screen", (t) => {
  const story = bound().state("router").display("prompt", "Bad Router?").notice("router-silent", { router: "10.0.8.1" })
    .state("restart").display("prompt", "").reset("router-silent").state("power-up");
  const end = { n: 99, t: 60_000, event: "end", ...judge(story, { ended: "reset-loop" }) } as EndEvent;
  t.match(end, { state: "router", code: "router-silent" });
  t.equal(renderVerdict(end, story.events, false)[0], "STOPPED  router, 1:00 after power-up    (Prompt Line: Bad Router?)");
  story.state("link").display("prompt", "x").display("prompt", "");
  t.match(judge(story, TIMEOUT), { state: "router", code: "router-silent" }, "nor does the next one, which had no time to fail");
  t.match(judge(story, { ended: "reached", wanted: "link", lenient: true }), { ok: true, state: "link" });
  const upgrade = bound().state("write").image({ file: "a", verdict: "accepted" }).state("restart").reset("upgraded").state("power-up");
  t.match(judge(upgrade, { ended: "reset-loop" }), { state: "restart", code: "reset-loop" });
  const after = missing().reset("upgraded").state("power-up", "link");
  t.match(judge(after, TIMEOUT), { code: "timeout", state: "link" }, "what went wrong before an upgrade is over");
  const cleared = missing().display("prompt", "x").display("prompt", "").state("login");
  t.notMatch(renderVerdict({ ...end, ...judge(cleared) }, cleared.events, false)[0], /Prompt/, "without a reset, what stands there");
  t.end();
});

t.test("the local procedures: entered by their code after the start-up, or by Program during it", (t) => {
  const after = (state: string): string => judge(bound().state(state, "craft"), { ended: "local-procedures" }).cause;
  for (const state of ["login", "registered"]) t.match(after(state), /^The code of the local procedures was entered/, state);
  t.match(after("file-server"), /^Program was pressed during the start-up/);
  t.end();
});

t.test("a line that set a parameter is not named where something else beat it", (t) => {
  const set = { file: "s.txt", line: 4, effect: "set", name: "GROUP", value: "1" };
  const story = got().script(set).parameter("GROUP", "7", "command-line").state("login");
  t.same(judge(story).parameters["GROUP"], { value: "7", source: "command-line" });
  t.end();
});

t.test("a line is shown without the blanks around it", (t) => {
  const story = got().script({ file: "a.txt", line: 3, statement: "  GOTO X ", effect: "end", why: "tag-not-found" }).state("login");
  const end = { n: 99, t: 0, event: "end", ...judge(story) } as EndEvent;
  t.ok(renderVerdict(end, story.events, false).includes("evidence a.txt:3 (GOTO X)"));
  t.end();
});

t.test("what --lenient lets pass is not the cause where something else is", (t) => {
  const story = (): Run => missing().state("login").add(
    { event: "sip", step: "register", status: 401, result: "wrong-credentials", server: "10.0.8.3" }).notice("register-refused");
  t.match(judge(story(), { ...TIMEOUT, lenient: true }), { code: "register-refused", warnings: [{ code: "script-missing" }] });
  t.match(judge(story(), { ...TIMEOUT, strict: false }), { code: "register-refused" });
  t.match(judge(story(), TIMEOUT), { code: "script-missing", warnings: [{ code: "register-refused" }] });
  t.match(judge(missing(), { ...TIMEOUT, lenient: true }), { code: "script-missing" });
  t.end();
});

t.test("a block file that a server does not have is no warning; a status is counted", (t) => {
  const blocks = { url: "http://10.0.8.9/a.bin.blocks", status: 404, accepted: false };
  const story = got().http(blocks).http({ ...OK, url: "http://10.0.8.2/a.bin.blocks" }).state("login");
  t.same(judge(story).warnings, []);
  const missing = { url: "http://10.0.8.9/a.bin", status: 404, accepted: false };
  t.match(judge(got().http(missing).http({ ...OK, url: "http://10.0.8.2/a.bin" }).state("login")).warnings,
    [{ code: "http-status", cause: /^10\.0\.8\.9 answered 404 .*; 10\.0\.8\.2 had the file\.$/ }]);
  const busy = { status: 503, accepted: false };
  const second = { try: 3, server: "10.0.8.9", url: "http://10.0.8.9/96xxupgrade.txt" };
  const both = got(busy).http({ ...FIRST, ...busy }).http({ ...second, ...busy }).state("login");
  t.match(judge(both).cause, /^10\.0\.8\.9 answered 503 for http:\/\/10\.0\.8\.9\/96xxupgrade\.txt; 10\.0\.8\.2 answered 503\.$/);
  const gone = got(busy).http({ ...FIRST, ...busy }).http({ ...second, error: "refused", accepted: false }).state("login");
  t.match(judge(gone).cause, /^10\.0\.8\.2 answered 503 .*, 2 times; 10\.0\.8\.9 refused the connection\.$/);
  const [there, here] = ["http://10.0.8.9/a.bin", "http://10.0.8.2/a.bin"].map((url) => ({ ...OK, url }));
  const retried = got().http({ ...there }).http({ ...here, status: 503, accepted: false }).http({ ...here }).state("login");
  t.same(judge(retried).warnings, [], "a server that had it at the second try, whoever had it before");
  t.match(judge(got(busy).http({ ...FIRST, ...busy }).state("login")).cause, /, 2 times\.$/);
  t.match(judge(got(busy).state("login")).cause, /96xxupgrade\.txt\.$/);
  t.end();
});

t.test("a file that is missing behind HTTPS belongs into TLSDIR's folder", (t) => {
  const url = "https://10.0.8.2/46xxsettings.txt";
  const end = judge(got().http({ ...FIRST, url, status: 404, accepted: false }).state("login"));
  t.match(end, { code: "http-status", advice: /name the folder in TLSDIR$/ });
  t.match(judge(missing().state("login")).advice, /name the folder in HTTPDIR;/);
  t.end();
});

t.test("a call server that is not reached over TLS: whether it speaks it, and its certificate", (t) => {
  const silent = (transport: string, result: string): EndBody => judge(bound().parameter("SIP_PORT_SECURE", "5061", "default")
    .add({ event: "sip", step: "connect", transport, result, server: "10.0.8.3" }).notice("call-server-silent")
    .state("call-server"), TIMEOUT);
  t.match(silent("tls", "refused"), { cause: /10\.0\.8\.3 refused the connection \(over TLS\)\.$/,
    advice: /speak TLS at port 5061 \(SIP_PORT_SECURE\), or SET SIPSIGNAL 1 for TCP/ });
  t.match(silent("tcp", "refused"), { cause: /refused the connection\.$/, advice: /^check SIPPROXYSRVR, SIPSIGNAL/ });
  t.match(silent("tls", "server-failed"), { advice: /^check SIPPROXYSRVR/ });
  t.match(silent("tls", "tls-unknown-ca"), { cause: /vouches for\.$/, advice: /--ca FILE\.pem/ });
  t.match(silent("tls", "tls-expired"), { advice: /^renew/ });
  const list = (value: string, result: string, server: string): EndBody => judge(bound().parameter("SIPPROXYSRVR", value, "settings")
    .add({ event: "sip", step: "connect", transport: "tcp", result, server }).notice("call-server-silent").state("call-server"), TIMEOUT);
  t.match(list("sip:10.0.8.3:5060", "no-address", "sip"), { advice: /^write SIPPROXYSRVR as addresses or names/ });
  t.match(list("sip.example", "timed-out", "sip.example"), { advice: /by its address, or give .* \(DNSSRVR is empty\)/ });
  t.match(list("sip.example", "refused", "sip.example"), { advice: /^check SIPPROXYSRVR/ });
  t.match(list("10.0.8.3", "timed-out", "10.0.8.3"), { advice: /^check SIPPROXYSRVR/ });
  t.match(silent("tls", "tls-name"), { advice: /certificate name what the list says/ });
  t.end();
});

t.test("a registration before a refusal does not undo it, one behind it does", (t) => {
  const register = (story: Run, result: string): Run => story.add({ event: "sip", step: "register", result, server: "10.0.8.3" });
  const refused = register(register(bound(), "registered"), "rejected").notice("register-refused").state("login");
  t.equal(judge(refused).code, "register-refused");
  t.equal(judge(register(register(bound(), "rejected").notice("register-refused"), "registered").state("registered")).code, "reached");
  t.end();
});

t.test("a certificate that was granted before a renewal was refused does not undo the refusal", (t) => {
  const step = (story: Run, name: string, result: string): Run => story.add({ event: "scep", step: name, result });
  const proxy = { event: "scep", step: "capabilities", result: "no-answer", error: "unreachable", proxy: "10.0.8.9:3128" } as const;
  t.match(judge(bound().add(proxy).notice("scep-refused").state("login")),
    { cause: /cannot be reached \(through HTTPPROXY 10\.0\.8\.9:3128\)\.$/ });
  const refused = step(step(bound(), "answer", "ok"), "answer", "rejected").notice("scep-refused").state("login");
  t.equal(judge(refused).code, "scep-refused");
  t.equal(judge(step(step(bound(), "answer", "pending").notice("scep-pending"), "answer", "ok").state("login")).code, "reached");
  t.end();
});

t.test("a GET that fails is mended by another GET of the same script, not by the one that led to it", (t) => {
  const asked = (story: Run, file: string, name: string, found: boolean): Run => story
    .http({ try: 2, server: "10.0.8.2", url: `http://10.0.8.2/${name}`, status: found ? 200 : 404, accepted: found })
    .script({ file, line: 1, statement: `GET ${name}`, effect: "get", value: name, why: found ? "file-followed" : "file-not-obtained" });
  const settings = (): Run => asked(got(), "96xxupgrade.txt", "46xxsettings.txt", true);
  const alone = judge(asked(settings(), "46xxsettings.txt", "site.txt", false).state("login"));
  t.match(alone, { ok: false, code: "http-status", cause: /site\.txt\.$/ });
  const mended = (name: string): Run => asked(asked(settings(), "46xxsettings.txt", name, false), "46xxsettings.txt", "b.txt", true);
  t.equal(judge(mended("a.txt").state("login")).ok, true);
  t.equal(judge(mended("a.php?mac=1").state("login")).ok, true, "with a query too");
  const twice = asked(asked(settings(), "46xxsettings.txt", "a.txt", false), "96xxupgrade.txt", "a.txt", false);
  t.equal(judge(twice.state("login")).ok, false, "in a script without another");
  t.equal(judge(mended("a/b.txt").state("login")).ok, true, "a file of the same name in another folder is another");
  const folders = asked(asked(got(), "96xxupgrade.txt", "a/b.txt", false), "96xxupgrade.txt", "c/b.txt", false);
  t.match(judge(folders.state("login")), { cause: "10.0.8.2 answered 404 for http://10.0.8.2/a/b.txt.", advice: /^put a\/b\.txt where/ });
  const moved = (status: number): Run => got()
    .http({ try: 2, server: "10.0.8.2", url: "http://10.0.8.2/site/b.txt", status: 302, accepted: true })
    .http({ try: 3, server: "10.0.8.2", url: "http://10.0.8.2/moved/c.txt", status, accepted: status === 200 })
    .script({ file: "96xxupgrade.txt", line: 1, statement: "GET site/b.txt", effect: "get", value: "site/b.txt", why: "file-followed" });
  t.equal(judge(moved(200).state("login")).ok, true);
  t.match(judge(moved(404).state("login")), { cause: /404 for http:\/\/10\.0\.8\.2\/moved\/c\.txt\.$/, advice: /^put site\/b\.txt where/ });
  t.end();
});

t.test("a warning is the cause only where it is why the telephone stands there", (t) => {
  const both = bound().notice("no-call-server").state("scep").add({ event: "scep", step: "poll", result: "pending" })
    .notice("scep-pending");
  t.match(judge(both, TIMEOUT), { code: "scep-pending", state: "scep", warnings: [{ code: "no-call-server" }] });
  const login = (): Run => bound().notice("no-call-server").notice("scep-pending").state("login");
  t.match(judge(login(), { ...TIMEOUT, wanted: "registered" }), { code: "no-call-server" });
  t.match(judge(login(), { ...TIMEOUT, wanted: "craft" }), { code: "timeout" });
  const other = { ...FIRST, ...OK, server: "10.0.8.9", url: "http://10.0.8.9/96xxupgrade.txt" };
  const passed = got({ error: "refused" }).http(other).state("login");
  t.match(judge(passed, { ...TIMEOUT, wanted: "registered" }), { code: "timeout", warnings: [{ code: "server-unreachable" }] });
  t.end();
});
