// Goal: TLS over any network carries every byte, ends as the stream below ends, says what is wrong, and costs a run nothing of its
// repeatability. Method: engines on both sides over the memory binding and the wire; a plain server of Node on loopback; two runs compared.

import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import t, { type Test } from "tap";
import { Status, TcpFlag } from "../../hal/abi.js";
import { addressOf } from "../../host/network/address.js";
import { localDhcp } from "../../host/network/local-dhcp.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { SocketsNetwork } from "../../host/network/sockets.js";
import { EngineQuiet } from "../../host/network/tls-node-quiet.js";
import { TlsService } from "../../host/network/tls-node-server.js";
import { TlsNetwork } from "../../host/network/tls-node.js";
import { Scheduler } from "../../host/scheduler.js";
import { lanTlsIdentity, type LanTls } from "../../host/site/lan-tls.js";
import type { StreamHandler, StreamPeer, StreamService } from "../../host/site/service.js";
import { Site } from "../../host/site/site.js";
import { office, telephone } from "../support/lans.js";
import { playSettled } from "../support/scenario.js";
import { DATE_MS, lanTrust, tlsPlan } from "../support/tls.js";

const SERVER = addressOf("10.0.8.3");
const TLS = TcpFlag.Tls | TcpFlag.CheckName;
const pattern = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 0xff);

/** A telephone's network and a far end in memory, with TLS between; time moves only in `until`. */
class Bench {
  readonly scheduler = new Scheduler();
  readonly network: TlsNetwork;
  /** Ends the stream below TLS. */
  cut: () => void = () => undefined;

  readonly below: MemoryNetwork;

  constructor(service: StreamService, tls: LanTls = {}) {
    const { scheduler } = this;
    const quiet = new EngineQuiet();
    const site = new Site();
    const sealed = new TlsService({ service, ...lanTlsIdentity(tls, "10.0.8.3"), scheduler, quiet });
    site.addStream(SERVER, 443, tls.plain === true ? service : {
      refuses: () => sealed.refuses(),
      connect: (peer) => {
        this.cut = () => peer.close();
        return sealed.connect(peer);
      },
    });
    const trust = lanTrust();
    const below = this.below = new MemoryNetwork({ scheduler, site });
    below.configure(addressOf("10.0.8.50"));
    this.network = new TlsNetwork({ below, scheduler, trusted: () => trust.trusted, dateMs: DATE_MS, quiet });
  }

  open(): number {
    return this.network.tcpOpen(SERVER, 443, TLS, "10.0.8.3");
  }

  /** Looks after every event, as a core that is polled does; false when nothing more happens. */
  async until(done: () => boolean): Promise<boolean> {
    while (!done()) {
      await this.network.settle();
      const nextUs = this.scheduler.nextUs();
      if (nextUs === undefined) return false;
      this.scheduler.nowUs = nextUs;
      this.scheduler.runDue();
    }
    return true;
  }

  async read(handle: number): Promise<{ bytes: Uint8Array; end: number }> {
    const pieces: Uint8Array[] = [];
    const target = new Uint8Array(4096);
    let count = 0;
    await this.until(() => {
      for (count = this.network.tcpReceive(handle, target); count > 0; count = this.network.tcpReceive(handle, target)) {
        pieces.push(target.slice(0, count));
      }
      return count < 0;
    });
    return { bytes: Buffer.concat(pieces), end: count };
  }
}

/** Answers the first bytes with many, and ends as it is told. */
function answering(bytes: number, end: "close" | "reset" | "stay"): StreamService & { heard: Buffer; ended: string } {
  const service = {
    heard: Buffer.alloc(0), ended: "",
    connect: (peer: StreamPeer): StreamHandler => ({
      data: (data) => {
        if (service.heard.length === 0) {
          peer.send(pattern(bytes));
          if (end === "close") peer.close();
          else if (end === "reset") setImmediate(() => peer.reset());
        }
        service.heard = Buffer.concat([service.heard, data]);
      },
      closed: (how) => {
        service.ended = how;
      },
    }),
  };
  return service;
}

t.test("bytes both ways, more than a window of them, and the end in order", async (t) => {
  const service = answering(300_000, "close");
  const bench = new Bench(service);
  const handle = bench.open();
  t.same(bench.network.tcpState(handle), { status: Status.Pending, reason: "" });
  t.same(bench.network.tcpSend(handle, pattern(3)), 0, "nothing is taken before it is open");
  t.ok(await bench.until(() => bench.network.tcpState(handle).status !== Status.Pending));
  t.same(bench.network.tcpState(handle).status, Status.Ok);
  t.same(bench.network.tcpSend(handle, pattern(1000)), 1000);
  const { bytes, end } = await bench.read(handle);
  t.ok(bytes.length === 300_000 && Buffer.from(pattern(300_000)).equals(bytes), "every byte, in order");
  t.same([end, service.heard.length], [Status.Closed, 1000]);
  t.same(bench.network.close(handle, false), Status.Ok);
  t.same(bench.network.close(handle, false), Status.Invalid);
});

