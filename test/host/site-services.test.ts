// Goal: the far end's proxy and clock answer what they are asked, and are silent on the rest. Method: requests with one thing wrong.

import t from "tap";
import type { HttpRequest } from "../../host/site/http-message.js";
import { proxyHandler } from "../../host/site/http-proxy.js";
import { NTP_EPOCH_SECONDS, SntpServer } from "../../host/site/sntp-server.js";

t.test("the proxy passes on what an absolute target names", (t) => {
  const seen: string[] = [];
  const proxy = proxyHandler((host, port) => host !== "ca" ? undefined : (request) => {
    seen.push(`${port} ${request.target}`);
    return { status: 200, headers: [], body: new Uint8Array(0) };
  });
  const get = (target: string): number => {
    const request: HttpRequest = { method: "GET", target, minor: 1, headers: new Map(), body: new Uint8Array(0) };
    return proxy(request).status;
  };
  t.same(["http://ca/a?b", "HTTP://CA:8080/", "http://ca", "http://ca?x=/y"].map(get), [200, 200, 200, 200]);
  t.same(seen, ["80 /a?b", "8080 /", "80 /", "80 /?x=/y"]);
  t.same(["/a", "https://ca/", "http://a@ca/", "http://ca:123456/", "http:///a", "*", "http://ca/#x"].map(get),
    [400, 400, 400, 400, 400, 400, 400]);
  t.equal(get("http://other/"), 502);
  t.end();
});

t.test("the clock answers clients of versions 1 to 4 with whole questions", (t) => {
  const server = new SntpServer({ nowUs: () => 1_500_000 });
  const ask = (first: number, bytes = 48): Uint8Array | undefined => {
    let said: Uint8Array | undefined;
    server.receive(new Uint8Array(bytes).fill(first, 0, 1).fill(6, 40, 48), undefined, (data) => (said = data));
    return said;
  };
  for (const version of [1, 2, 3, 4]) t.equal(ask((version << 3) | 3)?.[0], (version << 3) | 4);
  for (const first of [0x03, 0x2b, 0x3b, 0x24, 0x20, 0x26]) t.equal(ask(first), undefined, `${first}`);
  t.same([47, 1, 0].map((bytes) => ask(0x23, bytes)), [undefined, undefined, undefined]);
  const answer = ask(0x23, 68)!;
  const view = new DataView(answer.buffer);
  t.same([answer.length, view.getUint32(40) - NTP_EPOCH_SECONDS, view.getUint32(44)], [48, 1, 2 ** 31]);
  t.same([...answer.subarray(24, 32)], [6, 6, 6, 6, 6, 6, 6, 6], "what the question said is repeated");
  t.end();
});
