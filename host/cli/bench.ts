// `offhook bench`: speed as ratios against peers measured in the same run, size, and growth. A missed floor is a figure, no failure.
//
// Rows 1 to 9 and 14 come from child processes, of this same program with `--child GROUP`; host/bench has the method and the rows.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process, { argv, execPath, stderr, stdout } from "node:process";
import { benchModulesExist } from "../bench/bench-module.js";
import { coldRates } from "../bench/cold.js";
import { blockRates, crcRates, shaRates, type Rates } from "../bench/digests.js";
import { explainRates } from "../bench/explain.js";
import { growth, type Growth } from "../bench/growth.js";
import { machineFacts, type Machine } from "../bench/machine.js";
import { partRates } from "../bench/parts.js";
import { missingPeers } from "../bench/peers.js";
import { pipelineRates } from "../bench/pipeline.js";
import { plot } from "../bench/plot.js";
import { GROUPS, type Group, type Row } from "../bench/rows.js";
import { measuredRows, round } from "../bench/runs.js";
import { ed25519Rates, p256Rates } from "../bench/signatures.js";
import { startUpCounts } from "../bench/start-up.js";
import { readArguments } from "./arguments.js";
import { coreBytes, readCore } from "./core-file.js";
import { UsageError } from "./usage.js";

const HELP = `Usage: offhook bench [--json] [--plot FILE]

  --json        one line: the machine, a row each, growth
  --plot FILE   the rows as a picture too (SVG)

Ratios of CPU time against what a user would pick instead, candidates in turn in one process, the order rotated every round, medians
of seven rounds and of five processes. Rows 1 to 4 are digests, 5 and 6 the way of a download, 7 and 8 signatures, 9 the first pass
of a fresh process, 10 an update on each flash part against the part's own ceiling, 11 and 12 sizes, 13 a start-up's exact counts,
14 a settings file of 15,000 lines explained.
It takes some minutes. A peer that is not installed is named and left out: \`npm run bench\` in a clone installs all of them.

Examples:
  offhook bench
  offhook bench --json
  offhook bench --plot bench.svg
`;

const MASK = ":~0x20000000";
/** Without the bench module only these can be measured. */
const SHIPPED_GROUPS: readonly Group[] = ["pipeline", "explain"];
/** Bytes that the whole telephone may take. */
const CORE_BYTES_MAX = { mvp: 128 * 1024, simd: 160 * 1024 };
const CORE_PAGES_MAX = 4;

