// A file server as an HTTP handler: paths to bytes, with GET, HEAD, one range, and an ETag made from the bytes.
//
// In: a request. Out: the file, a part of it, or a status with a text. The ETag is `"<crc32>-<length>"`, so the same
// file has the same one on every machine. It never touches a disk: a source does, and is asked only for clean paths.

import { crc32 } from "../crc32.js";
import { statusResponse, type HttpHandler, type HttpRequest, type HttpResponse } from "./http-message.js";

export interface FileSource {
  /** The file at a path such as `dir/46xxsettings.txt` (no leading slash, no dot segments), or undefined. */
  read(path: string): Uint8Array | undefined;
}

/** Files in memory; a function makes its file when it is first asked for. */
export class MemoryFiles implements FileSource {
  readonly #files = new Map<string, Uint8Array | (() => Uint8Array)>();

  constructor(files: Readonly<Record<string, string | Uint8Array | (() => Uint8Array)>>) {
    const encoder = new TextEncoder();
    for (const [path, file] of Object.entries(files)) {
      this.#files.set(path, typeof file === "string" ? encoder.encode(file) : file);
    }
  }

  get paths(): string[] {
    return [...this.#files.keys()];
  }

  read(path: string): Uint8Array | undefined {
    const file = this.#files.get(path);
    if (typeof file !== "function") return file;
    const bytes = file();
    this.#files.set(path, bytes);
    return bytes;
  }
}

/** The path that a request target asks for, without its leading slash; undefined for one that no file can have. */
export function cleanPath(target: string): string | undefined {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  if (!path.startsWith("/")) return undefined;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
  // Decoded once, checked afterwards: `%2e%2e` is `..`, and a backslash separates folders on some machines.
  const hidden = decoded.split("/").some((segment) => segment === "." || segment === ".." || segment === "");
  return hidden || /[\0-\x1f\x7f\\:]/.test(decoded) ? undefined : decoded;
}

export function fileHandler(source: FileSource): HttpHandler {
  const etags = new WeakMap<Uint8Array, string>();
  const etagOf = (bytes: Uint8Array): string => {
    const etag = etags.get(bytes) ?? `"${crc32(bytes).toString(16).padStart(8, "0")}-${bytes.length}"`;
    etags.set(bytes, etag);
    return etag;
  };
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      const refused = statusResponse(405, `this server answers GET and HEAD, not ${request.method}`);
      return { ...refused, headers: [...refused.headers, ["Allow", "GET, HEAD"]] };
    }
    const path = cleanPath(request.target);
    const bytes = path === undefined ? undefined : source.read(path);
    if (bytes === undefined) return statusResponse(404, `there is no file ${request.target}`);
    return fileResponse(request, path!, bytes, etagOf(bytes));
  };
}

function fileResponse(request: HttpRequest, path: string, bytes: Uint8Array, etag: string): HttpResponse {
  const headers: (readonly [string, string])[] = [["Content-Type", typeOf(path)], ["ETag", etag], ["Accept-Ranges", "bytes"]];
  const range = parseRange(request, bytes.length, etag);
  if (range === undefined) return { status: 200, headers, body: bytes };
  if (range === null) return { ...statusResponse(416), headers: [["Content-Range", `bytes */${bytes.length}`]] };
  const [first, last] = range;
  headers.push(["Content-Range", `bytes ${first}-${last}/${bytes.length}`]);
  return { status: 206, headers, body: bytes.subarray(first, last + 1) };
}

function typeOf(path: string): string {
  return /\.txt$/i.test(path) ? "text/plain" : "application/octet-stream";
}

/**
 * First and last byte; null when the file has none of them; undefined when the whole file is the answer.
 * A range that is malformed, or a list of ranges, is as if it were absent (RFC 9110 §14.2).
 */
function parseRange(request: HttpRequest, bytes: number, etag: string): [number, number] | null | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(request.headers.get("range") ?? "");
  if (match === null || request.method !== "GET") return undefined;
  const condition = request.headers.get("if-range");
  if (condition !== undefined && condition !== etag) return undefined;
  const [from, to] = [match[1]!, match[2]!];
  if (from === "") {
    if (to === "") return undefined;
    return Number(to) === 0 || bytes === 0 ? null : [Math.max(0, bytes - Number(to)), bytes - 1];
  }
  if (to !== "" && Number(to) < Number(from)) return undefined;
  return Number(from) >= bytes ? null : [Number(from), to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1)];
}
