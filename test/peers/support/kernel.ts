// The Linux kernel as a neighbour: a network namespace of the test's own with TAPs in it, joined to a link of ours.
//
// In: interface names with addresses. Out: a link that carries frames to and from them, in real time, and a way to run
// programs in the namespace. Everything ends with the test. Needs root, gcc, iproute2 and a kernel with TAPs; without them
// `skipWithoutKernel` says what is missing. Real time is the point here: the kernel's timers run by the wall clock.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { Link } from "../../../host/network/link.js";
import { Scheduler } from "../../../host/scheduler.js";
import { findProgram } from "./daemon.js";

const SOURCE = "test/peers/support/tapmux.c";

/** For a test's `skip` option. With PEERS_REQUIRED=1 the test runs, and fails on what is missing. */
export function skipWithoutKernel(): string | false {
  if (process.env["PEERS_REQUIRED"] === "1") return false;
  if (process.getuid?.() !== 0) return "making a network namespace needs root";
  for (const [program, debianPackage] of [["gcc", "gcc libc6-dev"], ["ip", "iproute2"]] as const) {
    if (findProgram(program) === undefined) return `${program} is not installed (Debian: apt-get install ${debianPackage})`;
  }
  try {
    closeSync(openSync("/dev/net/tun", "r+"));
  } catch (error) {
    return `no TAP interfaces here: ${(error as Error).message}`;
  }
  return false;
}

export interface Kernel {
  readonly scheduler: Scheduler;
  readonly link: Link;
  readonly namespace: string;
  readonly folder: string;
  /** Starts a program in the namespace. It is ended with the test. */
  start(program: string, args: readonly string[]): ChildProcess;
  /** Resolves once the condition holds; it is looked at after every event. The test's time-out bounds it. */
  until(done: () => boolean): Promise<void>;
}

let namespaceCount = 0;

/** `interfaces`: name, or name:VID, to its address such as `10.99.0.1/24`. */
export async function startKernel(t: Test, interfaces: Readonly<Record<string, string>>): Promise<Kernel> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-kernel-"));
  const namespace = `offhook-${process.pid}-${namespaceCount++}`;
  const children: ChildProcess[] = [];
  const clock = new RealClock();
  execFileSync("gcc", ["-Wall", "-Wextra", "-Werror", "-O2", "-o", join(folder, "tapmux"), SOURCE]);
  execFileSync("ip", ["netns", "add", namespace]);
  t.teardown(async () => {
    clock.stop();
    for (const child of children.reverse()) await end(child);
    execFileSync("ip", ["netns", "del", namespace]);
    rmSync(folder, { recursive: true, force: true });
  });
  const mux = spawn(join(folder, "tapmux"), [namespace, ...Object.keys(interfaces)], { stdio: ["pipe", "pipe", "pipe"] });
  children.push(mux);
  mux.stdin.on("error", () => undefined); // It ended before us; whoever waits for an answer says so.
  await new Promise<void>((resolve, reject) => {
    mux.stderr.once("data", (data: Buffer) => (data.toString() === "ready\n" ? resolve() : reject(new Error(data.toString()))));
    mux.once("exit", (code) => reject(new Error(`tapmux ended with ${code}`)));
  });
  configure(namespace, interfaces);
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn("ip", ["netns", "exec", namespace, program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    return child;
  };
  return { scheduler: clock.scheduler, link: muxLink(mux, clock), namespace, folder, start, until: (done) => clock.until(done) };
}

function configure(namespace: string, interfaces: Readonly<Record<string, string>>): void {
  const ip = (...args: string[]): void => void execFileSync("ip", ["-n", namespace, ...args]);
  // Neighbour discovery and a second interface that answers for the first would be noise (weak host model).
  for (const setting of ["ipv6.conf.default.disable_ipv6=1", "ipv6.conf.all.disable_ipv6=1", "ipv4.conf.all.arp_ignore=1"]) {
    const path = `/proc/sys/net/${setting.replace(/\./g, "/").replace("=", " ").split(" ")[0]}`;
    execFileSync("ip", ["netns", "exec", namespace, "sh", "-c", `test ! -e ${path} || echo 1 > ${path}`]);
  }
  ip("link", "set", "lo", "up");
  for (const [name, address] of Object.entries(interfaces)) {
    const device = name.split(":")[0]!;
    ip("addr", "add", address, "dev", device);
    ip("link", "set", device, "up");
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await gone;
}

/** Frames with two bytes of length before each, over the multiplexer's pipes. */
function muxLink(mux: ChildProcess, clock: RealClock): Link {
  let rest: Buffer = Buffer.alloc(0);
  let take: (frame: Uint8Array) => void = () => undefined;
  mux.stdout!.on("data", (data: Buffer) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let offset = 0;
    while (rest.length - offset >= 2 && rest.length - offset >= 2 + rest.readUInt16BE(offset)) {
      const bytes = rest.readUInt16BE(offset);
      take(Uint8Array.from(rest.subarray(offset + 2, offset + 2 + bytes)));
      offset += 2 + bytes;
      // Frames are taken as they come, not by the pipe's pieces: the stack's queue is as long as a network card's.
      clock.turn();
    }
    rest = rest.subarray(offset);
  });
  return {
    send: (frame) => void mux.stdin!.write(Buffer.concat([Buffer.of(frame.length >>> 8, frame.length & 0xff), frame])),
    onReceive: (other) => void (take = other),
  };
}

/** Runs a scheduler by the wall clock. */
class RealClock {
  readonly scheduler = new Scheduler();
  readonly #startNs = process.hrtime.bigint();
  #timer: NodeJS.Timeout | undefined;
  #waiters: { done: () => boolean; resolve: () => void }[] = [];

  turn(): void {
    const { scheduler } = this;
    scheduler.nowUs = Math.max(scheduler.nowUs, Number((process.hrtime.bigint() - this.#startNs) / 1000n));
    scheduler.runDue();
    this.#waiters = this.#waiters.filter(({ done, resolve }) => {
      const isDone = done();
      if (isDone) resolve();
      return !isDone;
    });
    clearTimeout(this.#timer);
    const nextUs = scheduler.nextUs();
    if (nextUs !== undefined) this.#timer = setTimeout(() => this.turn(), Math.max(0, (nextUs - scheduler.nowUs) / 1000));
  }

  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ done, resolve });
      this.turn();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
