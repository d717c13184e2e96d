// Goal: the wire keeps the promises of hal/network.ts and of the ethernet group, on frames.
// Method: the telephone's side as `WireNetwork` on a cable, a stack of ours at the other end as the far end, a copy of every
// frame; telephone time runs from event to event.

import t from "tap";
import { Status, TcpFlag } from "../../../hal/abi.js";
import { ADDRESS_BROADCAST, addressOf } from "../../../host/network/address.js";
import { HANDLE_COUNT_MAX, WINDOW_BYTES } from "../../../host/network/network.js";
import { EtherType, emitFrame, parseFrame } from "../../../host/network/stack/ethernet.js";
import { DnsServer } from "../../../host/network/stack/dns-server.js";
import type { Stack } from "../../../host/network/stack/stack.js";
import { WireNetwork, type WireNetworkOptions } from "../../../host/network/wire.js";
import type { Link } from "../../../host/network/link.js";
import { Random } from "../../../host/random.js";
import { Scheduler } from "../../../host/scheduler.js";
import type { StreamPeer } from "../../../host/site/service.js";
import { FAR, MAC_FAR, MAC_NEAR, MASK_24, NEAR, cable, idle, makeStack } from "../../support/wire.js";

const LLDP_GROUP = 0x0180c200000e;

interface Lab {
  readonly scheduler: Scheduler;
  readonly network: WireNetwork;
  readonly far: Stack;
  readonly frames: Uint8Array[];
  /** The far end of the cable, to say what no stack says. */
  readonly farLink: Link;
  /** What the far end's service on port 80 heard. */
  readonly heard: string[];
  peer: StreamPeer | undefined;
  wait(us: number): void;
}

function lab(more: Partial<WireNetworkOptions> = {}, isConfigured = true): Lab {
  const scheduler = new Scheduler();
  const frames: Uint8Array[] = [];
  const [one, other] = cable((frame) => void frames.push(frame));
  const network = new WireNetwork({ scheduler, link: one, mac: MAC_NEAR, random: new Random(1), ...more });
  const far = makeStack({ link: other, scheduler, mac: MAC_FAR, address: FAR, seed: 2 });
  const made: Lab = { scheduler, network, far, frames, farLink: other, heard: [], peer: undefined, wait: (us) => idle(scheduler, us) };
  far.listenStream(80, {
    connect(peer) {
      made.peer = peer;
      return { data: (bytes) => void made.heard.push(new TextDecoder().decode(bytes)), closed: (how) => void made.heard.push(`(${how})`) };
    },
  });
  if (isConfigured) network.configure(NEAR, MASK_24, 0, 1500);
  made.wait(3_000_000);
  frames.length = 0;
  return made;
}

const text = (data: string): Uint8Array => new TextEncoder().encode(data);

t.test("DHCP's way: from 0.0.0.0 to broadcast while unconfigured, and only port 68 hears", (t) => {
  const { network, far, frames, wait } = lab({}, false);
  far.listenDatagram(67, { receive: (data, from, reply) => (t.equal(from.address, 0), reply(data)) });
  const client = network.udpOpen(68);
  const other = network.udpOpen(70);
  t.equal(network.udpSend(client, ADDRESS_BROADCAST, 67, text("discover")), 8);
  wait(0);
  t.match(network.udpReceive(client), { address: FAR, port: 67 });
  t.equal(network.udpReceive(client), null);
  far.udp.send(67, { address: ADDRESS_BROADCAST, port: 70 }, text("x"));
  wait(0);
  t.equal(network.udpReceive(other), null);
  t.equal(network.udpSend(other, FAR, 67, text("x")), Status.NoLink, "no way to one station without an address");
  const packet = parseFrame(frames[0]!)!.payload;
  t.strictSame([...packet.subarray(12, 20)], [0, 0, 0, 0, 255, 255, 255, 255]);
  t.equal(network.tcpState(network.tcpOpen(FAR, 80, 0, "")).status, Status.Reset);
  t.end();
});

