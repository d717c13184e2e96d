// Goal: HTTPPROXY and HTTPEXCEPTIONDOMAINS decide whom a certificate request is sent to, by the table; nothing else uses the proxy.
// Method: a start-up for each row of the table, on the wire, with a CA and a proxy; the whole table is one golden.

import t from "tap";
import { golden } from "../support/golden.js";
import { asking, CA, certified, PROXY, scepSteps } from "../support/certificates.js";
import { play, type Played } from "../support/scenario.js";

interface Row {
  readonly name: string;
  readonly proxy: string;
  readonly exceptions: string;
  readonly url?: string;
  readonly port?: number;
  readonly goes: "direct" | "proxy";
  readonly matched?: string;
}

const NAMED = "http://ca.example.com/scep";
const THROUGH = "proxy.example.com:3128";

const TABLE: readonly Row[] = [
  { name: "neither", proxy: "", exceptions: "", goes: "direct" },
  { name: "exceptions without a proxy", proxy: "", exceptions: "example.com", goes: "direct", matched: "example.com" },
  { name: "a proxy", proxy: THROUGH, exceptions: "", goes: "proxy" },
  { name: "another domain", proxy: THROUGH, exceptions: "example.org", goes: "proxy" },
  { name: "the domain", proxy: THROUGH, exceptions: "example.com", goes: "direct", matched: "example.com" },
  { name: "the host itself, in another case", proxy: THROUGH, exceptions: "CA.Example.COM", goes: "direct", matched: "CA.Example.COM" },
  { name: "half a label", proxy: THROUGH, exceptions: "ample.com", goes: "proxy" },
  { name: "a leading dot", proxy: THROUGH, exceptions: ".example.com", goes: "direct", matched: ".example.com" },
  { name: "a blank after the comma", proxy: THROUGH, exceptions: "example.org, example.com", goes: "direct", matched: "example.com" },
  { name: "a trailing dot", proxy: THROUGH, exceptions: "example.com.", goes: "direct", matched: "example.com." },
  {
    name: "a trailing dot in MYCERTURL", proxy: THROUGH, exceptions: "example.com", url: "http://ca.example.com./scep", goes: "direct",
    matched: "example.com",
  },
  {
    name: "a port in MYCERTURL", proxy: THROUGH, exceptions: "example.com", url: "http://ca.example.com:8081/scep", port: 8081,
    goes: "direct", matched: "example.com",
  },
  {
    name: "a port through the proxy", proxy: `${PROXY}:3128`, exceptions: "", url: "http://ca.example.com:8081/scep", port: 8081,
    goes: "proxy",
  },
  { name: "an address", proxy: THROUGH, exceptions: CA, url: `http://${CA}/scep`, goes: "direct", matched: CA },
  { name: "the end of an address", proxy: THROUGH, exceptions: "8.4", url: `http://${CA}/scep`, goes: "proxy" },
  { name: "empty entries", proxy: THROUGH, exceptions: ",.,", goes: "proxy" },
];

/** Every frame's text on the cable: a proxy is one more address there. */
function played({ proxy, exceptions, url = NAMED, port = 80 }: Row): Played & { heads: string[] } {
  const heads: string[] = [];
  const settings = { HTTPPROXY: proxy, HTTPEXCEPTIONDOMAINS: exceptions, MYCERTURL: url };
  const result = play({
    name: "proxy", ...asking(settings), lan: certified({ port }),
    onFrame: (direction, frame) => {
      const text = direction === "out" ? Buffer.from(frame).toString("latin1") : "";
      const head = /(GET|POST) (\S+)\S* HTTP\/1\.1\r\nHost: (\S+)\r\n/.exec(text);
      if (head === null) return;
      const [, method, target = "", host] = head;
      heads.push(`${frame.subarray(30, 34).join(".")} ${method} ${target.replace(/&message=.*/, "")} Host ${host}`);
    },
  });
  return { ...result, heads };
}

const lines = TABLE.map((row) => {
  const words: string[] = [];
  t.test(row.name, (t) => {
    const run = played(row);
    t.equal(run.end.code, "reached");
    t.same(run.violations, []);
    const asked = run.heads.filter((head) => head.includes("operation="));
    const to = row.goes === "proxy" ? PROXY : CA;
    t.ok(asked.length === 3 && asked.every((head) => head.startsWith(`${to} `)), `three requests to ${to}`);
    const files = run.heads.filter((head) => !asked.includes(head));
    t.ok(files.length === 2 && files.every((head) => head.startsWith("10.0.8.2 GET /")), "files go their own way");
    const ways = run.events.flatMap((event) => (event.event === "scep" && event.status !== undefined ? [event] : []));
    t.ok(ways.length > 0 && ways.every((event) => event.proxy === (row.goes === "proxy" ? row.proxy : undefined)));
    t.ok(ways.every((event) => event.matchedException === row.matched));
    const settings = `HTTPPROXY "${row.proxy}" HTTPEXCEPTIONDOMAINS "${row.exceptions}" MYCERTURL ${row.url ?? NAMED}`;
    words.push(`${row.name}: ${settings}`,
      ...run.heads.map((head) => `  ${head}`), ...scepSteps(run).filter((step) => /^(?:cap|auth)/.test(step)).map((step) => `  ${step}`));
    t.end();
  });
  return words;
});

t.test("the table", (t) => {
  golden(t, "scep-proxy/table", `${lines.flat().join("\n")}\n`);
  t.end();
});
