// Goal: the far end's registrar grants only what RFC 3261 and RFC 7616 let it grant, and no message stops it.
// Method: requests as text, digests made with node:crypto, one thing changed at a time.

import { createHash } from "node:crypto";
import t from "tap";
import { Random } from "../../host/random.js";
import { CallServer, type CallServerConfig } from "../../host/site/call-server.js";
import { digestParameters } from "../../host/site/sip-digest.js";
import { readSipRequest, SipRequestReader } from "../../host/site/sip-message.js";

const FROM = { address: 0x0a000802, port: 5060 };
const URI = "sip:example.com";
const clock = { nowUs: 0 };

function serverOf(config: Partial<CallServerConfig> = {}): { server: CallServer; ask: (text: string) => string } {
  const server = new CallServer({ users: { 4001: "1234" }, random: new Random(1), clock, ...config });
  const ask = (text: string): string => {
    let said = "";
    server.receive(Buffer.from(text, "latin1"), FROM, (data) => (said = Buffer.from(data).toString("latin1")));
    return said;
  };
  return { server, ask };
}

const register = (...lines: readonly string[]): string => [
  `REGISTER ${URI} SIP/2.0`, "Via: SIP/2.0/UDP 10.0.8.2;branch=z9hG4bK1", "From: <sip:4001@example.com>;tag=1",
  "To: <sip:4001@example.com>", "Call-ID: 1", "CSeq: 1 REGISTER", ...lines, "Content-Length: 0", "", "",
].join("\r\n");
const CONTACT = "Contact: <sip:4001@10.0.8.2:5060>";
const statusOf = (answer: string): number => Number(answer.slice(8, 11));

