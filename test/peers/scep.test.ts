// Goal: a telephone gets a certificate from scepserver, is refused by one that wants a password, and goes through tinyproxy when told to.
// Method: `offhook boot --server` as a child process beside the real programs; what openssl says of the request and the certificate, and
// what the proxy's log says was asked, is compared with the events.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { findProgram, freePort, skipWithout, startDaemon } from "./support/daemon.js";
import { startNginx } from "./support/nginx.js";

const skip = skipWithout("scepserver", "scep") || skipWithout("tinyproxy", "tinyproxy") || skipWithout("nginx", "nginx-light") ||
  skipWithout("openssl", "openssl");
const options = { skip, timeout: 120_000 };

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}

/** Starts scepserver with a new CA. It binds every address, so it lives no longer than its test. */
async function startCa(t: Test, ...args: string[]): Promise<{ readonly url: string; readonly ca: string }> {
  const port = await freePort();
  const depot = mkdtempSync(join(tmpdir(), "offhook-depot-"));
  t.teardown(() => rmSync(depot, { recursive: true, force: true }));
  execFileSync(findProgram("scepserver")!, ["ca", "-init", "-depot", depot, "-keySize", "2048"], { stdio: "ignore" });
  await startDaemon(t, {
    program: "scepserver", prepare: () => ["-depot", depot, "-port", String(port), "-allowrenew", "0", ...args], ready: () => answers(port),
  });
  return { url: `http://127.0.0.1:${port}/scep`, ca: join(depot, "ca.pem") };
}

async function startProxy(t: Test): Promise<{ readonly address: string; log(): string }> {
  const port = await freePort();
  const { folder } = await startDaemon(t, {
    program: "tinyproxy",
    prepare: (folder) => {
      const path = join(folder, "tinyproxy.conf");
      writeFileSync(path, `Port ${port}\nListen 127.0.0.1\nTimeout 60\nLogLevel Info\nLogFile "${folder}/log"\n`);
      return ["-d", "-c", path];
    },
    ready: () => answers(port),
  });
  return { address: `127.0.0.1:${port}`, log: () => readFileSync(join(folder, "log"), "utf8") };
}

interface Enrolled {
  readonly ran: Ran;
  readonly dump: string;
  /** `step result`, in their order. */
  readonly steps: readonly string[];
}

async function enrol(t: Test, ...lines: readonly string[]): Promise<Enrolled> {
  const dump = mkdtempSync(join(tmpdir(), "offhook-scep-"));
  t.teardown(() => rmSync(dump, { recursive: true, force: true }));
  const settings = ["SET MYCERTKEYLEN 2048", "SET MYCERTDN /C=US/O=Offhook", ...lines].map((line) => `${line}\n`).join("");
  const server = await startNginx(t, { "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": settings });
  const ran = await bootOffhook(["--server", server.url, "--appname", "as-asked", "--fast", "--scep-dump", dump]);
  const steps = ran.events.flatMap((event) => (event.event === "scep" ? [`${event.step} ${event.result}`] : []));
  return { ran, dump, steps };
}

t.test("a certificate from scepserver, which openssl believes", options, async (t) => {
  const { url, ca } = await startCa(t);
  const { ran, dump, steps } = await enrol(t, `SET MYCERTURL ${url}`);
  t.same(steps.slice(-3), ["key ok", "request ok", "answer ok"]);
  const answer = ran.events.findLast((event) => event.event === "scep");
  t.match(answer, { messageType: "cert-rep", cipher: "des", digest: "sha1" }, "as it always answers");
  t.ok(ran.events.some((event) => event.event === "display" && event.text === "SCEP: Successful"));
  t.equal(ran.end.ok, true, ran.end.cause);
  const openssl = (...args: string[]): string =>
    execFileSync("openssl", args, { cwd: dump, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  openssl("x509", "-inform", "DER", "-in", "05-certificate.der", "-out", "certificate.pem");
  t.match(openssl("verify", "-CAfile", ca, "certificate.pem"), /certificate\.pem: OK/);
  const request = openssl("req", "-inform", "DER", "-in", "02-certification-request.der", "-noout", "-verify", "-subject", "-text");
  t.match(request, /subject=C ?= ?US, O ?= ?Offhook, CN ?= ?07N540100001/);
  t.match(request, /Public-Key: \(2048 bit\)/);
});

t.test("a CA that wants a password, which release 1.0 cannot send", options, async (t) => {
  const { url } = await startCa(t, "-challenge", "s3cret");
  const { ran, steps } = await enrol(t, `SET MYCERTURL ${url}`);
  t.match(steps.at(-1), /^answer /);
  t.ok(ran.events.some((event) => event.event === "display" && event.text === "SCEP: Failed"));
  t.same([ran.end.code, ran.code, ran.end.state], ["scep-refused", 1, "login"], ran.end.cause);
});

t.test("through tinyproxy, and past it for an exception", options, async (t) => {
  const { url } = await startCa(t);
  const proxy = await startProxy(t);
  const through = await enrol(t, `SET MYCERTURL ${url}`, `SET HTTPPROXY ${proxy.address}`);
  t.equal(through.steps.at(-1), "answer ok");
  const requests = (): string[] => proxy.log().split("\n").filter((line) => line.includes("Request (file descriptor"));
  const asked = requests();
  t.match(asked.at(-1), new RegExp(`POST ${url.replaceAll(".", "\\.")}\\?operation=PKIOperation HTTP/1\\.1`));
  t.ok(asked.every((line) => line.includes(url)), "files of the file server never go through it");
  const past = await enrol(t, `SET MYCERTURL ${url}`, `SET HTTPPROXY ${proxy.address}`, "SET HTTPEXCEPTIONDOMAINS 127.0.0.1");
  t.equal(past.steps.at(-1), "answer ok");
  t.equal(requests().length, asked.length, "nothing more was asked");
});