t.test("the telephone ends it in order, and at once", async (t) => {
  for (const abort of [false, true]) {
    const service: StreamService & { how: string } = {
      how: "", connect: () => ({ data: () => undefined, closed: (how) => void (service.how = how) }),
    };
    const bench = new Bench(service);
    const handle = bench.open();
    await bench.until(() => bench.network.tcpState(handle).status === Status.Ok);
    bench.network.close(handle, abort);
    await bench.until(() => service.how !== "");
    t.same(service.how, abort ? "reset" : "end");
    await bench.until(() => false);
    t.same(bench.network.outstanding, false);
  }
});

t.test("a goodbye that the network below does not take is given up", async (t) => {
  const bench = new Bench({ connect: () => ({ data: () => undefined, closed: () => undefined }) });
  const handle = bench.open();
  await bench.until(() => bench.network.tcpState(handle).status === Status.Ok);
  const closed: [handle: number, abort: boolean][] = [];
  bench.below.tcpSend = () => 0;
  bench.below.close = (...how) => closed.push(how) && Status.Ok;
  const startUs = bench.scheduler.nowUs;
  bench.network.close(handle, false);
  await bench.until(() => closed.length > 0);
  t.same([closed, bench.scheduler.nowUs - startUs], [[[handle, true]], 5_000_000], "at once, after five seconds");
});

t.test("the date of the telephone goes on with its time", async (t) => {
  const service: StreamService = { connect: () => ({ data: () => undefined, closed: () => undefined }) };
  const bench = new Bench(service, { from: "2026-11-27" });
  const state = async (): Promise<number> => {
    const handle = bench.open();
    await bench.until(() => bench.network.tcpState(handle).status !== Status.Pending);
    return bench.network.tcpState(handle).status;
  };
  t.equal(await state(), Status.TlsNotYetValid, "the day before");
  bench.scheduler.nowUs += 24 * 3600 * 1_000_000;
  t.equal(await state(), Status.Ok, "a day later");
});

t.test("a reset in the middle is one", async (t) => {
  const bench = new Bench(answering(10, "reset"));
  const handle = bench.open();
  await bench.until(() => bench.network.tcpState(handle).status === Status.Ok);
  bench.network.tcpSend(handle, pattern(5));
  t.same((await bench.read(handle)).end, Status.Reset);
});

t.test("an end below that TLS did not say is a reset: what came may be cut short", async (t) => {
  const bench = new Bench(answering(300, "stay"));
  const handle = bench.open();
  await bench.until(() => bench.network.tcpState(handle).status === Status.Ok);
  bench.network.tcpSend(handle, pattern(5));
  const target = new Uint8Array(400);
  t.ok(await bench.until(() => bench.network.tcpReceive(handle, target) === 300), "what came is given");
  bench.cut();
  t.same((await bench.read(handle)).end, Status.Reset);
  t.match(bench.network.tcpState(handle), { status: Status.Reset, reason: /without ending TLS \(close_notify\)/ });
});

