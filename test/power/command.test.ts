// Goal: `offhook power` says what it did on its last line, writes its evidence, and names what is wrong with its arguments.
// Method: the command on one chip, in a process of its own, with one worker thread.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";

const power = (...args: string[]) => spawnSync(process.execPath, ["build/js/host/cli/main.js", "power", ...args], { encoding: "utf8" });

t.test("one chip: the last line, the evidence, the exit code", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "offhook-power-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const evidence = join(folder, "evidence.json");
  const { status, stdout, stderr } = power("--only", "2048x20p256u4", "--json", "--workers", "1", "--evidence", evidence);
  t.equal(status, 0, stderr);
  const summary = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
  t.same(Object.keys(summary), [
    "cuts", "models", "geometries", "pairs", "crashStates", "bricks", "wrongImages", "unverifiedBoots", "counterErrors", "rotRefusals",
    "defects", "defectsCaught", "seconds", "wasm",
  ]);
  t.ok(Number(summary["cuts"]) > 1000, `${String(summary["cuts"])} cuts`);
  t.same([summary["bricks"], summary["wrongImages"], summary["geometries"], summary["models"]], [0, 0, 1, 17]);
  t.match(summary["wasm"], /^[0-9a-f]{64}$/);
  const whole = JSON.parse(readFileSync(evidence, "utf8")) as Record<string, object>;
  t.ok(Object.keys(whole["byOperationModelPhase"]!).length > 30);
  t.match(whole["traceRoot"], /^[0-9a-f]{8}$/);
});

t.test("arguments that mean nothing", async (t) => {
  for (const [args, expected] of [
    [["--only", "nothing-of-this"], /--only "nothing-of-this": nothing of the sweep is called so; a chip such as/],
    [["--workers", "0"], /a whole number from 1 to 64 is needed/],
    [["now"], /power takes options only/],
    [["--evidence", "no/such/folder/x.json"], /cannot be written/],
  ] as const) {
    const { status, stderr } = power(...args);
    t.equal(status, 2, args.join(" "));
    t.match(stderr, expected);
  }
});
