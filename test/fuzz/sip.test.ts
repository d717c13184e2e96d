// Goal: no response traps or hangs the telephone, and none is taken for an answer to a request that it does not answer.
// Method: seeded mutations of good and bad responses, in pieces and as datagrams. What is accepted must still carry branch, Call-ID and
// CSeq of the request, read here by other means. OFFHOOK_SIP=200000 makes more of them.

import t from "tap";
import { Random } from "../../host/random.js";
import { loadHarness } from "../support/harness.js";
import { BRANCH, CALL_ID, CONTACT, OURS, readSip } from "../support/sip.js";

const ROUNDS = Number(process.env["OFFHOOK_SIP"] ?? 20000);
const SEED = 11;
const core = loadHarness("sip", () => ({}));

const response = (first: string, more: string): string => `SIP/2.0 ${first}\r\n${OURS}${more}Content-Length: 0\r\n\r\n`;
const SEEDS = [
  response("200 OK", `Contact: "x, y" <${CONTACT}>;expires=3600, <sip:a@b>;q=0.1\r\nExpires: 60\r\n`),
  response("401 Unauthorized", 'WWW-Authenticate: Digest realm="a", nonce="b", algorithm=SHA-256, ' +
    'qop="auth,auth-int", opaque="o", stale=true\r\n'),
  response("407 x", 'Proxy-Authenticate: Digest realm="a",\r\n nonce="b"\r\nWWW-Authenticate: Basic x\r\n'),
  response("302 Moved", "m: <sip:10.0.8.4:5070;transport=tcp>\r\nRetry-After: 5 (x)\r\nMin-Expires: 9\r\n"),
  `${response("100 Trying", "")}NOTIFY sip:a SIP/2.0\r\nl: 4\r\n\r\nbody${response("503 Busy", "Retry-After: 30\r\n")}`,
  `SIP/2.0 200 OK\r\nv: SIP/2.0/UDP x;branch=${BRANCH}\r\ni:\r\n ${CALL_ID}\r\nCSeq: 2 REGISTER\r\nl: 0\r\n\r\n`,
].map((text) => Buffer.from(text, "latin1"));
const PIECES = ["\r\n", "\n", " ", ";", ",", '"', "<", ">", "\\", ":", "\0", "Via: ", "Content-Length: 9\r\n", "\r\n\r\n", BRANCH, "\xff",
  "=", "l: 0\r\n"]
  .map((text) => Buffer.from(text, "latin1"));

/** Bytes changed, pieces taken out, doubled, put in. */
function mutant(random: Random): Buffer {
  let bytes = Buffer.from(SEEDS[random.word() % SEEDS.length]!);
  for (let change = random.word() % 5; change >= 0; change--) {
    const at = random.word() % (bytes.length + 1);
    const span = random.word() % 40;
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const kind = random.word() % 5;
    if (kind === 0 && at < bytes.length) bytes[at] = random.word();
    else if (kind === 1) bytes = Buffer.concat([before, after.subarray(span)]);
    else if (kind === 2) bytes = Buffer.concat([before, after.subarray(0, span), after]);
    else if (kind === 3) bytes = Buffer.concat([before, PIECES[random.word() % PIECES.length]!, after]);
    else bytes = Buffer.concat([before, SEEDS[random.word() % SEEDS.length]!.subarray(0, span), after]);
  }
  return bytes;
}

/** Whether text anywhere in the bytes could make an answer ours; folded lines joined as RFC 3261 §7.3.1 says. */
function couldBeOurs(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  return text.includes(BRANCH) && text.includes(CALL_ID) && /\b0*2[ \t\r\n\0]+REGISTER/.test(text) && /sip\/2\.0 \d{3}/i.test(text);
}

t.test(`${ROUNDS} mutated responses, seed ${SEED}`, (t) => {
  const random = new Random(SEED);
  let accepted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutant(random);
    const isStream = random.word() % 3 > 0;
    const cut = random.word() % (bytes.length + 1);
    const read = readSip(core, isStream ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes], isStream);
    for (const { ours, status } of read.messages) {
      if (!ours) continue;
      accepted += 1;
      const isFair = couldBeOurs(bytes) && status >= 100 && status <= 699;
      if (!isFair) t.fail(`round ${round}: taken for ours: ${JSON.stringify(bytes.toString("latin1"))}`);
    }
  }
  t.ok(accepted > ROUNDS / 50, `${accepted} mutants are still answers: the others were looked at to their end`);
  t.end();
});

t.test("a response to another request is never ours, however it is mutated", (t) => {
  const random = new Random(SEED + 1);
  const others = [[BRANCH, BRANCH.replace("1", "3")], [CALL_ID, CALL_ID.replace("0", "9")], ["2 REGISTER", "7 REGISTER"]] as const;
  for (let round = 0; round < ROUNDS / 4; round++) {
    const [from, to] = others[round % others.length]!;
    const bytes = Buffer.from(mutant(random).toString("latin1").replaceAll(from, to), "latin1");
    const { messages } = readSip(core, [bytes]);
    if (messages.some(({ ours }) => ours) && !couldBeOurs(bytes)) t.fail(`round ${round}: ${JSON.stringify(bytes.toString("latin1"))}`);
  }
  t.pass();
  t.end();
});
