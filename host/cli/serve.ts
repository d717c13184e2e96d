// `offhook serve`: the built-in file server on a loopback port, until it is interrupted.
//
// In: an optional folder and port. Out: the URL and one line for each request on stdout; the exit code. What it serves
// without a folder is the demonstration, so that another program (or a real telephone's tester) can fetch it.

import { randomFillSync } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileSource } from "../site/file-server.js";
import { demoSource } from "../site/demo.js";
import { MASK, maskUrl } from "../secrets.js";
import { PAGE_PATH } from "../site/page-files.js";
import { ScepAuthority } from "../site/scep/authority.js";
import { FolderFiles, SCEP_PATH, serveOnLoopback, type Served, type ServedAccess, type ServeOptions } from "../site/serve-node.js";
import { readArguments } from "./arguments.js";
import { UsageError } from "./usage.js";

const PORT_DEFAULT = 8080;
const TARGET_CHARACTERS_MAX = 200;
/** Beside build/js, where somebody bundled it. */
const PAGE = dirname(fileURLToPath(new URL("../../../web/index.html", import.meta.url)));

const HELP = `Usage: offhook serve [DIR] [--port N]

  DIR        the folder to serve; default: the files of the demonstration
  --port N   a port of 127.0.0.1; 0 takes a free one; default ${PORT_DEFAULT}

Prints its URL, then a line for each request. Reachable from this machine only. Ctrl-C ends it.
Below ${PAGE_PATH} there is a telephone in a page, with a far end of its own.

Examples:
  offhook serve
  offhook serve /srv/phones --port 0
  offhook boot --server http://127.0.0.1:${PORT_DEFAULT}/
`;

/** Where the command writes; `process` is one. */
export interface ServeOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Runs `offhook serve ARGS` until the promise is kept. Returns the exit code; throws UsageError. */
export async function serveCommand(
  args: readonly string[], output: ServeOutput = process, interrupted: () => Promise<void> = signalled, pageFolder = PAGE,
): Promise<number> {
  const { values, positionals } = readArguments("serve", args, {
    port: { type: "string" }, help: { type: "boolean", short: "h" },
  });
  if (values["help"] === true) {
    output.stdout.write(HELP);
    return 0;
  }
  if (positionals.length > 1) throw new UsageError(`serve takes one folder, not ${positionals.length}: offhook serve [DIR] [--port N]`);
  const folder = positionals[0];
  const port = portValue(values["port"] as string | undefined);
  const onAccess = (access: ServedAccess): void => void output.stdout.write(accessLine(access));
  const page = existsSync(`${pageFolder}/index.html`) ? { page: new FolderFiles(pageFolder) } : {};
  const served = await (folder === undefined ? listenDemonstration({ port, onAccess, ...page })
    : listen({ source: sourceOf(folder), port, onAccess, ...page }));
  output.stdout.write(`${served.url}  ${folder ?? "the demonstration"}\n`);
  if ("page" in page) output.stderr.write(`A telephone in a page: ${served.url}${PAGE_PATH.slice(1)}\n`);
  output.stderr.write(`Try: offhook boot --server ${served.url}    Ctrl-C ends.\n`);
  await interrupted();
  await served.close();
  return 0;
}

function portValue(text: string | undefined): number {
  if (text === undefined) return PORT_DEFAULT;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new UsageError(`--port ${text}: a number from 0 to 65535 is needed, such as --port ${PORT_DEFAULT}; 0 takes a free one`);
  }
  return Number(text);
}

function sourceOf(folder: string): FileSource {
  try {
    return new FolderFiles(folder);
  } catch (error) {
    throw new UsageError(`serve: ${(error as Error).message}; name a folder that can be read, or none for the demonstration`);
  }
}

/** With a CA of its own, at the port that it gets; the telephone has the date from nobody. */
async function listenDemonstration(options: Omit<ServeOptions, "source" | "scep">): Promise<Served> {
  let own = options.port;
  const source = demoSource(() => ({ url: `http://127.0.0.1:${own}${SCEP_PATH}`, clock: "", callServers: "" }));
  const authority = new ScepAuthority({ random: randomFillSync, now: () => Math.floor(Date.now() / 1000) });
  const served = await listen({ ...options, source, scep: authority.handler });
  own = served.port;
  return served;
}

async function listen(options: ServeOptions): Promise<Served> {
  const { port } = options;
  try {
    return await serveOnLoopback(options);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "another program has it" : (error as Error).message;
    throw new UsageError(`serve cannot have port ${port}: ${why}; choose another with --port N, or a free one with --port 0`);
  }
}

/**
 * One request as a line; what a client wrote is printed without what could move a terminal's cursor, without passwords, and not at any
 * length. Of a query only what SCEP calls its operation is shown: nobody knows what others put there.
 */
function accessLine({ method, target, status, bodyBytes, complete }: ServedAccess): string {
  const path = maskUrl(target.replace(/\?.*$/s, ""));
  const query = target.slice(target.indexOf("?") >>> 0);
  const operation = /^\?operation=[A-Za-z]{1,20}(?=&|$)/.exec(query)?.[0];
  const rest = operation === query ? "" : `${operation === undefined ? "?" : "&"}${MASK}`;
  const whole = `${path}${query === "" ? "" : `${operation ?? ""}${rest}`}`.replace(/[^\x21-\x7e]/g, "?");
  const shown = whole.length > TARGET_CHARACTERS_MAX ? `${whole.slice(0, TARGET_CHARACTERS_MAX)}...` : whole;
  return `${method} ${shown} ${status} ${bodyBytes} bytes${complete ? "" : ", not taken whole"}\n`;
}

/** Kept when the user presses Ctrl-C or the process is asked to end. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