/** Runs `offhook bench ARGS`. Exit 0 when it was measured. */
export async function benchCommand(args: readonly string[]): Promise<number> {
  if (args[0] === "--child") return child(args[1] as Group);
  const options = { json: { type: "boolean" }, plot: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
  const { values, positionals } = readArguments("bench", args, options);
  if (values["help"] === true) {
    stdout.write(HELP);
    return 0;
  }
  if (positionals[0] !== undefined) throw new UsageError(`bench takes options only; \`offhook bench --help\` lists them`);
  const core = readCore();
  await nameWhatIsMissing();
  const rows = [...measuredRows(measureIn, benchModulesExist() ? GROUPS : SHIPPED_GROUPS), partsRow(core), ...sizeRows(), startUpRow(core)];
  const grown = growth(core);
  const machine = machineFacts();
  if (stderr.isTTY) stderr.write("\r\x1b[K");
  if (typeof values["plot"] === "string") writePlot(values["plot"], plot(machine, rows));
  stdout.write(values["json"] === true ? `${JSON.stringify({ machine, rows, growth: grown })}\n` : table(machine, rows, grown));
  return 0;
}

async function nameWhatIsMissing(): Promise<void> {
  const missing = await missingPeers();
  const way = "`npm run bench` in a clone brings it";
  if (missing.length > 0) stderr.write(`bench: not installed, left out: ${missing.join(", ")}; ${way}\n`);
  if (!benchModulesExist()) stderr.write(`bench: the bench module is not built: rows 1 to 4 and 6 to 9 are left out; ${way}\n`);
}

const MEASURES: Readonly<Record<Group, () => Rates | Promise<Rates>>> = {
  crc: () => crcRates("simd"),
  "crc-mvp": () => crcRates("mvp"),
  sha: shaRates,
  blocks: blockRates,
  pipeline: () => pipelineRates(readCore()),
  ed25519: ed25519Rates,
  p256: p256Rates,
  cold: () => coldRates(readCore()),
  explain: () => explainRates(readCore()),
};

async function child(group: Group): Promise<number> {
  stdout.write(JSON.stringify(await MEASURES[group]()));
  return 0;
}

/** One process's rates. */
function measureIn(group: Group, masked: boolean): Rates {
  const env = masked ? { ...process.env, OPENSSL_ia32cap: MASK } : process.env;
  if (stderr.isTTY) stderr.write(`\rbench: ${group}${masked ? " without SHA extensions" : ""}\x1b[K`);
  const result = spawnSync(execPath, [argv[1]!, "bench", "--child", group], { env, encoding: "utf8", maxBuffer: 1 << 20 });
  if (result.status !== 0) throw new Error(`the measuring process for ${group} ended with ${result.status}: ${result.stderr}`);
  return JSON.parse(result.stdout) as Rates;
}

function writePlot(path: string, svg: string): void {
  try {
    writeFileSync(path, svg);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function partsRow(core: WebAssembly.Module): Row {
  const rates = partRates(core);
  const slowest = rates.reduce((least, rate) => (rate.ratio < least.ratio ? rate : least));
  const details = rates.map(({ part, kilobytesPerSecond, ratio }) => ({
    part, kilobytesPerSecond: round(kilobytesPerSecond, 1), ratio: round(ratio, 4),
  }));
  return {
    row: 10, candidate: `update on ${slowest.part}`, mbps: round(slowest.kilobytesPerSecond / 1000, 4),
    ratios: { self: round(slowest.ratio, 4) }, floors: { self: 0.9 }, met: slowest.ratio >= 0.9, details,
  };
}

function sizeRows(): Row[] {
  const bytes = { mvp: coreBytes("mvp").length, simd: coreBytes("simd").length };
  const none = { mbps: null, ratios: {}, floors: {} };
  const pages = memoryPages(readCore("mvp"));
  const met = bytes.mvp <= CORE_BYTES_MAX.mvp && bytes.simd <= CORE_BYTES_MAX.simd;
  return [
    { row: 11, candidate: "core.wasm, core.simd.wasm in bytes", ...none, met, details: { ...bytes, most: CORE_BYTES_MAX } },
    {
      row: 12, candidate: "static memory of the core in pages", ...none, met: pages <= CORE_PAGES_MAX,
      details: { pages, most: CORE_PAGES_MAX },
    },
  ];
}

/** Pages of 64 KiB: a fresh instance's memory, which never grows. */
function memoryPages(core: WebAssembly.Module): number {
  const hal = Object.fromEntries(WebAssembly.Module.imports(core).map(({ name }) => [name, () => 0]));
  return (new WebAssembly.Instance(core, { hal }).exports["memory"] as WebAssembly.Memory).buffer.byteLength / 65536;
}

function startUpRow(core: WebAssembly.Module): Row {
  const details = startUpCounts(core);
  return { row: 13, candidate: "start-up with a 1 MiB download", mbps: null, ratios: {}, floors: {}, met: true, details };
}

function table(machine: Machine, rows: readonly Row[], grown: readonly Growth[]): string {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, node ${machine.node}, OpenSSL ${machine.openssl}, ` +
      `SHA extensions: ${machine.shaNi ? "yes" : "no"}, ${machine.date}`,
  ];
  for (const row of rows) lines.push(...rowLines(row));
  lines.push("growth: time = a * size^b");
  for (const { part, exponent, points } of grown) {
    const last = points.at(-1)!;
    const sizes = `${points.length} sizes to ${(last.bytes / 1048576).toFixed(1)} MiB`;
    lines.push(`        ${part.padEnd(20)} b = ${exponent}  (${sizes}; at most 1.05)`);
  }
  return `${lines.join("\n")}\n`;
}

function rowLines({ row, candidate, mbps, ratios, floors, met, repeats, details }: Row): string[] {
  const rate = mbps === null ? "" : `  ${mbps} MB/s`;
  const against = Object.entries(ratios).map(([peer, value]) => `${value} × ${peer} (${floors[peer] ?? "-"})`).join("  ");
  const judged = Object.keys(floors).length > 0 ? (met ? "  met" : "  missed") : "";
  const lines = [`row ${String(row).padEnd(2)}  ${candidate}${rate}  ${against}${judged}`];
  for (const repeat of repeats ?? []) lines.push(`        measured  ${detailText(repeat)}`);
  const list: unknown[] = Array.isArray(details) ? details : details === undefined ? [] : [details];
  for (const detail of list) lines.push(`        ${detailText(detail)}`);
  return lines;
}

function detailText(detail: unknown): string {
  return Object.entries(detail as Record<string, unknown>)
    .map(([name, value]) => (typeof value === "object" && value !== null ? detailText(value) : `${name} ${String(value)}`)).join("  ");
}