/** An answer to the challenge; what is given replaces what is right, in the digest too; null leaves it out. */
function credentials(challenge: string, more: Readonly<Record<string, string | null>> = {}, password = "1234"): string {
  const of = (name: string): string => new RegExp(`${name}="?([^",\\r]*)`).exec(challenge)?.[1] ?? "";
  const all: Record<string, string | null> = {
    username: "4001", realm: of("realm"), nonce: of("nonce"), uri: URI, algorithm: of("algorithm"), qop: "auth", nc: "00000001",
    cnonce: "c",
    ...more,
  };
  const hash = (text: string): string => createHash(all["algorithm"] === "SHA-256" ? "sha256" : "md5").update(text).digest("hex");
  const { username, realm, nonce, uri, qop, nc, cnonce } = all;
  const middle = qop === null ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  all["response"] ??= hash(`${hash(`${username}:${realm}:${password}`)}:${middle}:${hash(`REGISTER:${uri}`)}`);
  const pairs = Object.entries(all).filter(([, value]) => value !== null);
  return `Authorization: Digest ${pairs.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}

function login(config: Partial<CallServerConfig>, more: Readonly<Record<string, string | null>>, password?: string): number {
  const { ask } = serverOf(config);
  return statusOf(ask(register(CONTACT, credentials(ask(register(CONTACT)), more, password))));
}

t.test("credentials for what was asked, and no others", (t) => {
  t.equal(login({}, {}), 200);
  t.equal(login({ algorithms: ["SHA-256"] }, {}), 200);
  t.equal(login({ qop: false }, { qop: null, nc: null, cnonce: null }), 200);
  const wrong: [string, Partial<CallServerConfig>, Record<string, string | null>][] = [
    ["another realm", {}, { realm: "elsewhere" }], ["another target", {}, { uri: "sip:elsewhere" }],
    ["an algorithm that was not offered", { algorithms: ["SHA-256"] }, { algorithm: "MD5" }],
    ["MD5 by saying nothing", { algorithms: ["SHA-256"] }, { algorithm: null }], ["no qop", {}, { qop: null }],
    ["a qop that was not offered", { qop: false }, {}], ["auth-int", {}, { qop: "auth-int" }], ["no cnonce", {}, { cnonce: "" }],
    ["a count of seven digits", {}, { nc: "0000001" }], ["another user", {}, { username: "4002" }],
    ["a nonce of its own", {}, { nonce: "0000000000000000" }], ["a response of nothing", {}, { response: "" }],
  ];
  for (const [what, config, more] of wrong) t.equal(login(config, more), 401, what);
  t.equal(login({}, {}, "1235"), 401, "another password");
  t.end();
});

t.test("intervals are whole numbers; a contact's time ends; a user has a hundred contacts", (t) => {
  const { server, ask } = serverOf({ minExpires: 60, maxExpires: 100 });
  const proof = credentials(ask(register(CONTACT)));
  const at = (expires: string, contact = CONTACT): number => statusOf(ask(register(contact, proof, `Expires: ${expires}`)));
  t.same(["-1", "1e3", "0x80", "1.5", "x", "99999999999"].map((each) => at(each)), [400, 400, 400, 400, 400, 400]);
  t.same([at("59"), at("60"), server.contacts("4001").length], [423, 200, 1]);
  t.equal(at("60", "Contact: *"), 400);
  for (let index = 1; index < 100; index++) t.equal(at("90", `Contact: <sip:${index}@10.0.8.2>`), 200);
  t.same([at("90", "Contact: <sip:more@10.0.8.2>"), at("90")], [503, 200], "one more, and one that is there");
  clock.nowUs = 90_000_000;
  t.equal(at("90", "Contact: <sip:more@10.0.8.2>"), 200);
  t.same(server.contacts("4001"), ["sip:more@10.0.8.2"]);
  t.same([at("0", "Contact: <sip:more@10.0.8.2>"), server.contacts("4001").length], [200, 0], "it goes away before its time");
  t.end();
});

t.test("requests that are none", (t) => {
  const { ask } = serverOf();
  const wrong = [
    "", "\r\n\r\n", "REGISTER sip:a\r\n\r\n", "register sip:a SIP/2.0\r\n\r\n", "REGISTER  sip:a SIP/2.0\r\n\r\n",
    "REGISTER sip:a SIP/2.0\r\n",
    register(": x"), register("no colon"), register("a b: x"), register("a: x\ny"), register("a: x\ry"), register("constructor(): x"),
  ];
  for (const text of wrong) t.equal(ask(text), "", JSON.stringify(text.slice(-60)));
  t.equal(statusOf(ask(register("__proto__: x", "constructor: x", "X-Empty:"))), 401, "names that mean something elsewhere");
  t.equal(statusOf(ask(register().replace("4001@example.com>\r\nCall", "toString@example.com>\r\nCall"))), 404);
  t.end();
});

t.test("text that looks like much is read once", (t) => {
  const blanks = " ".repeat(30_000);
  t.equal(readSipRequest(`REGISTER ${URI} SIP/2.0\r\na:${blanks}x${blanks}\ny`), undefined);
  t.equal(readSipRequest(`REGISTER ${URI} SIP/2.0\r\na: x${blanks}y`)?.headers.get("a")?.[0]?.length, 30_002);
  t.same([...digestParameters(`Digest ${"a".repeat(60_000)} b=c`)], [["b", "c"]]);
  const { ask } = serverOf();
  t.equal(statusOf(ask(register().replace("To: <sip:4001@example.com>", `To: ${"sip:".repeat(15_000)}`))), 404);
  t.end();
});

t.test("a stream that is no SIP, or without end, is over", (t) => {
  const push = (text: string): number | undefined => new SipRequestReader().push(Buffer.from(text, "latin1"))?.length;
  t.equal(push(register() + register() + register().slice(0, -1)), 2);
  t.equal(push("x".repeat(65_536)), 0);
  t.equal(push("x".repeat(65_537)), undefined);
  for (const length of ["-1", "1.5", "x", "65537", "Infinity"]) {
    t.equal(push(register().replace("Content-Length: 0", `Content-Length: ${length}`)), undefined, length);
  }
  t.end();
});