t.test("a stream: pending, open, bytes both ways, an orderly end after the last byte", (t) => {
  const made = lab();
  const { network, wait } = made;
  const handle = network.tcpOpen(FAR, 80, 0, "files");
  t.equal(network.tcpState(handle).status, Status.Pending);
  t.equal(network.tcpSend(handle, text("early")), 0);
  t.equal(network.tcpReceive(handle, new Uint8Array(9)), 0);
  wait(0);
  t.equal(network.tcpState(handle).status, Status.Ok);
  t.equal(network.tcpSend(handle, text("hello")), 5);
  wait(0);
  t.same(made.heard, ["hello"]);
  made.peer!.send(text("answer"));
  made.peer!.close();
  wait(0);
  const target = new Uint8Array(4);
  t.equal(network.tcpReceive(handle, target), 4);
  t.equal(network.tcpReceive(handle, target), 2);
  t.equal(network.tcpReceive(handle, target), Status.Closed);
  t.equal(network.close(handle, false), Status.Ok);
  t.equal(network.close(handle, false), Status.Invalid);
  t.equal(network.tcpReceive(handle, target), Status.Invalid);
  t.end();
});

t.test("how a stream fails: refused, unreachable, silent, reset, TLS; each with a reason for people", (t) => {
  const made = lab();
  const { network, wait } = made;
  const refused = network.tcpOpen(FAR, 81, 0, "files.example");
  const nobody = network.tcpOpen(addressOf("10.0.8.99"), 80, 0, "");
  const away = network.tcpOpen(addressOf("192.0.2.1"), 80, 0, "");
  const open = network.tcpOpen(FAR, 80, 0, "");
  t.equal(network.tcpOpen(FAR, 443, TcpFlag.Tls, ""), Status.Unsupported);
  wait(4_000_000);
  t.match(network.tcpState(refused), { status: Status.Refused, reason: /^files\.example \(10\.0\.8\.2\) port 81: .*refused/ });
  t.match(network.tcpState(nobody), { status: Status.Unreachable, reason: "10.0.8.99 port 80: nobody answers ARP for 10.0.8.99" });
  t.match(network.tcpState(away), { status: Status.Unreachable, reason: /no router/ });
  made.peer!.reset();
  wait(0);
  t.match(network.tcpState(open), { status: Status.Reset, reason: /reset by the other side/ });
  t.equal(network.tcpSend(open, text("x")), Status.Reset);
  t.equal(network.tcpReceive(open, new Uint8Array(1)), Status.Reset);
  t.end();
});

t.test("the queues have bounds: a window of bytes, 32 datagrams, 32 handles", (t) => {
  const { network, far, wait } = lab();
  const handle = network.tcpOpen(FAR, 80, 0, "");
  wait(0);
  t.equal(network.tcpSend(handle, new Uint8Array(WINDOW_BYTES + 1)), WINDOW_BYTES);
  t.equal(network.tcpSend(handle, new Uint8Array(1)), 0);
  wait(1_000_000);
  t.equal(network.tcpSend(handle, new Uint8Array(1)), 1);
  const port = network.udpOpen(5060);
  t.equal(network.udpOpen(5060), Status.NoSpace, "the port is taken");
  for (let count = 0; count < 40; count++) far.udp.send(9, { address: NEAR, port: 5060 }, Uint8Array.of(count));
  wait(0);
  let got = 0;
  while (network.udpReceive(port) !== null) got += 1;
  t.ok(got > 0 && got <= 32, `${got} datagrams`);
  t.equal(network.udpSend(port, FAR, 9, new Uint8Array(1473)), Status.Invalid, "nothing is cut");
  let handleCount = 2;
  while (network.udpOpen(0) >= 0) handleCount += 1;
  t.equal(handleCount, HANDLE_COUNT_MAX);
  t.equal(network.tcpOpen(FAR, 80, 0, ""), Status.NoSpace);
  t.end();
});

t.test("names: pending, answered once, and another name abandons the question", (t) => {
  const { network, far, wait } = lab();
  far.listenDatagram(53, new DnsServer((name) => (name === "files" ? [FAR] : undefined)));
  t.equal(network.dnsResolve("other", [FAR]), Status.Pending);
  t.equal(network.dnsResolve("files", [FAR | 0]), Status.Pending);
  wait(0);
  t.same(network.dnsResolve("files", [FAR]), [FAR]);
  t.equal(network.dnsResolve("missing", [FAR]), Status.Pending);
  wait(0);
  t.equal(network.dnsResolve("missing", [FAR]), Status.NoName);
  t.end();
});

