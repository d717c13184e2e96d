// Goal: a telephone boots from a real nginx over TLS when it trusts the certificate, and says what is wrong when it must not.
// Method: `offhook boot --server https://…` as a child process; a chain of three RSA certificates that openssl makes, and an expired one
// that this project makes. What nginx's log says was sent is what the events say.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { certificatePem, makeCertificate, namedKey } from "../../host/x509/make.js";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { skipWithout } from "./support/daemon.js";
import { agreesWithLog, startNginxTls } from "./support/nginx.js";

const FILES = { "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": "SET PROCSTAT 0\nSET AUTH 1\n" };
const options = { skip: skipWithout("nginx", "nginx-light") || skipWithout("openssl", "openssl") };

interface Chain {
  readonly root: string;
  /** The server's, then the one between. */
  readonly chain: string;
  readonly key: string;
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "offhook-tls-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A root, an authority below it, and a server's certificate for 127.0.0.1, valid for 30 days from now. */
function opensslChain(folder: string): Chain {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): string =>
    execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  writeFileSync(path("ca.ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
  writeFileSync(path("server.ext"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
  const request = (name: string): void => void openssl(
    "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", path(`${name}.key`), "-out", path(`${name}.csr`),
    "-subj", `/O=Test/CN=${name}`,
  );
  const issue = (name: string, extensions: string, ...by: readonly string[]): string => openssl(
    "x509", "-req", "-in", path(`${name}.csr`), "-days", "30", "-extfile", path(extensions), ...by, "-set_serial", "7",
  );
  for (const name of ["root", "middle", "server"]) request(name);
  writeFileSync(path("root.pem"), issue("root", "ca.ext", "-signkey", path("root.key")));
  writeFileSync(path("middle.pem"), issue("middle", "ca.ext", "-CA", path("root.pem"), "-CAkey", path("root.key")));
  const own = issue("server", "server.ext", "-CA", path("middle.pem"), "-CAkey", path("middle.key"));
  writeFileSync(path("chain.pem"), own + execFileSync("cat", [path("middle.pem")], { encoding: "utf8" }));
  return { root: path("root.pem"), chain: path("chain.pem"), key: path("server.key") };
}

const boot = (url: string, ...more: readonly string[]): Promise<Ran> =>
  bootOffhook(["--server", url, "--appname", "app.bin", ...more]);

t.test("a chain of three over TLS, and what the telephone must not accept of it", options, async (t) => {
  const { root, chain, key } = opensslChain(folderOf(t));
  const nginx = await startNginxTls(t, FILES, chain, key);
  const good = await boot(nginx.url, "--ca", root, "--strict-http");
  t.match(good.end, { ok: true, state: "login", parameters: { AUTH: { value: "1" } } });
  const later = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  const cases: [args: string[], cause: RegExp][] = [
    [[], /the telephone trusts no certificate yet/],
    [["--ca", root, "--date", later], /certificate expired on \d{4}-\d\d-\d\d; the telephone's date is/],
    [["--ca", root, "--date", "2007-12-01"], /certificate is not valid before/],
  ];
  for (const [args, cause] of cases) t.match((await boot(nginx.url, ...args)).end, { ok: false, code: "tls", cause }, args.join(" "));
  const named = await boot(nginx.url.replace("127.0.0.1", "localhost"), "--ca", root);
  t.match(named.end, { code: "tls", cause: /the name in the certificate is 127\.0\.0\.1, the server is localhost/ });
  t.match((await boot(nginx.url.replace("127.0.0.1", "localhost"), "--ca", root, "--set", "TLSSRVRID=0")).end, { ok: true });
  const plain = await boot(nginx.url.replace("https:", "http:"));
  t.match(plain.end, { code: "http-status" }, "nginx says 400 to plain HTTP on a port of TLS");
  await nginx.stop();
  t.same(good.events.flatMap((event) => (event.event === "http" ? [event.status] : [])), [200, 200]);
  t.same(nginx.accesses().filter(({ status }) => status === 200).length, 4, "two files for each of the two that got in");
});

t.test("a certificate that has expired", options, async (t) => {
  const folder = folderOf(t);
  const [authority, key] = [namedKey("authority of a test"), namedKey("server of a test")];
  const issuer = { subject: "Test authority", key: authority };
  const days = { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2024, 2, 1) };
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ca = write("ca.pem", certificatePem(makeCertificate({ ...issuer, ...days, notAfter: Date.UTC(2090, 0), authority: {} })));
  const own = makeCertificate({ subject: "127.0.0.1", names: ["127.0.0.1"], key, issuer, ...days });
  const nginx = await startNginxTls(t, FILES, write("own.pem", certificatePem(own)), write("own.key", key.privatePem));
  const expired = await boot(nginx.url, "--ca", ca);
  t.match(expired.end, { code: "tls", cause: /certificate expired on 2024-03-01; the telephone's date is \d{4}/ });
  const then = await boot(nginx.url, "--ca", ca, "--date", "2023-06-01T12:00:00Z");
  t.match(then.end, { ok: true });
  await nginx.stop();
  agreesWithLog(t, then, nginx);
});
