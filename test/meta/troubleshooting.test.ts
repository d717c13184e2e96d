// Goal: every command of docs/TROUBLESHOOTING.md prints what the page says.
// Method: the page's blocks are run line by line in a copy of examples/troubleshooting, with an `offhook` that is this build. A first line
// of `…` stands for what is left out before the rest; a last line `exit N` for an exit code that is not 0.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";
import t from "tap";

const PAGE = "docs/TROUBLESHOOTING.md";
/** Pains that the page must have a section for. */
const SECTIONS_MIN = 10;

const root = mkdtempSync(join(tmpdir(), "offhook-pains-"));
t.teardown(() => rmSync(root, { recursive: true }));
cpSync("examples", join(root, "examples"), { recursive: true, filter: (path) => !/\/(?:run|node_modules)$/.test(path) });
const folder = join(root, "examples/troubleshooting");
const bin = join(root, "bin");
mkdirSync(bin);
writeFileSync(join(bin, "offhook"), `#!/bin/sh\nexec "${process.execPath}" "${resolve("build/js/host/cli/main.js")}" "$@"\n`);
chmodSync(join(bin, "offhook"), 0o755);
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };

interface Command {
  readonly line: string;
  readonly printed: string[];
}

function commandsOf(block: string): Command[] {
  const commands: Command[] = [];
  for (const line of block.trim().split("\n")) {
    if (line.startsWith("$ ")) commands.push({ line: line.slice(2), printed: [] });
    else commands.at(-1)?.printed.push(line);
  }
  return commands;
}

function run(line: string): string[] {
  const { status, stdout } = spawnSync("sh", ["-c", `${line} 2>&1`], { cwd: folder, env, encoding: "utf8" });
  const lines = stdout.replace(/\n$/, "").split("\n");
  return [...(stdout === "" ? [] : lines), ...(status === 0 ? [] : [`exit ${status}`])];
}

const page = readFileSync(PAGE, "utf8");
const sections = page.split(/^## /m).slice(1);

t.test("each section has a symptom, a command and a cure", (t) => {
  t.ok(sections.length >= SECTIONS_MIN, `${sections.length} sections`);
  for (const section of sections) {
    t.match(section, /^[^\n]+\n\n\*\*What you see\.\*\* [^]+```\n\$ offhook [^]+```\n\n\*\*Cure\.\*\* /, section.split("\n", 1)[0]);
  }
  t.end();
});

for (const section of sections) {
  t.test(section.split("\n", 1)[0]!, (t) => {
    for (const [, block = ""] of section.matchAll(/^```\n([^]*?)^```$/gm)) {
      for (const { line, printed } of commandsOf(block)) {
        const found = run(line);
        const wanted = printed[0] === "…" ? printed.slice(1) : printed;
        t.same(printed[0] === "…" ? found.slice(-wanted.length) : found, wanted, line);
      }
    }
    t.end();
  });
}