t.test("arpProbe: pending, 1 when somebody answers, 0 after a second, and a new question after a result", (t) => {
  const { network, frames, wait } = lab({}, false);
  t.equal(network.arpProbe(FAR), Status.Pending);
  wait(0);
  t.equal(network.arpProbe(FAR), 1);
  const free = addressOf("10.0.8.99");
  t.equal(network.arpProbe(free), Status.Pending);
  frames.length = 0;
  wait(1_000_000);
  t.equal(network.arpProbe(free | 0), 0, "a negative bit pattern is the same address");
  t.equal(frames.length, 3);
  t.ok(frames.every((frame) => parseFrame(frame)!.payload.subarray(14, 18).every((byte) => byte === 0)), "from 0.0.0.0");
  t.equal(network.arpProbe(free), Status.Pending, "asked again");
  t.equal(network.arpProbe(FAR), Status.Pending, "another address abandons the probe");
  wait(1_000_000);
  t.equal(network.arpProbe(FAR), 1);
  network.configure(NEAR, MASK_24, 0, 1500);
  t.equal(network.arpProbe(NEAR), Status.Pending);
  wait(1_000_000);
  t.equal(network.arpProbe(NEAR), 0, "our own answer is nobody's");
  t.end();
});

t.test("net_configure with 0 resets streams and tells the other side; a power cut tells nobody", (t) => {
  const made = lab();
  const { network, wait, frames } = made;
  const handle = network.tcpOpen(FAR, 80, 0, "");
  wait(0);
  network.configure(0, 0, 0, 1500);
  wait(0);
  t.equal(network.tcpState(handle).status, Status.Reset);
  t.same(made.heard, ["(reset)"]);
  network.configure(NEAR, MASK_24, 0, 1500);
  network.tcpOpen(FAR, 80, 0, "");
  network.arpProbe(FAR);
  wait(3_000_000);
  frames.length = 0;
  network.reset();
  wait(10_000_000);
  t.equal(frames.length, 0);
  t.equal(network.udpOpen(68) >= 0, true);
  t.end();
});

t.test("portConfigure: tags and priority from the next frame on; what is open is reset; what is wrong is refused", (t) => {
  const made = lab();
  const { network, wait, frames } = made;
  const phys: number[] = [];
  t.equal(network.portConfigure(1, 1, 1, 5), Status.Unsupported);
  for (const tag of [4095, -1, 0x8000 | 5]) t.equal(network.portConfigure(0, 1, 1, tag), Status.Invalid, `tag ${tag}`);
  const handle = network.tcpOpen(FAR, 80, 0, "");
  wait(0);
  frames.length = 0;
  t.equal(network.portConfigure(0, 1, 1, 232 | (5 << 12)), Status.Ok);
  t.equal(network.tcpState(handle).status, Status.Reset);
  t.equal(frames.length, 0, "nobody is told: they are on another VLAN");
  network.arpProbe(FAR);
  wait(1_000_000);
  t.equal(network.arpProbe(FAR), 0, "the far end's untagged port does not hear VLAN 232");
  t.match(frames.map((frame) => parseFrame(frame)!.tag), Array.from({ length: 3 }, () => ({ vid: 232, pcp: 5 })));
  made.far.setTag(true, { vid: 232, pcp: 0 });
  network.arpProbe(FAR);
  wait(0);
  t.equal(network.arpProbe(FAR), 1);
  const watched = lab({ setPhy: (mode) => void phys.push(mode) });
  t.equal(watched.network.portConfigure(0, 4, 1, 6 << 12), Status.Ok);
  watched.network.arpProbe(FAR);
  watched.wait(0);
  t.equal(watched.network.arpProbe(FAR), 1, "a priority tag reaches the port's own VLAN");
  t.match(parseFrame(watched.frames[0]!)!.tag, { vid: 0, pcp: 6 });
  t.same(phys, [4]);
  t.end();
});

