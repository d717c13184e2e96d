// Goal: a SIP response means the same however it is cut, belongs to our request or does not, and what is malformed is known as that.
// Method: a table of responses, good, foreign and bad, each pushed whole, at every two-piece cut and byte by byte; the same as datagrams.

import t from "tap";
import { loadHarness } from "../../support/harness.js";
import { BRANCH, CALL_ID, CONTACT, OURS, readSip, type Message } from "../../support/sip.js";

const core = loadHarness("sip", () => ({}));
const bytes = (text: string) => Buffer.from(text, "latin1");
const END = "Content-Length: 0\r\n\r\n";
const OK = "SIP/2.0 200 OK\r\n";
const DIGEST = 'Digest realm="a", nonce="b"';
const ours = (more: string, status = "200 OK"): string => `SIP/2.0 ${status}\r\n${OURS}${more}${END}`;
const without = (name: string): string => OURS.split("\r\n").filter((line) => !line.startsWith(name)).join("\r\n");

type Expected = readonly Partial<Message>[] | "malformed";

const CASES: readonly (readonly [name: string, text: string, expected: Expected])[] = [
  ["a whole answer", ours(""), [{ ours: true, status: 200, expires: -1, target: "" }]],
  ["without a reason", ours("", "200"), [{ ours: true, status: 200 }]],
  ["a body is passed over", `${OK}${OURS}Content-Length: 5\r\n\r\nhello${ours("", "404 Not Found")}`, [{ status: 200 }, { status: 404 }]],
  ["three in one segment", ours("", "100 Trying") + ours("", "401 Unauthorized") + ours(""),
    [{ status: 100 }, { status: 401 }, { status: 200 }]],
  ["blank lines between messages", `\r\n\r\n${ours("")}\r\n\r\n${ours("")}`, [{ ours: true }, { ours: true }]],
  ["bare line feeds", ours("").replaceAll("\r\n", "\n"), [{ ours: true, status: 200 }]],
  ["compact forms and any case",
    `sip/2.0 200 OK\r\nv: SIP/2.0/UDP x;BRANCH=${BRANCH}\r\nI: ${CALL_ID}\r\nCSEQ:2   REGISTER\r\nm: <${CONTACT}>;expires=60\r\n` +
    "L : 0\r\n\r\n", [{ ours: true, expires: 60 }]],
  ["folded headers", `${OK}Via: SIP/2.0/TCP x\r\n ;branch=\r\n\t${BRANCH}\r\nCall-ID:\r\n ${CALL_ID}\r\n` +
    `CSeq: 2\r\n REGISTER\r\nContent-Length:\r\n 0\r\n\r\n`,
    [{ ours: true }]],
  ["a branch in quotes", ours("").replace(BRANCH, `"${BRANCH}"`), [{ ours: true }]],
  ["seconds of our contact before Expires",
    ours(`Expires: 100\r\nContact: <sip:b@c>;expires=7, <${CONTACT};transport=tcp>;q=1;expires="55"\r\n`), [{ expires: 55 }]],
  ["Expires without our contact", ours(`Expires: 100\r\nContact: <${CONTACT}0>;expires=7\r\n`), [{ expires: 100 }]],
  ["a contact without brackets", ours(`Contact: ${CONTACT};expires=9\r\n`), [{ expires: 9 }]],
  ["a name with a comma in quotes", ours(`Contact: "a, <b>;expires=1" <${CONTACT}>;expires=12\r\n`), [{ expires: 12, target: CONTACT }]],
  ["too many seconds", ours(`Contact: <${CONTACT}>;expires=99999999999\r\n`), [{ expires: 0x7fffffff }]],
  ["seconds that are none", ours(`Contact: <${CONTACT}>;expires=x\r\nExpires: never\r\n`), [{ expires: -1 }]],
  ["Min-Expires and Retry-After", ours("Min-Expires: 120\r\nRetry-After: 18 (busy);duration=3\r\n", "423 x"),
    [{ minExpires: 120, retryAfter: 18 }]],
  ["a redirect", ours("Contact: <sip:10.0.8.4:5070;transport=udp>, <sip:z>\r\n", "302 Moved"),
    [{ status: 302, target: "sip:10.0.8.4:5070;transport=udp" }]],
  ["a redirect that is too long", ours(`Contact: <sip:${"x".repeat(260)}>\r\n`, "302 Moved"), [{ target: "" }]],
  ["challenges", ours(`WWW-Authenticate: Basic realm="a"\r\nproxy-authenticate: ${DIGEST}\r\n`, "401 x"), [{ challenges: [1, 2] }]],
  ["the usable one of two", ours(`WWW-Authenticate: ${DIGEST}, algorithm=MD5-sess\r\nWWW-Authenticate: ${DIGEST}\r\n`, "401 x"),
    [{ challenges: [2, 0] }]],
  ["another branch", ours("").replace(BRANCH, `${BRANCH}0`), [{ ours: false }]],
  ["a branch in another case", ours("").replace(BRANCH, BRANCH.toUpperCase()), [{ ours: false }]],
  ["no branch", ours("").replace(`;branch=${BRANCH}`, ""), [{ ours: false }]],
  ["another Call-ID", ours("").replace(CALL_ID, CALL_ID.replace("0", "1")), [{ ours: false }]],
  ["a number and a method without a blank between", ours("").replace("CSeq: 2 ", "CSeq: 2"), [{ ours: false }]],
  ["another number", ours("").replace("CSeq: 2", "CSeq: 3"), [{ ours: false }]],
  ["a number with a zero before it", ours("").replace("CSeq: 2", "CSeq: 02"), [{ ours: true }]],
  ["another method", ours("").replace("2 REGISTER", "2 OPTIONS"), [{ ours: false }]],
  ["a method in another case", ours("").replace("2 REGISTER", "2 register"), [{ ours: false }]],
  ["no Via", `${OK}${without("Via")}${END}`, [{ ours: false }]],
  ["no Call-ID", `${OK}${without("Call-ID")}${END}`, [{ ours: false }]],
  ["no CSeq", `${OK}${without("CSeq")}${END}`, [{ ours: false }]],
  ["two CSeq", ours("CSeq: 2 REGISTER\r\n"), [{ ours: false }]],
  ["two Via", ours(`Via: SIP/2.0/TCP y;branch=${BRANCH}\r\n`), [{ ours: false }]],
  ["two in one Via", ours("").replace("received=", "received=x, SIP/2.0/TCP y;a="), [{ ours: false }]],
  ["a request", `NOTIFY sip:4001@10.0.8.50 SIP/2.0\r\n${OURS}Content-Length: 2\r\n\r\nhi${ours("")}`,
    [{ ours: false, status: 0 }, { ours: true }]],
  ["a header that is too long is passed over", ours(`X: ${"y".repeat(5000)}\r\n`), [{ ours: true }]],
  ["a Via that is too long", ours("").replace("Via: ", `Via: ${"y".repeat(3000)}`), [{ ours: false }]],
  ["not SIP", "HTTP/1.1 200 OK\r\n\r\n", "malformed"],
  ["SIP/3.0", ours("").replace("SIP/2.0", "SIP/3.0"), "malformed"],
  ["a status of two digits", ours("", "20 OK"), "malformed"],
  ["a status of four digits", ours("", "2000 OK"), "malformed"],
  ["status 700", ours("", "700 OK"), "malformed"],
  ["status 099", ours("", "099 OK"), "malformed"],
  ["no length on a stream", `${OK}${OURS}\r\n`, "malformed"],
  ["a length that is none", `${OK}${OURS}Content-Length: -1\r\n\r\n`, "malformed"],
  ["two lengths", `${OK}${OURS}Content-Length: 1\r\nl: 2\r\n\r\nab`, "malformed"],
  ["a length without end", `${OK}${OURS}Content-Length: 99999999999999\r\n\r\n`, "malformed"],
  ["a body that is too large", `${OK}${OURS}Content-Length: 65537\r\n\r\n`, "malformed"],
  ["a header without a colon", `${OK}nonsense\r\n${END}`, "malformed"],
  ["a header without a name", `${OK}: nonsense\r\n${END}`, "malformed"],
  ["a folded first line", `${OK} folded\r\n${END}`, "malformed"],
  ["headers without end", `${OK}${"A: b\r\n".repeat(4000)}`, "malformed"],
  ["a line without end", `${OK}${"a".repeat(20000)}`, "malformed"],
];

