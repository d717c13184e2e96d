// Goal: a telephone boots from a real nginx as a user would have it: real upgrade script, two updates, login, or the right complaint.
// Method: `offhook boot --server … --json` as a child process against Debian's nginx with images packed here; every `http` event is
// compared with nginx's access log, line by line.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { Kind } from "../../hal/abi.js";
import { toPem } from "../../host/image/keys.js";
import { testKey } from "../support/image-craft.js";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { software } from "../support/scenario.js";
import { skipWithout } from "./support/daemon.js";
import { agreesWithLog, startNginx } from "./support/nginx.js";

/** Avaya's own script of release 2.6.17, not part of this project. */
const REAL_SCRIPT = "../shared/samples/settings/96xxupgrade.txt";
/** The same decisions in the same shape, for where that is absent. */
const OWN_SCRIPT = `## Upgrade script of the test.
IF $SIG SEQ 1 GOTO GETSET
IF $SHA2CAPABLE SEQ 1 GOTO END
IF $MODEL4 SEQ 9640      goto BACKUPAPP
goto END

# BACKUPAPP
IF $BOOTNAME SEQ hb96xxua3_00.bin goto PHONEAPP
SET APPNAME hb96xxua3_00.bin
goto GETSET

# PHONEAPP
SET APPNAME SIP96xx_2_6_17_0.bin
goto GETSET

# GETSET
GET 46xxsettings.txt


# END
`.replaceAll("\n", "\r\n");

const boot = software("hb96xxua3_00.bin", { kind: Kind.Boot, bytes: 300_000, models: ["9640"], counter: 1 });
const app = software("SIP96xx_2_6_17_0.bin", { bytes: 900_000, models: ["9640"], counter: 1 });
const images = { [boot.name]: boot.bytes, [app.name]: app.bytes };
const SETTINGS = 'SET SIPPROXYSRVR ""\r\n';
const options = { skip: skipWithout("nginx", "nginx-light") };

function trusted(t: Test): string[] {
  const folder = mkdtempSync(join(tmpdir(), "offhook-trust-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "key.pub.pem");
  writeFileSync(path, toPem("PUBLIC KEY", testKey.spki));
  return ["--trust", path];
}

/** Two passes, then login. */
async function twoPasses(t: Test, files: Readonly<Record<string, string | Uint8Array>>): Promise<Ran> {
  const nginx = await startNginx(t, files);
  const ran = await bootOffhook(["--server", nginx.url, "--model", "9640", ...trusted(t)]);
  await nginx.stop();
  t.same([ran.end.state, ran.end.bootname, ran.end.appname], ["login", boot.name, app.name]);
  t.equal(ran.events.filter((event) => event.event === "reset" && event.reason === "upgraded").length, 2, "two passes");
  agreesWithLog(t, ran, nginx);
  return ran;
}

function scripts(t: Test): [name: string, script: Uint8Array][] {
  const own: [string, Uint8Array] = ["a script of the same shape", new TextEncoder().encode(OWN_SCRIPT)];
  if (existsSync(REAL_SCRIPT)) return [["Avaya's own script", readFileSync(REAL_SCRIPT)], own];
  t.comment(`${REAL_SCRIPT} is absent: Avaya's own script was not served`);
  return [own];
}

t.test("two passes with a settings file, then login", options, async (t) => {
  for (const [name, script] of scripts(t)) {
    const ran = await twoPasses(t, { "96xxupgrade.txt": script, "46xxsettings.txt": SETTINGS, ...images });
    t.same([ran.end.ok, ran.code, ran.end.code, ran.stderr], [true, 0, "reached", ""], name);
  }
});

t.test("two passes without the settings file: login, but what was asked for is not all there", options, async (t) => {
  for (const [name, script] of scripts(t)) {
    const ran = await twoPasses(t, { "96xxupgrade.txt": script, ...images });
    t.same([ran.end.ok, ran.code, ran.end.code], [false, 1, "http-status"], name);
    t.match(ran.end.cause, /46xxsettings\.txt/);
  }
});

t.test("a slow server and one that sends chunks", options, async (t) => {
  const files = { "96xxupgrade.txt": `SET APPNAME ${app.name}\n`, ...images };
  const slow = await startNginx(t, files, "limit_rate 600k;");
  const chunked = await startNginx(t, files, "ssi on; ssi_types text/plain application/octet-stream;");
  const trust = trusted(t);
  for (const nginx of [slow, chunked]) {
    const ran = await bootOffhook(["--server", nginx.url, ...trust]);
    await nginx.stop();
    t.same([ran.end.ok, ran.code, ran.end.appname], [true, 0, app.name]);
    if (nginx === slow) agreesWithLog(t, ran, nginx);
    else t.notOk(ran.events.some((event) => event.event === "http" && event.expected !== undefined), "no answer had a Content-Length");
  }
});

t.test("files in a folder, and no script in another", options, async (t) => {
  const files = { "phones/9600/96xxupgrade.txt": `SET APPNAME ${app.name}\n`, [`phones/9600/${app.name}`]: app.bytes };
  const nginx = await startNginx(t, files);
  const found = await bootOffhook(["--server", `${nginx.url}phones/9600/`, ...trusted(t)]);
  t.same([found.end.ok, found.code, found.end.appname], [true, 0, app.name]);
  agreesWithLog(t, found, nginx);
  const before = nginx.accesses().length;
  const missed = await bootOffhook(["--server", `${nginx.url}phones`]);
  await nginx.stop();
  t.same([missed.end.ok, missed.code, missed.end.code], [false, 1, "script-missing"]);
  t.same(nginx.accesses().slice(before).map(({ target, status }) => `${status} ${target}`), ["404 /phones/96xxupgrade.txt"]);
});

t.test("a server that stops in the middle of a download", options, async (t) => {
  const nginx = await startNginx(t, { "96xxupgrade.txt": `SET APPNAME ${app.name}\n`, ...images }, "limit_rate 100k;");
  let stopped: Promise<void> | undefined;
  const ran = await bootOffhook(["--server", nginx.url, ...trusted(t)], (event) => {
    if (event.event === "display" && event.text.endsWith("KB received")) stopped ??= nginx.abort();
  });
  await stopped;
  t.same([ran.end.ok, ran.code, ran.end.appstat, ran.end.appname], [false, 1, 2, ""]);
  t.notOk(ran.events.some((event) => event.event === "image" || event.event === "slot" && event.state === "writing"),
    "nothing was judged or erased");
  t.equal(ran.end.code, "http-short", ran.end.cause);
});
