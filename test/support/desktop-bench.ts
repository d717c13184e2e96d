// A telephone in C on the desktop, built for tests, and a file server for it: what the tests of test/engines/c share.
//
// `compiled` builds a program of desktop.c under gcc's sanitizers, `bench` gives a folder, a server on loopback and telephones to start.

import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process, { execPath } from "node:process";
import type { Test } from "tap";
import { Kind } from "../../hal/abi.js";
import { ed25519Key } from "../../host/image/keys.js";
import { packImage } from "../../host/image/pack.js";
import { skipWithout } from "../peers/support/daemon.js";
import { build } from "./core.js";
import { SANITIZERS } from "./sanitizers.js";
import { pattern } from "./site.js";

/** Debian's, as build.sh takes it: under npm the path begins with another one. */
export const WASM2C = process.env["WASM2C"] ?? "/usr/bin/wasm2c";
const isThere = existsSync(WASM2C) || process.env["PEERS_REQUIRED"] === "1";
export const skip = skipWithout("gcc", "gcc libc6-dev") || (isThere ? false : `${WASM2C} is not installed (Debian: apt-get install wabt)`);
export const OUT = `build/engines/c-${build}`;
const PAYLOAD_BYTES = 320_000;
const signer = ed25519Key(new Uint8Array(32).fill(9));
const image = packImage(pattern(PAYLOAD_BYTES), { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer });

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A program whose output is looked at while it runs. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly end: Promise<Ended>;
  output = "";
  #look = (): void => undefined;

  constructor(t: Test, command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(command, args, { env: { ...process.env, ...env, ASAN_OPTIONS: "detect_leaks=0" } });
    const take = (data: Buffer): void => {
      this.output += data.toString();
      this.#look();
    };
    this.child.stdout.on("data", take);
    this.child.stderr.on("data", take);
    this.end = new Promise((resolve) => void this.child.on("close", (code, signal) => resolve({ code, signal, output: this.output })));
    t.teardown(async () => {
      this.child.kill("SIGKILL");
      await this.end;
    });
  }

  /** Waits until the output has it; a program that ends before fails. */
  shows(text: RegExp): Promise<void> {
    const shown = new Promise<void>((resolve) => {
      this.#look = () => text.test(this.output) && resolve();
      this.#look();
    });
    const over = this.end.then(({ code, output }) => {
      if (!text.test(output)) throw new Error(`it ended with ${code} before it showed ${text.source}:\n${output}`);
    });
    return Promise.race([shown, over]);
  }
}

export interface Bench {
  readonly folder: string;
  readonly port: number;
  /** Requests so far, such as `GET /app.bin 200`. */
  readonly requests: () => string[];
  /** `watch` is for test/support/watched-calls.c. */
  readonly phone: (t: Test, chip: string, args?: readonly string[], server?: string, watch?: string) => Running;
}

export async function bench(t: Test, program: string, { settings = "", out = OUT } = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-desktop-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "site"));
  writeFileSync(join(folder, "key.der"), signer.spki);
  writeFileSync(join(folder, "site/app.bin"), image);
  writeFileSync(join(folder, "site/96xxupgrade.txt"), "SET APPNAME app.bin\nGET 46xxsettings.txt\n");
  writeFileSync(join(folder, "site/46xxsettings.txt"), `SET SIPDOMAIN example.com\n${settings}`);
  const server = new Running(t, execPath, ["build/js/host/cli/main.js", "serve", join(folder, "site"), "--port", "0"]);
  await server.shows(/^http:\/\/127\.0\.0\.1:\d+\//);
  const port = Number(/:(\d+)\//.exec(server.output)![1]);
  return {
    folder,
    port,
    requests: () => [...server.output.matchAll(/^GET \S+ \d+/gm)].map(([line]) => line),
    phone: (t, chip, args = [], server = `127.0.0.1:${port}`, watch = "") => new Running(t, programPath(program, out), [
      "--flash", join(folder, chip), "--key", join(folder, "key.der"), "--server", server, "--seconds", "60", ...args,
    ], { WATCH: watch }),
  };
}

export const programPath = (program: string, out = OUT): string => `${out}/${program}`;

export const chipHas = (folder: string, chip: string): boolean => readFileSync(join(folder, chip)).includes(Buffer.from(image));

export interface Build {
  readonly flags?: readonly string[];
  readonly out?: string;
  /** In place of the core. */
  readonly module?: string;
}

export function compiled(t: Test, program: string, { flags = [], out = OUT, module = "build/core.wasm" }: Build = {}): void {
  const args = ["test/engines/c/build.sh", program, ...SANITIZERS, ...flags];
  const env = { ...process.env, OUT: out, WASM2C, CORE: module };
  const { status, stdout, stderr } = spawnSync("sh", args, { encoding: "utf8", env });
  t.same([status, stdout + stderr], [0, ""], "it compiles without a warning");
}
