// Goal: `offhook diff` finds where two runs part: a parameter that was dropped, an ETag that changed, a header that is missing, a state.
// Method: one run against itself with each of these changed; files of every bad kind; the alignment against a plain search.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { diffCommand } from "../../host/cli/diff.js";
import { aligned } from "../../host/diff/align.js";
import { readEvents } from "../../host/diff/read-events.js";
import { runDifferences } from "../../host/diff/runs.js";
import type { OffhookEvent } from "../../host/event-types.js";
import { Random } from "../../host/random.js";

const folder = mkdtempSync(join(tmpdir(), "offhook-diff-"));
t.teardown(() => rmSync(folder, { recursive: true }));

const http = (n: number, path: string, more: object = {}): object => ({
  n, t: n * 100, event: "http", try: 1, server: "10.0.8.2", method: "GET", url: `http://10.0.8.2${path}`, version: "HTTP/1.1", status: 200,
  etag: '"a"', bytes: 10, expected: 10, accepted: true, ...more,
});
const END = {
  n: 9, t: 900, event: "end", ok: true, state: "login", code: "reached", cause: "", evidence: [], advice: "", warnings: [], upgradestat: 0,
  bootname: "b", appname: "a", parameters: { SIPDOMAIN: { value: "x", source: "settings", file: "46xxsettings.txt", line: 3 } },
};
const RUN = [{ n: 1, t: 0, event: "state", state: "power-up" }, http(2, "/96xxupgrade.txt"), http(3, "/46xxsettings.txt"),
  { n: 4, t: 400, event: "state", state: "login" }, END];

const events = (run: readonly object[]): OffhookEvent[] => run as OffhookEvent[];
const between = (run: readonly object[]) => runDifferences(events(RUN), events(run));

t.test("the same run, later and from another host, has no difference", (t) => {
  const host = (event: object): object => ("url" in event ? { url: String(event.url).replace("10.0.8.2", "h:8080") } : {});
  const moved = RUN.map((event) => ({ ...event, t: 7, ...host(event) }));
  t.same(between(moved), []);
  t.end();
});

t.test("each kind of difference is named", (t) => {
  const changed = (at: number, more: object): object[] => RUN.map((event, index) => (index === at ? { ...event, ...more } : event));
  const dropped = changed(4, { parameters: {} });
  t.match(between(dropped), [{ kind: "parameter", what: "SIPDOMAIN", a: '"x" (46xxsettings.txt)' }]);
  t.notOk("b" in between(dropped)[0]!, "there is none");
  t.match(between(changed(2, { etag: '"b"' })),
    [{ kind: "header", what: "ETag of GET /46xxsettings.txt", a: '"a"', b: '"b"', eventA: 3, eventB: 3 }]);
  t.same(between(changed(2, { etag: undefined })),
    [{ kind: "header", what: "ETag of GET /46xxsettings.txt", a: '"a"', eventA: 3, eventB: 3 }]);
  t.match(between(changed(2, { expected: undefined })), [{ kind: "header", what: "Content-Length of GET /46xxsettings.txt", a: "10" }]);
  t.match(between(changed(1, { version: "HTTP/1.0" })), [{ kind: "header", what: "HTTP version of GET /96xxupgrade.txt" }]);
  t.match(between(changed(1, { status: 404, accepted: false })), [{ kind: "request", what: "status of GET /96xxupgrade.txt", b: "404" },
    { kind: "request", what: "accepted of GET /96xxupgrade.txt" }]);
  const failed = (error: string) => changed(1, { status: undefined, error, accepted: false });
  t.match(runDifferences(events(failed("refused")), events(failed("timed-out"))),
    [{ kind: "request", what: "status of GET /96xxupgrade.txt", a: "refused", b: "timed-out" }]);
  t.match(between(RUN.toSpliced(3, 1)), [{ kind: "state", what: "login", a: "entered" }]);
  t.match(between(RUN.toSpliced(2, 0, http(3, "/extra.txt"))), [{ kind: "request", what: "GET /extra.txt", b: "sent" }]);
  t.match(between(changed(4, { code: "timeout", appname: "" })), [{ kind: "verdict", what: "code" }, { kind: "verdict", what: "appname" }]);
  t.end();
});

