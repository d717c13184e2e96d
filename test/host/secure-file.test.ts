// Goal: what the secure element keeps survives a run, whole, for its owner alone. Method: the file by itself, with a damaged one and one
// whose permissions are wide; then two runs of the command line on one chip's file against the site's CA.

import { chmodSync, existsSync, linkSync, readFileSync, statSync, writeFileSync } from "node:fs";
import t from "tap";
import { toPem } from "../../host/image/keys.js";
import { derPrivateKey } from "../../host/scep/rsa.js";
import { REGISTRAR_KEY } from "../../host/site/scep/keys.js";
import { SecureFile } from "../../host/storage/secure-file.js";
import { bootOffhook } from "../support/offhook.js";

const OWNER_ONLY = 0o600;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

t.test("it is written beside the old one and renamed, for its owner only", (t) => {
  const folder = t.testdir({ "chip.secure.new": "left over" });
  const path = `${folder}/chip.secure`;
  chmodSync(`${path}.new`, 0o666);
  const file = new SecureFile(path);
  t.same([file.trusted, file.own], [[], {}], "there is none yet");
  file.saveOwn({ label: "http://10.0.8.4/scep" });
  t.equal(modeOf(path), OWNER_ONLY, "although a file with wide permissions was in its way");
  t.notOk(existsSync(`${path}.new`));
  linkSync(path, `${folder}/old`);
  file.saveTrusted([]);
  t.not(statSync(path).ino, statSync(`${folder}/old`).ino, "another file: the old one was whole until then");
  t.match(readFileSync(`${folder}/old`, "utf8"), /^\{[^]*\}\n$/);
  t.same(new SecureFile(path).own, { label: "http://10.0.8.4/scep" });
  t.end();
});

t.test("a file that is none is refused in words, and stays as it is", (t) => {
  const folder = t.testdir();
  const path = `${folder}/chip.secure`;
  const own = ['{"key":1}', '{"x":"y"}', '{"key":"none"}'].map((part) => `{"trusted":[],"own":${part}}`);
  for (const text of ["", "{", "[]", '{"trusted":1}', '{"trusted":[1]}', ...own]) {
    writeFileSync(path, text);
    t.throws(() => new SecureFile(path), Error, text);
    t.equal(readFileSync(path, "utf8"), text);
  }
  t.end();
});

t.test("the certificate of one run is the telephone's in the next; a damaged file is an error that names it", async (t) => {
  const folder = t.testdir();
  const chip = `${folder}/chip`;
  const args = ["--lan", "demo", "--appname", "as-asked", "--flash", chip, "--fast"];
  const steps = async (): Promise<string[]> => {
    const { events, end } = await bootOffhook(args);
    t.equal(end.code, "reached", end.cause);
    return events.flatMap((event) => (event.event === "scep" && event.step !== "time" ? [`${event.step} ${event.result}`] : []));
  };
  const first = await steps();
  t.same([first[0], first.at(-1)], ["stored none", "answer ok"]);
  t.equal(modeOf(`${chip}.secure`), OWNER_ONLY);
  const kept = readFileSync(`${chip}.secure`, "utf8");
  t.match(kept, /BEGIN RSA PRIVATE KEY/);
  t.same(await steps(), ["stored ok"], "nobody is asked again");
  t.equal(readFileSync(`${chip}.secure`, "utf8"), kept);
  const contents = JSON.parse(kept) as { trusted: string[]; own: Record<string, string> };
  const { key, certificate, ...rest } = contents.own;
  const foreign = toPem("RSA PRIVATE KEY", derPrivateKey(REGISTRAR_KEY));
  const torn = [{ ...rest, key }, { ...rest, certificate }, { ...rest, certificate, key: foreign }];
  for (const own of torn) {
    const text = JSON.stringify({ ...contents, own });
    writeFileSync(`${chip}.secure`, text);
    t.throws(() => new SecureFile(`${chip}.secure`), /^its (key|certificate) /, Object.keys(own).join());
    t.equal(readFileSync(`${chip}.secure`, "utf8"), text);
  }
  for (const damaged of [kept.slice(0, -20), kept.replace(/MII/, "MIX"), kept.replaceAll("PRIVATE KEY", "KEY")]) {
    writeFileSync(`${chip}.secure`, damaged);
    await t.rejects(bootOffhook(args), /offhook: .*chip\.secure.* cannot be used: /s, "usage, not a crash");
    t.equal(readFileSync(`${chip}.secure`, "utf8"), damaged, "nothing of it is lost");
  }
});
