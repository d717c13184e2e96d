// `offhook bench`: speed as ratios against peers measured in the same run. In this release rows 5, 10 and 13.
//
// Rates come from child processes, several plain and several with OpenSSL's SHA extensions masked, because code placement
// moves a figure from process to process; what is printed is the median over them.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import process, { argv, execPath, stderr, stdout } from "node:process";
import { median } from "../bench/method.js";
import { partRates } from "../bench/parts.js";
import { pipelineRates } from "../bench/pipeline.js";
import { startUpCounts } from "../bench/start-up.js";
import { readArguments } from "./arguments.js";
import { readCore } from "./core-file.js";
import { UsageError } from "./usage.js";

const HELP = `Usage: offhook bench [--json]

  --json   one line: the machine and a row each

Row 5 is the whole pipeline of a download (copy in, CRC-32, SHA-256, pages out) against the same work in hash-wasm and in node
without SHA extensions; row 10 an update on each flash part against the part's own ceiling; row 13 a start-up's exact counts.

Examples:
  offhook bench
  offhook bench --json
`;

const PROCESSES = 5;
const MASK = ":~0x20000000";
const MB = "MB/s";

interface Row {
  readonly row: number;
  readonly candidate: string;
  readonly mbps: number | null;
  readonly ratios: Readonly<Record<string, number>>;
  readonly floors: Readonly<Record<string, number>>;
  readonly met: boolean;
  readonly details?: unknown;
}

/** Runs `offhook bench ARGS`. Exit 0 when it was measured; a missed floor is a figure, not a failure. */
export async function benchCommand(args: readonly string[]): Promise<number> {
  if (args[0] === "--pipeline-child") return pipelineChild();
  const { values, positionals } = readArguments("bench", args, { json: { type: "boolean" }, help: { type: "boolean", short: "h" } });
  if (values["help"] === true) {
    stdout.write(HELP);
    return 0;
  }
  if (positionals[0] !== undefined) throw new UsageError(`bench takes options only; \`offhook bench --help\` lists them`);
  const core = readCore();
  const rows = [pipelineRow(), partsRow(core), startUpRow(core)];
  const machine = machineFacts();
  stdout.write(values["json"] === true ? `${JSON.stringify({ machine, rows })}\n` : table(machine, rows));
  return 0;
}

async function pipelineChild(): Promise<number> {
  stdout.write(JSON.stringify(Object.fromEntries(await pipelineRates(readCore()))));
  return 0;
}

/** One process's rates. */
function pipelineIn(mask: boolean): Record<string, number> {
  const env = mask ? { ...process.env, OPENSSL_ia32cap: MASK } : process.env;
  const child = spawnSync(execPath, [argv[1]!, "bench", "--pipeline-child"], { env, encoding: "utf8", maxBuffer: 1 << 20 });
  if (child.status !== 0) throw new Error(`the measuring process ended with ${child.status}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Record<string, number>;
}

function pipelineRow(): Row {
  const plain = Array.from({ length: PROCESSES }, () => pipelineIn(false));
  const masked = Array.from({ length: PROCESSES }, () => pipelineIn(true));
  const rate = (runs: Record<string, number>[], name: string) => median(runs.map((run) => run[name] ?? Number.NaN));
  const ratio = (runs: Record<string, number>[], name: string) => median(runs.map((run) => run["core"]! / (run[name] ?? Number.NaN)));
  const ratios: Record<string, number> = { "openssl-no-sha-ni": round(ratio(masked, "node")) };
  const hashWasm = ratio(plain, "hash-wasm");
  if (Number.isNaN(hashWasm)) stderr.write("bench: hash-wasm is not installed (npm install in a clone brings it); its ratio is left out\n");
  else ratios["hash-wasm"] = round(hashWasm);
  const floors = { "hash-wasm": 1.2, "openssl-no-sha-ni": 0.7 };
  const met = Object.entries(floors).every(([peer, floor]) => (ratios[peer] ?? 0) >= floor);
  const details = { "hash-wasm": round(rate(plain, "hash-wasm")), "openssl-no-sha-ni": round(rate(masked, "node")), openssl: round(rate(plain, "node")) };
  return { row: 5, candidate: "pipeline, core.wasm", mbps: round(rate(plain, "core")), ratios, floors, met, details };
}

function partsRow(core: WebAssembly.Module): Row {
  const rates = partRates(core);
  const slowest = rates.reduce((least, rate) => (rate.ratio < least.ratio ? rate : least));
  return {
    row: 10,
    candidate: `update on ${slowest.part}`,
    mbps: round(slowest.kilobytesPerSecond / 1000, 4),
    ratios: { self: round(slowest.ratio, 4) },
    floors: { self: 0.9 },
    met: slowest.ratio >= 0.9,
    details: rates.map(({ part, kilobytesPerSecond, ratio }) => ({ part, kilobytesPerSecond: round(kilobytesPerSecond, 1), ratio: round(ratio, 4) })),
  };
}

function startUpRow(core: WebAssembly.Module): Row {
  return { row: 13, candidate: "start-up with a 1 MiB download", mbps: null, ratios: {}, floors: {}, met: true, details: startUpCounts(core) };
}

function machineFacts(): Record<string, unknown> {
  const flags = cpuFlags();
  return { cpu: cpus()[0]?.model ?? "", cores: cpus().length, node: process.version, shaNi: flags.includes("sha_ni") };
}

/** The processor's feature flags where the system lists them. */
function cpuFlags(): string[] {
  try {
    return /^flags\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" ") ?? [];
  } catch {
    return [];
  }
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

function table(machine: Record<string, unknown>, rows: readonly Row[]): string {
  const lines = [`${machine["cpu"]}, ${machine["cores"]} cores, node ${machine["node"]}, SHA extensions: ${machine["shaNi"] ? "yes" : "no"}`];
  for (const { row, candidate, mbps, ratios, floors, met, details } of rows) {
    const rate = mbps === null ? "" : `  ${mbps} ${MB}`;
    const against = Object.entries(ratios).map(([peer, value]) => `${value} × ${peer} (floor ${floors[peer] ?? "-"})`).join("  ");
    lines.push(`row ${row}  ${candidate}${rate}  ${against}${Object.keys(floors).length > 0 ? (met ? "  met" : "  missed") : ""}`);
    for (const detail of Array.isArray(details) ? details : [details]) lines.push(`        ${detailText(detail)}`);
  }
  return `${lines.join("\n")}\n`;
}

function detailText(detail: unknown): string {
  return Object.entries(detail as Record<string, unknown>).map(([name, value]) => `${name} ${String(value)}`).join("  ");
}
