// Goal: no answer of a file server traps the telephone, keeps it from ending, or gets a file stored that was not verified.
// Method: whole start-ups in virtual time. Answers, scripts and images are mutated with a seed that is printed when one fails; then
// mixes of faults in file server, flash and power, after which an ordinary start-up must finish the update.

import t, { type Test } from "tap";
import { FailingFlash } from "../../host/faults/failing-flash.js";
import { DEMO_FILE_PORT, DEMO_FILE_SERVER } from "../../host/site/demo.js";
import type { HttpFault, HttpFaultRule } from "../../host/site/http-faults.js";
import type { StreamPeer, StreamService } from "../../host/site/service.js";
import { mutate, type Chance } from "../support/mutate.js";
import { random } from "../support/random.js";
import { blockFile, play, SMALL_PART, software, type Played, type Scenario } from "../support/scenario.js";

const MUTANT_COUNT = Number(process.env["OFFHOOK_MUTANTS"] ?? 1000);
const MIX_COUNT = 100;

/** 64 units of a sector each: an application slot of 88 KiB, so that a whole update takes 20 ms of this machine's time. */
const TINY_PART = { ...SMALL_PART, name: "tiny", totalBytes: 0x40000 };
const stored = [software("app1.bin", { bytes: 2000, counter: 1 })];
const image = software("app2.bin", { bytes: 3000, counter: 2 });
const scriptFor = (app: string): string => `## Comment
IF $SIG SEQ 1 GOTO GETSET
IF $MODEL4 SEQ 9640 goto BOOT
GOTO END
# BOOT
IF $BOOTNAME SEQ "hb.bin" GOTO GETSET
SET APPNAME ${app}
SET SIPPROXYSRVR "10.0.8.3", "10.0.8.9"
SET SIPSIGNAL 1
# GETSET
GET 46xxsettings.txt
# END
`;
const SETTINGS = "SET PROCSTAT 1\n";
const HEAD_TOKENS = [
  "\r\n", "\r\n\r\n", "Content-Length: 5\r\n", "Content-Length: 99999999999\r\n", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n",
  "ffffffff\r\n", "Location: /x\r\n", "ETag: \"e\"\r\n", "HTTP/1.1 302 Found\r\n", "Content-Encoding: gzip\r\n", "\0",
  " ", ":", "A".repeat(2000),
];
const SCRIPT_TOKENS = [
  "\n", "\r", "# ", "GOTO ", "IF $MODEL SEQ ", "GET 96xxupgrade.txt\n", "SET APPNAME ", "SET HTTPSRVR 10.0.8.2\n", "SET HTTPDIR /a/\n", '"',
  ",", "$MACADDR", "\t", "\0", "\xff", "<html>", "SET PROCSTAT 1\n", "A".repeat(5000),
];
const IMAGE_TOKENS = ["\0\0\0\0", "\x07\x69", "\x08\x69", "\xff\xff", "\x3d\xb8\xf3\x96"];

type Ending = "close" | "reset" | "never";

interface Answer {
  readonly bytes: Uint8Array;
  readonly ending: Ending;
}

/** Sends whatever it is told, HTTP or not. */
class RawServer implements StreamService {
  readonly #answer: (path: string) => Answer;

  constructor(answer: (path: string) => Answer) {
    this.#answer = answer;
  }

  connect(peer: StreamPeer): ReturnType<StreamService["connect"]> {
    return { data: (bytes) => this.#send(peer, new TextDecoder().decode(bytes).split(" ")[1] ?? ""), closed: () => undefined };
  }

  #send(peer: StreamPeer, path: string): void {
    const { bytes, ending } = this.#answer(path);
    peer.send(bytes);
    if (ending === "close") peer.close();
    if (ending === "reset") peer.reset();
  }
}

