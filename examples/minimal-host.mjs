// A whole host for Offhook's core in about 120 lines, on hal/ alone: it shows what an embedder has to write.
//
// In: build/core.wasm. Out: each display row as it changes, until the login prompt (exit 0) or 120 s of telephone time (exit 1).
// Everything is in memory and time is virtual: flash that obeys, a DHCP server, a file server that knows one script.
// Run it after `npm run build`: node examples/minimal-host.mjs

import { readFileSync } from "node:fs";
import { Info, RETAINED_BYTES, ResetCause, Status } from "../build/js/hal/abi.js";
import { BootState, EventKind } from "../build/js/hal/events.js";

const SERVER = 0x0a000802; // 10.0.8.2 is router, DHCP and file server.
const TELEPHONE = 0x0a000832;
const SCRIPT = "## The upgrade script of the minimal host\nSET SIPDOMAIN example.com\n";
const ROUND_TRIP_US = 200;
const FLASH_BYTES = 16 << 20;

const module = await WebAssembly.compile(readFileSync(new URL("../build/core.wasm", import.meta.url)));
const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
const staging = new Uint8Array(4 << 20);
const retained = new Uint8Array(RETAINED_BYTES);
/** What `sys_info` answers: the two names stand for software already stored, so nothing is downloaded. */
const info = new Map([
  [Info.Model, Buffer.from("9640D01A")],
  [Info.Mac, Buffer.from([0x00, 0x04, 0x0d, 0x12, 0x34, 0x56])],
  [Info.BootName, Buffer.from("stored-boot.bin")],
  [Info.AppName, Buffer.from("stored-application.bin")],
]);
let nowUs = 0;
let state = BootState.PowerUp;
let resetCause; // Set by the core: it wants to start again.
let answer = Buffer.alloc(0); // Bytes on their way to the core, of the datagram port or of the stream.
let request = "";

let core;
const memory = (ptr, bytes) => new Uint8Array(core.memory.buffer, ptr, bytes);
const copyOut = (source, ptr, capacity) => (memory(ptr, capacity).set(source.subarray(0, capacity)), Math.min(source.length, capacity));
const text = (ptr, bytes, encoding = "latin1") => Buffer.from(memory(ptr, bytes)).toString(encoding);
const words = (...values) => new Uint8Array(new Uint32Array(values).buffer); // Little endian, as in the core's memory.
const word = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

/** RFC 2131: DISCOVER is answered by OFFER, REQUEST by ACK; option 242 names the file server. */
function dhcpAnswer(query) {
  const reply = Buffer.alloc(240);
  reply.set(query.subarray(0, 44)); // Hardware type, transaction, flags and client address are echoed.
  reply[0] = 2;
  reply.set(word(TELEPHONE), 16);
  reply.set([99, 130, 83, 99], 236);
  const type = query[query.indexOf(Buffer.from([53, 1])) + 2] === 1 ? 2 : 5;
  const option242 = Buffer.from("HTTPSRVR=10.0.8.2");
  const options = [53, 1, type, 54, 4, ...word(SERVER), 51, 4, ...word(86400), 1, 4, 255, 255, 255, 0, 3, 4, ...word(SERVER)];
  return Buffer.concat([reply, Buffer.from([...options, 242, option242.length, ...option242, 255])]);
}

function httpAnswer(question) {
  const [, path] = question.split(" ");
  const [status, body] = path === "/96xxupgrade.txt" ? ["200 OK", SCRIPT] : ["404 Not Found", "no such file\n"];
  console.log(`GET ${path} ${status}`);
  return Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}

const hal = {
  sys_info: (item, ptr, capacity) => (info.has(item) ? copyOut(info.get(item), ptr, capacity) : Status.NotFound),
  sys_retained(write, ptr, bytes) {
    if (write) retained.set(memory(ptr, bytes));
    else memory(ptr, bytes).set(retained.subarray(0, bytes));
    return Status.Ok;
  },
  sys_event(ptr, bytes) {
    const record = memory(ptr, bytes); // Kind, then fields of id, type, length (2 bytes) and data.
    if (record[0] === EventKind.State) state = record[5];
    return Status.Ok;
  },
  sys_reset: (cause) => ((resetCause = cause), Status.Ok),
  sys_panic: (code, line, ptr, bytes) => (console.error(`assertion at ${text(ptr, bytes, "utf16le")}:${line}`), Status.Ok),
  entropy_fill: (ptr, bytes) => (memory(ptr, bytes).fill(4), Status.Ok), // A product asks its hardware.
  display_row(row, ptr, bytes) {
    console.log(`${(nowUs / 1e6).toFixed(3).padStart(8)}  row ${String(row).padStart(2)} |${text(ptr, bytes)}|`);
    return Status.Ok;
  },
  flash_geometry: (ptr, capacity) => copyOut(words(FLASH_BYTES, 4096, 32768, 65536, 256, 1, 0), ptr, capacity),
  flash_read: (offset, ptr, bytes) => (memory(ptr, bytes).set(flash.subarray(offset, offset + bytes)), Status.Ok),
  flash_erase_start: (offset, bytes) => (flash.fill(0xff, offset, offset + bytes), Status.Ok),
  flash_program_start: (offset, ptr, bytes) => (flash.set(memory(ptr, bytes), offset), Status.Ok),
  stage_size: () => staging.length,
  stage_write: (offset, ptr, bytes) => (staging.set(memory(ptr, bytes), offset), Status.Ok),
  stage_read: (offset, ptr, bytes) => (memory(ptr, bytes).set(staging.subarray(offset, offset + bytes)), Status.Ok),
  eth_link: () => 100,
  arp_probe: (address) => (address >>> 0 === SERVER ? 1 : 0), // The router answers ARP; nobody else has our address.
  udp_send: (handle, address, port, ptr, bytes) => ((answer = dhcpAnswer(Buffer.from(memory(ptr, bytes)))), bytes),
  udp_receive(handle, ptr, capacity, fromPtr) {
    const bytes = copyOut(answer, ptr, capacity);
    memory(fromPtr, 8).set(words(SERVER, 67));
    answer = Buffer.alloc(0);
    return bytes;
  },
  tcp_open: () => ((request = ""), 1),
  tcp_send(handle, ptr, bytes) {
    request += text(ptr, bytes);
    if (request.endsWith("\r\n\r\n")) answer = httpAnswer(request);
    return bytes;
  },
  tcp_receive(handle, ptr, capacity) {
    if (answer.length === 0) return request.endsWith("\r\n\r\n") ? Status.Closed : 0;
    const bytes = copyOut(answer, ptr, capacity);
    answer = answer.subarray(bytes);
    return bytes;
  },
  trust_key: () => Status.NotFound,
};
/** The rest has nothing to do here: done, idle, no key, not pending. */
for (const { name } of WebAssembly.Module.imports(module)) hal[name] ??= () => Status.Ok;

async function powerOn(cause) {
  core = (await WebAssembly.instantiate(module, { hal })).exports;
  core.core_start();
  core.init(0, cause);
  resetCause = undefined;
}

await powerOn(ResetCause.PowerUp);
while (state !== BootState.Login && nowUs < 120e6) {
  const waitUs = core.poll(nowUs | 0);
  nowUs += answer.length > 0 ? Math.min(waitUs, ROUND_TRIP_US) : waitUs; // News from outside is worth a poll at once.
  if (resetCause !== undefined) await powerOn(resetCause);
}
const reached = state === BootState.Login;
console.log(`the core ${reached ? "reached" : "did not reach"} the login prompt after ${(nowUs / 1e6).toFixed(3)} s`);
process.exitCode = reached ? 0 : 1;
