#!/usr/bin/env node
// The command line: finds the command, runs it, and turns its result into an exit code.
//
// Results go to stdout, everything else to stderr. A usage error says what to type instead and exits 2.
// Each command is loaded only when it is called, so that one does not wait for what another needs.

import { createRequire } from "node:module";
import { argv, exit, stderr, stdout } from "node:process";
import { nearest } from "../nearest.js";
import { BOOT_HELP, EXPLAIN_HELP, LINT_HELP, MAIN_HELP } from "./help.js";
import { UsageError } from "./usage.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface Command {
  /** The help page, where the command does not print its own. */
  readonly help?: string;
  readonly run: (args: string[]) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  boot: { help: BOOT_HELP, run: async (args) => (await import("./boot.js")).bootCommand(args) },
  serve: { run: async (args) => (await import("./serve.js")).serveCommand(args) },
  explain: { help: EXPLAIN_HELP, run: async (args) => (await import("./explain.js")).explainCommand(args) },
  lint: { help: LINT_HELP, run: async (args) => (await import("./lint.js")).lintCommand(args) },
  diff: { run: async (args) => (await import("./diff.js")).diffCommand(args) },
  image: { run: async (args) => (await import("./image.js")).imageCommand(args) },
  power: { run: async (args) => (await import("./power.js")).powerCommand(args) },
  bench: { run: async (args) => (await import("./bench.js")).benchCommand(args) },
};

/** Runs `offhook ARGS` and answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "help" && rest[0] !== undefined) return main([rest[0], "--help"]);
  if (name === "--help" || name === "-h" || name === "help") return print(MAIN_HELP);
  if (name === "--version") return print(`offhook ${version()}\n`);
  if (name === undefined) throw new UsageError("a command is missing: offhook boot starts a telephone, offhook --help lists the others");
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(unknown(name));
  if (command.help !== undefined && (rest.includes("--help") || rest.includes("-h"))) return print(command.help);
  return command.run(rest);
}

function unknown(name: string): string {
  if (name.startsWith("-")) return `${name} stands before a command; did you mean \`offhook boot ${name}\`?`;
  const near = nearest(name, Object.keys(COMMANDS));
  const instead = near === undefined ? "offhook --help lists the commands" : `did you mean \`offhook ${near}\`?`;
  return `there is no command ${JSON.stringify(name)}; ${instead}`;
}

function print(text: string): number {
  stdout.write(text);
  return 0;
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)("offhook/package.json");
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
}

// `offhook … | head` closes stdout early: that is the reader's wish, not a failure of the run.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") exit(0);
  throw error;
});

try {
  // Setting the code instead of exiting lets a pipe take what is still unwritten.
  process.exitCode = await main(argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    stderr.write(`offhook: ${error.message}\n`);
    process.exitCode = EXIT_USAGE;
  } else {
    stderr.write(`offhook: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
    process.exitCode = EXIT_FAILED;
  }
}
