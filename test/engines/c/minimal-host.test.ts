// Goal: an embedder who follows docs/EMBEDDING.md gets a host in C that judges a file as Node's does.
// Method: the page's own commands, with another folder for what they write; then the host under gcc's sanitizers on good files of each kind
// of key and on files that are wrong in one way each, against `offhook image verify`.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process, { execPath } from "node:process";
import t from "tap";
import { ImageVerdict } from "../../../hal/events.js";
import { kebabCase } from "../../../host/event-record.js";
import { skipWithout } from "../../peers/support/daemon.js";
import { build } from "../../support/core.js";
import { SANITIZERS } from "../../support/sanitizers.js";

const WASM2C = process.env["WASM2C"] ?? "/usr/bin/wasm2c";
const isThere = existsSync(WASM2C) || process.env["PEERS_REQUIRED"] === "1";
const skip = skipWithout("gcc", "gcc libc6-dev") || skipWithout("openssl", "openssl") ||
  (isThere ? false : `${WASM2C} is not installed (Debian: apt-get install wabt)`);
const OUT = `build/engines/c-${build}`;
const SECTION = "### A host of your own";

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

function run(command: string, folder = "."): Ran {
  const env = { ...process.env, OUT, WASM2C, SOURCES: "examples/minimal-host.c", ASAN_OPTIONS: "detect_leaks=0" };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8", env });
  return { code: status, text: stdout + stderr };
}

t.test("the page's commands, one after the other", { skip }, (t) => {
  const page = readFileSync("docs/EMBEDDING.md", "utf8");
  const block = /```sh\n([^]*?)```/.exec(page.slice(page.indexOf(SECTION)))?.[1] ?? "";
  const scratch = mkdtempSync(join(tmpdir(), "offhook-embedder-"));
  t.teardown(() => rmSync(scratch, { recursive: true }));
  const commands = block.trim().split("\n");
  t.ok(commands.length === 5, "keys, an image, the host, its verdict");
  const offhook = `"${execPath}" build/js/host/cli/main.js`;
  let last = { code: null, text: "" } as Ran;
  for (const command of commands) {
    last = run(command.replaceAll("npx offhook", offhook).replaceAll("build/engines/c/", `${OUT}/`)
      .replaceAll(/build\/(key|image)/g, `${scratch}/$1`));
    t.equal(last.code, 0, `${command}\n${last.text}`);
  }
  t.equal(last.text, "accepted\n");
  t.end();
});

t.test("its verdict is that of Node, whatever is wrong with the file", { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "offhook-minimal-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const command = `sh test/engines/c/build.sh validate-sanitized ${SANITIZERS.join(" ")}`;
  t.same(run(command), { code: 0, text: "" }, "it compiles without a warning");
  const program = `${process.cwd()}/${OUT}/validate-sanitized`;
  const offhook = `"${execPath}" "${process.cwd()}/build/js/host/cli/main.js"`;
  writeFileSync(join(folder, "payload"), Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) & 0xff));
  for (const type of ["ed25519", "p256", "rsa2048"]) {
    const made = run(`${offhook} image keygen ${type}.pem --type ${type} && ${offhook} image pack payload ${type}.bin --kind app ` +
      `--version 1.0.0 --key ${type}.pem && openssl pkey -pubin -in ${type}.pub.pem -outform DER -out ${type}.der`, folder);
    t.equal(made.code, 0, made.text);
  }
  const good = readFileSync(join(folder, "ed25519.bin"));
  const flipped = Buffer.from(good);
  flipped[5000]! ^= 1;
  const files: readonly [name: string, bytes: Uint8Array, key: string][] = [
    ...["ed25519", "p256", "rsa2048"].map((type): [string, Uint8Array, string] => [type, readFileSync(join(folder, `${type}.bin`)), type]),
    ["another key", good, "p256"], ["flipped", flipped, "ed25519"], ["cut", good.subarray(0, 60_000), "ed25519"],
    ["no container", Buffer.from("HTTP is not software".repeat(9)), "ed25519"], ["empty", Buffer.alloc(0), "ed25519"],
  ];
  for (const [name, bytes, key] of files) {
    writeFileSync(join(folder, "file"), bytes);
    const here = run(`"${program}" file ${key}.der`, folder);
    const { verdict } = JSON.parse(run(`${offhook} image verify file --trust ${key}.pub.pem --json`, folder).text) as { verdict: string };
    const number = Object.values(ImageVerdict).find((value) => typeof value === "number" && kebabCase(ImageVerdict[value]!) === verdict);
    const wanted = verdict === "accepted" ? { code: 0, text: "accepted\n" }
      : { code: 1, text: `not accepted: verdict ${number} of offhook_image_verdict (offhook_hal.h)\n` };
    t.same(here, wanted, `${name}: ${verdict}`);
  }
  t.equal(run(`"${program}" nothing-here ed25519.der`, folder).code, 2);
  t.equal(run(`"${program}"`, folder).code, 2);
  t.end();
});
