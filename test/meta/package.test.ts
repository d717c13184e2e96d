// Goal: a program can boot a telephone with nothing but the package's public names, as README.md shows.
// Method: the package is imported by its own name, which goes through `exports` of package.json, and a script is tried.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { execPath } from "node:process";
import t from "tap";
import type * as Offhook from "../../host/index.js";

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
}

/** Held in a variable, so that the compiler does not look for types in build/ while it writes them. */
const NAME: string = "offhook";

t.test("a settings file is tried on a telephone in memory", async (t) => {
  const { Board, compileCore, demoSite, MemoryFiles, MemoryNetwork, runVirtual, Session } = (await import(NAME)) as typeof Offhook;
  const source = new MemoryFiles({ "96xxupgrade.txt": "SET SIPDOMAIN example.com\nGOTO NOWHERE\n" });
  const board = new Board({
    core: compileCore(readFileSync(new URL(import.meta.resolve(`${NAME}/core.wasm`)))),
    identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3), bootName: "boot.bin", appName: "app.bin" },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler, source }) }),
  });
  const session = new Session({ board, until: "login", timeoutSeconds: 900, strict: true });
  board.powerOn();
  runVirtual(board, () => session.stop);
  const { end } = session.finish();
  t.equal(end.state, "login");
  t.equal(end.code, "goto-missing");
  t.match(end.cause, "NOWHERE");
  t.equal(end.parameters["SIPDOMAIN"]?.value, "example.com");
});

t.test("a run is recorded, and another instance does the same", async (t) => {
  const offhook = (await import(NAME)) as typeof Offhook;
  const { Board, compileCore, demoSite, MemoryNetwork, readRecords, Recorder, replayRun, runVirtual } = offhook;
  const core = compileCore(readFileSync(new URL(import.meta.resolve(`${NAME}/core.wasm`))));
  const recorder = new Recorder(new Uint8Array(32));
  const board = new Board({
    core, instantiate: recorder.run("my run"),
    identity: { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3), bootName: "boot.bin", appName: "app.bin" },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler }) }),
  });
  board.powerOn();
  runVirtual(board, () => board.scheduler.nowUs > 10_000_000);
  const [run] = readRecords(recorder.file()).runs;
  t.equal(run?.name, "my run");
  t.ok(run!.starts[0]!.polls.length > 20);
  t.equal(replayRun(run!, { module: core, isSame: true }), undefined);
});

t.test("the example of docs/EMBEDDING.md", (t) => {
  const [, code = ""] = /## As a library[^]*?```js\n([^]*?)```/.exec(readFileSync("docs/EMBEDDING.md", "utf8")) ?? [];
  const { stdout, stderr, status } = spawnSync(execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  t.same([status, stderr], [0, ""]);
  t.match(stdout.split("\n"), [/^VLAN 0 to 232, option242$/, "login example.com", /^file-server \d+$/]);
  t.end();
});

t.test("what package.json names exists", (t) => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const targets = [...Object.values(manifest.exports), ...Object.values(manifest.bin)];
  const files = targets.flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
  t.ok(files.length > 8);
  for (const file of files) t.ok(existsSync(file), file);
  t.end();
});
