// `offhook power`: loses power at every flash operation of every scenario, and says whether a telephone was ever lost.
//
// Progress goes to stderr, the result to stdout, the evidence to a file. Exit 0 when nothing was broken, 1 when anything was.

import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import process, { stderr, stdout } from "node:process";
import { canBuildDefects } from "../power/build-defect.js";
import { DEFECTS } from "../power/defects.js";
import { Evidence } from "../power/evidence.js";
import { jobsOf, type Job, type Tier } from "../power/jobs.js";
import { runJobs } from "../power/pool.js";
import type { Fixpoint } from "../power/fixpoint.js";
import { replayOf, type Failure } from "../power/failure.js";
import { readArguments } from "./arguments.js";
import { coreBytes, type Build } from "./core-file.js";
import { UsageError } from "./usage.js";

const HELP = `Loses power inside and after every flash operation of every update scenario, on many small chips, in many ways; starts the
telephone again each time, and judges what became of it. Then the same with bits that flip at rest, with every state that any number of
cuts can leave (the fixpoint), and with defects planted in the core, each of which must be caught.

usage: offhook power [OPTIONS]

  --full            more seeds, all pairs of cuts on three chips, triples on the journal (up to an hour)
  --json            the result as one JSON object, the last line on stdout
  --evidence FILE   where everything counted goes (default power-evidence.json)
  --workers N       threads (default: one a processor)
  --only TEXT       the jobs whose shape, scenario or defect contains it: to look at one thing again
  --no-defects      leave the seeded defects out; where the core's source is not at hand they are left out anyway

Progress is on stderr. A failure names the command that does the same again, watched.

exit: 0 nothing was broken, 1 something was, 2 usage

examples
  offhook power
  offhook power --full --json | tail -n 1 | jq .cuts
  offhook boot --lan power-update --part power-2048x20p256u8 --fault power@12:half:0
`;

const WORKERS_MAX = 64;
const PROGRESS_MS = 5000;

/** Runs `offhook power ARGS`. */
export async function powerCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments("power", args, {
    "full": { type: "boolean" }, "json": { type: "boolean" }, "evidence": { type: "string" }, "workers": { type: "string" },
    "no-defects": { type: "boolean" }, "only": { type: "string" }, "help": { type: "boolean", short: "h" },
  });
  if (values["help"] === true) {
    stdout.write(HELP);
    return 0;
  }
  if (positionals[0] !== undefined) throw new UsageError("power takes options only; `offhook power --help` lists them");
  const workers = workersOf(values["workers"]);
  const tier: Tier = values["full"] === true ? "full" : "ci";
  const path = typeof values["evidence"] === "string" ? values["evidence"] : "power-evidence.json";
  const jobs = chosen([...defectJobs(values["no-defects"] !== true), ...jobsOf(tier)], values["only"]);
  write(path, ""); // A path that cannot be written costs no sweep.
  const core = coreBytes(buildOf());
  const startMs = performance.now();
  const evidence = new Evidence(tier, core);
  await runJobs(jobs, { core, workers, ...progress(jobs.length, evidence, startMs) });
  const seconds = (performance.now() - startMs) / 1000;
  write(path, evidence.file(seconds));
  const isWhole = values["only"] === undefined;
  const isGood = evidence.isGood(isWhole);
  for (const line of report(evidence, seconds, path, isWhole)) (values["json"] === true ? stderr : stdout).write(`${line}\n`);
  if (values["json"] === true) stdout.write(`${JSON.stringify(evidence.summary(seconds))}\n`);
  return isGood ? 0 : 1;
}

function workersOf(value: unknown): number {
  if (typeof value !== "string") return availableParallelism();
  const workers = Number(value);
  if (Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX) return workers;
  throw new UsageError(`--workers ${JSON.stringify(value)}: a whole number from 1 to ${WORKERS_MAX} is needed`);
}

function chosen(jobs: readonly Job[], only: unknown): readonly Job[] {
  if (typeof only !== "string") return jobs;
  const found = jobs.filter((job) => Object.values(job).some((value) => typeof value === "string" && value.includes(only)));
  if (found.length > 0) return found;
  const wanted = "a chip such as 2048x20p256u8, a scenario or a defect is needed";
  throw new UsageError(`--only ${JSON.stringify(only)}: nothing of the sweep is called so; ${wanted}`);
}

