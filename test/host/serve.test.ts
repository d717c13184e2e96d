// Goal: `offhook serve` serves a folder or the demonstration, on loopback only, and nothing outside the folder.
// Method: the command in this process with its interruption in the test's hand; requests as raw bytes on a socket.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { serveCommand } from "../../host/cli/serve.js";
import { UsageError } from "../../host/cli/usage.js";
import { demoFiles } from "../../host/image/demo.js";

interface Running {
  readonly port: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Interrupts the command and returns its exit code. */
  end(): Promise<number>;
}

async function start(args: string[], page?: string): Promise<Running> {
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => void (interrupt = resolve));
  let [stdout, stderr] = ["", ""];
  let code: Promise<number> | undefined;
  await new Promise<void>((resolve, reject) => {
    const output = {
      stdout: { write: (text: string) => void (stdout += text) },
      stderr: { write: (text: string) => void (stderr += text) },
    };
    // The command waits for its interruption only once it listens.
    code = serveCommand([...args, "--port", "0"], output, () => {
      resolve();
      return interrupted;
    }, page);
    code.catch(reject);
  });
  const port = Number(/^http:\/\/127\.0\.0\.1:(\d+)\//.exec(stdout)?.[1]);
  return { port, stdout: () => stdout, stderr: () => stderr, end: () => (interrupt(), code!) };
}