t.test("LLDP frames: whole, without their tag, eight of them; nothing else passes", (t) => {
  const { network, farLink, frames, wait } = lab();
  const frame = (index: number, type: number = EtherType.Lldp, vid?: number): Uint8Array =>
    emitFrame({ target: LLDP_GROUP, source: MAC_FAR, tag: vid === undefined ? undefined : { vid, pcp: 0 }, type,
      payload: Uint8Array.of(index) });
  const target = new Uint8Array(1514);
  for (let index = 0; index < 10; index++) farLink.send(frame(index, EtherType.Lldp, 0));
  farLink.send(frame(99, 0x88cd));
  wait(0);
  for (let index = 0; index < 8; index++) {
    t.equal(network.frameReceive(target), 60);
    t.strictSame([target[12], target[13], target[14]], [0x88, 0xcc, index]);
  }
  t.equal(network.frameReceive(target), 0, "the ninth was dropped");
  farLink.send(frame(1));
  wait(0);
  t.equal(network.frameReceive(new Uint8Array(59)), 0, "longer than the target");
  frames.length = 0;
  t.equal(network.frameSend(frame(7)), 60);
  t.match(parseFrame(frames[0]!), { target: LLDP_GROUP, source: MAC_NEAR, type: EtherType.Lldp, tag: undefined });
  for (const bad of [frame(7, EtherType.Ipv4), new Uint8Array(5), new Uint8Array(1600)]) t.equal(network.frameSend(bad), Status.Invalid);
  network.portConfigure(0, 1, 1, 232 | (5 << 12));
  network.frameSend(frame(7));
  t.equal(parseFrame(frames[1]!)!.tag, undefined, "IEEE 802.1AB §7.3: without a tag, whatever the port does");
  t.end();
});

t.test("while the port is down nothing leaves and nothing arrives", (t) => {
  let isUp = false;
  const { network, far, frames, wait, scheduler } = lab({ isUp: () => isUp });
  const port = network.udpOpen(5000);
  t.equal(network.udpSend(port, FAR, 9, text("x")), Status.NoLink);
  t.equal(network.frameSend(emitFrame({ target: LLDP_GROUP, source: 2, tag: undefined, type: EtherType.Lldp,
    payload: text("x") })), Status.NoLink);
  network.arpProbe(FAR);
  wait(100_000);
  t.equal(frames.length, 0);
  far.udp.send(9, { address: ADDRESS_BROADCAST, port: 5000 }, text("x"));
  wait(0);
  t.equal(network.udpReceive(port), null);
  isUp = true;
  wait(1_000_000);
  t.equal(network.arpProbe(FAR), 1, "the later questions of the same probe");
  t.ok(scheduler.nowUs > 0);
  t.end();
});

t.test("outstanding: only with peers outside, while something is waited for", (t) => {
  const inside = lab();
  inside.network.tcpOpen(FAR, 80, 0, "");
  t.notOk(inside.network.outstanding);
  let wakes = 0;
  const made = lab({ isOutside: true, wake: () => void (wakes += 1) });
  const { network, wait } = made;
  t.notOk(network.outstanding);
  const handle = network.tcpOpen(FAR, 80, 0, "");
  t.ok(network.outstanding, "a connection");
  wait(0);
  t.notOk(network.outstanding);
  network.tcpReceive(handle, new Uint8Array(1));
  t.ok(network.outstanding, "bytes that were asked for");
  made.peer!.send(text("x"));
  wait(100_000);
  t.notOk(network.outstanding);
  network.arpProbe(addressOf("10.0.8.99"));
  t.ok(network.outstanding, "a probe");
  wait(1_000_000);
  network.arpProbe(addressOf("10.0.8.99"));
  t.notOk(network.outstanding);
  network.dnsResolve("x", [FAR]);
  t.ok(network.outstanding, "a name");
  wait(10_000_000);
  const port = network.udpOpen(0);
  network.udpSend(port, FAR, 99, text("x"));
  t.ok(network.outstanding, "a datagram's answer");
  network.close(port, false);
  t.notOk(network.outstanding);
  const leaving = network.udpOpen(0);
  network.udpSend(leaving, addressOf("10.0.8.99"), 99, text("x"));
  network.close(leaving, false);
  t.ok(network.outstanding, "a hardware address, for a datagram whose port is gone");
  wait(4_000_000);
  t.notOk(network.outstanding);
  network.frameReceive(new Uint8Array(1514));
  t.ok(network.outstanding, "what a neighbour says by LLDP, once it is listened for");
  network.reset();
  t.notOk(network.outstanding);
  t.ok(wakes > 5);
  t.end();
});