function buildOf(): Build {
  return process.env["OFFHOOK_BUILD"] === "mvp" ? "mvp" : "simd";
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`--evidence ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Defects need the core's source and its compiler: a clone has them, an installed package does not. */
function defectJobs(wanted: boolean): Job[] {
  if (!wanted) return [];
  if (!canBuildDefects()) {
    stderr.write("power: the seeded defects need the core's source and its compiler, which a clone has; they are left out\n");
    return [];
  }
  return DEFECTS.map(({ name }) => ({ kind: "defect", name }));
}

function progress(total: number, evidence: Evidence, startMs: number): Pick<Parameters<typeof runJobs>[1], "took" | "report"> {
  let jobsDone = 0;
  let shownMs = 0;
  let note = "";
  const show = (): void => {
    const nowMs = performance.now();
    if (nowMs - shownMs < PROGRESS_MS) return;
    shownMs = nowMs;
    const seconds = (nowMs - startMs) / 1000;
    const rate = Math.round(evidence.counts.cuts / seconds);
    const left = jobsDone === 0 ? "?" : Math.round((seconds / jobsDone) * (total - jobsDone));
    const broken = Object.values(evidence.counts.broken).reduce((sum, count) => sum + count, 0);
    const parts = [`${jobsDone}/${total}`, `${evidence.counts.cuts} cuts`, `${rate}/s`, `${left} s left`, ...(note === "" ? [] : [note])];
    stderr.write(`power: ${parts.join(", ")}${broken === 0 ? "" : `, ${broken} broken`}\n`);
  };
  return {
    took: (job, done) => {
      evidence.took(job, done);
      jobsDone += 1;
      for (const failure of done.counts.failures) stderr.write(`power: ${failureText(failure, "\n  ")}\n`);
      const { caught } = done;
      if (caught !== undefined && caught.oracle === undefined) stderr.write(`power: defect ${caught.name} was not caught\n`);
      show();
    },
    report: (text) => {
      note = text;
      show();
    },
  };
}

function report(evidence: Evidence, seconds: number, path: string, isWhole: boolean): string[] {
  const { counts, caught, fixpoint } = evidence;
  const summary = evidence.summary(seconds);
  const lacks = isWhole ? evidence.lacks : [];
  const known = counts.lookups - counts.runs;
  return [
    `cuts        ${summary.cuts} by ${summary.models} models on ${summary.geometries} chips; ` +
      `${summary.pairs} are second cuts, ${counts.triples} third ones`,
    `start-ups   ${counts.runs} made, ${known} known to be the same as one of these`,
    `broken      ${summary.bricks} bricks, ${summary.wrongImages} wrong images, ${summary.unverifiedBoots} unverified, ` +
      `${summary.counterErrors} counters`,
    `settings    compared after ${counts.settings} cuts, ${counts.broken["settings"] ?? 0} mixed or lost`,
    `rot         ${counts.flips} flips at rest, ${summary.rotRefusals} refusals; ` +
      `${counts.silent} start-ups on a chip that was wrong without a word`,
    ...(fixpoint === undefined ? [] : [fixpointLine(fixpoint)]),
    `defects     ${summary.defectsCaught} of ${summary.defects} caught`,
    ...caught.filter(({ oracle }) => oracle === undefined).map(({ name }) => `missed      ${name}`),
    ...lacks.map((lack) => `too little  ${lack}`),
    ...counts.failures.map((failure) => `failure     ${failureText(failure, "\n            ")}`),
    `evidence    ${path}, ${summary.seconds} s, core ${summary.wasm.slice(0, 16)}`,
    evidence.isGood(isWhole) ? "GOOD" : "BROKEN",
  ];
}

function failureText(failure: Failure, between: string): string {
  return `${failure.broken.oracle}: ${failure.broken.why}${between}${replayOf(failure)}`;
}

function fixpointLine({ states, transitions, closed, depth, models }: Fixpoint): string {
  const end = closed ? "no further one can be reached" : "not closed";
  return `fixpoint    ${states} crash states, ${transitions} transitions, at most ${depth} cuts deep, ${end}; models: ${models.join(", ")}`;
}