t.test("the earliest comes first", (t) => {
  const run = RUN.map((event, index) => (index === 2 ? { ...event, etag: "x" } : index === 1 ? { ...event, bytes: 1 } : event));
  t.same(between(run).map(({ what }) => what), ["bytes of GET /96xxupgrade.txt", "ETag of GET /46xxsettings.txt"]);
  const dropped = run.map((event, index) => (index === 4 ? { ...event, parameters: {} } : event));
  t.equal(between(dropped).at(-1)!.what, "SIPDOMAIN", "what has no event of its own comes last");
  t.end();
});

t.test("what the lists share is paired, in order and as much as can be", (t) => {
  const random = new Random(5);
  const list = (): string[] => Array.from({ length: random.word() % 9 }, () => "abc"[random.word() % 3]!);
  for (let round = 0; round < 300; round++) {
    const [a, b] = [list(), list()];
    const pairs = aligned(a, b, (text) => text);
    t.same(pairs.flatMap(([left]) => left ?? []), a);
    t.same(pairs.flatMap(([, right]) => right ?? []), b);
    t.equal(pairs.filter(([left, right]) => left !== undefined && right !== undefined).length, longest(a, b), `${a} and ${b}`);
  }
  const many = Array.from({ length: 3000 }, (_, index) => String(index));
  t.equal(aligned(many, many.slice(1), (text) => text).length, 3000, "too many for a table: by place");
  t.end();
});

function longest(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  if (a[0] === b[0]) return 1 + longest(a.slice(1), b.slice(1));
  return Math.max(longest(a.slice(1), b), longest(a, b.slice(1)));
}

t.test("a file that is no run is named with its line", (t) => {
  const good = RUN.map((event) => JSON.stringify(event)).join("\n");
  t.equal(readEvents(`${good}\n`, "a").length, RUN.length);
  const cases: readonly [string, RegExp][] = [
    ["", /^a has no `end` event/], [`${good}\nx`, /^a:6 is not JSON/], [`null\n${good}`, /^a:1 is no event/],
    ['{"n":1,"t":0}', /^a:1 is no event/], ['{"n":1,"t":0,"event":"end","parameters":{"X":1}}', /^a:1 is no event/],
    ['{"n":1,"t":0,"event":"end"}', /^a:1 is no event/], ['{"n":1,"t":0,"event":"state"}', /^a:1 is no event/],
    ['{"n":1,"event":"state","state":"x"}', /^a:1 is no event/],
    ['{"n":1,"t":0,"event":"state","state":5}', /^a:1 is no event/], ['{"n":1,"t":0,"event":"http","url":{}}', /^a:1 is no event/],
  ];
  for (const [text, message] of cases) t.throws(() => readEvents(text, "a"), { message }, text.slice(-40));
  t.end();
});

t.test("the command: exit codes, text, JSON, usage", async (t) => {
  const put = (name: string, run: readonly object[]): string => {
    writeFileSync(join(folder, name), run.map((event) => JSON.stringify(event)).join("\n"));
    return join(folder, name);
  };
  const [a, b] = [put("a", RUN), put("b", RUN.toSpliced(1, 2))];
  const run = async (...args: string[]): Promise<[number, string]> => {
    let out = "";
    const code = await diffCommand(args, { stdout: { write: (text: string) => (out += text) } });
    return [code, out];
  };
  t.same(await run(a, a), [0, "no difference in states, requests, headers, parameters and verdict\n"]);
  const [utf16, marked] = [Buffer.from(`\ufeff${readFileSync(a, "utf8")}`, "utf16le"), `\ufeff${readFileSync(a, "utf8")}`];
  for (const [name, bytes] of [["utf16", utf16], ["marked", marked]] as const) {
    writeFileSync(join(folder, name), bytes);
    t.equal((await run(a, join(folder, name)))[0], 0, `${name}, as a shell may write it`);
  }
  const [code, text] = await run(a, b);
  t.equal(code, 1);
  t.equal(text, "request   GET /96xxupgrade.txt: sent → none\n          and 1 more; --all lists them\n");
  t.match((await run(a, b, "--all"))[1], /96xxupgrade[^]*46xxsettings/);
  t.equal((JSON.parse((await run(a, b, "--json"))[1]) as { differences: unknown[] }).differences.length, 2);
  await t.rejects(run(a), { name: "UsageError", message: /diff compares two files/ });
  await t.rejects(run(a, join(folder, "none")), { name: "UsageError", message: /cannot be read/ });
});
