// Goal: the memory binding keeps the promises of hal/network.ts: order, bounds, orderly ends, resets, silence.
// Method: one telephone's calls against services that the test holds in its hand, in virtual time.

import t from "tap";
import { Status, TcpFlag } from "../../hal/abi.js";
import { addressOf, addressParse, addressText } from "../../host/network/address.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { HANDLE_COUNT_MAX, WINDOW_BYTES } from "../../host/network/network.js";
import { Scheduler } from "../../host/scheduler.js";
import { Site } from "../../host/site/site.js";
import { pattern, PlainService, runUntil } from "../support/site.js";

const SERVER = addressOf("10.0.8.2");
const SILENT = addressOf("10.0.8.99");
const PHONE = addressOf("10.0.8.50");

function bench() {
  const scheduler = new Scheduler();
  const site = new Site();
  const service = new PlainService();
  site.addStream(SERVER, 80, service);
  const network = new MemoryNetwork({ scheduler, site });
  network.configure(PHONE);
  return { scheduler, site, service, network };
}

/** Opens the stream to the service and waits until it is open. */
function opened(parts = bench()) {
  const { scheduler, network } = parts;
  const handle = network.tcpOpen(SERVER, 80, 0, "");
  runUntil(scheduler, () => network.tcpState(handle).status === Status.Ok);
  return { ...parts, handle };
}

/** Reads until the stream ends. Returns the bytes and how it ended. */
function readAll(parts: ReturnType<typeof opened>, capacity: number): { bytes: number[]; end: number } {
  const bytes: number[] = [];
  const target = new Uint8Array(capacity);
  let count = 0;
  const step = (): boolean => {
    for (count = parts.network.tcpReceive(parts.handle, target); count > 0;) {
      bytes.push(...target.subarray(0, count));
      count = parts.network.tcpReceive(parts.handle, target);
    }
    return count < 0;
  };
  runUntil(parts.scheduler, step);
  return { bytes, end: count };
}

t.test("addresses are strict decimal text", (t) => {
  t.equal(addressText(SERVER), "10.0.8.2");
  t.equal(addressText(-1), "255.255.255.255", "a negative bit pattern");
  t.equal(addressParse("255.255.255.255"), 0xffffffff);
  for (const wrong of ["", "10.0.8", "10.0.8.256", "010.0.8.2", "10.0.8.2 ", "1.2.3.4.5", "0x1.2.3.4"]) {
    t.equal(addressParse(wrong), undefined, `"${wrong}"`);
  }
  t.throws(() => addressOf("10.0.8"), RangeError);
  t.end();
});

t.test("a stream opens after a round trip and carries bytes both ways", (t) => {
  const { scheduler, service, network } = bench();
  const handle = network.tcpOpen(SERVER, 80, 0, "");
  t.equal(network.tcpState(handle).status, Status.Pending);
  t.equal(network.tcpSend(handle, pattern(3)), 0, "nothing is taken before it is open");
  t.ok(runUntil(scheduler, () => network.tcpState(handle).status === Status.Ok));
  t.equal(scheduler.nowUs, 200, "0.2 ms");
  t.same(service.peer?.from.address, PHONE);

  t.equal(network.tcpSend(handle, Uint8Array.of(1, 2, 3)), 3);
  t.ok(runUntil(scheduler, () => service.received.length === 3));
  t.same(service.received, [1, 2, 3]);
  service.peer?.send(Uint8Array.of(9, 8));
  const target = new Uint8Array(8);
  t.equal(network.tcpReceive(handle, target), 0, "not yet");
  t.ok(runUntil(scheduler, () => network.tcpReceive(handle, target) === 2));
  t.same([...target.subarray(0, 2)], [9, 8]);
  t.end();
});

t.test("an orderly end comes after the last byte, whatever the size of a read", (t) => {
  for (const capacity of [1, 7, 4096, 100_000]) {
    const parts = opened();
    const sent = pattern(capacity === 1 ? 5000 : 150_000);
    parts.service.peer?.send(sent);
    parts.service.peer?.close();
    const { bytes, end } = readAll(parts, capacity);
    t.equal(end, Status.Closed);
    t.ok(Buffer.from(bytes).equals(sent), `reads of ${capacity}`);
    t.equal(parts.network.tcpSend(parts.handle, Uint8Array.of(1)), Status.Closed);
  }
  t.end();
});

t.test("two megabytes take their time at 12 MB/s", (t) => {
  const parts = opened();
  const startUs = parts.scheduler.nowUs;
  parts.service.peer?.send(new Uint8Array(2_000_000));
  parts.service.peer?.close();
  t.equal(readAll(parts, 4096).bytes.length, 2_000_000);
  const tookUs = parts.scheduler.nowUs - startUs;
  t.ok(tookUs > 166_000 && tookUs < 168_000, `${tookUs} us`);
  t.end();
});

