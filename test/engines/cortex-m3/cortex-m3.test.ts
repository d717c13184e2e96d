// Goal: the module does the same on an instruction set that is not x86: records equal, an image judged, an update that survives every cut.
// Method: core.wasm through wasm2c and arm-none-eabi-gcc, strictly warned, on QEMU's mps2-an385 (a Cortex-M3); the board's telephone also
// natively, which must print the same. A core with a planted defect must lose a telephone, a changed record must differ, a file with a
// flipped bit must be refused, and counted instructions must be the same twice.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import t from "tap";
import { Kind } from "../../../hal/abi.js";
import { demoKey } from "../../../host/image/demo.js";
import { packImage } from "../../../host/image/pack.js";
import { seededPayload } from "../../../host/image/payload.js";
import { buildDefect } from "../../../host/power/build-defect.js";
import { DEFECTS } from "../../../host/power/defects.js";
import { recordsToBytes } from "../../../host/record/json.js";
import { counted, recordsIn } from "../../../tools/replay.js";
import { skipWithout } from "../../peers/support/daemon.js";
import { SANITIZERS } from "../../support/sanitizers.js";

const RECORDS = "test/conformance";
const BOARD = "test/engines/cortex-m3";
const WASM2C = process.env["WASM2C"] ?? "/usr/bin/wasm2c";
const isThere = existsSync(WASM2C) || process.env["PEERS_REQUIRED"] === "1";
const skip = skipWithout("qemu-system-arm", "qemu-system-arm") ||
  skipWithout("arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi") ||
  (isThere ? false : `${WASM2C} is not installed (Debian: apt-get install wabt)`);
const MACHINE = ["-M", "mps2-an385", "-nographic", "-monitor", "none", "-serial", "stdio"];
const COUNTING = ["-icount", "shift=0,sleep=off"];
const DEFECT = "commit-before-body";
const FIGURES = /cortex-m3: (\d+) ticks, (\d+) bytes of stack, (\d+) of heap\n$/;

interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** The board's last line. */
  readonly figures: readonly [ticks: number, stackBytes: number, heapBytes: number];
}

const folder = mkdtempSync(join(tmpdir(), "offhook-arm-"));
t.teardown(() => rmSync(folder, { recursive: true }));

function built(out: string, env: Readonly<Record<string, string>> = {}, script = "cortex-m3", ...args: readonly string[]): string {
  const { status, stderr } = spawnSync("sh", [`test/engines/${script}/build.sh`, ...args], {
    encoding: "utf8", env: { ...process.env, OUT: out, WASM2C, ...env },
  });
  if (status !== 0 || stderr !== "") throw new Error(stderr); // Nothing of what follows could be tried.
  return out;
}

/** The telephone of the board for this machine, where it is quick, under gcc's sanitizers. */
function runHere(out: string, core: string, args: readonly string[]): Pick<Ran, "code" | "output"> {
  const sources = ["nor", "site", "telephone"].map((name) => `${BOARD}/${name}.c`).join(" ");
  const program = `${built(out, { CORE: core, SOURCES: sources }, "c", "board", "-iquote", BOARD, ...SANITIZERS)}/board`;
  const env = { ...process.env, ASAN_OPTIONS: "detect_leaks=0" };
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env });
  return { code: status, output: stdout + stderr };
}

