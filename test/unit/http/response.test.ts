// Goal: an HTTP answer means the same however it is cut, and what is malformed is refused with its own reason.
// Method: a table of answers, good and bad, each pushed whole, at every two-piece cut and byte by byte; then seeded mutations.

import t from "tap";
import { HttpWhy } from "../../../hal/events.js";
import { Random } from "../../../host/random.js";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("http", () => ({}));
const input = core.call("input_ptr");

interface Answer {
  readonly status: number;
  readonly why: string;
  readonly done: boolean;
  readonly body: string;
  readonly etag: string;
  readonly location: string;
}

/** Pushes the pieces as boot/transfer does, then ends the stream. */
function answer(pieces: readonly Uint8Array[]): Answer {
  core.call("response_init");
  const body: number[] = [];
  for (const piece of pieces) {
    core.write(input, piece);
    for (let at = 0; at < piece.length;) {
      const taken = core.call("response_push", input + at, piece.length - at);
      const span = core.call("response_span", piece.length - at - taken);
      body.push(...piece.subarray(at + taken, at + taken + span));
      if (span > 0) core.call("response_take", span);
      if (taken + span === 0) break;
      at += taken + span;
    }
  }
  core.call("response_end");
  const read = (name: string) => core.read(core.call(`response_${name}_ptr`), core.call(`response_${name}_bytes`));
  const text = (name: string) => Buffer.from(read(name)).toString("latin1");
  return {
    status: core.call("response_status"),
    why: HttpWhy[core.call("response_why")]!,
    done: core.call("response_done") === 1,
    body: Buffer.from(body).toString("latin1"),
    etag: text("etag"),
    location: text("location"),
  };
}

const OK = { status: 200, why: "None", done: true, body: "", etag: "", location: "" };
const bytes = (text: string) => Buffer.from(text, "latin1");

const CASES: readonly (readonly [name: string, text: string, expected: Partial<Answer>])[] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a-1\"\r\n\r\nhello", { ...OK, body: "hello", etag: '"a-1"' }],
  ["bytes after the length are left alone", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello", { ...OK, body: "he" }],
  ["the end of the connection", "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello", { ...OK, body: "hello" }],
  ["bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", { ...OK, body: "hi" }],
  ["no reason phrase", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", { ...OK, status: 404 }],
  ["an empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", OK],
  ["204 has no body", "HTTP/1.1 204 No Content\r\n\r\nnoise", { ...OK, status: 204 }],
  ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n",
    { ...OK, body: "hello world" }],
  ["100 comes first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!", { ...OK, body: "!" }],
  ["a redirect", "HTTP/1.1 302 Found\r\nLocation: http://b/c\r\nContent-Length: 0\r\n\r\n", { ...OK, status: 302, location: "http://b/c" }],
  ["names in any case, blanks around the value", "HTTP/1.1 200 OK\r\ncontent-LENGTH:  \t3 \r\n\r\nabc", { ...OK, body: "abc" }],
  ["the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", { ...OK, body: "a" }],
  ["identity is no encoding", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 1\r\n\r\na", { ...OK, body: "a" }],
  ["fewer bytes than the length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", { why: "Short", done: false, body: "hello" }],
  ["an end between chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", { why: "Short", body: "hello" }],
  ["an end within the head", "HTTP/1.1 200 OK\r\nContent-Len", { why: "Short" }],
  ["not HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n", { why: "Malformed" }],
  ["HTTP/2", "HTTP/2 200 OK\r\n\r\n", { why: "Malformed" }],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", { why: "Malformed" }],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", { why: "Malformed" }],
  ["a folded header", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", { why: "Malformed" }],
  ["a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na", { why: "Malformed" }],
  ["a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", { why: "Malformed" }],
  ["a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", { why: "Malformed" }],
  ["a length of 16 digits", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n", { why: "Malformed" }],
  ["two lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", { why: "Malformed" }],
  ["chunked and a length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", { why: "Framing" }],
  ["another transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", { why: "Framing" }],
  ["a compressed body", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", { why: "Encoding" }],
  ["a chunk size that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", { why: "BadChunk" }],
  ["a chunk longer than its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", { why: "BadChunk" }],
  ["a chunk size of 13 digits", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000\r\n", { why: "BadChunk" }],
  ["a long header is skipped", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(3000)}\r\nContent-Length: 1\r\n\r\na`, { ...OK, body: "a" }],
  ["a Location that is too long", `HTTP/1.1 302 Found\r\nLocation: http://b/${"y".repeat(700)}\r\n\r\n`, { why: "Redirect" }],
];

t.test("each answer means the same however it is cut", (t) => {
  for (const [name, text, expected] of CASES) {
    const whole = bytes(text);
    const result = answer([whole]);
    t.match(result, expected, name);
    const cuts = text.length > 400 ? [1, 17, 900, text.length - 1] : Array.from({ length: text.length - 1 }, (_, index) => index + 1);
    for (const cut of cuts) {
      const again = answer([whole.subarray(0, cut), whole.subarray(cut)]);
      if (JSON.stringify(again) !== JSON.stringify(result)) t.strictSame(again, result, `${name}, cut at ${cut}`);
    }
    t.strictSame(answer([...whole].map((byte) => Uint8Array.of(byte))), result, `${name}, byte by byte`);
  }
  t.end();
});

t.test("headers end at 16 KiB, in one line or in many", (t) => {
  const head = "HTTP/1.1 200 OK\r\n";
  t.match(answer([bytes(head + "a".repeat(20000))]), { why: "HeaderTooLarge" });
  t.match(answer([bytes(head + "A: b\r\n".repeat(4000))]), { why: "HeaderTooLarge" });
  const extension = `${head}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(20000)}`;
  t.match(answer([bytes(extension)]), { why: "HeaderTooLarge" }, "a chunk's extension too");
  t.end();
});

t.test("mutated answers never trap and never hang", (t) => {
  const random = new Random(7);
  const seeds = CASES.map(([, text]) => bytes(text)).filter((seed) => seed.length < 400);
  for (let round = 0; round < 20000; round++) {
    const mutant = Uint8Array.from(seeds[random.word() % seeds.length]!);
    for (let change = random.word() % 4; change >= 0; change--) mutant[random.word() % mutant.length] = random.word();
    const cut = random.word() % (mutant.length + 1);
    const result = answer([mutant.subarray(0, cut), mutant.subarray(cut)]);
    if (result.done && result.why !== "None") t.fail(`seed 7, round ${round}: complete and refused at once`);
  }
  t.pass("20,000 mutants, seed 7");
  t.end();
});
