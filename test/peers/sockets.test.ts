// Goal: the sockets binding fetches from a real nginx what nginx says it sent, keep-alive and slow answers included.
// Method: requests as raw bytes through the binding's calls; bodies compared with the files, and the access log with both.

import t, { type Test } from "tap";
import { Status } from "../../hal/abi.js";
import { pattern } from "../support/site.js";
import { SocketsBench } from "../support/sockets.js";
import { skipWithout } from "./support/daemon.js";
import { startNginx } from "./support/nginx.js";

const FILES = { "96xxupgrade.txt": "SET APPNAME app.bin\n", "app.bin": pattern(3_000_000) };

/** One connection: all requests one after another, and everything that comes back until the orderly end. */
async function fetch(t: Test, bench: SocketsBench, port: number, requests: string[]): Promise<Buffer> {
  const handle = await bench.open(port);
  const text = new TextEncoder().encode(requests.join(""));
  t.equal(bench.network.tcpSend(handle, text), text.length);
  const { bytes, end } = await bench.readAll(handle);
  t.equal(end, Status.Closed);
  bench.network.close(handle, false);
  return bytes;
}

const get = (target: string, connection: string): string =>
  `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: offhook-test\r\nConnection: ${connection}\r\n\r\n`;

t.test("files, a missing one and keep-alive, as nginx's log has them", { skip: skipWithout("nginx", "nginx-light") }, async (t) => {
  const nginx = await startNginx(t, FILES);
  const bench = new SocketsBench();
  const script = await fetch(t, bench, nginx.port, [get("/96xxupgrade.txt", "close")]);
  t.match(script.toString(), /^HTTP\/1.1 200 OK\r\n.*Content-Length: 20\r\n.*\r\n\r\nSET APPNAME app.bin\n$/s);
  const both = await fetch(t, bench, nginx.port, [get("/nothing.txt", "keep-alive"), get("/app.bin", "close")]);
  t.ok(both.subarray(-3_000_000).equals(Buffer.from(FILES["app.bin"])));
  await nginx.stop();
  const accesses = nginx.accesses();
  t.same(accesses.map((access) => [access.target, access.status]), [["/96xxupgrade.txt", 200], ["/nothing.txt", 404], ["/app.bin", 200]]);
  t.equal(accesses[2]?.bytes, 3_000_000);
  t.same(accesses[0], {
    method: "GET", target: "/96xxupgrade.txt", protocol: "HTTP/1.1", status: 200, bytes: 20, userAgent: "offhook-test",
  });
});

t.test("a slow server is waited for", { skip: skipWithout("nginx", "nginx-light") }, async (t) => {
  const nginx = await startNginx(t, { "slow.bin": pattern(400_000) }, "limit_rate 400k;");
  const bench = new SocketsBench();
  const answer = fetch(t, bench, nginx.port, [get("/slow.bin", "close")]);
  t.ok(bench.network.outstanding);
  t.ok((await answer).subarray(-400_000).equals(Buffer.from(pattern(400_000))));
  t.notOk(bench.network.outstanding);
});
