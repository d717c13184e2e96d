// Goal: a list of servers that is written wrongly, and a name that nobody resolves, are said as that and not as a server that is silent.
// Method: one hand-made run for each way of writing it, judged as `--server` would; the words, and what to write instead.

import t from "tap";
import { verdictOf, type EndBody } from "../../host/verdict.js";
import { bound, run, type Run } from "../support/runs.js";

const judge = (story: Run): EndBody =>
  verdictOf(story.events, story.facts, { ended: "reached", wanted: "login", strict: true, lenient: false });

/** The request to an item of a list. `ms` passed before it failed. */
function asked(item: string, { error = "no-name", scheme = "http", ms = 0, dns = "10.0.8.9" } = {}): Run {
  const story = bound().parameter("DNSSRVR", dns, "dhcp").display("title", `HTTP:1 ${item}`);
  story.at(story.events.at(-1)!.t + ms);
  return story.http({ try: 0, server: item, url: `${scheme}://${item}/96xxupgrade.txt`, accepted: false, error }).state("login");
}

t.test("an item that is a URL or a part of one", (t) => {
  const cases: readonly [string, RegExp][] = [
    ["http://10.0.8.2/", /: HTTPSRVR=10\.0\.8\.2$/], ["10.0.8.2:8080", /: HTTPSRVR=10\.0\.8\.2,HTTPPORT=8080$/],
    ["10.0.8.2/phones/96x0/", /: HTTPSRVR=10\.0\.8\.2,HTTPDIR=phones\/96x0$/],
    ["HTTPS://files:443/a", /: HTTPSRVR=files,HTTPPORT=443,HTTPDIR=a$/], ["10.0.8.2;HTTPDIR=x", /with commas between, such as HTTPSRVR=/],
  ];
  for (const [item, advice] of cases) {
    const end = judge(asked(item));
    t.equal(end.code, "server-unreachable", item);
    t.equal(end.cause, `HTTPSRVR has "${item}", which is neither an address nor a name.`);
    t.match(end.advice, advice, item);
    t.equal(judge(asked(item, { error: "timed-out" })).cause, end.cause, "whatever the name server made of it");
  }
  t.match(judge(asked("10.0.8.2:444/a", { scheme: "https" })),
    { cause: /^TLSSRVR has/, advice: /TLSSRVR=10\.0\.8\.2,TLSPORT=444,TLSDIR=a$/ });
  t.end();
});

t.test("a name without a name server, with a silent one, and one that is not known", (t) => {
  const none = judge(asked("files", { error: "timed-out", dns: "" }));
  t.match(none, { code: "server-unreachable",
    cause: /^files is a name, and .* no DNS server \(DNSSRVR is empty\)\.$/, advice: /option 6/ });
  const silent = judge(asked("files", { error: "timed-out", ms: 5000 }));
  t.match(silent, {
    cause: /^files did not answer in time, or no DNS server said its address\.$/, advice: /DNSSRVR \(10\.0\.8\.9\) knows files/,
  });
  t.match(judge(asked("files", { error: "timed-out" })), { cause: /or no DNS server said its address/ }, "it knows one");
  const machine = judge(asked("files", { error: "timed-out", dns: "", ms: 10_000 }));
  t.match(machine, { cause: /did not answer in time/, advice: /the machine's DNS server knows files/ }, "time passed: somebody was asked");
  t.match(judge(asked("files")), { cause: /^files has no address: the name was not found/, advice: /name the server by its address/ });
  t.match(judge(asked("10.0.8.2", { error: "timed-out" })), {
    cause: /^10\.0\.8\.2 did not answer in time\.$/, advice: /start the file server/ });
  t.match(judge(asked("files", { error: "refused" })), { cause: /refused the connection/ });
  t.end();
});

t.test("option 242 with the file server's address under another name", (t) => {
  const option = (name: string, value: string, effect: string): EndBody =>
    judge(run().state("link", "dhcp").add({ event: "option", name, value, effect }).state("file-server").notice("no-file-server")
      .state("login"));
  const wrong = option("HTTPSERVER", "10.0.8.2", "unknown");
  t.match(wrong, { code: "no-file-server", cause: /option 242 has "HTTPSERVER", which no telephone knows\.$/, evidence: [{ event: 5 }] });
  t.equal(wrong.advice, "let DHCP option 242 say HTTPSRVR=10.0.8.2");
  t.match(option("HTTPSRVR 10.0.8.2", "", "invalid"), { cause: /which is no NAME=VALUE/, advice: /say HTTPSRVR=10\.0\.8\.2$/ });
  t.match(option("TLSSRV", "10.0.8.2", "unknown"), { advice: /say TLSSRVR=10\.0\.8\.2$/ });
  t.match(option("HTTPSRV", "", "unknown"), { advice: /say HTTPSRVR=ADDRESS$/ });
  for (const [name, effect] of [["L2QVLAM", "unknown"], ["HTTPSERVER", "set"]] as const) {
    t.match(option(name, "1", effect), { cause: /neither DHCP nor the stored settings/ }, `${name} ${effect}`);
  }
  t.end();
});

t.test("a file of no bytes is called empty", (t) => {
  const script = (bytes: number, file = "46xxsettings.txt"): EndBody =>
    judge(bound().http({ try: 1, url: `http://10.0.8.2/phones/${file}`, status: 200, bytes, accepted: true })
      .script({ file, line: 0, effect: "end", why: "not-a-script" }).state("login"));
  t.match(script(0), { code: "not-a-script", cause: /46xxsettings\.txt is empty/, advice: /never filled/ });
  t.match(script(9), { code: "not-a-script", cause: /HTML or UTF-16/ });
  t.match(script(0, "site/46xxsettings.txt"), { cause: /^site\/46xxsettings\.txt is empty/ }, "in a folder, too");
  const image = (bytes: number): EndBody => judge(bound().image({ file: "a.bin", verdict: "not-a-container", bytes }).state("login"));
  t.match(image(0), { code: "not-a-container", cause: /a\.bin is empty/, advice: /look at a\.bin/ });
  t.match(image(9), { cause: /not an MCUboot header/, advice: /--appname a\.bin/ });
  t.end();
});
