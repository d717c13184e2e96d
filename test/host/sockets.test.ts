// Goal: the sockets binding keeps the promises of hal/network.ts on real sockets, and says when somebody is waited for.
// Method: servers of the test's own on free loopback ports; every wait is for a wake call of the binding, never for time.

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import t, { type Test } from "tap";
import { Status, TcpFlag } from "../../hal/abi.js";
import { addressOf } from "../../host/network/address.js";
import { HANDLE_COUNT_MAX } from "../../host/network/network.js";
import { pattern } from "../support/site.js";
import { LOOPBACK, PHONE, SocketsBench } from "../support/sockets.js";

/** Listens on a free port; every connection goes to the function. */
async function serve(t: Test, onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    t.teardown(() => socket.destroy());
    onConnection(socket);
  });
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

t.test("connects without blocking, says whom it waits for, and carries bytes both ways", async (t) => {
  const port = await serve(t, (socket) => void socket.on("data", (data) => socket.write(data.map((byte) => byte ^ 0xff))));
  const bench = new SocketsBench();
  const { network } = bench;
  t.notOk(network.outstanding, "nothing is open");
  const handle = network.tcpOpen(LOOPBACK, port, 0);
  t.equal(network.tcpState(handle).status, Status.Pending);
  t.ok(network.outstanding, "connecting");
  t.equal(network.tcpSend(handle, pattern(3)), 0, "nothing is taken before it is open");
  await bench.until(() => network.tcpState(handle).status === Status.Ok);

  t.equal(network.tcpSend(handle, Uint8Array.of(1, 2, 3)), 3);
  const target = new Uint8Array(3);
  t.equal(network.tcpReceive(handle, target), 0, "not yet");
  t.ok(network.outstanding, "an answer is waited for");
  await bench.until(() => network.tcpReceive(handle, target) === 3);
  t.same([...target], [254, 253, 252]);
  t.notOk(network.outstanding, "it came, and nothing was asked since");
  t.equal(network.close(handle, false), Status.Ok);
  t.equal(network.close(handle, false), Status.Invalid);
  t.equal(network.tcpState(handle).status, Status.Invalid);
});

t.test("a refused port has a status and a reason for people", async (t) => {
  const port = await closedPort();
  const bench = new SocketsBench();
  const handle = await bench.open(port);
  t.same(bench.network.tcpState(handle), { status: Status.Refused, reason: `connect ECONNREFUSED 127.0.0.1:${port}` });
  t.equal(bench.network.tcpReceive(handle, new Uint8Array(1)), Status.Reset);
  t.notOk(bench.network.outstanding);
  bench.network.close(handle, true);
});

t.test("eight megabytes arrive whole before the orderly end, at any size of read", async (t) => {
  const sent = Buffer.from(pattern(8_000_000));
  const port = await serve(t, (socket) => void socket.end(sent));
  for (const capacity of [1000, 4096, 1_000_000]) {
    const bench = new SocketsBench();
    const handle = await bench.open(port);
    const { bytes, end } = await bench.readAll(handle, capacity);
    t.equal(end, Status.Closed);
    t.ok(bytes.equals(sent), `reads of ${capacity}`);
    bench.network.close(handle, false);
  }
});

