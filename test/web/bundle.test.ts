// Goal: the page is small, asks nobody else for anything, needs nothing of Node, and is served beside a file server's own files.
// Method: it is bundled into a folder of its own; the files are weighed and searched, and asked for over HTTP.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { MemoryFiles } from "../../host/site/file-server.js";
import type { HttpResponse } from "../../host/site/http-message.js";
import { pageHandler } from "../../host/site/page-files.js";
import { FolderFiles, serveOnLoopback } from "../../host/site/serve-node.js";

interface Bundler {
  bundlePage(folder: string): Promise<void>;
  weights(folder: string): { readonly name: string; readonly bytes: number; readonly packed: number }[];
}

/** Held in a variable, because it is JavaScript that needs no types. */
const BUNDLER: string = "../../../../tools/web.mjs";
const PACKED_MAX = 300_000;
const FILES = ["core.simd.wasm", "core.wasm", "icon.svg", "index.html", "page.js", "style.css", "worker.js"];

const folder = mkdtempSync(join(tmpdir(), "offhook-web-"));
t.teardown(() => rmSync(folder, { recursive: true }));
const { bundlePage, weights } = (await import(BUNDLER)) as Bundler;
await bundlePage(folder);

t.test("small", (t) => {
  t.same(readdirSync(folder).sort(), FILES);
  const packed = weights(folder).reduce((sum, file) => sum + file.packed, 0);
  t.ok(packed < PACKED_MAX, `${packed} bytes through gzip, fewer than ${PACKED_MAX}`);
  t.end();
});

t.test("self-contained", (t) => {
  for (const name of FILES.filter((file) => /\.(?:js|css|html)$/.test(file))) {
    const text = readFileSync(join(folder, name), "utf8");
    t.notMatch(text, /\bfrom ?"node:|\brequire\("node:|import\("node:/, `${name} needs nothing of Node`);
    t.notMatch(text, /(?:src|href)="(?:https?:)?\/\/|url\(|@import/, `${name} names no other place`);
  }
  t.match(readFileSync(join(folder, "index.html"), "utf8"), /Content-Security-Policy"\s+content="default-src 'self'/);
  t.end();
});

t.test("what is asked for below /phone/", (t) => {
  const handler = pageHandler(new FolderFiles(folder));
  const ask = (target: string, method = "GET"): HttpResponse | undefined =>
    handler({ method, target, minor: 1, headers: new Map(), body: new Uint8Array(0) });
  const html = { status: 200, headers: [["Content-Type", "text/html; charset=utf-8"], ["ETag", /^"[^"]+"$/], ["Accept-Ranges", "bytes"]] };
  for (const target of ["/phone/", "/phone/#a", "/phone/index.html?x", "http://127.0.0.1:8080/phone/"]) t.match(ask(target), html, target);
  t.match(ask("/phone/", "HEAD"), html);
  t.match(ask("/phone?x"), { status: 301, headers: [["Location", "/phone/"]] });
  for (const [answer, status] of [[ask("/phone/", "POST"), 405], [ask("/phone/<b>none</b>.html"), 404]] as const) {
    t.equal(answer?.status, status);
    t.notMatch(JSON.stringify(answer?.headers), "text/html", "what is said of a refusal is no page");
  }
  for (const target of ["/phone/../phone/page.js", "/phone/%2e%2e/web/page.js", "/phone//page.js"]) t.match(ask(target), { status: 404 });
  for (const target of ["/", "/phones/", "/Phone/", "//phone/", "phone/", "http://phone/"]) t.equal(ask(target), undefined, target);
  t.end();
});

t.test("served below /phone/, the site's own files first", async (t) => {
  const source = new MemoryFiles({ "46xxsettings.txt": "SET GROUP 1\n", "phone/icon.svg": "mine" });
  const served = await serveOnLoopback({ source, port: 0, onAccess: () => undefined, page: new FolderFiles(folder) });
  t.teardown(() => served.close());
  const get = (path: string): Promise<Response> => fetch(new URL(path, served.url), { redirect: "manual" });
  const typeOf = async (path: string): Promise<string | null> => (await get(path)).headers.get("content-type");
  t.equal(await typeOf("phone/"), "text/html; charset=utf-8");
  t.equal(await typeOf("phone/?x=1"), "text/html; charset=utf-8");
  t.equal(await typeOf("phone/page.js"), "text/javascript; charset=utf-8");
  t.equal(await typeOf("phone/style.css"), "text/css; charset=utf-8");
  t.equal(await typeOf("phone/core.wasm"), "application/wasm");
  t.equal(await (await get("phone/icon.svg")).text(), "mine");
  const moved = await get("phone");
  t.same([moved.status, moved.headers.get("location")], [301, "/phone/"]);
  t.equal((await get("phone/nothing.js")).status, 404);
  t.equal((await get("phone/..%2f..%2fetc%2fpasswd")).status, 404);
  t.equal((await get("nothing.txt")).status, 404);
  t.equal(await typeOf("phone/page%2ejs"), "text/javascript; charset=utf-8");
  for (const path of ["phone/..%5c46xxsettings.txt", "phone//page.js", "phone/page.js%00", "phone/%", "phones/"]) {
    t.equal((await get(path)).status, 404, path);
  }
  t.equal(await (await get("46xxsettings.txt")).text(), "SET GROUP 1\n");
});
