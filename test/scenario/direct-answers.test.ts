// Goal: an answer to a range that is not exactly that part of the same file is never used, and the telephone still gets the file when
// it can be had. Method: a small file with a block file whose first GET breaks off after two blocks; the answers to the next are spoilt
// once, or for ever.

import t from "tap";
import type { HttpEvent } from "../../host/event-types.js";
import { addressOf } from "../../host/network/address.js";
import { fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import type { HttpHandler, HttpRequest, HttpResponse } from "../../host/site/http-message.js";
import { HttpServer } from "../../host/site/http-server.js";
import { blockFile, play, software, type Played, type Scenario } from "../support/scenario.js";

const BLOCK_BYTES = 4096;
const APP = "/app3.bin";
const SECOND = addressOf("10.0.8.9");
const running = software("app1.bin", { counter: 1, bytes: 5 * BLOCK_BYTES, seed: 11 });
const fresh = software("app3.bin", { counter: 1, bytes: 5 * BLOCK_BYTES, seed: 13 });
const files = { "96xxupgrade.txt": "SET APPNAME app3.bin\n", "app3.bin": fresh.bytes, "app3.bin.blocks": blockFile(fresh) };
const gets = ({ events }: Played): HttpEvent[] =>
  events.filter((event): event is HttpEvent => event.event === "http" && event.url?.endsWith(APP) === true);

const scenario: Scenario = { name: "", stored: [running], stagingBytes: 0, files, mayGiveUp: true };
const right = fileHandler(new MemoryFiles(files));
const header = (response: HttpResponse, name: string, ...values: string[]): HttpResponse => ({
  ...response,
  headers: [...response.headers.filter(([other]) => other !== name), ...values.map((value) => [name, value] as const)],
});
const total = fresh.bytes.length;

/** The first GET of the file breaks off; the answers to the next ones are spoilt, at most so many. */
function spoiling(times: number, spoil: (response: HttpResponse, request: HttpRequest) => HttpResponse): Scenario {
  let left = times;
  const handler: HttpHandler = (request) => {
    const response = right(request);
    if (request.target !== APP || response.status !== 206 || left === 0) return response;
    left -= 1;
    return spoil(response, request);
  };
  return { ...scenario, handler, faults: [{ path: APP, times: 1, fault: { kind: "short", bytes: 9000 } }] };
}

const hostile: readonly (readonly [string, (response: HttpResponse, request: HttpRequest) => HttpResponse, string])[] = [
  ["another first byte", (answer) => header(answer, "Content-Range", `bytes 0-${total - 1}/${total}`), "bad-range"],
  ["a part before", (answer) => header(answer, "Content-Range", `bytes 4096-${total - 1}/${total}`), "bad-range"],
  ["a part behind", (answer) => header(answer, "Content-Range", `bytes 12288-${total - 1}/${total}`), "bad-range"],
  ["another last byte", (answer) => header(answer, "Content-Range", `bytes 8192-${total - 2}/${total}`), "bad-range"],
  ["another total", (answer) => header(answer, "Content-Range", `bytes 8192-${total - 1}/${total + 1}`), "file-changed"],
  ["no Content-Range", (answer) => header(answer, "Content-Range"), "bad-range"],
  ["an unsatisfied range", (answer) => header(answer, "Content-Range", `bytes */${total}`), "bad-range"],
  ["two of them", (answer) => header(answer, "Content-Range", ...Array<string>(2).fill(`bytes 8192-${total - 1}/${total}`)), "bad-range"],
  ["not a number", (answer) => header(answer, "Content-Range", `bytes 8192-x/${total}`), "bad-range"],
  ["another unit", (answer) => header(answer, "Content-Range", `pages 8192-${total - 1}/${total}`), "bad-range"],
  ["the last before the first", (answer) => header(answer, "Content-Range", `bytes 8192-8191/${total}`), "bad-range"],
  ["beyond the total", (answer) => header(answer, "Content-Range", `bytes 8192-${total}/${total}`), "bad-range"],
  ["a number beyond 64 bits", (answer) => header(answer, "Content-Range", `bytes 99999999999999999999-${total - 1}/${total}`), "bad-range"],
  ["multipart", (answer) => header(header(answer, "Content-Range"), "Content-Type", "multipart/byteranges; boundary=x"), "bad-range"],
  ["a body that is too short", (answer) => ({ ...answer, body: answer.body.subarray(0, 5000) }), "bad-range"],
  ["a body that is too long", (answer) => ({ ...answer, body: Buffer.concat([answer.body, answer.body]) }), "bad-range"],
  ["another ETag", (answer) => header(answer, "ETag", '"other"'), "file-changed"],
  ["a weak ETag", (answer, request) => header(answer, "ETag", `W/${request.headers.get("if-range")}`), "file-changed"],
  ["416", () => ({ status: 416, headers: [["Content-Range", `bytes */${total}`]], body: new Uint8Array(0) }), "file-changed"],
  ["other bytes", (answer) => ({ ...answer, body: new Uint8Array(answer.body.length) }), "wrong-block"],
  ["the bytes of another place", (answer) => ({ ...answer, body: fresh.bytes.slice(0, answer.body.length) }), "wrong-block"],
];

/** Tried on a server that never answers otherwise, too. */
const FOR_EVER: ReadonlySet<string> = new Set(["a part behind", "another total", "another ETag", "416", "other bytes"]);

t.test("an answer that is not the part asked for is not used, and the next that is right is", (t) => {
  for (const [name, spoil, why] of hostile) {
    const once = play({ ...spoiling(1, spoil), name });
    t.same([once.violations, once.end.appname], [[], "app3.bin"], `${name}, once`);
    t.match(gets(once)[1], { why, accepted: false, from: 2 * BLOCK_BYTES }, name);
    if (!FOR_EVER.has(name)) continue;
    const ever = play({ ...spoiling(Number.POSITIVE_INFINITY, spoil), name });
    // With another ETag the file is begun anew, and that ETag is then the file's.
    const ends = name.endsWith("ETag") ? ["app3.bin", 0] : ["app1.bin", 2];
    t.same([ever.violations, ever.end.appname, ever.end.appstat ?? 0], [[], ...ends], `${name}, for ever`);
    t.ok(gets(ever).length <= 9, `${gets(ever).length} GETs`);
  }
  t.end();
});

t.test("a part in chunks is judged by its length at the end", (t) => {
  for (const [bytes, why] of [[-1, "short"], [1, "bad-range"]] as const) {
    let left = 1;
    const handler: HttpHandler = (request) => {
      const response = right(request);
      if (request.target !== APP || response.status !== 206 || left-- <= 0) return response;
      const body = bytes < 0 ? response.body.subarray(0, 5000) : Buffer.concat([response.body, new Uint8Array(1)]);
      return { ...response, body };
    };
    const faults = [
      { path: APP, times: 1, fault: { kind: "short", bytes: 9000 } }, { path: APP, times: 1, fault: { kind: "chunked", bytes: 1000 } },
    ] as const;
    const played = play({ ...scenario, name: why, handler, faults });
    t.same([played.violations, played.end.appname], [[], "app3.bin"]);
    // A part that is longer brought all that was wanted: it is left there.
    t.match(gets(played)[1], bytes < 0 ? { why, accepted: false } : { accepted: true });
  }
  t.end();
});

t.test("a second server goes on where the first one died", (t) => {
  const played = play({
    ...scenario, name: "second", dhcp: { option242: "HTTPSRVR=10.0.8.2,10.0.8.9" },
    faults: [{ path: APP, times: 1, fault: { kind: "short", bytes: 9000 } }, { path: APP, fault: { kind: "status", status: 503 } }],
    site: (site, scheduler) => site.addStream(SECOND, 80, new HttpServer({ scheduler, handler: right })),
  });
  t.same([played.violations, played.end.appname], [[], "app3.bin"]);
  const last = gets(played).at(-1)!;
  t.match(last, { server: "10.0.8.9", status: 206, from: 2 * BLOCK_BYTES, accepted: true });
  t.end();
});
