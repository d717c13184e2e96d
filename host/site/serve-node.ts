// The far end's file server on a real loopback socket, with Node's own HTTP server in front of the same handler.
//
// In: files of a folder, or of the demonstration. Out: answers on 127.0.0.1 and one note for each. It is reachable from this
// machine only, serves whole and partial files, and nothing outside its folder: no way up, no link that leads out.

import { readFileSync, realpathSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join, sep } from "node:path";
import { fileHandler, type FileSource } from "./file-server.js";
import type { HttpAccess } from "./http-server.js";
import { statusResponse, type HttpHandler, type HttpRequest, type HttpResponse } from "./http-message.js";
import { REQUEST_BODY_BYTES_MAX } from "./http-request.js";
import { pageHandler } from "./page-files.js";

/** A larger file is no telephone's; it is read whole, because its ETag is made from its bytes. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** The files of a folder, read anew for each request so that an edit is seen. */
export class FolderFiles implements FileSource {
  readonly #root: string;

  /** Throws what the file system says when the folder cannot be entered. */
  constructor(folder: string) {
    this.#root = realpathSync(folder);
    if (!statSync(this.#root).isDirectory()) throw new Error(`${folder} is not a folder`);
  }

  read(path: string): Uint8Array | undefined {
    try {
      const real = realpathSync(join(this.#root, path));
      const prefix = this.#root.endsWith(sep) ? this.#root : this.#root + sep;
      if (!real.startsWith(prefix)) return undefined;
      const status = statSync(real);
      return status.isFile() && status.size <= FILE_BYTES_MAX ? readFileSync(real) : undefined;
    } catch {
      // Not there, or not ours to read: the telephone is told 404 either way.
      return undefined;
    }
  }
}

/** Where the CA is, beside the files. */
export const SCEP_PATH = "/scep";

export interface ServedAccess extends HttpAccess {
  /** False when the client left before the last byte. */
  readonly complete: boolean;
}

export interface ServeOptions {
  readonly source: FileSource;
  /** 0: a free one. */
  readonly port: number;
  readonly onAccess: (access: ServedAccess) => void;
  /** A CA at `SCEP_PATH`. */
  readonly scep?: HttpHandler;
  /** The telephone's page, at `PAGE_PATH`; a file of the source that is there too comes first. */
  readonly page?: FileSource;
}

export interface Served {
  readonly url: string;
  readonly port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** Starts to listen. Rejects with the machine's own error when the port cannot be had. */
export async function serveOnLoopback(options: ServeOptions): Promise<Served> {
  const files = fileHandler(options.source);
  const { scep } = options;
  const page = options.page === undefined ? () => undefined : pageHandler(options.page);
  const isScep = (target: string): boolean => target === SCEP_PATH || target.startsWith(`${SCEP_PATH}?`);
  const handler: HttpHandler = (request) => {
    if (scep !== undefined && isScep(request.target)) return scep(request);
    const answer = files(request);
    return answer.status === 404 ? (page(request) ?? answer) : answer;
  };
  const server = createServer((request, response) => answer(handler, options.onAccess, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/`, port, close };
}

function answer(
  handler: HttpHandler, onAccess: (access: ServedAccess) => void, incoming: IncomingMessage, outgoing: ServerResponse,
): void {
  // A body is read also where nobody wants it, so that the connection can go on; what is too much of it is dropped.
  const pieces: Buffer[] = [];
  let bytes = 0;
  incoming.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= REQUEST_BODY_BYTES_MAX) pieces.push(piece);
  });
  incoming.on("end", () => {
    const request = requestOf(incoming, new Uint8Array(Buffer.concat(pieces)));
    send(request, bytes > REQUEST_BODY_BYTES_MAX ? statusResponse(413) : handler(request), onAccess, outgoing, incoming.socket);
  });
}

function send(
  request: HttpRequest, { status, headers, body }: HttpResponse, onAccess: (access: ServedAccess) => void, outgoing: ServerResponse,
  socket: Socket,
): void {
  outgoing.sendDate = false;
  outgoing.writeHead(status, [...headers.flat(), "Content-Length", String(body.length)]);
  const sent = request.method === "HEAD" ? new Uint8Array(0) : body;
  outgoing.end(sent);
  outgoing.on("close", () => {
    const { method, target } = request;
    // What a broken connection took with it counts as finished.
    onAccess({ method, target, status, bodyBytes: sent.length, complete: outgoing.writableFinished && socket.errored === null });
  });
}

function requestOf(incoming: IncomingMessage, body: Uint8Array): HttpRequest {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const { method = "", url: target = "", httpVersionMinor: minor } = incoming;
  return { method, target, minor, headers, body };
}