function run(program: string, args: readonly string[], options: readonly string[] = []): Ran {
  const words = [program.replace(/^.*\//, ""), ...args].map((arg) => `arg=${arg}`).join(",");
  const semihosting = `enable=on,target=native,${words}`;
  const machine = [...MACHINE, ...options, "-semihosting-config", semihosting, "-kernel", `${program}.elf`];
  const { status, stdout, error } = spawnSync("qemu-system-arm", machine, { encoding: "utf8", input: "", timeout: 200_000 });
  if (error !== undefined) throw error;
  const [, ticks, stack, heap] = FIGURES.exec(stdout) ?? [stdout, "0", "0", "0"];
  return { code: status, output: stdout.replace(FIGURES, ""), figures: [Number(ticks), Number(stack), Number(heap)] };
}

function saved(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function software(name: string, revision: number, payloadBytes: number): string {
  const version = { major: 1, minor: 0, revision, build: 0 };
  const options = { kind: Kind.Application, version, counter: revision, signer: demoKey() };
  return saved(name, packImage(seededPayload(name, revision, payloadBytes), options));
}

const engines = skip === false ? built("build/engines/cortex-m3") : "";
const key = saved("key.der", demoKey().spki);

t.test("every record of test/conformance, and one that was changed", { skip }, (t) => {
  for (const name of readdirSync(RECORDS).filter((file) => file.endsWith(".json"))) {
    const records = recordsIn(`${RECORDS}/${name}`);
    const path = saved("run.rec", recordsToBytes(records));
    const { code, output } = run(`${engines}/replay`, [path]);
    t.same([code, output], [0, `${path}: ${counted(records, 0)}\n`], name);
  }
  const records = recordsIn(`${RECORDS}/modes.json`);
  const [first, ...rest] = records.runs;
  const start = first!.starts[0]!;
  const changed = { ...first!, starts: [{ ...start, mode: 3 - start.mode }, ...first!.starts.slice(1)] };
  const path = saved("changed.rec", recordsToBytes({ ...records, runs: [changed, ...rest] }));
  const { code, output } = run(`${engines}/replay`, [path]);
  t.equal(code, 1);
  t.match(output, /start 1, .*\n.*: 1 runs differ\n/s);
  t.end();
});

t.test("a file judged, with the same count of instructions twice", { skip }, (t) => {
  const file = software("judged.bin", 1, 40_000);
  const [one, two] = [1, 2].map(() => run(`${engines}/validate`, [file, key], COUNTING));
  t.same([one!.code, one!.output], [0, "accepted\n"]);
  t.same(one, two);
  const [ticks, stackBytes, heapBytes] = one!.figures;
  t.comment(`${ticks} ticks of 40 instructions, ${stackBytes} bytes of stack, ${heapBytes} of heap`);
  const bytes = readFileSync(file);
  bytes[20_000]! ^= 1;
  const { code, output } = run(`${engines}/validate`, [saved("flipped.bin", bytes), key]);
  t.equal(code, 1);
  t.match(output, /^not accepted: verdict [1-9]\d* /);
  t.end();
});

t.test("a telephone: installed, updated, cut in every flash operation", { skip }, async (t) => {
  const files = [key, software("old.bin", 1, 16_000), software("new.bin", 2, 12_000), "7"];
  const { code, output } = run(`${engines}/telephone`, files);
  t.equal(code, 0, output.slice(-500));
  for (const text of ["100Mbps Ethernet", "HTTP: 3 http://10.0.8.2/old.bin", "File Obtained;please wait...", "Saving to flash",
    "[##########]", "Restarting...", "Enter username", "install: old.bin runs", "update: new.bin runs"]) {
    t.ok(output.includes(text), text);
  }
  const [, cuts, operations, lost] = /^cuts: (\d+) of (\d+) operations, (\d+) lost$/m.exec(output)!.map(Number);
  t.same([cuts, lost], [5 * operations!, 0]);
  t.ok(operations! > 60, `${operations} operations, each cut in 5 ways`);
  const here = join(folder, "here");
  t.same(runHere(here, "build/core.wasm", files), { code, output }, "line for line as on another instruction set");
  t.equal(runHere(here, "build/core.wasm", [...files.slice(0, 3), "8"]).code, 0, "another seed");
  const defect = saved("defect.wasm", await buildDefect(DEFECTS.find(({ name }) => name === DEFECT)!));
  const planted = runHere(join(folder, "defect"), defect, files);
  t.equal(planted.code, 1);
  t.match(planted.output, /lost: operation \d+, cut \d/, `${DEFECT} loses a telephone`);
});

t.test("what is wrong with the files is said", { skip }, (t) => {
  const none = run(`${engines}/telephone`, [join(folder, "none.der"), key, key, "1"]);
  t.same([none.code, none.output], [2, `telephone: ${join(folder, "none.der")} cannot be read\n`]);
  t.equal(run(`${engines}/telephone`, []).code, 2);
  t.equal(run(`${engines}/replay`, [key]).code, 2);
  const many = run(`${engines}/replay`, Array.from({ length: 16 }, () => key));
  t.same([many.code, many.output], [99, "cortex-m3: the command line is too long\n"], "no file is left out in silence");
  t.end();
});

t.test("a stack that is too small is a fault at once, whatever stepped over its end", { skip }, (t) => {
  const small = built(join(folder, "small"), { STACK_BYTES: "512" });
  const { code, output } = run(`${small}/validate`, [software("any.bin", 1, 1000), key]);
  t.same([code, output], [99, "cortex-m3: the stack was too small\n"]);
  t.end();
});