t.test("a telephone that does not read holds the sender back at 64 KiB", (t) => {
  const parts = opened();
  parts.service.peer?.send(pattern(200_000));
  t.notOk(runUntil(parts.scheduler, () => false), "everything that can happen has happened");
  const target = new Uint8Array(200_000);
  t.equal(parts.network.tcpReceive(parts.handle, target), WINDOW_BYTES);
  t.equal(parts.network.tcpReceive(parts.handle, target), 0, "the rest is on its way");
  runUntil(parts.scheduler, () => false);
  t.equal(parts.network.tcpReceive(parts.handle, target), WINDOW_BYTES);
  t.end();
});

t.test("the other direction is bounded too, and the bytes are copied", (t) => {
  const { scheduler, service, network, handle } = opened();
  const mine = pattern(100_000);
  t.equal(network.tcpSend(handle, mine), WINDOW_BYTES);
  t.equal(network.tcpSend(handle, mine), 0, "full");
  const sent = mine.slice(0, WINDOW_BYTES);
  mine.fill(0);
  runUntil(scheduler, () => service.received.length === WINDOW_BYTES);
  t.ok(Buffer.from(service.received).equals(sent));
  t.ok(network.tcpSend(handle, mine) > 0, "room again");
  t.end();
});

t.test("a reset loses what was not read, and says so from then on", (t) => {
  const { scheduler, service, network, handle } = opened();
  service.peer?.send(pattern(10));
  service.peer?.reset();
  runUntil(scheduler, () => false);
  t.equal(network.tcpReceive(handle, new Uint8Array(10)), Status.Reset);
  t.equal(network.tcpSend(handle, pattern(1)), Status.Reset);
  t.match(network.tcpState(handle), { status: Status.Reset, reason: /reset/ });
  t.end();
});

t.test("the telephone's own end reaches the service after its bytes", (t) => {
  for (const [abort, how] of [[false, "end"], [true, "reset"]] as const) {
    const { scheduler, service, network, handle } = opened();
    network.tcpSend(handle, pattern(5000));
    t.equal(network.close(handle, abort), Status.Ok);
    t.equal(network.close(handle, abort), Status.Invalid, "the handle is gone at once");
    t.equal(network.tcpState(handle).status, Status.Invalid);
    service.peer?.send(pattern(10));
    runUntil(scheduler, () => false);
    t.equal(service.received.length, 5000);
    t.same(service.ends, [how]);
  }
  t.end();
});

t.test("a port without a service refuses; an address without a host stays silent until the stack gives up", (t) => {
  const { scheduler, network } = bench();
  const refused = network.tcpOpen(SERVER, 81, 0, "files");
  runUntil(scheduler, () => network.tcpState(refused).status !== Status.Pending);
  t.match(network.tcpState(refused), { status: Status.Refused, reason: "files (10.0.8.2) port 81 refused the connection" });

  const silent = network.tcpOpen(SILENT, 80, 0, "");
  runUntil(scheduler, () => network.tcpState(silent).status !== Status.Pending);
  t.ok(scheduler.nowUs >= 30_000_000, "no answer for longer than any time-out of the core");
  t.match(network.tcpState(silent), { status: Status.TimedOut, reason: /no answer from 10\.0\.8\.99 port 80/ });
  t.end();
});

t.test("a silent connect that is given up leaves nothing behind", (t) => {
  const { scheduler, network } = bench();
  network.close(network.tcpOpen(SILENT, 80, 0, ""), true);
  runUntil(scheduler, () => false);
  t.ok(scheduler.nowUs < 1_000_000, "the stack's own time-out was taken back");
  t.end();
});

t.test("without an address, after a reset and with TLS there are no streams", (t) => {
  const { network, scheduler, service, handle } = opened();
  network.configure(0);
  t.equal(network.tcpReceive(handle, new Uint8Array(1)), Status.Reset, "an open one is reset");
  t.equal(network.tcpState(network.tcpOpen(SERVER, 80, 0, "")).status, Status.Reset);
  network.configure(PHONE);
  t.equal(network.tcpOpen(SERVER, 443, TcpFlag.Tls, ""), Status.Unsupported);
  const second = network.tcpOpen(SERVER, 80, 0, "");
  runUntil(scheduler, () => network.tcpState(second).status === Status.Ok);
  network.reset();
  t.equal(network.tcpState(second).status, Status.Invalid);
  runUntil(scheduler, () => false);
  t.same(service.ends, ["reset", "reset"], "the far end hears of each once");
  t.end();
});

