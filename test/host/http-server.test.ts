// Goal: the far end's HTTP server reads requests within bounds, serves files exactly, and fails exactly as told.
// Method: raw bytes through a peer held by the test, in virtual time; requests are fed whole, byte by byte and at every cut.

import t from "tap";
import { Scheduler } from "../../host/scheduler.js";
import { cleanPath, fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import type { HttpFaultRule } from "../../host/site/http-faults.js";
import { REQUEST_BODY_BYTES_MAX, REQUEST_HEAD_BYTES_MAX, RequestReader } from "../../host/site/http-request.js";
import { HttpServer, type HttpAccess } from "../../host/site/http-server.js";
import type { StreamHandler } from "../../host/site/service.js";
import { pattern, runUntil } from "../support/site.js";

const HELLO = "SET GROUP 7\n";
const encoder = new TextEncoder();

/** One connection: what was sent so far as Latin-1 text, and how it ended. */
class Client {
  readonly scheduler = new Scheduler();
  readonly log: HttpAccess[] = [];
  readonly server: HttpServer;
  sent = "";
  end = "open";
  readonly handler: StreamHandler;

  constructor(faults: HttpFaultRule[] = []) {
    const files = new MemoryFiles({ "hello.txt": HELLO, "big.bin": pattern(10_000), "dir/a b.txt": "blank" });
    const onAccess = (access: HttpAccess): void => void this.log.push(access);
    this.server = new HttpServer({ handler: fileHandler(files), scheduler: this.scheduler, faults, onAccess });
    this.handler = this.connect();
  }

  connect(): StreamHandler {
    return this.server.connect({
      from: { address: 0, port: 1 },
      send: (data) => void (this.sent += Buffer.from(data).toString("latin1")),
      close: () => void (this.end = "closed"),
      reset: () => void (this.end = "reset"),
    });
  }

  push(text: string): this {
    this.handler.data(encoder.encode(text));
    return this;
  }
}

const get = (target: string, ...headers: string[]): string =>
  `GET ${target} HTTP/1.1\r\nHost: files\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`;
const ask = (target: string, ...headers: string[]): Client => new Client().push(get(target, ...headers));
const bodyOf = (sent: string): string => sent.slice(sent.indexOf("\r\n\r\n") + 4);

t.test("a file arrives with the head that a strict client wants", (t) => {
  const client = ask("/hello.txt", "Connection: close");
  t.equal(
    client.sent,
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: "bf5c94af-12"\r\nAccept-Ranges: bytes\r\n' +
      `Content-Length: 12\r\nConnection: close\r\n\r\n${HELLO}`,
  );
  t.equal(client.end, "closed");
  t.same(client.log, [{ method: "GET", target: "/hello.txt", status: 200, bodyBytes: 12 }]);
  t.end();
});

t.test("HEAD has the length and no body; other methods and missing files are named", (t) => {
  t.equal(bodyOf(new Client().push("HEAD /hello.txt HTTP/1.1\r\nHost: f\r\n\r\n").sent), "");
  t.match(new Client().push("HEAD /hello.txt HTTP/1.1\r\nHost: f\r\n\r\n").sent, /Content-Length: 12\r\n/);
  const put = new Client().push("PUT /hello.txt HTTP/1.1\r\nHost: f\r\nContent-Length: 2\r\n\r\nhi");
  t.match(put.sent, /^HTTP\/1.1 405 .*Allow: GET, HEAD/s);
  t.match(ask("/nothing.txt").sent, /^HTTP\/1.1 404 Not Found\r\n.*\r\n\r\n404 Not Found: there is no file \/nothing.txt\n$/s);
  t.end();
});

t.test("connections stay open or close as the request says", (t) => {
  const end = (text: string): string => new Client().push(text).end;
  t.equal(end(get("/hello.txt")), "open");
  t.equal(end(get("/hello.txt", "Connection: keep-alive, Close")), "closed");
  t.equal(end("GET /hello.txt HTTP/1.0\r\n\r\n"), "closed");
  t.equal(end("GET /hello.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), "open");
  t.end();
});

t.test("pipelined requests are answered in order, and nothing after the last one", (t) => {
  const client = new Client().push(get("/hello.txt") + get("/nothing") + get("/hello.txt", "Connection: close") + get("/big.bin"));
  t.same(client.log.map((access) => access.status), [200, 404, 200]);
  t.equal(client.end, "closed");
  t.equal(client.sent.split("HTTP/1.1 ").length, 4);
  t.end();
});

t.test("ranges: parts, tails, what cannot be had, what is ignored", (t) => {
  const part = (...headers: string[]): string => {
    const { sent } = ask("/hello.txt", ...headers);
    return `${sent.slice(9, 12)} ${/Content-Range: (.*)\r\n/.exec(sent)?.[1] ?? "-"} ${JSON.stringify(bodyOf(sent))}`;
  };
  t.equal(part("Range: bytes=0-2"), '206 bytes 0-2/12 "SET"');
  t.equal(part("Range: bytes=4-"), '206 bytes 4-11/12 "GROUP 7\\n"');
  t.equal(part("Range: bytes=-2"), '206 bytes 10-11/12 "7\\n"');
  t.equal(part("Range: bytes=-99"), `206 bytes 0-11/12 ${JSON.stringify(HELLO)}`);
  t.equal(part("Range: bytes=10-99"), '206 bytes 10-11/12 "7\\n"');
  t.match(part("Range: bytes=12-"), /^416 bytes \*\/12/);
  t.match(part("Range: bytes=-0"), /^416/);
  for (const ignored of ["bytes=5-2", "bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=x-1", `bytes=${"9".repeat(20)}-`]) {
    t.match(part(`Range: ${ignored}`), /^200 -/, ignored);
  }
  t.match(part("Range: bytes=0-2", 'If-Range: "other"'), /^200/);
  t.match(part("Range: bytes=0-2", 'If-Range: "bf5c94af-12"'), /^206/);
  t.end();
});

t.test("paths: decoded once, and never out of the folder", (t) => {
  t.equal(cleanPath("/dir/a%20b.txt?x=1#y"), "dir/a b.txt");
  t.equal(cleanPath("http://10.0.8.2:80/46xxsettings.txt"), "46xxsettings.txt");
  const hostile = [
    "/../etc/passwd", "/a/../../b", "/%2e%2e/b", "/%2E%2E%2Fb", "/a/./b", "//etc/passwd", "/", "", "a", "*", "/a/", "/..\\b",
    "/%5c..%5cb", "/C:/b", "/a%00.txt", "/%", "/%ff", "/%0d%0a", "http://h",
  ];
  for (const target of hostile) t.equal(cleanPath(target), undefined, JSON.stringify(target));
  t.equal(cleanPath("/%252e%252e/b"), "%2e%2e/b", "a name, not a way up");
  t.equal(bodyOf(ask("/dir/a%20b.txt").sent), "blank");
  t.end();
});

t.test("a request reads the same at every cut", (t) => {
  const text = "\r\nPOST /x?y HTTP/1.1\r\nHost: f\r\nA: 1\r\na:\t 2 \t\r\nContent-Length: 5\r\n\r\nhello" + get("/next");
  const bytes = encoder.encode(text);
  const read = (pieces: Uint8Array[]): string => {
    const reader = new RequestReader();
    const seen: unknown[] = [];
    for (const piece of pieces) {
      reader.push(piece);
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        seen.push(typeof next === "number" ? next : { ...next, headers: [...next.headers], body: [...next.body] });
      }
    }
    return JSON.stringify(seen);
  };
  const whole = read([bytes]);
  t.match(whole, /"target":"\/x\?y".*\["a","1, 2"\].*"body":\[104,101,108,108,111\].*"target":"\/next"/);
  for (let cut = 1; cut < bytes.length; cut++) t.equal(read([bytes.subarray(0, cut), bytes.subarray(cut)]), whole, `cut at ${cut}`);
  t.equal(read([...bytes].map((byte) => Uint8Array.of(byte))), whole, "byte by byte");
  t.end();
});

t.test("hostile requests are refused by status, and the connection closes", (t) => {
  const cases: [number, string][] = [
    [400, "GET /hello.txt\r\n\r\n"],
    [400, "GET  /hello.txt HTTP/1.1\r\nHost: f\r\n\r\n"],
    [400, "GET /a b HTTP/1.1\r\nHost: f\r\n\r\n"],
    [400, "\x16\x03\x01\x02 hello\r\n\r\n"],
    [400, "GET /a HTTP/1.1\nHost: f\n\n"],
    [400, "GET /a HTTP/1.1\r\n\r\n"],
    [400, "GET /a HTTP/1.1\r\nHost: f\r\nHost: g\r\n\r\n"],
    [400, "GET /a HTTP/1.1\r\nHost: f\r\n folded\r\n\r\n"],
    [400, "GET /a HTTP/1.1\r\nHost : f\r\n\r\n"],
    [400, "GET /a HTTP/1.1\r\nHost: f\r\nX: \x01\r\n\r\n"],
    [400, `GET /a HTTP/1.1\r\nHost: f\r\nX:${" ".repeat(15_000)}\x7f\r\n\r\n`], // Searched once, not once for each pair of blanks.
    [400, "GET /a HTTP/1.1\r\nHost: f\r\nContent-Length: -1\r\n\r\n"],
    [400, "GET /a HTTP/1.1\r\nHost: f\r\nContent-Length: 1e3\r\n\r\n"],
    [400, "GET /a HTTP/1.1\r\nHost: f\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    [400, `GET /a HTTP/1.1\r\nHost: f\r\nContent-Length: ${"9".repeat(40)}\r\n\r\n`],
    [413, `GET /a HTTP/1.1\r\nHost: f\r\nContent-Length: ${REQUEST_BODY_BYTES_MAX + 1}\r\n\r\n`],
    [501, "GET /a HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"],
    [505, "GET /a HTTP/2.0\r\nHost: f\r\n\r\n"],
    [414, `GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: f\r\n\r\n`],
    [431, `GET /a HTTP/1.1\r\nHost: f\r\n${"X: 1\r\n".repeat(101)}\r\n`],
    [431, `GET /a HTTP/1.1\r\nHost: f\r\nX: ${"a".repeat(REQUEST_HEAD_BYTES_MAX)}`],
  ];
  for (const [status, text] of cases) {
    const client = new Client().push(text);
    t.equal(client.sent.slice(0, 12), `HTTP/1.1 ${status}`, JSON.stringify(text.slice(0, 60)));
    t.equal(client.end, "closed");
  }
  t.end();
});

t.test("a head without end is refused at its bound, not collected", (t) => {
  const client = new Client().push("GET /a HTTP/1.1\r\n");
  let pushed = 0;
  for (; client.end === "open" && pushed < 10_000_000; pushed += 1024) client.push(`X: ${"a".repeat(1019)}\r\n`);
  t.match(client.sent, /^HTTP\/1.1 431 /);
  t.ok(pushed <= REQUEST_HEAD_BYTES_MAX + 1024, `${pushed} bytes`);
  const before = client.sent;
  client.push(get("/hello.txt"));
  t.equal(client.sent, before, "nothing more is said");
  t.end();
});

t.test("a client that sends ahead without end while it is served is reset", (t) => {
  const client = new Client([{ fault: { kind: "silent" } }]).push(get("/hello.txt"));
  for (let count = 0; count < 200 && client.end === "open"; count++) client.push(get(`/${"a".repeat(1000)}`));
  t.equal(client.end, "reset");
  t.equal(client.sent, "");
  t.end();
});

t.test("faults: status for some requests, then right", (t) => {
  const client = new Client([{ path: "/hello.txt", times: 2, fault: { kind: "status", status: 503 } }]);
  for (let count = 0; count < 3; count++) client.push(get("/hello.txt"));
  client.push(get("/big.bin"));
  t.same(client.log.map((access) => access.status), [503, 503, 200, 200]);
  t.end();
});

t.test("faults: a page, a redirect, chunks", (t) => {
  const faulty = (fault: HttpFaultRule["fault"]): Client => new Client([{ fault }]).push(get("/hello.txt", "Connection: close"));
  t.match(faulty({ kind: "html" }).sent, /^HTTP\/1.1 200 OK\r\nContent-Type: text\/html.*<!DOCTYPE html>/s);
  const redirect = faulty({ kind: "redirect", status: 302, location: "http://10.0.8.3/x" });
  t.match(redirect.sent, /^HTTP\/1.1 302 Found\r\n.*Location: http:\/\/10.0.8.3\/x\r\n/s);
  const chunked = faulty({ kind: "chunked", bytes: 5 }).sent;
  t.match(chunked, /Transfer-Encoding: chunked\r\n/);
  t.notMatch(chunked, /Content-Length/);
  t.equal(bodyOf(chunked), "5\r\nSET G\r\n5\r\nROUP \r\n2\r\n7\n\r\n0\r\n\r\n");
  t.end();
});

t.test("faults: a body cut short by an end or by a reset", (t) => {
  const short = new Client([{ fault: { kind: "short", bytes: 5 } }]).push(get("/hello.txt"));
  t.match(short.sent, /Content-Length: 12\r\n/);
  t.equal(bodyOf(short.sent), "SET G");
  t.equal(short.end, "closed");
  const reset = new Client([{ fault: { kind: "reset", bytes: 5 } }]).push(get("/hello.txt"));
  t.equal(bodyOf(reset.sent), "SET G");
  t.equal(reset.end, "open", "the bytes come first");
  reset.handler.drained?.();
  t.equal(reset.end, "reset");
  t.end();
});

t.test("faults: slow means this many bytes in a second, and stops with the connection", (t) => {
  const client = new Client([{ fault: { kind: "slow", bytesPerSecond: 2000 } }]).push(get("/big.bin", "Connection: close"));
  runUntil(client.scheduler, () => bodyOf(client.sent).length >= 2000);
  t.equal(client.scheduler.nowUs, 1_000_000);
  runUntil(client.scheduler, () => client.end !== "open");
  t.equal(client.scheduler.nowUs, 5_000_000);
  t.equal(bodyOf(client.sent), Buffer.from(pattern(10_000)).toString("latin1"));

  const gone = new Client([{ fault: { kind: "slow", bytesPerSecond: 1 } }]).push(get("/big.bin"));
  runUntil(gone.scheduler, () => bodyOf(gone.sent).length === 3);
  t.equal(gone.scheduler.nowUs, 3_000_000);
  gone.handler.closed("reset");
  t.notOk(runUntil(gone.scheduler, () => false));
  t.ok(gone.scheduler.nowUs <= 4_000_000, "no timer is left");
  t.end();
});

t.test("faults: endless headers go on as long as they are read", (t) => {
  const client = new Client([{ fault: { kind: "endless-headers" } }]).push(get("/hello.txt"));
  for (let count = 0; count < 100; count++) client.handler.drained?.();
  t.equal(client.sent.indexOf("\r\n\r\n"), -1);
  t.ok(client.sent.length > 400_000, `${client.sent.length} bytes`);
  const before = client.sent.length;
  client.handler.closed("reset");
  client.handler.drained?.();
  t.equal(client.sent.length, before);
  t.end();
});

t.test("faults: a refused connection counts by itself", (t) => {
  const client = new Client([{ times: 2, fault: { kind: "refuse" } }]);
  t.same([client.server.refuses(), client.server.refuses(), client.server.refuses()], [true, true, false]);
  client.push(get("/hello.txt"));
  t.same(client.log.map((access) => access.status), [200]);
  t.end();
});
