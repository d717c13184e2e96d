// Finds and runs other people's programs for a test: in the foreground, in a directory of its own, ended by its process id.
//
// In: a program's name and how to start it. Out: a running daemon, or a clear reason to skip. With PEERS_REQUIRED=1 a
// program that is missing fails the test instead: in CI a peer that was not asked proves nothing.

import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Test } from "tap";

/** Daemons are in sbin, which is not on everybody's path. */
const EXTRA_FOLDERS = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** The path of a program, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...EXTRA_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** For a test's `skip` option: false when the peer is there or must be, else why the test is skipped. */
export function skipWithout(program: string, debianPackage: string): string | false {
  if (findProgram(program) !== undefined || process.env["PEERS_REQUIRED"] === "1") return false;
  return `${program} is not installed (Debian: apt-get install ${debianPackage})`;
}

export interface Daemon {
  readonly folder: string;
  /** What it wrote to stdout and stderr so far. */
  output(): string;
  /** Ends it, with another signal than the plan's if one is given, and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface DaemonPlan {
  readonly program: string;
  /** The command that runs it elsewhere, such as in a namespace, as the same process. */
  readonly inside?: readonly string[];
  /** Makes the arguments; configuration files are written into the folder here. */
  readonly prepare: (folder: string) => readonly string[];
  /** Asked until it says true, with the output so far: the daemon answers. */
  readonly ready: (output: string) => boolean | Promise<boolean>;
  /** How it is asked to end; default SIGTERM. */
  readonly endSignal?: NodeJS.Signals;
}

/** Starts a daemon that lives as long as the test. Rejects with its output when it ends before it is ready. */
export async function startDaemon(t: Test, plan: DaemonPlan): Promise<Daemon> {
  const path = findProgram(plan.program);
  if (path === undefined) throw new Error(`${plan.program} is not installed, and PEERS_REQUIRED=1 asks for it`);
  const folder = mkdtempSync(join(tmpdir(), `offhook-${plan.program}-`));
  let output = "";
  const [command, ...args] = [...(plan.inside ?? []), path, ...plan.prepare(folder)];
  const child = spawn(command!, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (data: Buffer) => void (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => void (output += data.toString()));
  const gone = ended(child);
  const stop = async (signal = plan.endSignal ?? "SIGTERM"): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  t.teardown(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const end = gone.then((why) => {
    throw new Error(`${plan.program} ended before it was ready (${why}): ${output}`);
  });
  await Promise.race([end, until(() => plan.ready(output))]);
  end.catch(() => undefined);
  return { folder, output: () => output, stop };
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
}

/** Asks again and again; each question is a connection attempt, which takes its own time. The test's time-out bounds it. */
async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await ready())) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

/** The whole lines of a log that a daemon writes. */
export function logLines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}
