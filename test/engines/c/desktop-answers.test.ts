// Goal: each call that the telephone in C answers by itself is answered as docs/ABI.md promises, also where the core never goes.
// Method: a module that examines its host (test/support/examining-module.ts) for a core, under gcc's sanitizers, with a server and a socket
// of this process as its far end: limits, refusals, streams that are refused, end and are reset, resets and traps.

import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import t, { type Test } from "tap";
import { ABI_VERSION, ResetCause, Status } from "../../../hal/abi.js";
import { bench, compiled, OUT, skip, WASM2C } from "../../support/desktop-bench.js";
import { type Examination, examiningModule, type Question } from "../../support/examining-module.js";

const PROGRAM = "desktop-examined";
const MEMORY_BYTES = 262_144;
const STAGING_BYTES = 8 * 1024 * 1024;
const LOCAL = 0x7f000001;
const [LINE, PC] = [0, 1];
/** What is at which place in the module's memory. */
const [HELLO, NAME, NOTHING, ESCAPE, ROOM, FROM, LONG] = [0x100, 0x140, 0x180, 0x1c0, 0x2000, 0x3000, 0x8000];

interface FarEnd {
  readonly udp: number;
  readonly tcp: number;
  readonly closed: number;
}

/** A datagram is answered by one that is too long, an empty one and a good one; a stream by `world` and its end. */
async function farEnd(t: Test): Promise<FarEnd> {
  const socket = createSocket("udp4");
  socket.on("message", (_data, { address, port }) => {
    for (const text of ["much too long a datagram", "", "short"]) socket.send(text, port, address);
  });
  const server = createServer((stream) => void stream.on("error", () => undefined).once("data", () => void stream.end("world")));
  const spare = createServer();
  await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
  for (const each of [server, spare]) await new Promise<void>((resolve) => void each.listen(0, "127.0.0.1", resolve));
  const [tcp, closed] = [server, spare].map((each) => (each.address() as AddressInfo).port);
  await new Promise<void>((resolve) => void spare.close(() => resolve()));
  t.teardown(() => {
    socket.close();
    server.close();
  });
  return { udp: socket.address().port, tcp: tcp!, closed: closed! };
}

const { Ok, Invalid, NotFound, OutOfRange, Unsupported, NoLink, Refused, Reset, Closed, NoName, Protected } = Status;

const withoutAddress = ({ udp, tcp }: FarEnd): Question[] => [
  { call: ["udp_open", 0], now: 0 },
  { call: ["udp_send", 0, LOCAL, udp, HELLO, 5], now: NoLink },
  { call: ["tcp_open", LOCAL, tcp, 0, NAME, 0], now: 1 },
  { call: ["tcp_state", 1, ROOM, 64], now: Reset },
  { at: ROOM, memory: "the telephone has no address yet\0" },
  { call: ["net_close", 1, 1], now: Ok },
  { call: ["net_close", 1, 1], now: Invalid },
  { call: ["net_configure", 0x0a000832, -256, 0, 1500], now: Ok },
];

const datagrams = ({ udp }: FarEnd): Question[] => [
  ...[-1, 65_536].map((port): Question => ({ call: ["udp_open", port], now: Invalid })),
  { call: ["udp_open", 68], now: Unsupported },
  { call: ["udp_receive", 0, ROOM, 10, FROM], now: 0 },
  { call: ["udp_send", 0, LOCAL, 0, HELLO, 5], now: Invalid },
  { call: ["udp_send", 9, LOCAL, udp, HELLO, 5], now: Invalid },
  { call: ["udp_send", 0, LOCAL, udp, HELLO, 5], now: 5 },
  { call: ["udp_receive", 0, ROOM, 10, FROM], soon: 5 },
  { at: ROOM, memory: "short" },
  { at: FROM, memory: String.fromCharCode(1, 0, 0, 127, udp & 255, udp >> 8, 0, 0) },
];

