// The Linux kernel as a neighbour: a network namespace of the test's own with TAPs in it, joined to a link of ours.
//
// In: interface names with addresses. Out: a link that carries frames to and from them, in real time, and a way to run
// programs in the namespace. Everything ends with the test. Real time is the point here: the kernel's timers run by the wall
// clock.

import { spawn, type ChildProcess } from "node:child_process";
import type { Test } from "tap";
import type { Link } from "../../../host/network/link.js";
import { Scheduler } from "../../../host/scheduler.js";
import { Namespace } from "./namespace.js";

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

/** `interfaces`: name, or name:VID, to its address such as `10.99.0.1/24`. */
export async function startKernel(t: Test, interfaces: Readonly<Record<string, string>>): Promise<Kernel> {
  const namespace = Namespace.make(t);
  const children: ChildProcess[] = [];
  const clock = new RealClock();
  t.teardown(async () => {
    clock.stop();
    for (const child of children.reverse()) await end(child);
  });
  const mux = spawn(namespace.tapmux, [namespace.name, ...Object.keys(interfaces)], { stdio: ["pipe", "pipe", "pipe"] });
  children.push(mux);
  mux.stdin.on("error", () => undefined); // It ended before us; whoever waits for an answer says so.
  await new Promise<void>((resolve, reject) => {
    mux.stderr.once("data", (data: Buffer) => (data.toString() === "ready\n" ? resolve() : reject(new Error(data.toString()))));
    mux.once("exit", (code) => reject(new Error(`tapmux ended with ${code}`)));
  });
  for (const [device, address] of Object.entries(interfaces)) namespace.configure(device.split(":")[0]!, address);
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const [command, ...rest] = [...namespace.inside, program, ...args];
    const child = spawn(command!, rest, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    return child;
  };
  const { name, folder } = namespace;
  return { scheduler: clock.scheduler, link: muxLink(mux, clock), namespace: name, folder, start, until: (done) => clock.until(done) };
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