function http(body: Uint8Array): Uint8Array {
  const head = `HTTP/1.1 200 OK\r\nServer: x\r\nETag: "1-2"\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Uint8Array.of(...new TextEncoder().encode(head), ...body);
}

/** Mutates the script, the image or the whole answer; the other files are right. */
function mutant(chance: Chance): (path: string) => Answer {
  const target = chance(3);
  return (path) => {
    const isImage = path.endsWith("app2.bin");
    const script = path.includes("settings") ? SETTINGS : scriptFor(target === 1 ? "app2.bin" : "app1.bin");
    const file = isImage ? image.bytes : new TextEncoder().encode(script);
    const hit = target === (isImage ? 1 : 0);
    const body = hit ? mutate(file, chance, isImage ? IMAGE_TOKENS : SCRIPT_TOKENS) : file;
    const answer = target === 2 && chance(2) === 0 ? mutate(http(body), chance, HEAD_TOKENS) : http(body);
    return { bytes: answer, ending: (["close", "close", "reset", "never"] as const)[chance(4)]! };
  };
}

const right = { "96xxupgrade.txt": scriptFor("app2.bin"), "46xxsettings.txt": SETTINGS, "app2.bin": image.bytes };
const tiny: Scenario = { name: "fuzz", part: TINY_PART, dirty: false, stored, stagingBytes: 0x40000, files: {} };
const digestOf = (played: Played): string[] =>
  played.events.flatMap((event) => (event.event === "image" && event.verdict === "accepted" ? [event.digest ?? ""] : []));

t.test(`${MUTANT_COUNT} mutated answers, scripts and images`, (t) => {
  const digests = digestOf(play({ ...tiny, files: right }));
  t.equal(digests.length, 1, "the right file is accepted");
  const codes = new Map<string, number>();
  for (let seed = 1; seed <= MUTANT_COUNT; seed++) {
    const server = new RawServer(mutant(random(seed)));
    const played = play({ ...tiny, ...constrained(seed), site: (site) => site.addStream(DEMO_FILE_SERVER, DEMO_FILE_PORT, server) });
    const { end } = played;
    codes.set(end.code, (codes.get(end.code) ?? 0) + 1);
    const strange = digestOf(played).filter((digest) => !digests.includes(digest));
    const lost = end.appname !== "app1.bin" && end.appname !== "app2.bin" ? [`runs ${end.appname}`] : [];
    const wrong = [...played.violations, ...strange, ...lost, ...(end.code === "timeout" ? ["no end"] : [])];
    if (wrong.length > 0) return fail(t, seed, wrong);
  }
  t.comment([...codes].map(([code, count]) => `${code} ${count}`).sort().join(", "));
  t.ok(codes.size >= 6, "the mutants go wrong in many ways"); // A request that came to nothing has one code, however it did.
  t.end();
});

/** Every third telephone has no staging: what it is sent goes into its slot as it arrives. */
function constrained(seed: number): Partial<Scenario> {
  return seed % 3 === 0 ? { stagingBytes: 0, mayGiveUp: true } : {};
}

const PATHS = ["/96xxupgrade.txt", "/app2.bin", "/46xxsettings.txt"];

function anyFault(chance: Chance): HttpFault {
  const kinds: readonly HttpFault[] = [
    { kind: "status", status: [404, 500, 503][chance(3)]! }, { kind: "html" }, { kind: "short", bytes: chance(3000) },
    { kind: "reset", bytes: chance(3000) }, { kind: "slow", bytesPerSecond: 500 + chance(5000) }, { kind: "silent" },
    { kind: "endless-headers" }, { kind: "chunked", bytes: 1 + chance(900) }, { kind: "refuse" },
    { kind: "redirect", status: 302, location: PATHS[chance(3)]! },
  ];
  return kinds[chance(kinds.length)]!;
}

/** Up to three faults of the file server, perhaps a failing chip, perhaps a cut. */
function mix(chance: Chance): Scenario {
  const rule = (): HttpFaultRule => ({ path: PATHS[chance(3)]!, times: 1 + chance(3), fault: anyFault(chance) });
  const rules = Array.from({ length: chance(4) }, rule);
  const failure = { kind: chance(2) === 0 ? "erase" : "program", after: chance(30), lasting: chance(2) === 0 } as const;
  const cut = { operation: chance(2) === 0 ? "erase" : "program", after: chance(14) } as const;
  return {
    ...tiny, files: right, faults: rules,
    ...(chance(2) === 0 ? { wrap: (flash) => new FailingFlash(flash, failure) } : {}), ...(chance(2) === 0 ? { cut } : {}),
  };
}

t.test(`${MIX_COUNT} mixes of faults`, (t) => {
  let updated = 0;
  for (let seed = 1; seed <= MIX_COUNT; seed++) {
    const small = constrained(seed);
    const files = seed % 6 === 0 ? { ...right, "app2.bin.blocks": blockFile(image, { counter: 2 }) } : right;
    const played = play({ ...mix(random(seed)), ...small, files });
    const later = play({ ...tiny, ...small, files, contents: played.board.flash.contents() });
    if (played.end.appname === "app2.bin") updated += 1;
    const finished = later.end.ok && later.end.appname === "app2.bin";
    const unfinished = finished ? [] : [`a later start-up ends with ${later.end.appname}, ${later.end.code}`];
    const wrong = [...played.violations, ...later.violations, ...unfinished, ...(played.end.code === "timeout" ? ["no end"] : [])];
    if (wrong.length > 0) return fail(t, seed, wrong);
  }
  t.ok(updated > MIX_COUNT / 5 && updated < MIX_COUNT, `${updated} of ${MIX_COUNT} finished the update despite their faults`);
  t.end();
});

function fail(t: Test, seed: number, wrong: readonly string[]): void {
  t.fail(`seed ${seed}: ${wrong.slice(0, 5).join("; ")}`);
  t.end();
}