const streams = ({ tcp, closed }: FarEnd): Question[] => [
  ...[0, -1, 65_536].map((port): Question => ({ call: ["tcp_open", LOCAL, port, 0, NAME, 0], now: Invalid })),
  { call: ["tcp_open", LOCAL, tcp, 1, NAME, 9], now: Unsupported },
  { call: ["tcp_open", LOCAL, closed, 0, NAME, 0], now: 2 },
  { call: ["tcp_state", 2, ROOM, 64], soon: Refused },
  { at: ROOM, memory: "Connection refused\0" },
  { call: ["tcp_send", 2, HELLO, 5], now: Reset },
  { call: ["tcp_receive", 2, ROOM, 5], now: Reset },
  { call: ["tcp_open", LOCAL, tcp, 0, NAME, 0], now: 3 },
  { call: ["tcp_state", 3, ROOM, 64], soon: Ok },
  { call: ["tcp_receive", 3, ROOM, 3], now: 0 },
  { call: ["tcp_send", 3, HELLO, 5], now: 5 },
  { call: ["tcp_receive", 3, ROOM, 3], soon: 3 },
  { call: ["tcp_receive", 3, ROOM + 3, 64], soon: 2 },
  { at: ROOM, memory: "world" },
  { call: ["tcp_receive", 3, ROOM, 64], soon: Closed },
  { call: ["tcp_receive", 3, ROOM, 64], now: Closed },
  { call: ["udp_send", 3, LOCAL, tcp, HELLO, 5], now: Invalid },
  { call: ["net_configure", 0, 0, 0, 1500], now: Ok },
  { call: ["tcp_state", 3, ROOM, 64], now: Reset },
  { call: ["udp_send", 0, LOCAL, tcp, HELLO, 5], now: NoLink },
];

const names: readonly Question[] = [
  { call: ["dns_resolve", NAME, 9, ROOM, 0, ROOM, 4], soon: 1 },
  { at: ROOM, memory: "\x01\0\0\x7f" },
  { call: ["dns_resolve", NAME, 0, ROOM, 0, ROOM, 4], now: NoName },
  { call: ["dns_resolve", NAME, 10, ROOM, 0, ROOM, 4], now: NoName },
  { call: ["dns_resolve", LONG, 256, ROOM, 0, ROOM, 4], now: Invalid },
  { call: ["dns_resolve", NAME, 9, ROOM, 9, ROOM, 4], now: Invalid },
];

const itself: readonly Question[] = [
  { call: ["sys_info", 0, MEMORY_BYTES - 8, 8], now: 8 },
  { at: MEMORY_BYTES - 8, memory: "9640D01A" },
  { call: ["sys_info", 0, MEMORY_BYTES - 7, 8], now: Invalid },
  { call: ["sys_info", 0, ROOM, 3], now: 3 },
  { call: ["sys_info", 16, ROOM, 64], now: 10 },
  { at: ROOM, memory: "USE_DHCP=0" },
  ...[15, 1000, -1].map((item): Question => ({ call: ["sys_info", item, ROOM, 64], now: NotFound })),
  { call: ["sys_retained", 0, NOTHING, 129], now: Invalid },
  { call: ["entropy_fill", ROOM + 64, 32], now: Ok },
  { at: ROOM + 64, filled: true },
  { at: ROOM + 92, filled: true },
  { call: ["entropy_fill", ROOM, 257], now: Invalid },
  { call: ["trust_key", 0, ROOM, 1024], now: 44 },
  { at: ROOM, memory: "0*0\x05\x06\x03+ep" },
  { call: ["trust_key", 1, ROOM, 1024], now: NotFound },
  { call: ["keypad_read"], now: 0 },
  { call: ["display_row", 12, HELLO, 5], now: Invalid },
  { call: ["display_row", -1, HELLO, 5], now: Invalid },
  { call: ["display_row", 0, LONG, 256], now: Invalid },
  { call: ["display_set", 9, 1], now: Invalid },
  { call: ["sys_event", LONG, 1025], now: Invalid },
];

