// Goal: our stack and the Linux kernel understand each other: ARP, ping, TCP opened from either side, VLANs, a bad wire.
// Method: TAPs in a network namespace, joined to the stack by a switch port in user space. 64 MiB in each direction at the
// same time; both ends compare SHA-256 with the stream that they know. With 1 % loss the same again. Every frame of the
// shorter exchanges is captured, and tshark must find no malformed packet and no bad checksum in the file.

import { execFileSync, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { LossyLink } from "../../host/faults/lossy-link.js";
import { addressOf } from "../../host/network/address.js";
import { Capture } from "../../host/network/capture.js";
import type { Link } from "../../host/network/link.js";
import type { Stack } from "../../host/network/stack/stack.js";
import type { StreamHandler, StreamPeer } from "../../host/site/service.js";
import { makeStack } from "../support/wire.js";
import { findProgram, skipWithout } from "./support/daemon.js";
import { startKernel, type Kernel } from "./support/kernel.js";
import { skipWithoutKernel } from "./support/namespace.js";
import { isClean, shark } from "./support/shark.js";
import { streamHash, streamPiece } from "./support/stream.js";

const KERNEL = "10.99.0.1";
const OURS = "10.99.0.50";
const MAC = 0x020000000050;
const PORT = 8080;
const BYTES = 64 << 20;
const SMALL_BYTES = 1 << 20;
const PIECE_BYTES = 65536;
const PEER = fileURLToPath(new URL("./support/tcp-peer.js", import.meta.url));

const lossy = (kernel: Kernel, loss: number): Link =>
  loss === 0 ? kernel.link : new LossyLink(kernel.link, { scheduler: kernel.scheduler, seed: 1, loss });

const stackOn = (kernel: Kernel, link: Link): Stack =>
  makeStack({ link, scheduler: kernel.scheduler, mac: MAC, address: addressOf(OURS) });

/** What the kernel's end printed as its last line. */
function report(child: ChildProcess): Promise<{ received: number; sha256: string }> {
  let text = "";
  child.stdout!.on("data", (data: Buffer) => void (text += data.toString()));
  return new Promise((resolve, reject) => child.once("exit", (code) => {
    if (code === 0) resolve(JSON.parse(text.trim().split("\n").pop()!) as { received: number; sha256: string });
    else reject(new Error(`tcp-peer ended with ${code}`));
  }));
}

const ready = (child: ChildProcess): Promise<void> => new Promise((resolve) => void child.stdout!.once("data", () => resolve()));

/** We open; the kernel listens. */
async function connectToKernel(kernel: Kernel, stack: Stack, bytes: number): Promise<{ theirs: string; ours: string }> {
  const peer = kernel.start(process.execPath, [PEER, "listen", KERNEL, String(PORT), String(bytes)]);
  await ready(peer);
  const theirs = report(peer);
  const hash = createHash("sha256");
  let sent = 0;
  const connection = stack.connect({ address: addressOf(KERNEL), port: PORT }, () => {
    for (const piece of connection.take()) hash.update(piece);
    while (sent < bytes && connection.sender.outbox.bytes < PIECE_BYTES) {
      const piece = streamPiece(sent, bytes);
      sent += piece.length;
      connection.write(piece);
      if (sent === bytes) connection.close("read");
    }
  })!;
  await kernel.until(() => connection.ended);
  return { theirs: (await theirs).sha256, ours: hash.digest("hex") };
}

/** The kernel opens; a service of ours takes it. */
async function connectFromKernel(kernel: Kernel, stack: Stack, bytes: number): Promise<{ theirs: string; ours: string }> {
  const hash = createHash("sha256");
  let received = 0;
  let sent = 0;
  stack.listenStream(PORT, {
    connect(peer: StreamPeer): StreamHandler {
      const next = (): void => {
        const piece = streamPiece(sent, bytes);
        sent += piece.length;
        if (piece.length > 0) peer.send(piece);
      };
      next();
      return {
        data: (data) => {
          hash.update(data);
          received += data.length;
        },
        drained: next,
        // The kernel's end closes once it has everything; ours follows.
        closed: () => undefined,
      };
    },
  });
  const theirs = report(kernel.start(process.execPath, [PEER, "connect", OURS, String(PORT), String(bytes)]));
  await kernel.until(() => received === bytes);
  return { theirs: (await theirs).sha256, ours: hash.digest("hex") };
}

for (const loss of [0, 0.01]) {
  for (const [name, exchange] of [["we open", connectToKernel], ["the kernel opens", connectFromKernel]] as const) {
    const title = `TCP, ${name}, 64 MiB each way${loss > 0 ? `, ${100 * loss} % loss` : ""}`;
    t.test(title, { skip: skipWithoutKernel(), timeout: 240_000 }, async (t) => {
      const kernel = await startKernel(t, { tdata: `${KERNEL}/24` });
      const link = lossy(kernel, loss);
      const { theirs, ours } = await exchange(kernel, stackOn(kernel, link), BYTES);
      t.equal(theirs, streamHash(BYTES), "the kernel got every byte of ours");
      t.equal(ours, streamHash(BYTES), "we got every byte of the kernel's");
      if (link instanceof LossyLink) t.ok(link.counts.lost > 500, `frames were lost: ${link.counts.lost}`);
      t.comment(`${title}: ${(kernel.scheduler.nowUs / 1e6).toFixed(1)} s`);
    });
  }
}

/** A link that writes both directions to a capture file. */
function captured(kernel: Kernel, path: string): { link: Link; close(): void } {
  const file = openSync(path, "w");
  let isOpen = true;
  // The kernel may still say something while the test ends.
  const write = (bytes: Uint8Array): void => void (isOpen && writeSync(file, bytes));
  const capture = new Capture({ write, name: "telephone", application: "offhook test", epochUs: 1.7e15, resolution: "us" });
  const { scheduler } = kernel;
  const link: Link = {
    send: (frame) => {
      capture.frame(scheduler.nowUs, "out", frame, "sent by the stack");
      kernel.link.send(frame);
    },
    onReceive: (take) => kernel.link.onReceive((frame) => {
      capture.frame(scheduler.nowUs, "in", frame, "sent by the kernel");
      take(frame);
    }),
  };
  const close = (): void => {
    isOpen = false;
    closeSync(file);
  };
  return { link, close };
}

/** Opens a connection from the kernel's side that our stack must refuse, so that the capture has a reset in it. */
function refused(kernel: Kernel): Promise<string> {
  const script = `require("net").connect(${PORT + 1}, "${OURS}").on("error", (error) => process.stdout.write(error.code))`;
  const child = kernel.start(process.execPath, ["-e", script]);
  return new Promise((resolve) => void child.stdout!.once("data", (data: Buffer) => resolve(data.toString())));
}

async function ping(t: Test, kernel: Kernel): Promise<void> {
  const child = kernel.start(findProgram("ping") ?? "ping", ["-c", "5", "-i", "0.2", "-s", "1400", "-W", "2", OURS]);
  let text = "";
  child.stdout!.on("data", (data: Buffer) => void (text += data.toString()));
  await new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  t.match(text, /5 packets transmitted, 5 received, 0% packet loss/, "the kernel's ping is answered");
}

t.test("ARP and ping, on a VLAN and beside it", { skip: skipWithoutKernel() || skipWithout("ping", "iputils-ping") }, async (t) => {
  const kernel = await startKernel(t, { tdata: `${KERNEL}/24`, "tvoice:232": "10.99.232.1/24" });
  const stack = stackOn(kernel, kernel.link);
  await ping(t, kernel);
  const neighbours = execFileSync("ip", ["-n", kernel.namespace, "neigh", "show", "dev", "tdata"]).toString();
  t.match(neighbours, /10\.99\.0\.50 lladdr 02:00:00:00:00:50 (?:REACHABLE|DELAY|STALE)/, "the kernel knows our address");
  const used = stack.probe(addressOf(KERNEL));
  await kernel.until(() => used.answered !== undefined);
  t.equal(used.answered, true, "a probe finds the kernel");
  stack.setTag(true, { vid: 232, pcp: 5 });
  const elsewhere = stack.probe(addressOf(KERNEL));
  await kernel.until(() => elsewhere.answered !== undefined);
  t.equal(elsewhere.answered, false, "on the voice VLAN it is somebody else's");
  const voice = stack.probe(addressOf("10.99.232.1"));
  await kernel.until(() => voice.answered !== undefined);
  t.equal(voice.answered, true, "the voice VLAN's interface answers there");
});

t.test("tshark reads the capture", { skip: skipWithoutKernel() || skipWithout("tshark", "tshark") }, async (t) => {
  const kernel = await startKernel(t, { tdata: `${KERNEL}/24` });
  const path = join(kernel.folder, "wire.pcapng");
  const { link, close } = captured(kernel, path);
  const { theirs, ours } = await connectToKernel(kernel, stackOn(kernel, link), SMALL_BYTES);
  t.same([theirs, ours], [streamHash(SMALL_BYTES), streamHash(SMALL_BYTES)]);
  t.equal(await refused(kernel), "ECONNREFUSED");
  close();
  for (const side of ["stack", "kernel"]) t.ok(shark(path, `frame.comment == "sent by the ${side}"`, "frame.number").length > 100, side);
  isClean(t, path);
});
