// Goal: the engine in C does what the records of test/conformance say. Method: each file in the binary form, as tools/replay writes it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import process, { execPath } from "node:process";
import t from "tap";
import { counted, recordsIn } from "../../../tools/replay.js";
import { skipWithout } from "../../peers/support/daemon.js";
import { conformanceFiles } from "../../support/conformance.js";
import { build } from "../../support/core.js";

const WASM2C = process.env["WASM2C"] ?? "/usr/bin/wasm2c";
const isThere = existsSync(WASM2C) || process.env["PEERS_REQUIRED"] === "1";
const skip = skipWithout("gcc", "gcc libc6-dev") || (isThere ? false : `${WASM2C} is not installed (Debian: apt-get install wabt)`);
const OUT = `build/engines/c-${build}`;
const RECORDS = "build/records";

t.test("the page's commands", { skip }, (t) => {
  const page = readFileSync("docs/EMBEDDING.md", "utf8");
  const [, commands = ""] = /```sh\n([^]*?)```/.exec(page.slice(page.indexOf("## Conformance"))) ?? [];
  const { status, stdout, stderr } = spawnSync("sh", ["-e", "-c", commands.replaceAll("build/engines/c/", `${OUT}/`)],
    { encoding: "utf8", env: { ...process.env, OUT, WASM2C } });
  t.same([status, stderr], [0, ""]);
  const wanted = conformanceFiles().map((path) => `build/records/${basename(path, ".json")}.rec: ${counted(recordsIn(path), 0)}`);
  t.same(stdout.trim().split("\n"), wanted);
  t.end();
});

t.test("every file", { skip }, (t) => {
  mkdirSync(RECORDS, { recursive: true });
  const built = spawnSync("sh", ["test/engines/c/build.sh", "replay"], { encoding: "utf8", env: { ...process.env, OUT, WASM2C } });
  t.same([built.status, built.stderr], [0, ""]);
  const files = conformanceFiles();
  t.ok(files.length > 3);
  for (const path of files) {
    const binary = `${RECORDS}/${build}-conformance.rec`;
    t.equal(spawnSync(execPath, ["build/js/tools/replay.js", "--to", binary, path]).status, 0);
    const { status, stdout } = spawnSync(`${OUT}/replay`, [binary], { encoding: "utf8" });
    t.same([status, stdout], [0, `${binary}: ${counted(recordsIn(path), 0)}\n`], path);
    t.ok(readFileSync(binary).length < readFileSync(path).length, "the binary form is the smaller one");
  }
  t.end();
});