/** Sends raw bytes and returns everything that comes back until the end. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.end(text));
    socket.on("data", (piece) => void pieces.push(piece));
    socket.on("end", () => resolve(Buffer.concat(pieces).toString("latin1")));
    socket.on("error", reject);
  });
}

const get = (port: number, target: string, ...headers: string[]): Promise<string> =>
  raw(port, `GET ${target} HTTP/1.1\r\nHost: f\r\nConnection: close\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`);

function folder(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), "offhook-serve-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "site/dir"), { recursive: true });
  writeFileSync(join(root, "secret.txt"), "secret");
  writeFileSync(join(root, "site/46xxsettings.txt"), "SET GROUP 7\n");
  writeFileSync(join(root, "site/dir/a b.txt"), "blank");
  symlinkSync(join(root, "secret.txt"), join(root, "site/out.txt"));
  symlinkSync(root, join(root, "site/up"));
  symlinkSync(join(root, "site/46xxsettings.txt"), join(root, "site/in.txt"));
  return root;
}

t.test("a client that leaves in the middle of a file is said to have", async (t) => {
  const root = folder(t);
  writeFileSync(join(root, "site/big.bin"), new Uint8Array(32 * 1024 * 1024));
  const running = await start([join(root, "site")]);
  const socket = connect(running.port, "127.0.0.1", () => socket.write("GET /big.bin HTTP/1.1\r\nHost: f\r\n\r\n"));
  socket.on("error", () => undefined);
  socket.once("data", () => socket.destroy());
  for (let rounds = 0; !running.stdout().includes("big.bin") && rounds < 500; rounds++) await get(running.port, "/gone");
  t.match(running.stdout(), "GET /big.bin 200 33554432 bytes, not taken whole");
  t.match(await raw(running.port, "GET /big.bin HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 200/);
  t.match(running.stdout(), /GET \/big\.bin 200 33554432 bytes\n/);
  t.equal(await running.end(), 0);
});

t.test("serves a folder, prints a line for each request, and ends when interrupted", async (t) => {
  const root = folder(t);
  const running = await start([join(root, "site")]);
  t.equal(running.stdout(), `http://127.0.0.1:${running.port}/  ${join(root, "site")}\n`);
  t.match(running.stderr(), `offhook boot --server http://127.0.0.1:${running.port}/`);
  const answer = await get(running.port, "/46xxsettings.txt");
  t.match(answer, /^HTTP\/1.1 200 OK\r\nContent-Type: text\/plain\r\nETag: "bf5c94af-12"\r\n/);
  t.match(answer, /Content-Length: 12\r\n.*\r\n\r\nSET GROUP 7\n$/s);
  t.match(await get(running.port, "/dir/a%20b.txt", "Range: bytes=1-2"), /^HTTP\/1.1 206 .*\r\n\r\nla$/s);
  t.match(await get(running.port, "/in.txt"), /SET GROUP 7\n$/, "a link inside the folder");
  t.match(await raw(running.port, "HEAD /46xxsettings.txt HTTP/1.0\r\n\r\n"), /Content-Length: 12\r\n.*\r\n\r\n$/s);
  writeFileSync(join(root, "site/46xxsettings.txt"), "SET GROUP 8\n");
  t.match(await get(running.port, "/46xxsettings.txt"), /SET GROUP 8\n$/, "an edit is seen");
  t.equal(await running.end(), 0);
  t.same(running.stdout().split("\n").slice(1, 3), ["GET /46xxsettings.txt 200 12 bytes", "GET /dir/a%20b.txt 206 2 bytes"]);
  await t.rejects(get(running.port, "/46xxsettings.txt"), { code: "ECONNREFUSED" }, "the port is free again");
});

t.test("the page, where there is one", async (t) => {
  const root = folder(t);
  writeFileSync(join(root, "site/index.html"), "a page");
  const running = await start([join(root, "site/dir")], join(root, "site"));
  t.match(running.stderr(), `A telephone in a page: http://127.0.0.1:${running.port}/phone/\n`);
  t.match(await get(running.port, "/phone/"), /a page$/);
  await running.end();
  const without = await start([join(root, "site/dir")], join(root, "site/dir"));
  t.notMatch(without.stderr(), "A telephone in a page");
  t.match(await get(without.port, "/phone/"), /^HTTP\/1.1 404 /);
  await without.end();
});

t.test("nothing outside the folder, whatever is asked", async (t) => {
  const running = await start([join(folder(t), "site")]);
  const targets = [
    "/../secret.txt", "/dir/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..%5csecret.txt", "/out.txt", "/up/secret.txt",
    "//secret.txt", "/dir", "/dir/", "/", "/secret.txt%00.txt", "/nothing.txt",
  ];
  for (const target of targets) {
    const answer = await get(running.port, target);
    t.match(answer, /^HTTP\/1.1 404 Not Found\r\n/, target);
    t.notMatch(answer, /\r\n\r\nsecret/, target);
  }
  const put = await raw(running.port, "PUT /46xxsettings.txt HTTP/1.1\r\nHost: f\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
  t.match(put, /^HTTP\/1.1 405 /);
  await running.end();
});

t.test("its lines show no secret, no control character, and are not of any length", async (t) => {
  const running = await start([]);
  const targets = [
    "/a.txt?password=hunter2", "/a.txt?hunter2", "http://admin:hunter2@f/a.txt", "/a%1b[2J.txt", `/${"x".repeat(8000)}`,
    "/scep?operation=GetCACaps&message=hunter2", "/scep?operation=GetCACaps", "/scep?operation=hunter2&password=hunter2", "/?",
  ];
  for (const target of targets) await get(running.port, target);
  await running.end();
  const lines = running.stdout().split("\n").slice(1, -1);
  t.same(lines.slice(0, 4).map((line) => line.split(" ")[1]), ["/a.txt?***", "/a.txt?***", "http://***@f/a.txt", "/a%1b[2J.txt"]);
  t.same(lines.slice(5).map((line) => line.split(" ")[1]), [
    "/scep?operation=GetCACaps&***", "/scep?operation=GetCACaps", "/scep?***", "/?***",
  ]);
  t.match(lines[4], /^GET \/x{199}\.\.\. 404 \d+ bytes$/);
  t.notMatch(running.stdout(), /hunter2|[^\x20-\x7e\n]/);
});

t.test("serves the demonstration without a folder", async (t) => {
  const running = await start([]);
  t.match(await get(running.port, "/96xxupgrade.txt"), /SET APPNAME SIP96xxdemo.bin\n/);
  t.match(await get(running.port, "/46xxsettings.txt"), /SET SIPSIGNAL 1\n/);
  for (const file of demoFiles()) {
    const answer = await get(running.port, `/${file.name}`);
    const body = Buffer.from(answer.slice(answer.indexOf("\r\n\r\n") + 4), "latin1");
    t.ok(body.equals(file.bytes), file.name);
  }
  await running.end();
});

t.test("usage errors say what to type instead", async (t) => {
  const refused = async (args: string[]): Promise<string> => {
    const silent = { write: (): boolean => true };
    const error: unknown = await serveCommand(args, { stdout: silent, stderr: silent }).catch((reason: unknown) => reason);
    t.type(error, UsageError, args.join(" "));
    return (error as Error).message;
  };
  t.match(await refused(["a", "b"]), "serve takes one folder, not 2");
  for (const port of ["x", "-1", "65536", "1.5", ""]) t.match(await refused([`--port=${port}`]), "a number from 0 to 65535");
  t.match(await refused(["--prot", "1"]), "--port");
  t.match(await refused([join(tmpdir(), "offhook-no-such-folder")]), /no-such-folder.*name a folder that can be read/);
  const running = await start([]);
  t.match(await refused(["--port", String(running.port)]), `port ${running.port}: another program has it; choose another`);
  await running.end();
});