t.test("each response means the same however it is cut", (t) => {
  for (const [name, text, expected] of CASES) {
    const whole = bytes(text);
    const result = readSip(core, [whole]);
    if (expected === "malformed") t.match(result, { messages: [], failed: true }, name);
    else t.match(result, { messages: expected, failed: false }, name);
    if (expected !== "malformed") t.equal(result.messages.length, expected.length, name);
    const cuts = text.length > 2000 ? [1, 17, 900, text.length - 1] : Array.from({ length: text.length - 1 }, (_, index) => index + 1);
    for (const cut of cuts) {
      const again = readSip(core, [whole.subarray(0, cut), whole.subarray(cut)]);
      if (JSON.stringify(again) !== JSON.stringify(result)) t.strictSame(again, result, `${name}, cut at ${cut}`);
    }
    if (text.length < 8000) t.strictSame(readSip(core, [...whole].map((byte) => Uint8Array.of(byte))), result, `${name}, byte by byte`);
  }
  t.end();
});

t.test("a datagram is one message", (t) => {
  const read = (text: string) => readSip(core, [bytes(text)], false);
  t.match(read(ours("")), { messages: [{ ours: true, status: 200 }] });
  t.match(read(`${OK}${OURS}\r\nbody`), { messages: [{ ours: true }] }, "without a length it ends with the datagram");
  t.match(read(`${OK}${OURS}Content-Length: 3\r\n\r\nhello`), { messages: [{ ours: true }] }, "what is behind the body is no part of it");
  for (const short of [`${OK}${OURS}Content-Length: 3\r\n\r\nhi`, `${OK}${OURS}`, "", "\r\n\r\n"]) {
    t.same(read(short), { messages: [], failed: true }, "cut off");
  }
  t.end();
});
