// A network namespace of the test's own: whatever happens in it, no packet leaves it, and it goes with the test.
//
// In: nothing but the test. Out: a namespace with loopback up, a folder, our TAP helper built in it, and ways to run programs
// there. Needs root, gcc, iproute2 and a kernel with TAPs; without them `skipWithoutKernel` says what is missing.

import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { findProgram } from "./daemon.js";

const SOURCE = "test/peers/support/tapmux.c";
/** Neighbour discovery and an interface that answers ARP for another one's address would be noise (weak host model). */
const SETTINGS = ["ipv6/conf/default/disable_ipv6", "ipv6/conf/all/disable_ipv6", "ipv4/conf/all/arp_ignore"];

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

let namespaceCount = 0;

export class Namespace {
  readonly name = `offhook-${process.pid}-${namespaceCount++}`;
  readonly folder = mkdtempSync(join(tmpdir(), "offhook-namespace-"));
  /** Our TAP helper; its source says how it is called. */
  readonly tapmux = join(this.folder, "tapmux");

  /** What is registered with the test later ends before the namespace does. */
  static make(t: Test): Namespace {
    const namespace = new Namespace();
    t.teardown(() => rmSync(namespace.folder, { recursive: true, force: true }));
    execFileSync("gcc", ["-Wall", "-Wextra", "-Werror", "-O2", "-o", namespace.tapmux, SOURCE]);
    sweep();
    execFileSync("ip", ["netns", "add", namespace.name]);
    t.teardown(() => execFileSync("ip", ["netns", "del", namespace.name]));
    for (const setting of SETTINGS) namespace.run("sh", "-c", `test ! -e /proc/sys/net/${setting} || echo 1 > /proc/sys/net/${setting}`);
    namespace.ip("link", "set", "lo", "up");
    return namespace;
  }

  /**
   * The command that runs another one in here. It replaces itself, so the process id is the program's; and the program is ended
   * with us, even if we are killed.
   */
  get inside(): readonly string[] {
    return ["ip", "netns", "exec", this.name, "setpriv", "--pdeathsig", "TERM"];
  }

  /** Runs a program to its end and returns what it printed. */
  run(program: string, ...args: readonly string[]): string {
    const [command, ...rest] = [...this.inside, program, ...args];
    return execFileSync(command!, rest, { stdio: ["ignore", "pipe", "pipe"] }).toString();
  }

  ip(...args: readonly string[]): string {
    return execFileSync("ip", ["-n", this.name, ...args]).toString();
  }

  /** Gives an interface an address such as `10.99.0.1/24` and takes it up. */
  configure(device: string, address: string): void {
    this.ip("addr", "add", address, "dev", device);
    this.ip("link", "set", device, "up");
  }

  /** A TAP that is there before a program takes it, as a switch port is before the cable: daemons bind to it. */
  addTap(device: string, address: string): void {
    this.ip("tuntap", "add", "mode", "tap", "name", device);
    this.configure(device, address);
  }

  /** True once something listens on the TCP port. */
  listens(port: number): boolean {
    return this.run("ss", "-Hltn", `sport = :${port}`) !== "";
  }
}

/** Removes what a test left behind that was killed: namespaces whose process is gone. */
function sweep(): void {
  for (const [name, pid] of execFileSync("ip", ["netns", "list"]).toString().matchAll(/^offhook-(\d+)-\d+/gm)) {
    if (!existsSync(`/proc/${pid}`)) execFileSync("ip", ["netns", "del", name]);
  }
}