t.test("a core that does not read holds the server back", async (t) => {
  const piece = Buffer.alloc(1024 * 1024);
  let sentCount = 0;
  const port = await serve(t, (socket) => {
    const next = (): void => void (sentCount++ < 64 && socket.write(piece, next));
    next();
  });
  const bench = new SocketsBench();
  const handle = await bench.open(port);
  await bench.until(() => bench.network.tcpReceive(handle, new Uint8Array(1)) === 1);
  t.notOk(bench.network.outstanding, "bytes are here; it is the core's turn");
  // Turns of the event loop, not time: unbounded reading would take all 64 MiB in about 1,000 of them.
  for (let turn = 0; turn < 4000; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
  // The kernel keeps a few megabytes for a loopback connection, the binding 128 KiB; the rest is still with the server.
  t.ok(sentCount < 32, `the server got rid of ${sentCount} MiB`);
  bench.network.close(handle, true);
});

t.test("sending is bounded, goes on when there is room, and a half-closed stream still answers", async (t) => {
  const pieces: Buffer[] = [];
  let received = 0;
  let server: Socket | undefined;
  const port = await serve(t, (socket) => {
    // The server's last word comes first; the telephone may still send.
    socket.end("ready");
    server = socket;
  });
  const bench = new SocketsBench();
  const handle = await bench.open(port);
  const first = await bench.readAll(handle);
  t.equal(first.bytes.toString(), "ready");
  t.equal(first.end, Status.Closed);

  // More than the kernel keeps for a server that does not read.
  const sent = pattern(16_000_000);
  const scratch = new Uint8Array(100_000);
  let offset = 0;
  const send = (): boolean => {
    for (let count = 1; count > 0 && offset < sent.length; offset += count) {
      const piece = scratch.subarray(0, Math.min(scratch.length, sent.length - offset));
      piece.set(sent.subarray(offset, offset + piece.length));
      count = bench.network.tcpSend(handle, piece);
      if (count > 65536) t.fail(`${count} bytes at once are more than a window`);
      // The core's buffer is the core's again at once.
      piece.fill(0);
    }
    return offset === sent.length;
  };
  for (let turn = 0; turn < 1000; turn++) {
    send();
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  t.ok(offset < sent.length, `held back after ${offset} bytes`);
  t.ok(bench.network.outstanding);
  const whole = new Promise<void>((resolve) => {
    server!.on("data", (data) => {
      pieces.push(data);
      received += data.length;
      if (received === sent.length) resolve();
    });
  });
  await bench.until(send);
  await whole;
  t.ok(Buffer.concat(pieces).equals(sent));
  bench.network.close(handle, false);
});

t.test("a reset is a reset, in both directions", async (t) => {
  const port = await serve(t, (socket) => void socket.on("data", () => socket.resetAndDestroy()));
  const bench = new SocketsBench();
  const handle = await bench.open(port);
  bench.network.tcpSend(handle, pattern(1));
  t.equal((await bench.readAll(handle)).end, Status.Reset);
  t.match(bench.network.tcpState(handle), { status: Status.Reset, reason: /ECONNRESET/ });
  t.equal(bench.network.tcpSend(handle, pattern(1)), Status.Reset);
  bench.network.close(handle, true);

  const ends: string[] = [];
  const heard = new Promise<void>((resolve) => {
    void serve(t, (socket) => {
      socket.resume();
      socket.on("error", (error: NodeJS.ErrnoException) => void ends.push(error.code ?? ""));
      socket.on("close", () => resolve());
    }).then(async (other) => bench.network.close(await bench.open(other), true));
  });
  await heard;
  t.same(ends, ["ECONNRESET"], "an abort sends a reset");
});

t.test("closing in order delivers what was sent before", async (t) => {
  let port = 0;
  const whole = new Promise<number>((resolve) => {
    void serve(t, (socket) => {
      let bytes = 0;
      socket.on("data", (data) => void (bytes += data.length));
      socket.on("end", () => resolve(bytes));
    }).then((value) => void (port = value)).then(async () => {
      const bench = new SocketsBench();
      const handle = await bench.open(port);
      bench.network.tcpSend(handle, pattern(50_000));
      bench.network.close(handle, false);
    });
  });
  t.equal(await whole, 50_000);
});

t.test("without an address, after a reset, with TLS and out of handles there are no streams", async (t) => {
  const port = await serve(t, (socket) => void socket.resume());
  const bench = new SocketsBench();
  const { network } = bench;
  const handle = await bench.open(port);
  network.configure(0);
  t.equal(network.tcpReceive(handle, new Uint8Array(1)), Status.Reset);
  t.equal(network.tcpState(network.tcpOpen(LOOPBACK, port, 0)).status, Status.Reset);
  network.configure(PHONE);
  t.equal(network.tcpOpen(LOOPBACK, port, TcpFlag.Tls), Status.Unsupported);
  t.equal(network.tcpState(network.tcpOpen(LOOPBACK, 70_000, 0)).status, Status.Unreachable, "not a port");
  t.equal(network.udpOpen(70_000), Status.Invalid);
  network.reset();
  t.equal(network.tcpState(handle).status, Status.Invalid);
  t.notOk(network.outstanding);
  for (let count = 0; count < HANDLE_COUNT_MAX; count++) network.udpOpen(68);
  t.equal(network.udpOpen(68), Status.NoSpace);
  t.equal(network.tcpOpen(LOOPBACK, port, 0), Status.NoSpace);
  network.reset();
});

t.test("DHCP is answered in the process, at once", (t) => {
  const { network } = new SocketsBench();
  network.configure(0);
  const handle = network.udpOpen(68);
  const discover = new Uint8Array(244);
  discover.set([1, 1, 6]);
  discover.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);
  t.equal(network.udpSend(handle, 0xffffffff, 67, discover), 244);
  const offer = network.udpReceive(handle);
  t.match(offer, { address: addressOf("10.0.8.1"), port: 67 });
  t.same([...offer!.data.subarray(16, 20)], [10, 0, 8, 50]);
  t.match(Buffer.from(offer!.data).toString("latin1"), "HTTPSRVR=127.0.0.1");
  t.equal(network.udpReceive(handle), null);
  t.notOk(network.outstanding, "nobody outside is asked");
  network.reset();
  t.end();
});

t.test("other datagrams are real ones", async (t) => {
  const echo = createSocket("udp4");
  t.teardown(() => echo.close());
  echo.on("message", (data, from) => echo.send([data, data], from.port, from.address));
  await new Promise<void>((resolve) => echo.bind(0, "127.0.0.1", resolve));
  const bench = new SocketsBench();
  const { network } = bench;
  const handle = network.udpOpen(0);
  t.equal(network.udpSend(handle, LOOPBACK, echo.address().port, Uint8Array.of(5, 6)), 2);
  t.ok(network.outstanding);
  let got = network.udpReceive(handle);
  await bench.until(() => (got ??= network.udpReceive(handle)) !== null);
  t.same([...got!.data], [5, 6, 5, 6]);
  t.match(got, { address: LOOPBACK, port: echo.address().port });
  t.notOk(network.outstanding);
  t.equal(network.udpSend(handle, LOOPBACK, 0, Uint8Array.of(1)), Status.Invalid, "no port");
  t.equal(network.udpSend(handle, LOOPBACK, 9, new Uint8Array(70_000)), Status.Invalid, "too long");

  const taken = network.udpOpen(echo.address().port);
  t.equal(network.udpSend(taken, LOOPBACK, echo.address().port, Uint8Array.of(7)), 1);
  let again = network.udpReceive(taken);
  await bench.until(() => (again ??= network.udpReceive(taken)) !== null);
  t.same([...again!.data], [7, 7], "a port that another program has is another one on this machine");
  network.reset();
});

t.test("names: the machine's own, and one that cannot be", async (t) => {
  const bench = new SocketsBench();
  const ask = async (name: string, servers: number[]): Promise<number | number[]> => {
    let answer: number | number[] = Status.Pending;
    await bench.until(() => (answer = bench.network.dnsResolve(name, servers)) !== Status.Pending);
    return answer;
  };
  t.equal(bench.network.dnsResolve("localhost", []), Status.Pending, "never at once");
  t.ok(bench.network.outstanding);
  t.same(await ask("localhost", [addressOf("10.0.8.1")]), [LOOPBACK]);
  t.notOk(bench.network.outstanding);
  t.equal(await ask("a".repeat(300), []), Status.NoName);
  const warnings: string[] = [];
  const warned = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", warned);
  t.equal(await ask("", []), Status.NoName, "an empty item of a list of servers");
  await new Promise<void>((resolve) => void setImmediate(resolve));
  process.off("warning", warned);
  t.same(warnings, [], "Node was not asked");
});

/** A name server on the one port that a resolver asks, or undefined where a test may not listen there. */
async function nameServer(): Promise<UdpSocket | undefined> {
  const server = createSocket("udp4");
  server.on("message", (question, from) => {
    // The same message as an answer: one address for names that start with "f", "no such name" for others.
    const found = question[13] === 0x66;
    const head = Buffer.from(question.subarray(0, 12));
    head.set([0x81, found ? 0x80 : 0x83, 0, 1, 0, found ? 1 : 0, 0, 0, 0, 0], 2);
    const body = question.subarray(12, question.indexOf(0, 12) + 5);
    const answer = found ? Buffer.from("c00c000100010000003c00040a000802", "hex") : Buffer.alloc(0);
    server.send(Buffer.concat([head, body, answer]), from.port, from.address);
  });
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.bind(53, "127.0.0.53", () => resolve(server));
  });
}

const names = await nameServer();
t.teardown(() => void names?.close());
const skip = names === undefined ? "no right to listen on 127.0.0.53 port 53 here" : false;
t.test("names: asked of the servers that the telephone was given", { skip }, async (t) => {
  const bench = new SocketsBench();
  const ask = async (name: string): Promise<number | number[]> => {
    let answer: number | number[] = Status.Pending;
    await bench.until(() => (answer = bench.network.dnsResolve(name, [addressOf("127.0.0.53")])) !== Status.Pending);
    return answer;
  };
  t.same(await ask("files.example.com"), [addressOf("10.0.8.2")]);
  t.equal(await ask("nobody.example.com"), Status.NoName);
});
