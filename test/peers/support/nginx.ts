// nginx as a file server for tests: a free loopback port or a namespace's address, a folder of its own, an access log that says
// what was sent.
//
// It runs in the foreground and writes nowhere but in its folder. A master with one worker: only that pair can end in order.

import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import type { Test } from "tap";
import type { Ran } from "../../support/offhook.js";
import { freePort, logLines, startDaemon } from "./daemon.js";
import type { Namespace } from "./namespace.js";

const HTTP_PORT = 80;

/** One line of the access log. */
export interface NginxAccess {
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly bytes: number;
  readonly userAgent: string;
}

export interface Nginx {
  readonly port: number;
  readonly url: string;
  /** The access log so far; a request is in it once its answer was sent. */
  accesses(): NginxAccess[];
  /** Ends it in order; every request is in the log afterwards. */
  stop(): Promise<void>;
  /** Ends it at once: answers under way are cut off. */
  abort(): Promise<void>;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Starts nginx with the files given. `directives` go into the server block, such as `limit_rate 200k;`. */
export async function startNginx(t: Test, files: Files, directives = ""): Promise<Nginx> {
  const port = await freePort();
  return start(t, files, directives, { address: "127.0.0.1", port, inside: [], ready: () => accepts(port) });
}

/** The same under TLS, with PEM files of the certificate and its issuers, and of the key. */
export async function startNginxTls(t: Test, files: Files, certificate: string, key: string): Promise<Nginx> {
  const port = await freePort();
  const place = { address: "127.0.0.1", port, inside: [], isTls: true, ready: () => accepts(port) };
  return start(t, files, `ssl_certificate ${certificate}; ssl_certificate_key ${key};`, place);
}

/** Starts nginx in a namespace, on port 80 of an address there. */
export function startNginxIn(t: Test, namespace: Namespace, address: string, files: Files): Promise<Nginx> {
  const place = { address, port: HTTP_PORT, inside: namespace.inside };
  return start(t, files, "", { ...place, ready: () => Promise.resolve(namespace.listens(HTTP_PORT)) });
}

interface Place {
  readonly address: string;
  readonly port: number;
  readonly inside: readonly string[];
  readonly ready: () => Promise<boolean>;
  readonly isTls?: boolean;
}

async function start(t: Test, files: Files, directives: string, { address, port, inside, ready, isTls = false }: Place): Promise<Nginx> {
  const daemon = await startDaemon(t, {
    program: "nginx",
    inside,
    prepare: (folder) => {
      mkdirSync(join(folder, "root"));
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, "root", name)), { recursive: true });
        writeFileSync(join(folder, "root", name), content);
      }
      writeFileSync(join(folder, "nginx.conf"), configuration(folder, `${address}:${port}${isTls ? " ssl" : ""}`, directives));
      return ["-p", folder, "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
    },
    ready,
    // In order: what it still sends is sent and logged. SIGTERM may drop the last lines of the log (seen in 3 of 6 runs).
    endSignal: "SIGQUIT",
  });
  const log = join(daemon.folder, "access.log");
  const [stop, abort] = [() => daemon.stop(), () => daemon.stop("SIGTERM")];
  return { port, url: `http${isTls ? "s" : ""}://${address}:${port}/`, accesses: () => logLines(log).map(parseAccess), stop, abort };
}

function configuration(folder: string, place: string, directives: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  // Started by root, a worker would become another user, who may not enter the folder.
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  return `${user}daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 64; }
http {
  ${temporary.join("\n  ")}
  types { text/plain txt; }
  default_type application/octet-stream;
  log_format test '$request_method|$request_uri|$server_protocol|$status|$body_bytes_sent|$http_user_agent';
  access_log ${folder}/access.log test;
  server {
    listen ${place};
    root ${folder}/root;
    ${directives}
  }
}
`;
}

function parseAccess(line: string): NginxAccess {
  const [method = "", target = "", protocol = "", status, bytes, userAgent = ""] = line.split("|");
  return { method, target, protocol, status: Number(status), bytes: Number(bytes), userAgent };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** The events say of each request what nginx says: method, path, status, and the bytes of the body. */
export function agreesWithLog(t: Test, ran: Ran, nginx: Nginx): void {
  const said = ran.events.flatMap((event) => (event.event === "http"
    ? [`${event.method} ${new URL(event.url!).pathname} ${event.status} ${event.accepted === true ? event.bytes : event.expected}`] : []));
  const logged = nginx.accesses().map(({ method, target, status, bytes }) => `${method} ${target} ${status} ${bytes}`);
  t.same(said, logged, "as nginx's log has it");
}