const staging: readonly Question[] = [
  { call: ["stage_size"], now: STAGING_BYTES },
  { call: ["stage_write", STAGING_BYTES - 5, HELLO, 5], now: Ok },
  { call: ["stage_write", 0, NAME, 5], now: Ok },
  { call: ["stage_read", STAGING_BYTES - 5, ROOM, 5], now: Ok },
  { at: ROOM, memory: "hello" },
  ...[STAGING_BYTES - 4, STAGING_BYTES, -1].flatMap((offset): Question[] =>
    [{ call: ["stage_write", offset, HELLO, 5], now: OutOfRange }, { call: ["stage_read", offset, ROOM, 5], now: OutOfRange }]),
];

/** Is gone with a reset: what was protected, what was shown. */
const shownAndProtected: readonly Question[] = [
  { call: ["display_row", 0, HELLO, 5], now: Ok },
  { call: ["display_row", 1, ESCAPE, 8], now: Ok },
  { call: ["flash_protect", 0, 4096, 1], now: Ok },
  { call: ["flash_erase_start", 0, 4096], now: Protected },
];

const hasNot: readonly Question[] = [
  { call: ["eth_link", LINE], now: 100 | (1 << 16) },
  { call: ["eth_link", PC], now: 0 },
  { call: ["eth_configure", LINE, 1, 0, 0], now: Ok },
  { call: ["eth_configure", LINE, 1, 1, 5], now: Unsupported },
  { call: ["eth_configure", PC, 1, 0, 0], now: Unsupported },
  { call: ["eth_send", HELLO, 5], now: NoLink },
  { call: ["eth_receive", ROOM, 64], now: 0 },
  { call: ["arp_probe", LOCAL], now: Unsupported },
  { call: ["se_poll"], now: Unsupported },
];

/** Power-up, a reset that the core wants, then traps until nobody makes another instance. */
const examination = (far: FarEnd): Examination => ({
  abiVersion: ABI_VERSION,
  texts: { [HELLO]: "hello", [NAME]: "localhost\0", [ESCAPE]: "\x1b[2J\x9b\x7f\xe9~", [LONG]: "x".repeat(300) },
  instances: [
    {
      cause: ResetCause.PowerUp,
      questions: [...withoutAddress(far), ...datagrams(far), ...streams(far), ...names, ...itself, ...staging, ...hasNot,
        ...shownAndProtected],
      end: ["sys_reset", ResetCause.Vlan],
    },
    {
      cause: ResetCause.Vlan,
      questions: [{ call: ["udp_send", 0, LOCAL, far.udp, HELLO, 5], now: Invalid }, { call: ["net_close", 3, 0], now: Invalid },
        { call: ["display_row", 0, HELLO, 5], now: Ok }, { call: ["flash_erase_start", 0, 4096], now: Ok }],
      end: "trap",
    },
    ...[1, 2, 3].map(() => ({ cause: ResetCause.Panic, questions: [], end: "trap" as const })),
  ],
});

t.test("the telephone in C answers as the contract says", { skip }, async (t) => {
  const folder = `${OUT}-examined`;
  mkdirSync(folder, { recursive: true });
  const [text, module] = [join(folder, "examining.wat"), join(folder, "examining.wasm")];
  const { phone } = await bench(t, PROGRAM, { out: folder });
  writeFileSync(text, examiningModule(examination(await farEnd(t))));
  const made = spawnSync(WASM2C.replace(/wasm2c$/, "wat2wasm"), [text, "-o", module], { encoding: "utf8", env: process.env });
  t.same([made.status, made.stderr], [0, ""]);
  compiled(t, PROGRAM, { out: folder, module });
  const { code, output } = await phone(t, "chip.bin", ["--seconds", "30"]).end;
  t.notMatch(output, /assertion/, "the number of the question, and in the line's place the answer");
  t.equal(code, 1, output);
  t.match(output, / prompt +\.\[2J\.\.é~\n/, "a text commands no terminal, and Latin-1 is UTF-8 there");
  t.equal(output.match(/ title +hello\n/g)?.length, 2, "what a row showed is forgotten with a reset");
  t.match(output, "desktop: the core stopped\n", "the fourth trap is the last");
});