t.test("what keeps a stream from being open, each with its status and a reason", async (t) => {
  const silent: StreamService = { connect: () => ({ data: () => undefined, closed: () => undefined }) };
  const ending: StreamService = { connect: (peer) => ({ data: () => peer.close(), closed: () => undefined }) };
  const speaking: StreamService = { connect: (peer) => ({ data: () => peer.send(pattern(40)), closed: () => undefined }) };
  const alert: StreamService = {
    connect: (peer) => ({ data: () => peer.send(Uint8Array.of(21, 3, 3, 0, 2, 2, 40)), closed: () => undefined }),
  };
  const refusing: StreamService = { ...silent, refuses: () => true };
  const cases: [StreamService, LanTls, Status, RegExp][] = [
    [silent, { plain: true }, Status.TlsFailed, /no answer to the TLS handshake in 8 s/],
    [ending, { plain: true }, Status.TlsFailed, /ended the connection in the middle of the TLS handshake/],
    [speaking, { plain: true }, Status.TlsPlain, /no TLS on this port: it answers "/],
    [alert, { plain: true }, Status.TlsFailed, /handshake failure/],
    [refusing, {}, Status.Refused, /refused the connection/],
    [silent, { to: "2024-03-01" }, Status.TlsExpired, /^certificate expired on 2024-03-01; the telephone's date is 2026-11-26$/],
    [silent, { from: "2027-01-01" }, Status.TlsNotYetValid, /^certificate is not valid before 2027-01-01/],
    [silent, { names: ["a.example", "10.0.8.4"] }, Status.TlsName, /is for a.example, 10.0.8.4, and the address 10.0.8.3 is not/],
    [silent, { issuer: "stranger" }, Status.TlsUnknownCa, /Nobody's authority, which is not trusted/],
    [silent, { issuer: "itself" }, Status.TlsUnknownCa, /signed by itself/],
  ];
  for (const [service, tls, status, reason] of cases) {
    const bench = new Bench(service, tls);
    const handle = bench.open();
    await bench.until(() => bench.network.tcpState(handle).status !== Status.Pending);
    const state = bench.network.tcpState(handle);
    t.same(state.status, status, state.reason);
    t.match(state.reason, reason);
    t.same([bench.network.tcpSend(handle, pattern(1)), bench.network.tcpReceive(handle, new Uint8Array(1))], [Status.Reset, Status.Reset]);
    bench.network.close(handle, false);
  }
});

t.test("without the flag nothing is sealed, and a reset of the telephone closes everything", async (t) => {
  const service = answering(10, "close");
  const bench = new Bench(service, { plain: true });
  const handle = bench.network.tcpOpen(SERVER, 443, 0, "");
  await bench.until(() => bench.network.tcpState(handle).status === Status.Ok);
  bench.network.tcpSend(handle, pattern(3));
  t.same((await bench.read(handle)).bytes.length, 10);
  const open = bench.open();
  bench.network.reset();
  t.same(bench.network.tcpState(open).status, Status.Invalid);
});

t.test("two runs of a seed differ in sealed bytes alone", async (t) => {
  const run = async (): Promise<string[]> => {
    const frames: string[] = [];
    let nowUs = (): number => 0;
    const { transcript } = await playSettled({
      ...telephone, name: "same", tls: tlsPlan(),
      lan: office({ option242: "TLSSRVR=10.0.8.2" }, { fileServer: { address: "10.0.8.2", demo: true, tls: {} } }),
      built: (_built, scheduler) => void (nowUs = () => scheduler.nowUs),
      // Ethernet, IPv4 and TCP headers without the checksum, which covers what is sealed.
      onFrame: (direction, frame) => {
        const head = Buffer.from(frame.subarray(0, 54)).fill(0, 50, 52).toString("hex");
        frames.push(`${nowUs()} ${direction} ${frame.length} ${head}`);
      },
    });
    return [...frames, transcript];
  };
  const [first, second] = [await run(), await run()];
  t.ok(first.length > 60);
  t.same(first, second);
});

/** A server of the machine on loopback. */
async function listening(t: Test, server: Server): Promise<number> {
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

t.test("over the machine's own sockets", async (t) => {
  const { certificate, key } = lanTlsIdentity({ names: ["127.0.0.1"] }, "127.0.0.1");
  const secure = createTlsServer({ cert: certificate, key }, (socket) => void socket.on("data", (data) => socket.end(data.reverse())));
  const plain = createServer((socket) => void socket.on("data", () => socket.end("no\r\n")).on("error", () => undefined));
  const waiters: (() => void)[] = [];
  const wake = (): void => waiters.splice(0).forEach((waiter) => waiter());
  const scheduler = new Scheduler();
  const below = new SocketsNetwork({ dhcp: localDhcp({ option242: "" }), wake });
  below.configure(addressOf("10.0.8.50"));
  const trust = lanTrust();
  const network = new TlsNetwork({ below, scheduler, trusted: () => trust.trusted, dateMs: DATE_MS, wake });
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      await new Promise<void>((resolve) => void waiters.push(resolve));
      scheduler.runDue();
    }
  };
  const handle = network.tcpOpen(addressOf("127.0.0.1"), await listening(t, secure), TLS, "127.0.0.1");
  await until(() => network.tcpState(handle).status !== Status.Pending);
  t.same(network.tcpState(handle), { status: Status.Ok, reason: "" });
  t.same(network.tcpSend(handle, Uint8Array.of(1, 2, 3)), 3);
  const target = new Uint8Array(16);
  t.ok(network.tcpReceive(handle, target) === 0 && network.outstanding, "an answer is waited for");
  await until(() => network.tcpReceive(handle, target) === 3);
  t.same([...target.subarray(0, 3)], [3, 2, 1]);
  await until(() => network.tcpReceive(handle, target) === Status.Closed);
  network.close(handle, false);

  const other = network.tcpOpen(addressOf("127.0.0.1"), await listening(t, plain), TLS, "127.0.0.1");
  await until(() => network.tcpState(other).status !== Status.Pending);
  t.match(network.tcpState(other), { status: Status.TlsPlain, reason: /it answers "no"/ });
  network.close(other, false);
  network.reset();
});