t.test("handles are bounded", (t) => {
  const { network } = bench();
  for (let count = 0; count < HANDLE_COUNT_MAX; count++) t.ok(network.udpOpen(1000 + count) >= 0);
  t.equal(network.udpOpen(5), Status.NoSpace);
  t.equal(network.tcpOpen(SERVER, 80, 0, ""), Status.NoSpace);
  t.equal(network.udpReceive(999), null);
  t.equal(network.udpSend(999, SERVER, 1, pattern(1)), Status.Invalid);
  t.end();
});

t.test("datagrams reach one service or, as a broadcast, all; answers come back whole and bounded", (t) => {
  const { scheduler, site, network } = bench();
  const heard: string[] = [];
  for (const last of [2, 3]) {
    site.addDatagram(addressOf(`10.0.8.${last}`), 67, {
      receive: (data, from, reply) => {
        heard.push(`${last} from ${addressText(from.address)}:${from.port}`);
        reply(Uint8Array.of(last, data[0]!));
      },
    });
  }
  const handle = network.udpOpen(68);
  network.udpSend(handle, 0xffffffff, 67, Uint8Array.of(7));
  network.udpSend(handle, addressOf("10.0.8.3"), 67, Uint8Array.of(8));
  network.udpSend(handle, SILENT, 67, Uint8Array.of(9));
  runUntil(scheduler, () => false);
  t.same(heard, ["2 from 10.0.8.50:68", "3 from 10.0.8.50:68", "3 from 10.0.8.50:68"]);
  t.same(network.udpReceive(handle), { data: Uint8Array.of(2, 7), address: SERVER, port: 67 });
  t.same([...(network.udpReceive(handle)?.data ?? [])], [3, 7]);
  t.same([...(network.udpReceive(handle)?.data ?? [])], [3, 8]);
  t.equal(network.udpReceive(handle), null);

  for (let count = 0; count < 100; count++) network.udpSend(handle, SERVER, 67, Uint8Array.of(count));
  runUntil(scheduler, () => false);
  let kept = 0;
  while (network.udpReceive(handle) !== null) kept += 1;
  t.equal(kept, 32, "the queue keeps the first");
  t.end();
});

t.test("without an address only port 68 hears answers", (t) => {
  const { scheduler, site, network } = bench();
  site.addDatagram(SERVER, 67, { receive: (data, _from, reply) => reply(data) });
  network.configure(0);
  const client = network.udpOpen(68);
  const other = network.udpOpen(69);
  network.udpSend(client, 0xffffffff, 67, Uint8Array.of(1));
  network.udpSend(other, 0xffffffff, 67, Uint8Array.of(2));
  runUntil(scheduler, () => false);
  t.same([...(network.udpReceive(client)?.data ?? [])], [1]);
  t.equal(network.udpReceive(other), null);
  t.end();
});

t.test("names: found, unknown, and servers that do not answer", (t) => {
  const { scheduler, site, network } = bench();
  const server = addressOf("10.0.8.1");
  site.addNameServer(server);
  site.addName("Files.Example.com", [SERVER]);
  const ask = (name: string, servers: number[]): number | number[] => {
    let answer = network.dnsResolve(name, servers);
    runUntil(scheduler, () => (answer = network.dnsResolve(name, servers)) !== Status.Pending);
    return answer;
  };
  t.same(ask("files.example.com.", [server]), [SERVER]);
  t.equal(ask("nobody.example.com", [server]), Status.NoName);
  let startUs = scheduler.nowUs;
  t.same(ask("files.example.com", [SILENT, server]), [SERVER], "the second server");
  t.ok(scheduler.nowUs - startUs >= 5_000_000);
  startUs = scheduler.nowUs;
  t.equal(ask("files.example.com", [SILENT]), Status.TimedOut);
  t.ok(scheduler.nowUs - startUs >= 5_000_000);

  t.equal(network.dnsResolve("files.example.com", [SILENT]), Status.Pending);
  t.equal(network.dnsResolve("nobody.example.com", [server]), Status.Pending, "another name abandons the question");
  runUntil(scheduler, () => false);
  t.equal(network.dnsResolve("nobody.example.com", [server]), Status.NoName);
  t.end();
});

t.test("two runs are the same run", (t) => {
  const run = (): string[] => {
    const parts = opened();
    const log: string[] = [];
    parts.service.peer?.send(pattern(30_000));
    parts.service.peer?.close();
    const target = new Uint8Array(1000);
    runUntil(parts.scheduler, () => {
      const count = parts.network.tcpReceive(parts.handle, target);
      log.push(`${parts.scheduler.nowUs} ${count}`);
      return count < 0;
    });
    return log;
  };
  t.same(run(), run());
  t.end();
});
